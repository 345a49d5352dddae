//! Responds to interactions received over the gateway with `POST /interactions/{id}/{token}/callback`.

use std::fmt;

use serenity::model::id::InteractionId;
use tokio::time::Instant;

use crate::discord::interactions::respond::InteractionResponse;
use crate::discord::rest::request_sender::RequestSender;
use crate::discord::rest::send::{self, SendError};

/// Sends interaction callbacks.
pub struct InteractionResponder(RequestSender);

impl fmt::Debug for InteractionResponder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InteractionResponder").finish_non_exhaustive()
    }
}

impl InteractionResponder {
    /// `rest` must not apply rate limits: callbacks have none.
    pub fn new(rest: RequestSender) -> Self {
        InteractionResponder(rest)
    }

    /// Responds to an interaction received at `received_at` and returns whether a response was delivered. A rejected
    /// diagram is left out, and a rejected body is replaced by a generic error.
    pub async fn respond(
        &self,
        id: InteractionId,
        token: &str,
        response: InteractionResponse,
        received_at: Instant,
    ) -> bool {
        let rest = &self.0;
        let message = match response {
            InteractionResponse::Message { body, diagram } => {
                if let Some(diagram) = diagram {
                    let callback = body.clone().with_diagram(&diagram.alt_text).into_callback();
                    match send::callback(rest, id, token, &callback, Some(&diagram), received_at).await {
                        Err(SendError::Rejected(error)) => {
                            tracing::warn!(%error, "sending the response without its diagram")
                        }
                        Err(error) => {
                            tracing::warn!(%error, "an interaction was not answered");
                            return false;
                        }
                        Ok(()) => return true,
                    }
                }
                body
            }
            InteractionResponse::Modal(modal) => {
                let sent = send::callback(rest, id, token, &modal, None, received_at).await;
                return sent.inspect_err(|error| tracing::warn!(%error, "a modal was not opened")).is_ok();
            }
            InteractionResponse::Autocomplete(choices) => {
                let sent = send::callback(rest, id, token, &choices, None, received_at).await;
                // Expected while the member keeps typing: the next request replaces this one.
                return sent
                    .inspect_err(|error| tracing::debug!(%error, "autocomplete choices were not delivered"))
                    .is_ok();
            }
        };
        let generic_error = message.to_generic_error().ephemeral().into_callback();
        let mut sent = send::callback(rest, id, token, &message.into_callback(), None, received_at).await;
        if let Err(SendError::Rejected(error)) = &sent {
            tracing::error!(%error, "Discord rejected a response; please report it");
            sent = send::callback(rest, id, token, &generic_error, None, received_at).await;
        }
        sent.inspect_err(|error| tracing::warn!(%error, "an interaction was not answered")).is_ok()
    }
}
