//! The connections to Discord (shards, interactions endpoint), and whether they suffice for `/readyz`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A shard without a heartbeat ACK for this time is not ready. Discord's heartbeat interval is about 41 s.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(90);

/// The state of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShardState {
    /// Without a connection.
    Disconnected,
    /// Waiting on purpose before it connects.
    BackingOff,
    /// Opening a connection.
    Connecting,
    /// Receiving events.
    Connected,
}

/// Why a shard counts as failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Not connected.
    Disconnected,
    /// Heartbeats are not acknowledged.
    HeartbeatTimeout,
}

/// The state of all connections to Discord. Uses `std::time`, since the runtime's clock stops when the runtime hangs.
#[derive(Debug, Default)]
pub(crate) struct Readiness(Mutex<ReadinessState>);

#[derive(Debug, Default)]
struct ReadinessState {
    /// The shards by id; `None` without a gateway, empty until their number is known.
    shards: Option<BTreeMap<u32, ShardStatus>>,
    /// Whether the interactions endpoint is listening; `None` without one.
    endpoint_open: Option<bool>,
}

#[derive(Clone, Copy, Debug)]
struct ShardStatus {
    state: ShardState,
    /// The last heartbeat ACK or change of the state.
    last_alive: Instant,
    /// `None` if connected, or not started.
    disconnected_since: Option<Instant>,
    unacknowledged_since: Option<Instant>,
}

impl ShardState {
    /// The label value in `rolecall_shards`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ShardState::Disconnected => "away",
            ShardState::BackingOff => "waiting",
            ShardState::Connecting => "connecting",
            ShardState::Connected => "connected",
        }
    }
}

impl ShardStatus {
    fn not_started() -> ShardStatus {
        ShardStatus {
            state: ShardState::Disconnected,
            last_alive: Instant::now(),
            disconnected_since: None,
            unacknowledged_since: None,
        }
    }
}

