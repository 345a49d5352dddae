//! When it is time to stop, and what has to be finished before.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

/// SIGTERM or Ctrl-C, or that a part of the program cannot go on.
#[derive(Clone, Debug)]
pub struct CancellationToken {
    sender: watch::Sender<bool>,
    receiver: watch::Receiver<bool>,
}

impl CancellationToken {
    /// Listens from now on.
    ///
    /// # Errors
    /// Where the system does not let us.
    pub fn cancel_on_signal() -> io::Result<CancellationToken> {
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
        Ok(CancellationToken { sender: tell, receiver: told })
    }

    /// Returns when it is time to stop.
    pub async fn cancelled(&mut self) {
        let _ = self.receiver.wait_for(|stop| *stop).await;
    }

    /// Stops everything that listens.
    pub fn cancel(&self) {
        let _ = self.sender.send(true);
    }
}

/// The answers under way.
#[derive(Clone, Debug)]
pub struct TaskTracker(Arc<Semaphore>);

const MAX_TASKS: u32 = 1 << 20;

impl Default for TaskTracker {
    fn default() -> Self {
        TaskTracker(Arc::new(Semaphore::new(MAX_TASKS as usize)))
    }
}

impl TaskTracker {
    /// Hold this while an answer is under way.
    pub fn token(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_owned().ok()
    }

    /// Waits until no answer is under way, or for so long.
    pub async fn wait_timeout(&self, within: Duration) {
        if timeout(within, self.0.acquire_many(MAX_TASKS)).await.is_err() {
            tracing::warn!("stopping although some answers were not done");
        }
    }
}
