//! Reads the corpus anew, one time after another, beside the answers. Whoever asks while it is being read is given what comes of
//! the next time, and so are all others who ask meanwhile.

use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread;

use tokio::sync::oneshot;

use crate::discord::state::reload::ReloadResult;
use crate::engine::Engine;
use crate::engine::reload::{ReloadReport, summary};
use crate::metrics::counters::{CorpusSize, METRICS, ReloadStatus};

/// What takes the requests for a reload: each is where to tell what came of it.
#[derive(Debug)]
pub struct Reloader(mpsc::Sender<oneshot::Sender<ReloadResult>>);

impl Reloader {
    /// Takes requests from now on.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(bot: Arc<Engine>, corpus: PathBuf, index: PathBuf) -> io::Result<Reloader> {
        METRICS.set_corpus_size(corpus_size(&ReloadReport::new(&bot.library(), false)));
        Reloader::spawn(move || bot.reload(&corpus, &index).map_err(|error| error.to_string()))
    }

    /// One thread reads, and always the same: the allocator keeps what a thread has let go for that thread, so that libraries read
    /// by turns in several would each leave room for one behind.
    fn spawn(again: impl Fn() -> Result<ReloadReport, String> + Send + 'static) -> io::Result<Reloader> {
        let (ask, asked) = mpsc::channel::<oneshot::Sender<ReloadResult>>();
        thread::Builder::new().name("corpus-reload".to_owned()).spawn(move || {
            let mut complaint = None;
            while let Ok(first) = asked.recv() {
                let waiting: Vec<_> = std::iter::once(first).chain(asked.try_iter()).collect();
                // The panic hook tells where it was.
                let outcome = catch_unwind(AssertUnwindSafe(&again)).unwrap_or_else(|_| Err("it panicked".to_owned()));
                log_outcome(&outcome, &mut complaint);
                let outcome = outcome.map(Arc::new).map_err(drop);
                for told in waiting {
                    // Most do not wait for it.
                    let _ = told.send(outcome.clone());
                }
            }
        })?;
        Ok(Reloader(ask))
    }

    /// Asks for a reload that begins from now on, and gives what is to be waited for; it goes on where nobody does.
    pub fn request(&self) -> impl Future<Output = ReloadResult> + Send + use<> {
        let (tell, told) = oneshot::channel();
        let asked = self.0.send(tell);
        async move {
            // Where nobody takes requests any more, the program is about to end.
            asked.map_err(drop)?;
            told.await.unwrap_or(Err(()))
        }
    }
}

/// Tells what came of a reload. A complaint is repeated only once there has been something else.
fn log_outcome(outcome: &Result<ReloadReport, String>, complaint: &mut Option<String>) {
    match outcome {
        Ok(loaded) => {
            *complaint = None;
            if !loaded.changed {
                METRICS.record_reload(ReloadStatus::Unchanged);
                tracing::debug!("the corpus is as it was");
                return;
            }
            METRICS.set_corpus_size(corpus_size(loaded));
            METRICS.record_reload(ReloadStatus::Changed);
            let ReloadReport { roles, topics, passages, diagnostics: problems, .. } = loaded;
            tracing::info!(roles, topics, passages, problems = problems.len(), "the corpus was read anew");
            if let Some(problems) = summary(problems) {
                tracing::warn!("{problems}");
            }
        }
        Err(why) => {
            METRICS.record_reload(ReloadStatus::Failed);
            if complaint.as_ref() == Some(why) {
                tracing::debug!(%why, "the corpus still cannot be read anew");
            } else {
                tracing::warn!("the corpus cannot be read anew, and what was known before goes on being served: {why}");
                *complaint = Some(why.clone());
            }
        }
    }
}

fn corpus_size(loaded: &ReloadReport) -> CorpusSize {
    let ReloadReport { roles, topics, passages, ref diagnostics, .. } = *loaded;
    CorpusSize { roles, topics, passages, problems: diagnostics.len() }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A reloader whose reloads say that they have begun, wait for leave, and count themselves as roles.
    fn reloader() -> (Reloader, mpsc::Receiver<usize>, mpsc::Sender<()>) {
        let ((begin, begun), (leave, left)) = (mpsc::channel(), mpsc::channel());
        let count = AtomicUsize::new(0);
        let again = move || {
            let number = count.fetch_add(1, Ordering::SeqCst) + 1;
            begin.send(number).expect("the test goes on");
            left.recv().expect("the test goes on");
            match number {
                3 => Err("no third time".to_owned()),
                4 => panic!("the fourth is a fault of the program"),
                _ => Ok(ReloadReport { changed: true, roles: number, topics: 0, passages: 0, diagnostics: Vec::new() }),
            }
        };
        (Reloader::spawn(again).expect("a thread"), begun, leave)
    }

    #[tokio::test]
    async fn all_who_ask_during_a_reload_get_exactly_one_more() {
        let (reloader, begun, leave) = reloader();
        let number = |outcome: ReloadResult| outcome.map(|loaded| loaded.roles);
        let first = reloader.request();
        assert_eq!(begun.recv(), Ok(1));
        let meanwhile: Vec<_> = (0..10).map(|_| reloader.request()).collect();
        for _ in 0..5 {
            leave.send(()).expect("it goes on");
        }
        assert_eq!(number(first.await), Ok(1));
        for asked in meanwhile {
            assert_eq!(number(asked.await), Ok(2), "not what had begun before they asked");
        }
        assert_eq!(number(reloader.request().await), Err(()), "the third fails");
        assert_eq!(number(reloader.request().await), Err(()), "the fourth panics");
        assert_eq!(number(reloader.request().await), Ok(5), "and the next goes on");
        assert_eq!(begun.try_iter().collect::<Vec<_>>(), [2, 3, 4, 5]);
    }
}
