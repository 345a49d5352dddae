//! The pictures that belong to answers: drawn beside the event loop, kept for whoever asks next, and done without where they cannot
//! be had in time.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::diagram::png::PictureError;
use crate::diagram::{self, Picture};
use crate::engine::Bot;
use crate::engine::reply::Chart;
use crate::i18n::Language;

/// Pictures that are kept.
const KEPT: usize = 32;
/// A picture that is not there so long after the question is left out; Discord waits 3 s, and sending takes its time too.
const WITHIN: Duration = Duration::from_millis(1500);

/// What was drawn, the latest first; nothing for what cannot be drawn, so that it is tried and logged once.
type Drawn = VecDeque<(Key, Option<Arc<Picture>>)>;
/// The fingerprint of a library, what of it, and in which language.
type Key = (String, Chart, Language);

/// A picture to draw.
type Order = Box<dyn FnOnce() + Send>;

/// Draws pictures and keeps some.
#[derive(Debug)]
pub struct Gallery {
    drawn: Arc<Mutex<Drawn>>,
    orders: mpsc::Sender<Order>,
}

impl Default for Gallery {
    /// One thread draws, one picture at a time and always the same thread: each takes its memory, which the allocator keeps for that
    /// thread, and the answers without pictures their share of the processor. Where the system gives no thread, there are no pictures.
    fn default() -> Self {
        let (orders, ordered) = mpsc::channel::<Order>();
        let draw = move || ordered.into_iter().for_each(|order| order());
        if let Err(why) = thread::Builder::new().name("pictures".to_owned()).spawn(draw) {
            tracing::error!(%why, "answers go out without pictures");
        }
        Gallery { drawn: Arc::default(), orders }
    }
}

impl Gallery {
    /// The picture of a chart in a language, for a question that came in at `since`; none where it cannot be drawn, or not in time.
    pub async fn picture(
        &self,
        bot: &Bot,
        chart: Option<&Chart>,
        language: Language,
        since: Instant,
    ) -> Option<Arc<Picture>> {
        let library = bot.library();
        let key = (library.fingerprint.clone(), chart?.clone(), language);
        if let Some(known) = find(&self.drawn, &key) {
            return known;
        }
        // It is drawn even where nobody waits any more: the next one who asks has it at once.
        let (tell, told) = oneshot::channel();
        let drawn = Arc::clone(&self.drawn);
        let order = move || {
            let picture = drawn_now(&drawn, key, |(_, chart, language)| diagram::draw(&library, chart, *language));
            // Whoever asked may have gone without it.
            let _ = tell.send(picture);
        };
        self.orders.send(Box::new(order)).ok()?;
        timeout_at(since + WITHIN, told).await.ok()?.ok()?
    }
}

/// A picture that may be there by now, or else is drawn and kept.
fn drawn_now(
    drawn: &Mutex<Drawn>,
    key: Key,
    draw: impl FnOnce(&Key) -> Result<Picture, PictureError>,
) -> Option<Arc<Picture>> {
    if let Some(known) = find(drawn, &key) {
        return known;
    }
    // The panic hook tells of a panic; whoever asks next tries again.
    let picture = match catch_unwind(AssertUnwindSafe(|| draw(&key))).ok()? {
        Ok(picture) => Some(Arc::new(picture)),
        Err(why @ (PictureError::TooMany(..) | PictureError::TooLarge(_) | PictureError::Letters(_))) => {
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
    drawn.truncate(KEPT);
    picture
}

/// What is known of a picture, which then is the latest.
fn find(drawn: &Mutex<Drawn>, key: &Key) -> Option<Option<Arc<Picture>>> {
    let mut drawn = drawn.lock().unwrap_or_else(PoisonError::into_inner);
    let at = drawn.iter().position(|(other, _)| other == key)?;
    let known = drawn.remove(at)?;
    let picture = known.1.clone();
    drawn.push_front(known);
    Some(picture)
}
