//! How the bot fares: counted and timed for whoever looks after it, never by whom it was asked. Of the process as a whole, as its log
//! is, so that a place that has something to count needs nothing but a line.

pub mod counters;
pub mod readiness;
