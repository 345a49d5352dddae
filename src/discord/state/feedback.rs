//! What people say of answers: a line of the log each, for whoever mends the corpus, and a count. Never who said it.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::discord::protocol::vote::Judged;
use crate::metrics::counters::COUNTERS;

/// Counts what people say of answers.
#[derive(Debug, Default)]
pub struct Feedback {
    right: AtomicU64,
    wrong: AtomicU64,
}

impl Feedback {
    /// Somebody says that this answer was right.
    pub fn right(&self, judged: &Judged) {
        self.right.fetch_add(1, Ordering::Relaxed);
        COUNTERS.feedback(true);
        let Judged { kind, confidence, roles } = judged;
        tracing::info!(target: "feedback", verdict = "right", kind, confidence, roles, "feedback");
    }

    /// Somebody says that this answer was wrong, and perhaps why.
    pub fn wrong(&self, judged: &Judged, text: &str) {
        self.wrong.fetch_add(1, Ordering::Relaxed);
        COUNTERS.feedback(false);
        let (Judged { kind, confidence, roles }, text) = (judged, without_people(text));
        tracing::info!(target: "feedback", verdict = "wrong", kind, confidence, roles, text, "feedback");
    }

    /// Tells how much was said in all.
    pub fn tell(&self) {
        let (right, wrong) = (self.right.load(Ordering::Relaxed), self.wrong.load(Ordering::Relaxed));
        tracing::info!(target: "feedback", right, wrong, "feedback in all");
    }
}

/// The text without the ids in mentions, which say who somebody is.
fn without_people(text: &str) -> String {
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
        assert_eq!(without_people("<@123> and <@!45>, <@&6>: no"), "<@> and <@>, <@>: no");
        assert_eq!(without_people("a <b> @c 12"), "a <b> @c 12");
    }
}
