//! What all doors share: whichever way somebody asks, the same bot answers, out of the same allowance.

use std::fmt;
use std::sync::Arc;

use crate::discord::shutdown::Busy;
use crate::discord::state::feedback::Feedback;
use crate::discord::state::image_cache::Gallery;
use crate::discord::state::rate_limit::Allowance;
use crate::discord::state::reload::Reload;
use crate::engine::Bot;

/// Who answers, and what is counted and kept meanwhile. Clones share it.
#[derive(Clone)]
pub struct Desk {
    /// Who answers.
    pub bot: Arc<Bot>,
    /// What people say of answers.
    pub feedback: Arc<Feedback>,
    /// How much each may ask.
    pub allowance: Arc<Allowance>,
    /// The pictures.
    pub gallery: Arc<Gallery>,
    /// The answers under way.
    pub busy: Busy,
    /// What `/reload` does, where there is one.
    pub reload: Option<Reload>,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Desk {
    /// A desk where nothing was asked yet.
    pub fn of(bot: Arc<Bot>, reload: Option<Reload>) -> Self {
        Desk {
            bot,
            feedback: Arc::default(),
            allowance: Arc::default(),
            gallery: Arc::default(),
            busy: Busy::default(),
            reload,
        }
    }
}
