//! One test crate, a module a topic.

mod discord;
