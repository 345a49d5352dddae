//! Watches the corpus folder. Editors write beside a file and rename, deployments swap a link or the whole folder: so the folder is
//! watched, and every name on the way to it that can come to mean another one.

use std::collections::BTreeSet;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use notify_debouncer_full::notify::event::{AccessKind, AccessMode, EventKind};
use notify_debouncer_full::notify::{self, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, DebouncedEvent, Debouncer, NoCache, new_debouncer_opt};

/// What changes within so long is one change.
const DEBOUNCE: Duration = Duration::from_millis(500);
const TICK_RATE: Duration = Duration::from_millis(250);
/// Where watching fails, it is tried again this much later.
const RETRY_DELAY: Duration = Duration::from_secs(30);
/// Links that are followed one behind another, as many as the system would.
const MAX_SYMLINKS: usize = 40;

/// Calls `changed` whenever something in the folder may have changed, and once in the beginning, for what did before anybody
/// watched. It goes on for as long as the process lives.
///
/// # Errors
/// Where no thread can be had.
pub fn watch_folder(folder: PathBuf, changed: impl Fn() + Send + 'static) -> io::Result<()> {
    let folder = std::path::absolute(folder)?;
    std::thread::Builder::new().name("corpus-watch".to_owned()).spawn(move || {
        let mut complained = false;
        loop {
            let (tell, told) = channel();
            match start_watcher(&folder, tell) {
                Ok(_armed) => {
                    complained = false;
                    changed();
                    // Where a name means something else now, what is watched may be what it meant before.
                    while let Ok(FolderChange::Content) = told.recv() {
                        changed();
                    }
                }
                Err(why) => {
                    if !complained {
                        tracing::warn!(
                            %why,
                            "the corpus folder cannot be watched; it is tried again, and until then a SIGHUP has it read anew. \
                             ROLECALL_WATCH=off does without"
                        );
                    }
                    complained = true;
                    std::thread::sleep(RETRY_DELAY);
                }
            }
        }
    })?;
    Ok(())
}

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FolderChange {
    /// Something inside the folder.
    Content,
    /// What the folder's name means, or what can be seen of it.
    PathRetargeted,
}

/// Watches, until what it gives is dropped.
fn start_watcher(folder: &Path, tell: Sender<FolderChange>) -> notify::Result<Debouncer<RecommendedWatcher, NoCache>> {
    let names = symlink_chain(folder);
    let beside: BTreeSet<PathBuf> = names.iter().filter_map(|name| Some(name.parent()?.to_owned())).collect();
    let (inside, above) = (folder.to_owned(), beside.clone());
    let see = move |seen: DebounceEventResult| {
        let change = match seen {
            Ok(events) => {
                events.iter().filter_map(|event| classify_event(event, &inside, &names, &above)).reduce(more_severe)
            }
            Err(_) => Some(FolderChange::PathRetargeted),
        };
        if let Some(change) = change {
            // Nobody listens any more where the next watch has begun.
            let _ = tell.send(change);
        }
    };
    let config = notify::Config::default();
    let mut watcher =
        new_debouncer_opt::<_, RecommendedWatcher, NoCache>(DEBOUNCE, Some(TICK_RATE), see, NoCache, config)?;
    let mut around = Ok(());
    for folder in &beside {
        around = watcher.watch(folder, RecursiveMode::NonRecursive).and(around);
    }
    match watcher.watch(folder, RecursiveMode::NonRecursive) {
        // One that is not there yet is seen to come.
        Err(_) if !folder.exists() => around?,
        watched => watched?,
    }
    Ok(watcher)
}

/// The names that decide what a path means: of the folder itself, and of every link on the way to it. Of what is not there, the
/// first name that is missing.
fn symlink_chain(path: &Path) -> BTreeSet<PathBuf> {
    let (mut names, mut open) = (BTreeSet::new(), vec![path.to_owned()]);
    for _ in 0..MAX_SYMLINKS {
        let Some(path) = open.pop() else { break };
        let mut so_far = PathBuf::new();
        for (at, part) in path.components().enumerate() {
            if part == Component::ParentDir {
                so_far.pop();
                continue;
            }
            so_far.push(part);
            let rest = path.components().skip(at + 1);
            match so_far.read_link() {
                Ok(target) => {
                    names.insert(so_far.clone());
                    let beside = so_far.parent().unwrap_or(Path::new("/"));
                    open.push(beside.join(target).join(rest.collect::<PathBuf>()));
                    break;
                }
                Err(_) if rest.count() == 0 || !so_far.exists() => {
                    names.insert(so_far.clone());
                    break;
                }
                Err(_) => {}
            }
        }
    }
    names
}

/// What an event says of the folder, where it says anything.
fn classify_event(
    event: &DebouncedEvent,
    folder: &Path,
    names: &BTreeSet<PathBuf>,
    above: &BTreeSet<PathBuf>,
) -> Option<FolderChange> {
    // We read, too.
    if matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write)) {
        return None;
    }
    if event.need_rescan() || event.paths.iter().any(|path| names.contains(path) || above.contains(path)) {
        return Some(FolderChange::PathRetargeted);
    }
    event.paths.iter().any(|path| path.starts_with(folder)).then_some(FolderChange::Content)
}

fn more_severe(one: FolderChange, other: FolderChange) -> FolderChange {
    if one == FolderChange::PathRetargeted { one } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn every_link_on_the_way_counts() {
        let top = tempfile::tempdir().expect("a folder");
        let top = top.path().canonicalize().expect("its path");
        let names = |path: &str| symlink_chain(&top.join(path)).into_iter().collect::<Vec<_>>();
        std::fs::create_dir_all(top.join("v1/corpus")).expect("folders");
        std::os::unix::fs::symlink("v1", top.join("now")).expect("a link");
        std::os::unix::fs::symlink(top.join("now/corpus"), top.join("roles")).expect("a link");
        assert_eq!(names("v1/corpus"), [top.join("v1/corpus")]);
        assert_eq!(names("now/corpus"), [top.join("now"), top.join("v1/corpus")]);
        assert_eq!(names("roles"), [top.join("now"), top.join("roles"), top.join("v1/corpus")]);
        assert_eq!(names("v2/corpus"), [top.join("v2")], "what is missing");
        std::os::unix::fs::symlink("round", top.join("round")).expect("a link to itself");
        assert_eq!(names("round"), [top.join("round")]);
    }
}
