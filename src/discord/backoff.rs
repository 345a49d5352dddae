//! How long to wait before the next try: twice as long each time, and never in step with anybody else.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

/// Waits that grow, up to a longest one.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    initial: Duration,
    max: Duration,
    next: Duration,
}

impl Backoff {
    /// Begins with one wait and ends with another.
    pub fn new(first: Duration, max: Duration) -> Backoff {
        Backoff { initial: first, max: max, next: first }
    }

    /// The next wait: about twice the one before.
    pub fn next_delay(&mut self) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(self.max);
        with_jitter(wait)
    }

    /// It has worked for a while: the next wait is half as long.
    pub fn halve(&mut self) {
        self.next = (self.next / 2).max(self.initial);
    }

    /// It has worked: the next wait is the first one again.
    pub fn reset(&mut self) {
        self.next = self.initial;
    }
}

/// A share from 0 to 1 that nobody can foretell.
pub fn random_fraction() -> f64 {
    let bits = u32::try_from(RandomState::new().build_hasher().finish() >> 32).unwrap_or_default();
    f64::from(bits) / f64::from(u32::MAX)
}

/// About as long: from four fifths to six fifths, so that many who were sent away at once do not come back at once.
pub fn with_jitter(wait: Duration) -> Duration {
    wait.mul_f64(0.8 + 0.4 * random_fraction())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_longest_and_begin_anew() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
        for expected in [1, 2, 4, 8, 16, 32, 60, 60] {
            let wait = backoff.next_delay().as_secs_f64() / f64::from(expected);
            assert!((0.8..=1.2).contains(&wait), "{wait} of {expected} s");
        }
        backoff.reset();
        assert!(backoff.next_delay() <= Duration::from_millis(1200));
    }

    #[test]
    fn no_two_waits_are_alike() {
        let waits: std::collections::HashSet<Duration> =
            (0..100).map(|_| with_jitter(Duration::from_secs(1000))).collect();
        assert!(waits.len() > 90, "{}", waits.len());
    }
}
