//! State shared by all interactions and messages: rate limiter, image cache, feedback, reload.

pub(crate) mod app_state;
pub(crate) mod feedback;
pub mod image_cache;
pub(crate) mod rate_limit;
pub(crate) mod reload;
