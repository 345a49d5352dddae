//! Reads the corpus anew, one time after another, beside the answers. Whoever asks while it is being read is given what comes of
//! the next time, and so are all others who ask meanwhile.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::task::spawn_blocking;

use crate::bot::Bot;
use crate::bot::reload::{Loaded, summary};
use crate::discord::reload::Outcome;
use crate::metrics::counters::{COUNTERS, Reload, Size};

/// What takes the requests for a reload: each is where to tell what came of it.
#[derive(Debug)]
pub struct Reloader(mpsc::UnboundedSender<oneshot::Sender<Outcome>>);

impl Reloader {
    /// Takes requests from now on. To be called inside a runtime.
    pub fn start(bot: Arc<Bot>, corpus: PathBuf, index: PathBuf) -> Reloader {
        COUNTERS.corpus(size(&Loaded::of(&bot.library(), false)));
        let again = move || {
            let (bot, corpus, index) = (Arc::clone(&bot), corpus.clone(), index.clone());
            // A panic in there is told by the panic hook.
            async move {
                let read = spawn_blocking(move || bot.reload(&corpus, &index).map_err(|error| error.to_string())).await;
                read.unwrap_or_else(|fault| Err(fault.to_string()))
            }
        };
        Reloader::by(again)
    }

    fn by<F>(again: impl Fn() -> F + Send + 'static) -> Reloader
    where
        F: Future<Output = Result<Loaded, String>> + Send,
    {
        let (ask, mut asked) = mpsc::unbounded_channel::<oneshot::Sender<Outcome>>();
        tokio::spawn(async move {
            let mut complaint = None;
            while let Some(first) = asked.recv().await {
                let mut waiting = vec![first];
                while let Ok(other) = asked.try_recv() {
                    waiting.push(other);
                }
                let outcome = again().await;
                report(&outcome, &mut complaint);
                let outcome = outcome.map(Arc::new).map_err(drop);
                for told in waiting {
                    // Most do not wait for it.
                    let _ = told.send(outcome.clone());
                }
            }
        });
        Reloader(ask)
    }

    /// Asks for a reload that begins from now on, and gives what is to be waited for; it goes on where nobody does.
    pub fn ask(&self) -> impl Future<Output = Outcome> + Send + use<> {
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
fn report(outcome: &Result<Loaded, String>, complaint: &mut Option<String>) {
    match outcome {
        Ok(loaded) => {
            *complaint = None;
            if !loaded.changed {
                COUNTERS.reload(Reload::Unchanged);
                tracing::debug!("the corpus is as it was");
                return;
            }
            COUNTERS.corpus(size(loaded));
            COUNTERS.reload(Reload::Changed);
            let Loaded { roles, topics, passages, problems, .. } = loaded;
            tracing::info!(roles, topics, passages, problems = problems.len(), "the corpus was read anew");
            if let Some(problems) = summary(problems) {
                tracing::warn!("{problems}");
            }
        }
        Err(why) => {
            COUNTERS.reload(Reload::Failed);
            if complaint.as_ref() == Some(why) {
                tracing::debug!(%why, "the corpus still cannot be read anew");
            } else {
                tracing::warn!("the corpus cannot be read anew, and what was known before goes on being served: {why}");
                *complaint = Some(why.clone());
            }
        }
    }
}

fn size(loaded: &Loaded) -> Size {
    let Loaded { roles, topics, passages, ref problems, .. } = *loaded;
    Size { roles, topics, passages, problems: problems.len() }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    /// A reloader whose reloads wait for leave, and count themselves as roles.
    fn reloader() -> (Reloader, Arc<Semaphore>, Arc<AtomicUsize>) {
        let (leave, begun) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
        let (gate, count) = (Arc::clone(&leave), Arc::clone(&begun));
        let again = move || {
            let (gate, number) = (Arc::clone(&gate), count.fetch_add(1, Ordering::SeqCst) + 1);
            async move {
                gate.acquire().await.map_err(|closed| closed.to_string())?.forget();
                if number == 3 {
                    return Err("no third time".to_owned());
                }
                Ok(Loaded { changed: true, roles: number, topics: 0, passages: 0, problems: Vec::new() })
            }
        };
        (Reloader::by(again), leave, begun)
    }

    fn number(outcome: Outcome) -> usize {
        outcome.map_or(0, |loaded| loaded.roles)
    }

    #[tokio::test]
    async fn all_who_ask_during_a_reload_get_exactly_one_more() {
        let (reloader, leave, begun) = reloader();
        let first = reloader.ask();
        while begun.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        let meanwhile: Vec<_> = (0..10).map(|_| reloader.ask()).collect();
        leave.add_permits(10);
        assert_eq!(number(first.await), 1);
        for asked in meanwhile {
            assert_eq!(number(asked.await), 2, "not what had begun before they asked");
        }
        assert_eq!(begun.load(Ordering::SeqCst), 2);
        assert_eq!(reloader.ask().await.map(|loaded| loaded.roles), Err(()), "the third fails");
        assert_eq!(number(reloader.ask().await), 4, "and the next goes on");
    }
}
