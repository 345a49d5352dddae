//! A bot over the shipped corpus, with its index in memory.

use std::path::Path;
use std::sync::LazyLock;

use rolecall::engine::Bot;
use rolecall::engine::question::Bounds;
use rolecall::knowledge::Library;

pub static BOT: LazyLock<Bot> = LazyLock::new(|| {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");
    let library = Library::open(Path::new(corpus), Path::new("/dev/null/index"), |_, _| {});
    Bot::new(library.unwrap_or_else(|why| panic!("{why}")), Bounds::default())
});
