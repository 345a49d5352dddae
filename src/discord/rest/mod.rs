//! The REST API: what is asked of Discord, or told it, a request at a time.

pub mod callbacks;
pub mod deliver;
pub mod pace;
pub mod reach;
pub mod refusals;
pub mod requests;
