//! The other door: interactions that Discord posts to an address of ours.

pub mod server;
pub mod signature;
pub mod timeout_stream;
