//! How Discord is reached: clients with deadlines, and the first knock at the door, which waits while Discord is away.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serenity::http::{HttpBuilder, LightMethod, Request, Route};
use serenity::model::gateway::BotGateway;

use crate::discord::backoff::Backoff;
use crate::discord::endpoint::server::DoorError;
use crate::discord::rest::invalid_requests::Refusals;
use crate::discord::rest::request_sender::Rest;
use crate::discord::rest::send::{describe, passing, status};
use crate::secret::Secret;

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// Lines to Discord that are kept open for what comes next; a burst may open more.
const IDLE_LINES: usize = 8;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

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
    /// The door for interactions over HTTP stays shut.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// Close code 4012.
    #[error(
        "Discord no longer speaks this version's language (close code 4012): a newer version of Rolecall is needed."
    )]
    Version,
    /// The system lacks something.
    #[error("the bot cannot listen for signals or start a thread: {0}")]
    System(#[from] std::io::Error),
}

/// What it takes to ask Discord something.
pub struct Reach {
    token: Secret,
    api_url: Option<String>,
    client: reqwest::Client,
    refusals: Arc<Refusals>,
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
    pub fn new(token: Secret, api_url: Option<String>) -> Result<Reach, DiscordError> {
        let client = reqwest::Client::builder()
            .use_rustls_tls()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .pool_max_idle_per_host(IDLE_LINES)
            .build()
            .map_err(|error| DiscordError::Refused(error.to_string()))?;
        Ok(Reach { token, api_url, client, refusals: Arc::default() })
    }

    /// The bot's token.
    pub fn token(&self) -> &Secret {
        &self.token
    }

    /// What Discord refused so far, over all ways.
    pub fn refusals(&self) -> &Arc<Refusals> {
        &self.refusals
    }

    /// For everything but callbacks: it keeps to Discord's rate limits.
    pub fn calls(&self) -> Rest {
        self.rest(true)
    }

    /// For first answers to interactions: they are not limited, and counting them would never end.
    pub fn callbacks(&self) -> Rest {
        self.rest(false)
    }

    fn rest(&self, limited: bool) -> Rest {
        // Our own way keeps to the limits; serenity's way of doing so ignores another origin.
        let builder = HttpBuilder::new(self.token.reveal()).client(self.client.clone()).ratelimiter_disabled(true);
        let http = match &self.api_url {
            Some(origin) => builder.proxy(origin).build(),
            None => builder.build(),
        };
        Rest::new(http, self.client.clone(), Arc::clone(&self.refusals), limited)
    }

    /// Asks where the gateway is, until Discord answers.
    ///
    /// # Errors
    /// Where the token is wrong, or Discord's answer leaves no hope.
    pub async fn knock(&self) -> Result<BotGateway, DiscordError> {
        let rest = self.calls();
        let (mut backoff, mut waited) = (Backoff::new(FIRST_WAIT, LONGEST_WAIT), false);
        loop {
            match rest.fire::<BotGateway>(Request::new(Route::GatewayBot, LightMethod::Get)).await {
                Ok(gateway) => {
                    let sessions_left = gateway.session_start_limit.remaining;
                    if waited {
                        tracing::info!(sessions_left, "Discord can be reached again");
                    } else {
                        tracing::debug!(sessions_left, "Discord answers");
                    }
                    return Ok(gateway);
                }
                Err(error) if status(&error) == Some(401) => return Err(DiscordError::Token),
                Err(error) if status(&error).is_some() && !passing(&error) => {
                    return Err(DiscordError::Refused(describe(error)));
                }
                Err(error) => {
                    let wait = backoff.wait();
                    waited = true;
                    tracing::warn!(why = %describe(error), retry_in = ?wait, "Discord cannot be reached");
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }
}
