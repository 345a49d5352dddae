//! The gateway: a WebSocket connection per shard, its sessions, and the events received on it.

pub mod edit_tracker;
pub mod edits;
pub mod events;
pub mod fallback;
pub mod gateway_url;
pub mod heartbeat;
pub mod identify_limiter;
pub mod interaction_responder;
pub mod shard;
pub mod socket;
pub mod watchdog;
