//! Discord bans an address after ten thousand refused requests in ten minutes. Long before that, sending stops for the rest of
//! that time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many refusals within [`SPAN`] are enough.
const ENOUGH: u32 = 1000;
const SPAN: Duration = Duration::from_secs(600);

/// Counts refusals: 401, 403 and 429.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<Option<Count>>);

#[derive(Debug)]
struct Count {
    since: Instant,
    refused: u32,
}

impl Refusals {
    /// Takes note of an answer's status; `shared` is whether a 429 is of a limit that the bot shares with others, which does not
    /// count.
    pub fn note(&self, status: u16, shared: bool) {
        if self.count(status, shared, Instant::now()) {
            tracing::error!(
                "Discord refused {ENOUGH} requests within ten minutes and bans who goes on like that; nothing is sent until \
                 the ten minutes are over. Check what the bot may do in its channels, and its token"
            );
        }
    }

    /// Whether nothing may be sent now.
    pub fn enough(&self) -> bool {
        self.enough_at(Instant::now())
    }

    /// Whether this one was one too many.
    fn count(&self, status: u16, shared: bool, now: Instant) -> bool {
        if !matches!(status, 401 | 403) && (status != 429 || shared) {
            return false;
        }
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = match &mut *count {
            Some(count) if now < count.since + SPAN => count,
            other => other.insert(Count { since: now, refused: 0 }),
        };
        count.refused += 1;
        count.refused == ENOUGH
    }

    fn enough_at(&self, now: Instant) -> bool {
        let count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        count.as_ref().is_some_and(|count| count.refused >= ENOUGH && now < count.since + SPAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sending_stops_at_the_bound_and_goes_on_when_the_time_is_over() {
        let (refusals, now) = (Refusals::default(), Instant::now());
        for (status, shared) in [(200, false), (404, false), (500, false), (429, true)] {
            assert!((0..2 * ENOUGH).all(|_| !refusals.count(status, shared, now)));
        }
        assert!(!refusals.enough_at(now));
        let later = now + SPAN / 2;
        let told: Vec<bool> = (0..ENOUGH + 5)
            .map(|number| {
                refusals.count([401, 403, 429][number as usize % 3], false, later.min(now + SPAN / 10 * number))
            })
            .collect();
        assert_eq!(told.iter().filter(|told| **told).count(), 1, "it is said once");
        assert!(told[ENOUGH as usize - 1] && refusals.enough_at(later));
        assert!(!refusals.enough_at(now + SPAN));
        assert!(!refusals.count(403, false, now + SPAN) && !refusals.enough_at(now + SPAN));
    }
}
