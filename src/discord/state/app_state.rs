//! The state that the gateway and the interactions endpoint share.

use std::fmt;
use std::sync::Arc;

use tokio_util::task::TaskTracker;

use crate::discord::state::feedback::Feedback;
use crate::discord::state::image_cache::ImageCache;
use crate::discord::state::rate_limit::{Decision, UserRateLimiter};
use crate::discord::state::reload::ReloadHandle;
use crate::engine::app::App;

/// The shared state. Clones refer to the same one.
#[derive(Clone)]
pub(crate) struct AppState {
    /// Answers requests.
    pub(crate) app: Arc<App>,
    /// Counts members' ratings of answers.
    pub(crate) feedback: Arc<Feedback>,
    /// Limits requests per user and per channel.
    pub(crate) rate_limiter: Arc<UserRateLimiter>,
    /// Renders and caches diagrams.
    pub(crate) image_cache: Arc<ImageCache>,
    /// Counts the answers in progress.
    pub(crate) task_tracker: TaskTracker,
    /// Handles `/reload`; none where the command is disabled.
    pub(crate) reload: Option<ReloadHandle>,
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState").finish_non_exhaustive()
    }
}

impl AppState {
    /// A new state with empty caches and counts.
    pub(crate) fn new(app: Arc<App>, reload: Option<ReloadHandle>) -> Self {
        AppState {
            feedback: Arc::new(Feedback::new(Arc::clone(app.metrics()))),
            app,
            rate_limiter: Arc::default(),
            image_cache: Arc::default(),
            task_tracker: TaskTracker::default(),
            reload,
        }
    }

    /// Takes one request of a user in a channel from their quotas, and counts it if it is denied.
    pub(crate) fn check_rate_limit(&self, user: u64, channel: u64) -> Decision {
        let decision = self.rate_limiter.check(user, channel);
        if decision != Decision::Allow {
            self.app.metrics().rate_limited();
        }
        decision
    }
}
