//! Stops sending long before Discord's ban of the IP address, which follows 10,000 invalid requests (401, 403, 429) in
//! 10 minutes.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Invalid requests within [`WINDOW`] after which nothing is sent.
const MAX_INVALID_REQUESTS: u32 = 1000;
const WINDOW: Duration = Duration::from_secs(600);

/// Counts responses with status 401, 403 or 429.
#[derive(Debug, Default)]
pub(crate) struct InvalidRequestLimiter(Mutex<Option<InvalidRequestCount>>);

#[derive(Debug)]
struct InvalidRequestCount {
    window_start: Instant,
    count: u32,
}

impl InvalidRequestLimiter {
    /// Counts a response by its status. `shared` is whether `X-RateLimit-Scope` is `shared`; such a 429 does not count.
    pub(crate) fn record(&self, status: u16, shared: bool) {
        if self.record_at(status, shared, Instant::now()) {
            tracing::error!(
                "{MAX_INVALID_REQUESTS} invalid requests (401, 403 or 429) within 10 minutes; sending stops until the 10 minutes \
                 are over, since Discord bans the address at 10000. Check the bot's channel permissions and its token"
            );
        }
    }

    /// Whether requests are blocked now.
    pub(crate) fn is_blocked(&self) -> bool {
        self.is_blocked_at(Instant::now())
    }

    /// Returns whether this request reached the limit.
    fn record_at(&self, status: u16, shared: bool, now: Instant) -> bool {
        if !matches!(status, 401 | 403) && (status != 429 || shared) {
            return false;
        }
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = match &mut *count {
            Some(count) if now < count.window_start + WINDOW => count,
            other => other.insert(InvalidRequestCount { window_start: now, count: 0 }),
        };
        count.count += 1;
        count.count == MAX_INVALID_REQUESTS
    }

    fn is_blocked_at(&self, now: Instant) -> bool {
        let count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        count.as_ref().is_some_and(|count| count.count >= MAX_INVALID_REQUESTS && now < count.window_start + WINDOW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sending_stops_at_the_limit_and_resumes_after_the_window() {
        let (limiter, now) = (InvalidRequestLimiter::default(), Instant::now());
        for (status, shared) in [(200, false), (404, false), (500, false), (429, true)] {
            assert!((0..2 * MAX_INVALID_REQUESTS).all(|_| !limiter.record_at(status, shared, now)));
        }
        assert!(!limiter.is_blocked_at(now));
        let later = now + WINDOW / 2;
        let reached: Vec<bool> = (0..MAX_INVALID_REQUESTS + 5)
            .map(|number| {
                limiter.record_at([401, 403, 429][number as usize % 3], false, later.min(now + WINDOW / 10 * number))
            })
            .collect();
        assert_eq!(reached.iter().filter(|reached| **reached).count(), 1, "logged once");
        assert!(reached[MAX_INVALID_REQUESTS as usize - 1] && limiter.is_blocked_at(later));
        assert!(!limiter.is_blocked_at(now + WINDOW));
        assert!(!limiter.record_at(403, false, now + WINDOW) && !limiter.is_blocked_at(now + WINDOW));
    }
}
