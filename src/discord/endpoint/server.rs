//! Interactions over HTTP: Discord posts each interaction, and the HTTP response is its callback. This needs no
//! gateway, and any number of processes can run behind one load balancer.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde::Deserialize;
use serenity::model::application::Interaction;
use serenity::model::id::InteractionId;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::discord::endpoint::signature::{SignatureError, SignatureHeaders, SignatureVerifier};
use crate::discord::endpoint::timeout_stream::{RequestPhase, TimeoutStream};
use crate::discord::interactions::respond::{InteractionHandler, InteractionResponse, interaction_kind};
use crate::discord::notice::notice;
use crate::discord::protocol::multipart;
use crate::discord::state::app_state::AppState;
use crate::metrics::counters::{Metrics, Transport};

/// The path of the Interactions Endpoint URL.
const INTERACTIONS_PATH: &str = "/interactions";
/// Largest body. Discord usually sends a few KiB; a message command on a full message with every character escaped
/// stays below half of this.
const MAX_BODY_BYTES: usize = 256 * 1024;
/// Largest headers.
const MAX_HEADER_BYTES: usize = 16 * 1024;
/// From a request's headers to the end of its body.
const BODY_TIMEOUT: Duration = Duration::from_secs(2);
/// From a request's headers to its response; Discord allows 3 s including the network.
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(2700);
/// Concurrent connections; more wait in the listen queue. Their bodies take at most 64 MiB.
const MAX_CONNECTIONS: usize = 256;
/// Keep-alive time between requests: longer than a reverse proxy's, so that the server does not close a connection just
/// when the proxy sends a request.
const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(200);
/// Least time between two log lines about rejected requests or failed accepts, which anyone can cause.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

const PING: u8 = 1;
const AUTOCOMPLETE: u8 = 4;
/// The interaction types that Discord documents.
const KNOWN_TYPES: std::ops::RangeInclusive<u8> = PING..=5;

/// The listening address and the application's public key.
#[derive(Clone, Copy, Debug)]
pub struct EndpointConfig {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The application's Ed25519 public key.
    pub public_key: [u8; 32],
}

/// Why the endpoint cannot be opened. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// No Ed25519 public key, or a weak one.
    #[error(
        "DISCORD_PUBLIC_KEY is not the key of an application. Copy Public Key from the Developer Portal \
         (https://discord.com/developers/applications), your application, General Information page."
    )]
    InvalidPublicKey,
    /// The address cannot be bound.
    #[error(
        "cannot listen on {0} ({1}). Stop the program that listens there, or set ROLECALL_HTTP_ADDR to an address of this \
         machine and a free port."
    )]
    Bind(SocketAddr, io::Error),
}

/// A bound listener with its router.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    router: Router,
    metrics: Arc<Metrics>,
}

/// State shared by all requests.
#[derive(Debug)]
struct EndpointState {
    verifier: SignatureVerifier,
    interactions: Arc<InteractionHandler>,
    app_state: AppState,
    last_logged: Mutex<Option<Instant>>,
}

/// An error response: its status and text.
type Rejection = (StatusCode, String);

impl Server {
    /// Binds the address and prints the URL for the Developer Portal; connections wait for [`Self::serve`].
    ///
    /// # Errors
    /// If the public key is invalid or the address cannot be bound.
    pub async fn bind(config: EndpointConfig, app_state: AppState) -> Result<Server, EndpointError> {
        let verifier = SignatureVerifier::from_public_key(config.public_key).ok_or(EndpointError::InvalidPublicKey)?;
        let bind_error = |error| EndpointError::Bind(config.listen, error);
        let listener = TcpListener::bind(config.listen).await.map_err(bind_error)?;
        notice(&format!(
            "answering interactions on http://{}{INTERACTIONS_PATH}; with HTTPS before it, paste https://YOUR-HOST{INTERACTIONS_PATH} as Interactions \
             Endpoint URL at the Developer Portal, your application, General Information page",
            listener.local_addr().map_err(bind_error)?
        ));
        let metrics = Arc::clone(app_state.app.metrics());
        let interactions = Arc::new(InteractionHandler::new(app_state.clone()));
        let state = EndpointState { verifier, interactions, app_state, last_logged: Mutex::default() };
        let router = Router::new()
            .route(INTERACTIONS_PATH, post(handle_interaction))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .layer(map_response(close_on_error))
            .with_state(Arc::new(state));
        Ok(Server { listener, router, metrics })
    }

