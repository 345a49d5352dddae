//! Interactions over HTTP: Discord posts each interaction, and the HTTP response is its callback. This needs no
//! gateway, and any number of processes can run behind one load balancer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;
use serenity::model::application::Interaction;
use serenity::model::id::InteractionId;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use crate::discord::endpoint::signature::{SignatureError, SignatureHeaders, SignatureVerifier};
use crate::discord::interactions::respond::{InteractionHandler, InteractionResponse, interaction_kind};
use crate::discord::notice::notice;
use crate::discord::protocol::limits::{INITIAL_RESPONSE_LIMIT, INITIAL_RESPONSE_TIMEOUT};
use crate::discord::protocol::multipart;
use crate::discord::state::app_state::AppState;
use crate::metrics::counters::Transport;
use crate::web::log_throttle::LogThrottle;
use crate::web::server::Limits;

/// The path of the Interactions Endpoint URL.
const INTERACTIONS_PATH: &str = "/interactions";
/// Largest body. Discord usually sends a few KiB; a message command on a full message with every character escaped
/// stays below half of this.
const MAX_BODY_BYTES: usize = 256 * 1024;
/// From a request's headers to the end of its body.
const BODY_TIMEOUT: Duration = Duration::from_secs(2);
/// The limits of a server with this route. The bodies of all connections take at most 64 MiB.
pub(crate) const LIMITS: Limits =
    Limits { max_connections: 256, request_timeout: INITIAL_RESPONSE_LIMIT, write_timeout: Duration::from_secs(5) };

const PING: u8 = 1;
const AUTOCOMPLETE: u8 = 4;
/// The interaction types that Discord documents.
const KNOWN_TYPES: std::ops::RangeInclusive<u8> = PING..=5;

/// No Ed25519 public key, or a weak one. The text is for the operator.
#[derive(Debug, thiserror::Error)]
#[error(
    "DISCORD_PUBLIC_KEY is not the key of an application. Copy Public Key from the Developer Portal \
     (https://discord.com/developers/applications), your application, General Information page."
)]
pub struct InvalidPublicKey;

/// State shared by all requests.
#[derive(Debug)]
struct EndpointState {
    verifier: SignatureVerifier,
    interactions: Arc<InteractionHandler>,
    app_state: AppState,
    rejections: LogThrottle,
}

/// An error response: its status and text.
type Rejection = (StatusCode, String);

/// The route of the interactions that are signed for `public_key`.
///
/// # Errors
/// If the public key is invalid.
pub(crate) fn router(public_key: [u8; 32], app_state: AppState) -> Result<Router, InvalidPublicKey> {
    let verifier = SignatureVerifier::from_public_key(public_key).ok_or(InvalidPublicKey)?;
    let interactions = Arc::new(InteractionHandler::new(app_state.clone()));
    let state = EndpointState { verifier, interactions, app_state, rejections: LogThrottle::default() };
    Ok(Router::new()
        .route(INTERACTIONS_PATH, post(handle_interaction))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(Arc::new(state)))
}

/// Prints the URL for the Developer Portal.
pub(crate) fn announce(address: SocketAddr) {
    notice(&format!(
        "answering interactions on http://{address}{INTERACTIONS_PATH}; with HTTPS before it, paste https://YOUR-HOST{INTERACTIONS_PATH} as Interactions \
         Endpoint URL at the Developer Portal, your application, General Information page"
    ));
}

async fn handle_interaction(State(state): State<Arc<EndpointState>>, request: Request) -> Response {
    let received_at = Instant::now();
    state.handle(request, received_at).await.unwrap_or_else(IntoResponse::into_response)
}

