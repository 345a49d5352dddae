//! Remembers for a while which answer belongs to which question: what becomes of the question becomes of the answer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};
use tokio::time::Instant;

/// Whoever edits a message later than this has other reasons than to mend a question.
const SPAN: Duration = Duration::from_secs(300);
/// The most that is remembered; the oldest goes first.
const MOST: usize = 1000;

/// What is known of each question of the last five minutes. Whoever holds it has it alone: an edit waits until the answer is there.
#[derive(Debug)]
pub struct Recent<T>(Mutex<VecDeque<Entry<T>>>);

#[derive(Debug)]
struct Entry<T> {
    question: u64,
    since: Instant,
    known: Arc<Turn<T>>,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Recent(Mutex::default())
    }
}

impl<T> Recent<T> {
    /// Remembers what is known of a question from now on.
    pub async fn begin(&self, question: u64, known: T, now: Instant) -> OwnedMutexGuard<T> {
        let known = Arc::new(Turn::new(known));
        let held = Arc::clone(&known).lock_owned().await;
        self.with(now, |entries| {
            entries.push_back(Entry { question, since: now, known });
            if entries.len() > MOST {
                entries.pop_front();
            }
        });
        held
    }

    /// What is known of a question, where it is not too long ago.
    pub async fn find(&self, question: u64, now: Instant) -> Option<OwnedMutexGuard<T>> {
        let known = self.with(now, |entries| {
            entries.iter().find(|entry| entry.question == question).map(|entry| Arc::clone(&entry.known))
        })?;
        Some(known.lock_owned().await)
    }

    /// The same for the last time.
    pub async fn take(&self, question: u64, now: Instant) -> Option<OwnedMutexGuard<T>> {
        let known = self.with(now, |entries| {
            let at = entries.iter().position(|entry| entry.question == question)?;
            entries.remove(at).map(|entry| entry.known)
        })?;
        Some(known.lock_owned().await)
    }

    fn with<R>(&self, now: Instant, act: impl FnOnce(&mut VecDeque<Entry<T>>) -> R) -> R {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while entries.front().is_some_and(|entry| entry.since + SPAN < now) {
            entries.pop_front();
        }
        act(&mut entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_question_is_remembered_for_five_minutes() {
        let (recent, now) = (Recent::default(), Instant::now());
        drop(recent.begin(1, "one", now).await);
        assert_eq!(recent.find(1, now + SPAN).await.as_deref(), Some(&"one"));
        assert!(recent.find(2, now).await.is_none());
        assert!(recent.find(1, now + SPAN + Duration::from_secs(1)).await.is_none());
        assert!(recent.find(1, now).await.is_none(), "what is forgotten takes no room");
    }

    #[tokio::test]
    async fn no_more_than_so_many_are_remembered() {
        let (recent, now) = (Recent::default(), Instant::now());
        for question in 0..=MOST as u64 {
            drop(recent.begin(question, (), now).await);
        }
        assert!(recent.find(0, now).await.is_none());
        assert!(recent.take(1, now).await.is_some());
        assert!(recent.take(1, now).await.is_none());
        assert!(recent.find(MOST as u64, now).await.is_some());
    }

    #[tokio::test]
    async fn an_edit_waits_for_the_answer() {
        let (recent, now) = (Arc::new(Recent::default()), Instant::now());
        let mut answering = recent.begin(1, "", now).await;
        let edit = tokio::spawn({
            let recent = Arc::clone(&recent);
            async move { recent.find(1, now).await.map(|known| *known) }
        });
        tokio::task::yield_now().await;
        *answering = "answered";
        drop(answering);
        assert_eq!(edit.await.expect("an end"), Some("answered"));
    }
}
