//! SIGHUP, which requests a reload of the corpus. Its default action terminates the process.

use std::io;

/// Receives SIGHUP. On systems other than Unix there is none to receive.
#[derive(Debug)]
pub(crate) struct SighupListener {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

impl SighupListener {
    /// Installs the signal handler. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// The handler cannot be installed.
    pub(crate) fn listen() -> io::Result<SighupListener> {
        Ok(SighupListener {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    /// Waits for the next signal; false if none can arrive.
    pub(crate) async fn recv(&mut self) -> bool {
        #[cfg(unix)]
        return self.signal.recv().await.is_some();
        #[cfg(not(unix))]
        false
    }
}