impl Readiness {
    fn with_state<T>(&self, act: impl FnOnce(&mut ReadinessState) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The bot uses the gateway: it is not ready until all shards are connected.
    pub(crate) fn expect_gateway(&self) {
        self.with_state(|connections| {
            connections.shards.get_or_insert_default();
        });
    }

    /// Sets the number of shards; each is disconnected until [`Self::set_shard`] changes that.
    pub(crate) fn expect_shards(&self, count: u32) {
        let shard = ShardStatus::not_started();
        self.with_state(|connections| connections.shards = Some((0..count).map(|id| (id, shard)).collect()));
    }

    /// Sets the state of a shard. [`Fault::Disconnected`] counts from the loss of the connection or the last
    /// [`ShardState::Connecting`].
    pub(crate) fn set_shard(&self, id: u32, state: ShardState) {
        self.update_shard(id, |shard, now| {
            let disconnected_since = match state {
                ShardState::Connected => None,
                ShardState::Connecting => Some(now),
                ShardState::Disconnected | ShardState::BackingOff => shard.disconnected_since.or(Some(now)),
            };
            *shard = ShardStatus { state, last_alive: now, disconnected_since, unacknowledged_since: None };
        });
    }

    /// A shard has sent a heartbeat.
    pub(crate) fn heartbeat_sent(&self, id: u32) {
        self.update_shard(id, |shard, now| {
            shard.unacknowledged_since.get_or_insert(now);
        });
    }

    /// Discord has acknowledged a shard's heartbeat.
    pub(crate) fn heartbeat_acknowledged(&self, id: u32) {
        self.update_shard(id, |shard, now| (shard.unacknowledged_since, shard.last_alive) = (None, now));
    }

    /// No shard runs: each is disconnected, and none is at fault.
    pub(crate) fn stop_shards(&self) {
        self.with_state(|connections| {
            for shard in connections.shards.iter_mut().flat_map(BTreeMap::values_mut) {
                *shard = ShardStatus { last_alive: shard.last_alive, ..ShardStatus::not_started() };
            }
        });
    }

    fn update_shard(&self, id: u32, change: impl FnOnce(&mut ShardStatus, Instant)) {
        self.with_state(|connections| {
            let shards = connections.shards.get_or_insert_default();
            change(shards.entry(id).or_insert_with(ShardStatus::not_started), Instant::now());
        });
    }

    /// A shard that has been failing for `timeout` at `now`, and how. Shards that back off are skipped.
    pub(crate) fn find_fault(&self, timeout: Duration, now: Instant) -> Option<(u32, Fault)> {
        let expired = |since: Option<Instant>| since.is_some_and(|since| now.duration_since(since) >= timeout);
        let fault = |shard: &ShardStatus| match shard {
            _ if shard.state == ShardState::BackingOff => None,
            _ if expired(shard.disconnected_since) => Some(Fault::Disconnected),
            _ => expired(shard.unacknowledged_since).then_some(Fault::HeartbeatTimeout),
        };
        self.with_state(|connections| {
            connections.shards.iter().flatten().find_map(|(id, shard)| Some((*id, fault(shard)?)))
        })
    }

    /// Whether there are shards and all are connected.
    pub(crate) fn all_connected(&self) -> bool {
        self.with_state(|connections| {
            let connected = |shard: &ShardStatus| shard.state == ShardState::Connected;
            connections.shards.as_ref().is_some_and(|shards| !shards.is_empty() && shards.values().all(connected))
        })
    }

    /// Sets whether the interactions endpoint is listening. Without a gateway, that alone makes the bot ready.
    pub(crate) fn set_endpoint_open(&self, open: bool) {
        self.with_state(|connections| connections.endpoint_open = Some(open));
    }

    /// Id, state, and time since the last heartbeat ACK or state change of every shard.
    pub(crate) fn shards(&self, now: Instant) -> Vec<(u32, &'static str, Duration)> {
        let status = |(id, shard): (&u32, &ShardStatus)| {
            (*id, shard.state.as_str(), now.saturating_duration_since(shard.last_alive))
        };
        self.with_state(|connections| connections.shards.iter().flatten().map(status).collect())
    }

    /// Why the bot is not ready; empty if it is.
    pub(crate) fn not_ready_reasons(&self, now: Instant) -> Vec<String> {
        let (shard_count, endpoint_open) =
            self.with_state(|connections| (connections.shards.as_ref().map(BTreeMap::len), connections.endpoint_open));
        let mut reasons = Vec::new();
        match (shard_count, endpoint_open) {
            (None, None) => reasons.push("no connection to Discord yet".to_owned()),
            (Some(0), _) => reasons.push("the gateway URL is not known yet".to_owned()),
            _ => {}
        }
        if endpoint_open == Some(false) {
            reasons.push("the interactions endpoint is not listening".to_owned());
        }
        for (id, state, silence) in self.shards(now) {
            if state != ShardState::Connected.as_str() {
                reasons.push(format!("shard {id} is not connected to Discord: {state}"));
            } else if silence > HEARTBEAT_TIMEOUT {
                reasons.push(format!("shard {id} has had no heartbeat ACK for {} s", silence.as_secs()));
            }
        }
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(60);

    #[test]
    fn the_gateway_is_ready_when_every_shard_is_connected_and_acknowledged() {
        let readiness = Readiness::default();
        let reasons = |seconds| readiness.not_ready_reasons(Instant::now() + Duration::from_secs(seconds));
        assert_eq!(reasons(0), ["no connection to Discord yet"]);
        readiness.expect_gateway();
        assert_eq!(reasons(0), ["the gateway URL is not known yet"]);
        readiness.expect_shards(2);
        readiness.set_shard(0, ShardState::Connected);
        assert_eq!(reasons(0), ["shard 1 is not connected to Discord: away"]);
        readiness.set_shard(1, ShardState::Connecting);
        assert_eq!(reasons(0), ["shard 1 is not connected to Discord: connecting"]);
        assert!(!readiness.all_connected());
        readiness.set_shard(1, ShardState::Connected);
        assert!(readiness.all_connected() && reasons(89).is_empty());
        assert_eq!(reasons(91)[0], "shard 0 has had no heartbeat ACK for 91 s");
        readiness.stop_shards();
        assert_eq!(reasons(0).len(), 2);
    }

    #[test]
    fn a_shard_fails_when_disconnected_or_unacknowledged_but_not_while_backing_off() {
        let readiness = Readiness::default();
        let late = Instant::now() + TIMEOUT * 2;
        readiness.expect_shards(4);
        assert_eq!(readiness.find_fault(TIMEOUT, late), None, "no shard has started");
        readiness.set_shard(3, ShardState::Disconnected);
        assert_eq!(readiness.find_fault(TIMEOUT, late), Some((3, Fault::Disconnected)));
        assert_eq!(readiness.find_fault(TIMEOUT, Instant::now()), None);
        readiness.set_shard(3, ShardState::BackingOff);
        assert_eq!(readiness.find_fault(TIMEOUT, late), None);
        readiness.set_shard(3, ShardState::Connecting);
        assert_eq!(readiness.find_fault(TIMEOUT, late), Some((3, Fault::Disconnected)));
        readiness.set_shard(3, ShardState::Connected);
        assert_eq!(readiness.find_fault(TIMEOUT, late), None);
        readiness.heartbeat_sent(3);
        assert_eq!(readiness.find_fault(TIMEOUT, late), Some((3, Fault::HeartbeatTimeout)));
        readiness.heartbeat_acknowledged(3);
        assert_eq!(readiness.find_fault(TIMEOUT, late), None);
        readiness.heartbeat_sent(3);
        readiness.stop_shards();
        assert_eq!(readiness.find_fault(TIMEOUT, late), None);
    }

    #[test]
    fn the_endpoint_alone_suffices_without_a_gateway() {
        let (readiness, now) = (Readiness::default(), Instant::now());
        readiness.set_endpoint_open(false);
        assert_eq!(readiness.not_ready_reasons(now), ["the interactions endpoint is not listening"]);
        readiness.set_endpoint_open(true);
        assert!(readiness.not_ready_reasons(now).is_empty());
        readiness.expect_gateway();
        assert_eq!(readiness.not_ready_reasons(now).len(), 1);
    }
}
