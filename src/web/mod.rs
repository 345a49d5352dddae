//! The HTTP server and the status routes.

pub mod log_throttle;
pub mod server;
pub mod status;
pub mod timeout_stream;
