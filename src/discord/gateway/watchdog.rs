//! A thread outside the runtime that notices what the runtime cannot: that nothing moves in it any more, or that a shard stays
//! away although all was tried.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio::time::interval;

use crate::discord::gateway::health::{Ailment, Health};
use crate::discord::notice::NEEDED;

/// The exit code that asks whoever supervises the bot to start it anew.
pub const BEGIN_ANEW: i32 = 3;
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The last word may be stuck behind whatever hangs.
const LAST_WORD_WITHIN: Duration = Duration::from_secs(1);

/// What the watchdog sees each time it looks.
#[derive(Debug)]
struct Watch {
    patience: Duration,
    ticks: u64,
    moved: Instant,
    ordered: Option<Instant>,
}

/// What there is to do.
#[derive(Debug, PartialEq, Eq)]
enum Act {
    Nothing,
    Restart(u32, Ailment),
    End(&'static str),
}

impl Watch {
    fn new(patience: Duration, now: Instant) -> Watch {
        Watch { patience, ticks: 0, moved: now, ordered: None }
    }

    fn look(&mut self, ticks: u64, health: &Health, now: Instant) -> Act {
        if ticks != self.ticks {
            (self.ticks, self.moved) = (ticks, now);
        } else if now.duration_since(self.moved) >= self.patience {
            return Act::End("nothing moves in the bot any more");
        }
        match (health.ailing(self.patience, now), self.ordered) {
            (None, Some(_)) => {
                let (connected, all) = health.connected_of_all();
                if all > 0 && connected == all {
                    self.ordered = None;
                }
                Act::Nothing
            }
            (None, None) => Act::Nothing,
            (Some((shard, ailment)), None) => {
                self.ordered = Some(now);
                Act::Restart(shard, ailment)
            }
            (Some(_), Some(ordered)) if now.duration_since(ordered) < self.patience => Act::Nothing,
            (Some((_, Ailment::Away)), _) => Act::End("the connection to Discord does not come back"),
            (Some((_, Ailment::Unanswered)), _) => Act::End("Discord does not answer on the connection to it"),
        }
    }
}

/// Watches until it is dropped.
#[derive(Debug)]
pub struct Watchdog {
    over: Arc<AtomicBool>,
    ticking: JoinHandle<()>,
}

impl Watchdog {
    /// Begins to watch: after so long without a connection or an acknowledged heartbeat the connections are begun anew, and where
    /// that does not help in the same time again, or nothing moves at all, the process ends.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(patience: Duration, health: Arc<Health>) -> io::Result<Watchdog> {
        Watchdog::start_before(patience, health, |why| {
            last_word(why);
            std::process::exit(BEGIN_ANEW)
        })
    }

    fn start_before(
        patience: Duration,
        health: Arc<Health>,
        end: impl FnOnce(&'static str) + Send + 'static,
    ) -> io::Result<Watchdog> {
        let (over, ticks) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (is_over, seen) = (Arc::clone(&over), Arc::clone(&ticks));
        std::thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
            let mut watch = Watch::new(patience, Instant::now());
            loop {
                std::thread::sleep(LOOK_EVERY.min(patience / 4));
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                match watch.look(seen.load(Ordering::Relaxed), &health, Instant::now()) {
                    Act::Nothing => {}
                    Act::Restart(shard, ailment) => {
                        let why = match ailment {
                            Ailment::Away => "it was not connected",
                            Ailment::Unanswered => "its heartbeats were not acknowledged",
                        };
                        tracing::warn!(shard, why, ?patience, "the connection to Discord is begun anew");
                        health.order_restart();
                    }
                    Act::End(why) => return end(why),
                }
            }
        })?;
        let ticking = tokio::spawn(async move {
            let mut tick = interval(LOOK_EVERY.min(patience / 4));
            loop {
                tick.tick().await;
                ticks.fetch_add(1, Ordering::Relaxed);
            }
        });
        Ok(Watchdog { over, ticking })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        self.ticking.abort();
    }
}

fn last_word(why: &'static str) {
    let (done, said) = mpsc::channel();
    let say = move || {
        tracing::error!(target: NEEDED, "{why}; ending with exit code {BEGIN_ANEW}, to be started anew");
        let _ = done.send(());
    };
    if std::thread::Builder::new().spawn(say).is_ok() {
        let _ = said.recv_timeout(LAST_WORD_WITHIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn what_does_not_come_back_is_begun_anew_once_and_then_ended() {
        let (health, start) = (Health::default(), Instant::now());
        let mut watch = Watch::new(PATIENCE, start);
        health.away(0);
        let at = |seconds: u64| Instant::now() + Duration::from_secs(seconds);
        assert_eq!(watch.look(1, &health, at(59)), Act::Nothing);
        assert_eq!(watch.look(2, &health, at(61)), Act::Restart(0, Ailment::Away));
        assert_eq!(watch.look(3, &health, at(62)), Act::Nothing);
        assert_eq!(watch.look(4, &health, at(122)), Act::End("the connection to Discord does not come back"));
    }

    #[test]
    fn what_came_back_is_begun_anew_another_time() {
        let (health, mut watch) = (Health::default(), Watch::new(PATIENCE, Instant::now()));
        let at = |seconds: u64| Instant::now() + Duration::from_secs(seconds);
        health.connected(0);
        health.beat(0);
        assert_eq!(watch.look(1, &health, at(61)), Act::Restart(0, Ailment::Unanswered));
        health.connected(0);
        assert_eq!(watch.look(2, &health, at(62)), Act::Nothing);
        health.beat(0);
        assert_eq!(watch.look(3, &health, at(200)), Act::Restart(0, Ailment::Unanswered));
        // While there is nothing to connect to, there is nothing to end for.
        health.over();
        assert_eq!(watch.look(4, &health, at(2000)), Act::Nothing);
        health.connected(0);
        health.beat(0);
        assert!(matches!(watch.look(5, &health, at(3000)), Act::End(_)));
    }

    #[test]
    fn a_runtime_that_hangs_is_ended_from_outside() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let (tell, told) = mpsc::channel();
            let end = move |why| tell.send(why).expect("the test waits for it");
            let _watchdog =
                Watchdog::start_before(Duration::from_millis(200), Arc::default(), end).expect("a thread can be had");
            tokio::task::yield_now().await;
            // The only thread of the runtime waits here, as one in a busy loop would.
            let why = told.recv_timeout(Duration::from_secs(30)).expect("the watchdog notices");
            assert_eq!(why, "nothing moves in the bot any more");
        });
    }
}
