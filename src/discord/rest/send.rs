//! Sends interaction callbacks and messages with retries and timeouts.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serenity::builder::CreateAttachment;
use serenity::http::{LightMethod, Multipart, MultipartUpload, Request, Route};
use serenity::model::id::{ChannelId, InteractionId, MessageId};
use tokio::time::{Instant, sleep, timeout_at};

use crate::diagram::Diagram;
use crate::discord::backoff::{Backoff, with_jitter};
use crate::discord::protocol::encode::DIAGRAM_FILE_NAME;
use crate::discord::protocol::limits::INITIAL_RESPONSE_TIMEOUT;
use crate::discord::rest::discord_error::{describe, is_transient, json_error_code, status};
use crate::discord::rest::request_sender::RequestSender;

/// One attempt at a callback, so that a hanging request leaves time for another.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(1200);
const INITIAL_CALLBACK_BACKOFF: Duration = Duration::from_millis(150);
/// Attempts to send, edit or delete a message.
const MAX_SEND_ATTEMPTS: u32 = 5;
const INITIAL_SEND_BACKOFF: Duration = Duration::from_millis(400);
const MAX_SEND_BACKOFF: Duration = Duration::from_secs(10);

/// JSON error code: interaction has already been acknowledged.
const ALREADY_ACKNOWLEDGED: isize = 40060;

/// Why sending failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// Discord rejected this body; another one may succeed.
    #[error("Discord rejected the request: {0}")]
    Rejected(String),
    /// A permanent error, or the retries were used up.
    #[error("{0}")]
    Undeliverable(String),
}

/// Sends the callback of an interaction received at `received_at`, with the diagram as the body's attachment.
///
/// # Errors
/// If Discord rejected it, or it was not delivered in time.
pub(crate) async fn callback(
    rest: &RequestSender,
    id: InteractionId,
    token: &str,
    body: &impl Serialize,
    diagram: Option<&Diagram>,
    received_at: Instant,
) -> Result<(), SendError> {
    let deadline = received_at + INITIAL_RESPONSE_TIMEOUT;
    let (mut wait, mut is_retry, body) = (with_jitter(INITIAL_CALLBACK_BACKOFF), false, to_json(body)?);
    loop {
        let route = Route::InteractionResponse { interaction_id: id, token };
        let attempt = rest.request(with_body(Request::new(route, LightMethod::Post), Some(&body), diagram));
        let response = timeout_at(deadline.min(Instant::now() + ATTEMPT_TIMEOUT), attempt).await;
        let error = match response.inspect_err(|_| rest.record_no_response()) {
            Ok(Ok(_)) => return Ok(()),
            // An earlier attempt was delivered, but its response was lost.
            Ok(Err(error)) if is_retry && json_error_code(&error) == Some(ALREADY_ACKNOWLEDGED) => return Ok(()),
            Ok(Err(error)) => transient_or_fail(error, diagram)?,
            Err(_) => "no response in time".to_owned(),
        };
        if Instant::now() + wait >= deadline {
            return Err(SendError::Undeliverable(error));
        }
        sleep(wait).await;
        (wait, is_retry) = (wait * 2, true);
    }
}

/// Sends a message, with the diagram as its attachment, and returns its id. The body's nonce prevents duplicates on
/// retries.
///
/// # Errors
/// If Discord rejected it, or it was not delivered.
pub(crate) async fn message(
    rest: &RequestSender,
    channel_id: ChannelId,
    body: &impl Serialize,
    diagram: Option<&Diagram>,
) -> Result<Option<MessageId>, SendError> {
    #[derive(Deserialize)]
    struct CreatedMessage {
        id: MessageId,
    }
    let route = Route::ChannelMessages { channel_id };
    let response = with_retry(rest, route, LightMethod::Post, Some(to_json(body)?), diagram).await?;
    // Sent even if the response cannot be decoded.
    Ok(response.json::<CreatedMessage>().await.ok().map(|sent| sent.id))
}

/// Edits a message of the bot, with the diagram as its attachment.
///
/// # Errors
/// If Discord rejected the new body, or it was not delivered.
pub(crate) async fn edit(
    rest: &RequestSender,
    channel_id: ChannelId,
    message_id: MessageId,
    body: &impl Serialize,
    diagram: Option<&Diagram>,
) -> Result<(), SendError> {
    let route = Route::ChannelMessage { channel_id, message_id };
    with_retry(rest, route, LightMethod::Patch, Some(to_json(body)?), diagram).await.map(|_| ())
}

/// Deletes a message of the bot.
///
/// # Errors
/// If it could not be deleted, for example because it no longer exists.
pub(crate) async fn delete(
    rest: &RequestSender,
    channel_id: ChannelId,
    message_id: MessageId,
) -> Result<(), SendError> {
    let route = Route::ChannelMessage { channel_id, message_id };
    with_retry(rest, route, LightMethod::Delete, None, None).await.map(|_| ())
}

fn to_json(body: &impl Serialize) -> Result<String, SendError> {
    serde_json::to_string(body).map_err(|error| SendError::Undeliverable(error.to_string()))
}

/// Sends an idempotent request, and retries transient errors with backoff.
async fn with_retry(
    rest: &RequestSender,
    route: Route<'_>,
    method: LightMethod,
    body: Option<String>,
    diagram: Option<&Diagram>,
) -> Result<reqwest::Response, SendError> {
    let mut backoff = Backoff::new(INITIAL_SEND_BACKOFF, MAX_SEND_BACKOFF);
    let mut attempts = 0;
    loop {
        let request = with_body(Request::new(route, method), body.as_deref(), diagram);
        let error = match rest.request(request).await {
            Ok(response) => return Ok(response),
            Err(error) => transient_or_fail(error, diagram)?,
        };
        attempts += 1;
        if attempts == MAX_SEND_ATTEMPTS {
            return Err(SendError::Undeliverable(error));
        }
        sleep(backoff.next_delay()).await;
    }
}

/// Adds the JSON body; as multipart with the diagram's PNG if there is one.
fn with_body<'a>(request: Request<'a>, body: Option<&str>, diagram: Option<&Diagram>) -> Request<'a> {
    let body = body.map(str::to_owned);
    match diagram {
        None => request.body(body.map(String::into_bytes)),
        Some(diagram) => request.multipart(Some(Multipart {
            upload: MultipartUpload::Attachments(vec![CreateAttachment::bytes(diagram.png.clone(), DIAGRAM_FILE_NAME)]),
            payload_json: body,
            fields: Vec::new(),
        })),
    }
}

/// Returns the text of an error after which a retry may succeed, else fails. Another body may succeed after a 400, or after
/// a 403 or 413 that may be due to the attachment.
fn transient_or_fail(error: serenity::Error, diagram: Option<&Diagram>) -> Result<String, SendError> {
    match status(&error) {
        Some(400) => Err(SendError::Rejected(describe(error))),
        Some(403 | 413) if diagram.is_some() => Err(SendError::Rejected(describe(error))),
        _ if is_transient(&error) => Ok(describe(error)),
        _ => Err(SendError::Undeliverable(describe(error))),
    }
}
