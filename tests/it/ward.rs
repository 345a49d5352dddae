//! The fixture corpus `ward`, a hospital ward: what tests of the program run on, so that no edit of the shipped corpus
//! breaks them.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use rolecall::engine::app::App;

use crate::stage::{bot, program_over};

/// The folder of its documents.
pub const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/ward/corpus");

/// An engine over it.
pub static ENGINE: LazyLock<App> = LazyLock::new(|| bot(Path::new(CORPUS)));

/// The program over it.
pub fn command(arguments: &[&str]) -> Command {
    program_over(CORPUS, arguments)
}
