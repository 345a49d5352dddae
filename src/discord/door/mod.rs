//! The other door: interactions that Discord posts to an address of ours.

pub mod http;
pub mod line;
pub mod seal;
