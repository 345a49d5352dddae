//! The one way in which everything is asked of Discord's REST API: it waits where Discord wants that, sees every answer, and
//! falls silent before Discord has to ban it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serenity::Error;
use serenity::http::{ErrorResponse, Http, HttpError, RatelimitingBucket, Request};
use tokio::time::{Instant, sleep_until};

use crate::discord::rest::invalid_requests::InvalidRequestLimiter;
use crate::metrics::counters::METRICS;

/// Whoever would have to wait longer than this is told so instead.
const MAX_WAIT: Duration = Duration::from_secs(60);
const INVALID_REQUEST_LIMIT_REACHED: &str = "Discord refused too much lately; nothing is sent for a while";
const RATE_LIMIT_WAIT_TOO_LONG: &str = "Discord wants us to wait for more than a minute";

/// A way to ask Discord.
pub struct RequestSender {
    http: Http,
    client: reqwest::Client,
    invalid_requests: Arc<InvalidRequestLimiter>,
    bucket_limiter: Option<BucketLimiter>,
}

impl fmt::Debug for RequestSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rest").field("turns", &self.bucket_limiter).finish_non_exhaustive()
    }
}

impl RequestSender {
    /// Asks through this client; where it is `limited`, it keeps to the limits that Discord tells in its answers.
    pub fn new(
        http: Http,
        client: reqwest::Client,
        invalid_requests: Arc<InvalidRequestLimiter>,
        limited: bool,
    ) -> RequestSender {
        RequestSender { http, client, invalid_requests, bucket_limiter: limited.then(BucketLimiter::default) }
    }

    /// Asks once, when it may.
    ///
    /// # Errors
    /// Where Discord refuses, cannot be reached, or nothing may be sent.
    pub async fn request(&self, request: Request<'_>) -> Result<reqwest::Response, Error> {
        if self.invalid_requests.is_blocked() {
            return Err(Error::Other(INVALID_REQUEST_LIMIT_REACHED));
        }
        let (bucket, method) = (request.route_ref().ratelimiting_bucket(), request.method_ref().reqwest_method());
        if let Some(turns) = &self.bucket_limiter {
            turns.acquire(bucket).await?;
        }
        let request = request.build(&self.client, self.http.token(), self.http.proxy.as_deref())?;
        let answer = request.send().await;
        METRICS.record_rest_response(answer.as_ref().ok().map(|answer| answer.status().as_u16()));
        let answer = answer.map_err(|error| Error::Http(HttpError::Request(error)))?;
        let (status, headers) = (answer.status(), answer.headers());
        let shared = headers.get("x-ratelimit-scope").is_some_and(|scope| scope == "shared");
        self.invalid_requests.record(status.as_u16(), shared);
        if let Some(turns) = &self.bucket_limiter {
            turns.update_from_headers(bucket, status.as_u16(), headers, Instant::now());
        }
        if status.is_success() {
            return Ok(answer);
        }
        Err(Error::Http(HttpError::UnsuccessfulRequest(ErrorResponse::from_response(answer, method).await)))
    }

    /// Asks once, and reads the answer.
    ///
    /// # Errors
    /// As with [`Rest::request`], and where the answer cannot be read.
    pub async fn fire<T: DeserializeOwned>(&self, request: Request<'_>) -> Result<T, Error> {
        self.request(request).await?.json().await.map_err(|error| Error::Http(HttpError::Request(error)))
    }
}

/// When what is used up can be used again.
#[derive(Debug, Default)]
struct BucketLimiter(Mutex<HashMap<Option<RatelimitingBucket>, Instant>>);

impl BucketLimiter {
    async fn acquire(&self, bucket: RatelimitingBucket) -> Result<(), Error> {
        while let Some(until) = self.blocked_until(bucket, Instant::now()) {
            if until > Instant::now() + MAX_WAIT {
                return Err(Error::Other(RATE_LIMIT_WAIT_TOO_LONG));
            }
            sleep_until(until).await;
        }
        Ok(())
    }

    fn blocked_until(&self, bucket: RatelimitingBucket, now: Instant) -> Option<Instant> {
        let turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        [None, Some(bucket)].iter().filter_map(|key| turns.get(key).copied()).filter(|until| *until > now).max()
    }

    /// Takes over what an answer says of the next turn.
    fn update_from_headers(&self, bucket: RatelimitingBucket, status: u16, headers: &HeaderMap, now: Instant) {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.parse::<f64>().ok();
        let used_up = number("x-ratelimit-remaining").is_some_and(|left| left < 1.0);
        let seconds = match status {
            429 => number("retry-after").or(number("x-ratelimit-reset-after")),
            _ if used_up => number("x-ratelimit-reset-after"),
            _ => None,
        };
        let Some(wait) = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) else { return };
        let global = status == 429 && headers.contains_key("x-ratelimit-global");
        let Some(until) = now.checked_add(wait) else { return };
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, until| *until > now);
        turns.insert((!global).then_some(bucket), until);
    }
}

#[cfg(test)]
mod tests {
    use serenity::http::Route;
    use serenity::model::id::ChannelId;

    use super::*;

    fn bucket(channel: u64) -> RatelimitingBucket {
        Route::ChannelMessages { channel_id: ChannelId::new(channel) }.ratelimiting_bucket()
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect()
    }

    #[test]
    fn what_is_used_up_waits_and_nothing_else_does() {
        let (turns, now) = (BucketLimiter::default(), Instant::now());
        turns.update_from_headers(
            bucket(1),
            200,
            &headers(&[("x-ratelimit-remaining", "1"), ("x-ratelimit-reset-after", "4")]),
            now,
        );
        assert_eq!(turns.blocked_until(bucket(1), now), None);
        turns.update_from_headers(
            bucket(1),
            200,
            &headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset-after", "4.5")]),
            now,
        );
        assert_eq!(turns.blocked_until(bucket(1), now), Some(now + Duration::from_millis(4500)));
        assert_eq!(turns.blocked_until(bucket(2), now), None);
        assert_eq!(turns.blocked_until(bucket(1), now + Duration::from_secs(5)), None);
    }

    #[test]
    fn a_429_waits_as_long_as_it_says_and_a_global_one_holds_for_all() {
        let (turns, now) = (BucketLimiter::default(), Instant::now());
        turns.update_from_headers(bucket(1), 429, &headers(&[("retry-after", "2")]), now);
        assert_eq!(
            (turns.blocked_until(bucket(1), now), turns.blocked_until(bucket(2), now)),
            (Some(now + Duration::from_secs(2)), None)
        );
        turns.update_from_headers(
            bucket(1),
            429,
            &headers(&[("retry-after", "3"), ("x-ratelimit-global", "true")]),
            now,
        );
        assert_eq!(turns.blocked_until(bucket(2), now), Some(now + Duration::from_secs(3)));
    }

    #[test]
    fn nonsense_in_headers_and_old_turns_leave_nothing_behind() {
        let (turns, now) = (BucketLimiter::default(), Instant::now());
        for value in ["NaN", "-1", "inf", "soon", "1e300"] {
            turns.update_from_headers(bucket(1), 429, &headers(&[("retry-after", value)]), now);
        }
        assert!(turns.0.lock().expect("no panic").is_empty());
        for channel in 1..1000 {
            let later = now + Duration::from_secs(channel);
            turns.update_from_headers(bucket(channel), 429, &headers(&[("retry-after", "0.5")]), later);
        }
        assert_eq!(turns.0.lock().expect("no panic").len(), 1);
    }
}
