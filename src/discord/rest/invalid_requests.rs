//! Discord bans an address after ten thousand refused requests in ten minutes. Long before that, sending stops for the rest of
//! that time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many refusals within [`SPAN`] are enough.
const MAX_INVALID_REQUESTS: u32 = 1000;
const WINDOW: Duration = Duration::from_secs(600);

/// Counts refusals: 401, 403 and 429.
#[derive(Debug, Default)]
pub struct InvalidRequestLimiter(Mutex<Option<InvalidRequestCount>>);

#[derive(Debug)]
struct InvalidRequestCount {
    window_start: Instant,
    count: u32,
}

impl InvalidRequestLimiter {
    /// Takes note of an answer's status; `shared` is whether a 429 is of a limit that the bot shares with others, which does not
    /// count.
    pub fn record(&self, status: u16, shared: bool) {
        if self.record_at(status, shared, Instant::now()) {
            tracing::error!(
                "Discord refused {MAX_INVALID_REQUESTS} requests within ten minutes and bans who goes on like that; nothing is sent until \
                 the ten minutes are over. Check what the bot may do in its channels, and its token"
            );
        }
    }

    /// Whether nothing may be sent now.
    pub fn is_blocked(&self) -> bool {
        self.is_blocked_at(Instant::now())
    }

    /// Whether this one was one too many.
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
    fn sending_stops_at_the_bound_and_goes_on_when_the_time_is_over() {
        let (refusals, now) = (InvalidRequestLimiter::default(), Instant::now());
        for (status, shared) in [(200, false), (404, false), (500, false), (429, true)] {
            assert!((0..2 * MAX_INVALID_REQUESTS).all(|_| !refusals.record_at(status, shared, now)));
        }
        assert!(!refusals.is_blocked_at(now));
        let later = now + WINDOW / 2;
        let told: Vec<bool> = (0..MAX_INVALID_REQUESTS + 5)
            .map(|number| {
                refusals.record_at([401, 403, 429][number as usize % 3], false, later.min(now + WINDOW / 10 * number))
            })
            .collect();
        assert_eq!(told.iter().filter(|told| **told).count(), 1, "it is said once");
        assert!(told[MAX_INVALID_REQUESTS as usize - 1] && refusals.is_blocked_at(later));
        assert!(!refusals.is_blocked_at(now + WINDOW));
        assert!(!refusals.record_at(403, false, now + WINDOW) && !refusals.is_blocked_at(now + WINDOW));
    }
}
