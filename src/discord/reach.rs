//! How Discord is reached: clients with deadlines, and the first knock at the door, which waits while Discord is away.

use std::fmt;
use std::time::Duration;

use serenity::http::{Http, HttpBuilder};
use serenity::model::gateway::BotGateway;

use crate::discord::deliver::{describe, passing, status};
use crate::discord::http::DoorError;

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// New sessions that are left untouched: at none left, Discord resets the token.
pub const SESSIONS_IN_RESERVE: u64 = 20;

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
    /// The door for interactions over HTTP stays shut.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// The system lacks something.
    #[error("the bot cannot listen for signals or start a thread: {0}")]
    System(#[from] std::io::Error),
}

/// What it takes to ask Discord something.
pub struct Reach {
    token: String,
    api_url: Option<String>,
    client: reqwest::Client,
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

impl Reach {
    /// Ready to ask; nothing is asked yet.
    ///
    /// # Errors
    /// Where no HTTP client can be made.
    pub fn new(token: String, api_url: Option<String>) -> Result<Reach, DiscordError> {
        let client = reqwest::Client::builder()
            .use_rustls_tls()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .build()
            .map_err(|error| DiscordError::Refused(error.to_string()))?;
        Ok(Reach { token, api_url, client })
    }

    /// For everything but callbacks: it keeps to Discord's rate limits.
    pub fn calls(&self) -> Http {
        self.build(self.api_url.is_some())
    }

    /// For first answers to interactions: they are not limited, and counting them would never end.
    pub fn callbacks(&self) -> Http {
        self.build(true)
    }

    fn build(&self, unlimited: bool) -> Http {
        let builder = HttpBuilder::new(&self.token).client(self.client.clone()).ratelimiter_disabled(unlimited);
        match &self.api_url {
            Some(origin) => builder.proxy(origin).build(),
            None => builder.build(),
        }
    }

    /// Asks where the gateway is, until Discord answers and a new session may begin.
    ///
    /// # Errors
    /// Where the token is wrong, or Discord's answer leaves no hope.
    pub async fn knock(&self) -> Result<BotGateway, DiscordError> {
        let http = self.calls();
        let mut wait = FIRST_WAIT;
        loop {
            match http.get_bot_gateway().await {
                Ok(gateway) if gateway.session_start_limit.remaining > SESSIONS_IN_RESERVE => {
                    tracing::debug!(sessions_left = gateway.session_start_limit.remaining, "Discord answers");
                    return Ok(gateway);
                }
                Ok(gateway) => {
                    let wait = Duration::from_millis(gateway.session_start_limit.reset_after).max(LONGEST_WAIT);
                    tracing::warn!(
                        ?wait,
                        sessions_left = gateway.session_start_limit.remaining,
                        "almost all new sessions of today are used up, and at none left Discord resets the token; waiting"
                    );
                    tokio::time::sleep(wait).await;
                }
                Err(error) if status(&error) == Some(401) => return Err(DiscordError::Token),
                Err(error) if status(&error).is_some() && !passing(&error) => {
                    return Err(DiscordError::Refused(describe(error)));
                }
                Err(error) => {
                    tracing::warn!(why = %describe(error), retry_in = ?wait, "Discord cannot be reached");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
    }
}
