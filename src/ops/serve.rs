//! The long-running bot: the gateway, the HTTP servers, and corpus reloads without a restart.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::discord::endpoint::router::{self as endpoint, InvalidPublicKey};
use crate::discord::gateway::events::GatewayState;
use crate::discord::gateway::watchdog::Watchdog;
use crate::discord::rest::discord_error::DiscordError;
use crate::discord::state::app_state::AppState;
use crate::discord::state::reload::ReloadHandle;
use crate::discord::{GatewaySettings, run_gateway};
use crate::engine::app::App;
use crate::ops::corpus_watcher::watch_folder;
use crate::ops::reload::Reloader;
use crate::ops::shutdown::cancel_on_signal;
use crate::ops::sighup::SighupListener;
use crate::web::{server, status};

/// Settings of the long-running bot.
#[derive(Debug)]
pub struct RunSettings {
    /// The gateway connection; none where interactions arrive at the endpoint only.
    pub gateway: Option<GatewaySettings>,
    /// The interactions endpoint; none where interactions arrive over the gateway only.
    pub endpoint: Option<EndpointConfig>,
    /// Maximum time without a healthy gateway connection before the watchdog acts.
    pub watchdog_timeout: Duration,
    /// The folder of role documents.
    pub corpus: PathBuf,
    /// The folder for built indexes.
    pub index: PathBuf,
    /// The address of the status routes, if enabled.
    pub status: Option<SocketAddr>,
    /// Whether to watch the corpus folder and reload on changes.
    pub watch: bool,
    /// Whether to offer `/reload`.
    pub reload_command: bool,
}

/// The address of the interactions endpoint and the application's public key.
#[derive(Clone, Copy, Debug)]
pub struct EndpointConfig {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The application's Ed25519 public key.
    pub public_key: [u8; 32],
}

/// Why the bot ended. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The corpus cannot be opened.
    #[error("{0}")]
    Corpus(String),
    /// The status routes cannot be served at their address.
    #[error(
        "ROLECALL_STATUS_ADDR: {address} is not available ({source}); choose another port, or stop the program that uses it"
    )]
    Status {
        /// The address it should listen on.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The application's public key is invalid.
    #[error(transparent)]
    PublicKey(#[from] InvalidPublicKey),
    /// The interactions endpoint cannot listen on its address.
    #[error(
        "cannot listen on {address} ({source}). Stop the program that listens there, or set ROLECALL_HTTP_ADDR to an address of \
         this machine and a free port."
    )]
    Endpoint {
        /// The address it should listen on.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The gateway failed for good.
    #[error(transparent)]
    Gateway(#[from] DiscordError),
    /// The operating system refused a thread or a signal handler.
    #[error("a thread or a signal handler cannot be set up: {0}")]
    System(#[from] io::Error),
}

/// Runs the bot until SIGTERM or Ctrl-C. `open` opens the snapshot.
///
/// # Errors
/// A failure that the operator has to fix.
pub fn run(settings: RunSettings, open: impl FnOnce() -> Result<App, String>) -> Result<(), RunError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    // Installed first: SIGHUP's default action terminates the process.
    let sighup = runtime.block_on(async { SighupListener::listen() })?;
    let app = Arc::new(open().map_err(RunError::Corpus)?);
    let result = runtime.block_on(serve(settings, app, sighup));
    // Does not wait for tasks, which may hang.
    runtime.shutdown_background();
    result
}

async fn serve(settings: RunSettings, app: Arc<App>, mut sighup: SighupListener) -> Result<(), RunError> {
    let RunSettings { gateway, endpoint, watchdog_timeout, corpus, index, status, watch, reload_command } = settings;
    let shutdown = cancel_on_signal()?;
    let reloader = Arc::new(Reloader::start(Arc::clone(&app), corpus.clone(), index)?);
    let reload = reload_command.then(|| {
        let reloader = Arc::clone(&reloader);
        ReloadHandle::from_fn(move || reloader.request())
    });
    let app_state = AppState::new(app, reload);
    let metrics = app_state.app.metrics();
    if gateway.is_some() {
        metrics.readiness.expect_gateway();
    }
    let gateway_state = GatewayState::new(metrics);
    let _watchdog = Watchdog::start(watchdog_timeout, Arc::clone(metrics), Arc::clone(&gateway_state.restart))?;
    let servers = start_servers(status, endpoint, &app_state, &shutdown).await?;
    if watch {
        let reloader = Arc::clone(&reloader);
        watch_folder(corpus, move || drop(reloader.request()))?;
    }
    tokio::spawn(async move {
        while sighup.recv().await {
            tracing::info!("SIGHUP received: reloading the corpus");
            drop(reloader.request());
        }
    });
    let result = match gateway {
        Some(settings) => run_gateway(settings, &app_state, gateway_state, &shutdown).await,
        None => {
            shutdown.cancelled().await;
            Ok(())
        }
    };
    // Stops the endpoint too: a bot that answers only half of its users would look healthy.
    shutdown.cancel();
    servers.wait().await;
    app_state.feedback.log_totals();
    Ok(result?)
}

/// Starts the servers of the status routes and of the interactions endpoint, or one for both if they have the same address.
async fn start_servers(
    status: Option<SocketAddr>,
    endpoint: Option<EndpointConfig>,
    app_state: &AppState,
    shutdown: &CancellationToken,
) -> Result<TaskTracker, RunError> {
    let servers = TaskTracker::new();
    let status_router = || status::router(Arc::clone(&app_state.app));
    // Port 0 is a free port, another one each time.
    let shared = endpoint.is_some_and(|endpoint| status == Some(endpoint.listen) && endpoint.listen.port() != 0);
    if let Some(address) = status.filter(|_| !shared) {
        let status_error = |source| RunError::Status { address, source };
        let listener = TcpListener::bind(address).await.map_err(status_error)?;
        status::announce(listener.local_addr().map_err(status_error)?);
        servers.spawn(server::serve(listener, status_router(), status::LIMITS, shutdown.clone()));
    }
    if let Some(EndpointConfig { listen: address, public_key }) = endpoint {
        let mut router = endpoint::router(public_key, app_state.clone())?;
        let endpoint_error = |source| RunError::Endpoint { address, source };
        let listener = TcpListener::bind(address).await.map_err(endpoint_error)?;
        let address = listener.local_addr().map_err(endpoint_error)?;
        if shared {
            router = router.merge(status_router());
            status::announce(address);
        }
        endpoint::announce(address);
        let (metrics, shutdown) = (Arc::clone(app_state.app.metrics()), shutdown.clone());
        metrics.readiness.set_endpoint_open(true);
        let serve = server::serve(listener, router, endpoint::LIMITS, shutdown.clone());
        servers.spawn(async move {
            tokio::join!(serve, async {
                shutdown.cancelled().await;
                metrics.readiness.set_endpoint_open(false);
            })
        });
    }
    servers.close();
    Ok(servers)
}