    /// Serves until `shutdown` is cancelled; then waits up to 5 s for requests in flight.
    pub async fn serve(self, shutdown: CancellationToken) {
        let Server { listener, router, metrics } = self;
        metrics.readiness.set_endpoint_open(true);
        let mut connections = JoinSet::new();
        let mut last_logged: Option<Instant> = None;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                Some(_) = connections.join_next() => {}
                accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(serve_connection(stream, router.clone(), shutdown.clone()));
                    }
                    Err(error) => {
                        // Most likely too many open files; open connections free some when they end.
                        if last_logged.is_none_or(|at| at.elapsed() > LOG_INTERVAL) {
                            last_logged = Some(Instant::now());
                            tracing::warn!(%error, "cannot accept connections; if this persists, allow more open files (ulimit -n)");
                        }
                        sleep(ACCEPT_RETRY_DELAY).await;
                    }
                },
            }
        }
        drop(listener);
        metrics.readiness.set_endpoint_open(false);
        let finish = async { while connections.join_next().await.is_some() {} };
        if timeout(SHUTDOWN_TIMEOUT, finish).await.is_err() {
            tracing::warn!("shutting down with unanswered requests");
        }
    }
}

async fn serve_connection(stream: TcpStream, router: Router, shutdown: CancellationToken) {
    // A response is one or two writes, which must not be delayed.
    let _ = stream.set_nodelay(true);
    let phase = Arc::new(RequestPhase::default());
    let stream = TimeoutStream::new(stream, Arc::clone(&phase));
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        phase.headers_received();
        let (response, phase) = (router.call(request), Arc::clone(&phase));
        async move {
            let response = response.await;
            phase.response_ready();
            response
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(IDLE_TIMEOUT).max_buf_size(MAX_HEADER_BYTES);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection failed");
    }
}

/// Closes the connection after an error: only connections with verified requests are kept alive.
async fn close_on_error(mut response: Response) -> Response {
    if !response.status().is_success() {
        response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    }
    response
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
        let (interactions, task_tracker) = (Arc::clone(&self.interactions), self.app_state.task_tracker.clone());
        let response = async move {
            let _in_flight = task_tracker.token();
            interactions.handle(interaction, None, received_at).await
        };
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

    /// Responds 401 to a request that is not from Discord, and logs that at most once per `LOG_INTERVAL`.
    fn reject(&self, error: SignatureError) -> Rejection {
        let mut last_logged = self.last_logged.lock().unwrap_or_else(PoisonError::into_inner);
        if last_logged.is_none_or(|at| at.elapsed() > LOG_INTERVAL) {
            *last_logged = Some(Instant::now());
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
    response: impl Future<Output = Option<InteractionResponse>> + Send + 'static,
    received_at: Instant,
    fallback: impl FnOnce() -> InteractionResponse,
) -> Option<InteractionResponse> {
    match timeout_at(received_at + RESPONSE_TIMEOUT, tokio::spawn(response)).await {
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
        let pending = with_deadline(std::future::pending(), received_at, || {
            InteractionResponse::generic_error(Language::English)
        })
        .await;
        assert_eq!(received_at.elapsed(), RESPONSE_TIMEOUT);
        assert!(matches!(pending, Some(InteractionResponse::Message { diagram: None, .. })), "{pending:?}");
        let panicked =
            with_deadline(async { panic!("on purpose") }, Instant::now(), InteractionResponse::empty_autocomplete)
                .await;
        assert!(matches!(panicked, Some(InteractionResponse::Autocomplete(_))), "{panicked:?}");
    }
}
