//! Requests to Discord's REST API, with its rate limits, timeouts and retries.

pub mod channel_throttle;
pub mod client;
pub mod discord_error;
pub mod invalid_requests;
pub mod request_sender;
pub mod send;
