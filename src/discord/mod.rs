//! Where we say it: Discord. Only here is serenity named.

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
pub mod shutdown;
pub mod state;

use std::sync::Arc;
use std::time::Duration;

use backoff::Backoff;
use endpoint::server::{EndpointConfig, Server};
use gateway::events::{self, ExitReason, GatewayState};
use gateway::watchdog::Watchdog;
pub use rest::client::DiscordError;
use rest::client::RestClient;
use shutdown::CancellationToken;
use state::app_state::AppState;
use state::reload::ReloadHandle;
use tokio::time::{Instant, sleep};

use crate::engine::Engine;
use crate::secret::Secret;

/// Goes behind whatever the operator wants logged. What these parts say beyond it holds the tokens of interactions, and who
/// wrote what.
pub const LOG_DIRECTIVES: &str = "needed=info,serenity=warn,serenity::http=error,tungstenite=warn,tokio_tungstenite=warn,\
                              reqwest=warn,hyper=warn,hyper_util=warn,h2=warn,rustls=warn";

/// What there is to set.
#[derive(Clone, Debug)]
pub struct DiscordSettings {
    /// The bot's token; without one it is not at the gateway.
    pub token: Option<Secret>,
    /// Where Discord may post interactions.
    pub http: Option<EndpointConfig>,
    /// Another origin for Discord's REST API, for tests.
    pub api_url: Option<String>,
    /// Channels in which every message is taken for a question.
    pub ask_channels: Vec<u64>,
    /// How long the connection to the gateway may be away before something is done about it.
    pub watchdog_timeout: Duration,
    /// What `/reload` does, where there is to be one.
    pub reload: Option<ReloadHandle>,
}

const INITIAL_BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_secs(900);
/// Connections that lasted so long were good ones.
const BACKOFF_RESET_AFTER: Duration = Duration::from_secs(600);

/// Serves Discord until SIGTERM or Ctrl-C: at its gateway, over HTTP, or both side by side.
///
/// # Errors
/// Where the operator has to change something first.
pub async fn run(settings: DiscordSettings, bot: Arc<Engine>) -> Result<(), DiscordError> {
    let mut stop = CancellationToken::cancel_on_signal()?;
    let DiscordSettings { token, http, api_url, ask_channels, watchdog_timeout: patience, reload } = settings;
    let standing = GatewayState::new(bot.metrics());
    let _watchdog = Watchdog::start(patience, Arc::clone(&standing.health))?;
    let desk = AppState::new(bot, reload);
    let door = match http {
        Some(address) => Some(Server::bind(address, desk.clone()).await?),
        None => None,
    };
    let at_the_door = {
        let stop = stop.clone();
        async move {
            if let Some(door) = door {
                door.serve(stop).await;
            }
        }
    };
    let at_the_gateway = async {
        let Some(token) = token else { return Ok(()) };
        let serve = async {
            run_gateway(
                &RestClient::new(token, api_url, Arc::clone(desk.bot.metrics()))?,
                &desk,
                ask_channels,
                standing,
                &mut stop,
            )
            .await
        };
        let ended = serve.await;
        // Half a bot would look alive: where the gateway is out of reach for good, the door shuts too.
        stop.cancel();
        ended
    };
    let (ended, ()) = tokio::join!(at_the_gateway, at_the_door);
    desk.feedback.log_totals();
    ended
}

async fn run_gateway(
    reach: &RestClient,
    desk: &AppState,
    mut ask_channels: Vec<u64>,
    mut standing: GatewayState,
    stop: &mut CancellationToken,
) -> Result<(), DiscordError> {
    desk.bot.metrics().readiness.expect_gateway();
    let mut backoff = Backoff::new(INITIAL_BACKOFF, MAX_BACKOFF);
    loop {
        let gateway = tokio::select! {
            gateway = reach.fetch_gateway() => gateway?,
            () = stop.cancelled() => return Ok(()),
        };
        let began = Instant::now();
        match events::serve(reach, desk, &ask_channels, gateway, &mut standing, stop).await? {
            ExitReason::Stopped => {
                tracing::info!("stopped");
                return Ok(());
            }
            ExitReason::MessageContentDisallowed => {
                tracing::error!(
                    "the channels in ROLECALL_ASK_CHANNELS will not work: Discord does not let the bot read messages that \
                     do not mention it. Switch on Message Content Intent at the Developer Portal, your application, Bot \
                     page, and start the bot again. Everything else works; starting without it."
                );
                ask_channels.clear();
            }
            ExitReason::Restart(why) => {
                if began.elapsed() > BACKOFF_RESET_AFTER {
                    backoff.reset();
                }
                let wait = backoff.next_delay();
                tracing::warn!(why, retry_in = ?wait, "the connection to Discord was given up");
                tokio::select! {
                    () = sleep(wait) => {}
                    () = stop.cancelled() => return Ok(()),
                }
            }
        }
    }
}
