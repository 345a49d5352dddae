//! A thread outside the runtime that notices what the runtime cannot: that nothing moves in it any more, or that a shard stays
//! away although all was tried.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio::time::interval;

use crate::discord::gateway::health::{Fault, Health};
use crate::discord::notice::NOTICE_TARGET;

/// The exit code that asks whoever supervises the bot to start it anew.
pub const EXIT_RESTART: i32 = 3;
const CHECK_INTERVAL: Duration = Duration::from_millis(500);
/// The last word may be stuck behind whatever hangs.
const FINAL_LOG_TIMEOUT: Duration = Duration::from_secs(1);

/// What the watchdog sees each time it looks.
#[derive(Debug)]
struct WatchdogState {
    timeout: Duration,
    last_ticks: u64,
    last_progress: Instant,
    restart_requested_at: Option<Instant>,
}

/// What there is to do.
#[derive(Debug, PartialEq, Eq)]
enum Action {
    Continue,
    Restart(u32, Fault),
    Exit(&'static str),
}

impl WatchdogState {
    fn new(patience: Duration, now: Instant) -> WatchdogState {
        WatchdogState { timeout: patience, last_ticks: 0, last_progress: now, restart_requested_at: None }
    }

    fn check(&mut self, last_ticks: u64, health: &Health, now: Instant) -> Action {
        if last_ticks != self.last_ticks {
            (self.last_ticks, self.last_progress) = (last_ticks, now);
        } else if now.duration_since(self.last_progress) >= self.timeout {
            return Action::Exit("nothing moves in the bot any more");
        }
        match (health.find_fault(self.timeout, now), self.restart_requested_at) {
            (None, Some(_)) => {
                let (connected, all) = health.connected_and_total();
                if all > 0 && connected == all {
                    self.restart_requested_at = None;
                }
                Action::Continue
            }
            (None, None) => Action::Continue,
            (Some((shard, ailment)), None) => {
                self.restart_requested_at = Some(now);
                Action::Restart(shard, ailment)
            }
            (Some(_), Some(ordered)) if now.duration_since(ordered) < self.timeout => Action::Continue,
            (Some((_, Fault::Disconnected)), _) => Action::Exit("the connection to Discord does not come back"),
            (Some((_, Fault::HeartbeatTimeout)), _) => Action::Exit("Discord does not answer on the connection to it"),
        }
    }
}

/// Watches until it is dropped.
#[derive(Debug)]
pub struct Watchdog {
    stopped: Arc<AtomicBool>,
    ticker: JoinHandle<()>,
}

impl Watchdog {
    /// Begins to watch: after so long without a connection or an acknowledged heartbeat the connections are begun anew, and where
    /// that does not help in the same time again, or nothing moves at all, the process ends.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(patience: Duration, health: Arc<Health>) -> io::Result<Watchdog> {
        Watchdog::start_with_exit(patience, health, |why| {
            log_final_error(why);
            std::process::exit(EXIT_RESTART)
        })
    }

    fn start_with_exit(
        patience: Duration,
        health: Arc<Health>,
        end: impl FnOnce(&'static str) + Send + 'static,
    ) -> io::Result<Watchdog> {
        let (over, ticks) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (is_over, seen) = (Arc::clone(&over), Arc::clone(&ticks));
        std::thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
            let mut watch = WatchdogState::new(patience, Instant::now());
            loop {
                std::thread::sleep(CHECK_INTERVAL.min(patience / 4));
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                match watch.check(seen.load(Ordering::Relaxed), &health, Instant::now()) {
                    Action::Continue => {}
                    Action::Restart(shard, ailment) => {
                        let why = match ailment {
                            Fault::Disconnected => "it was not connected",
                            Fault::HeartbeatTimeout => "its heartbeats were not acknowledged",
                        };
                        tracing::warn!(shard, why, ?patience, "the connection to Discord is begun anew");
                        health.request_restart();
                    }
                    Action::Exit(why) => return end(why),
                }
            }
        })?;
        let ticking = tokio::spawn(async move {
            let mut tick = interval(CHECK_INTERVAL.min(patience / 4));
            loop {
                tick.tick().await;
                ticks.fetch_add(1, Ordering::Relaxed);
            }
        });
        Ok(Watchdog { stopped: over, ticker: ticking })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.ticker.abort();
    }
}

fn log_final_error(why: &'static str) {
    let (done, said) = mpsc::channel();
    let say = move || {
        tracing::error!(target: NOTICE_TARGET, "{why}; ending with exit code {EXIT_RESTART}, to be started anew");
        let _ = done.send(());
    };
    if std::thread::Builder::new().spawn(say).is_ok() {
        let _ = said.recv_timeout(FINAL_LOG_TIMEOUT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(60);

    #[test]
    fn what_does_not_come_back_is_begun_anew_once_and_then_ended() {
        let (health, start) = (Health::default(), Instant::now());
        let mut watch = WatchdogState::new(TIMEOUT, start);
        health.set_disconnected(0);
        let at = |seconds: u64| Instant::now() + Duration::from_secs(seconds);
        assert_eq!(watch.check(1, &health, at(59)), Action::Continue);
        assert_eq!(watch.check(2, &health, at(61)), Action::Restart(0, Fault::Disconnected));
        assert_eq!(watch.check(3, &health, at(62)), Action::Continue);
        assert_eq!(watch.check(4, &health, at(122)), Action::Exit("the connection to Discord does not come back"));
    }

    #[test]
    fn what_came_back_is_begun_anew_another_time() {
        let (health, mut watch) = (Health::default(), WatchdogState::new(TIMEOUT, Instant::now()));
        let at = |seconds: u64| Instant::now() + Duration::from_secs(seconds);
        health.set_connected(0);
        health.heartbeat_sent(0);
        assert_eq!(watch.check(1, &health, at(61)), Action::Restart(0, Fault::HeartbeatTimeout));
        health.set_connected(0);
        assert_eq!(watch.check(2, &health, at(62)), Action::Continue);
        health.heartbeat_sent(0);
        assert_eq!(watch.check(3, &health, at(200)), Action::Restart(0, Fault::HeartbeatTimeout));
        // While there is nothing to connect to, there is nothing to end for.
        health.clear();
        assert_eq!(watch.check(4, &health, at(2000)), Action::Continue);
        health.set_connected(0);
        health.heartbeat_sent(0);
        assert!(matches!(watch.check(5, &health, at(3000)), Action::Exit(_)));
    }

    #[test]
    fn a_runtime_that_hangs_is_ended_from_outside() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let (tell, told) = mpsc::channel();
            let end = move |why| tell.send(why).expect("the test waits for it");
            let _watchdog = Watchdog::start_with_exit(Duration::from_millis(200), Arc::default(), end)
                .expect("a thread can be had");
            tokio::task::yield_now().await;
            // The only thread of the runtime waits here, as one in a busy loop would.
            let why = told.recv_timeout(Duration::from_secs(30)).expect("the watchdog notices");
            assert_eq!(why, "nothing moves in the bot any more");
        });
    }
}
