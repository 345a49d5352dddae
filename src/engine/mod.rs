//! The answer engine: takes a `Request`, gives a `Reply`. Independent of front ends and of the index.

pub mod answer;
pub mod app;
pub mod intent;
pub mod question;
pub(crate) mod reload;
pub mod reply;
pub mod request;
pub(crate) mod section;
pub mod spaces;
pub(crate) mod usage_counts;