impl EndpointState {
    async fn handle(&self, request: Request, received_at: Instant) -> Result<Response, Rejection> {
        let headers = request.headers().clone();
        let header_text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let signature = SignatureHeaders::parse(
            header_text("x-signature-ed25519"),
            header_text("x-signature-timestamp"),
            unix_time(),
        );
        let signature = signature.map_err(|error| self.reject(error))?;
        let body = read_body(request, &headers, received_at).await?;
        self.verifier.verify(signature, &body, received_at).map_err(|error| self.reject(error))?;

        let bad_request = |reason: &str| (StatusCode::BAD_REQUEST, format!("{reason}\n"));
        let InteractionHeader { kind, id } =
            serde_json::from_slice(&body).map_err(|_| bad_request("not an interaction in JSON"))?;
        if let Some(id) = id {
            self.verifier.check_interaction_id(id.get(), received_at).map_err(|error| self.reject(error))?;
        }
        if !KNOWN_TYPES.contains(&kind) {
            return Err(bad_request("unknown interaction type"));
        }
        if kind == PING {
            return json_response(br#"{"type":1}"#.to_vec());
        }
        let interaction: Interaction = serde_json::from_slice(&body).map_err(|error| {
            // After the colon, serde quotes user input.
            let error = error.to_string();
            let error = error.split(':').next().unwrap_or_default();
            tracing::error!(kind, error, "an interaction could not be decoded; please report it");
            bad_request("not an interaction of that type")
        })?;
        let language = self.interactions.language_of(&interaction);
        let request_kind = interaction_kind(&interaction);
        let interactions = Arc::clone(&self.interactions);
        let response =
            self.app_state.task_tracker.spawn(async move { interactions.handle(interaction, None, received_at).await });
        let fallback = || {
            if kind == AUTOCOMPLETE {
                InteractionResponse::empty_autocomplete()
            } else {
                InteractionResponse::generic_error(language)
            }
        };
        match with_deadline(response, received_at, fallback).await {
            Some(response) => {
                self.app_state.app.metrics().record_delivery(
                    Transport::Http,
                    request_kind,
                    received_at.elapsed(),
                    true,
                );
                to_http_response(response)
            }
            None => Err(bad_request("unknown interaction type")),
        }
    }

    /// Responds 401 to a request that is not from Discord, and logs that at most once per minute.
    fn reject(&self, error: SignatureError) -> Rejection {
        if self.rejections.allow() {
            tracing::info!(
                %error,
                "rejected a request that is not from Discord. Discord itself sends invalid signatures now and then as a test; if \
                 every request is rejected, compare DISCORD_PUBLIC_KEY with the Developer Portal, General Information page, and \
                 check this machine's clock"
            );
        }
        (StatusCode::UNAUTHORIZED, format!("{error}\n"))
    }
}

/// The fields of an interaction that are read first.
#[derive(Deserialize)]
struct InteractionHeader {
    #[serde(rename = "type")]
    kind: u8,
    id: Option<InteractionId>,
}

fn unix_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

/// Reads the body within its size limit and timeout.
async fn read_body(request: Request<Body>, headers: &HeaderMap, received_at: Instant) -> Result<Bytes, Rejection> {
    let too_large = || (StatusCode::PAYLOAD_TOO_LARGE, format!("more than {MAX_BODY_BYTES} bytes\n"));
    let content_length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if content_length.is_some_and(|length: usize| length > MAX_BODY_BYTES) {
        return Err(too_large());
    }
    match timeout_at(received_at + BODY_TIMEOUT, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large()),
        Ok(Err(_)) => Err((StatusCode::BAD_REQUEST, "incomplete body\n".to_owned())),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "timed out reading the body\n".to_owned())),
    }
}

/// Returns the response, or `fallback` on a timeout or a panic, which the panic hook logs. The task runs to its end
/// even if the connection breaks.
async fn with_deadline(
    response: JoinHandle<Option<InteractionResponse>>,
    received_at: Instant,
    fallback: impl FnOnce() -> InteractionResponse,
) -> Option<InteractionResponse> {
    match timeout_at(received_at + INITIAL_RESPONSE_TIMEOUT, response).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => Some(fallback()),
        Err(_) => {
            tracing::warn!("a response timed out; sending a generic error");
            Some(fallback())
        }
    }
}

/// The HTTP response: JSON, or multipart with the diagram.
fn to_http_response(response: InteractionResponse) -> Result<Response, Rejection> {
    let serialized = |json: serde_json::Result<Vec<u8>>| {
        json.map_err(|error| {
            (StatusCode::INTERNAL_SERVER_ERROR, format!("the response cannot be serialized: {error}\n"))
        })
    };
    match response {
        InteractionResponse::Message { body, diagram: Some(diagram) } => {
            let json = serialized(serde_json::to_vec(&body.with_diagram(&diagram.alt_text).into_callback()))?;
            let body = multipart::body(&json, &diagram.png);
            Ok(([(header::CONTENT_TYPE, multipart::content_type())], body).into_response())
        }
        InteractionResponse::Message { body, diagram: None } => {
            json_response(serialized(serde_json::to_vec(&body.into_callback()))?)
        }
        InteractionResponse::Modal(modal) => json_response(serialized(serde_json::to_vec(&modal))?),
        InteractionResponse::Autocomplete(choices) => json_response(serialized(serde_json::to_vec(&choices))?),
    }
}

fn json_response(json: Vec<u8>) -> Result<Response, Rejection> {
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;

    #[tokio::test(start_paused = true)]
    async fn a_hanging_or_panicking_response_gets_a_fallback_in_time() {
        let received_at = Instant::now();
        let pending = with_deadline(tokio::spawn(std::future::pending()), received_at, || {
            InteractionResponse::generic_error(Language::English)
        })
        .await;
        assert_eq!(received_at.elapsed(), INITIAL_RESPONSE_TIMEOUT);
        assert!(matches!(pending, Some(InteractionResponse::Message { diagram: None, .. })), "{pending:?}");
        let panicked = with_deadline(
            tokio::spawn(async { panic!("on purpose") }),
            Instant::now(),
            InteractionResponse::empty_autocomplete,
        )
        .await;
        assert!(matches!(panicked, Some(InteractionResponse::Autocomplete(_))), "{panicked:?}");
    }
}
