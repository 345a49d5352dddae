//! The pictures that belong to answers: drawn beside the event loop, kept for whoever asks next, and done without where they cannot
//! be had in time.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::diagram::png::DiagramError;
use crate::diagram::{self, Diagram};
use crate::engine::Engine;
use crate::engine::reply::GraphSelection;
use crate::i18n::Language;

/// Pictures that are kept.
const MAX_CACHED_IMAGES: usize = 32;
/// A picture that is not there so long after the question is left out; Discord waits 3 s, and sending takes its time too.
const RENDER_TIMEOUT: Duration = Duration::from_millis(1500);

/// What was drawn, the latest first; nothing for what cannot be drawn, so that it is tried and logged once.
type CacheEntries = VecDeque<(CacheKey, Option<Arc<Diagram>>)>;
/// The fingerprint of a library, what of it, and in which language.
type CacheKey = (String, GraphSelection, Language);

/// A picture to draw.
type RenderJob = Box<dyn FnOnce() + Send>;

/// Draws pictures and keeps some.
#[derive(Debug)]
pub struct ImageCache {
    entries: Arc<Mutex<CacheEntries>>,
    jobs: mpsc::Sender<RenderJob>,
}

impl Default for ImageCache {
    /// One thread draws, one picture at a time and always the same thread: each takes its memory, which the allocator keeps for that
    /// thread, and the answers without pictures their share of the processor. Where the system gives no thread, there are no pictures.
    fn default() -> Self {
        let (orders, ordered) = mpsc::channel::<RenderJob>();
        let draw = move || ordered.into_iter().for_each(|order| order());
        if let Err(why) = thread::Builder::new().name("pictures".to_owned()).spawn(draw) {
            tracing::error!(%why, "answers go out without pictures");
        }
        ImageCache { entries: Arc::default(), jobs: orders }
    }
}

impl ImageCache {
    /// The picture of a chart in a language, for a question that came in at `since`; none where it cannot be drawn, or not in time.
    pub async fn get_or_render(
        &self,
        bot: &Engine,
        chart: Option<&GraphSelection>,
        language: Language,
        since: Instant,
    ) -> Option<Arc<Diagram>> {
        let library = bot.library();
        let key = (library.fingerprint.clone(), chart?.clone(), language);
        if let Some(known) = get_cached(&self.entries, &key) {
            return known;
        }
        // It is drawn even where nobody waits any more: the next one who asks has it at once.
        let (tell, told) = oneshot::channel();
        let drawn = Arc::clone(&self.entries);
        let order = move || {
            let picture =
                render_and_cache(&drawn, key, |(_, chart, language)| diagram::render(&library, chart, *language));
            // Whoever asked may have gone without it.
            let _ = tell.send(picture);
        };
        self.jobs.send(Box::new(order)).ok()?;
        timeout_at(since + RENDER_TIMEOUT, told).await.ok()?.ok()?
    }
}

/// A picture that may be there by now, or else is drawn and kept.
fn render_and_cache(
    drawn: &Mutex<CacheEntries>,
    key: CacheKey,
    draw: impl FnOnce(&CacheKey) -> Result<Diagram, DiagramError>,
) -> Option<Arc<Diagram>> {
    if let Some(known) = get_cached(drawn, &key) {
        return known;
    }
    // The panic hook tells of a panic; whoever asks next tries again.
    let picture = match catch_unwind(AssertUnwindSafe(|| draw(&key))).ok()? {
        Ok(picture) => Some(Arc::new(picture)),
        Err(why @ (DiagramError::TooManyRoles(..) | DiagramError::TooLarge(_) | DiagramError::MissingGlyph(_))) => {
            tracing::warn!(%why, chart = ?key.1, "answers go out without this picture");
            None
        }
        Err(why) => {
            tracing::error!(%why, chart = ?key.1, "a picture could not be drawn; please report it");
            None
        }
    };
    let mut drawn = drawn.lock().unwrap_or_else(PoisonError::into_inner);
    drawn.push_front((key, picture.clone()));
    drawn.truncate(MAX_CACHED_IMAGES);
    picture
}

/// What is known of a picture, which then is the latest.
fn get_cached(drawn: &Mutex<CacheEntries>, key: &CacheKey) -> Option<Option<Arc<Diagram>>> {
    let mut drawn = drawn.lock().unwrap_or_else(PoisonError::into_inner);
    let at = drawn.iter().position(|(other, _)| other == key)?;
    let known = drawn.remove(at)?;
    let picture = known.1.clone();
    drawn.push_front(known);
    Some(picture)
}
