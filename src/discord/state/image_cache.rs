//! Renders diagrams on a thread outside the async runtime and caches them. An answer goes out without a diagram that is late or fails.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::diagram::png::DiagramError;
use crate::diagram::{self, Diagram};
use crate::engine::reply::GraphSelection;
use crate::i18n::Language;
use crate::knowledge::Knowledge;

/// Maximum number of cached diagrams.
const MAX_CACHED_IMAGES: usize = 32;
/// Maximum time from the request to its diagram. Discord waits 3 s for a response, of which sending takes a part.
const RENDER_TIMEOUT: Duration = Duration::from_millis(1500);

/// Most recently used first; `None` for a diagram that cannot be rendered, so that it is tried and logged once.
type CacheEntries = VecDeque<(CacheKey, Option<Arc<Diagram>>)>;
/// The snapshot's fingerprint, the part of its career graph, the language.
type CacheKey = (String, GraphSelection, Language);

type RenderJob = Box<dyn FnOnce() + Send>;

/// Renders and caches diagrams.
#[derive(Debug)]
pub struct ImageCache {
    entries: Arc<Mutex<CacheEntries>>,
    jobs: mpsc::Sender<RenderJob>,
}

impl Default for ImageCache {
    /// Starts the one thread that renders, one diagram at a time: this bounds memory, since the allocator keeps freed memory per thread,
    /// and leaves CPU time for answers without diagrams. If the thread cannot be started, there are no diagrams.
    fn default() -> Self {
        let (jobs, queue) = mpsc::channel::<RenderJob>();
        let run = move || queue.into_iter().for_each(|job| job());
        if let Err(error) = thread::Builder::new().name("diagrams".to_owned()).spawn(run) {
            tracing::error!(%error, "cannot start the diagram thread; answers are sent without diagrams");
        }
        ImageCache { entries: Arc::default(), jobs }
    }
}

impl ImageCache {
    /// The diagram of a graph selection, for a request received at `since`. None where it cannot be rendered, or not in time.
    pub async fn get_or_render(
        &self,
        knowledge: Arc<Knowledge>,
        graph: Option<&GraphSelection>,
        language: Language,
        since: Instant,
    ) -> Option<Arc<Diagram>> {
        let key = (knowledge.fingerprint.clone(), graph?.clone(), language);
        if let Some(cached) = get_cached(&self.entries, &key) {
            return cached;
        }
        // The job runs to its end even after the timeout: the next request finds the diagram in the cache.
        let (sender, receiver) = oneshot::channel();
        let entries = Arc::clone(&self.entries);
        let job = move || {
            let diagram =
                render_and_cache(&entries, key, |(_, graph, language)| diagram::render(&knowledge, graph, *language));
            // The receiver is dropped after the timeout.
            let _ = sender.send(diagram);
        };
        self.jobs.send(Box::new(job)).ok()?;
        timeout_at(since + RENDER_TIMEOUT, receiver).await.ok()?.ok()?
    }
}

/// The cached diagram, if an earlier job has rendered it by now; else renders and caches it.
fn render_and_cache(
    entries: &Mutex<CacheEntries>,
    key: CacheKey,
    render: impl FnOnce(&CacheKey) -> Result<Diagram, DiagramError>,
) -> Option<Arc<Diagram>> {
    if let Some(cached) = get_cached(entries, &key) {
        return cached;
    }
    // The panic hook logs a panic. It is not cached: the next request tries again.
    let diagram = match catch_unwind(AssertUnwindSafe(|| render(&key))).ok()? {
        Ok(diagram) => Some(Arc::new(diagram)),
        Err(error @ (DiagramError::TooManyRoles(..) | DiagramError::TooLarge(_) | DiagramError::MissingGlyph(_))) => {
            tracing::warn!(%error, "answers are sent without this diagram");
            None
        }
        Err(error) => {
            tracing::error!(%error, "cannot render a diagram; please report it");
            None
        }
    };
    let mut entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
    entries.push_front((key, diagram.clone()));
    entries.truncate(MAX_CACHED_IMAGES);
    diagram
}

/// A cached result, which becomes the most recently used one.
fn get_cached(entries: &Mutex<CacheEntries>, key: &CacheKey) -> Option<Option<Arc<Diagram>>> {
    let mut entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
    let at = entries.iter().position(|(other, _)| other == key)?;
    let entry = entries.remove(at)?;
    let diagram = entry.1.clone();
    entries.push_front(entry);
    Some(diagram)
}
