//! How the shards are: the one place where their states change, for the watchdog and whoever else wants to know.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::metrics::readiness::{CONNECTED, CONNECTION};

/// What is known of all shards. Kept by the system's clock, since the runtime's may be what hangs.
#[derive(Debug, Default)]
pub struct Health {
    shards: Mutex<HashMap<u32, Condition>>,
    restart: Notify,
}

/// What is known of one shard.
#[derive(Clone, Copy, Debug)]
struct Condition {
    away_since: Option<Instant>,
    unanswered_since: Option<Instant>,
    /// It waits on purpose, and nothing is amiss.
    waiting: bool,
}

/// What ails a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ailment {
    /// It is not connected.
    Away,
    /// Its heartbeats are not acknowledged.
    Unanswered,
}

impl Health {
    /// A shard has begun, or has lost its connection.
    pub fn away(&self, shard: u32) {
        self.change(shard, |condition| {
            condition.away_since.get_or_insert_with(Instant::now);
            (condition.unanswered_since, condition.waiting) = (None, false);
        });
        CONNECTION.shard(shard, "away", Instant::now());
    }

    /// A shard waits on purpose before it connects; once it no longer does, call [`Health::resolved`].
    pub fn waiting(&self, shard: u32) {
        self.change(shard, |condition| condition.waiting = true);
        CONNECTION.shard(shard, "waiting", Instant::now());
    }

    /// A shard tries to connect from now on.
    pub fn resolved(&self, shard: u32) {
        self.change(shard, |condition| (condition.waiting, condition.away_since) = (false, Some(Instant::now())));
        CONNECTION.shard(shard, "connecting", Instant::now());
    }

    /// A shard is connected and gets events.
    pub fn connected(&self, shard: u32) {
        self.change(shard, |condition| {
            *condition = Condition { away_since: None, unanswered_since: None, waiting: false };
        });
        CONNECTION.shard(shard, CONNECTED, Instant::now());
    }

    /// A shard has sent a heartbeat.
    pub fn beat(&self, shard: u32) {
        self.change(shard, |condition| {
            condition.unanswered_since.get_or_insert_with(Instant::now);
        });
    }

    /// Discord has acknowledged a heartbeat.
    pub fn acknowledged(&self, shard: u32) {
        self.change(shard, |condition| condition.unanswered_since = None);
        CONNECTION.shard(shard, CONNECTED, Instant::now());
    }

    /// There are no shards any more.
    pub fn over(&self) {
        self.shards.lock().unwrap_or_else(PoisonError::into_inner).clear();
        CONNECTION.away();
    }

    /// How many shards are connected, and how many there are.
    pub fn connected_of_all(&self) -> (usize, usize) {
        let shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        (shards.values().filter(|condition| condition.away_since.is_none()).count(), shards.len())
    }

    /// What has ailed some shard for so long by now, and which one.
    pub fn ailing(&self, patience: Duration, now: Instant) -> Option<(u32, Ailment)> {
        let shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        let long = |since: Option<Instant>| since.is_some_and(|since| now.duration_since(since) >= patience);
        shards.iter().filter(|(_, condition)| !condition.waiting).find_map(|(shard, condition)| {
            let away = long(condition.away_since).then_some(Ailment::Away);
            let ailment = away.or(long(condition.unanswered_since).then_some(Ailment::Unanswered));
            ailment.map(|ailment| (*shard, ailment))
        })
    }

    /// Orders that all connections be begun anew.
    pub fn order_restart(&self) {
        self.restart.notify_one();
    }

    /// Returns once that is ordered.
    pub async fn restart_ordered(&self) {
        self.restart.notified().await;
    }

    fn change(&self, shard: u32, change: impl FnOnce(&mut Condition)) {
        let mut shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Condition { away_since: Some(Instant::now()), unanswered_since: None, waiting: false };
        change(shards.entry(shard).or_insert_with(new));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn a_shard_ails_that_is_away_or_unanswered_and_does_not_wait_on_purpose() {
        let health = Health::default();
        let late = Instant::now() + PATIENCE * 2;
        assert_eq!(health.ailing(PATIENCE, late), None);
        health.away(3);
        assert_eq!(health.ailing(PATIENCE, late), Some((3, Ailment::Away)));
        assert_eq!(health.ailing(PATIENCE, Instant::now()), None);
        health.waiting(3);
        assert_eq!(health.ailing(PATIENCE, late), None);
        health.resolved(3);
        assert_eq!(health.ailing(PATIENCE, late), Some((3, Ailment::Away)));
        health.connected(3);
        assert_eq!((health.ailing(PATIENCE, late), health.connected_of_all()), (None, (1, 1)));
        health.beat(3);
        assert_eq!(health.ailing(PATIENCE, late), Some((3, Ailment::Unanswered)));
        health.acknowledged(3);
        assert_eq!(health.ailing(PATIENCE, late), None);
    }
}
