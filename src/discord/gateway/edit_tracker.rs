//! Remembers for a while which answer belongs to which question: what becomes of the question becomes of the answer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};
use tokio::time::Instant;

/// Whoever edits a message later than this has other reasons than to mend a question.
const EDIT_WINDOW: Duration = Duration::from_secs(300);
/// The most that is remembered; the oldest goes first.
const MAX_TRACKED: usize = 1000;

/// What is known of each question of the last five minutes. Whoever holds it has it alone: an edit waits until the answer is there.
#[derive(Debug)]
pub struct EditTracker<T>(Mutex<VecDeque<TrackedMessage<T>>>);

#[derive(Debug)]
struct TrackedMessage<T> {
    message_id: u64,
    tracked_at: Instant,
    state: Arc<Turn<T>>,
}

impl<T> Default for EditTracker<T> {
    fn default() -> Self {
        EditTracker(Mutex::default())
    }
}

impl<T> EditTracker<T> {
    /// Remembers what is known of a question from now on.
    pub async fn track(&self, question: u64, known: T, now: Instant) -> OwnedMutexGuard<T> {
        let known = Arc::new(Turn::new(known));
        let held = Arc::clone(&known).lock_owned().await;
        self.with_entries(now, |entries| {
            entries.push_back(TrackedMessage { message_id: question, tracked_at: now, state: known });
            if entries.len() > MAX_TRACKED {
                entries.pop_front();
            }
        });
        held
    }

    /// What is known of a question, where it is not too long ago.
    pub async fn get(&self, question: u64, now: Instant) -> Option<OwnedMutexGuard<T>> {
        let known = self.with_entries(now, |entries| {
            entries.iter().find(|entry| entry.message_id == question).map(|entry| Arc::clone(&entry.state))
        })?;
        Some(known.lock_owned().await)
    }

    /// The same for the last time.
    pub async fn remove(&self, question: u64, now: Instant) -> Option<OwnedMutexGuard<T>> {
        let known = self.with_entries(now, |entries| {
            let at = entries.iter().position(|entry| entry.message_id == question)?;
            entries.remove(at).map(|entry| entry.state)
        })?;
        Some(known.lock_owned().await)
    }

    fn with_entries<R>(&self, now: Instant, act: impl FnOnce(&mut VecDeque<TrackedMessage<T>>) -> R) -> R {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while entries.front().is_some_and(|entry| entry.tracked_at + EDIT_WINDOW < now) {
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
        let (recent, now) = (EditTracker::default(), Instant::now());
        drop(recent.track(1, "one", now).await);
        assert_eq!(recent.get(1, now + EDIT_WINDOW).await.as_deref(), Some(&"one"));
        assert!(recent.get(2, now).await.is_none());
        assert!(recent.get(1, now + EDIT_WINDOW + Duration::from_secs(1)).await.is_none());
        assert!(recent.get(1, now).await.is_none(), "what is forgotten takes no room");
    }

    #[tokio::test]
    async fn no_more_than_so_many_are_remembered() {
        let (recent, now) = (EditTracker::default(), Instant::now());
        for question in 0..=MAX_TRACKED as u64 {
            drop(recent.track(question, (), now).await);
        }
        assert!(recent.get(0, now).await.is_none());
        assert!(recent.remove(1, now).await.is_some());
        assert!(recent.remove(1, now).await.is_none());
        assert!(recent.get(MAX_TRACKED as u64, now).await.is_some());
    }

    #[tokio::test]
    async fn an_edit_waits_for_the_answer() {
        let (recent, now) = (Arc::new(EditTracker::default()), Instant::now());
        let mut answering = recent.track(1, "", now).await;
        let edit = tokio::spawn({
            let recent = Arc::clone(&recent);
            async move { recent.get(1, now).await.map(|known| *known) }
        });
        tokio::task::yield_now().await;
        *answering = "answered";
        drop(answering);
        assert_eq!(edit.await.expect("an end"), Some("answered"));
    }
}
