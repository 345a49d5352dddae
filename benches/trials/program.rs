//! The program under trial: a process with its folder, its words on standard error, and what the system says of it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempDir;

use discord_standin::TOKEN;

/// The system counts the time of a processor in hundredths of a second.
const TICKS_A_SECOND: f64 = 100.0;
/// The documents that a program under trial has where it is given no others.
pub const DOCUMENTS: [(&str, &str); 2] = [
    ("baker.md", "# Baker\n\nBakes bread.\n\n## Duties\n\n- Kneads dough at dawn\n- Heats the oven\n"),
    ("cook.md", "# Cook\n\nCooks lunch.\n\n## Duties\n\n- Fries the fish on Friday\n- Sharpens knives\n"),
];

/// How to start it.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// Settings beside those that every trial needs; they go before them.
    pub settings: Vec<(String, String)>,
    /// What a shell does before it becomes the program, such as `ulimit -n 64`.
    pub before: String,
    /// Where its standard streams go, in the shell's words.
    pub streams: String,
    /// Nobody reads what it says after its start, and its standard error is a pipe without an end.
    pub deaf: bool,
}

impl Launch {
    pub fn with(name: &str, value: &str) -> Launch {
        Launch { settings: vec![(name.to_owned(), value.to_owned())], ..Launch::default() }
    }

    pub fn after(before: &str) -> Launch {
        Launch { before: before.to_owned(), ..Launch::default() }
    }
}

/// What the system says of the process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Size {
    /// Resident memory in KiB.
    pub memory: u64,
    pub descriptors: usize,
    pub threads: u64,
    /// Seconds of processor time so far.
    pub processor: f64,
}

/// A running program; it is killed when it is dropped.
pub struct Program {
    child: Child,
    said: Arc<Mutex<String>>,
}

/// A folder with a corpus for the program to live in.
pub fn home() -> TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(home.path().join("corpus")).expect("a corpus folder");
    for (name, text) in DOCUMENTS {
        fs::write(home.path().join("corpus").join(name), text).expect("a document");
    }
    home
}

impl Program {
    pub fn start(program: &Path, home: &Path, origin: &str, launch: &Launch) -> Program {
        let program: PathBuf = program.canonicalize().unwrap_or_else(|_| program.to_owned());
        let before = if launch.before.is_empty() { ":" } else { &launch.before };
        let script = format!("{before}; exec \"$0\" {}", launch.streams);
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .arg(program)
            .current_dir(home)
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
        let said = Arc::new(Mutex::new(String::new()));
        let (stderr, keep) = (child.stderr.take().expect("its standard error"), Arc::clone(&said));
        let deaf = launch.deaf;
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut said = keep.lock().unwrap_or_else(PoisonError::into_inner);
                // A soak may say much; the last of it is enough.
                if said.len() > 4 << 20 {
                    said.clear();
                }
                said.push_str(&line);
                said.push('\n');
                if deaf && line.contains("commands: ") {
                    break;
                }
            }
        });
        Program { child, said }
    }

    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|sent| sent.success()), "the signal {name} cannot be sent");
    }

    /// How it ended, in words; none while it runs.
    pub fn ended(&mut self) -> Option<String> {
        use std::os::unix::process::ExitStatusExt;
        let status = self.child.try_wait().ok()??;
        Some(match (status.code(), status.signal()) {
            (Some(code), _) => format!("exit {code}"),
            (None, Some(signal)) => format!("killed by signal {signal}"),
            (None, None) => status.to_string(),
        })
    }

    /// What the system says of it; nothing of a process that is gone.
    pub fn size(&self) -> Size {
        let folder = PathBuf::from(format!("/proc/{}", self.child.id()));
        let stat = fs::read_to_string(folder.join("stat")).unwrap_or_default();
        // The name in parentheses may hold spaces; what follows it is fixed.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
        let status = fs::read_to_string(folder.join("status")).unwrap_or_default();
        let line = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        Size {
            memory: line("VmRSS:").unwrap_or_default(),
            descriptors: fs::read_dir(folder.join("fd")).map(Iterator::count).unwrap_or_default(),
            threads: line("Threads:").unwrap_or_default(),
            processor: (ticks(11) + ticks(12)) / TICKS_A_SECOND,
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
