//! Requests to Discord's REST API, with its rate limits, timeouts and retries.

pub(crate) mod channel_throttle;
pub mod client;
pub(crate) mod discord_error;
pub(crate) mod invalid_requests;
pub(crate) mod request_sender;
pub(crate) mod send;
