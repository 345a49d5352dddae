//! Asks Discord one thing after another, each within a time and all within another, and reads its clock on the way.

use std::fmt;
use std::time::{Duration, SystemTime};

use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue};
use serde_json::Value;
use serenity::http::HttpError;
use tokio::time::{Instant, sleep, timeout_at};

use crate::discord::rest::send::describe;
use crate::secret::Secret;

const DISCORD: &str = "https://discord.com";
/// One answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// All answers together.
const ALL_WITHIN: Duration = Duration::from_secs(30);
/// The longest wait that Discord may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Why there is nothing to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No answer at all, and why.
    Unreached(String),
    /// A status other than success, Discord's own code where it has one, and its words.
    Refused(u16, u64, String),
}

/// Asks with one token.
#[derive(Debug)]
pub struct Inquiry {
    client: reqwest::Client,
    origin: String,
    end: Instant,
    /// Discord's clock when it was first seen, and ours then.
    clocks: Option<(SystemTime, SystemTime)>,
}

impl Inquiry {
    /// Ready to ask Discord, or the `origin` that stands in for it; nothing is asked yet.
    ///
    /// # Errors
    /// Where the token cannot be a token, or no HTTP client can be made; in words without the token.
    pub fn new(token: &Secret, origin: Option<&str>) -> Result<Inquiry, String> {
        let mut authorization = HeaderValue::from_str(&format!("Bot {}", token.reveal()))
            .map_err(|_| "it holds characters that no token has".to_owned())?;
        authorization.set_sensitive(true);
        let client = reqwest::Client::builder()
            .use_rustls_tls()
            .timeout(ANSWER_WITHIN)
            .user_agent(serenity::constants::USER_AGENT)
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, authorization)]))
            .build()
            .map_err(|error| error.to_string())?;
        let origin = origin.unwrap_or(DISCORD).to_owned();
        Ok(Inquiry { client, origin, end: Instant::now() + ALL_WITHIN, clocks: None })
    }

    /// What Discord's API has at this path, such as `users/@me`.
    ///
    /// # Errors
    /// Where it is not reached, or does not give it.
    pub async fn get(&mut self, path: &str) -> Result<Value, Refusal> {
        let late = || Refusal::Unreached(format!("no answer within {} s", ANSWER_WITHIN.as_secs()));
        let mut waited = false;
        loop {
            if Instant::now() >= self.end {
                let all = ALL_WITHIN.as_secs();
                return Err(Refusal::Unreached(format!("not asked, since the answers before took {all} s")));
            }
            let end = self.end.min(Instant::now() + ANSWER_WITHIN);
            let request = self.client.get(format!("{}/api/v10/{path}", self.origin)).send();
            let response = timeout_at(end, request).await.map_err(|_| late())?.map_err(unreached)?;
            self.see_the_time(response.headers());
            let status = response.status();
            let read = timeout_at(end, response.bytes()).await.map_err(|_| late())?.map_err(unreached)?;
            // What is no JSON comes from something before Discord; where that refuses, its status says enough.
            let body = serde_json::from_slice::<Value>(&read);
            if status.is_success() {
                return body.map_err(|_| Refusal::Unreached("what answers in its place is not Discord".to_owned()));
            }
            let body = body.unwrap_or_default();
            let wait = Duration::try_from_secs_f64(body["retry_after"].as_f64().unwrap_or(f64::MAX));
            match wait {
                Ok(wait) if status.as_u16() == 429 && !waited && wait <= LONGEST_WAIT => {
                    waited = true;
                    sleep(wait).await;
                }
                _ => {
                    let said = body["message"].as_str().unwrap_or("no reason").to_owned();
                    return Err(Refusal::Refused(status.as_u16(), body["code"].as_u64().unwrap_or_default(), said));
                }
            }
        }
    }

    /// How many seconds our clock is behind Discord's; fewer than none where it is ahead. None before the first answer.
    pub fn behind(&self) -> Option<i64> {
        let (theirs, ours) = self.clocks?;
        let seconds = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        Some(match theirs.duration_since(ours) {
            Ok(behind) => seconds(behind),
            Err(ahead) => -seconds(ahead.duration()),
        })
    }

    fn see_the_time(&mut self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        if let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) {
            self.clocks.get_or_insert((theirs, SystemTime::now()));
        }
    }
}

fn unreached(error: reqwest::Error) -> Refusal {
    if error.is_timeout() {
        return Refusal::Unreached(format!("no answer within {} s", ANSWER_WITHIN.as_secs()));
    }
    Refusal::Unreached(describe(serenity::Error::Http(HttpError::Request(error))))
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Unreached(why) => write!(
                f,
                "Discord cannot be reached ({why}): look at the network, its name server, a proxy or firewall on the way, and \
                 https://discordstatus.com"
            ),
            Refusal::Refused(429, ..) => f.write_str("Discord asks to wait (HTTP 429): try again in a few minutes"),
            Refusal::Refused(status @ 500.., ..) => {
                write!(f, "Discord is in trouble (HTTP {status}): look at https://discordstatus.com and try again")
            }
            Refusal::Refused(status, code, said) => {
                write!(f, "Discord refuses it (HTTP {status}, code {code}: {said})")
            }
        }
    }
}
