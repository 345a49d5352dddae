//! How the bot is connected to Discord, and whether that is enough to say that it is ready.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The connection of this process.
pub static READINESS: Readiness = Readiness::new();

/// A connection that gave no sign of life for so long counts as none. Discord asks for a heartbeat every 41 s.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(90);

/// The state of a shard that is connected.
pub const CONNECTED: &str = "connected";
const DISCONNECTED: &str = "away";

/// What is known of the ways to Discord.
#[derive(Debug)]
pub struct Readiness(Mutex<ReadinessState>);

#[derive(Debug)]
struct ReadinessState {
    /// The shards by number, where the gateway is a way at all; none as long as Discord did not say how many there are.
    shards: Option<BTreeMap<u32, ShardStatus>>,
    /// Whether the door for posts from Discord is open, where there is one.
    endpoint_open: Option<bool>,
}

#[derive(Clone, Copy, Debug)]
struct ShardStatus {
    state: &'static str,
    last_alive: Instant,
}

impl Readiness {
    /// No way as yet.
    pub const fn new() -> Self {
        Readiness(Mutex::new(ReadinessState { shards: None, endpoint_open: None }))
    }

    fn with_state<T>(&self, act: impl FnOnce(&mut ReadinessState) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// There is to be a gateway: without it, the bot is not ready.
    pub fn expect_gateway(&self) {
        self.with_state(|ways| {
            ways.shards.get_or_insert_default();
        });
    }

    /// There are to be so many shards; each is away until [`Self::shard`] tells otherwise.
    pub fn expect_shards(&self, count: u32) {
        let shard = ShardStatus { state: DISCONNECTED, last_alive: Instant::now() };
        self.with_state(|ways| ways.shards = Some((0..count).map(|number| (number, shard)).collect()));
    }

    /// A shard is in this state, one word of a few, and gave its last sign of life then.
    pub fn set_shard(&self, number: u32, state: &'static str, alive: Instant) {
        self.with_state(|ways| {
            ways.shards.get_or_insert_default().insert(number, ShardStatus { state, last_alive: alive })
        });
    }

    /// The session is over, and every shard away.
    pub fn set_all_disconnected(&self) {
        self.with_state(|ways| {
            ways.shards.iter_mut().flat_map(BTreeMap::values_mut).for_each(|shard| shard.state = DISCONNECTED)
        });
    }

    /// There is a door for posts from Discord, and it is open or not. Where there is no gateway beside it, that is all it takes.
    pub fn set_endpoint_open(&self, open: bool) {
        self.with_state(|ways| ways.endpoint_open = Some(open));
    }

    /// Every shard with its state, and for how long it has given no sign of life.
    pub fn shards(&self, now: Instant) -> Vec<(u32, &'static str, Duration)> {
        let read = |(number, shard): (&u32, &ShardStatus)| {
            (*number, shard.state, now.saturating_duration_since(shard.last_alive))
        };
        self.with_state(|ways| ways.shards.iter().flatten().map(read).collect())
    }

    /// Why Discord cannot reach the bot in full; nothing where it can.
    pub fn not_ready_reasons(&self, now: Instant) -> Vec<String> {
        let (gateway, door) = self.with_state(|ways| (ways.shards.as_ref().map(BTreeMap::len), ways.endpoint_open));
        let mut faults = Vec::new();
        match (gateway, door) {
            (None, None) => faults.push("no way to Discord is open yet".to_owned()),
            (Some(0), _) => faults.push("Discord has not said yet where its gateway is".to_owned()),
            _ => {}
        }
        if door == Some(false) {
            faults.push("the door for interactions over HTTP is not open".to_owned());
        }
        for (number, state, silent) in self.shards(now) {
            if state != CONNECTED {
                faults.push(format!("shard {number} is not connected to Discord: {state}"));
            } else if silent > HEARTBEAT_TIMEOUT {
                let silent = silent.as_secs();
                faults.push(format!("shard {number} has given no sign of life for {silent} s"));
            }
        }
        faults
    }
}

impl Default for Readiness {
    fn default() -> Self {
        Readiness::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_is_there_when_every_shard_is_connected_and_alive() {
        let (connection, now) = (Readiness::new(), Instant::now());
        assert_eq!(connection.not_ready_reasons(now), ["no way to Discord is open yet"]);
        connection.expect_gateway();
        assert_eq!(connection.not_ready_reasons(now), ["Discord has not said yet where its gateway is"]);
        connection.expect_shards(2);
        connection.set_shard(0, CONNECTED, now);
        assert_eq!(connection.not_ready_reasons(now), ["shard 1 is not connected to Discord: away"]);
        connection.set_shard(1, "identifying", now);
        assert_eq!(connection.not_ready_reasons(now), ["shard 1 is not connected to Discord: identifying"]);
        connection.set_shard(1, CONNECTED, now + Duration::from_secs(1));
        assert!(connection.not_ready_reasons(now + HEARTBEAT_TIMEOUT).is_empty());
        let later = now + HEARTBEAT_TIMEOUT + Duration::from_secs(1);
        assert_eq!(connection.not_ready_reasons(later), ["shard 0 has given no sign of life for 91 s"]);
        connection.set_all_disconnected();
        assert_eq!(connection.not_ready_reasons(now).len(), 2);
    }

    #[test]
    fn the_door_alone_is_enough_where_there_is_no_gateway() {
        let (connection, now) = (Readiness::new(), Instant::now());
        connection.set_endpoint_open(false);
        assert_eq!(connection.not_ready_reasons(now), ["the door for interactions over HTTP is not open"]);
        connection.set_endpoint_open(true);
        assert!(connection.not_ready_reasons(now).is_empty());
        connection.expect_gateway();
        assert_eq!(connection.not_ready_reasons(now).len(), 1);
    }
}
