//! Updates the reply when its question is edited, and deletes it when the message is no longer a question.

use serenity::model::channel::Message;
use serenity::model::event::MessageUpdateEvent;
use serenity::model::id::MessageId;

use crate::diagram::Diagram;
use crate::discord::gateway::fallback::send_with_fallback;
use crate::discord::protocol::encode::OutgoingMessage;
use crate::discord::rest::request_sender::RequestSender;
use crate::discord::rest::send;

/// A message that asks a question, and the bot's reply to it.
#[derive(Debug)]
pub(crate) struct TrackedReply {
    /// The message in its current version.
    pub(crate) question: Message,
    /// The bot's reply; `None` until it is sent and after it is deleted.
    pub(crate) reply_id: Option<MessageId>,
}

impl TrackedReply {
    /// Applies an edit's content and mentions. The event may lack other fields, such as the guild; those stay.
    pub(crate) fn apply_update(&mut self, event: MessageUpdateEvent) {
        if let Some(content) = event.content {
            self.question.content = content;
        }
        if let Some(mentions) = event.mentions {
            self.question.mentions = mentions;
        }
    }

    /// Edits the reply, if there is one, to `body` and its diagram; deletes it if `body` is `None`.
    pub(crate) async fn update_or_delete(
        &mut self,
        rest: &RequestSender,
        body: Option<OutgoingMessage>,
        diagram: Option<&Diagram>,
    ) {
        let (Some(reply_id), channel_id) = (self.reply_id, self.question.channel_id) else { return };
        let Some(body) = body else {
            self.reply_id = None;
            if let Err(error) = send::delete(rest, channel_id, reply_id).await {
                tracing::debug!(%error, "the reply was not deleted; it may be gone already");
            }
            return;
        };
        let generic_error = body.to_generic_error();
        let send = move |body: OutgoingMessage, diagram| async move {
            send::edit(rest, channel_id, reply_id, &body.to_edit(), diagram).await
        };
        if let Err(error) = send_with_fallback("editing the reply", body, generic_error, diagram, send).await {
            tracing::debug!(%error, "the reply was not edited; it may have been deleted");
        }
    }
}
