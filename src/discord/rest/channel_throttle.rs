//! Spreads messages to one channel over time: a burst that Discord has to stop is stopped for much longer than it need be.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// So many messages to a channel within [`SPAN`]. What Discord says in its headers is still heeded where it is stricter.
const MAX_MESSAGES: usize = 5;
const WINDOW: Duration = Duration::from_secs(5);
/// An answer that would have to wait longer than this is of no use any more.
const MAX_WAIT: Duration = Duration::from_secs(20);

/// When each channel had its last messages, and will have its next.
#[derive(Debug, Default)]
pub struct ChannelThrottle(Mutex<HashMap<u64, VecDeque<Instant>>>);

impl ChannelThrottle {
    /// Waits for this channel's turn; false where it would take too long.
    pub async fn acquire(&self, channel: u64) -> bool {
        let Some(at) = self.reserve(channel, Instant::now()) else { return false };
        sleep_until(at).await;
        true
    }

    fn reserve(&self, channel: u64, now: Instant) -> Option<Instant> {
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        channels.retain(|_, turns| {
            turns.retain(|turn| *turn + WINDOW > now);
            !turns.is_empty()
        });
        let turns = channels.entry(channel).or_default();
        let at = turns.len().checked_sub(MAX_MESSAGES).map_or(now, |before| turns[before] + WINDOW);
        (at <= now + MAX_WAIT).then(|| turns.push_back(at)).map(|()| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_spread_and_a_flood_is_dropped() {
        let (pace, now) = (ChannelThrottle::default(), Instant::now());
        let waits: Vec<Option<u64>> =
            (0..28).map(|_| pace.reserve(1, now).map(|at| at.duration_since(now).as_secs())).collect();
        assert_eq!(waits[..6], [Some(0), Some(0), Some(0), Some(0), Some(0), Some(5)]);
        assert_eq!(waits[24..], [Some(20), None, None, None]);
        assert_eq!(pace.reserve(2, now), Some(now));
    }
}
