//! The gateway: a WebSocket connection per shard, its sessions, and the events received on it.

pub(crate) mod edit_tracker;
pub(crate) mod edits;
pub(crate) mod events;
pub(crate) mod fallback;
pub(crate) mod gateway_url;
pub(crate) mod heartbeat;
pub(crate) mod identify_limiter;
pub(crate) mod interaction_responder;
pub(crate) mod shard;
pub(crate) mod socket;
pub(crate) mod watchdog;
