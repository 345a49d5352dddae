//! The gateway: one connection that Discord speaks on, held, and what is heard there.

pub mod edit_tracker;
pub mod edits;
pub mod events;
pub mod gateway_url;
pub mod health;
pub mod identify_limiter;
pub mod shard;
pub mod socket;
pub mod watchdog;
