//! The HTTP server and the status routes.

pub(crate) mod log_throttle;
pub(crate) mod server;
pub(crate) mod status;
pub(crate) mod timeout_stream;
