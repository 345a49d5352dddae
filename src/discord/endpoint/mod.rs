//! The interactions endpoint: an HTTP server that receives interactions from Discord.

pub mod server;
pub mod signature;
pub mod timeout_stream;
