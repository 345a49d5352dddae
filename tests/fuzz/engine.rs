//! The engine over the shipped corpus, with its index in memory.

use std::path::Path;
use std::sync::LazyLock;

use rolecall::engine::app::App;
use rolecall::engine::question::Thresholds;
use rolecall::engine::spaces;

pub static ENGINE: LazyLock<App> = LazyLock::new(|| {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");
    let knowledge = spaces::open(Path::new(corpus), None, |_, _| {});
    App::new(knowledge.unwrap_or_else(|error| panic!("{error}")), Thresholds::default())
});
