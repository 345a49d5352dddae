//! The Discord front end: gateway, interactions endpoint, REST. The only module that uses serenity.

pub mod backoff;
pub mod commands;
pub mod endpoint;
pub mod gateway;
pub mod interactions;
pub mod localizations;
pub mod notice;
pub mod permissions;
pub mod protocol;
pub mod rest;
pub mod state;

use std::sync::Arc;
use std::time::Duration;

use backoff::Backoff;
use gateway::events::{self, ExitReason, GatewayState};
use gateway::watchdog::Watchdog;
use rest::client::RestClient;
use rest::discord_error::DiscordError;
use state::app_state::AppState;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::secret::Secret;

/// Appended to the operator's log filter. More verbose levels of these crates log interaction tokens and message contents.
pub const LOG_DIRECTIVES: &str = "needed=info,serenity=warn,serenity::http=error,serenity::model::guild=error,\
                              tungstenite=warn,tokio_tungstenite=warn,reqwest=warn,hyper=warn,hyper_util=warn,h2=warn,rustls=warn";

/// Settings of the gateway.
#[derive(Clone, Debug)]
pub struct DiscordSettings {
    /// The bot token; without one there is no gateway connection.
    pub token: Option<Secret>,
    /// Replaces the origin of Discord's REST API; for tests.
    pub api_url: Option<String>,
    /// Channels in which every message is treated as a question.
    pub ask_channels: Vec<u64>,
    /// Maximum time without a healthy gateway connection before the watchdog acts.
    pub watchdog_timeout: Duration,
}

/// Why [`run`] failed. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Discord rejects the bot.
    #[error(transparent)]
    Discord(#[from] DiscordError),
    /// The system refused a thread.
    #[error("the bot cannot start a thread: {0}")]
    Io(#[from] std::io::Error),
}

const INITIAL_BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_secs(900);
/// A connection that lasted longer than this resets the backoff.
const BACKOFF_RESET_AFTER: Duration = Duration::from_secs(600);

/// Runs the watchdog and, if there is a token, the gateway, until `shutdown` is cancelled.
///
/// # Errors
/// What the operator has to fix: an invalid token, a disallowed intent.
pub async fn run(
    settings: DiscordSettings,
    app_state: &AppState,
    shutdown: &CancellationToken,
) -> Result<(), ServeError> {
    let DiscordSettings { token, api_url, ask_channels, watchdog_timeout } = settings;
    let gateway_state = GatewayState::new(app_state.app.metrics());
    let _watchdog =
        Watchdog::start(watchdog_timeout, Arc::clone(app_state.app.metrics()), Arc::clone(&gateway_state.restart))?;
    let Some(token) = token else {
        shutdown.cancelled().await;
        return Ok(());
    };
    let client = RestClient::new(token, api_url, Arc::clone(app_state.app.metrics()))?;
    Ok(run_gateway(&client, app_state, ask_channels, gateway_state, shutdown).await?)
}

async fn run_gateway(
    client: &RestClient,
    app_state: &AppState,
    mut ask_channels: Vec<u64>,
    mut gateway_state: GatewayState,
    shutdown: &CancellationToken,
) -> Result<(), DiscordError> {
    let mut backoff = Backoff::new(INITIAL_BACKOFF, MAX_BACKOFF);
    loop {
        let gateway = tokio::select! {
            gateway = client.fetch_gateway() => gateway?,
            () = shutdown.cancelled() => return Ok(()),
        };
        let started = Instant::now();
        match events::serve(client, app_state, &ask_channels, gateway, &mut gateway_state, shutdown).await? {
            ExitReason::Stopped => {
                tracing::info!("stopped");
                return Ok(());
            }
            ExitReason::MessageContentDisallowed => {
                tracing::error!(
                    "questions in ROLECALL_ASK_CHANNELS are not answered: the privileged Message Content intent is not \
                     enabled (close code 4014). Enable it in the Developer Portal, on the Bot page of your application, \
                     and restart the bot. Connecting without that intent; everything else works."
                );
                ask_channels.clear();
            }
            ExitReason::Restart(reason) => {
                if started.elapsed() > BACKOFF_RESET_AFTER {
                    backoff.reset();
                }
                let delay = backoff.next_delay();
                tracing::warn!(reason, retry_in = ?delay, "gateway connection lost; reconnecting");
                tokio::select! {
                    () = sleep(delay) => {}
                    () = shutdown.cancelled() => return Ok(()),
                }
            }
        }
    }
}
