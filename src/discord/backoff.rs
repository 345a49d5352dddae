//! Exponential backoff with jitter.

use std::time::Duration;

/// Delays that double up to a maximum.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    initial: Duration,
    max: Duration,
    next: Duration,
}

impl Backoff {
    /// The first delay and the longest one, both before jitter.
    pub(crate) fn new(initial: Duration, max: Duration) -> Backoff {
        Backoff { initial, max, next: initial }
    }

    /// The delay before the next attempt, with jitter; doubles the one after it.
    pub(crate) fn next_delay(&mut self) -> Duration {
        let delay = self.next;
        self.next = (delay * 2).min(self.max);
        with_jitter(delay)
    }

    /// Halves the next delay, after a time without failures.
    pub(crate) fn halve(&mut self) {
        self.next = (self.next / 2).max(self.initial);
    }

    /// Sets the next delay to the initial one, after a success.
    pub(crate) fn reset(&mut self) {
        self.next = self.initial;
    }
}

/// The delay times a random factor from 0.8 to 1.2, so that clients that failed together do not retry together.
pub(crate) fn with_jitter(delay: Duration) -> Duration {
    delay.mul_f64(0.8 + 0.4 * fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_to_the_maximum_and_reset() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
        for expected in [1, 2, 4, 8, 16, 32, 60, 60] {
            let factor = backoff.next_delay().as_secs_f64() / f64::from(expected);
            assert!((0.8..=1.2).contains(&factor), "{factor} of {expected} s");
        }
        backoff.reset();
        assert!(backoff.next_delay() <= Duration::from_millis(1200));
    }

    #[test]
    fn jitter_spreads_delays() {
        let delays: std::collections::HashSet<Duration> =
            (0..100).map(|_| with_jitter(Duration::from_secs(1000))).collect();
        assert!(delays.len() > 90, "{}", delays.len());
    }
}
