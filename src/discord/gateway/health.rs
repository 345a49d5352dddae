//! How the shards are: the one place where their states change, for the watchdog and whoever else wants to know.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::metrics::readiness::{CONNECTED, READINESS};

/// What is known of all shards. Kept by the system's clock, since the runtime's may be what hangs.
#[derive(Debug, Default)]
pub struct Health {
    shards: Mutex<HashMap<u32, ShardHealth>>,
    restart_notify: Notify,
}

/// What is known of one shard.
#[derive(Clone, Copy, Debug)]
struct ShardHealth {
    disconnected_since: Option<Instant>,
    unacknowledged_since: Option<Instant>,
    /// It waits on purpose, and nothing is amiss.
    backing_off: bool,
}

/// What ails a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not connected.
    Disconnected,
    /// Its heartbeats are not acknowledged.
    HeartbeatTimeout,
}

impl Health {
    /// A shard has begun, or has lost its connection.
    pub fn set_disconnected(&self, shard: u32) {
        self.update(shard, |condition| {
            condition.disconnected_since.get_or_insert_with(Instant::now);
            (condition.unacknowledged_since, condition.backing_off) = (None, false);
        });
        READINESS.set_shard(shard, "away", Instant::now());
    }

    /// A shard waits on purpose before it connects; once it no longer does, call [`Health::resolved`].
    pub fn set_backing_off(&self, shard: u32) {
        self.update(shard, |condition| condition.backing_off = true);
        READINESS.set_shard(shard, "waiting", Instant::now());
    }

    /// A shard tries to connect from now on.
    pub fn set_connecting(&self, shard: u32) {
        self.update(shard, |condition| {
            (condition.backing_off, condition.disconnected_since) = (false, Some(Instant::now()))
        });
        READINESS.set_shard(shard, "connecting", Instant::now());
    }

    /// A shard is connected and gets events.
    pub fn set_connected(&self, shard: u32) {
        self.update(shard, |condition| {
            *condition = ShardHealth { disconnected_since: None, unacknowledged_since: None, backing_off: false };
        });
        READINESS.set_shard(shard, CONNECTED, Instant::now());
    }

    /// A shard has sent a heartbeat.
    pub fn heartbeat_sent(&self, shard: u32) {
        self.update(shard, |condition| {
            condition.unacknowledged_since.get_or_insert_with(Instant::now);
        });
    }

    /// Discord has acknowledged a heartbeat.
    pub fn heartbeat_acknowledged(&self, shard: u32) {
        self.update(shard, |condition| condition.unacknowledged_since = None);
        READINESS.set_shard(shard, CONNECTED, Instant::now());
    }

    /// There are no shards any more.
    pub fn clear(&self) {
        self.shards.lock().unwrap_or_else(PoisonError::into_inner).clear();
        READINESS.set_all_disconnected();
    }

    /// How many shards are connected, and how many there are.
    pub fn connected_and_total(&self) -> (usize, usize) {
        let shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        (shards.values().filter(|condition| condition.disconnected_since.is_none()).count(), shards.len())
    }

    /// What has ailed some shard for so long by now, and which one.
    pub fn find_fault(&self, patience: Duration, now: Instant) -> Option<(u32, Fault)> {
        let shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        let long = |since: Option<Instant>| since.is_some_and(|since| now.duration_since(since) >= patience);
        shards.iter().filter(|(_, condition)| !condition.backing_off).find_map(|(shard, condition)| {
            let away = long(condition.disconnected_since).then_some(Fault::Disconnected);
            let ailment = away.or(long(condition.unacknowledged_since).then_some(Fault::HeartbeatTimeout));
            ailment.map(|ailment| (*shard, ailment))
        })
    }

    /// Orders that all connections be begun anew.
    pub fn request_restart(&self) {
        self.restart_notify.notify_one();
    }

    /// Returns once that is ordered.
    pub async fn restart_requested(&self) {
        self.restart_notify.notified().await;
    }

    fn update(&self, shard: u32, change: impl FnOnce(&mut ShardHealth)) {
        let mut shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        let new =
            || ShardHealth { disconnected_since: Some(Instant::now()), unacknowledged_since: None, backing_off: false };
        change(shards.entry(shard).or_insert_with(new));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(60);

    #[test]
    fn a_shard_ails_that_is_away_or_unanswered_and_does_not_wait_on_purpose() {
        let health = Health::default();
        let late = Instant::now() + TIMEOUT * 2;
        assert_eq!(health.find_fault(TIMEOUT, late), None);
        health.set_disconnected(3);
        assert_eq!(health.find_fault(TIMEOUT, late), Some((3, Fault::Disconnected)));
        assert_eq!(health.find_fault(TIMEOUT, Instant::now()), None);
        health.set_backing_off(3);
        assert_eq!(health.find_fault(TIMEOUT, late), None);
        health.set_connecting(3);
        assert_eq!(health.find_fault(TIMEOUT, late), Some((3, Fault::Disconnected)));
        health.set_connected(3);
        assert_eq!((health.find_fault(TIMEOUT, late), health.connected_and_total()), (None, (1, 1)));
        health.heartbeat_sent(3);
        assert_eq!(health.find_fault(TIMEOUT, late), Some((3, Fault::HeartbeatTimeout)));
        health.heartbeat_acknowledged(3);
        assert_eq!(health.find_fault(TIMEOUT, late), None);
    }
}
