//! How much somebody may ask at once, and how much may be asked in one channel: enough for people, too little for a storm.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

/// Five at once, and one every three seconds.
const USER_QUOTA: Quota = quota(20, 5);
/// Ten at once, and one a second.
const CHANNEL_QUOTA: Quota = quota(60, 10);
/// A storm is over when nothing was too much for so long.
const QUIET_PERIOD: Duration = Duration::from_secs(15);
/// Every so many questions, those who have not asked for a while are forgotten.
const PRUNE_INTERVAL: u32 = 256;

/// Whether a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is.
    Allow,
    /// It is too much, and this is the first time in this storm.
    DenyNotify,
    /// It is too much, as whoever asks has been told.
    Deny,
}

type KeyedLimiter<C> = RateLimiter<u64, HashMapStateStore<u64>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// What people and channels have left.
pub struct UserRateLimiter<C: Clock = DefaultClock> {
    users: KeyedLimiter<C>,
    channels: KeyedLimiter<C>,
    /// When something was too much for whom the last time.
    last_denied: Mutex<HashMap<u64, C::Instant>>,
    check_count: AtomicU32,
    clock: C,
}

impl<C: Clock> fmt::Debug for UserRateLimiter<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allowance").finish_non_exhaustive()
    }
}

impl Default for UserRateLimiter {
    fn default() -> Self {
        UserRateLimiter::with_clock(DefaultClock::default())
    }
}

impl<C: Clock + Clone> UserRateLimiter<C> {
    fn with_clock(clock: C) -> Self {
        UserRateLimiter {
            users: RateLimiter::hashmap_with_clock(USER_QUOTA, clock.clone()),
            channels: RateLimiter::hashmap_with_clock(CHANNEL_QUOTA, clock.clone()),
            last_denied: Mutex::default(),
            check_count: AtomicU32::new(0),
            clock,
        }
    }

    /// Takes one question of this person in this channel.
    pub fn check(&self, person: u64, channel: u64) -> Decision {
        if self.check_count.fetch_add(1, Ordering::Relaxed) % PRUNE_INTERVAL == PRUNE_INTERVAL - 1 {
            self.users.retain_recent();
            self.channels.retain_recent();
        }
        // What is too much for a person takes nothing away from the others in the channel.
        let who = if self.users.check_key(&person).is_err() {
            person
        } else if self.channels.check_key(&channel).is_err() {
            channel
        } else {
            return Decision::Allow;
        };
        let (now, calm) = (self.clock.now(), Nanos::from(QUIET_PERIOD));
        let mut refused = self.last_denied.lock().unwrap_or_else(PoisonError::into_inner);
        refused.retain(|_, last| now.duration_since(*last) < calm);
        if refused.insert(who, now).is_some() { Decision::Deny } else { Decision::DenyNotify }
    }
}

const fn quota(a_minute: u32, at_once: u32) -> Quota {
    match (NonZeroU32::new(a_minute), NonZeroU32::new(at_once)) {
        (Some(a_minute), Some(at_once)) => Quota::per_minute(a_minute).allow_burst(at_once),
        _ => panic!("a quota of nothing"),
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn count_allowed(allowance: &UserRateLimiter<FakeRelativeClock>, person: u64, channel: u64, times: usize) -> usize {
        (0..times).filter(|_| allowance.check(person, channel) == Decision::Allow).count()
    }

    #[test]
    fn a_person_has_five_at_once_and_one_every_three_seconds() {
        let clock = FakeRelativeClock::default();
        let allowance = UserRateLimiter::with_clock(clock.clone());
        assert_eq!(count_allowed(&allowance, 1, 100, 5), 5);
        assert_eq!(count_allowed(&allowance, 1, 101, 20), 0);
        assert_eq!(
            (2..=20).map(|person| count_allowed(&allowance, person, 101, 1)).sum::<usize>(),
            10,
            "theirs is untouched"
        );
        assert_eq!(allowance.check(21, 100), Decision::Allow, "another person");
        clock.advance(Duration::from_secs(3));
        assert_eq!(count_allowed(&allowance, 1, 100, 9), 1);
        clock.advance(Duration::from_secs(15));
        assert_eq!(count_allowed(&allowance, 1, 102, 9), 5);
    }

    #[test]
    fn a_channel_has_ten_at_once_and_one_a_second() {
        let clock = FakeRelativeClock::default();
        let allowance = UserRateLimiter::with_clock(clock.clone());
        assert_eq!((1..=20).map(|person| count_allowed(&allowance, person, 100, 1)).sum::<usize>(), 10);
        assert_eq!(count_allowed(&allowance, 20, 101, 1), 1, "another channel");
        clock.advance(Duration::from_secs(1));
        assert_eq!((21..=30).map(|person| count_allowed(&allowance, person, 100, 1)).sum::<usize>(), 1);
    }

    #[test]
    fn a_storm_is_told_of_once() {
        let clock = FakeRelativeClock::default();
        let allowance = UserRateLimiter::with_clock(clock.clone());
        let mut told = 0;
        for _ in 0..100 {
            clock.advance(Duration::from_secs(1));
            told += usize::from(allowance.check(1, 100) == Decision::DenyNotify);
        }
        assert_eq!(told, 1);
        clock.advance(Duration::from_secs(20));
        assert_eq!(count_allowed(&allowance, 1, 100, 5), 5);
        assert_eq!(allowance.check(1, 100), Decision::DenyNotify);
    }

    #[test]
    fn whoever_has_not_asked_for_a_while_is_forgotten() {
        let clock = FakeRelativeClock::default();
        let allowance = UserRateLimiter::with_clock(clock.clone());
        for person in 0..10_000 {
            clock.advance(Duration::from_millis(100));
            allowance.check(person, person % 7);
        }
        let most = usize::try_from(PRUNE_INTERVAL).expect("a small number") + 200;
        assert!(allowance.users.len() < most, "{}", allowance.users.len());
        assert!(allowance.channels.len() <= 7);
        assert!(allowance.last_denied.lock().expect("a lock").len() <= most);
    }
}
