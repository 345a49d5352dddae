//! Brings the answers to interactions that came over the gateway back to Discord, each with a request of its own.

use std::fmt;

use serenity::model::id::InteractionId;
use tokio::time::Instant;

use crate::discord::interactions::respond::InteractionResponse;
use crate::discord::rest::request_sender::RequestSender;
use crate::discord::rest::send::{self, SendError};

/// Brings answers back.
pub struct InteractionResponder(RequestSender);

impl fmt::Debug for InteractionResponder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callbacks").finish_non_exhaustive()
    }
}

impl InteractionResponder {
    /// Through a client without limits.
    pub fn new(rest: RequestSender) -> Self {
        InteractionResponder(rest)
    }

    /// Brings back the answer to an interaction that came in at `since`. A picture that Discord refuses is left out; where it
    /// refuses the answer itself, there is an apology. Gives whether anything arrived.
    pub async fn respond(&self, id: InteractionId, token: &str, answer: InteractionResponse, since: Instant) -> bool {
        let rest = &self.0;
        let message = match answer {
            InteractionResponse::Message { body, diagram: picture } => {
                if let Some(picture) = picture {
                    let whole = body.clone().with_diagram(&picture.alt_text).into_callback();
                    match send::callback(rest, id, token, &whole, Some(&picture), since).await {
                        Err(SendError::Rejected(why)) => tracing::warn!(%why, "an answer goes out without its picture"),
                        Err(why) => {
                            tracing::warn!(%why, "an interaction was not answered");
                            return false;
                        }
                        Ok(()) => return true,
                    }
                }
                body
            }
            InteractionResponse::Modal(form) => {
                let sent = send::callback(rest, id, token, &form, None, since).await;
                return sent.inspect_err(|why| tracing::warn!(%why, "a form was not opened")).is_ok();
            }
            InteractionResponse::Autocomplete(choices) => {
                let sent = send::callback(rest, id, token, &choices, None, since).await;
                // Whoever types on makes the one before worthless; nothing is lost.
                return sent.inspect_err(|why| tracing::debug!(%why, "suggestions came too late")).is_ok();
            }
        };
        let apology = message.to_generic_error().ephemeral().into_callback();
        let mut sent = send::callback(rest, id, token, &message.into_callback(), None, since).await;
        if let Err(SendError::Rejected(why)) = &sent {
            tracing::error!(%why, "an answer was refused by Discord; please report it");
            sent = send::callback(rest, id, token, &apology, None, since).await;
        }
        sent.inspect_err(|why| tracing::warn!(%why, "an interaction was not answered")).is_ok()
    }
}
