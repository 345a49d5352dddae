//! Responds to interactions received over the gateway with `POST /interactions/{id}/{token}/callback`.

use std::fmt;

use serenity::model::id::InteractionId;
use tokio::time::Instant;

use crate::discord::gateway::fallback::send_with_fallback;
use crate::discord::interactions::respond::InteractionResponse;
use crate::discord::protocol::encode::OutgoingMessage;
use crate::discord::rest::request_sender::RequestSender;
use crate::discord::rest::send;

/// Sends interaction callbacks.
pub(crate) struct InteractionResponder(RequestSender);

impl fmt::Debug for InteractionResponder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InteractionResponder").finish_non_exhaustive()
    }
}

impl InteractionResponder {
    /// `rest` must not apply rate limits: callbacks have none.
    pub(crate) fn new(rest: RequestSender) -> Self {
        InteractionResponder(rest)
    }

    /// Responds to an interaction received at `received_at` and returns whether a response was delivered.
    pub(crate) async fn respond(
        &self,
        id: InteractionId,
        token: &str,
        response: InteractionResponse,
        received_at: Instant,
    ) -> bool {
        let rest = &self.0;
        match response {
            InteractionResponse::Message { body, diagram } => {
                let generic_error = body.to_generic_error().ephemeral();
                let send = move |body: OutgoingMessage, diagram| async move {
                    send::callback(rest, id, token, &body.into_callback(), diagram, received_at).await
                };
                send_with_fallback("sending the response", body, generic_error, diagram.as_deref(), send)
                    .await
                    .inspect_err(|error| tracing::warn!(%error, "an interaction was not answered"))
            }
            InteractionResponse::Modal(modal) => send::callback(rest, id, token, &modal, None, received_at)
                .await
                .inspect_err(|error| tracing::warn!(%error, "a modal was not opened")),
            // Expected to fail while the member keeps typing: the next request replaces this one.
            InteractionResponse::Autocomplete(choices) => send::callback(rest, id, token, &choices, None, received_at)
                .await
                .inspect_err(|error| tracing::debug!(%error, "autocomplete choices were not delivered")),
        }
        .is_ok()
    }
}
