//! The bot as it runs for long: it serves Discord, tells machines how it fares, and takes a changed corpus over without a stop.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crate::ops::reload::Reloader;
use crate::ops::sighup::SighupListener;
use crate::web::status::StatusServer;

use crate::discord;
use crate::discord::state::reload::ReloadHandle;
use crate::engine::Engine;

/// What there is to set.
#[derive(Debug)]
pub struct RunSettings {
    /// Discord's own.
    pub discord: discord::DiscordSettings,
    /// The folder of role documents.
    pub corpus: PathBuf,
    /// The folder for built indexes.
    pub index: PathBuf,
    /// Where machines are told how the bot fares, where they are.
    pub status: Option<SocketAddr>,
    /// Whether the corpus is read anew when it changes.
    pub watch: bool,
    /// Whether those who manage a server may have it read anew.
    pub reload_command: bool,
}

/// Why the bot cannot go on. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is nothing to serve.
    #[error("{0}")]
    Library(String),
    /// The address for the status is not to be had.
    #[error(
        "ROLECALL_STATUS_ADDR: {address} cannot be listened on ({source}); choose another port, or end what listens there"
    )]
    Status {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Discord will not have it.
    #[error(transparent)]
    Discord(#[from] discord::DiscordError),
    /// The system lacks something.
    #[error("the bot cannot start a thread or hear signals: {0}")]
    System(#[from] io::Error),
}

/// Serves until the process is told to stop. `open` opens the library.
///
/// # Errors
/// Where the operator has to change something first.
pub fn run(settings: RunSettings, open: impl FnOnce() -> Result<Engine, String>) -> Result<(), RunError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    // Before all else: a hangup ends a process that does not hear it.
    let hangups = runtime.block_on(async { SighupListener::listen() })?;
    let bot = Arc::new(open().map_err(RunError::Library)?);
    let ended = runtime.block_on(serve(settings, bot, hangups));
    // A connection that hangs would keep the runtime from ending.
    runtime.shutdown_background();
    ended
}

async fn serve(settings: RunSettings, bot: Arc<Engine>, mut hangups: SighupListener) -> Result<(), RunError> {
    let RunSettings { mut discord, corpus, index, status, watch, reload_command } = settings;
    if let Some(address) = status {
        StatusServer::listen(address, Arc::clone(&bot)).await.map_err(|source| RunError::Status { address, source })?;
    }
    let reloader = Arc::new(Reloader::start(Arc::clone(&bot), corpus.clone(), index)?);
    if watch {
        let reloader = Arc::clone(&reloader);
        crate::ops::corpus_watcher::watch_folder(corpus, move || drop(reloader.request()))?;
    }
    if reload_command {
        let reloader = Arc::clone(&reloader);
        discord.reload = Some(ReloadHandle::from_fn(move || reloader.request()));
    }
    tokio::spawn(async move {
        while hangups.recv().await {
            tracing::info!("a hangup: looking at the corpus");
            drop(reloader.request());
        }
    });
    Ok(discord::run(discord, bot).await?)
}
