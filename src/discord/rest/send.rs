//! Gets an answer to Discord in spite of lost answers, full queues and hanging requests, and says in plain words why not.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serenity::builder::CreateAttachment;
use serenity::http::{HttpError, LightMethod, Multipart, MultipartUpload, Request, Route};
use serenity::model::id::{ChannelId, InteractionId, MessageId};
use tokio::time::{Instant, sleep, timeout_at};

use crate::diagram::Diagram;
use crate::discord::backoff::{Backoff, with_jitter};
use crate::discord::protocol::encode::DIAGRAM_FILE_NAME;
use crate::discord::rest::request_sender::RequestSender;
use crate::metrics::counters::METRICS;

/// Discord waits 3 s for a first answer; what is sent later than this would come too late.
const CALLBACK_TIMEOUT: Duration = Duration::from_millis(2700);
/// One attempt at it, so that a request that hangs leaves time for another.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(1200);
const INITIAL_CALLBACK_BACKOFF: Duration = Duration::from_millis(150);
/// Attempts to send a message, each after twice the wait.
const MAX_SEND_ATTEMPTS: u32 = 5;
const INITIAL_SEND_BACKOFF: Duration = Duration::from_millis(400);
const MAX_SEND_BACKOFF: Duration = Duration::from_secs(10);

const ALREADY_ACKNOWLEDGED: isize = 40060;

/// Why an answer did not get there.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Discord does not take this body; another one may do.
    #[error("Discord refused the answer: {0}")]
    Rejected(String),
    /// Nothing can be done about it.
    #[error("{0}")]
    Undeliverable(String),
}

/// Sends the first answer to an interaction that came in at `since`, with the picture that the body speaks of.
///
/// # Errors
/// Where Discord refused it, or it did not get there in time.
pub async fn callback(
    rest: &RequestSender,
    id: InteractionId,
    token: &str,
    body: &impl Serialize,
    picture: Option<&Diagram>,
    since: Instant,
) -> Result<(), SendError> {
    let end = since + CALLBACK_TIMEOUT;
    let (mut wait, mut again, body) = (with_jitter(INITIAL_CALLBACK_BACKOFF), false, to_json(body)?);
    loop {
        let route = Route::InteractionResponse { interaction_id: id, token };
        let attempt = rest.request(with_body(Request::new(route, LightMethod::Post), Some(&body), picture));
        let answer = timeout_at(end.min(Instant::now() + ATTEMPT_TIMEOUT), attempt).await;
        let why = match answer.inspect_err(|_| METRICS.record_rest_response(None)) {
            Ok(Ok(_)) => return Ok(()),
            // The attempt before did arrive; only its answer was lost.
            Ok(Err(error)) if again && json_error_code(&error) == Some(ALREADY_ACKNOWLEDGED) => return Ok(()),
            Ok(Err(error)) if is_rejected(&error, picture) => return Err(SendError::Rejected(describe(error))),
            Ok(Err(error)) if !is_transient(&error) => return Err(SendError::Undeliverable(describe(error))),
            Ok(Err(error)) => describe(error),
            Err(_) => "no answer in time".to_owned(),
        };
        if Instant::now() + wait >= end {
            return Err(SendError::Undeliverable(why));
        }
        sleep(wait).await;
        (wait, again) = (wait * 2, true);
    }
}

/// Sends a message, with the picture that the body speaks of, and gives its id. Its nonce keeps it from appearing twice.
///
/// # Errors
/// Where Discord refused it, or it did not get there.
pub async fn message(
    rest: &RequestSender,
    channel_id: ChannelId,
    body: &impl Serialize,
    picture: Option<&Diagram>,
) -> Result<Option<MessageId>, SendError> {
    #[derive(Deserialize)]
    struct CreatedMessage {
        id: MessageId,
    }
    let route = Route::ChannelMessages { channel_id };
    let response = with_retry(rest, route, LightMethod::Post, Some(to_json(body)?), picture).await?;
    // It is there even where Discord does not say which one it is.
    Ok(response.json::<CreatedMessage>().await.ok().map(|sent| sent.id))
}

