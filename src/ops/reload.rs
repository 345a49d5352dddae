//! Reloads the corpus on one thread while the bot keeps answering. All requests that arrive during a reload share the next one.

use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread;

use tokio::sync::oneshot;

use crate::discord::state::reload::ReloadResult;
use crate::engine::app::App;
use crate::engine::reload::{ReloadReport, summary};
use crate::engine::spaces::SpaceId;
use crate::metrics::counters::{CorpusSize, Metrics, ReloadStatus};

/// Queues reload requests; each is the channel for its result.
#[derive(Debug)]
pub(crate) struct Reloader(mpsc::Sender<oneshot::Sender<ReloadResult>>);

impl Reloader {
    /// Starts the reload thread.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub(crate) fn start(app: Arc<App>, corpus: PathBuf, index: PathBuf) -> io::Result<Reloader> {
        let metrics = Arc::clone(app.metrics());
        metrics.set_corpus_size(corpus_size(&ReloadReport::new(&app.knowledge(SpaceId::Global), false)));
        Reloader::spawn(metrics, move || {
            app.space(SpaceId::Global).reload(&corpus, &index).map_err(|error| error.to_string())
        })
    }

    /// All reloads run on one thread: the allocator keeps freed memory per thread, so with several threads each would retain
    /// the size of a snapshot.
    fn spawn(
        metrics: Arc<Metrics>,
        reload: impl Fn() -> Result<ReloadReport, String> + Send + 'static,
    ) -> io::Result<Reloader> {
        let (sender, receiver) = mpsc::channel::<oneshot::Sender<ReloadResult>>();
        thread::Builder::new().name("corpus-reload".to_owned()).spawn(move || {
            let mut last_error = None;
            while let Ok(first) = receiver.recv() {
                let waiting: Vec<_> = std::iter::once(first).chain(receiver.try_iter()).collect();
                // The panic hook logs the panic.
                let outcome =
                    catch_unwind(AssertUnwindSafe(&reload)).unwrap_or_else(|_| Err("internal error".to_owned()));
                record_outcome(&metrics, &outcome, &mut last_error);
                let outcome = outcome.map(Arc::new).map_err(drop);
                for result in waiting {
                    // The requester may not wait for the result.
                    let _ = result.send(outcome.clone());
                }
            }
        })?;
        Ok(Reloader(sender))
    }

    /// Requests a reload that starts after this call; the future gives its result. Dropping the future does not cancel it.
    pub(crate) fn request(&self) -> impl Future<Output = ReloadResult> + Send + use<> {
        let (sender, result) = oneshot::channel();
        let queued = self.0.send(sender);
        async move {
            queued.map_err(drop)?;
            result.await.unwrap_or(Err(()))
        }
    }
}

/// Logs and counts a reload. An error equal to the last one is logged at debug level.
fn record_outcome(metrics: &Metrics, outcome: &Result<ReloadReport, String>, last_error: &mut Option<String>) {
    match outcome {
        Ok(report) => {
            *last_error = None;
            if !report.changed {
                metrics.record_reload(ReloadStatus::Unchanged);
                tracing::debug!("the corpus is unchanged");
                return;
            }
            metrics.set_corpus_size(corpus_size(report));
            metrics.record_reload(ReloadStatus::Changed);
            let ReloadReport { roles, topics, passages, diagnostics, .. } = report;
            tracing::info!(roles, topics, passages, diagnostics = diagnostics.len(), "corpus reloaded");
            if let Some(summary) = summary(diagnostics) {
                tracing::warn!("{summary}");
            }
        }
        Err(error) => {
            metrics.record_reload(ReloadStatus::Failed);
            if last_error.as_ref() == Some(error) {
                tracing::debug!(%error, "the corpus still cannot be reloaded");
            } else {
                tracing::warn!(%error, "the corpus cannot be reloaded; the previous one is still served");
                *last_error = Some(error.clone());
            }
        }
    }
}

fn corpus_size(report: &ReloadReport) -> CorpusSize {
    let ReloadReport { roles, topics, passages, ref diagnostics, .. } = *report;
    CorpusSize { roles, topics, passages, diagnostics: diagnostics.len() }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A reloader whose reloads send their number when they start, wait for a permit, and report the number as `roles`.
    fn reloader() -> (Reloader, mpsc::Receiver<usize>, mpsc::Sender<()>) {
        let ((start, started), (permit, permits)) = (mpsc::channel(), mpsc::channel());
        let count = AtomicUsize::new(0);
        let reload = move || {
            let number = count.fetch_add(1, Ordering::SeqCst) + 1;
            start.send(number).expect("the test receives");
            permits.recv().expect("the test sends");
            match number {
                3 => Err("the third fails".to_owned()),
                4 => panic!("the fourth panics"),
                _ => Ok(ReloadReport { changed: true, roles: number, topics: 0, passages: 0, diagnostics: Vec::new() }),
            }
        };
        (Reloader::spawn(Arc::default(), reload).expect("a thread"), started, permit)
    }

    #[tokio::test]
    async fn requests_during_a_reload_share_the_next_one() {
        let (reloader, started, permit) = reloader();
        let number = |result: ReloadResult| result.map(|report| report.roles);
        let first = reloader.request();
        assert_eq!(started.recv(), Ok(1));
        let during: Vec<_> = (0..10).map(|_| reloader.request()).collect();
        for _ in 0..5 {
            permit.send(()).expect("the thread receives");
        }
        assert_eq!(number(first.await), Ok(1));
        for request in during {
            assert_eq!(number(request.await), Ok(2), "not the reload that was running");
        }
        assert_eq!(number(reloader.request().await), Err(()), "the third fails");
        assert_eq!(number(reloader.request().await), Err(()), "the fourth panics");
        assert_eq!(number(reloader.request().await), Ok(5), "the thread survives");
        assert_eq!(started.try_iter().collect::<Vec<_>>(), [2, 3, 4, 5]);
    }
}
