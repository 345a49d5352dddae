//! Where we say it: Discord. Only here is serenity named.

pub mod commands;
pub mod deliver;
pub mod gateway;
pub mod pace;
pub mod reach;
pub mod watch;
pub mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use gateway::Ended;
use reach::Reach;
use tokio::time::{Instant, sleep};
use watch::{Stop, Watchdog};

use crate::bot::Bot;

/// What there is to set.
#[derive(Clone)]
pub struct Settings {
    /// The bot's token.
    pub token: String,
    /// Another origin for Discord's REST API, for tests.
    pub api_url: Option<String>,
    /// Channels in which every message is taken for a question.
    pub ask_channels: Vec<u64>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { token: _, api_url, ask_channels } = self;
        f.debug_struct("Settings").field("api_url", api_url).field("ask_channels", ask_channels).finish_non_exhaustive()
    }
}

/// Why the bot cannot go on. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum DiscordError {
    /// 401, or close code 4004.
    #[error(
        "Discord does not know the token in DISCORD_TOKEN: it is wrong or was reset. Copy a new one from the Developer \
         Portal (https://discord.com/developers/applications), your application, Bot page, Reset Token, into DISCORD_TOKEN."
    )]
    Token,
    /// Close code 4013, or 4014 although nothing was asked for that needs leave.
    #[error(
        "Discord refuses the intents that this version asks for. A newer version of Rolecall may be needed; please report it."
    )]
    Intents,
    /// Something else that will not change by itself.
    #[error("Discord refuses to work with the bot: {0}")]
    Refused(String),
    /// A connection that cannot even be closed.
    #[error("the connection to Discord hangs and cannot be closed; start the bot again")]
    Stuck,
    /// The system lacks something.
    #[error("the bot cannot listen for signals or start a thread: {0}")]
    System(#[from] std::io::Error),
}

/// Discord wants this long between two sessions.
const BETWEEN_SESSIONS: Duration = Duration::from_millis(5500);
const LONGEST_WAIT: Duration = Duration::from_secs(900);
/// A session that lasted so long was a good one.
const GOOD: Duration = Duration::from_secs(600);

/// Serves Discord until SIGTERM or Ctrl-C.
///
/// # Errors
/// Where the operator has to change something first.
pub async fn run(settings: Settings, bot: Arc<Bot>) -> Result<(), DiscordError> {
    let mut stop = Stop::listen()?;
    let _watchdog = Watchdog::start()?;
    let Settings { token, api_url, mut ask_channels } = settings;
    let reach = Reach::new(token, api_url)?;
    let mut wait = BETWEEN_SESSIONS;
    loop {
        let gateway = tokio::select! {
            gateway = reach.knock() => gateway?,
            () = stop.asked() => return Ok(()),
        };
        let began = Instant::now();
        match gateway::serve(&reach, &bot, &ask_channels, gateway, &mut stop).await? {
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
                    wait = BETWEEN_SESSIONS;
                }
                wait = (wait * 2).min(LONGEST_WAIT);
                tracing::warn!(why, retry_in = ?wait, "the connection to Discord was given up");
            }
        }
        tokio::select! {
            () = sleep(wait) => {}
            () = stop.asked() => return Ok(()),
        }
    }
}
