//! Metrics and readiness of the process. Both are statics, like the log: any module can record with one call. No metric identifies
//! a user.

pub mod counters;
pub mod readiness;
