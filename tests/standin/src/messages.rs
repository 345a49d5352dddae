//! Messages of users: sent, edited and deleted, and what the bot sends for them.

use serde_json::{Value, json};

use super::StandIn;
use super::client_actions;
use super::events::{self, Message};
use super::gateway;
use super::state::{DiscordState, Post, PostKind, WAIT_TIMEOUT};

impl StandIn {
    /// Sends a message that must be answered, and returns the body of the bot's next message in that channel.
    pub async fn answer_to(&self, message: Message) -> Value {
        let channel = self.send(&message).await;
        let answer = |state: &mut DiscordState| state.claim(post_in(PostKind::Message, channel));
        self.shared.wait_for("an answer to a message", WAIT_TIMEOUT, answer).await.body
    }

    /// Sends a message as a user. Returns the body of the bot's next message in that channel, or `None` once the bot is idle
    /// (see `settle`).
    pub async fn message(&self, message: Message) -> Option<Value> {
        let channel = self.send(&message).await;
        self.wait_idle(|state| state.claim(post_in(PostKind::Message, channel))).await.map(|post| post.body)
    }

    /// Edits the message to which the bot replied with `answer`, waits until the bot edits the answer and returns the body.
    pub async fn edited(&self, answer: &Value, content: &str) -> Value {
        let channel = self.apply_edit(answer, content);
        let edit = |state: &mut DiscordState| state.claim(post_in(PostKind::Edit, channel));
        self.shared.wait_for("an edit of an answer", WAIT_TIMEOUT, edit).await.body
    }

    /// Edits the message to which the bot replied with `answer`. Returns the body of the bot's next edit in that channel, or
    /// `None` once the bot is idle.
    pub async fn edit(&self, answer: &Value, content: &str) -> Option<Value> {
        let channel = self.apply_edit(answer, content);
        self.wait_idle(|state| state.claim(post_in(PostKind::Edit, channel))).await.map(|post| post.body)
    }

    /// Deletes the message to which the bot replied with `answer`.
    pub fn delete(&self, answer: &Value) {
        self.shared.update(|state| {
            let message = state.referenced_message_mut(answer).clone();
            state.messages.retain(|kept| kept["id"] != message["id"]);
            let event = json!({
                "id": message["id"], "channel_id": message["channel_id"], "guild_id": message["guild_id"],
            });
            gateway::message_event(state, "MESSAGE_DELETE", &event);
        });
    }

    /// Waits until the bot has deleted the message that it sent with this body.
    pub async fn wait_gone(&self, sent: &Value) {
        let gone = |state: &mut DiscordState| {
            let post = state.posts.iter().find(|post| post.body == *sent)?;
            state.message(post.message?).is_none().then_some(())
        };
        self.shared.wait_for("the bot's message to be deleted", WAIT_TIMEOUT, gone).await;
    }

    /// Sends a message as a user and returns its channel.
    async fn send(&self, message: &Message) -> u64 {
        self.wait_session().await;
        let channel = message.context.channel();
        self.shared.update(|state| {
            state.channels.insert(channel, message.context.to_channel());
            let replied =
                message.replies_to.as_ref().map(|sent| client_actions::message_object(state, sent, &message.context));
            let id = state.new_id();
            let event = message.event(id, replied.as_ref());
            state.messages.push(event.clone());
            gateway::message_create(state, event, message.context.guild());
        });
        channel
    }

    /// Edits the message to which the bot replied with `answer`, and returns its channel.
    fn apply_edit(&self, answer: &Value, content: &str) -> u64 {
        self.shared.update(|state| {
            let message = state.referenced_message_mut(answer);
            events::apply_user_edit(message, content);
            let (event, channel) = (message.clone(), message["channel_id"].as_str().and_then(|id| id.parse().ok()));
            gateway::message_event(state, "MESSAGE_UPDATE", &event);
            channel.expect("a message with a channel")
        })
    }
}

/// Matches posts of this kind in this channel.
fn post_in(kind: PostKind, channel: u64) -> impl Fn(&Post) -> bool {
    move |post| post.kind == kind && post.channel == channel
}