/// Changes a message of the bot's own, with the picture that the body speaks of.
///
/// # Errors
/// Where Discord refused the new body, or it did not get there.
pub async fn edit(
    rest: &RequestSender,
    channel_id: ChannelId,
    message_id: MessageId,
    body: &impl Serialize,
    picture: Option<&Diagram>,
) -> Result<(), SendError> {
    let route = Route::ChannelMessage { channel_id, message_id };
    with_retry(rest, route, LightMethod::Patch, Some(to_json(body)?), picture).await.map(|_| ())
}

/// Deletes a message of the bot's own.
///
/// # Errors
/// Where that could not be done, which may be because it is no longer there.
pub async fn delete(rest: &RequestSender, channel_id: ChannelId, message_id: MessageId) -> Result<(), SendError> {
    let route = Route::ChannelMessage { channel_id, message_id };
    with_retry(rest, route, LightMethod::Delete, None, None).await.map(|_| ())
}

fn to_json(body: &impl Serialize) -> Result<String, SendError> {
    serde_json::to_string(body).map_err(|error| SendError::Undeliverable(error.to_string()))
}

/// Asks again while that may help. What is asked for twice is to take effect once.
async fn with_retry(
    rest: &RequestSender,
    route: Route<'_>,
    method: LightMethod,
    body: Option<String>,
    picture: Option<&Diagram>,
) -> Result<reqwest::Response, SendError> {
    let mut backoff = Backoff::new(INITIAL_SEND_BACKOFF, MAX_SEND_BACKOFF);
    for attempt in 1.. {
        let request = with_body(Request::new(route, method), body.as_deref(), picture);
        let error = match rest.request(request).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        if is_rejected(&error, picture) {
            return Err(SendError::Rejected(describe(error)));
        }
        if !is_transient(&error) || attempt == MAX_SEND_ATTEMPTS {
            return Err(SendError::Undeliverable(describe(error)));
        }
        sleep(backoff.next_delay()).await;
    }
    Err(SendError::Undeliverable("not tried".to_owned()))
}

/// A request with this body and picture.
fn with_body<'a>(request: Request<'a>, body: Option<&str>, picture: Option<&Diagram>) -> Request<'a> {
    let body = body.map(str::to_owned);
    match picture {
        None => request.body(body.map(String::into_bytes)),
        Some(_) => request.multipart(Some(Multipart {
            upload: MultipartUpload::Attachments(attachments(picture)),
            payload_json: body,
            fields: Vec::new(),
        })),
    }
}

/// A picture as a file to send.
fn attachments(picture: Option<&Diagram>) -> Vec<CreateAttachment> {
    picture.into_iter().map(|picture| CreateAttachment::bytes(picture.png.clone(), DIAGRAM_FILE_NAME)).collect()
}

/// Whether Discord does not take this body but may take another one: without a picture, the bot needs no leave to attach files.
fn is_rejected(error: &serenity::Error, picture: Option<&Diagram>) -> bool {
    match status(error) {
        Some(400) => true,
        Some(403 | 413) => picture.is_some(),
        _ => false,
    }
}

/// The status that Discord answered with.
pub fn status(error: &serenity::Error) -> Option<u16> {
    match error {
        serenity::Error::Http(error) => error.status_code().map(|status| status.as_u16()),
        _ => None,
    }
}

/// The code of Discord's own that came with a refusal.
pub fn json_error_code(error: &serenity::Error) -> Option<isize> {
    match error {
        serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) => Some(response.error.code),
        _ => None,
    }
}

/// Whether it may work a little later.
pub fn is_transient(error: &serenity::Error) -> bool {
    match status(error) {
        Some(status) => status == 429 || status >= 500,
        None => matches!(error, serenity::Error::Http(HttpError::Request(_))),
    }
}

/// An error in plain words, without the address that was asked: it may hold an interaction's token.
pub fn describe(error: serenity::Error) -> String {
    match error {
        serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) => {
            let places: Vec<String> =
                response.error.errors.iter().map(|error| format!("{}: {}", error.path, error.message)).collect();
            let code = response.error.code;
            let status = response.status_code.as_u16();
            format!("HTTP {status}, code {code}: {} {}", response.error.message, places.join("; "))
                .trim_end()
                .to_owned()
        }
        serenity::Error::Http(HttpError::Request(error)) => {
            let mut text = "no connection".to_owned();
            let error = error.without_url();
            let mut cause: Option<&dyn std::error::Error> = Some(&error);
            while let Some(error) = cause {
                text = format!("{text}: {error}");
                cause = error.source();
            }
            text
        }
        other => other.to_string(),
    }
}
