//! What the operator is told at the start.

use std::io::Write;

/// Says something that the operator needs, whatever is logged.
pub fn tell(what: &str) {
    if tracing::enabled!(tracing::Level::INFO) {
        tracing::info!("{what}");
    } else {
        // Standard error may be closed, which is no reason to stop.
        let _ = writeln!(std::io::stderr(), "{what}");
    }
}
