//! The Discord front end: gateway, interactions endpoint, REST. The only module that uses serenity.

pub(crate) mod backoff;
pub mod commands;
pub(crate) mod endpoint;
pub(crate) mod gateway;
pub(crate) mod interactions;
pub(crate) mod localizations;
pub(crate) mod notice;
pub(crate) mod permissions;
pub mod protocol;
pub mod rest;
pub mod state;

use std::sync::Arc;
use std::time::Duration;

use backoff::Backoff;
use gateway::events::{self, ExitReason, GatewayState};
use rest::client::RestClient;
use rest::discord_error::DiscordError;
use state::app_state::AppState;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::secret::Secret;

/// Appended to the operator's log filter. More verbose levels of these crates log interaction tokens and message contents.
pub const LOG_DIRECTIVES: &str = "needed=info,serenity=warn,serenity::http=error,serenity::model::guild=error,\
                              tungstenite=warn,tokio_tungstenite=warn,reqwest=warn,hyper=warn,hyper_util=warn,h2=warn,rustls=warn";

/// Settings of the gateway connection.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// The bot token.
    pub token: Secret,
    /// Replaces the origin of Discord's REST API; for tests.
    pub api_url: Option<String>,
    /// Channels in which every message is treated as a question.
    pub ask_channels: Vec<u64>,
}

const INITIAL_BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_secs(900);
/// A connection that lasted longer than this resets the backoff.
const BACKOFF_RESET_AFTER: Duration = Duration::from_secs(600);

/// Connects to the gateway and handles its events until `shutdown` is cancelled.
///
/// # Errors
/// What the operator has to fix: an invalid token, a disallowed intent.
pub(crate) async fn run_gateway(
    settings: GatewaySettings,
    app_state: &AppState,
    mut gateway_state: GatewayState,
    shutdown: &CancellationToken,
) -> Result<(), DiscordError> {
    let GatewaySettings { token, api_url, mut ask_channels } = settings;
    let client = RestClient::new(token, api_url, Arc::clone(app_state.app.metrics()))?;
    let mut backoff = Backoff::new(INITIAL_BACKOFF, MAX_BACKOFF);
    loop {
        let gateway = tokio::select! {
            gateway = client.fetch_gateway() => gateway?,
            () = shutdown.cancelled() => return Ok(()),
        };
        let started = Instant::now();
        match events::serve(&client, app_state, &ask_channels, gateway, &mut gateway_state, shutdown).await? {
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
                tracing::warn!(reason, retry_in_ms = delay.as_millis(), "gateway connection lost; reconnecting");
                tokio::select! {
                    () = sleep(delay) => {}
                    () = shutdown.cancelled() => return Ok(()),
                }
            }
        }
    }
}
