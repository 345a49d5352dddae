//! Limits how often a log line is written that anyone can cause.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Least time between two log lines.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// When the log line was last written.
#[derive(Debug, Default)]
pub(crate) struct LogThrottle(Mutex<Option<Instant>>);

impl LogThrottle {
    /// Returns whether the line may be written now: at most once per minute.
    pub(crate) fn allow(&self) -> bool {
        let mut last_logged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let allow = last_logged.is_none_or(|at| at.elapsed() > LOG_INTERVAL);
        if allow {
            *last_logged = Some(Instant::now());
        }
        allow
    }
}
