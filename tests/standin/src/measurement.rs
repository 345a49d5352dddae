//! Interactions and messages that are sent without waiting for a response, and counts of what was delivered and answered. For
//! measurements in which a response may never arrive.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::client_actions::NewInteraction;
use super::state::{DiscordState, Interaction, PostKind, WAIT_TIMEOUT};
use super::users::Context;
use super::{INTERACTION_TOKEN, Message, StandIn, gateway};

/// An interaction that a RESUME delivers later than this cannot be answered within 3 s.
const MAX_DELIVERY_DELAY: Duration = Duration::from_millis(1500);

/// Counts of interactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InteractionCounts {
    pub sent: usize,
    /// Written to the gateway connection early enough to be answered.
    pub delivered: usize,
    /// Delivered and answered.
    pub answered: usize,
}

/// The interaction token in an event.
pub fn token_in(text: &str) -> Option<&str> {
    let start = text.find(INTERACTION_TOKEN)?;
    let id = start + INTERACTION_TOKEN.len() + 1;
    let digits = text.get(id..)?.bytes().take_while(u8::is_ascii_digit).count();
    Some(&text[start..id + digits])
}

/// Records that an interaction was written to the gateway connection.
pub fn mark_delivered(state: &mut DiscordState, token: &str) {
    if let Some(interaction) = state.interactions.get_mut(token) {
        interaction.delivered_at.get_or_insert_with(Instant::now);
    }
}

fn delivered_in_time(interaction: &Interaction) -> bool {
    let late = |at: Instant| at.duration_since(interaction.sent_at) > MAX_DELIVERY_DELAY;
    !interaction.probe && interaction.delivered_at.is_some_and(|at| !late(at))
}

impl StandIn {
    /// Dispatches an interaction, valid or not, and returns its token. `extra` holds further fields. Without a connection it is
    /// sent after a RESUME; without a session it is lost.
    pub fn send_interaction(&self, kind: u8, data: Value, extra: Value, context: &Context) -> String {
        let mut interaction = NewInteraction::new(kind, data);
        interaction.extra = extra;
        let (token, payload) = self.register(interaction, context);
        self.shared.update(|state| {
            if let Some(session) = &mut state.session {
                session.dispatch("INTERACTION_CREATE", &payload);
            }
        });
        token
    }

    /// Dispatches a slash command with string options, and returns its token.
    pub fn put_slash(&self, command: &str, options: &[(&str, &str)], context: &Context) -> String {
        let option = |(name, value): &(&str, &str)| json!({"name": name, "type": 3, "value": value});
        let options: Value = options.iter().map(option).collect();
        self.send_interaction(
            2,
            json!({"id": "1", "name": command, "type": 1, "options": options}),
            Value::Null,
            context,
        )
    }

    /// Sends a message as a user and returns its id; `change` edits its fields before.
    pub fn send_message(&self, message: &Message, change: impl FnOnce(&mut Map<String, Value>)) -> u64 {
        self.shared.update(|state| {
            state.channels.insert(message.context.channel(), message.context.to_channel());
            let id = state.new_id();
            let mut event = message.event(id, None);
            change(event.as_object_mut().expect("an object"));
            state.messages.push(event.clone());
            gateway::message_create(state, event, message.context.guild());
            id
        })
    }

    /// Waits for the initial response to an interaction; returns it and the time since delivery, or `None` on a timeout.
    pub async fn response_within(&self, token: &str, timeout: Duration) -> Option<(Value, Duration)> {
        let responded = |state: &mut DiscordState| {
            let interaction = state.interactions.get(token)?;
            let elapsed = interaction.responded_at?.duration_since(interaction.delivered_at?);
            Some((interaction.callback.clone()?, elapsed))
        };
        self.shared.wait_up_to(timeout, responded).await
    }

    /// Waits for the bot's reply to a message; `None` on a timeout.
    pub async fn reply_within(&self, message: u64, timeout: Duration) -> Option<Value> {
        let message = message.to_string();
        let replied = |state: &mut DiscordState| {
            let fits = |post: &&super::Post| {
                post.kind == PostKind::Message && post.body["message_reference"]["message_id"] == message.as_str()
            };
            state.posts.iter().rev().find(fits).map(|post| post.body.clone())
        };
        self.shared.wait_up_to(timeout, replied).await
    }

    /// The number of the bot's replies to a message.
    pub fn reply_count(&self, message: u64) -> usize {
        let message = message.to_string();
        let state = self.shared.lock();
        let replies = state.messages.iter().filter(|it| it["message_reference"]["message_id"] == message.as_str());
        replies.count()
    }

