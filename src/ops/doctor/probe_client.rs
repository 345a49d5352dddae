//! A client for GET requests to Discord's API, with a timeout per request and one for all, that also measures the clock skew.

use std::fmt;
use std::time::{Duration, SystemTime};

use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue};
use serde_json::Value;
use serenity::http::HttpError;
use tokio::time::{Instant, sleep};

use crate::discord::rest::discord_error::describe;
use crate::secret::Secret;

const API_ORIGIN: &str = "https://discord.com";
/// Per request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// For all requests together.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);
/// A longer `retry_after` of a 429 response is an error.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(5);

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProbeError {
    /// No response from Discord, with the reason.
    Unreachable(String),
    /// HTTP status, Discord's JSON error code (0 if none) and its message.
    ErrorStatus(u16, u64, String),
}

/// Sends requests with a bot token.
#[derive(Debug)]
pub(crate) struct ProbeClient {
    client: reqwest::Client,
    origin: String,
    deadline: Instant,
    /// Server time (`Date` header) of the first response, and local time when it arrived.
    clock_sample: Option<(SystemTime, SystemTime)>,
}

impl ProbeClient {
    /// A client for Discord, or for another `origin`. The total timeout starts now.
    ///
    /// # Errors
    /// The token is not a valid header value, or the HTTP client cannot be built. The text does not contain the token.
    pub(crate) fn new(token: &Secret, origin: Option<&str>) -> Result<ProbeClient, String> {
        let mut authorization = HeaderValue::from_str(&format!("Bot {}", token.expose_secret()))
            .map_err(|_| "it contains characters that are not allowed in a token".to_owned())?;
        authorization.set_sensitive(true);
        let client = reqwest::Client::builder()
            .use_rustls_tls()
            .user_agent(serenity::constants::USER_AGENT)
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, authorization)]))
            .build()
            .map_err(|error| error.to_string())?;
        let origin = origin.unwrap_or(API_ORIGIN).to_owned();
        Ok(ProbeClient { client, origin, deadline: Instant::now() + TOTAL_TIMEOUT, clock_sample: None })
    }

    /// The JSON body at an API path such as `users/@me`. Retries once after a 429 response.
    ///
    /// # Errors
    /// No response, no JSON, or an error status.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Value, ProbeError> {
        let mut retried = false;
        loop {
            let time_left = self.deadline.saturating_duration_since(Instant::now());
            if time_left.is_zero() {
                let total = TOTAL_TIMEOUT.as_secs();
                return Err(ProbeError::Unreachable(format!("not requested: earlier requests took {total} s")));
            }
            let request = self.client.get(format!("{}/api/v10/{path}", self.origin));
            let response = request.timeout(time_left.min(REQUEST_TIMEOUT)).send().await.map_err(transport_error)?;
            self.record_server_time(response.headers());
            let status = response.status();
            let bytes = response.bytes().await.map_err(transport_error)?;
            // A body that is not JSON comes from a proxy; with an error status, the status is enough.
            let body = serde_json::from_slice::<Value>(&bytes);
            if status.is_success() {
                return body.map_err(|_| ProbeError::Unreachable("the response is not from Discord".to_owned()));
            }
            let body = body.unwrap_or_default();
            let wait = Duration::try_from_secs_f64(body["retry_after"].as_f64().unwrap_or(f64::MAX));
            match wait {
                Ok(wait) if status.as_u16() == 429 && !retried && wait <= MAX_RETRY_AFTER => {
                    retried = true;
                    sleep(wait).await;
                }
                _ => {
                    let message = body["message"].as_str().unwrap_or("no reason").to_owned();
                    return Err(ProbeError::ErrorStatus(
                        status.as_u16(),
                        body["code"].as_u64().unwrap_or_default(),
                        message,
                    ));
                }
            }
        }
    }

    /// Seconds by which the local clock is behind Discord's, negative if ahead; `None` without a response that has a `Date` header.
    pub(crate) fn clock_skew(&self) -> Option<i64> {
        let (server, local) = self.clock_sample?;
        let seconds = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        Some(match server.duration_since(local) {
            Ok(behind) => seconds(behind),
            Err(ahead) => -seconds(ahead.duration()),
        })
    }

    fn record_server_time(&mut self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        if let Some(server) = date.and_then(|date| httpdate::parse_http_date(date).ok()) {
            self.clock_sample.get_or_insert((server, SystemTime::now()));
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
            ProbeError::Unreachable(reason) => write!(
                f,
                "Discord cannot be reached ({reason}): check the network, DNS, any proxy or firewall, and https://discordstatus.com"
            ),
            ProbeError::ErrorStatus(429, ..) => {
                f.write_str("Discord's rate limit is exceeded (HTTP 429): try again in a few minutes")
            }
            ProbeError::ErrorStatus(status @ 500.., ..) => {
                write!(f, "Discord has a server error (HTTP {status}): check https://discordstatus.com and try again")
            }
            ProbeError::ErrorStatus(status, code, message) => {
                write!(f, "Discord rejected the request (HTTP {status}, code {code}: {message})")
            }
        }
    }
}
