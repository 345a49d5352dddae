//! Gets an answer to Discord in spite of lost answers, full queues and hanging requests, and says in plain words why not.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serenity::builder::CreateAttachment;
use serenity::http::{HttpError, LightMethod, Multipart, MultipartUpload, Request, Route};
use serenity::model::id::{ChannelId, InteractionId, MessageId};
use tokio::time::{Instant, sleep, timeout_at};

use crate::diagram::Picture;
use crate::discord::backoff::{Backoff, jittered};
use crate::discord::protocol::encode::PICTURE;
use crate::discord::rest::request_sender::Rest;
use crate::metrics::counters::COUNTERS;

/// Discord waits 3 s for a first answer; what is sent later than this would come too late.
const ANSWER_WITHIN: Duration = Duration::from_millis(2700);
/// One attempt at it, so that a request that hangs leaves time for another.
const ATTEMPT: Duration = Duration::from_millis(1200);
const FIRST_WAIT: Duration = Duration::from_millis(150);
/// Attempts to send a message, each after twice the wait.
const SENDS: u32 = 5;
const FIRST_SEND_WAIT: Duration = Duration::from_millis(400);
const LONGEST_SEND_WAIT: Duration = Duration::from_secs(10);

const ALREADY_ACKNOWLEDGED: isize = 40060;

/// Why an answer did not get there.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Discord does not take this body; another one may do.
    #[error("Discord refused the answer: {0}")]
    Refused(String),
    /// Nothing can be done about it.
    #[error("{0}")]
    Lost(String),
}

/// Sends the first answer to an interaction that came in at `since`, with the picture that the body speaks of.
///
/// # Errors
/// Where Discord refused it, or it did not get there in time.
pub async fn callback(
    rest: &Rest,
    id: InteractionId,
    token: &str,
    body: &impl Serialize,
    picture: Option<&Picture>,
    since: Instant,
) -> Result<(), Failure> {
    let end = since + ANSWER_WITHIN;
    let (mut wait, mut again, body) = (jittered(FIRST_WAIT), false, written(body)?);
    loop {
        let route = Route::InteractionResponse { interaction_id: id, token };
        let attempt = rest.request(filled(Request::new(route, LightMethod::Post), Some(&body), picture));
        let answer = timeout_at(end.min(Instant::now() + ATTEMPT), attempt).await;
        let why = match answer.inspect_err(|_| COUNTERS.rest(None)) {
            Ok(Ok(_)) => return Ok(()),
            // The attempt before did arrive; only its answer was lost.
            Ok(Err(error)) if again && code(&error) == Some(ALREADY_ACKNOWLEDGED) => return Ok(()),
            Ok(Err(error)) if refused(&error, picture) => return Err(Failure::Refused(describe(error))),
            Ok(Err(error)) if !passing(&error) => return Err(Failure::Lost(describe(error))),
            Ok(Err(error)) => describe(error),
            Err(_) => "no answer in time".to_owned(),
        };
        if Instant::now() + wait >= end {
            return Err(Failure::Lost(why));
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
    rest: &Rest,
    channel_id: ChannelId,
    body: &impl Serialize,
    picture: Option<&Picture>,
) -> Result<Option<MessageId>, Failure> {
    #[derive(Deserialize)]
    struct Sent {
        id: MessageId,
    }
    let route = Route::ChannelMessages { channel_id };
    let response = insist(rest, route, LightMethod::Post, Some(written(body)?), picture).await?;
    // It is there even where Discord does not say which one it is.
    Ok(response.json::<Sent>().await.ok().map(|sent| sent.id))
}

/// Changes a message of the bot's own, with the picture that the body speaks of.
///
/// # Errors
/// Where Discord refused the new body, or it did not get there.
pub async fn edit(
    rest: &Rest,
    channel_id: ChannelId,
    message_id: MessageId,
    body: &impl Serialize,
    picture: Option<&Picture>,
) -> Result<(), Failure> {
    let route = Route::ChannelMessage { channel_id, message_id };
    insist(rest, route, LightMethod::Patch, Some(written(body)?), picture).await.map(|_| ())
}

/// Deletes a message of the bot's own.
///
/// # Errors
/// Where that could not be done, which may be because it is no longer there.
pub async fn delete(rest: &Rest, channel_id: ChannelId, message_id: MessageId) -> Result<(), Failure> {
    let route = Route::ChannelMessage { channel_id, message_id };
    insist(rest, route, LightMethod::Delete, None, None).await.map(|_| ())
}

fn written(body: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(body).map_err(|error| Failure::Lost(error.to_string()))
}

/// Asks again while that may help. What is asked for twice is to take effect once.
async fn insist(
    rest: &Rest,
    route: Route<'_>,
    method: LightMethod,
    body: Option<String>,
    picture: Option<&Picture>,
) -> Result<reqwest::Response, Failure> {
    let mut backoff = Backoff::new(FIRST_SEND_WAIT, LONGEST_SEND_WAIT);
    for attempt in 1.. {
        let request = filled(Request::new(route, method), body.as_deref(), picture);
        let error = match rest.request(request).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        if refused(&error, picture) {
            return Err(Failure::Refused(describe(error)));
        }
        if !passing(&error) || attempt == SENDS {
            return Err(Failure::Lost(describe(error)));
        }
        sleep(backoff.wait()).await;
    }
    Err(Failure::Lost("not tried".to_owned()))
}

/// A request with this body and picture.
fn filled<'a>(request: Request<'a>, body: Option<&str>, picture: Option<&Picture>) -> Request<'a> {
    let body = body.map(str::to_owned);
    match picture {
        None => request.body(body.map(String::into_bytes)),
        Some(_) => request.multipart(Some(Multipart {
            upload: MultipartUpload::Attachments(files(picture)),
            payload_json: body,
            fields: Vec::new(),
        })),
    }
}

/// A picture as a file to send.
fn files(picture: Option<&Picture>) -> Vec<CreateAttachment> {
    picture.into_iter().map(|picture| CreateAttachment::bytes(picture.png.clone(), PICTURE)).collect()
}

/// Whether Discord does not take this body but may take another one: without a picture, the bot needs no leave to attach files.
fn refused(error: &serenity::Error, picture: Option<&Picture>) -> bool {
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
pub fn code(error: &serenity::Error) -> Option<isize> {
    match error {
        serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) => Some(response.error.code),
        _ => None,
    }
}

/// Whether it may work a little later.
pub fn passing(error: &serenity::Error) -> bool {
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
