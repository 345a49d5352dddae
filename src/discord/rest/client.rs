//! REST clients with timeouts; `fetch_gateway` retries with backoff.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serenity::http::{HttpBuilder, LightMethod, Request, Route};
use serenity::model::gateway::BotGateway;

use crate::discord::backoff::Backoff;
use crate::discord::rest::discord_error::{DiscordError, describe, is_transient, status};
use crate::discord::rest::invalid_requests::InvalidRequestLimiter;
use crate::discord::rest::request_sender::RequestSender;
use crate::metrics::counters::Metrics;
use crate::secret::Secret;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// Idle connections kept in the pool; a burst may open more.
const MAX_IDLE_CONNECTIONS: usize = 8;
const INITIAL_BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_secs(60);

/// The token, the connection pool and the limits that all requests share.
pub struct RestClient {
    token: Secret,
    api_url: Option<String>,
    client: reqwest::Client,
    invalid_requests: Arc<InvalidRequestLimiter>,
    metrics: Arc<Metrics>,
}

impl fmt::Debug for RestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestClient").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

impl RestClient {
    /// Sends nothing yet. `api_url` replaces the origin of Discord's API.
    ///
    /// # Errors
    /// If the HTTP client cannot be built.
    pub fn new(token: Secret, api_url: Option<String>, metrics: Arc<Metrics>) -> Result<RestClient, DiscordError> {
        let client = reqwest::Client::builder()
            .use_rustls_tls()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
            .build()
            .map_err(|error| DiscordError::Rejected(error.to_string()))?;
        Ok(RestClient { token, api_url, client, invalid_requests: Arc::default(), metrics })
    }

    /// The bot's token.
    pub(crate) fn token(&self) -> &Secret {
        &self.token
    }

    /// A sender that keeps to Discord's rate limits; for everything but interaction callbacks.
    pub fn limited(&self) -> RequestSender {
        self.request_sender(true)
    }

    /// A sender for interaction callbacks: they have no rate limit, and a bucket each would never be freed.
    pub fn unlimited(&self) -> RequestSender {
        self.request_sender(false)
    }

    fn request_sender(&self, limited: bool) -> RequestSender {
        // Serenity's rate limiter ignores `proxy`; `RequestSender` limits instead.
        let builder =
            HttpBuilder::new(self.token.expose_secret()).client(self.client.clone()).ratelimiter_disabled(true);
        let http = match &self.api_url {
            Some(origin) => builder.proxy(origin).build(),
            None => builder.build(),
        };
        let (invalid_requests, metrics) = (Arc::clone(&self.invalid_requests), Arc::clone(&self.metrics));
        RequestSender::new(http, self.client.clone(), invalid_requests, metrics, limited)
    }

    /// Sends `GET /gateway/bot`, and retries network errors, 429 and 5xx with backoff.
    ///
    /// # Errors
    /// If the token is invalid or Discord responds with another status.
    pub(crate) async fn fetch_gateway(&self) -> Result<BotGateway, DiscordError> {
        let rest = self.limited();
        let (mut backoff, mut failed) = (Backoff::new(INITIAL_BACKOFF, MAX_BACKOFF), false);
        loop {
            match rest.fire::<BotGateway>(Request::new(Route::GatewayBot, LightMethod::Get)).await {
                Ok(gateway) => {
                    let sessions_left = gateway.session_start_limit.remaining;
                    if failed {
                        tracing::info!(sessions_left, "Discord can be reached again");
                    } else {
                        tracing::debug!(sessions_left, "fetched the gateway URL");
                    }
                    return Ok(gateway);
                }
                Err(error) if status(&error) == Some(401) => return Err(DiscordError::InvalidToken),
                Err(error) if status(&error).is_some() && !is_transient(&error) => {
                    return Err(DiscordError::Rejected(describe(error)));
                }
                Err(error) => {
                    let wait = backoff.next_delay();
                    failed = true;
                    tracing::warn!(error = %describe(error), retry_in_ms = wait.as_millis(), "Discord cannot be reached");
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }
}
