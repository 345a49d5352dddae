//! Members' ratings of answers: each is logged, for the maintainers of the corpus, and counted. The member's identity is not recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::discord::protocol::custom_id::VoteTarget;
use crate::metrics::counters::Metrics;

/// Totals since the start.
#[derive(Debug, Default)]
pub(crate) struct Feedback {
    right: AtomicU64,
    wrong: AtomicU64,
    metrics: Arc<Metrics>,
}

impl Feedback {
    /// No votes yet; they are counted in `metrics`, too.
    pub(crate) fn new(metrics: Arc<Metrics>) -> Feedback {
        Feedback { metrics, ..Feedback::default() }
    }

    /// Records that an answer was rated right.
    pub(crate) fn record_right(&self, target: &VoteTarget) {
        self.right.fetch_add(1, Ordering::Relaxed);
        self.metrics.record_feedback(true);
        let VoteTarget { kind, confidence, roles } = target;
        tracing::info!(target: "feedback", verdict = "right", kind, confidence, roles, "feedback");
    }

    /// Records that an answer was rated wrong, with the member's text, which may be empty.
    pub(crate) fn record_wrong(&self, target: &VoteTarget, text: &str) {
        self.wrong.fetch_add(1, Ordering::Relaxed);
        self.metrics.record_feedback(false);
        let (VoteTarget { kind, confidence, roles }, text) = (target, strip_mention_ids(text));
        tracing::info!(target: "feedback", verdict = "wrong", kind, confidence, roles, text, "feedback");
    }

    /// Logs the totals.
    pub(crate) fn log_totals(&self) {
        let (right, wrong) = (self.right.load(Ordering::Relaxed), self.wrong.load(Ordering::Relaxed));
        tracing::info!(target: "feedback", right, wrong, "feedback totals");
    }
}

/// Removes the ids from mentions, which identify users.
fn strip_mention_ids(text: &str) -> String {
    let mut parts = text.split("<@");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        let rest = part.trim_start_matches(['!', '&']).trim_start_matches(|letter: char| letter.is_ascii_digit());
        out + "<@" + rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_removed_from_mentions() {
        assert_eq!(strip_mention_ids("<@123> and <@!45>, <@&6>: no"), "<@> and <@>, <@>: no");
        assert_eq!(strip_mention_ids("a <b> @c 12"), "a <b> @c 12");
    }
}
