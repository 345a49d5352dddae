//! Counters, gauges and readiness as a value that the app owns. No metric identifies
//! a user.

pub mod counters;
pub mod readiness;
