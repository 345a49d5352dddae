//! Keeps the answer to a message in step with it: edited questions have other answers, and what is no question has none.

use serenity::model::channel::Message;
use serenity::model::event::MessageUpdateEvent;
use serenity::model::id::MessageId;

use crate::discord::deliver::{self, Failure};
use crate::discord::rest::Rest;
use crate::discord::wire::encode;

/// A question in a message, and the answer to it once that is there.
#[derive(Debug)]
pub struct Answered {
    /// The message that asks, as it is now.
    pub question: Message,
    /// The bot's reply to it.
    pub answer: Option<MessageId>,
}

impl Answered {
    /// Takes over from an edit what decides what is asked, and of whom. Where an event leaves out the server, the message still
    /// stands there.
    pub fn edit(&mut self, event: MessageUpdateEvent) {
        if let Some(content) = event.content {
            self.question.content = content;
        }
        if let Some(mentions) = event.mentions {
            self.question.mentions = mentions;
        }
    }

    /// Changes the reply, where there is one, or deletes it where there is nothing more to say.
    pub async fn show(&mut self, rest: &Rest, body: Option<encode::Message>) {
        let (Some(answer), channel) = (self.answer, self.question.channel_id) else { return };
        let Some(body) = body else {
            self.answer = None;
            if let Err(why) = deliver::delete(rest, channel, answer).await {
                tracing::debug!(%why, "an answer was not deleted; somebody may have done so before");
            }
            return;
        };
        let mut sent = deliver::edit(rest, channel, answer, &body.edit()).await;
        if let Err(Failure::Refused(why)) = &sent {
            tracing::error!(%why, "a changed reply was refused by Discord; please report it");
            sent = deliver::edit(rest, channel, answer, &body.sorry().edit()).await;
        }
        if let Err(why) = sent {
            tracing::debug!(%why, "an answer was not changed; somebody may have deleted it");
        }
    }
}
