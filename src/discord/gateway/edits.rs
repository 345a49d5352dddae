//! Keeps the answer to a message in step with it: edited questions have other answers, and what is no question has none.

use serenity::model::channel::Message;
use serenity::model::event::MessageUpdateEvent;
use serenity::model::id::MessageId;

use crate::diagram::Diagram;
use crate::discord::protocol::encode;
use crate::discord::rest::request_sender::RequestSender;
use crate::discord::rest::send::{self, SendError};

/// A question in a message, and the answer to it once that is there.
#[derive(Debug)]
pub struct TrackedReply {
    /// The message that asks, as it is now.
    pub question: Message,
    /// The bot's reply to it.
    pub reply_id: Option<MessageId>,
}

impl TrackedReply {
    /// Takes over from an edit what decides what is asked, and of whom. Where an event leaves out the server, the message still
    /// stands there.
    pub fn apply_update(&mut self, event: MessageUpdateEvent) {
        if let Some(content) = event.content {
            self.question.content = content;
        }
        if let Some(mentions) = event.mentions {
            self.question.mentions = mentions;
        }
    }

    /// Changes the reply, where there is one, with its picture where that is taken; or deletes it where there is nothing more to say.
    pub async fn update_or_delete(
        &mut self,
        rest: &RequestSender,
        body: Option<encode::OutgoingMessage>,
        picture: Option<&Diagram>,
    ) {
        let (Some(answer), channel) = (self.reply_id, self.question.channel_id) else { return };
        let Some(body) = body else {
            self.reply_id = None;
            if let Err(why) = send::delete(rest, channel, answer).await {
                tracing::debug!(%why, "an answer was not deleted; somebody may have done so before");
            }
            return;
        };
        let mut sent = None;
        if let Some(picture) = picture {
            let body = body.clone().with_diagram(&picture.alt_text);
            sent = match send::edit(rest, channel, answer, &body.to_edit(), Some(picture)).await {
                Err(SendError::Rejected(why)) => {
                    tracing::warn!(%why, "a changed reply goes out without its picture; may the bot attach files in that channel?");
                    None
                }
                sent => Some(sent),
            };
        }
        let sent = match sent {
            Some(sent) => sent,
            None => match send::edit(rest, channel, answer, &body.to_edit(), None).await {
                Err(SendError::Rejected(why)) => {
                    tracing::error!(%why, "a changed reply was refused by Discord; please report it");
                    send::edit(rest, channel, answer, &body.to_generic_error().to_edit(), None).await
                }
                sent => sent,
            },
        };
        if let Err(why) = sent {
            tracing::debug!(%why, "an answer was not changed; somebody may have deleted it");
        }
    }
}
