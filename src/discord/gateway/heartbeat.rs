//! When to send HEARTBEAT (op 1), and until when its acknowledgement has to arrive.

use std::time::Duration;

use tokio::time::Instant;

/// Longest wait for HEARTBEAT_ACK (op 11); after it the connection counts as dead.
const ACK_TIMEOUT: Duration = Duration::from_secs(10);
/// Least time between heartbeats that Discord requests (op 1), since 120 sends a minute are allowed.
const MIN_REQUESTED_INTERVAL: Duration = Duration::from_secs(1);

/// The heartbeats of one connection.
#[derive(Debug)]
pub(crate) struct Heartbeater {
    interval: Duration,
    next: Instant,
    last_sent: Option<Instant>,
    unacknowledged_since: Option<Instant>,
}

impl Heartbeater {
    /// The first heartbeat is due at a random time within `interval` from `now`, as Discord requires.
    pub(crate) fn new(interval: Duration, now: Instant) -> Heartbeater {
        let next = now + interval.mul_f64(fastrand::f64());
        Heartbeater { interval, next, last_sent: None, unacknowledged_since: None }
    }

    /// When [`Self::is_due`] or [`Self::is_timed_out`] changes next.
    pub(crate) fn deadline(&self) -> Instant {
        self.unacknowledged_since.map_or(self.next, |since| self.next.min(since + ACK_TIMEOUT))
    }

    /// Whether a heartbeat is to be sent.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        now >= self.next
    }

    /// Whether an acknowledgement is overdue.
    pub(crate) fn is_timed_out(&self, now: Instant) -> bool {
        self.unacknowledged_since.is_some_and(|since| now >= since + ACK_TIMEOUT)
    }

    /// Discord requests a heartbeat; ignored if one was sent within the last second.
    pub(crate) fn request(&mut self, now: Instant) {
        if self.last_sent.is_none_or(|last| now >= last + MIN_REQUESTED_INTERVAL) {
            self.next = self.next.min(now);
        }
    }

    /// A heartbeat was sent.
    pub(crate) fn record_sent(&mut self, now: Instant) {
        self.unacknowledged_since.get_or_insert(now);
        (self.last_sent, self.next) = (Some(now), now + self.interval);
    }

    /// A heartbeat was acknowledged.
    pub(crate) fn record_ack(&mut self) {
        self.unacknowledged_since = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heartbeats_are_due_at_the_interval_and_on_request() {
        let (interval, start) = (Duration::from_secs(40), Instant::now());
        let mut heartbeater = Heartbeater::new(interval, start);
        assert!(heartbeater.is_due(start + interval));
        heartbeater.record_sent(start);
        heartbeater.record_ack();
        assert_eq!(heartbeater.deadline(), start + interval);
        heartbeater.request(start + Duration::from_millis(900));
        assert!(!heartbeater.is_due(start + Duration::from_millis(900)), "one was just sent");
        heartbeater.request(start + MIN_REQUESTED_INTERVAL);
        assert!(heartbeater.is_due(start + MIN_REQUESTED_INTERVAL));
    }

    #[test]
    fn the_oldest_unacknowledged_heartbeat_decides() {
        let start = Instant::now();
        let mut heartbeater = Heartbeater::new(Duration::from_secs(6), start);
        heartbeater.record_sent(start);
        heartbeater.record_sent(start + Duration::from_secs(6));
        assert_eq!(heartbeater.deadline(), start + ACK_TIMEOUT);
        assert!(heartbeater.is_timed_out(start + ACK_TIMEOUT));
        heartbeater.record_ack();
        assert!(!heartbeater.is_timed_out(start + ACK_TIMEOUT));
    }
}
