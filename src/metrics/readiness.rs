//! The connections to Discord (shards, interactions endpoint), and whether they suffice for `/readyz`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A shard without a heartbeat ACK for this time is not ready. Discord's heartbeat interval is about 41 s.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(90);

/// The state of a connected shard.
pub const CONNECTED: &str = "connected";
/// The state of a shard without a connection.
pub const DISCONNECTED: &str = "away";

/// The state of all connections to Discord.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<ReadinessState>);

#[derive(Debug, Default)]
struct ReadinessState {
    /// The shards by id; `None` without a gateway, empty until their number is known.
    shards: Option<BTreeMap<u32, ShardStatus>>,
    /// Whether the interactions endpoint is listening; `None` without one.
    endpoint_open: Option<bool>,
}

#[derive(Clone, Copy, Debug)]
struct ShardStatus {
    state: &'static str,
    last_alive: Instant,
}

impl Readiness {
    fn with_state<T>(&self, act: impl FnOnce(&mut ReadinessState) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The bot uses the gateway: it is not ready until all shards are connected.
    pub fn expect_gateway(&self) {
        self.with_state(|connections| {
            connections.shards.get_or_insert_default();
        });
    }

    /// Sets the number of shards; each is disconnected until [`Self::set_shard`] changes that.
    pub fn expect_shards(&self, count: u32) {
        let shard = ShardStatus { state: DISCONNECTED, last_alive: Instant::now() };
        self.with_state(|connections| connections.shards = Some((0..count).map(|id| (id, shard)).collect()));
    }

    /// Sets the state of a shard, a label value of `rolecall_shards`, and the time of its last heartbeat ACK or state change.
    pub fn set_shard(&self, id: u32, state: &'static str, last_alive: Instant) {
        self.with_state(|connections| {
            connections.shards.get_or_insert_default().insert(id, ShardStatus { state, last_alive })
        });
    }

    /// Marks every shard as disconnected.
    pub fn set_all_disconnected(&self) {
        self.with_state(|connections| {
            connections.shards.iter_mut().flat_map(BTreeMap::values_mut).for_each(|shard| shard.state = DISCONNECTED)
        });
    }

    /// Sets whether the interactions endpoint is listening. Without a gateway, that alone makes the bot ready.
    pub fn set_endpoint_open(&self, open: bool) {
        self.with_state(|connections| connections.endpoint_open = Some(open));
    }

    /// Id, state, and time since the last heartbeat ACK or state change of every shard.
    pub fn shards(&self, now: Instant) -> Vec<(u32, &'static str, Duration)> {
        let status =
            |(id, shard): (&u32, &ShardStatus)| (*id, shard.state, now.saturating_duration_since(shard.last_alive));
        self.with_state(|connections| connections.shards.iter().flatten().map(status).collect())
    }

    /// Why the bot is not ready; empty if it is.
    pub fn not_ready_reasons(&self, now: Instant) -> Vec<String> {
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
            if state != CONNECTED {
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

    #[test]
    fn the_gateway_is_ready_when_every_shard_is_connected_and_acknowledged() {
        let (readiness, now) = (Readiness::default(), Instant::now());
        assert_eq!(readiness.not_ready_reasons(now), ["no connection to Discord yet"]);
        readiness.expect_gateway();
        assert_eq!(readiness.not_ready_reasons(now), ["the gateway URL is not known yet"]);
        readiness.expect_shards(2);
        readiness.set_shard(0, CONNECTED, now);
        assert_eq!(readiness.not_ready_reasons(now), ["shard 1 is not connected to Discord: away"]);
        readiness.set_shard(1, "identifying", now);
        assert_eq!(readiness.not_ready_reasons(now), ["shard 1 is not connected to Discord: identifying"]);
        readiness.set_shard(1, CONNECTED, now + Duration::from_secs(1));
        assert!(readiness.not_ready_reasons(now + HEARTBEAT_TIMEOUT).is_empty());
        let later = now + HEARTBEAT_TIMEOUT + Duration::from_secs(1);
        assert_eq!(readiness.not_ready_reasons(later), ["shard 0 has had no heartbeat ACK for 91 s"]);
        readiness.set_all_disconnected();
        assert_eq!(readiness.not_ready_reasons(now).len(), 2);
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
