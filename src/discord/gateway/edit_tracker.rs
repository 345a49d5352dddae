//! Tracks which reply belongs to which message, so that edits and deletions of the message reach the reply.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tokio::time::Instant;

/// Later edits do not change the reply.
const EDIT_WINDOW: Duration = Duration::from_secs(300);
/// Bound on memory; the oldest entry is dropped first.
const MAX_TRACKED: usize = 1000;

/// State per message of the last five minutes. Access is exclusive: an edit waits until the reply has been sent.
#[derive(Debug)]
pub(crate) struct EditTracker<T>(Mutex<VecDeque<TrackedMessage<T>>>);

#[derive(Debug)]
struct TrackedMessage<T> {
    message_id: u64,
    tracked_at: Instant,
    state: Arc<AsyncMutex<T>>,
}

impl<T> Default for EditTracker<T> {
    fn default() -> Self {
        EditTracker(Mutex::default())
    }
}

impl<T> EditTracker<T> {
    /// Starts tracking a message and returns its locked state.
    pub(crate) async fn track(&self, message_id: u64, state: T, now: Instant) -> OwnedMutexGuard<T> {
        let state = Arc::new(AsyncMutex::new(state));
        let guard = Arc::clone(&state).lock_owned().await;
        self.with_entries(now, |entries| {
            entries.push_back(TrackedMessage { message_id, tracked_at: now, state });
            if entries.len() > MAX_TRACKED {
                entries.pop_front();
            }
        });
        guard
    }

    /// Returns the locked state of a message that is still tracked.
    pub(crate) async fn get(&self, message_id: u64, now: Instant) -> Option<OwnedMutexGuard<T>> {
        let state = self.with_entries(now, |entries| {
            entries.iter().find(|entry| entry.message_id == message_id).map(|entry| Arc::clone(&entry.state))
        })?;
        Some(state.lock_owned().await)
    }

    /// Like [`Self::get`], and stops tracking the message.
    pub(crate) async fn remove(&self, message_id: u64, now: Instant) -> Option<OwnedMutexGuard<T>> {
        let state = self.with_entries(now, |entries| {
            let index = entries.iter().position(|entry| entry.message_id == message_id)?;
            entries.remove(index).map(|entry| entry.state)
        })?;
        Some(state.lock_owned().await)
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
    async fn a_message_is_tracked_for_five_minutes() {
        let (tracker, now) = (EditTracker::default(), Instant::now());
        drop(tracker.track(1, "one", now).await);
        assert_eq!(tracker.get(1, now + EDIT_WINDOW).await.as_deref(), Some(&"one"));
        assert!(tracker.get(2, now).await.is_none());
        assert!(tracker.get(1, now + EDIT_WINDOW + Duration::from_secs(1)).await.is_none());
        assert!(tracker.get(1, now).await.is_none(), "expired entries are removed");
    }

    #[tokio::test]
    async fn the_number_of_tracked_messages_is_bounded() {
        let (tracker, now) = (EditTracker::default(), Instant::now());
        for message_id in 0..=MAX_TRACKED as u64 {
            drop(tracker.track(message_id, (), now).await);
        }
        assert!(tracker.get(0, now).await.is_none());
        assert!(tracker.remove(1, now).await.is_some());
        assert!(tracker.remove(1, now).await.is_none());
        assert!(tracker.get(MAX_TRACKED as u64, now).await.is_some());
    }

    #[tokio::test]
    async fn an_edit_waits_for_the_reply() {
        let (tracker, now) = (Arc::new(EditTracker::default()), Instant::now());
        let mut state = tracker.track(1, "", now).await;
        let edit = tokio::spawn({
            let tracker = Arc::clone(&tracker);
            async move { tracker.get(1, now).await.map(|state| *state) }
        });
        tokio::task::yield_now().await;
        *state = "answered";
        drop(state);
        assert_eq!(edit.await.expect("the task ends"), Some("answered"));
    }
}
