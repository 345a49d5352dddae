//! Asks Discord one thing after another, each within a time and all within another, and reads its clock on the way.

use std::fmt;
use std::time::{Duration, SystemTime};

use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue};
use serde_json::Value;
use serenity::http::HttpError;
use tokio::time::{Instant, sleep, timeout_at};

use crate::discord::rest::send::describe;
use crate::secret::Secret;

const API_ORIGIN: &str = "https://discord.com";
/// One answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// All answers together.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest wait that Discord may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(5);

/// Why there is nothing to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeError {
    /// No answer at all, and why.
    Unreachable(String),
    /// A status other than success, Discord's own code where it has one, and its words.
    ErrorStatus(u16, u64, String),
}

/// Asks with one token.
#[derive(Debug)]
pub struct ProbeClient {
    client: reqwest::Client,
    origin: String,
    deadline: Instant,
    /// Discord's clock when it was first seen, and ours then.
    clock_sample: Option<(SystemTime, SystemTime)>,
}

impl ProbeClient {
    /// Ready to ask Discord, or the `origin` that stands in for it; nothing is asked yet.
    ///
    /// # Errors
    /// Where the token cannot be a token, or no HTTP client can be made; in words without the token.
    pub fn new(token: &Secret, origin: Option<&str>) -> Result<ProbeClient, String> {
        let mut authorization = HeaderValue::from_str(&format!("Bot {}", token.expose_secret()))
            .map_err(|_| "it holds characters that no token has".to_owned())?;
        authorization.set_sensitive(true);
        let client = reqwest::Client::builder()
            .use_rustls_tls()
            .timeout(REQUEST_TIMEOUT)
            .user_agent(serenity::constants::USER_AGENT)
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, authorization)]))
            .build()
            .map_err(|error| error.to_string())?;
        let origin = origin.unwrap_or(API_ORIGIN).to_owned();
        Ok(ProbeClient { client, origin, deadline: Instant::now() + TOTAL_TIMEOUT, clock_sample: None })
    }

    /// What Discord's API has at this path, such as `users/@me`.
    ///
    /// # Errors
    /// Where it is not reached, or does not give it.
    pub async fn get(&mut self, path: &str) -> Result<Value, ProbeError> {
        let late = || ProbeError::Unreachable(format!("no answer within {} s", REQUEST_TIMEOUT.as_secs()));
        let mut waited = false;
        loop {
            if Instant::now() >= self.deadline {
                let all = TOTAL_TIMEOUT.as_secs();
                return Err(ProbeError::Unreachable(format!("not asked, since the answers before took {all} s")));
            }
            let end = self.deadline.min(Instant::now() + REQUEST_TIMEOUT);
            let request = self.client.get(format!("{}/api/v10/{path}", self.origin)).send();
            let response = timeout_at(end, request).await.map_err(|_| late())?.map_err(transport_error)?;
            self.record_server_time(response.headers());
            let status = response.status();
            let read = timeout_at(end, response.bytes()).await.map_err(|_| late())?.map_err(transport_error)?;
            // What is no JSON comes from something before Discord; where that refuses, its status says enough.
            let body = serde_json::from_slice::<Value>(&read);
            if status.is_success() {
                return body
                    .map_err(|_| ProbeError::Unreachable("what answers in its place is not Discord".to_owned()));
            }
            let body = body.unwrap_or_default();
            let wait = Duration::try_from_secs_f64(body["retry_after"].as_f64().unwrap_or(f64::MAX));
            match wait {
                Ok(wait) if status.as_u16() == 429 && !waited && wait <= MAX_RETRY_AFTER => {
                    waited = true;
                    sleep(wait).await;
                }
                _ => {
                    let said = body["message"].as_str().unwrap_or("no reason").to_owned();
                    return Err(ProbeError::ErrorStatus(
                        status.as_u16(),
                        body["code"].as_u64().unwrap_or_default(),
                        said,
                    ));
                }
            }
        }
    }

    /// How many seconds our clock is behind Discord's; fewer than none where it is ahead. None before the first answer.
    pub fn clock_skew(&self) -> Option<i64> {
        let (theirs, ours) = self.clock_sample?;
        let seconds = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        Some(match theirs.duration_since(ours) {
            Ok(behind) => seconds(behind),
            Err(ahead) => -seconds(ahead.duration()),
        })
    }

    fn record_server_time(&mut self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        if let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) {
            self.clock_sample.get_or_insert((theirs, SystemTime::now()));
        }
    }
}

fn transport_error(error: reqwest::Error) -> ProbeError {
    if error.is_timeout() {
        return ProbeError::Unreachable(format!("no answer within {} s", REQUEST_TIMEOUT.as_secs()));
    }
    ProbeError::Unreachable(describe(serenity::Error::Http(HttpError::Request(error))))
}

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProbeError::Unreachable(why) => write!(
                f,
                "Discord cannot be reached ({why}): look at the network, its name server, a proxy or firewall on the way, and \
                 https://discordstatus.com"
            ),
            ProbeError::ErrorStatus(429, ..) => {
                f.write_str("Discord asks to wait (HTTP 429): try again in a few minutes")
            }
            ProbeError::ErrorStatus(status @ 500.., ..) => {
                write!(f, "Discord is in trouble (HTTP {status}): look at https://discordstatus.com and try again")
            }
            ProbeError::ErrorStatus(status, code, said) => {
                write!(f, "Discord refuses it (HTTP {status}, code {code}: {said})")
            }
        }
    }
}
