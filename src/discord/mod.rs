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
use endpoint::server::{Address, Door};
use gateway::events::{self, Ended, Standing};
use gateway::watchdog::Watchdog;
pub use rest::client::DiscordError;
use rest::client::Reach;
use shutdown::Stop;
use state::app_state::Desk;
use state::reload::Reload;
use tokio::time::{Instant, sleep};

use crate::engine::Bot;
use crate::metrics::readiness::CONNECTION;
use crate::secret::Secret;

/// Goes behind whatever the operator wants logged. What these parts say beyond it holds the tokens of interactions, and who
/// wrote what.
pub const LOG_LIMITS: &str = "needed=info,serenity=warn,serenity::http=error,tungstenite=warn,tokio_tungstenite=warn,\
                              reqwest=warn,hyper=warn,hyper_util=warn,h2=warn,rustls=warn";

/// What there is to set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The bot's token; without one it is not at the gateway.
    pub token: Option<Secret>,
    /// Where Discord may post interactions.
    pub http: Option<Address>,
    /// Another origin for Discord's REST API, for tests.
    pub api_url: Option<String>,
    /// Channels in which every message is taken for a question.
    pub ask_channels: Vec<u64>,
    /// How long the connection to the gateway may be away before something is done about it.
    pub patience: Duration,
    /// What `/reload` does, where there is to be one.
    pub reload: Option<Reload>,
}

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(900);
/// Connections that lasted so long were good ones.
const GOOD: Duration = Duration::from_secs(600);

/// Serves Discord until SIGTERM or Ctrl-C: at its gateway, over HTTP, or both side by side.
///
/// # Errors
/// Where the operator has to change something first.
pub async fn run(settings: Settings, bot: Arc<Bot>) -> Result<(), DiscordError> {
    let mut stop = Stop::listen()?;
    let Settings { token, http, api_url, ask_channels, patience, reload } = settings;
    let standing = Standing::default();
    let _watchdog = Watchdog::start(patience, Arc::clone(&standing.health))?;
    let desk = Desk::of(bot, reload);
    let door = match http {
        Some(address) => Some(Door::open(address, desk.clone()).await?),
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
        let serve = async { sessions(&Reach::new(token, api_url)?, &desk, ask_channels, standing, &mut stop).await };
        let ended = serve.await;
        // Half a bot would look alive: where the gateway is out of reach for good, the door shuts too.
        stop.ask();
        ended
    };
    let (ended, ()) = tokio::join!(at_the_gateway, at_the_door);
    desk.feedback.tell();
    ended
}

async fn sessions(
    reach: &Reach,
    desk: &Desk,
    mut ask_channels: Vec<u64>,
    mut standing: Standing,
    stop: &mut Stop,
) -> Result<(), DiscordError> {
    CONNECTION.expect_gateway();
    let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT);
    loop {
        let gateway = tokio::select! {
            gateway = reach.knock() => gateway?,
            () = stop.asked() => return Ok(()),
        };
        let began = Instant::now();
        match events::serve(reach, desk, &ask_channels, gateway, &mut standing, stop).await? {
            Ended::Stopped => {
                tracing::info!("stopped");
                return Ok(());
            }
            Ended::ContentRefused => {
                tracing::error!(
                    "the channels in ROLECALL_ASK_CHANNELS will not work: Discord does not let the bot read messages that \
                     do not mention it. Switch on Message Content Intent at the Developer Portal, your application, Bot \
                     page, and start the bot again. Everything else works; starting without it."
                );
                ask_channels.clear();
            }
            Ended::Lost(why) => {
                if began.elapsed() > GOOD {
                    backoff.reset();
                }
                let wait = backoff.wait();
                tracing::warn!(why, retry_in = ?wait, "the connection to Discord was given up");
                tokio::select! {
                    () = sleep(wait) => {}
                    () = stop.asked() => return Ok(()),
                }
            }
        }
    }
}
