//! Test fixtures: temporary corpora, the program as a process, and engines over the corpora of this repository.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

pub use discord_standin::TOKEN;
use discord_standin::{INTERACTION_TOKEN, USER_NAME_SUFFIX};
use regex::Regex;
use rolecall::engine::app::App;
use rolecall::engine::question::Thresholds;
use rolecall::engine::spaces;
use rolecall::knowledge::Knowledge;
use tempfile::TempDir;

/// The shipped corpus.
pub const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
/// A folder that cannot be created, even by root: its parent is a device file.
pub const UNWRITABLE: &str = "/dev/null/index";

/// An engine over the shipped corpus.
pub static BOT: LazyLock<App> = LazyLock::new(|| bot(Path::new(SHIPPED)));

/// Opens a corpus with its index in memory.
pub fn bot(corpus: &Path) -> App {
    App::new(spaces::open(corpus, None, |_, _| {}).expect("the corpus can be served"), Thresholds::default())
}

/// Panics if the output of a program contains a token, a user name or a user id. All output that the tests read is checked.
pub fn keeps_secrets(output: &str) {
    static ID: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b11000000000000\d{5}\b").expect("a pattern"));
    let secrets = [TOKEN, "only-the-stand-in", INTERACTION_TOKEN, USER_NAME_SUFFIX];
    let leaked = secrets.into_iter().find(|secret| output.contains(secret));
    assert_eq!(leaked, None, "the output contains a secret:\n{output}");
    // Lower ids are those of the application and the guild; users and their channels have higher ones.
    let id = ID.find_iter(output).map(|id| id.as_str()).find(|id| *id >= "1100000000000001000");
    assert_eq!(id, None, "the output contains a user id:\n{output}");
}

#[test]
fn leaked_secrets_are_detected() {
    let leaks = |output: &'static str| std::panic::catch_unwind(|| keeps_secrets(output)).is_err();
    assert!(leaks(TOKEN) && leaks("POST /interactions/1/standin-token-of-7/callback"));
    assert!(leaks("user 1100000000000012345 asked") && leaks("Hello gwendolyn-the-curious!"));
    assert!(!leaks("client_id=1100000000000000001"));
}

/// The exit code and the output of a process.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; `None` if a signal ended the process.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Outcome {
    fn of(output: Output) -> Outcome {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
        let outcome = Outcome { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!outcome.err.contains("internal error, please report it"), "it panicked: {}", outcome.err);
        keeps_secrets(&outcome.out);
        keeps_secrets(&outcome.err);
        outcome
    }

    /// Parses each line of standard output as JSON.
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        let read = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}\n{}", self.err));
        self.out.lines().map(read).collect()
    }
}

/// A temporary folder: the working directory of the program, with a corpus in `corpus/`.
#[derive(Debug)]
pub struct Place {
    folder: TempDir,
}

impl Place {
    /// An empty folder.
    pub fn new() -> Place {
        Place { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A folder with these documents in `corpus/`.
    pub fn with(documents: &[(&str, &str)]) -> Place {
        let place = Place::new();
        fs::create_dir(place.corpus()).expect("a corpus folder");
        for (name, text) in documents {
            place.write(&format!("corpus/{name}"), text);
        }
        place
    }

    /// A path inside the folder.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().join(inside)
    }

    /// The corpus folder.
    pub fn corpus(&self) -> PathBuf {
        self.path("corpus")
    }

    /// The index folder.
    pub fn index(&self) -> PathBuf {
        self.path("index")
    }

    /// Writes a file inside the folder.
    pub fn write(&self, inside: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(inside), text).expect("a file can be written");
    }

    /// The program with these arguments in this folder, with an empty environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
        command.args(arguments).current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command
    }

    /// Runs the program until it exits.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(self.command(arguments).output().expect("the program starts"))
    }

    /// Runs the program with this standard input until it exits.
    pub fn pipe(&self, arguments: &[&str], input: &str) -> Outcome {
        feed(self.command(arguments), input)
    }

    /// Opens the library over the corpus and index.
    pub fn library(&self) -> Knowledge {
        spaces::open(&self.corpus(), Some(&self.index()), |_, _| {}).expect("the corpus can be served")
    }
}

/// A corpus of two small documents, for tests that need any corpus and a quick start.
pub fn kitchen() -> Place {
    let baker = "# Baker\n\nBakes bread.\n\n## Duties\n\n- Kneads dough at dawn\n- Heats the oven\n";
    let cook = "# Cook\n\nCooks lunch.\n\n## Duties\n\n- Fries the fish on Friday\n- Sharpens knives\n";
    Place::with(&[("baker.md", baker), ("cook.md", cook)])
}

/// Runs a command with this standard input until it exits.
pub fn feed(mut command: Command, input: &str) -> Outcome {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    // A program that exits early breaks the pipe; that is no error here.
    let writer = std::thread::spawn(move || drop(pipe.write_all(input.as_bytes())));
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the writer ends");
    Outcome::of(output)
}

/// The program over the shipped corpus.
pub fn shipped(arguments: &[&str]) -> Command {
    program_over(SHIPPED, arguments)
}

/// The program over a corpus folder, with its index in memory and the log at level error, which hides the warning about that. No
/// environment variable of the tester is passed on.
pub fn program_over(corpus: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command
        .args(["--corpus", corpus, "--index", UNWRITABLE])
        .args(arguments)
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .env_clear()
        .env("RUST_LOG", "error")
        .stdin(Stdio::null());
    command
}

/// Runs a command until it exits.
pub fn finish(mut command: Command) -> Outcome {
    Outcome::of(command.output().expect("the program starts"))
}
