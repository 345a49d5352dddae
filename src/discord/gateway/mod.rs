//! The gateway: one connection that Discord speaks on, held, and what is heard there.

pub mod budget;
pub mod events;
pub mod health;
pub mod shard;
pub mod socket;
pub mod watchdog;
pub mod whereabouts;
