//! What a user does in a Discord client, except messages: slash commands, autocomplete, components and modals.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::command_limits;
use super::events;
use super::http_endpoint::Door;
use super::limits::list;
use super::multipart::Upload;
use super::responses;
use super::rest::ApiRequest;
use super::state::{DiscordState, Interaction, PostKind, Request, WAIT_TIMEOUT};
use super::users::{Context, GUILD, Person};
use super::{INTERACTION_TOKEN, StandIn};

/// An interaction without an id.
pub(super) struct NewInteraction {
    kind: u8,
    data: Value,
    /// Further fields, such as the message with the component.
    pub(super) extra: Value,
    clicked_message: Option<u64>,
    /// See `StandIn::settle`.
    probe: bool,
}

impl NewInteraction {
    pub(super) fn new(kind: u8, data: Value) -> Self {
        Self { kind, data, extra: Value::Null, clicked_message: None, probe: false }
    }
}

impl StandIn {
    /// Uses a slash command, with options such as `json!({"role": "pm"})`; a subcommand has an object as its value. Returns
    /// the interaction response as the bot sent it.
    pub async fn slash(&self, command: &str, options: Value, context: &Context) -> Value {
        let interaction = self.command(command, &options, None).await;
        self.ask(interaction, context).await
    }

    /// Types into an option of a slash command, and returns the autocomplete choices.
    pub async fn autocomplete(&self, command: &str, options: Value, focused: &str, context: &Context) -> Vec<Value> {
        let interaction = self.command(command, &options, Some(focused)).await;
        let answer = self.ask(interaction, context).await;
        list(&answer["data"], "choices").to_vec()
    }

    /// Uses a message command on another user's message. Its content arrives without the message content intent.
    pub async fn message_command(&self, command: &str, text: &str, context: &Context) -> Value {
        let registered = self.registered(command, 3).await;
        let author = Context { person: Person::named("grace"), ..context.clone() };
        let interaction = self.shared.update(|state| {
            let id = state.new_id();
            let message = super::Message::new(text, author).event(id, None);
            state.messages.push(message.clone());
            let id = id.to_string();
            let resolved = json!({"messages": {id.clone(): message}});
            NewInteraction::new(
                2,
                json!({
                    "id": registered["id"], "name": command, "type": 3, "target_id": id, "resolved": resolved,
                }),
            )
        });
        self.ask(interaction, context).await
    }

    /// Clicks a button of a message that the bot sent: an interaction response, a message, or a body from an earlier process.
    pub async fn click(&self, custom_id: &str, on: &Value, context: &Context) -> Value {
        let interaction =
            self.component_interaction(custom_id, json!({"custom_id": custom_id, "component_type": 2}), on, context);
        self.ask(interaction, context).await
    }

    /// Chooses values of a select menu of a message that the bot sent.
    pub async fn select(&self, custom_id: &str, values: &[&str], on: &Value, context: &Context) -> Value {
        let data = json!({"custom_id": custom_id, "component_type": 3, "values": values});
        let interaction = self.component_interaction(custom_id, data, on, context);
        self.ask(interaction, context).await
    }

    /// Submits a modal, with `(custom_id of the input, value)` as fields.
    pub async fn submit(&self, custom_id: &str, fields: &[(&str, &str)], context: &Context) -> Value {
        let row = |(name, text): &(&str, &str)| json!({"type": 1, "components": [{"type": 4, "custom_id": name, "value": text}]});
        let rows: Value = fields.iter().map(row).collect();
        self.ask(NewInteraction::new(5, json!({"custom_id": custom_id, "components": rows})), context).await
    }

    /// The payload of a slash command, for a test that sends it to the interactions endpoint itself.
    pub async fn slash_payload(&self, command: &str, options: Value, context: &Context) -> Value {
        let interaction = self.command(command, &options, None).await;
        self.register(interaction, context).1
    }

    /// Checks the HTTP response to such a payload like a request to the callback route.
    pub fn answered_over_http(&self, payload: &Value, response: &Value) -> Result<(), Value> {
        self.accept(payload, response, Vec::new())
    }

    fn accept(&self, payload: &Value, response: &Value, files: Vec<Upload>) -> Result<(), Value> {
        let token = payload["token"].as_str().expect("a payload has a token");
        let request = ApiRequest::http_response(response, files);
        self.shared.update(|state| {
            responses::accept(state, &request, token).map_err(|reply| reply.body.unwrap_or_default())?;
            state.claim(|post| post.kind == PostKind::Callback && post.interaction.as_deref() == Some(token));
            Ok(())
        })
    }

    /// Sends a probe and waits for its response: an autocomplete request, else a command without required options.
    pub(super) async fn send_probe(&self) {
        let probe = |state: &mut DiscordState| state.commands.iter().find_map(probe_of);
        let what = "a command with autocomplete or without required options";
        let interaction = self.shared.wait_for(what, WAIT_TIMEOUT, probe).await;
        let interaction = NewInteraction { probe: true, ..interaction };
        self.ask(interaction, &Context::server().by(Person::named("probe"))).await;
    }

    async fn registered(&self, command: &str, kind: u64) -> Value {
        let fits = |it: &&Value| it["name"] == command && command_limits::kind(it) == kind;
        let find = |state: &mut DiscordState| state.commands.iter().find(fits).cloned();
        self.shared.wait_for(&format!("the command {command:?} to be registered"), WAIT_TIMEOUT, find).await
    }

    async fn command(&self, command: &str, options: &Value, focused: Option<&str>) -> NewInteraction {
        let registered = self.registered(command, 1).await;
        command_interaction(&registered, options, focused)
    }

