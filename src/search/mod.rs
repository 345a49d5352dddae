//! Full-text search over the passages of a corpus, and name lookup.

pub mod aliases;
pub mod index;
pub mod names;
pub mod query;
pub mod retrieve;
pub mod text;
