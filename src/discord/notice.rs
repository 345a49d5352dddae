//! What the operator is told, whatever is logged.

/// What is told under this name is told in any case.
pub const NOTICE_TARGET: &str = "needed";

/// Says something that the operator needs, whatever is logged.
pub fn notice(what: &str) {
    tracing::info!(target: NOTICE_TARGET, "{what}");
}
