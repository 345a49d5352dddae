//! The pictures that belong to answers: drawn beside the event loop, kept for whoever asks next, and done without where they cannot
//! be had in time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::bot::Bot;
use crate::bot::reply::Chart;
use crate::picture::png::PictureError;
use crate::picture::{self, Picture};
use crate::speech::Language;

/// Pictures that are kept.
const KEPT: usize = 32;
/// A picture that is not there so long after the question is left out; Discord waits 3 s, and sending takes its time too.
const WITHIN: Duration = Duration::from_millis(1500);

/// What was drawn, the latest first; nothing for what cannot be drawn, so that it is tried and logged once.
type Drawn = VecDeque<(Key, Option<Arc<Picture>>)>;
/// The fingerprint of a library, what of it, and in which language.
type Key = (String, Chart, Language);

/// Draws pictures and keeps some.
#[derive(Debug)]
pub struct Gallery {
    drawn: Arc<Mutex<Drawn>>,
    /// One is drawn at a time: each takes its memory, and the answers without pictures their share of the processor.
    brush: Arc<Semaphore>,
}

impl Default for Gallery {
    fn default() -> Self {
        Gallery { drawn: Arc::default(), brush: Arc::new(Semaphore::new(1)) }
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
        let (drawn, brush) = (Arc::clone(&self.drawn), Arc::clone(&self.brush));
        // It is finished even where nobody waits any more: the next one who asks has it at once.
        let drawing = tokio::spawn(async move {
            let _turn = brush.acquire_owned().await.ok()?;
            if let Some(known) = find(&drawn, &key) {
                return known;
            }
            let draw = move || {
                let result = picture::draw(&library, &key.1, language);
                (key, result)
            };
            let (key, result) = tokio::task::spawn_blocking(draw).await.ok()?;
            let picture = match result {
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
        });
        timeout_at(since + WITHIN, drawing).await.ok()?.ok()?
    }
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
