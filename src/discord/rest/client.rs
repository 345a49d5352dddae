//! How Discord is reached: clients with deadlines, and the first knock at the door, which waits while Discord is away.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serenity::http::{HttpBuilder, LightMethod, Request, Route};
use serenity::model::gateway::BotGateway;

use crate::discord::backoff::Backoff;
use crate::discord::endpoint::server::EndpointError;
use crate::discord::rest::invalid_requests::InvalidRequestLimiter;
use crate::discord::rest::request_sender::RequestSender;
use crate::discord::rest::send::{describe, is_transient, status};
use crate::secret::Secret;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// Lines to Discord that are kept open for what comes next; a burst may open more.
const MAX_IDLE_CONNECTIONS: usize = 8;
const INITIAL_BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_secs(60);

/// Why the bot cannot go on. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum DiscordError {
    /// 401, or close code 4004.
    #[error(
        "Discord does not know the token in DISCORD_TOKEN: it is wrong or was reset. Copy a new one from the Developer \
         Portal (https://discord.com/developers/applications), your application, Bot page, Reset Token, into DISCORD_TOKEN."
    )]
    InvalidToken,
    /// Close code 4013, or 4014 although nothing was asked for that needs leave.
    #[error(
        "Discord refuses the intents that this version asks for. A newer version of Rolecall may be needed; please report it."
    )]
    InvalidIntents,
    /// Something else that will not change by itself.
    #[error("Discord refuses to work with the bot: {0}")]
    Rejected(String),
    /// The door for interactions over HTTP stays shut.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// Close code 4012.
    #[error(
        "Discord no longer speaks this version's language (close code 4012): a newer version of Rolecall is needed."
    )]
    InvalidApiVersion,
    /// The system lacks something.
    #[error("the bot cannot listen for signals or start a thread: {0}")]
    Io(#[from] std::io::Error),
}

/// What it takes to ask Discord something.
pub struct RestClient {
    token: Secret,
    api_url: Option<String>,
    client: reqwest::Client,
    invalid_requests: Arc<InvalidRequestLimiter>,
}

impl fmt::Debug for RestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

impl RestClient {
    /// Ready to ask; nothing is asked yet.
    ///
    /// # Errors
    /// Where no HTTP client can be made.
    pub fn new(token: Secret, api_url: Option<String>) -> Result<RestClient, DiscordError> {
        let client = reqwest::Client::builder()
            .use_rustls_tls()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
            .build()
            .map_err(|error| DiscordError::Rejected(error.to_string()))?;
        Ok(RestClient { token, api_url, client, invalid_requests: Arc::default() })
    }

    /// The bot's token.
    pub fn token(&self) -> &Secret {
        &self.token
    }

    /// What Discord refused so far, over all ways.
    pub fn invalid_requests(&self) -> &Arc<InvalidRequestLimiter> {
        &self.invalid_requests
    }

    /// For everything but callbacks: it keeps to Discord's rate limits.
    pub fn limited(&self) -> RequestSender {
        self.request_sender(true)
    }

    /// For first answers to interactions: they are not limited, and counting them would never end.
    pub fn unlimited(&self) -> RequestSender {
        self.request_sender(false)
    }

    fn request_sender(&self, limited: bool) -> RequestSender {
        // Our own way keeps to the limits; serenity's way of doing so ignores another origin.
        let builder =
            HttpBuilder::new(self.token.expose_secret()).client(self.client.clone()).ratelimiter_disabled(true);
        let http = match &self.api_url {
            Some(origin) => builder.proxy(origin).build(),
            None => builder.build(),
        };
        RequestSender::new(http, self.client.clone(), Arc::clone(&self.invalid_requests), limited)
    }

    /// Asks where the gateway is, until Discord answers.
    ///
    /// # Errors
    /// Where the token is wrong, or Discord's answer leaves no hope.
    pub async fn fetch_gateway(&self) -> Result<BotGateway, DiscordError> {
        let rest = self.limited();
        let (mut backoff, mut waited) = (Backoff::new(INITIAL_BACKOFF, MAX_BACKOFF), false);
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
                Err(error) if status(&error) == Some(401) => return Err(DiscordError::InvalidToken),
                Err(error) if status(&error).is_some() && !is_transient(&error) => {
                    return Err(DiscordError::Rejected(describe(error)));
                }
                Err(error) => {
                    let wait = backoff.next_delay();
                    waited = true;
                    tracing::warn!(why = %describe(error), retry_in = ?wait, "Discord cannot be reached");
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }
}
