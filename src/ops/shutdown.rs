//! The signals that stop the process.

use std::io;

use tokio_util::sync::CancellationToken;

/// A token that is cancelled on SIGTERM or Ctrl-C.
///
/// # Errors
/// If the signal handler cannot be installed.
pub(crate) fn cancel_on_signal() -> io::Result<CancellationToken> {
    let shutdown = CancellationToken::new();
    let cancelled = shutdown.clone();
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        cancelled.cancel();
    });
    Ok(shutdown)
}
