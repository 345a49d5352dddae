//! HTTP servers for machines and people.

pub mod status;
