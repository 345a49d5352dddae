//! The bot as an operator runs it: a process with environment variables, whose output is collected while it runs.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::stage::{Outcome, finish, keeps_secrets};
use crate::ward;
use discord_standin::{StandIn, TOKEN};

/// Longest wait for a line of output or for the exit.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a subcommand over the ward to its end, with Discord's REST API at `origin` and the right token. An empty
/// setting counts as unset.
pub async fn verb(origin: &str, arguments: &[&str], settings: &[(&str, &str)]) -> Outcome {
    let mut command = ward::command(arguments);
    command.env("DISCORD_TOKEN", TOKEN).env("DISCORD_API_URL", origin).envs(settings.iter().copied());
    let outcome = tokio::task::spawn_blocking(|| finish(command)).await.expect("the program runs");
    for secret in [TOKEN, "only-the-stand-in-knows"] {
        assert!(!outcome.out.contains(secret) && !outcome.err.contains(secret), "the output contains the token");
    }
    outcome
}

/// A running bot, over the ward unless `ROLECALL_CORPUS` is set. Dropping it kills the process.
pub struct Process {
    child: Child,
    /// All output so far. The channel closes when standard output and standard error are closed, which is when the
    /// process exits.
    output: watch::Receiver<String>,
    readers: Vec<JoinHandle<()>>,
    _home: TempDir,
}

impl Process {
    /// Starts the bot with the right token.
    pub fn start(discord: &StandIn) -> Self {
        Self::start_with(discord, &[])
    }

    /// Starts the bot with the right token and these settings, which override the defaults.
    pub fn start_with(discord: &StandIn, settings: &[(&str, &str)]) -> Self {
        Self::start_at(&discord.origin(), settings)
    }

    /// Starts the bot with Discord's REST API at `origin`.
    pub fn start_at(origin: &str, settings: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(env!("CARGO_BIN_EXE_rolecall"))
            .current_dir(home.path())
            .env_clear()
            .env("DISCORD_TOKEN", TOKEN)
            .env("DISCORD_API_URL", origin)
            .env("ROLECALL_CORPUS", ward::CORPUS)
            .env("ROLECALL_INDEX", home.path().join("index"))
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the bot starts");
        let (sender, output) = watch::channel(String::new());
        let sender = Arc::new(sender);
        let readers = vec![
            read_lines(child.stderr.take().expect("standard error"), Arc::clone(&sender)),
            read_lines(child.stdout.take().expect("standard output"), sender),
        ];
        Self { child, output, readers, _home: home }
    }

    /// All lines written to standard output and standard error so far.
    pub fn said(&self) -> String {
        self.output.borrow().clone()
    }

    /// Waits until the output contains `text`. Panics if the process exits before.
    pub async fn until_it_says(&self, text: &str) {
        self.until_it_says_times(text, 1).await;
    }

    /// Waits until the output contains `text` at least so many times.
    pub async fn until_it_says_times(&self, text: &str, times: usize) {
        let mut output = self.output.clone();
        let found = timeout(PATIENCE, output.wait_for(|output| output.matches(text).count() >= times)).await;
        let found = found.is_ok_and(|open| open.is_ok());
        assert!(found, "{text:?} was not written {times} times, but:\n{}", self.said());
    }

    /// CPU time used so far.
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

    /// Waits until the process has exited and returns its exit code. All output has been collected then.
    pub async fn ended(&mut self) -> Option<i32> {
        let mut output = self.output.clone();
        let closed = timeout(PATIENCE, async { while output.changed().await.is_ok() {} }).await;
        assert!(closed.is_ok(), "the process did not exit:\n{}", self.said());
        self.child.wait().expect("a process to wait for").code()
    }
}

/// Appends the lines of a pipe to the output, until the pipe is closed.
fn read_lines(pipe: impl Read + Send + 'static, output: Arc<watch::Sender<String>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            output.send_modify(|output| {
                output.push_str(&line);
                output.push('\n');
            });
        }
    })
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
        if std::thread::panicking() {
            eprintln!("Output of the bot:\n{}", self.said());
        } else {
            keeps_secrets(&self.said());
        }
    }
}
