//! What all interactions share: the application state, limits on users, images, feedback.

pub mod app_state;
pub mod feedback;
pub mod image_cache;
pub mod rate_limit;
pub mod reload;
