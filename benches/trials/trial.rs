//! One trial: a stand-in for Discord, the bot as a process, users who keep asking, and measurements since the fault.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::bot_process::{BotProcess, LaunchOptions, work_dir};
use discord_standin::{Context, INTERACTION_TOKEN, InteractionCounts, Person, Setup, StandIn, TOKEN};

/// Interval between questions.
const QUESTION_INTERVAL: Duration = Duration::from_millis(300);
/// Time limit of a response on a busy machine.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);
const START_TIMEOUT: Duration = Duration::from_secs(150);
/// Secrets that the log must not contain: tokens and user names.
const SECRETS: [&str; 3] = [TOKEN, INTERACTION_TOKEN, "zelda-"];

/// A running trial.
pub struct Trial {
    pub discord: Arc<StandIn>,
    work_dir: TempDir,
    binary: PathBuf,
    launch: LaunchOptions,
    process: Mutex<BotProcess>,
    started: Instant,
    fault: Mutex<FaultWindow>,
    asking: Arc<AtomicBool>,
}

/// The time span of the fault, and the usage before it.
struct FaultWindow {
    start: Instant,
    /// Equal to `start` for a fault without a duration.
    end: Instant,
    /// Processor time before the fault.
    cpu_before: f64,
    /// Processor time at the last sample.
    cpu_sampled: f64,
    identifies: usize,
    /// Time from `end` to the next answer.
    recovery: Option<Duration>,
    /// Processor time from the fault to the recovery or the last sample.
    cpu_seconds: Option<f64>,
}

