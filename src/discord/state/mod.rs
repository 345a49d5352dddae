//! State shared by all interactions and messages: rate limiter, image cache, feedback, reload.

pub mod app_state;
pub mod feedback;
pub mod image_cache;
pub mod rate_limit;
pub mod reload;
