//! The stage that the tests play on: folders of documents, the program as a process, and bots over the corpora that are here.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

pub use discord_standin::TOKEN;
use discord_standin::{INTERACTION_TOKEN, USER_NAME_SUFFIX};
use regex::Regex;
use rolecall::engine::App;
use rolecall::engine::question::Thresholds;
use rolecall::knowledge::Knowledge;
use tempfile::TempDir;

/// The corpus that is shipped.
pub const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
/// A folder that nobody can write to, root included: it lies below a file.
pub const UNWRITABLE: &str = "/dev/null/index";

/// A bot over the shipped corpus.
pub static BOT: LazyLock<App> = LazyLock::new(|| bot(Path::new(SHIPPED)));

/// A bot over a corpus, with its index in memory.
pub fn bot(corpus: &Path) -> App {
    App::new(
        Knowledge::open(corpus, Path::new(UNWRITABLE), |_, _| {}).expect("the corpus can be served"),
        Thresholds::default(),
    )
}

/// Fails where what a program said names a token, or who asked. Everything that the tests see a program say goes through here.
pub fn keeps_secrets(said: &str) {
    static ID: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b11000000000000\d{5}\b").expect("a pattern"));
    let secrets = [TOKEN, "only-the-stand-in", INTERACTION_TOKEN, USER_NAME_SUFFIX];
    let told = secrets.into_iter().find(|secret| said.contains(secret));
    assert_eq!(told, None, "a secret was told:\n{said}");
    // The first ids are the application's and the server's; people and their channels come after.
    let id = ID.find_iter(said).map(|id| id.as_str()).find(|id| *id >= "1100000000000001000");
    assert_eq!(id, None, "somebody's id was told:\n{said}");
}

#[test]
fn what_must_not_be_told_is_found() {
    let told = |said: &'static str| std::panic::catch_unwind(|| keeps_secrets(said)).is_err();
    assert!(told(TOKEN) && told("POST /interactions/1/standin-token-of-7/callback"));
    assert!(told("user 1100000000000012345 asked") && told("Hello gwendolyn-the-curious!"));
    assert!(!told("client_id=1100000000000000001"));
}

/// What a process left behind.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
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

    /// Every line of the output as JSON.
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        let read = |line| serde_json::from_str(line).unwrap_or_else(|fault| panic!("{fault} in {line}\n{}", self.err));
        self.out.lines().map(read).collect()
    }
}

/// A folder of its own, with a corpus in `corpus/` and the program's working folder.
#[derive(Debug)]
pub struct Place {
    folder: TempDir,
}

impl Place {
    /// An empty place.
    pub fn new() -> Place {
        Place { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A place with these documents.
    pub fn with(documents: &[(&str, &str)]) -> Place {
        let place = Place::new();
        fs::create_dir(place.corpus()).expect("a corpus folder");
        for (name, text) in documents {
            place.write(&format!("corpus/{name}"), text);
        }
        place
    }

    /// A path inside it.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().join(inside)
    }

    /// Its corpus folder.
    pub fn corpus(&self) -> PathBuf {
        self.path("corpus")
    }

    /// Its index folder.
    pub fn index(&self) -> PathBuf {
        self.path("index")
    }

    /// Puts a file into it.
    pub fn write(&self, inside: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(inside), text).expect("a file can be written");
    }

    /// The program with these arguments, at work here; nothing of the tester's environment reaches it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
        command.args(arguments).current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(self.command(arguments).output().expect("the program starts"))
    }

    /// Runs the program to its end with this on its standard input.
    pub fn pipe(&self, arguments: &[&str], input: &str) -> Outcome {
        feed(self.command(arguments), input)
    }

    /// The library over its corpus and index.
    pub fn library(&self) -> Knowledge {
        Knowledge::open(&self.corpus(), &self.index(), |_, _| {}).expect("the corpus can be served")
    }
}

/// A place with two small documents: quick to start, where it does not matter what is known.
pub fn kitchen() -> Place {
    let baker = "# Baker\n\nBakes bread.\n\n## Duties\n\n- Kneads dough at dawn\n- Heats the oven\n";
    let cook = "# Cook\n\nCooks lunch.\n\n## Duties\n\n- Fries the fish on Friday\n- Sharpens knives\n";
    Place::with(&[("baker.md", baker), ("cook.md", cook)])
}

/// Runs a command to its end with this on its standard input.
pub fn feed(mut command: Command, input: &str) -> Outcome {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    // A program that ends early closes its end; what it leaves unread is its own affair.
    let writer = std::thread::spawn(move || drop(pipe.write_all(input.as_bytes())));
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the writer ends");
    Outcome::of(output)
}

/// The program over the shipped corpus, with its index in memory and no warning of that.
pub fn shipped(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command
        .args(["--corpus", SHIPPED, "--index", UNWRITABLE])
        .args(arguments)
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .env_clear()
        .env("RUST_LOG", "error")
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub fn finish(mut command: Command) -> Outcome {
    Outcome::of(command.output().expect("the program starts"))
}
