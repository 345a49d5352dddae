//! A thread outside the runtime that restarts failed shard connections, and ends the process if that does not help or
//! the runtime is blocked.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::interval;

use crate::discord::notice::NOTICE_TARGET;
use crate::metrics::counters::Metrics;
use crate::metrics::readiness::{Fault, Readiness};

/// The exit code that asks the supervisor to restart the bot.
pub(crate) const EXIT_RESTART: i32 = 3;
const CHECK_INTERVAL: Duration = Duration::from_millis(500);
/// Bound on the last log line, since the log's writer may hang too.
const FINAL_LOG_TIMEOUT: Duration = Duration::from_secs(1);

/// State between two checks.
#[derive(Debug)]
struct WatchdogState {
    timeout: Duration,
    last_ticks: u64,
    last_progress: Instant,
    restart_requested_at: Option<Instant>,
}

/// The result of a check.
#[derive(Debug, PartialEq, Eq)]
enum Action {
    Continue,
    Restart(u32, Fault),
    Exit(&'static str),
}

impl WatchdogState {
    fn new(timeout: Duration, now: Instant) -> WatchdogState {
        WatchdogState { timeout, last_ticks: 0, last_progress: now, restart_requested_at: None }
    }

    fn check(&mut self, ticks: u64, readiness: &Readiness, now: Instant) -> Action {
        if ticks != self.last_ticks {
            (self.last_ticks, self.last_progress) = (ticks, now);
        } else if now.duration_since(self.last_progress) >= self.timeout {
            return Action::Exit("the async runtime is blocked");
        }
        match (readiness.find_fault(self.timeout, now), self.restart_requested_at) {
            (None, _) => {
                if readiness.all_connected() {
                    self.restart_requested_at = None;
                }
                Action::Continue
            }
            (Some((shard, fault)), None) => {
                self.restart_requested_at = Some(now);
                Action::Restart(shard, fault)
            }
            (Some(_), Some(requested_at)) if now.duration_since(requested_at) < self.timeout => Action::Continue,
            (Some((_, Fault::Disconnected)), _) => Action::Exit("a shard stays disconnected from the gateway"),
            (Some((_, Fault::HeartbeatTimeout)), _) => Action::Exit("a shard's heartbeats stay unacknowledged"),
        }
    }
}

/// Runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Watchdog {
    stopped: Arc<AtomicBool>,
    ticker: JoinHandle<()>,
}

impl Watchdog {
    /// Starts the thread. If a shard is disconnected or its heartbeats are unacknowledged for `timeout`, it requests a
    /// restart of all connections with `restart`; if that does not help within `timeout`, or the runtime is blocked that
    /// long, it exits with [`EXIT_RESTART`].
    ///
    /// # Errors
    /// If the thread cannot be spawned.
    pub(crate) fn start(timeout: Duration, metrics: Arc<Metrics>, restart: Arc<Notify>) -> io::Result<Watchdog> {
        Watchdog::start_with_exit(timeout, metrics, restart, |reason| {
            log_final_error(reason);
            std::process::exit(EXIT_RESTART)
        })
    }

    fn start_with_exit(
        timeout: Duration,
        metrics: Arc<Metrics>,
        restart: Arc<Notify>,
        exit: impl FnOnce(&'static str) + Send + 'static,
    ) -> io::Result<Watchdog> {
        let check_interval = CHECK_INTERVAL.min(timeout / 4);
        let (stopped, ticks) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (thread_stopped, thread_ticks) = (Arc::clone(&stopped), Arc::clone(&ticks));
        std::thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
            let mut watch = WatchdogState::new(timeout, Instant::now());
            loop {
                std::thread::sleep(check_interval);
                if thread_stopped.load(Ordering::Relaxed) {
                    return;
                }
                match watch.check(thread_ticks.load(Ordering::Relaxed), &metrics.readiness, Instant::now()) {
                    Action::Continue => {}
                    Action::Restart(shard, fault) => {
                        let reason = match fault {
                            Fault::Disconnected => "not connected",
                            Fault::HeartbeatTimeout => "heartbeats not acknowledged",
                        };
                        tracing::warn!(
                            shard,
                            reason,
                            timeout_ms = timeout.as_millis(),
                            "restarting all gateway connections"
                        );
                        restart.notify_one();
                    }
                    Action::Exit(reason) => return exit(reason),
                }
            }
        })?;
        let ticker = tokio::spawn(async move {
            let mut tick = interval(check_interval);
            loop {
                tick.tick().await;
                ticks.fetch_add(1, Ordering::Relaxed);
            }
        });
        Ok(Watchdog { stopped, ticker })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.ticker.abort();
    }
}

