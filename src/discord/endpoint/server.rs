//! Interactions over HTTP: Discord posts each to an address of ours, and the answer is the response. No gateway is needed, and
//! any number of such doors can stand behind one load balancer.

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

use crate::discord::endpoint::signature::{SignatureError, SignatureHeaders, SignatureVerifier};
use crate::discord::endpoint::timeout_stream::{RequestPhase, TimeoutStream};
use crate::discord::interactions::respond::{InteractionHandler, InteractionResponse, interaction_kind};
use crate::discord::notice::notice;
use crate::discord::protocol::multipart;
use crate::discord::shutdown::CancellationToken;
use crate::discord::state::app_state::AppState;
use crate::metrics::counters::{METRICS, Transport as Way};
use crate::metrics::readiness::READINESS;

/// Where Discord posts.
const INTERACTIONS_PATH: &str = "/interactions";
/// The largest body. What Discord sends is a few kilobytes; the largest, a long message with all its embeds and every letter
/// escaped, stays below half of this.
const MAX_BODY_BYTES: usize = 256 * 1024;
/// The largest headers, in bytes.
const MAX_HEADER_BYTES: usize = 16 * 1024;
/// So long after its headers a body has to be there.
const BODY_TIMEOUT: Duration = Duration::from_secs(2);
/// So long after its headers a request is answered, whatever happens: Discord waits 3 s, and the line takes its part.
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(2700);
/// Connections at once; more wait until one is free. With a body each they take no more than 64 MiB.
const MAX_CONNECTIONS: usize = 256;
/// How long a connection on which Discord has asked may stay without a request: a little longer than a reverse proxy keeps it, so
/// that it is not closed just when that sends the next.
const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(200);
/// What is refused, or cannot be taken, is told at most so often: anybody can knock.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

const PING: u8 = 1;
const AUTOCOMPLETE: u8 = 4;
/// The kinds of interactions.
const KNOWN_TYPES: std::ops::RangeInclusive<u8> = PING..=5;

/// Where to listen, and whose seal to ask for.
#[derive(Clone, Copy, Debug)]
pub struct EndpointConfig {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The application's public key.
    pub public_key: [u8; 32],
}

/// Why the door cannot be opened. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// Not a key.
    #[error(
        "DISCORD_PUBLIC_KEY is not the key of an application. Copy Public Key from the Developer Portal \
         (https://discord.com/developers/applications), your application, General Information page."
    )]
    InvalidPublicKey,
    /// The address cannot be had.
    #[error(
        "cannot listen on {0} ({1}). Stop the program that listens there, or set ROLECALL_HTTP_ADDR to an address of this \
         machine and a free port."
    )]
    Bind(SocketAddr, io::Error),
}

/// A door that is open.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    router: Router,
}

/// What it takes to answer a request.
#[derive(Debug)]
struct EndpointState {
    verifier: SignatureVerifier,
    interactions: Arc<InteractionHandler>,
    app_state: AppState,
    last_logged: Mutex<Option<Instant>>,
}

/// A request that is not answered, with why.
type Rejection = (StatusCode, String);

impl Server {
    /// Listens, and tells the operator where; what comes in waits for [`Door::serve`].
    ///
    /// # Errors
    /// Where the key is none, or the address cannot be had.
    pub async fn bind(address: EndpointConfig, desk: AppState) -> Result<Server, EndpointError> {
        let seal = SignatureVerifier::from_public_key(address.public_key).ok_or(EndpointError::InvalidPublicKey)?;
        let cannot = |why| EndpointError::Bind(address.listen, why);
        let listener = TcpListener::bind(address.listen).await.map_err(cannot)?;
        notice(&format!(
            "answering interactions on http://{}{INTERACTIONS_PATH}; with HTTPS before it, paste https://YOUR-HOST{INTERACTIONS_PATH} as Interactions \
             Endpoint URL at the Developer Portal, your application, General Information page",
            listener.local_addr().map_err(cannot)?
        ));
        let interactions = Arc::new(InteractionHandler::new(desk.clone()));
        let keeper = EndpointState { verifier: seal, interactions, app_state: desk, last_logged: Mutex::default() };
        let router = Router::new()
            .route(INTERACTIONS_PATH, post(handle_interaction))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .layer(map_response(close_on_error))
            .with_state(Arc::new(keeper));
        Ok(Server { listener, router })
    }

