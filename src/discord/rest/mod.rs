//! The REST API: what is asked of Discord, or told it, a request at a time.

pub mod callbacks;
pub mod channel_throttle;
pub mod client;
pub mod invalid_requests;
pub mod request_sender;
pub mod send;
