//! Log lines that the operator sees whatever log filter is set.

/// The tracing target of these lines; [`LOG_DIRECTIVES`](crate::discord::LOG_DIRECTIVES) enables it.
pub(crate) const NOTICE_TARGET: &str = "needed";

/// Logs a message that no log filter hides.
pub(crate) fn notice(message: &str) {
    tracing::info!(target: NOTICE_TARGET, "{message}");
}
