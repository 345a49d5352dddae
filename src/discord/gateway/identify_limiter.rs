//! Limits IDENTIFY (op 2): Discord allows 1000 a day and resets the token at the limit. Backoff per shard keeps the bot
//! far below that, and a reserve is never used.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serenity::model::gateway::SessionStartLimit;
use tokio::sync::{Mutex as AsyncMutex, MutexGuard};
use tokio::time::{Instant, sleep_until};

use crate::discord::backoff::Backoff;
use crate::metrics::counters::Metrics;

/// Identifies that are never used.
pub(crate) const IDENTIFY_RESERVE: u64 = 20;
/// Discord requires 5 s between two identifies at `max_concurrency` 1.
const IDENTIFY_INTERVAL: Duration = Duration::from_millis(5500);
const MAX_BACKOFF: Duration = Duration::from_secs(900);
/// Each such span that a session lasted halves the shard's backoff once.
const STABLE_SESSION: Duration = Duration::from_secs(120);
/// Longer waits are logged.
const WARN_WAIT_THRESHOLD: Duration = Duration::from_secs(15);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const REASON_LIMIT_EXHAUSTED: &str =
    "session start limit almost used up; Discord resets the token at the limit, so waiting for the limit's reset";
const REASON_BACKOFF: &str = "backing off before the next IDENTIFY, since sessions keep ending early";

/// Counts identifies and delays the next one; shared by all shards.
#[derive(Debug, Default)]
pub(crate) struct IdentifyLimiter {
    state: Mutex<IdentifyState>,
    /// Held from the permit to the IDENTIFY: one shard identifies at a time.
    identify_lock: AsyncMutex<()>,
    metrics: Arc<Metrics>,
}

#[derive(Debug, Default)]
struct IdentifyState {
    /// `session_start_limit.remaining`, less the identifies since.
    remaining: u64,
    total: u64,
    resets_at: Option<Instant>,
    last_identify: Option<Instant>,
    shards: HashMap<u32, ShardHistory>,
}

/// A shard's last IDENTIFY and its backoff.
#[derive(Debug)]
struct ShardHistory {
    started_at: Instant,
    backoff: Backoff,
    next_allowed: Instant,
    /// Whether the last session's uptime was credited.
    credited: bool,
}

/// Permission for one IDENTIFY; no other shard gets one meanwhile.
#[derive(Debug)]
pub(crate) struct IdentifyPermit<'a> {
    limiter: &'a IdentifyLimiter,
    shard: u32,
    _guard: MutexGuard<'a, ()>,
}

impl IdentifyPermit<'_> {
    /// Counts the IDENTIFY; call this right before it is sent.
    pub(crate) fn consume(self) {
        self.limiter.lock_state().record_identify(self.shard, Instant::now());
        self.limiter.metrics.record_identify();
    }
}

impl IdentifyLimiter {
    /// No identifies are left until [`Self::update_limit`].
    pub(crate) fn new(metrics: Arc<Metrics>) -> IdentifyLimiter {
        IdentifyLimiter { metrics, ..IdentifyLimiter::default() }
    }

    /// Takes over the `session_start_limit` of `GET /gateway/bot`.
    pub(crate) fn update_limit(&self, limit: &SessionStartLimit) {
        self.lock_state().update_limit(limit, Instant::now());
        self.metrics.set_identifies_left(limit.remaining);
    }

    /// The number of identifies left until the limit resets.
    pub(crate) fn remaining(&self) -> u64 {
        self.lock_state().remaining
    }

