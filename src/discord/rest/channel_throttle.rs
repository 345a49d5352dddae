//! Spreads messages to one channel over time, since Discord's 429 delays a burst for longer than waiting does.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Most messages to a channel within [`WINDOW`]. Discord's rate limit headers apply as well.
const MAX_MESSAGES: usize = 5;
const WINDOW: Duration = Duration::from_secs(5);
/// Replies that would wait longer are dropped.
const MAX_WAIT: Duration = Duration::from_secs(20);

/// The send times of each channel's recent and reserved messages.
#[derive(Debug, Default)]
pub(crate) struct ChannelThrottle(Mutex<HashMap<u64, VecDeque<Instant>>>);

impl ChannelThrottle {
    /// Waits until a message may be sent to the channel; `false` if the wait would exceed 20 s.
    pub(crate) async fn acquire(&self, channel_id: u64) -> bool {
        let Some(at) = self.reserve(channel_id, Instant::now()) else { return false };
        sleep_until(at).await;
        true
    }

    fn reserve(&self, channel_id: u64, now: Instant) -> Option<Instant> {
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        channels.retain(|_, sends| {
            sends.retain(|sent_at| *sent_at + WINDOW > now);
            !sends.is_empty()
        });
        let sends = channels.entry(channel_id).or_default();
        let at = sends.len().checked_sub(MAX_MESSAGES).map_or(now, |index| sends[index] + WINDOW);
        (at <= now + MAX_WAIT).then(|| sends.push_back(at)).map(|()| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_spread_and_a_flood_is_dropped() {
        let (throttle, now) = (ChannelThrottle::default(), Instant::now());
        let waits: Vec<Option<u64>> =
            (0..28).map(|_| throttle.reserve(1, now).map(|at| at.duration_since(now).as_secs())).collect();
        assert_eq!(waits[..6], [Some(0), Some(0), Some(0), Some(0), Some(0), Some(5)]);
        assert_eq!(waits[24..], [Some(20), None, None, None]);
        assert_eq!(throttle.reserve(2, now), Some(now));
    }
}
