//! The long-running bot: Discord, the status server, and corpus reloads without a restart.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crate::discord;
use crate::discord::state::reload::ReloadHandle;
use crate::engine::app::App;
use crate::ops::corpus_watcher::watch_folder;
use crate::ops::reload::Reloader;
use crate::ops::sighup::SighupListener;
use crate::web::status::StatusServer;

/// Settings of the long-running bot.
#[derive(Debug)]
pub struct RunSettings {
    /// Settings of the Discord front end; `reload` is set by [`run`].
    pub discord: discord::DiscordSettings,
    /// The folder of role documents.
    pub corpus: PathBuf,
    /// The folder for built indexes.
    pub index: PathBuf,
    /// Where the status server listens, if enabled.
    pub status: Option<SocketAddr>,
    /// Whether to watch the corpus folder and reload on changes.
    pub watch: bool,
    /// Whether to offer `/reload`.
    pub reload_command: bool,
}

/// Why the bot ended. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The corpus cannot be opened.
    #[error("{0}")]
    Library(String),
    /// The status server cannot listen on its address.
    #[error(
        "ROLECALL_STATUS_ADDR: {address} is not available ({source}); choose another port, or stop the program that uses it"
    )]
    Status {
        /// The address it should listen on.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The Discord front end failed.
    #[error(transparent)]
    Discord(#[from] discord::ServeError),
    /// The operating system refused a thread or a signal handler.
    #[error("a thread or a signal handler cannot be set up: {0}")]
    System(#[from] io::Error),
}

/// Runs the bot until SIGTERM or Ctrl-C. `open` opens the library.
///
/// # Errors
/// A failure that the operator has to fix.
pub fn run(settings: RunSettings, open: impl FnOnce() -> Result<App, String>) -> Result<(), RunError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    // Installed first: SIGHUP's default action terminates the process.
    let sighup = runtime.block_on(async { SighupListener::listen() })?;
    let engine = Arc::new(open().map_err(RunError::Library)?);
    let result = runtime.block_on(serve(settings, engine, sighup));
    // Does not wait for tasks, which may hang.
    runtime.shutdown_background();
    result
}

async fn serve(settings: RunSettings, engine: Arc<App>, mut sighup: SighupListener) -> Result<(), RunError> {
    let RunSettings { mut discord, corpus, index, status, watch, reload_command } = settings;
    if let Some(address) = status {
        StatusServer::listen(address, Arc::clone(&engine))
            .await
            .map_err(|source| RunError::Status { address, source })?;
    }
    let reloader = Arc::new(Reloader::start(Arc::clone(&engine), corpus.clone(), index)?);
    if watch {
        let reloader = Arc::clone(&reloader);
        watch_folder(corpus, move || drop(reloader.request()))?;
    }
    if reload_command {
        let reloader = Arc::clone(&reloader);
        discord.reload = Some(ReloadHandle::from_fn(move || reloader.request()));
    }
    tokio::spawn(async move {
        while sighup.recv().await {
            tracing::info!("SIGHUP received: reloading the corpus");
            drop(reloader.request());
        }
    });
    Ok(discord::run(discord, engine).await?)
}