    /// Waits until this shard may identify; logs long waits.
    pub(crate) async fn acquire(&self, shard: u32) -> IdentifyPermit<'_> {
        self.lock_state().credit_uptime(shard, Instant::now());
        let guard = self.identify_lock.lock().await;
        let mut logged_reason = "";
        loop {
            let blocked = self.lock_state().blocked_until(shard, Instant::now());
            let Some((until, reason)) = blocked else { return IdentifyPermit { limiter: self, shard, _guard: guard } };
            let wait = until - Instant::now();
            if logged_reason != reason && wait > WARN_WAIT_THRESHOLD {
                logged_reason = reason;
                tracing::warn!(shard, sessions_left = self.remaining(), retry_in_ms = wait.as_millis(), "{reason}");
            }
            sleep_until(until).await;
        }
    }

    fn lock_state(&self) -> std::sync::MutexGuard<'_, IdentifyState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl IdentifyState {
    fn update_limit(&mut self, limit: &SessionStartLimit, now: Instant) {
        (self.remaining, self.total) = (limit.remaining, limit.total);
        self.resets_at = Some(now + Duration::from_millis(limit.reset_after));
    }

    fn record_identify(&mut self, shard: u32, now: Instant) {
        self.remaining = self.remaining.saturating_sub(1);
        self.last_identify = Some(now);
        let new = || ShardHistory {
            started_at: now,
            backoff: Backoff::new(IDENTIFY_INTERVAL, MAX_BACKOFF),
            next_allowed: now,
            credited: true,
        };
        let history = self.shards.entry(shard).or_insert_with(new);
        (history.started_at, history.credited) = (now, false);
        history.next_allowed = now + history.backoff.next_delay();
    }

    /// Halves a shard's backoff once per [`STABLE_SESSION`] of its last session. A full reset would let one long
    /// session pay for many short ones.
    fn credit_uptime(&mut self, shard: u32, now: Instant) {
        if let Some(history) = self.shards.get_mut(&shard).filter(|history| !history.credited) {
            history.credited = true;
            for _ in 0..(now - history.started_at).as_secs() / STABLE_SESSION.as_secs() {
                history.backoff.halve();
            }
        }
    }

    /// When the shard may identify next, and the reason to wait; `None` if it may now.
    fn blocked_until(&mut self, shard: u32, now: Instant) -> Option<(Instant, &'static str)> {
        if self.remaining <= IDENTIFY_RESERVE.min(self.total / 10) {
            if let Some(resets_at) = self.resets_at.filter(|resets_at| *resets_at > now) {
                return Some((resets_at, REASON_LIMIT_EXHAUSTED));
            }
            // The limit has reset.
            (self.remaining, self.resets_at) = (self.total, Some(now + DAY));
        }
        let after_last = self.last_identify.map(|last| last + IDENTIFY_INTERVAL);
        let after_backoff = self.shards.get(&shard).map(|history| history.next_allowed);
        after_last.max(after_backoff).filter(|until| *until > now).map(|until| (until, REASON_BACKOFF))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn state_with(remaining: u64, now: Instant) -> IdentifyState {
        let limit = serde_json::json!({
            "total": 1000, "remaining": remaining, "reset_after": 14_400_000, "max_concurrency": 1,
        });
        let mut state = IdentifyState::default();
        state.update_limit(&serde_json::from_value(limit).expect("a limit"), now);
        state
    }

    /// Identifies as soon as that is allowed and returns the time.
    fn identify(state: &mut IdentifyState, shard: u32, mut now: Instant) -> Instant {
        state.credit_uptime(shard, now);
        while let Some((until, _)) = state.blocked_until(shard, now) {
            now = until;
        }
        state.record_identify(shard, now);
        now
    }

    /// The number of identifies in a day, given each session's length by index.
    fn identifies_in_a_day(session_length: impl Fn(usize) -> Duration) -> usize {
        let start = Instant::now();
        let (mut state, mut now, mut count) = (state_with(1000, start), start, 0);
        while now < start + DAY {
            now = identify(&mut state, 0, now) + session_length(count);
            count += 1;
        }
        count
    }

    #[test]
    fn a_day_of_rejected_sessions_uses_a_tenth_of_the_limit() {
        let count = identifies_in_a_day(|_| Duration::from_millis(100));
        assert!((80..130).contains(&count), "{count}");
        let count = identifies_in_a_day(|index| Duration::from_secs([0, 0, 601][index % 3]));
        assert!(count < 450, "a long session does not pay for many short ones: {count}");
    }

    #[test]
    fn the_reserve_is_kept_until_the_limit_resets() {
        let start = Instant::now();
        let mut state = state_with(IDENTIFY_RESERVE + 2, start);
        let first = identify(&mut state, 0, start);
        let second = identify(&mut state, 1, first);
        assert!(second < start + Duration::from_secs(60));
        assert_eq!(
            (state.remaining, state.blocked_until(2, second).map(|(_, reason)| reason)),
            (IDENTIFY_RESERVE, Some(REASON_LIMIT_EXHAUSTED))
        );
        assert!(identify(&mut state, 2, second) >= start + Duration::from_secs(14_400));
        assert_eq!(state.remaining, 999);
    }

    #[test]
    fn after_a_long_session_the_shard_identifies_at_once() {
        let mut now = Instant::now();
        let mut state = state_with(1000, now);
        for _ in 0..6 {
            now = identify(&mut state, 0, now);
        }
        let later = now + 10 * STABLE_SESSION;
        assert_eq!(identify(&mut state, 0, later), later);
        assert!(identify(&mut state, 0, later) < later + Duration::from_secs(20));
    }

    #[test]
    fn occasional_short_sessions_keep_the_backoff_short() {
        // Repeated for a day: three sessions within a minute, then one every five minutes.
        let session_length = |index: usize| Duration::from_secs([20, 20, 300, 300, 300][index % 5]);
        let (mut now, mut max_wait) = (Instant::now(), Duration::ZERO);
        let mut state = state_with(1000, now);
        for index in 0..450 {
            let identified_at = identify(&mut state, 0, now);
            max_wait = max_wait.max(identified_at - now);
            now = identified_at + session_length(index);
        }
        assert!(max_wait < Duration::from_secs(90), "{max_wait:?}");
    }

    #[test]
    fn shards_identify_one_after_another() {
        let start = Instant::now();
        let mut state = state_with(1000, start);
        let identified_at: Vec<Duration> = (0..4).map(|shard| identify(&mut state, shard, start) - start).collect();
        assert_eq!(identified_at, [Duration::ZERO, IDENTIFY_INTERVAL, IDENTIFY_INTERVAL * 2, IDENTIFY_INTERVAL * 3]);
    }

    proptest! {
        #[test]
        fn a_day_never_exhausts_the_limit(seconds in prop::collection::vec(0_u64..1000, 1..20)) {
            let count = identifies_in_a_day(|index| Duration::from_secs(seconds[index % seconds.len()]));
            prop_assert!(count < 750, "{count}");
        }
    }
}