    fn component_interaction(&self, custom_id: &str, data: Value, on: &Value, context: &Context) -> NewInteraction {
        let message = self.shared.update(|state| message_object(state, on, context));
        let components = list(&message, "components").iter().flat_map(|row| list(row, "components"));
        let component =
            components.clone().find(|it| it["custom_id"] == custom_id && it["type"] == data["component_type"]);
        let Some(component) = component else {
            let ids: Vec<_> = components.map(|it| &it["custom_id"]).collect();
            panic!("no component {custom_id:?}; there are {ids:?}");
        };
        assert!(component["disabled"] != true, "{custom_id:?} is disabled");
        let clicked_message = message["id"].as_str().and_then(|id| id.parse().ok());
        NewInteraction { clicked_message, extra: json!({"message": message}), ..NewInteraction::new(3, data) }
    }

    /// Stores an interaction and returns its token and payload.
    pub(super) fn register(&self, interaction: NewInteraction, context: &Context) -> (String, Value) {
        self.shared.update(|state| {
            state.channels.insert(context.channel(), context.to_channel());
            let id = state.new_id();
            let token = format!("{INTERACTION_TOKEN}-{id}");
            let payload =
                events::interaction(id, &token, interaction.kind, &interaction.data, context, &interaction.extra);
            let interaction = Interaction {
                id,
                kind: interaction.kind,
                command: interaction.data["name"].as_str().map(str::to_owned),
                context: context.clone(),
                sent_at: Instant::now(),
                callback: None,
                original_message: None,
                delivered_at: None,
                responded_at: None,
                clicked_message: interaction.clicked_message,
                follow_ups: 0,
                probe: interaction.probe,
            };
            state.interactions.insert(token.clone(), interaction);
            (token, payload)
        })
    }

    /// Sends an interaction to the interactions endpoint and checks the response.
    async fn post(&self, endpoint: &Door, interaction: NewInteraction, context: &Context) -> Value {
        let (_, payload) = self.register(interaction, context);
        let response = endpoint.post(&payload.to_string()).await;
        assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
        let (body, files) = response.read();
        let request = Request {
            method: "HTTP".to_owned(),
            path: "answer".to_owned(),
            body: body.clone(),
            files: files.clone(),
            status: 200,
        };
        self.shared.update(|state| state.requests.push(request));
        assert_eq!(self.accept(&payload, &body, files), Ok(()));
        body
    }

    /// Sends an interaction and waits for the initial response.
    async fn ask(&self, interaction: NewInteraction, context: &Context) -> Value {
        let endpoint = self.shared.lock().endpoint.clone();
        if let Some(endpoint) = endpoint {
            return self.post(&endpoint, interaction, context).await;
        }
        self.wait_session().await;
        let what = format!("response to an interaction of type {} with {}", interaction.kind, interaction.data);
        let (token, payload) = self.register(interaction, context);
        self.dispatch("INTERACTION_CREATE", &payload).await;
        let timeout = self.shared.lock().setup.answer_within + Duration::from_secs(2);
        let responded = |state: &mut DiscordState| {
            let response = state.interactions[&token].callback.clone()?;
            state.claim(|post| post.kind == PostKind::Callback && post.interaction.as_ref() == Some(&token));
            Some(response)
        };
        self.shared.wait_for(&what, timeout, responded).await
    }
}

fn command_interaction(registered: &Value, options: &Value, focused: Option<&str>) -> NewInteraction {
    let options = events::options(options, list(registered, "options"), focused);
    let mut data = json!({"id": registered["id"], "name": registered["name"], "type": 1, "options": options});
    if !registered["guild_id"].is_null() {
        data["guild_id"] = json!(GUILD.to_string());
    }
    NewInteraction::new(if focused.is_some() { 4 } else { 2 }, data)
}

/// The message object of a body that the bot sent; a body from an earlier process gets a new one.
pub(super) fn message_object(state: &mut DiscordState, sent: &Value, context: &Context) -> Value {
    let by_id = sent["id"].as_str().and_then(|id| state.message(id.parse().ok()?));
    let by_body =
        || state.posts.iter().rev().find(|post| post.body == *sent).and_then(|post| state.message(post.message?));
    if let Some(message) = by_id.or_else(by_body) {
        return message.clone();
    }
    let body = if sent["data"].is_object() { &sent["data"] } else { sent };
    let id = state.new_id();
    let message = events::bot_message(id, context.channel(), body, None);
    state.messages.push(message.clone());
    message
}

/// The interaction to probe with, if the command is suitable.
fn probe_of(command: &Value) -> Option<NewInteraction> {
    if command_limits::kind(command) != 1 {
        return None;
    }
    let options = list(command, "options");
    if let Some((options, focused)) = autocomplete_input(options) {
        return Some(command_interaction(command, &options, Some(&focused)));
    }
    let required = |option: &Value| option["required"] == true || matches!(option["type"].as_u64(), Some(1 | 2));
    (!options.iter().any(required)).then(|| command_interaction(command, &json!({}), None))
}

/// Options with an empty focused option with autocomplete, and the name of that option.
fn autocomplete_input(options: &[Value]) -> Option<(Value, String)> {
    options.iter().find_map(|option| {
        let name = option["name"].as_str()?;
        if option["autocomplete"] == true {
            return Some((json!({name: ""}), name.to_owned()));
        }
        let (inside, focused) = autocomplete_input(list(option, "options"))?;
        Some((json!({name: inside}), focused))
    })
}
