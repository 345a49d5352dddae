//! Notices when it is time to stop: because somebody says so, because the connection does not come back, or because the
//! program hangs. serenity has loops that no timer gets through; hence the thread outside.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serenity::http::Http;
use serenity::model::id::ShardId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval, sleep, timeout};

/// SIGTERM or Ctrl-C, or that a part of the program cannot go on.
#[derive(Clone, Debug)]
pub struct Stop {
    tell: watch::Sender<bool>,
    told: watch::Receiver<bool>,
}

impl Stop {
    /// Listens from now on.
    ///
    /// # Errors
    /// Where the system does not let us.
    pub fn listen() -> io::Result<Stop> {
        let (tell, told) = watch::channel(false);
        #[cfg(unix)]
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        let signal = tell.clone();
        tokio::spawn(async move {
            #[cfg(unix)]
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            #[cfg(not(unix))]
            let _ = tokio::signal::ctrl_c().await;
            let _ = signal.send(true);
        });
        Ok(Stop { tell, told })
    }

    /// Returns when it is time to stop.
    pub async fn asked(&mut self) {
        let _ = self.told.wait_for(|stop| *stop).await;
    }

    /// Stops everything that listens.
    pub fn ask(&self) {
        let _ = self.tell.send(true);
    }
}

/// The answers under way.
#[derive(Clone, Debug)]
pub struct Busy(Arc<Semaphore>);

const MANY: u32 = 1 << 20;

impl Default for Busy {
    fn default() -> Self {
        Busy(Arc::new(Semaphore::new(MANY as usize)))
    }
}

impl Busy {
    /// Hold this while an answer is under way.
    pub fn begin(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_owned().ok()
    }

    /// Waits until no answer is under way, or for so long.
    pub async fn finish(&self, within: Duration) {
        if timeout(within, self.0.acquire_many(MANY)).await.is_err() {
            tracing::warn!("stopping although some answers were not done");
        }
    }
}

/// How long the connection may be away while Discord is there.
const AWAY: Duration = Duration::from_secs(60);
/// So many new sessions in [`FLAPPING_SPAN`] are too many: Discord resets the token of who starts 1000 in a day.
const FLAPPING: usize = 8;
const FLAPPING_SPAN: Duration = Duration::from_secs(180);
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What is known of the connection.
#[derive(Debug, Default)]
pub struct Pulse {
    away_since: Mutex<HashMap<ShardId, Instant>>,
    sessions: Mutex<VecDeque<Instant>>,
}

impl Pulse {
    /// A shard has connected, or has lost its connection.
    pub fn connected(&self, shard: ShardId, yes: bool) {
        let mut away = self.away_since.lock().unwrap_or_else(PoisonError::into_inner);
        if yes {
            away.remove(&shard);
        } else {
            away.entry(shard).or_insert_with(Instant::now);
        }
    }

    /// A new session has begun.
    pub fn new_session(&self) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.push_back(Instant::now());
        sessions.retain(|began| began.elapsed() < FLAPPING_SPAN);
    }

    fn away_longer_than(&self, span: Duration) -> bool {
        let away = self.away_since.lock().unwrap_or_else(PoisonError::into_inner);
        away.values().any(|since| since.elapsed() > span)
    }

    /// Returns why it is better to begin anew, once it is. While Discord itself is away, waiting is all there is to do.
    pub async fn lost(&self, http: &Http) -> &'static str {
        self.connected(ShardId(0), false);
        loop {
            sleep(LOOK_EVERY).await;
            if self.sessions.lock().unwrap_or_else(PoisonError::into_inner).len() >= FLAPPING {
                return "new sessions end as soon as they begin";
            }
            let long = self.away_longer_than(AWAY);
            if long && timeout(AWAY, http.get_bot_gateway()).await.is_ok_and(|answer| answer.is_ok()) {
                return "the connection does not come back";
            }
        }
    }
}

const CHECK_EVERY: Duration = Duration::from_secs(5);
/// So many checks in a row without a sign of life.
const SILENT_CHECKS: u32 = 6;

/// Ends the process where nothing in it moves any more, so that whoever supervises it can start it again.
#[derive(Debug)]
pub struct Watchdog {
    over: Arc<AtomicBool>,
    ticking: JoinHandle<()>,
}

impl Watchdog {
    /// Watches until it is dropped.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start() -> io::Result<Watchdog> {
        let (over, ticks) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (is_over, seen) = (Arc::clone(&over), Arc::clone(&ticks));
        std::thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
            let (mut last, mut silent) = (0, 0);
            while !is_over.load(Ordering::Relaxed) {
                std::thread::sleep(CHECK_EVERY);
                let now = seen.load(Ordering::Relaxed);
                silent = if now == last { silent + 1 } else { 0 };
                last = now;
                if silent == SILENT_CHECKS && !is_over.load(Ordering::Relaxed) {
                    eprintln!(
                        "The connection to Discord hangs in a way that nothing inside can mend. Ending, to be started again."
                    );
                    std::process::exit(1);
                }
            }
        })?;
        let ticking = tokio::spawn(async move {
            let mut second = interval(Duration::from_secs(1));
            loop {
                second.tick().await;
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
