//! Faults of the disk: documents that go away or break, an index that cannot be read, written or trusted.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::program::Launch;
use crate::row::{Row, row};

const SOON: Duration = Duration::from_secs(20);
/// Time for a watcher of folders to notice, where there is one.
const NOTICED: Duration = Duration::from_secs(3);

/// A fault while it runs: the answers go on as they were.
fn running(fault: &'static str, strike: impl Fn(&Path) -> std::io::Result<()> + Send + Sync + Copy + 'static) -> Row {
    row(fault, move |trial| async move {
        strike(&trial.path("")).map_err(|fault| format!("the fault could not be made: {fault}"))?;
        trial.again_within(SOON).await?;
        trial.go_on(NOTICED).await;
        trial.strike();
        trial.again_within(SOON).await?;
        Ok("went on with what it knew".to_owned())
    })
}

/// A fault before the start: it comes up all the same and says this.
fn starting(
    fault: &'static str,
    word: &'static str,
    strike: impl Fn(&Path) -> std::io::Result<()> + Send + Sync + 'static,
) -> Row {
    row(fault, move |trial| async move {
        trial.online().await?;
        trial.says(word, SOON).await?;
        trial.again_within(SOON).await?;
        Ok(format!("came up; \"{word}\""))
    })
    .prepare(move |_, home| strike(home).expect("the fault can be made"))
    .before_the_start()
}

/// A fault before the start after which there is nothing to serve.
fn hopeless(
    fault: &'static str,
    word: &'static str,
    strike: impl Fn(&Path) -> std::io::Result<()> + Send + Sync + 'static,
) -> Row {
    row(fault, move |trial| async move { trial.ends("exit 1", word, SOON).await })
        .prepare(move |_, home| strike(home).expect("the fault can be made"))
        .before_the_start()
        .identifies(0)
}

const BROKEN: &str = "---\ntitle: [never\nlevel: {\n---\n# \u{0}\n";

fn empty(home: &Path) -> std::io::Result<()> {
    fs::remove_dir_all(home.join("corpus"))?;
    fs::create_dir(home.join("corpus"))
}

/// Spoils every file of the index that there is.
fn spoil(home: &Path) -> std::io::Result<()> {
    for folder in fs::read_dir(home.join("index"))?.filter_map(Result::ok).filter(|entry| entry.path().is_dir()) {
        for file in fs::read_dir(folder.path())?.filter_map(Result::ok) {
            fs::write(file.path(), b"not what it was")?;
        }
    }
    Ok(())
}

pub fn rows() -> Vec<Row> {
    let mut rows = while_running();
    rows.extend(at_the_start());
    rows
}

fn while_running() -> Vec<Row> {
    vec![
        running("documents removed while it runs", |home| fs::remove_dir_all(home.join("corpus"))),
        running("the folder emptied while it runs", empty),
        running("one document broken while it runs", |home| fs::write(home.join("corpus/cook.md"), BROKEN)),
        running("a document that is no text appears", |home| fs::write(home.join("corpus/new.md"), [0xff, 0xfe, 0x00])),
        running("a document of 20 MB appears", |home| fs::write(home.join("corpus/new.md"), "word ".repeat(4 << 20))),
        running("the index removed while it runs", |home| fs::remove_dir_all(home.join("index"))),
        running("the index spoilt while it runs", spoil),
        running("a file in place of the index while it runs", |home| {
            fs::remove_dir_all(home.join("index"))?;
            fs::write(home.join("index"), "no folder")
        }),
        row("documents rewritten 50 times while it runs", |trial| async move {
            trial.keep_asking();
            for round in 0..50 {
                let text = format!("# Cook\n\nCooks lunch.\n\n## Duties\n\n- Fries {round} fishes\n");
                fs::write(trial.path("corpus/cook.md"), text).map_err(|fault| fault.to_string())?;
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
            trial.go_on(NOTICED).await;
            trial.strike();
            trial.again_within(SOON).await?;
            Ok("went on".to_owned())
        }),
    ]
}

fn at_the_start() -> Vec<Row> {
    let index = |path: &str| Launch::with("ROLECALL_INDEX", path);
    let full = "trap '' XFSZ; ulimit -f 1";
    vec![
        hopeless("no folder of documents at the start", "corpus", |home| fs::remove_dir_all(home.join("corpus"))),
        hopeless("an empty folder at the start", "corpus", empty),
        hopeless("all documents broken at the start", "corpus", |home| {
            empty(home)?;
            fs::write(home.join("corpus/cook.md"), [0xff, 0xfe, 0x00])
        }),
        hopeless("a file in place of the folder of documents", "corpus", |home| {
            fs::remove_dir_all(home.join("corpus"))?;
            fs::write(home.join("corpus"), "no folder")
        }),
        starting("one document broken at the start", "in the corpus, the rest is served", |home| {
            fs::write(home.join("corpus/cook.md"), BROKEN)
        }),
        starting("a document that is no text", "in the corpus, the rest is served", |home| {
            fs::write(home.join("corpus/new.md"), [0xff, 0xfe, 0x00])
        }),
        starting("a document that is a folder", "", |home| fs::create_dir(home.join("corpus/new.md"))),
        starting("a document that is a link to nowhere", "in the corpus, the rest is served", |home| {
            std::os::unix::fs::symlink("/nowhere/at/all.md", home.join("corpus/new.md"))
        }),
        starting("a document that is a link to itself", "in the corpus, the rest is served", |home| {
            std::os::unix::fs::symlink("new.md", home.join("corpus/new.md"))
        }),
        starting("a document that is a pipe nobody writes to", "in the corpus, the rest is served", |home| {
            Command::new("mkfifo").arg(home.join("corpus/new.md")).status().map(drop)
        }),
        starting("an index that cannot be written to", "serving from memory", |_| Ok(()))
            .launch(index("/dev/null/index")),
        starting("an index folder that is read-only", "serving from memory", |_| Ok(())).launch(index("/proc/index")),
        starting("a file in place of the index", "serving from memory", |home| {
            fs::write(home.join("index"), "no folder")
        }),
        starting("a full disk (no file over 512 bytes)", "serving from memory", |_| Ok(())).launch(Launch::after(full)),
        row("an index that is damaged at the start", |trial| async move {
            trial.signal("TERM");
            trial.ends("exit 0", "", SOON).await?;
            spoil(&trial.path("")).map_err(|fault| fault.to_string())?;
            trial.start_again(&Launch::default());
            trial.says("the index was damaged and has been rebuilt", SOON).await?;
            trial.strike();
            trial.again_within(SOON).await?;
            Ok("built it anew".to_owned())
        })
        .identifies(1)
        .loses(1),
        hopeless(".env that is no list of settings", ".env cannot be read", |home| {
            fs::write(home.join(".env"), "what ever\n")
        }),
    ]
}
