//! What all doors share: whichever way somebody asks, the same bot answers, out of the same allowance.

use std::fmt;
use std::sync::Arc;

use crate::discord::shutdown::TaskTracker;
use crate::discord::state::feedback::Feedback;
use crate::discord::state::image_cache::ImageCache;
use crate::discord::state::rate_limit::{Decision, UserRateLimiter};
use crate::discord::state::reload::ReloadHandle;
use crate::engine::Engine;

/// Who answers, and what is counted and kept meanwhile. Clones share it.
#[derive(Clone)]
pub struct AppState {
    /// Who answers.
    pub bot: Arc<Engine>,
    /// What people say of answers.
    pub feedback: Arc<Feedback>,
    /// How much each may ask.
    pub rate_limiter: Arc<UserRateLimiter>,
    /// The pictures.
    pub image_cache: Arc<ImageCache>,
    /// The answers under way.
    pub task_tracker: TaskTracker,
    /// What `/reload` does, where there is one.
    pub reload: Option<ReloadHandle>,
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl AppState {
    /// A desk where nothing was asked yet.
    pub fn new(bot: Arc<Engine>, reload: Option<ReloadHandle>) -> Self {
        AppState {
            feedback: Arc::new(Feedback::new(Arc::clone(bot.metrics()))),
            bot,
            rate_limiter: Arc::default(),
            image_cache: Arc::default(),
            task_tracker: TaskTracker::default(),
            reload,
        }
    }

    /// Takes one request of a user in a channel from their quotas, and counts it if it is denied.
    pub fn check_rate_limit(&self, user: u64, channel: u64) -> Decision {
        let decision = self.rate_limiter.check(user, channel);
        if decision != Decision::Allow {
            self.bot.metrics().rate_limited();
        }
        decision
    }
}
