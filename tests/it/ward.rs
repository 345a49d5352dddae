//! The fixture corpus `ward`, a hospital ward: what tests of the program run on, so that no edit of the shipped corpus
//! breaks them.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use rolecall::engine::app::App;

use crate::stage::{UNWRITABLE, bot};

/// The folder of its documents.
pub const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/ward/corpus");

/// An engine over it.
pub static ENGINE: LazyLock<App> = LazyLock::new(|| bot(Path::new(CORPUS)));

/// The program over it, with its index in memory and without the warning about that. No environment variable of the
/// tester is passed on.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command
        .args(["--corpus", CORPUS, "--index", UNWRITABLE])
        .args(arguments)
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .env_clear()
        .env("RUST_LOG", "error")
        .stdin(Stdio::null());
    command
}
