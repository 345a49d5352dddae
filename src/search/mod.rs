//! Full-text search over the passages of a corpus, and lookup of names.

pub mod aliases;
pub mod index;
pub mod names;
pub mod query;
pub mod retrieve;
pub mod text;
