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

use crate::discord::endpoint::signature::{Broken, Claim, Seal};
use crate::discord::endpoint::timeout_stream::{Line, Turns};
use crate::discord::interactions::respond::{Answer, Interactions, how};
use crate::discord::notice::tell;
use crate::discord::protocol::multipart;
use crate::discord::shutdown::Stop;
use crate::discord::state::app_state::Desk;
use crate::metrics::counters::{COUNTERS, Door as Way};
use crate::metrics::readiness::CONNECTION;

/// Where Discord posts.
const PATH: &str = "/interactions";
/// The largest body. What Discord sends is a few kilobytes; the largest, a long message with all its embeds and every letter
/// escaped, stays below half of this.
const BODY: usize = 256 * 1024;
/// The largest headers, in bytes.
const HEAD: usize = 16 * 1024;
/// So long after its headers a body has to be there.
const BODY_WITHIN: Duration = Duration::from_secs(2);
/// So long after its headers a request is answered, whatever happens: Discord waits 3 s, and the line takes its part.
const ANSWER_WITHIN: Duration = Duration::from_millis(2700);
/// Connections at once; more wait until one is free. With a body each they take no more than 64 MiB.
const CONNECTIONS: usize = 256;
/// How long a connection on which Discord has asked may stay without a request: a little longer than a reverse proxy keeps it, so
/// that it is not closed just when that sends the next.
const IDLE: Duration = Duration::from_secs(75);
const CLOSE_WITHIN: Duration = Duration::from_secs(5);
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);
/// What is refused, or cannot be taken, is told at most so often: anybody can knock.
const TELL_EVERY: Duration = Duration::from_secs(60);

const PING: u8 = 1;
const AUTOCOMPLETE: u8 = 4;
/// The kinds of interactions.
const KINDS: std::ops::RangeInclusive<u8> = PING..=5;

/// Where to listen, and whose seal to ask for.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The application's public key.
    pub public_key: [u8; 32],
}

/// Why the door cannot be opened. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// Not a key.
    #[error(
        "DISCORD_PUBLIC_KEY is not the key of an application. Copy Public Key from the Developer Portal \
         (https://discord.com/developers/applications), your application, General Information page."
    )]
    Key,
    /// The address cannot be had.
    #[error(
        "cannot listen on {0} ({1}). Stop the program that listens there, or set ROLECALL_HTTP_ADDR to an address of this \
         machine and a free port."
    )]
    Address(SocketAddr, io::Error),
}

/// A door that is open.
#[derive(Debug)]
pub struct Door {
    listener: TcpListener,
    router: Router,
}

/// What it takes to answer a request.
#[derive(Debug)]
struct Keeper {
    seal: Seal,
    interactions: Arc<Interactions>,
    desk: Desk,
    told: Mutex<Option<Instant>>,
}

/// A request that is not answered, with why.
type Refused = (StatusCode, String);

impl Door {
    /// Listens, and tells the operator where; what comes in waits for [`Door::serve`].
    ///
    /// # Errors
    /// Where the key is none, or the address cannot be had.
    pub async fn open(address: Address, desk: Desk) -> Result<Door, DoorError> {
        let seal = Seal::of(address.public_key).ok_or(DoorError::Key)?;
        let cannot = |why| DoorError::Address(address.listen, why);
        let listener = TcpListener::bind(address.listen).await.map_err(cannot)?;
        tell(&format!(
            "answering interactions on http://{}{PATH}; with HTTPS before it, paste https://YOUR-HOST{PATH} as Interactions \
             Endpoint URL at the Developer Portal, your application, General Information page",
            listener.local_addr().map_err(cannot)?
        ));
        let interactions = Arc::new(Interactions::at(desk.clone()));
        let keeper = Keeper { seal, interactions, desk, told: Mutex::default() };
        let router = Router::new()
            .route(PATH, post(answer))
            .layer(DefaultBodyLimit::max(BODY))
            .layer(map_response(closing))
            .with_state(Arc::new(keeper));
        Ok(Door { listener, router })
    }

    /// Serves until it is time to stop; then answers under way are finished, for five seconds at the most.
    pub async fn serve(self, mut stop: Stop) {
        let Door { listener, router } = self;
        CONNECTION.door(true);
        let mut lines = JoinSet::new();
        let mut told: Option<Instant> = None;
        loop {
            tokio::select! {
                () = stop.asked() => break,
                Some(_) = lines.join_next() => {}
                accepted = listener.accept(), if lines.len() < CONNECTIONS => match accepted {
                    Ok((stream, _)) => {
                        lines.spawn(attend(stream, router.clone(), stop.clone()));
                    }
                    Err(why) => {
                        // Too many open files, most likely; those in use go on, and free some.
                        if told.is_none_or(|told| told.elapsed() > TELL_EVERY) {
                            told = Some(Instant::now());
                            tracing::warn!(%why, "connections cannot be taken for now; where this stays, allow more open files (ulimit -n)");
                        }
                        sleep(ACCEPT_AGAIN).await;
                    }
                },
            }
        }
        drop(listener);
        CONNECTION.door(false);
        let finish = async { while lines.join_next().await.is_some() {} };
        if timeout(CLOSE_WITHIN, finish).await.is_err() {
            tracing::warn!("stopping although some requests were not answered");
        }
    }
}

