//! The bot as an operator runs it: a process with an environment, whose words on standard error are kept.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::stage::keeps_secrets;
use crate::stage::{Outcome, finish, shipped};
use discord_standin::{StandIn, TOKEN};

const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a verb to its end, with Discord's REST API at an origin and the right token. An empty setting is none.
pub async fn verb(origin: &str, arguments: &[&str], settings: &[(&str, &str)]) -> Outcome {
    let mut command = shipped(arguments);
    command.env("DISCORD_TOKEN", TOKEN).env("DISCORD_API_URL", origin).envs(settings.iter().copied());
    let outcome = tokio::task::spawn_blocking(|| finish(command)).await.expect("the program runs");
    for secret in [TOKEN, "only-the-stand-in-knows"] {
        assert!(!outcome.out.contains(secret) && !outcome.err.contains(secret), "the token is not for the screen");
    }
    outcome
}

/// A running bot; it is killed when it is dropped.
pub struct Process {
    child: Child,
    said: Arc<Mutex<String>>,
    listening: Vec<JoinHandle<()>>,
    _home: TempDir,
}

impl Process {
    /// Starts the bot with the right token.
    pub fn start(discord: &StandIn) -> Self {
        Self::start_with(discord, &[])
    }

    /// Starts the bot with more, or other, settings.
    pub fn start_with(discord: &StandIn, settings: &[(&str, &str)]) -> Self {
        Self::start_at(&discord.origin(), settings)
    }

    /// Starts the bot with Discord's REST API at an origin.
    pub fn start_at(origin: &str, settings: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(env!("CARGO_BIN_EXE_rolecall"))
            .current_dir(home.path())
            .env_clear()
            .env("DISCORD_TOKEN", TOKEN)
            .env("DISCORD_API_URL", origin)
            .env("ROLECALL_CORPUS", concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"))
            .env("ROLECALL_INDEX", home.path().join("index"))
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the bot starts");
        let said = Arc::new(Mutex::new(String::new()));
        let err = listen(child.stderr.take().expect("its standard error"), Arc::clone(&said));
        let out = listen(child.stdout.take().expect("its standard output"), Arc::clone(&said));
        Self { child, said, listening: vec![err, out], _home: home }
    }

    /// All that it said so far, and mostly on standard error.
    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it says this.
    pub async fn until_it_says(&self, what: &str) {
        let began = Instant::now();
        while !self.said().contains(what) {
            assert!(began.elapsed() < PATIENCE, "it never said {what:?}, but:\n{}", self.said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How much of a processor it has used so far.
    pub fn busy(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("a running process");
        let ticks = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().skip(11).take(2)).expect("its times");
        Duration::from_millis(10 * ticks.map(|ticks| ticks.parse::<u64>().expect("a number")).sum::<u64>())
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Sends a signal.
    pub fn signal(&self, signal: &str) {
        let done = Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("kill runs");
        assert!(done.success());
    }

    /// Waits for its end, and gives its exit code.
    pub async fn ended(&mut self) -> Option<i32> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a process to wait for") {
                // What it said last may still be on its way.
                tokio::time::sleep(Duration::from_millis(50)).await;
                return status.code();
            }
            assert!(began.elapsed() < PATIENCE, "it never ended:\n{}", self.said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Keeps what is said, line by line.
fn listen(voice: impl Read + Send + 'static, said: Arc<Mutex<String>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(voice).lines().map_while(Result::ok) {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            said.push_str(&line);
            said.push('\n');
        }
    })
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for listening in self.listening.drain(..) {
            let _ = listening.join();
        }
        if std::thread::panicking() {
            eprintln!("The bot said:\n{}", self.said());
        } else {
            keeps_secrets(&self.said());
        }
    }
}
