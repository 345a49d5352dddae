//! What people say of answers: a line of the log each, for whoever mends the corpus, and a count. Never who said it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::discord::protocol::vote::VoteTarget;
use crate::metrics::counters::Metrics;

/// Counts what people say of answers.
#[derive(Debug, Default)]
pub struct Feedback {
    right: AtomicU64,
    wrong: AtomicU64,
    metrics: Arc<Metrics>,
}

impl Feedback {
    /// No votes yet; they are counted in `metrics`, too.
    pub fn new(metrics: Arc<Metrics>) -> Feedback {
        Feedback { metrics, ..Feedback::default() }
    }

    /// Somebody says that this answer was right.
    pub fn record_right(&self, judged: &VoteTarget) {
        self.right.fetch_add(1, Ordering::Relaxed);
        self.metrics.record_feedback(true);
        let VoteTarget { kind, confidence, roles } = judged;
        tracing::info!(target: "feedback", verdict = "right", kind, confidence, roles, "feedback");
    }

    /// Somebody says that this answer was wrong, and perhaps why.
    pub fn record_wrong(&self, judged: &VoteTarget, text: &str) {
        self.wrong.fetch_add(1, Ordering::Relaxed);
        self.metrics.record_feedback(false);
        let (VoteTarget { kind, confidence, roles }, text) = (judged, strip_mention_ids(text));
        tracing::info!(target: "feedback", verdict = "wrong", kind, confidence, roles, text, "feedback");
    }

    /// Tells how much was said in all.
    pub fn log_totals(&self) {
        let (right, wrong) = (self.right.load(Ordering::Relaxed), self.wrong.load(Ordering::Relaxed));
        tracing::info!(target: "feedback", right, wrong, "feedback in all");
    }
}

/// The text without the ids in mentions, which say who somebody is.
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
    fn nobody_is_named() {
        assert_eq!(strip_mention_ids("<@123> and <@!45>, <@&6>: no"), "<@> and <@>, <@>: no");
        assert_eq!(strip_mention_ids("a <b> @c 12"), "a <b> @c 12");
    }
}
