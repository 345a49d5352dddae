//! The bot as an operator runs it: a process with an environment, whose words on standard error are kept.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::standin::{StandIn, TOKEN};
use crate::stage::{Outcome, finish, shipped};

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
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the bot starts");
        let said = Arc::new(Mutex::new(String::new()));
        let (stderr, keep) = (child.stderr.take().expect("its standard error"), Arc::clone(&said));
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut said = keep.lock().unwrap_or_else(PoisonError::into_inner);
                said.push_str(&line);
                said.push('\n');
            }
        });
        Self { child, said, _home: home }
    }

    /// All that it said on standard error so far.
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

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let done = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill runs");
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

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("The bot said:\n{}", self.said());
        }
    }
}
