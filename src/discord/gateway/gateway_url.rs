//! Where the gateway is: what Discord said last, and whether somebody could not find it there.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// The gateway's address, shared by all shards.
#[derive(Debug)]
pub struct Whereabouts {
    url: Mutex<String>,
    doubts: Notify,
}

impl Whereabouts {
    /// As Discord says it.
    pub fn told(url: String) -> Self {
        Whereabouts { url: Mutex::new(url), doubts: Notify::new() }
    }

    /// The address that was told last.
    pub fn url(&self) -> String {
        self.url.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Discord says another one, or the same again.
    pub fn now(&self, url: String) {
        *self.url.lock().unwrap_or_else(PoisonError::into_inner) = url;
    }

    /// Nobody speaks there.
    pub fn doubt(&self) {
        self.doubts.notify_one();
    }

    /// Returns once somebody has doubted it.
    pub async fn doubted(&self) {
        self.doubts.notified().await;
    }
}