/// The measurements of a trial.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    /// Time from the end of the fault to the next answer.
    pub recovery: Option<Duration>,
    pub counts: InteractionCounts,
    /// Seconds of processor time from the fault to the next answer, or to the end.
    pub cpu_seconds: f64,
    pub identifies: usize,
    /// Violations of Discord's rules, leaked secrets and panics.
    pub violations: Vec<String>,
    /// The number of answers that are neither correct nor an apology.
    pub wrong: usize,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Trial {
    /// Starts the stand-in and the bot. The fault starts now; `mark_fault` sets a later time.
    pub async fn begin(
        binary: &Path,
        setup: Setup,
        launch: &LaunchOptions,
        prepare: impl FnOnce(&StandIn, &Path),
    ) -> Trial {
        let discord = Arc::new(StandIn::start(setup).await);
        let work_dir = work_dir();
        prepare(&discord, work_dir.path());
        let process = BotProcess::start(binary, work_dir.path(), &discord.origin(), launch);
        let started = Instant::now();
        let fault = FaultWindow::starting_now(0.0, 0);
        Trial {
            discord,
            work_dir,
            binary: binary.to_owned(),
            launch: launch.clone(),
            process: Mutex::new(process),
            started,
            fault: Mutex::new(fault),
            asking: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Waits until the bot is connected and has answered a question.
    pub async fn wait_online(&self) -> Result<(), String> {
        let connected = tokio::select! {
            connected = self.discord.connected_within(START_TIMEOUT) => connected,
            status = self.wait_exit_status(START_TIMEOUT) => {
                let status = status.unwrap_or_else(|| "timeout".to_owned());
                return Err(format!("it did not come up: {status}; {}", self.last_log_line()));
            }
        };
        if !connected {
            return Err(format!("it did not come up; {}", self.last_log_line()));
        }
        // If the connection breaks, the question is lost; ask again.
        while self.started.elapsed() < START_TIMEOUT {
            let token = self.ask("zelda-first");
            if self.discord.response_within(&token, Duration::from_secs(2)).await.is_some() {
                return Ok(());
            }
        }
        Err(format!("it came up and did not answer; {}", self.last_log_line()))
    }

    /// Sends `/role baker` as this user.
    pub fn ask(&self, person: &str) -> String {
        let context = Context::direct().by(Person::named(person));
        self.discord.put_slash("role", &[("name", "baker")], &context)
    }

    /// Starts the measurement: the fault is injected now.
    pub fn mark_fault(&self) {
        let cpu_seconds = lock(&self.process).usage().cpu_seconds;
        *lock(&self.fault) = FaultWindow::starting_now(cpu_seconds, self.discord.identifies());
    }

    /// Ends the fault: the recovery time is measured from now.
    pub fn mark_fault_end(&self) {
        lock(&self.fault).end = Instant::now();
    }

    /// Asks periodically, each time as another user, until the trial ends.
    pub fn keep_asking(&self) {
        if self.asking.swap(true, Ordering::Relaxed) {
            return;
        }
        let (discord, asking) = (Arc::clone(&self.discord), Arc::clone(&self.asking));
        tokio::spawn(async move {
            let mut number = 0;
            while asking.load(Ordering::Relaxed) {
                let context = Context::direct().by(Person::named(&format!("zelda-{number}")));
                discord.put_slash("role", &[("name", "baker")], &context);
                number += 1;
                tokio::time::sleep(QUESTION_INTERVAL).await;
            }
        });
    }

    /// Keeps asking until a question that was sent after the fault is answered.
    pub async fn wait_recovery(&self, timeout: Duration) -> Result<(), String> {
        self.recover(timeout, false).await.map(drop)
    }

    /// Like `wait_recovery`, but restarts the bot once if it exits with an error. Returns its exit status in that case.
    pub async fn wait_recovery_with_restart(&self, timeout: Duration) -> Result<Option<String>, String> {
        self.recover(timeout, true).await
    }

    async fn recover(&self, timeout: Duration, restart: bool) -> Result<Option<String>, String> {
        let mut exited = None;
        self.keep_asking();
        let since = lock(&self.fault).end;
        while since.elapsed() < timeout {
            if self.discord.interaction_counts(since).answered > 0 {
                self.mark_recovered();
                return Ok(exited);
            }
            // Sampled, because the processor time of an exited process cannot be read.
            let cpu_seconds = lock(&self.process).usage().cpu_seconds;
            if let Some(status) = self.exit_status() {
                if !restart || exited.is_some() || !status.starts_with("exit ") || status == "exit 0" {
                    return Err(format!("it exited: {status}; {}", self.last_log_line()));
                }
                exited = Some(format!("{status} after {:.0} s", since.elapsed().as_secs_f64()));
                let mut fault = lock(&self.fault);
                *lock(&self.process) = self.start_process(&self.launch);
                // Adds the usage of the first process.
                fault.cpu_before -= fault.cpu_sampled;
            } else {
                lock(&self.fault).cpu_sampled = cpu_seconds;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err(format!("no answer for {:.0} s; {}", timeout.as_secs_f64(), self.last_log_line()))
    }

    /// Records the recovery time, unless it is recorded already.
    pub fn mark_recovered(&self) {
        let cpu_seconds = lock(&self.process).usage().cpu_seconds;
        let mut fault = lock(&self.fault);
        if fault.recovery.is_none() {
            fault.recovery = Some(fault.end.elapsed());
            fault.cpu_seconds = Some(cpu_seconds - fault.cpu_before);
        }
    }

    /// Waits for the exit; checks the exit status and that the log contains this text.
    pub async fn wait_exit(&self, expected: &str, text: &str, timeout: Duration) -> Result<String, String> {
        let Some(status) = self.wait_exit_status(timeout).await else {
            return Err(format!("it did not exit within {:.0} s; {}", timeout.as_secs_f64(), self.last_log_line()));
        };
        if status != expected {
            return Err(format!("{status} instead of {expected}; {}", self.last_log_line()));
        }
        if !self.log().contains(text) {
            return Err(format!("{status} without \"{text}\" in the log; {}", self.last_log_line()));
        }
        Ok(format!("{status}: \"{text}\""))
    }

    /// Waits for the exit and the end of the log; `None` on a timeout.
    pub async fn wait_exit_status(&self, timeout: Duration) -> Option<String> {
        let exit = async {
            self.wait_log_end().await;
            // Until the process is reaped, its processor time can be read.
            self.record_cpu_time();
            loop {
                if let Some(status) = self.exit_status() {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(timeout, exit).await.ok()
    }

    /// Waits until the log contains this text.
    pub async fn wait_log(&self, text: &str, timeout: Duration) -> Result<(), String> {
        let mut log = lock(&self.process).watch_log();
        let found = async { log.wait_for(|log| log.closed || log.text.contains(text)).await.map(drop) };
        let _ = tokio::time::timeout(timeout, found).await;
        if self.log().contains(text) {
            return Ok(());
        }
        let status = self.exit_status().unwrap_or_else(|| "running".to_owned());
        Err(format!("no \"{text}\" in the log ({status}); {}", self.last_log_line()))
    }

    async fn wait_log_end(&self) {
        let mut log = lock(&self.process).watch_log();
        let _ = log.wait_for(|log| log.closed).await;
    }

    /// Keeps asking for this time.
    pub async fn keep_asking_for(&self, time: Duration) {
        self.keep_asking();
        tokio::time::sleep(time).await;
    }

    fn record_cpu_time(&self) {
        let cpu_seconds = lock(&self.process).usage().cpu_seconds;
        let mut fault = lock(&self.fault);
        if cpu_seconds > 0.0 {
            fault.cpu_seconds = Some(cpu_seconds - fault.cpu_before);
        }
    }

    pub fn signal(&self, name: &str) {
        lock(&self.process).signal(name);
    }

    pub fn exit_status(&self) -> Option<String> {
        lock(&self.process).exit_status()
    }

    pub fn log(&self) -> String {
        lock(&self.process).log()
    }

    /// The absolute path of the program.
    pub fn binary(&self) -> PathBuf {
        self.binary.canonicalize().unwrap_or_else(|_| self.binary.clone())
    }

    /// A path in the working directory.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.work_dir.path().join(inside)
    }

    /// Starts the bot again in the same working directory.
    pub fn restart(&self, launch: &LaunchOptions) {
        *lock(&self.process) = self.start_process(launch);
        lock(&self.fault).cpu_before = 0.0;
    }

    fn start_process(&self, launch: &LaunchOptions) -> BotProcess {
        BotProcess::start(&self.binary, self.work_dir.path(), &self.discord.origin(), launch)
    }

    /// The last line of the log, for error messages.
    pub fn last_log_line(&self) -> String {
        let log = self.log();
        let last = log.lines().last().unwrap_or_default();
        format!("last log line: {}", last.chars().take(200).collect::<String>())
    }

    /// Waits for the open responses, kills the bot, and returns the measurements.
    pub async fn measures(&self) -> Measures {
        self.asking.store(false, Ordering::Relaxed);
        let since = lock(&self.fault).start;
        if self.exit_status().is_none() {
            self.discord.all_answered_within(since, RESPONSE_TIMEOUT).await;
        }
        let cpu_seconds = lock(&self.process).usage().cpu_seconds;
        let counts = self.discord.interaction_counts(since);
        lock(&self.process).kill();
        self.wait_log_end().await;
        let log = self.log();
        let mut violations = self.discord.violations();
        // A fault may delay the delivery of an interaction or of its response.
        violations.retain(|line| !line.ends_with("answered too late"));
        let leaks = SECRETS.iter().filter(|secret| log.contains(**secret));
        violations.extend(leaks.map(|secret| format!("the log contains {secret}")));
        if log.contains("internal error, please report it") {
            violations.push("it panicked".to_owned());
        }
        let fault = lock(&self.fault);
        Measures {
            recovery: fault.recovery,
            counts,
            cpu_seconds: fault.cpu_seconds.unwrap_or(cpu_seconds - fault.cpu_before).max(0.0),
            identifies: self.discord.identifies().saturating_sub(fault.identifies),
            violations,
            wrong: self.discord.responses_to("role", since).iter().filter(|answer| !is_expected(answer)).count(),
        }
    }
}

impl FaultWindow {
    fn starting_now(cpu_seconds: f64, identifies: usize) -> FaultWindow {
        let start = Instant::now();
        FaultWindow {
            start,
            end: start,
            cpu_before: cpu_seconds,
            cpu_sampled: cpu_seconds,
            identifies,
            recovery: None,
            cpu_seconds: None,
        }
    }
}

/// Returns true for the answer of `/role baker`, a rate limit notice and an apology.
fn is_expected(answer: &str) -> bool {
    ["Kneads dough", "a lot at once", "Something went wrong"].iter().any(|words| answer.contains(words))
}

impl Drop for Trial {
    fn drop(&mut self) {
        self.asking.store(false, Ordering::Relaxed);
        // Unread violations would panic.
        let _ = self.discord.violations();
    }
}
