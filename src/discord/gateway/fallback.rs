//! Sends a message that Discord may reject: with its diagram, else without, else a generic error.

use crate::diagram::Diagram;
use crate::discord::protocol::encode::OutgoingMessage;
use crate::discord::rest::send::SendError;

/// Sends `body` with its diagram. A rejected diagram is left out, and a rejected body is replaced by `generic_error`.
/// `action`, such as "sending the reply", is for the log.
///
/// # Errors
/// If nothing was delivered.
pub(crate) async fn send_with_fallback<'d, T, F: Future<Output = Result<T, SendError>>>(
    action: &str,
    body: OutgoingMessage,
    generic_error: OutgoingMessage,
    diagram: Option<&'d Diagram>,
    send: impl Fn(OutgoingMessage, Option<&'d Diagram>) -> F,
) -> Result<T, SendError> {
    if let Some(diagram) = diagram {
        match send(body.clone().with_diagram(&diagram.alt_text), Some(diagram)).await {
            Err(SendError::Rejected(error)) => {
                tracing::warn!(%error, "{action} without its diagram; may the bot attach files in that channel?");
            }
            sent => return sent,
        }
    }
    match send(body, None).await {
        Err(SendError::Rejected(error)) => {
            tracing::error!(%error, "Discord rejected a response: {action} as a generic error; please report it");
            send(generic_error, None).await
        }
        sent => sent,
    }
}
