//! Sends every request to Discord's REST API: waits for rate limits and counts invalid requests.

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
use crate::metrics::counters::Metrics;

/// Longer rate limits are returned as an error.
const MAX_WAIT: Duration = Duration::from_secs(60);
const INVALID_REQUEST_LIMIT_REACHED: &str = "too many invalid requests; nothing is sent for up to 10 minutes";
const RATE_LIMIT_WAIT_TOO_LONG: &str = "rate limited for more than a minute";

/// Sends requests, with or without Discord's rate limits.
pub struct RequestSender {
    http: Http,
    client: reqwest::Client,
    invalid_requests: Arc<InvalidRequestLimiter>,
    metrics: Arc<Metrics>,
    bucket_limiter: Option<BucketLimiter>,
}

impl fmt::Debug for RequestSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSender").field("bucket_limiter", &self.bucket_limiter).finish_non_exhaustive()
    }
}

impl RequestSender {
    /// If `limited`, requests wait for the rate limits in Discord's response headers.
    pub(crate) fn new(
        http: Http,
        client: reqwest::Client,
        invalid_requests: Arc<InvalidRequestLimiter>,
        metrics: Arc<Metrics>,
        limited: bool,
    ) -> RequestSender {
        RequestSender { http, client, invalid_requests, metrics, bucket_limiter: limited.then(BucketLimiter::default) }
    }

    /// Counts a request that was given up before a response.
    pub(crate) fn record_no_response(&self) {
        self.metrics.record_rest_response(None);
    }

    /// Whether sending is blocked because of too many invalid requests.
    pub(crate) fn is_blocked(&self) -> bool {
        self.invalid_requests.is_blocked()
    }

    /// Sends a request once, after its rate limit.
    ///
    /// # Errors
    /// If the status is not 2xx, Discord cannot be reached, sending is blocked, or the rate limit exceeds a minute.
    pub async fn request(&self, request: Request<'_>) -> Result<reqwest::Response, Error> {
        if self.is_blocked() {
            return Err(Error::Other(INVALID_REQUEST_LIMIT_REACHED));
        }
        let (bucket, method) = (request.route_ref().ratelimiting_bucket(), request.method_ref().reqwest_method());
        if let Some(limiter) = &self.bucket_limiter {
            limiter.acquire(bucket).await?;
        }
        let request = request.build(&self.client, self.http.token(), self.http.proxy.as_deref())?;
        let response = request.send().await;
        self.metrics.record_rest_response(response.as_ref().ok().map(|response| response.status().as_u16()));
        let response = response.map_err(|error| Error::Http(HttpError::Request(error)))?;
        let (status, headers) = (response.status(), response.headers());
        let shared = headers.get("x-ratelimit-scope").is_some_and(|scope| scope == "shared");
        self.invalid_requests.record(status.as_u16(), shared);
        if let Some(limiter) = &self.bucket_limiter {
            limiter.update_from_headers(bucket, status.as_u16(), headers, Instant::now());
        }
        if status.is_success() {
            return Ok(response);
        }
        Err(Error::Http(HttpError::UnsuccessfulRequest(ErrorResponse::from_response(response, method).await)))
    }

    /// Sends a request once and decodes the JSON response.
    ///
    /// # Errors
    /// Those of [`Self::request`], and if the response cannot be decoded.
    pub(crate) async fn fire<T: DeserializeOwned>(&self, request: Request<'_>) -> Result<T, Error> {
        self.request(request).await?.json().await.map_err(|error| Error::Http(HttpError::Request(error)))
    }
}

/// When each exhausted bucket resets; `None` is the global rate limit.
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
        let resets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        [None, Some(bucket)].iter().filter_map(|key| resets.get(key).copied()).filter(|until| *until > now).max()
    }

    /// Takes over a response's rate limit headers.
    fn update_from_headers(&self, bucket: RatelimitingBucket, status: u16, headers: &HeaderMap, now: Instant) {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.parse::<f64>().ok();
        let exhausted = number("x-ratelimit-remaining").is_some_and(|left| left < 1.0);
        let seconds = match status {
            429 => number("retry-after").or(number("x-ratelimit-reset-after")),
            _ if exhausted => number("x-ratelimit-reset-after"),
            _ => None,
        };
        let Some(wait) = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) else { return };
        let global = status == 429 && headers.contains_key("x-ratelimit-global");
        let Some(until) = now.checked_add(wait) else { return };
        let mut resets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        resets.retain(|_, until| *until > now);
        resets.insert((!global).then_some(bucket), until);
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
    fn only_an_exhausted_bucket_waits() {
        let (limiter, now) = (BucketLimiter::default(), Instant::now());
        limiter.update_from_headers(
            bucket(1),
            200,
            &headers(&[("x-ratelimit-remaining", "1"), ("x-ratelimit-reset-after", "4")]),
            now,
        );
        assert_eq!(limiter.blocked_until(bucket(1), now), None);
        limiter.update_from_headers(
            bucket(1),
            200,
            &headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset-after", "4.5")]),
            now,
        );
        assert_eq!(limiter.blocked_until(bucket(1), now), Some(now + Duration::from_millis(4500)));
        assert_eq!(limiter.blocked_until(bucket(2), now), None);
        assert_eq!(limiter.blocked_until(bucket(1), now + Duration::from_secs(5)), None);
    }

    #[test]
    fn a_429_blocks_for_its_retry_after_and_a_global_one_blocks_every_bucket() {
        let (limiter, now) = (BucketLimiter::default(), Instant::now());
        limiter.update_from_headers(bucket(1), 429, &headers(&[("retry-after", "2")]), now);
        assert_eq!(
            (limiter.blocked_until(bucket(1), now), limiter.blocked_until(bucket(2), now)),
            (Some(now + Duration::from_secs(2)), None)
        );
        limiter.update_from_headers(
            bucket(1),
            429,
            &headers(&[("retry-after", "3"), ("x-ratelimit-global", "true")]),
            now,
        );
        assert_eq!(limiter.blocked_until(bucket(2), now), Some(now + Duration::from_secs(3)));
    }

    #[test]
    fn invalid_headers_are_ignored_and_past_resets_are_removed() {
        let (limiter, now) = (BucketLimiter::default(), Instant::now());
        for value in ["NaN", "-1", "inf", "soon", "1e300"] {
            limiter.update_from_headers(bucket(1), 429, &headers(&[("retry-after", value)]), now);
        }
        assert!(limiter.0.lock().expect("no panic").is_empty());
        for channel in 1..1000 {
            let later = now + Duration::from_secs(channel);
            limiter.update_from_headers(bucket(channel), 429, &headers(&[("retry-after", "0.5")]), later);
        }
        assert_eq!(limiter.0.lock().expect("no panic").len(), 1);
    }
}