fn log_final_error(reason: &'static str) {
    let (done, logged) = mpsc::channel();
    let log = move || {
        tracing::error!(target: NOTICE_TARGET, "{reason}; ending with exit code {EXIT_RESTART} so that the supervisor restarts the bot");
        let _ = done.send(());
    };
    if std::thread::Builder::new().spawn(log).is_ok() {
        let _ = logged.recv_timeout(FINAL_LOG_TIMEOUT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::readiness::ShardState;

    const TIMEOUT: Duration = Duration::from_secs(60);

    #[test]
    fn a_disconnected_shard_is_restarted_once_and_then_ends_the_process() {
        let (readiness, start) = (Readiness::default(), Instant::now());
        let mut watch = WatchdogState::new(TIMEOUT, start);
        readiness.set_shard(0, ShardState::Disconnected);
        let at = |seconds: u64| Instant::now() + Duration::from_secs(seconds);
        assert_eq!(watch.check(1, &readiness, at(59)), Action::Continue);
        assert_eq!(watch.check(2, &readiness, at(61)), Action::Restart(0, Fault::Disconnected));
        assert_eq!(watch.check(3, &readiness, at(62)), Action::Continue);
        assert_eq!(watch.check(4, &readiness, at(122)), Action::Exit("a shard stays disconnected from the gateway"));
    }

    #[test]
    fn a_shard_that_recovered_is_restarted_again() {
        let (readiness, mut watch) = (Readiness::default(), WatchdogState::new(TIMEOUT, Instant::now()));
        let at = |seconds: u64| Instant::now() + Duration::from_secs(seconds);
        readiness.set_shard(0, ShardState::Connected);
        readiness.heartbeat_sent(0);
        assert_eq!(watch.check(1, &readiness, at(61)), Action::Restart(0, Fault::HeartbeatTimeout));
        readiness.set_shard(0, ShardState::Connected);
        assert_eq!(watch.check(2, &readiness, at(62)), Action::Continue);
        readiness.heartbeat_sent(0);
        assert_eq!(watch.check(3, &readiness, at(200)), Action::Restart(0, Fault::HeartbeatTimeout));
        // Without shards there is nothing to exit for.
        readiness.stop_shards();
        assert_eq!(watch.check(4, &readiness, at(2000)), Action::Continue);
        readiness.set_shard(0, ShardState::Connected);
        readiness.heartbeat_sent(0);
        assert!(matches!(watch.check(5, &readiness, at(3000)), Action::Exit(_)));
    }

    #[test]
    fn a_blocked_runtime_ends_the_process() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let (sender, receiver) = mpsc::channel();
            let exit = move |reason| sender.send(reason).expect("the test waits for it");
            let _watchdog = Watchdog::start_with_exit(Duration::from_millis(200), Arc::default(), Arc::default(), exit)
                .expect("a thread");
            tokio::task::yield_now().await;
            // Blocks the runtime's only thread.
            let reason = receiver.recv_timeout(Duration::from_secs(30)).expect("the watchdog exits");
            assert_eq!(reason, "the async runtime is blocked");
        });
    }
}
