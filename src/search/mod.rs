//! Full-text search over the passages of a corpus, and name lookup.

pub(crate) mod aliases;
pub mod index;
pub mod names;
pub(crate) mod query;
pub(crate) mod retrieve;
pub mod text;