/// Serves one connection to its end.
async fn attend(stream: TcpStream, router: Router, mut stop: Stop) {
    // An answer is one write or two; none should wait for more to come.
    let _ = stream.set_nodelay(true);
    let turns = Arc::new(Turns::default());
    let line = Line::new(stream, Arc::clone(&turns));
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        turns.request();
        let (answering, turns) = (router.call(request), Arc::clone(&turns));
        async move {
            let answered = answering.await;
            turns.answered();
            answered
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(IDLE).max_buf_size(HEAD);
    let mut serving = pin!(builder.serve_connection(TokioIo::new(line), service));
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = stop.asked() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(why) = ended {
        tracing::debug!(%why, "a connection was cut");
    }
}

/// Whoever was refused begins anew: only a line on which Discord has asked may stay open.
async fn closing(mut response: Response) -> Response {
    if !response.status().is_success() {
        response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    }
    response
}

async fn answer(State(keeper): State<Arc<Keeper>>, request: Request) -> Response {
    let since = Instant::now();
    keeper.answer(request, since).await.unwrap_or_else(IntoResponse::into_response)
}

impl Keeper {
    async fn answer(&self, request: Request, since: Instant) -> Result<Response, Refused> {
        let headers = request.headers().clone();
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let claim = Claim::read(text("x-signature-ed25519"), text("x-signature-timestamp"), seconds_since_1970());
        let claim = claim.map_err(|why| self.refused(why))?;
        let body = read(request, &headers, since).await?;
        self.seal.check(claim, &body, since).map_err(|why| self.refused(why))?;

        let not = |what: &str| (StatusCode::BAD_REQUEST, format!("not {what}\n"));
        let Outline { kind, id } = serde_json::from_slice(&body).map_err(|_| not("an interaction in JSON"))?;
        if let Some(id) = id {
            self.seal.once(id.get(), since).map_err(|why| self.refused(why))?;
        }
        if !KINDS.contains(&kind) {
            return Err(not("a type of interaction that is known here"));
        }
        if kind == PING {
            return said(br#"{"type":1}"#.to_vec());
        }
        let interaction: Interaction = serde_json::from_slice(&body).map_err(|why| {
            // Behind the colon stands a piece of what somebody said.
            let why = why.to_string();
            let why = why.split(':').next().unwrap_or_default();
            tracing::error!(kind, why, "an interaction could not be read; please report it");
            not("an interaction of that type")
        })?;
        let language = self.interactions.language_of(&interaction);
        let how = how(&interaction);
        let (interactions, busy) = (Arc::clone(&self.interactions), self.desk.busy.clone());
        let answering = async move {
            let _busy = busy.begin();
            interactions.answer(interaction, None, since).await
        };
        let otherwise = || if kind == AUTOCOMPLETE { Answer::no_choices() } else { Answer::apology(language) };
        match in_time(answering, since, otherwise).await {
            Some(answer) => {
                COUNTERS.delivery(Way::Http, how, since.elapsed(), true);
                respond(answer)
            }
            None => Err(not("a type of interaction that is known here")),
        }
    }

    /// Refuses what is not Discord's, and tells the operator of it now and then.
    fn refused(&self, why: Broken) -> Refused {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| told.elapsed() > TELL_EVERY) {
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
struct Outline {
    #[serde(rename = "type")]
    kind: u8,
    id: Option<InteractionId>,
}

fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The body of a request, where it is no larger and no slower than it may be.
async fn read(request: Request<Body>, headers: &HeaderMap, since: Instant) -> Result<Bytes, Refused> {
    let large = || (StatusCode::PAYLOAD_TOO_LARGE, format!("more than {BODY} bytes\n"));
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > BODY) {
        return Err(large());
    }
    match timeout_at(since + BODY_WITHIN, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(why)) if why.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(large()),
        Ok(Err(_)) => Err((StatusCode::BAD_REQUEST, "the body ended too soon\n".to_owned())),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "the body did not come in time\n".to_owned())),
    }
}

/// What comes of it in time, else something else: where it takes too long or panics, which the panic hook logs. It is finished
/// in any case, so that a line that breaks does not make half a work of it.
async fn in_time(
    answering: impl Future<Output = Option<Answer>> + Send + 'static,
    since: Instant,
    otherwise: impl FnOnce() -> Answer,
) -> Option<Answer> {
    match timeout_at(since + ANSWER_WITHIN, tokio::spawn(answering)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Some(otherwise()),
        Err(_) => {
            tracing::warn!("an answer took too long, and an apology went out in its place");
            Some(otherwise())
        }
    }
}

/// An answer as a response; with its picture it has two parts.
fn respond(answer: Answer) -> Result<Response, Refused> {
    let written = |json: serde_json::Result<Vec<u8>>| {
        json.map_err(|why| (StatusCode::INTERNAL_SERVER_ERROR, format!("an answer cannot be written: {why}\n")))
    };
    match answer {
        Answer::Message { body, picture: Some(picture) } => {
            let json = written(serde_json::to_vec(&body.with_picture(&picture.words).callback()))?;
            let whole = multipart::body(&json, &picture.png);
            Ok(([(header::CONTENT_TYPE, multipart::content_type())], whole).into_response())
        }
        Answer::Message { body, picture: None } => said(written(serde_json::to_vec(&body.callback()))?),
        Answer::Form(form) => said(written(serde_json::to_vec(&form))?),
        Answer::Choices(choices) => said(written(serde_json::to_vec(&choices))?),
    }
}

fn said(json: Vec<u8>) -> Result<Response, Refused> {
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;

    #[tokio::test(start_paused = true)]
    async fn whatever_happens_there_is_an_answer_in_time() {
        let since = Instant::now();
        let for_ever = in_time(std::future::pending(), since, || Answer::apology(Language::English)).await;
        assert_eq!(since.elapsed(), ANSWER_WITHIN);
        assert!(matches!(for_ever, Some(Answer::Message { picture: None, .. })), "{for_ever:?}");
        let panicking = in_time(async { panic!("on purpose") }, Instant::now(), Answer::no_choices).await;
        assert!(matches!(panicking, Some(Answer::Choices(_))), "{panicking:?}");
    }
}
