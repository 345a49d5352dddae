//! Graceful shutdown: a cancellation token, and a tracker of running tasks.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

/// Cancelled by SIGTERM, by Ctrl-C, or by a part of the program that cannot continue. Clones share the state.
#[derive(Clone, Debug)]
pub struct CancellationToken {
    sender: watch::Sender<bool>,
    receiver: watch::Receiver<bool>,
}

impl CancellationToken {
    /// A token that is cancelled on SIGTERM or Ctrl-C.
    ///
    /// # Errors
    /// If the signal handler cannot be installed.
    pub fn cancel_on_signal() -> io::Result<CancellationToken> {
        let (sender, receiver) = watch::channel(false);
        #[cfg(unix)]
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        let token = CancellationToken { sender, receiver };
        let on_signal = token.clone();
        tokio::spawn(async move {
            #[cfg(unix)]
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            #[cfg(not(unix))]
            let _ = tokio::signal::ctrl_c().await;
            on_signal.cancel();
        });
        Ok(token)
    }

    /// Returns when the token is cancelled.
    pub async fn cancelled(&mut self) {
        let _ = self.receiver.wait_for(|cancelled| *cancelled).await;
    }

    /// Cancels this token and its clones.
    pub fn cancel(&self) {
        let _ = self.sender.send(true);
    }
}

/// Counts the answers in progress. Clones share the count.
#[derive(Clone, Debug)]
pub struct TaskTracker(Arc<Semaphore>);

const MAX_TASKS: u32 = 1 << 20;

impl Default for TaskTracker {
    fn default() -> Self {
        TaskTracker(Arc::new(Semaphore::new(MAX_TASKS as usize)))
    }
}

impl TaskTracker {
    /// A permit to hold while an answer is in progress.
    pub fn token(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_owned().ok()
    }

    /// Waits until no answer is in progress, at most for `limit`.
    pub async fn wait_timeout(&self, limit: Duration) {
        if timeout(limit, self.0.acquire_many(MAX_TASKS)).await.is_err() {
            tracing::warn!("shutdown timed out: some answers in progress are dropped");
        }
    }
}
