//! Where the gateway is: what Discord said last, and whether somebody could not find it there.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// The gateway's address, shared by all shards.
#[derive(Debug)]
pub struct GatewayUrl {
    url: Mutex<String>,
    refresh_notify: Notify,
}

impl GatewayUrl {
    /// As Discord says it.
    pub fn new(url: String) -> Self {
        GatewayUrl { url: Mutex::new(url), refresh_notify: Notify::new() }
    }

    /// The address that was told last.
    pub fn get(&self) -> String {
        self.url.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Discord says another one, or the same again.
    pub fn set(&self, url: String) {
        *self.url.lock().unwrap_or_else(PoisonError::into_inner) = url;
    }

    /// Nobody speaks there.
    pub fn request_refresh(&self) {
        self.refresh_notify.notify_one();
    }

    /// Returns once somebody has doubted it.
    pub async fn refresh_requested(&self) {
        self.refresh_notify.notified().await;
    }
}
