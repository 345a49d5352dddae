//! When it is time to stop, and what has to be finished before.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

/// SIGTERM or Ctrl-C, or that a part of the program cannot go on.
#[derive(Clone, Debug)]
pub struct Stop {
    tell: watch::Sender<bool>,
    told: watch::Receiver<bool>,
}

impl Stop {
    /// Listens from now on.
    ///
    /// # Errors
    /// Where the system does not let us.
    pub fn listen() -> io::Result<Stop> {
        let (tell, told) = watch::channel(false);
        #[cfg(unix)]
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        let signal = tell.clone();
        tokio::spawn(async move {
            #[cfg(unix)]
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            #[cfg(not(unix))]
            let _ = tokio::signal::ctrl_c().await;
            let _ = signal.send(true);
        });
        Ok(Stop { tell, told })
    }

    /// Returns when it is time to stop.
    pub async fn asked(&mut self) {
        let _ = self.told.wait_for(|stop| *stop).await;
    }

    /// Stops everything that listens.
    pub fn ask(&self) {
        let _ = self.tell.send(true);
    }
}

/// The answers under way.
#[derive(Clone, Debug)]
pub struct Busy(Arc<Semaphore>);

const MANY: u32 = 1 << 20;

impl Default for Busy {
    fn default() -> Self {
        Busy(Arc::new(Semaphore::new(MANY as usize)))
    }
}

impl Busy {
    /// Hold this while an answer is under way.
    pub fn begin(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_owned().ok()
    }

    /// Waits until no answer is under way, or for so long.
    pub async fn finish(&self, within: Duration) {
        if timeout(within, self.0.acquire_many(MANY)).await.is_err() {
            tracing::warn!("stopping although some answers were not done");
        }
    }
}
