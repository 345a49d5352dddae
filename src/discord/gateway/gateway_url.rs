//! The gateway's URL, shared by all shards, and requests to fetch it again.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// The URL from the last `GET /gateway/bot`.
#[derive(Debug)]
pub(crate) struct GatewayUrl {
    url: Mutex<String>,
    refresh_notify: Notify,
}

impl GatewayUrl {
    /// Starts with this URL.
    pub(crate) fn new(url: String) -> Self {
        GatewayUrl { url: Mutex::new(url), refresh_notify: Notify::new() }
    }

    /// The current URL.
    pub(crate) fn get(&self) -> String {
        self.url.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the URL.
    pub(crate) fn set(&self, url: String) {
        *self.url.lock().unwrap_or_else(PoisonError::into_inner) = url;
    }

    /// Requests that the URL be fetched again, since no HELLO came from it.
    pub(crate) fn request_refresh(&self) {
        self.refresh_notify.notify_one();
    }

    /// Waits for [`Self::request_refresh`].
    pub(crate) async fn refresh_requested(&self) {
        self.refresh_notify.notified().await;
    }
}