    /// Counts the interactions that were sent since `since`.
    pub fn interaction_counts(&self, since: Instant) -> InteractionCounts {
        let state = self.shared.lock();
        let mut counts = InteractionCounts::default();
        for interaction in state.interactions.values().filter(|it| !it.probe && it.sent_at >= since) {
            counts.sent += 1;
            counts.delivered += usize::from(delivered_in_time(interaction));
            counts.answered += usize::from(delivered_in_time(interaction) && interaction.callback.is_some());
        }
        counts
    }

    /// Returns true if an interaction was written to the gateway connection early enough to be answered.
    pub fn was_delivered(&self, token: &str) -> bool {
        self.shared.lock().interactions.get(token).is_some_and(delivered_in_time)
    }

    /// The initial responses to this command, sent since `since`, as JSON.
    pub fn responses_to(&self, command: &str, since: Instant) -> Vec<String> {
        let state = self.shared.lock();
        let sent = state.interactions.values().filter(|it| it.sent_at >= since && it.kind == 2);
        let responses = sent.filter(|it| it.command.as_deref() == Some(command)).filter_map(|it| it.callback.as_ref());
        responses.map(Value::to_string).collect()
    }

    /// Waits until all interactions that were sent since `since` and delivered have a response; false on a timeout.
    pub async fn all_answered_within(&self, since: Instant, timeout: Duration) -> bool {
        let open = |it: &Interaction| it.sent_at >= since && delivered_in_time(it) && it.callback.is_none();
        let none_open = |state: &mut DiscordState| (!state.interactions.values().any(open)).then_some(());
        self.shared.wait_up_to(timeout, none_open).await.is_some()
    }

    /// Waits until the bot has a session with an open connection.
    pub async fn wait_connected(&self) {
        let connected = |state: &mut DiscordState| state.session.as_ref().filter(|it| it.is_connected()).map(|_| ());
        self.shared.wait_for("an open gateway session", WAIT_TIMEOUT, connected).await;
    }

    /// Waits until the bot has a session with an open connection; false on a timeout.
    pub async fn connected_within(&self, timeout: Duration) -> bool {
        let connected = |state: &mut DiscordState| state.session.as_ref().filter(|it| it.is_connected()).map(|_| ());
        self.shared.wait_up_to(timeout, connected).await.is_some()
    }

    /// Waits until the number of IDENTIFYs and RESUMEs together exceeds `count`; false on a timeout.
    pub async fn handshakes_exceed(&self, count: usize, timeout: Duration) -> bool {
        let exceeded = |state: &mut DiscordState| (state.identifies.len() + state.resumes.len() > count).then_some(());
        self.shared.wait_up_to(timeout, exceeded).await.is_some()
    }

    /// Waits until the number of heartbeats exceeds `count`; false on a timeout.
    pub async fn heartbeats_exceed(&self, count: usize, timeout: Duration) -> bool {
        let exceeded = |state: &mut DiscordState| (state.heartbeats() > count).then_some(());
        self.shared.wait_up_to(timeout, exceeded).await.is_some()
    }

    /// Returns true if the bot has a session with an open connection.
    pub fn is_connected(&self) -> bool {
        self.shared.lock().session.as_ref().is_some_and(gateway::Session::is_connected)
    }

    /// The number of RESUMEs received.
    pub fn resumes(&self) -> usize {
        self.shared.lock().resumes.len()
    }

    /// The number of heartbeats received.
    pub fn heartbeats(&self) -> usize {
        self.shared.lock().heartbeats()
    }

    /// Drops interactions older than 20 s and all but the last posts, messages and events, so that long runs stay fast. Returns
    /// how many of the dropped interactions were delivered and not answered.
    pub fn prune(&self) -> usize {
        self.shared.update(|state| {
            let expired = |it: &Interaction| it.sent_at.elapsed() > Duration::from_secs(20);
            let lost = |it: &&Interaction| expired(it) && delivered_in_time(it) && it.callback.is_none();
            let lost = state.interactions.values().filter(lost).count();
            state.interactions.retain(|_, it| !expired(it));
            let old = state.posts.len().saturating_sub(500);
            state.posts.drain(..old);
            let old = state.messages.len().saturating_sub(500);
            state.messages.drain(..old);
            state.requests.clear();
            state.received.clear();
            if let Some(session) = &mut state.session {
                session.keep_last(500);
            }
            lost
        })
    }
}