    /// Serves until it is time to stop; then answers under way are finished, for five seconds at the most.
    pub async fn serve(self, mut stop: CancellationToken) {
        let Server { listener, router } = self;
        READINESS.set_endpoint_open(true);
        let mut lines = JoinSet::new();
        let mut told: Option<Instant> = None;
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = lines.join_next() => {}
                accepted = listener.accept(), if lines.len() < MAX_CONNECTIONS => match accepted {
                    Ok((stream, _)) => {
                        lines.spawn(serve_connection(stream, router.clone(), stop.clone()));
                    }
                    Err(why) => {
                        // Too many open files, most likely; those in use go on, and free some.
                        if told.is_none_or(|told| told.elapsed() > LOG_INTERVAL) {
                            told = Some(Instant::now());
                            tracing::warn!(%why, "connections cannot be taken for now; where this stays, allow more open files (ulimit -n)");
                        }
                        sleep(ACCEPT_RETRY_DELAY).await;
                    }
                },
            }
        }
        drop(listener);
        READINESS.set_endpoint_open(false);
        let finish = async { while lines.join_next().await.is_some() {} };
        if timeout(SHUTDOWN_TIMEOUT, finish).await.is_err() {
            tracing::warn!("stopping although some requests were not answered");
        }
    }
}

/// Serves one connection to its end.
async fn serve_connection(stream: TcpStream, router: Router, mut stop: CancellationToken) {
    // An answer is one write or two; none should wait for more to come.
    let _ = stream.set_nodelay(true);
    let turns = Arc::new(RequestPhase::default());
    let line = TimeoutStream::new(stream, Arc::clone(&turns));
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        turns.headers_received();
        let (answering, turns) = (router.call(request), Arc::clone(&turns));
        async move {
            let answered = answering.await;
            turns.response_ready();
            answered
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(IDLE_TIMEOUT).max_buf_size(MAX_HEADER_BYTES);
    let mut serving = pin!(builder.serve_connection(TokioIo::new(line), service));
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(why) = ended {
        tracing::debug!(%why, "a connection was cut");
    }
}

/// Whoever was refused begins anew: only a line on which Discord has asked may stay open.
async fn close_on_error(mut response: Response) -> Response {
    if !response.status().is_success() {
        response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    }
    response
}

async fn handle_interaction(State(keeper): State<Arc<EndpointState>>, request: Request) -> Response {
    let since = Instant::now();
    keeper.handle(request, since).await.unwrap_or_else(IntoResponse::into_response)
}

impl EndpointState {
    async fn handle(&self, request: Request, since: Instant) -> Result<Response, Rejection> {
        let headers = request.headers().clone();
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let claim = SignatureHeaders::parse(text("x-signature-ed25519"), text("x-signature-timestamp"), unix_time());
        let claim = claim.map_err(|why| self.reject(why))?;
        let body = read_body(request, &headers, since).await?;
        self.verifier.verify(claim, &body, since).map_err(|why| self.reject(why))?;

        let not = |what: &str| (StatusCode::BAD_REQUEST, format!("not {what}\n"));
        let InteractionHeader { kind, id } =
            serde_json::from_slice(&body).map_err(|_| not("an interaction in JSON"))?;
        if let Some(id) = id {
            self.verifier.check_interaction_id(id.get(), since).map_err(|why| self.reject(why))?;
        }
        if !KNOWN_TYPES.contains(&kind) {
            return Err(not("a type of interaction that is known here"));
        }
        if kind == PING {
            return json_response(br#"{"type":1}"#.to_vec());
        }
        let interaction: Interaction = serde_json::from_slice(&body).map_err(|why| {
            // Behind the colon stands a piece of what somebody said.
            let why = why.to_string();
            let why = why.split(':').next().unwrap_or_default();
            tracing::error!(kind, why, "an interaction could not be read; please report it");
            not("an interaction of that type")
        })?;
        let language = self.interactions.language_of(&interaction);
        let how = interaction_kind(&interaction);
        let (interactions, busy) = (Arc::clone(&self.interactions), self.app_state.task_tracker.clone());
        let answering = async move {
            let _busy = busy.token();
            interactions.handle(interaction, None, since).await
        };
        let otherwise = || {
            if kind == AUTOCOMPLETE {
                InteractionResponse::empty_autocomplete()
            } else {
                InteractionResponse::generic_error(language)
            }
        };
        match with_deadline(answering, since, otherwise).await {
            Some(answer) => {
                METRICS.record_delivery(Way::Http, how, since.elapsed(), true);
                to_http_response(answer)
            }
            None => Err(not("a type of interaction that is known here")),
        }
    }

    /// Refuses what is not Discord's, and tells the operator of it now and then.
    fn reject(&self, why: SignatureError) -> Rejection {
        let mut told = self.last_logged.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| told.elapsed() > LOG_INTERVAL) {
            *told = Some(Instant::now());
            tracing::info!(
                %why,
                "a request was refused. Discord sends a wrong one now and then to see that it is; where all are, compare \
                 DISCORD_PUBLIC_KEY with the Developer Portal, General Information page, and this machine's clock with another"
            );
        }
        (StatusCode::UNAUTHORIZED, format!("{why}\n"))
    }
}

/// What is read of every interaction.
#[derive(Deserialize)]
struct InteractionHeader {
    #[serde(rename = "type")]
    kind: u8,
    id: Option<InteractionId>,
}

fn unix_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The body of a request, where it is no larger and no slower than it may be.
async fn read_body(request: Request<Body>, headers: &HeaderMap, since: Instant) -> Result<Bytes, Rejection> {
    let large = || (StatusCode::PAYLOAD_TOO_LARGE, format!("more than {MAX_BODY_BYTES} bytes\n"));
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > MAX_BODY_BYTES) {
        return Err(large());
    }
    match timeout_at(since + BODY_TIMEOUT, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(why)) if why.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(large()),
        Ok(Err(_)) => Err((StatusCode::BAD_REQUEST, "the body ended too soon\n".to_owned())),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "the body did not come in time\n".to_owned())),
    }
}

