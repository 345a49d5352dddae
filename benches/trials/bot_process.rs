//! The bot as a process: its working directory, its log on standard error, and its resource usage from /proc.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;
use tokio::sync::watch;

use discord_standin::TOKEN;

/// The unit of processor time in /proc, USER_HZ, is 1/100 s.
const TICKS_PER_SECOND: f64 = 100.0;
/// The default corpus.
pub const DOCUMENTS: [(&str, &str); 2] = [
    ("baker.md", "# Baker\n\nBakes bread.\n\n## Duties\n\n- Kneads dough at dawn\n- Heats the oven\n"),
    ("cook.md", "# Cook\n\nCooks lunch.\n\n## Duties\n\n- Fries the fish on Friday\n- Sharpens knives\n"),
];

/// How to start the process.
#[derive(Clone, Debug, Default)]
pub struct LaunchOptions {
    /// Environment variables; they override the defaults.
    pub settings: Vec<(String, String)>,
    /// Shell commands before the shell executes the program, such as `ulimit -n 64`.
    pub before: String,
    /// Shell redirections of the standard streams.
    pub streams: String,
    /// Stop reading standard error after the start: writes to it fail with EPIPE.
    pub stop_reading: bool,
}

impl LaunchOptions {
    pub fn with(name: &str, value: &str) -> LaunchOptions {
        LaunchOptions { settings: vec![(name.to_owned(), value.to_owned())], ..LaunchOptions::default() }
    }

    pub fn after(before: &str) -> LaunchOptions {
        LaunchOptions { before: before.to_owned(), ..LaunchOptions::default() }
    }
}

/// Resource usage of the process.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResourceUsage {
    /// Resident set size.
    pub memory_kib: u64,
    pub descriptors: usize,
    pub threads: u64,
    /// User and system time in seconds.
    pub cpu_seconds: f64,
}

/// Standard error of a process.
#[derive(Debug, Default)]
pub struct Log {
    pub text: String,
    /// No more lines follow: the process has exited, or its standard error is not read.
    pub closed: bool,
}

/// A running process; dropping it kills it.
pub struct BotProcess {
    child: Child,
    log: watch::Receiver<Log>,
}

/// A temporary working directory with the default corpus.
pub fn work_dir() -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(dir.path().join("corpus")).expect("a corpus folder");
    for (name, text) in DOCUMENTS {
        fs::write(dir.path().join("corpus").join(name), text).expect("a document");
    }
    dir
}

impl BotProcess {
    pub fn start(program: &Path, work_dir: &Path, origin: &str, launch: &LaunchOptions) -> BotProcess {
        let program: PathBuf = program.canonicalize().unwrap_or_else(|_| program.to_owned());
        let before = if launch.before.is_empty() { ":" } else { &launch.before };
        let script = format!("{before}; exec \"$0\" {}", launch.streams);
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .arg(program)
            .current_dir(work_dir)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("DISCORD_TOKEN", TOKEN)
            .env("DISCORD_API_URL", origin)
            .envs(launch.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stderr = child.stderr.take().expect("a pipe");
        let (sender, log) = watch::channel(Log::default());
        let stop_reading = launch.stop_reading;
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                sender.send_modify(|log| {
                    // Bounds the memory of a soak.
                    if log.text.len() > 4 << 20 {
                        log.text.clear();
                    }
                    log.text.push_str(&line);
                    log.text.push('\n');
                });
                if stop_reading && line.contains("commands: ") {
                    break;
                }
            }
            sender.send_modify(|log| log.closed = true);
        });
        BotProcess { child, log }
    }

    /// The log so far.
    pub fn log(&self) -> String {
        self.log.borrow().text.clone()
    }

    /// A receiver of changes of the log.
    pub fn watch_log(&self) -> watch::Receiver<Log> {
        self.log.clone()
    }

    pub fn kill(&mut self) {
        let _ = self.child.kill();
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|sent| sent.success()), "the signal {name} cannot be sent");
    }

    /// `exit CODE` or `killed by signal NUMBER`; `None` while the process runs.
    pub fn exit_status(&mut self) -> Option<String> {
        use std::os::unix::process::ExitStatusExt;
        let status = self.child.try_wait().ok()??;
        Some(match (status.code(), status.signal()) {
            (Some(code), _) => format!("exit {code}"),
            (None, Some(signal)) => format!("killed by signal {signal}"),
            (None, None) => status.to_string(),
        })
    }

    /// The current usage; zeros after the exit.
    pub fn usage(&self) -> ResourceUsage {
        let proc = PathBuf::from(format!("/proc/{}", self.child.id()));
        let stat = fs::read_to_string(proc.join("stat")).unwrap_or_default();
        // The name in parentheses may contain spaces; the fields after it are fixed.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
        let status = fs::read_to_string(proc.join("status")).unwrap_or_default();
        let line = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        ResourceUsage {
            memory_kib: line("VmRSS:").unwrap_or_default(),
            descriptors: fs::read_dir(proc.join("fd")).map(Iterator::count).unwrap_or_default(),
            threads: line("Threads:").unwrap_or_default(),
            cpu_seconds: (ticks(11) + ticks(12)) / TICKS_PER_SECOND,
        }
    }
}

impl Drop for BotProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
