//! Faults of the disk: missing or malformed documents, and an index that is corrupt or cannot be read or written.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::bot_process::LaunchOptions;
use crate::fault_case::{FaultCase, fault_case};

const TIMEOUT: Duration = Duration::from_secs(20);
/// Time for the corpus watcher to notice a change.
const WATCHER_DELAY: Duration = Duration::from_secs(3);

/// A fault at run time: the bot keeps answering.
fn running(
    fault: &'static str,
    inject: impl Fn(&Path) -> std::io::Result<()> + Send + Sync + Copy + 'static,
) -> FaultCase {
    fault_case(fault, move |trial| async move {
        inject(&trial.path("")).map_err(|error| format!("the fault cannot be injected: {error}"))?;
        trial.wait_recovery(TIMEOUT).await?;
        trial.keep_asking_for(WATCHER_DELAY).await;
        trial.mark_fault();
        trial.wait_recovery(TIMEOUT).await?;
        Ok("kept serving the previous corpus".to_owned())
    })
}

/// A fault before the start: the bot starts and logs this text.
fn starting(
    fault: &'static str,
    text: &'static str,
    inject: impl Fn(&Path) -> std::io::Result<()> + Send + Sync + 'static,
) -> FaultCase {
    fault_case(fault, move |trial| async move {
        trial.wait_online().await?;
        trial.wait_log(text, TIMEOUT).await?;
        trial.wait_recovery(TIMEOUT).await?;
        Ok(format!("started; \"{text}\""))
    })
    .prepare(move |_, dir| inject(dir).expect("the fault can be injected"))
    .before_start()
}

/// A fault before the start: the bot exits with 1 and logs this text.
fn fatal(
    fault: &'static str,
    text: &'static str,
    inject: impl Fn(&Path) -> std::io::Result<()> + Send + Sync + 'static,
) -> FaultCase {
    fault_case(fault, move |trial| async move { trial.wait_exit("exit 1", text, TIMEOUT).await })
        .prepare(move |_, dir| inject(dir).expect("the fault can be injected"))
        .before_start()
        .identifies(0)
}

const BROKEN: &str = "---\ntitle: [never\nlevel: {\n---\n# \u{0}\n";

/// Removes all documents.
fn empty_corpus(dir: &Path) -> std::io::Result<()> {
    fs::remove_dir_all(dir.join("corpus"))?;
    fs::create_dir(dir.join("corpus"))
}

/// Overwrites every file of the index.
fn corrupt_index(dir: &Path) -> std::io::Result<()> {
    for folder in fs::read_dir(dir.join("index"))?.filter_map(Result::ok).filter(|entry| entry.path().is_dir()) {
        for file in fs::read_dir(folder.path())?.filter_map(Result::ok) {
            fs::write(file.path(), b"corrupt")?;
        }
    }
    Ok(())
}

pub fn cases() -> Vec<FaultCase> {
    let mut cases = at_run_time();
    cases.extend(at_start());
    cases
}

fn at_run_time() -> Vec<FaultCase> {
    vec![
        running("documents removed at run time", |dir| fs::remove_dir_all(dir.join("corpus"))),
        running("the corpus folder emptied at run time", empty_corpus),
        running("a document made invalid at run time", |dir| fs::write(dir.join("corpus/cook.md"), BROKEN)),
        running("a binary document added", |dir| fs::write(dir.join("corpus/new.md"), [0xff, 0xfe, 0x00])),
        running("a document of 20 MB added", |dir| fs::write(dir.join("corpus/new.md"), "word ".repeat(4 << 20))),
        running("the index removed at run time", |dir| fs::remove_dir_all(dir.join("index"))),
        running("the index corrupted at run time", corrupt_index),
        running("a file in place of the index at run time", |dir| {
            fs::remove_dir_all(dir.join("index"))?;
            fs::write(dir.join("index"), "a file")
        }),
        fault_case("a document rewritten 50 times at run time", |trial| async move {
            trial.keep_asking();
            for round in 0..50 {
                let text = format!("# Cook\n\nCooks lunch.\n\n## Duties\n\n- Fries {round} fishes\n");
                fs::write(trial.path("corpus/cook.md"), text).map_err(|error| error.to_string())?;
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
            trial.keep_asking_for(WATCHER_DELAY).await;
            trial.mark_fault();
            trial.wait_recovery(TIMEOUT).await?;
            Ok("kept answering".to_owned())
        }),
    ]
}

fn at_start() -> Vec<FaultCase> {
    let index = |path: &str| LaunchOptions::with("ROLECALL_INDEX", path);
    let full = "trap '' XFSZ; ulimit -f 1";
    vec![
        fatal("no corpus folder at start", "corpus", |dir| fs::remove_dir_all(dir.join("corpus"))),
        fatal("an empty corpus folder at start", "corpus", empty_corpus),
        fatal("all documents invalid at start", "corpus", |dir| {
            empty_corpus(dir)?;
            fs::write(dir.join("corpus/cook.md"), [0xff, 0xfe, 0x00])
        }),
        fatal("a file in place of the corpus folder", "corpus", |dir| {
            fs::remove_dir_all(dir.join("corpus"))?;
            fs::write(dir.join("corpus"), "a file")
        }),
        starting("a document invalid at start", "in the corpus, the rest is served", |dir| {
            fs::write(dir.join("corpus/cook.md"), BROKEN)
        }),
        starting("a binary document at start", "in the corpus, the rest is served", |dir| {
            fs::write(dir.join("corpus/new.md"), [0xff, 0xfe, 0x00])
        }),
        starting("a directory in place of a document", "", |dir| fs::create_dir(dir.join("corpus/new.md"))),
        starting("a dangling symbolic link in place of a document", "in the corpus, the rest is served", |dir| {
            std::os::unix::fs::symlink("/nowhere/at/all.md", dir.join("corpus/new.md"))
        }),
        starting("a symbolic link to itself in place of a document", "in the corpus, the rest is served", |dir| {
            std::os::unix::fs::symlink("new.md", dir.join("corpus/new.md"))
        }),
        starting("a named pipe without a writer in place of a document", "in the corpus, the rest is served", |dir| {
            Command::new("mkfifo").arg(dir.join("corpus/new.md")).status().map(drop)
        }),
        starting("an index path that cannot be created", "serving from memory", |_| Ok(()))
            .launch(index("/dev/null/index")),
        starting("a read-only index folder", "serving from memory", |_| Ok(())).launch(index("/proc/index")),
        starting("a file in place of the index", "serving from memory", |dir| fs::write(dir.join("index"), "a file")),
        starting("a full disk (file size limit of 512 bytes)", "serving from memory", |_| Ok(()))
            .launch(LaunchOptions::after(full)),
        fault_case("a corrupt index at start", |trial| async move {
            trial.signal("TERM");
            trial.wait_exit("exit 0", "", TIMEOUT).await?;
            corrupt_index(&trial.path("")).map_err(|error| error.to_string())?;
            trial.restart(&LaunchOptions::default());
            trial.wait_log("the index was damaged and has been rebuilt", TIMEOUT).await?;
            trial.mark_fault();
            trial.wait_recovery(TIMEOUT).await?;
            Ok("rebuilt the index".to_owned())
        })
        .identifies(1)
        .loses(1),
        fatal("a malformed .env", ".env cannot be read", |dir| fs::write(dir.join(".env"), "what ever\n")),
    ]
}
