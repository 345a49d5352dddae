//! Counters, gauges and readiness as a value that the app owns. No metric identifies
//! a user.

pub(crate) mod counters;
pub(crate) mod readiness;
