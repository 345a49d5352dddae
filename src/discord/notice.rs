//! What the operator is told, whatever is logged.

/// What is told under this name is told in any case.
pub const NEEDED: &str = "needed";

/// Says something that the operator needs, whatever is logged.
pub fn tell(what: &str) {
    tracing::info!(target: NEEDED, "{what}");
}
