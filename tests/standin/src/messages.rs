//! Messages of members: written, edited and deleted, and what the bot sends for them.

use serde_json::{Value, json};

use super::StandIn;
use super::asking;
use super::events::{self, Message};
use super::gateway;
use super::world::{PATIENCE, Post, PostKind, World};

impl StandIn {
    /// Writes a message that must be answered, waits for the bot's message in that channel and returns exactly what it
    /// sent.
    pub async fn answer_to(&self, message: Message) -> Value {
        let channel = self.write(&message).await;
        let answer = |world: &mut World| world.claim(shown(PostKind::Message, channel));
        self.shared.until("an answer to a message", PATIENCE, answer).await.body
    }

    /// Writes a message and returns what the bot sends to that channel, or `None` when `settle`'s proof shows that it
    /// sends nothing.
    pub async fn message(&self, message: Message) -> Option<Value> {
        let channel = self.write(&message).await;
        self.calm(|world| world.claim(shown(PostKind::Message, channel))).await.map(|post| post.body)
    }

    /// Edits the question of an answer, waits until the bot edits the answer and returns exactly what it sent.
    pub async fn edited(&self, answer: &Value, content: &str) -> Value {
        let channel = self.rewrite(answer, content);
        let edit = |world: &mut World| world.claim(shown(PostKind::Edit, channel));
        self.shared.until("an edit of an answer", PATIENCE, edit).await.body
    }

    /// Edits the question of an answer and returns what the bot edits then, or `None` when `settle`'s proof shows that
    /// it edits nothing.
    pub async fn edit(&self, answer: &Value, content: &str) -> Option<Value> {
        let channel = self.rewrite(answer, content);
        self.calm(|world| world.claim(shown(PostKind::Edit, channel))).await.map(|post| post.body)
    }

    /// Deletes the question of an answer.
    pub fn delete(&self, answer: &Value) {
        self.shared.change(|world| {
            let question = world.question_of(answer).clone();
            world.messages.retain(|message| message["id"] != question["id"]);
            let event = json!({
                "id": question["id"], "channel_id": question["channel_id"], "guild_id": question["guild_id"],
            });
            gateway::tell(world, "MESSAGE_DELETE", &event);
        });
    }

    /// Waits until the bot has deleted what it sent.
    pub async fn wait_gone(&self, sent: &Value) {
        let gone = |world: &mut World| {
            let post = world.posts.iter().find(|post| post.body == *sent)?;
            world.message(post.message?).is_none().then_some(())
        };
        self.shared.until("the bot's message to be deleted", PATIENCE, gone).await;
    }

    /// Delivers a message to the bot and returns its channel.
    async fn write(&self, message: &Message) -> u64 {
        self.connected().await;
        let channel = message.context.channel();
        self.shared.change(|world| {
            world.channels.insert(channel, message.context.as_channel());
            let replied = message.replies_to.as_ref().map(|sent| asking::message_of(world, sent, &message.context));
            let id = world.new_id();
            let event = message.event(id, replied.as_ref());
            world.messages.push(event.clone());
            gateway::deliver(world, event, message.context.guild());
        });
        channel
    }

    /// Gives the question of an answer another text and returns its channel.
    fn rewrite(&self, answer: &Value, content: &str) -> u64 {
        self.shared.change(|world| {
            let question = world.question_of(answer);
            events::rewrite(question, content);
            let (event, channel) = (question.clone(), question["channel_id"].as_str().and_then(|id| id.parse().ok()));
            gateway::tell(world, "MESSAGE_UPDATE", &event);
            channel.expect("a message with a channel")
        })
    }
}

/// What the bot showed in this way in this channel.
fn shown(kind: PostKind, channel: u64) -> impl Fn(&Post) -> bool {
    move |post| post.kind == kind && post.channel == channel
}