/// What comes of it in time, else something else: where it takes too long or panics, which the panic hook logs. It is finished
/// in any case, so that a line that breaks does not make half a work of it.
async fn with_deadline(
    answering: impl Future<Output = Option<InteractionResponse>> + Send + 'static,
    since: Instant,
    otherwise: impl FnOnce() -> InteractionResponse,
) -> Option<InteractionResponse> {
    match timeout_at(since + RESPONSE_TIMEOUT, tokio::spawn(answering)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Some(otherwise()),
        Err(_) => {
            tracing::warn!("an answer took too long, and an apology went out in its place");
            Some(otherwise())
        }
    }
}

/// An answer as a response; with its picture it has two parts.
fn to_http_response(answer: InteractionResponse) -> Result<Response, Rejection> {
    let written = |json: serde_json::Result<Vec<u8>>| {
        json.map_err(|why| (StatusCode::INTERNAL_SERVER_ERROR, format!("an answer cannot be written: {why}\n")))
    };
    match answer {
        InteractionResponse::Message { body, diagram: Some(picture) } => {
            let json = written(serde_json::to_vec(&body.with_diagram(&picture.alt_text).into_callback()))?;
            let whole = multipart::body(&json, &picture.png);
            Ok(([(header::CONTENT_TYPE, multipart::content_type())], whole).into_response())
        }
        InteractionResponse::Message { body, diagram: None } => {
            json_response(written(serde_json::to_vec(&body.into_callback()))?)
        }
        InteractionResponse::Modal(form) => json_response(written(serde_json::to_vec(&form))?),
        InteractionResponse::Autocomplete(choices) => json_response(written(serde_json::to_vec(&choices))?),
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
    async fn whatever_happens_there_is_an_answer_in_time() {
        let since = Instant::now();
        let for_ever =
            with_deadline(std::future::pending(), since, || InteractionResponse::generic_error(Language::English))
                .await;
        assert_eq!(since.elapsed(), RESPONSE_TIMEOUT);
        assert!(matches!(for_ever, Some(InteractionResponse::Message { diagram: None, .. })), "{for_ever:?}");
        let panicking =
            with_deadline(async { panic!("on purpose") }, Instant::now(), InteractionResponse::empty_autocomplete)
                .await;
        assert!(matches!(panicking, Some(InteractionResponse::Autocomplete(_))), "{panicking:?}");
    }
}
