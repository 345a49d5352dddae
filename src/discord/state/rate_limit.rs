//! Rate limits of questions, per user and per channel.

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

/// A burst of five, and one question every three seconds.
const USER_QUOTA: Quota = quota(20, 5);
/// A burst of ten, and one question a second.
const CHANNEL_QUOTA: Quota = quota(60, 10);
/// Time without a denial after which the next denial is notified again.
const QUIET_PERIOD: Duration = Duration::from_secs(15);
/// Number of checks after which idle users and channels are removed.
const PRUNE_INTERVAL: u32 = 256;

/// Whether a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Within the limits: answer.
    Allow,
    /// Over a limit, the first time since the quiet period: reply that there were too many questions.
    DenyNotify,
    /// Over a limit, already notified: stay silent.
    Deny,
}

type KeyedLimiter<C> = RateLimiter<u64, HashMapStateStore<u64>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// Rate limiters for users and channels.
pub(crate) struct UserRateLimiter<C: Clock = DefaultClock> {
    users: KeyedLimiter<C>,
    channels: KeyedLimiter<C>,
    /// Time of the last denial, by user or channel id.
    last_denied: Mutex<HashMap<u64, C::Instant>>,
    check_count: AtomicU32,
    clock: C,
}

impl<C: Clock> fmt::Debug for UserRateLimiter<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRateLimiter").finish_non_exhaustive()
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

    /// Counts one question of a user in a channel, both by id.
    pub(crate) fn check(&self, user: u64, channel: u64) -> Decision {
        if self.check_count.fetch_add(1, Ordering::Relaxed) % PRUNE_INTERVAL == PRUNE_INTERVAL - 1 {
            self.users.retain_recent();
            self.channels.retain_recent();
        }
        // A question over the user's limit does not count towards the channel's.
        let limited = if self.users.check_key(&user).is_err() {
            user
        } else if self.channels.check_key(&channel).is_err() {
            channel
        } else {
            return Decision::Allow;
        };
        let (now, quiet_period) = (self.clock.now(), Nanos::from(QUIET_PERIOD));
        let mut last_denied = self.last_denied.lock().unwrap_or_else(PoisonError::into_inner);
        last_denied.retain(|_, last| now.duration_since(*last) < quiet_period);
        if last_denied.insert(limited, now).is_some() { Decision::Deny } else { Decision::DenyNotify }
    }
}

const fn quota(per_minute: u32, burst: u32) -> Quota {
    match (NonZeroU32::new(per_minute), NonZeroU32::new(burst)) {
        (Some(per_minute), Some(burst)) => Quota::per_minute(per_minute).allow_burst(burst),
        _ => panic!("a quota must not be zero"),
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn count_allowed(limiter: &UserRateLimiter<FakeRelativeClock>, user: u64, channel: u64, times: usize) -> usize {
        (0..times).filter(|_| limiter.check(user, channel) == Decision::Allow).count()
    }

    #[test]
    fn a_user_may_ask_five_at_once_and_one_every_three_seconds() {
        let clock = FakeRelativeClock::default();
        let limiter = UserRateLimiter::with_clock(clock.clone());
        assert_eq!(count_allowed(&limiter, 1, 100, 5), 5);
        assert_eq!(count_allowed(&limiter, 1, 101, 20), 0);
        assert_eq!(
            (2..=20).map(|user| count_allowed(&limiter, user, 101, 1)).sum::<usize>(),
            10,
            "the channel's limit is unused"
        );
        assert_eq!(limiter.check(21, 100), Decision::Allow, "another user");
        clock.advance(Duration::from_secs(3));
        assert_eq!(count_allowed(&limiter, 1, 100, 9), 1);
        clock.advance(Duration::from_secs(15));
        assert_eq!(count_allowed(&limiter, 1, 102, 9), 5);
    }

    #[test]
    fn a_channel_allows_ten_at_once_and_one_a_second() {
        let clock = FakeRelativeClock::default();
        let limiter = UserRateLimiter::with_clock(clock.clone());
        assert_eq!((1..=20).map(|user| count_allowed(&limiter, user, 100, 1)).sum::<usize>(), 10);
        assert_eq!(count_allowed(&limiter, 20, 101, 1), 1, "another channel");
        clock.advance(Duration::from_secs(1));
        assert_eq!((21..=30).map(|user| count_allowed(&limiter, user, 100, 1)).sum::<usize>(), 1);
    }

    #[test]
    fn a_denial_is_notified_once_until_a_quiet_period() {
        let clock = FakeRelativeClock::default();
        let limiter = UserRateLimiter::with_clock(clock.clone());
        let mut notified = 0;
        for _ in 0..100 {
            clock.advance(Duration::from_secs(1));
            notified += usize::from(limiter.check(1, 100) == Decision::DenyNotify);
        }
        assert_eq!(notified, 1);
        clock.advance(Duration::from_secs(20));
        assert_eq!(count_allowed(&limiter, 1, 100, 5), 5);
        assert_eq!(limiter.check(1, 100), Decision::DenyNotify);
    }

    #[test]
    fn idle_users_are_removed() {
        let clock = FakeRelativeClock::default();
        let limiter = UserRateLimiter::with_clock(clock.clone());
        for user in 0..10_000 {
            clock.advance(Duration::from_millis(100));
            limiter.check(user, user % 7);
        }
        let max = usize::try_from(PRUNE_INTERVAL).expect("a small number") + 200;
        assert!(limiter.users.len() < max, "{}", limiter.users.len());
        assert!(limiter.channels.len() <= 7);
        assert!(limiter.last_denied.lock().expect("a lock").len() <= max);
    }
}
