//! Whether the bot can work as it is set up: what was looked at, and what is wrong with it.

pub mod finding;
pub mod here;
