//! New sessions cost: Discord gives a thousand a day and resets the token of whoever uses them up. Whatever the network or Discord
//! does, the waits in between keep the bot far below that, and the last ones are never touched.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serenity::model::gateway::SessionStartLimit;
use tokio::sync::{Mutex as Turnstile, MutexGuard};
use tokio::time::{Instant, sleep_until};

use crate::discord::backoff::Backoff;
use crate::metrics::counters::METRICS;

/// Sessions that are left untouched.
pub const IDENTIFY_RESERVE: u64 = 20;
/// Discord wants 5 s between two sessions.
const IDENTIFY_INTERVAL: Duration = Duration::from_millis(5500);
const MAX_BACKOFF: Duration = Duration::from_secs(900);
/// A session that lasted so long was a good one; one that lasted twice as long is twice as good.
const STABLE_SESSION: Duration = Duration::from_secs(120);
/// A wait that the operator is told of.
const WARN_WAIT_THRESHOLD: Duration = Duration::from_secs(15);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const REASON_LIMIT_EXHAUSTED: &str =
    "almost all new sessions of today are used up, and at none left Discord resets the token; waiting";
const REASON_BACKOFF: &str = "sessions with Discord end as soon as they begin; waiting before the next one";

/// Counts new sessions, and says when the next one may begin.
#[derive(Debug, Default)]
pub struct IdentifyLimiter {
    state: Mutex<IdentifyState>,
    /// One shard begins a session at a time.
    identify_lock: Turnstile<()>,
}

#[derive(Debug, Default)]
struct IdentifyState {
    /// What Discord said is left, less what was used since.
    remaining: u64,
    total: u64,
    resets_at: Option<Instant>,
    last_identify: Option<Instant>,
    shards: HashMap<u32, ShardHistory>,
}

/// How one shard fared with its sessions.
#[derive(Debug)]
struct ShardHistory {
    started_at: Instant,
    backoff: Backoff,
    next_allowed: Instant,
    /// Whether the last session was looked at.
    credited: bool,
}

/// Leave to begin one session; nobody else begins one meanwhile.
#[derive(Debug)]
pub struct IdentifyPermit<'a> {
    limiter: &'a IdentifyLimiter,
    shard: u32,
    _guard: MutexGuard<'a, ()>,
}

impl IdentifyPermit<'_> {
    /// The session begins now: it counts.
    pub fn consume(self) {
        self.limiter.lock_state().record_identify(self.shard, Instant::now());
        METRICS.record_identify();
    }
}

impl IdentifyLimiter {
    /// Takes over what Discord says is left.
    pub fn update_limit(&self, limit: &SessionStartLimit) {
        self.lock_state().update_limit(limit, Instant::now());
        METRICS.set_identifies_left(limit.remaining);
    }

    /// How many sessions are left of today's.
    pub fn remaining(&self) -> u64 {
        self.lock_state().remaining
    }

