//! The state of each shard, for the watchdog and the readiness check.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::metrics::counters::Metrics;
use crate::metrics::readiness::{CONNECTED, DISCONNECTED};

/// The state of all shards. Uses `std::time`, since the runtime's clock stops when the runtime hangs.
#[derive(Debug, Default)]
pub struct Health {
    shards: Mutex<HashMap<u32, ShardHealth>>,
    restart_notify: Notify,
    metrics: Arc<Metrics>,
}

#[derive(Clone, Copy, Debug, Default)]
struct ShardHealth {
    disconnected_since: Option<Instant>,
    unacknowledged_since: Option<Instant>,
    /// It waits on purpose; the watchdog ignores it.
    backing_off: bool,
}

/// Why a shard counts as failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not connected.
    Disconnected,
    /// Heartbeats are not acknowledged.
    HeartbeatTimeout,
}

impl Health {
    /// No shards yet; their states are shown in `metrics`, too.
    pub fn new(metrics: Arc<Metrics>) -> Health {
        Health { metrics, ..Health::default() }
    }

    /// The shard has started or lost its connection.
    pub fn set_disconnected(&self, shard: u32) {
        self.update(shard, |state| {
            state.disconnected_since.get_or_insert_with(Instant::now);
            (state.unacknowledged_since, state.backing_off) = (None, false);
        });
        self.metrics.readiness.set_shard(shard, DISCONNECTED, Instant::now());
    }

    /// The shard waits on purpose before it connects; ends with [`Self::set_connecting`].
    pub fn set_backing_off(&self, shard: u32) {
        self.update(shard, |state| state.backing_off = true);
        self.metrics.readiness.set_shard(shard, "waiting", Instant::now());
    }

    /// The shard starts to connect.
    pub fn set_connecting(&self, shard: u32) {
        self.update(shard, |state| (state.backing_off, state.disconnected_since) = (false, Some(Instant::now())));
        self.metrics.readiness.set_shard(shard, "connecting", Instant::now());
    }

    /// The shard is connected and receives events.
    pub fn set_connected(&self, shard: u32) {
        self.update(shard, |state| *state = ShardHealth::default());
        self.metrics.readiness.set_shard(shard, CONNECTED, Instant::now());
    }

    /// The shard has sent a heartbeat.
    pub fn heartbeat_sent(&self, shard: u32) {
        self.update(shard, |state| {
            state.unacknowledged_since.get_or_insert_with(Instant::now);
        });
    }

    /// Discord has acknowledged a heartbeat.
    pub fn heartbeat_acknowledged(&self, shard: u32) {
        self.update(shard, |state| state.unacknowledged_since = None);
        self.metrics.readiness.set_shard(shard, CONNECTED, Instant::now());
    }

    /// Removes all shards.
    pub fn clear(&self) {
        self.shards.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.metrics.readiness.set_all_disconnected();
    }

    /// The number of connected shards, and of all shards.
    pub fn connected_and_total(&self) -> (usize, usize) {
        let shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        (shards.values().filter(|state| state.disconnected_since.is_none()).count(), shards.len())
    }

    /// A shard that has been failing for `timeout` at `now`, and how. Shards that back off are skipped.
    pub fn find_fault(&self, timeout: Duration, now: Instant) -> Option<(u32, Fault)> {
        let shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        let expired = |since: Option<Instant>| since.is_some_and(|since| now.duration_since(since) >= timeout);
        shards.iter().filter(|(_, state)| !state.backing_off).find_map(|(shard, state)| {
            let disconnected = expired(state.disconnected_since).then_some(Fault::Disconnected);
            let fault = disconnected.or(expired(state.unacknowledged_since).then_some(Fault::HeartbeatTimeout));
            fault.map(|fault| (*shard, fault))
        })
    }

    /// Requests that all shards reconnect.
    pub fn request_restart(&self) {
        self.restart_notify.notify_one();
    }

    /// Waits for [`Self::request_restart`].
    pub async fn restart_requested(&self) {
        self.restart_notify.notified().await;
    }

    fn update(&self, shard: u32, change: impl FnOnce(&mut ShardHealth)) {
        let mut shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || ShardHealth { disconnected_since: Some(Instant::now()), ..ShardHealth::default() };
        change(shards.entry(shard).or_insert_with(new));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(60);

    #[test]
    fn a_shard_fails_when_disconnected_or_unacknowledged_but_not_while_backing_off() {
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
