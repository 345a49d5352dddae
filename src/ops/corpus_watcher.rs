//! Watches the corpus folder. Editors write a temporary file and rename it; deployments swap a symlink or the whole folder. So the
//! parents of the folder and of every symlink in its path are watched too.

use std::collections::BTreeSet;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use notify_debouncer_full::notify::event::{AccessKind, AccessMode, EventKind};
use notify_debouncer_full::notify::{self, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, DebouncedEvent, Debouncer, NoCache, new_debouncer_opt};

/// Changes within this time count as one.
const DEBOUNCE: Duration = Duration::from_millis(500);
const TICK_RATE: Duration = Duration::from_millis(250);
/// Time until the next attempt where watching fails.
const RETRY_DELAY: Duration = Duration::from_secs(30);
/// Maximum length of a chain of symlinks, as in Linux (path_resolution(7)).
const MAX_SYMLINKS: usize = 40;

/// Starts a thread that calls `changed` whenever the folder may have changed, and once after watching has started, for changes
/// before that. The thread lives as long as the process.
///
/// # Errors
/// The thread cannot be started.
pub(crate) fn watch_folder(folder: PathBuf, changed: impl Fn() + Send + 'static) -> io::Result<()> {
    let folder = std::path::absolute(folder)?;
    std::thread::Builder::new().name("corpus-watch".to_owned()).spawn(move || {
        let mut warned = false;
        loop {
            let (sender, changes) = channel();
            match start_watcher(&folder, sender) {
                Ok(_watcher) => {
                    warned = false;
                    changed();
                    // After `PathRetargeted` the watched folder may be the wrong one: start again.
                    while let Ok(FolderChange::Content) = changes.recv() {
                        changed();
                    }
                }
                Err(error) => {
                    if !warned {
                        tracing::warn!(
                            %error,
                            "the corpus folder cannot be watched; retrying. Until then send SIGHUP to reload it, or set \
                             ROLECALL_WATCH=off"
                        );
                    }
                    warned = true;
                    std::thread::sleep(RETRY_DELAY);
                }
            }
        }
    })?;
    Ok(())
}

/// What has changed, the more severe last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum FolderChange {
    /// Something inside the folder.
    Content,
    /// The folder that the path resolves to, or events were lost.
    PathRetargeted,
}

/// Watches until the returned watcher is dropped.
fn start_watcher(
    folder: &Path,
    sender: Sender<FolderChange>,
) -> notify::Result<Debouncer<RecommendedWatcher, NoCache>> {
    let names = symlink_chain(folder);
    let parents: BTreeSet<PathBuf> = names.iter().filter_map(|name| Some(name.parent()?.to_owned())).collect();
    let (corpus, watched) = (folder.to_owned(), parents.clone());
    let handler = move |result: DebounceEventResult| {
        let change = match result {
            Ok(events) => events.iter().filter_map(|event| classify_event(event, &corpus, &names, &watched)).max(),
            Err(_) => Some(FolderChange::PathRetargeted),
        };
        if let Some(change) = change {
            // The receiver is gone once the next watcher starts.
            let _ = sender.send(change);
        }
    };
    let config = notify::Config::default();
    let mut watcher =
        new_debouncer_opt::<_, RecommendedWatcher, NoCache>(DEBOUNCE, Some(TICK_RATE), handler, NoCache, config)?;
    let mut parents_watched = Ok(());
    for parent in &parents {
        parents_watched = watcher.watch(parent, RecursiveMode::NonRecursive).and(parents_watched);
    }
    match watcher.watch(folder, RecursiveMode::NonRecursive) {
        // Its creation is an event of a parent.
        Err(_) if !folder.exists() => parents_watched?,
        result => result?,
    }
    Ok(watcher)
}

/// The paths that decide which folder `path` resolves to: the folder itself and every symlink on the way. If a component is
/// missing, the first missing one.
fn symlink_chain(path: &Path) -> BTreeSet<PathBuf> {
    let (mut names, mut pending) = (BTreeSet::new(), Some(path.to_owned()));
    for _ in 0..MAX_SYMLINKS {
        let Some(path) = pending.take() else { break };
        let mut prefix = PathBuf::new();
        for (at, part) in path.components().enumerate() {
            if part == Component::ParentDir {
                prefix.pop();
                continue;
            }
            prefix.push(part);
            let rest = path.components().skip(at + 1);
            match prefix.read_link() {
                Ok(target) => {
                    let parent = prefix.parent().unwrap_or(Path::new("/"));
                    pending = Some(parent.join(target).join(rest.collect::<PathBuf>()));
                    names.insert(prefix);
                    break;
                }
                Err(_) if rest.count() == 0 || !prefix.exists() => {
                    names.insert(prefix);
                    break;
                }
                Err(_) => {}
            }
        }
    }
    names
}

/// What an event means for the folder; `None` if it is irrelevant.
fn classify_event(
    event: &DebouncedEvent,
    folder: &Path,
    names: &BTreeSet<PathBuf>,
    parents: &BTreeSet<PathBuf>,
) -> Option<FolderChange> {
    // Reading is no change; the reload itself reads.
    if matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write)) {
        return None;
    }
    if event.need_rescan() || event.paths.iter().any(|path| names.contains(path) || parents.contains(path)) {
        return Some(FolderChange::PathRetargeted);
    }
    event.paths.iter().any(|path| path.starts_with(folder)).then_some(FolderChange::Content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_symlink_chain_holds_every_symlink_in_the_path() {
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