    /// Waits until this shard may begin a session. Says so where that takes long.
    pub async fn acquire(&self, shard: u32) -> IdentifyPermit<'_> {
        self.lock_state().credit_uptime(shard, Instant::now());
        let alone = self.identify_lock.lock().await;
        let mut said = "";
        loop {
            let closed = self.lock_state().blocked_until(shard, Instant::now());
            let Some((until, why)) = closed else { return IdentifyPermit { limiter: self, shard, _guard: alone } };
            let wait = until - Instant::now();
            if said != why && wait > WARN_WAIT_THRESHOLD {
                said = why;
                tracing::warn!(shard, sessions_left = self.remaining(), retry_in = ?wait, "{why}");
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
        let trials = self.shards.entry(shard).or_insert_with(new);
        (trials.started_at, trials.credited) = (now, false);
        trials.next_allowed = now + trials.backoff.next_delay();
    }

    /// Forgives a shard as much as its last session was a good one. All at once would be too much: a good session now and then
    /// would let many bad ones through.
    fn credit_uptime(&mut self, shard: u32, now: Instant) {
        if let Some(trials) = self.shards.get_mut(&shard).filter(|trials| !trials.credited) {
            trials.credited = true;
            for _ in 0..(now - trials.started_at).as_secs() / STABLE_SESSION.as_secs() {
                trials.backoff.halve();
            }
        }
    }

    /// Until when no session may begin, and why.
    fn blocked_until(&mut self, shard: u32, now: Instant) -> Option<(Instant, &'static str)> {
        if self.remaining <= IDENTIFY_RESERVE.min(self.total / 10) {
            if let Some(resets) = self.resets_at.filter(|resets| *resets > now) {
                return Some((resets, REASON_LIMIT_EXHAUSTED));
            }
            // A new day has begun.
            (self.remaining, self.resets_at) = (self.total, Some(now + DAY));
        }
        let soon = self.last_identify.map(|last| last + IDENTIFY_INTERVAL);
        let own = self.shards.get(&shard).map(|trials| trials.next_allowed);
        soon.max(own).filter(|until| *until > now).map(|until| (until, REASON_BACKOFF))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ledger(remaining: u64, now: Instant) -> IdentifyState {
        let said = serde_json::json!({
            "total": 1000, "remaining": remaining, "reset_after": 14_400_000, "max_concurrency": 1,
        });
        let mut ledger = IdentifyState::default();
        ledger.update_limit(&serde_json::from_value(said).expect("a limit"), now);
        ledger
    }

    /// Begins a session as soon as one may begin, and gives when that was.
    fn begin(ledger: &mut IdentifyState, shard: u32, mut now: Instant) -> Instant {
        ledger.credit_uptime(shard, now);
        while let Some((until, _)) = ledger.blocked_until(shard, now) {
            now = until;
        }
        ledger.record_identify(shard, now);
        now
    }

    /// So many sessions begin in a day where each lasts so long.
    fn sessions_in_a_day(lasts: impl Fn(usize) -> Duration) -> usize {
        let start = Instant::now();
        let (mut ledger, mut now, mut count) = (ledger(1000, start), start, 0);
        while now < start + DAY {
            now = begin(&mut ledger, 0, now) + lasts(count);
            count += 1;
        }
        count
    }

    #[test]
    fn a_day_of_refused_sessions_costs_a_tenth_of_what_there_is() {
        let count = sessions_in_a_day(|_| Duration::from_millis(100));
        assert!((80..130).contains(&count), "{count}");
        let count = sessions_in_a_day(|at| Duration::from_secs([0, 0, 601][at % 3]));
        assert!(count < 450, "a good one now and then does not let many bad ones through: {count}");
    }

    #[test]
    fn the_last_ones_are_left_until_the_day_is_over() {
        let start = Instant::now();
        let mut ledger = ledger(IDENTIFY_RESERVE + 2, start);
        let first = begin(&mut ledger, 0, start);
        let second = begin(&mut ledger, 1, first);
        assert!(second < start + Duration::from_secs(60));
        assert_eq!(
            (ledger.remaining, ledger.blocked_until(2, second).map(|(_, why)| why)),
            (IDENTIFY_RESERVE, Some(REASON_LIMIT_EXHAUSTED))
        );
        assert!(begin(&mut ledger, 2, second) >= start + Duration::from_secs(14_400));
        assert_eq!(ledger.remaining, 999);
    }

    #[test]
    fn after_a_good_session_the_next_one_begins_at_once() {
        let mut now = Instant::now();
        let mut ledger = ledger(1000, now);
        for _ in 0..6 {
            now = begin(&mut ledger, 0, now);
        }
        let later = now + 10 * STABLE_SESSION;
        assert_eq!(begin(&mut ledger, 0, later), later);
        assert!(begin(&mut ledger, 0, later) < later + Duration::from_secs(20));
    }

    #[test]
    fn sessions_that_are_ended_now_and_then_are_not_waited_for_long() {
        // Three in a minute, then one every five minutes, over and over for a day.
        let lasts = |at: usize| Duration::from_secs([20, 20, 300, 300, 300][at % 5]);
        let (mut now, mut longest) = (Instant::now(), Duration::ZERO);
        let mut ledger = ledger(1000, now);
        for at in 0..450 {
            let begun = begin(&mut ledger, 0, now);
            longest = longest.max(begun - now);
            now = begun + lasts(at);
        }
        assert!(longest < Duration::from_secs(90), "{longest:?}");
    }

    #[test]
    fn shards_begin_one_after_another() {
        let start = Instant::now();
        let mut ledger = ledger(1000, start);
        let begun: Vec<Duration> = (0..4).map(|shard| begin(&mut ledger, shard, start) - start).collect();
        assert_eq!(begun, [Duration::ZERO, IDENTIFY_INTERVAL, IDENTIFY_INTERVAL * 2, IDENTIFY_INTERVAL * 3]);
    }

    proptest! {
        #[test]
        fn however_long_sessions_last_a_day_cannot_spend_them(seconds in prop::collection::vec(0_u64..1000, 1..20)) {
            let count = sessions_in_a_day(|at| Duration::from_secs(seconds[at % seconds.len()]));
            // One for each good while, and some in between.
            prop_assert!(count < 750, "{count}");
        }
    }
}
