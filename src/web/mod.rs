//! HTTP servers other than the interactions endpoint.

pub mod status;
