//! SIGHUP, by which operators ask a program that runs to look at its files anew. Not to hear it is to be ended by it.

use std::io;

/// The hangups to come.
#[derive(Debug)]
pub struct SighupListener {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

impl SighupListener {
    /// Hears them from now on. To be called inside a runtime.
    ///
    /// # Errors
    /// Where the system does not let us.
    pub fn listen() -> io::Result<SighupListener> {
        Ok(SighupListener {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    /// Waits for the next one; false where none will come any more.
    pub async fn recv(&mut self) -> bool {
        #[cfg(unix)]
        return self.signal.recv().await.is_some();
        #[cfg(not(unix))]
        false
    }
}
