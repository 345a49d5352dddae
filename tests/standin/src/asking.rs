//! What a member can do with a bot beside writing: commands, suggestions while typing, buttons, menus and forms.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::StandIn;
use super::command_limits;
use super::door::Door;
use super::events;
use super::limits::list;
use super::people::{Context, GUILD, Person};
use super::rest::Call;
use super::upload::Upload;
use super::webhooks;
use super::world::{Interaction, PATIENCE, PostKind, Request, World};

/// An interaction before it has an id.
pub(super) struct Asked {
    kind: u8,
    data: Value,
    /// What only some kinds have, such as the message whose button was clicked.
    pub(super) more: Value,
    clicked: Option<u64>,
    fence: bool,
}

impl Asked {
    pub(super) fn new(kind: u8, data: Value) -> Self {
        Self { kind, data, more: Value::Null, clicked: None, fence: false }
    }
}

impl StandIn {
    /// Uses a slash command, with options such as `json!({"role": "pm"})` (a subcommand holds its own object).
    /// Returns the callback exactly as the bot sent it.
    pub async fn slash(&self, command: &str, options: Value, context: &Context) -> Value {
        let asked = self.command(command, &options, None).await;
        self.ask(asked, context).await
    }

    /// Types in an option of a slash command, and returns the choices that the bot suggests.
    pub async fn autocomplete(&self, command: &str, options: Value, focused: &str, context: &Context) -> Vec<Value> {
        let asked = self.command(command, &options, Some(focused)).await;
        let answer = self.ask(asked, context).await;
        list(&answer["data"], "choices").to_vec()
    }

    /// Uses a command on a message that somebody wrote; its text arrives without any intent.
    pub async fn message_command(&self, command: &str, text: &str, context: &Context) -> Value {
        let registered = self.registered(command, 3).await;
        let author = Context { person: Person::named("grace"), ..context.clone() };
        let asked = self.shared.change(|world| {
            let id = world.new_id();
            let message = super::Message::new(text, author).event(id, None);
            world.messages.push(message.clone());
            let id = id.to_string();
            let resolved = json!({"messages": {id.clone(): message}});
            Asked::new(
                2,
                json!({
                    "id": registered["id"], "name": command, "type": 3, "target_id": id, "resolved": resolved,
                }),
            )
        });
        self.ask(asked, context).await
    }

    /// Clicks a button on what the bot sent (a callback, a message, or a body from an earlier life of the bot).
    pub async fn click(&self, custom_id: &str, on: &Value, context: &Context) -> Value {
        let asked = self.touch(custom_id, json!({"custom_id": custom_id, "component_type": 2}), on, context);
        self.ask(asked, context).await
    }

    /// Picks values from a select menu on what the bot sent.
    pub async fn select(&self, custom_id: &str, values: &[&str], on: &Value, context: &Context) -> Value {
        let data = json!({"custom_id": custom_id, "component_type": 3, "values": values});
        let asked = self.touch(custom_id, data, on, context);
        self.ask(asked, context).await
    }

    /// Fills in the form that the bot opened, as `(custom_id of the input, text)`.
    pub async fn submit(&self, custom_id: &str, fields: &[(&str, &str)], context: &Context) -> Value {
        let row = |(name, text): &(&str, &str)| json!({"type": 1, "components": [{"type": 4, "custom_id": name, "value": text}]});
        let rows: Value = fields.iter().map(row).collect();
        self.ask(Asked::new(5, json!({"custom_id": custom_id, "components": rows})), context).await
    }

    /// The payload of a slash command, for a test that posts it to the bot itself (interactions over HTTP).
    pub async fn slash_payload(&self, command: &str, options: Value, context: &Context) -> Value {
        let asked = self.command(command, &options, None).await;
        self.prepare(asked, context).1
    }

    /// Takes what the bot answered over HTTP to such a payload, and checks it like a callback.
    pub fn answered_over_http(&self, payload: &Value, answer: &Value) -> Result<(), Value> {
        self.accept(payload, answer, Vec::new())
    }

    fn accept(&self, payload: &Value, answer: &Value, files: Vec<Upload>) -> Result<(), Value> {
        let token = payload["token"].as_str().expect("a payload has a token");
        let call = Call::answer_over_http(answer, files);
        self.shared.change(|world| {
            webhooks::accept(world, &call, token).map_err(|reply| reply.body.unwrap_or_default())?;
            world.claim(|post| post.kind == PostKind::Callback && post.interaction.as_deref() == Some(token));
            Ok(())
        })
    }

    /// Asks something harmless that every bot with a command answers: a suggestion, else a command without options.
    pub(super) async fn ask_fence(&self) {
        let harmless = |world: &mut World| world.commands.iter().find_map(harmless);
        let what = "a command with autocomplete or without required options, to prove silence with";
        let mut asked = self.shared.until(what, PATIENCE, harmless).await;
        asked.fence = true;
        self.ask(asked, &Context::server().by(Person::named("fence"))).await;
    }

    async fn registered(&self, command: &str, kind: u64) -> Value {
        let fits = |it: &&Value| it["name"] == command && command_limits::kind(it) == kind;
        let find = |world: &mut World| world.commands.iter().find(fits).cloned();
        self.shared.until(&format!("the command {command:?} to be registered"), PATIENCE, find).await
    }

    async fn command(&self, command: &str, options: &Value, focused: Option<&str>) -> Asked {
        let registered = self.registered(command, 1).await;
        command_asked(&registered, options, focused)
    }

    fn touch(&self, custom_id: &str, data: Value, on: &Value, context: &Context) -> Asked {
        let message = self.shared.change(|world| message_of(world, on, context));
        let parts = list(&message, "components").iter().flat_map(|row| list(row, "components"));
        let part = parts.clone().find(|part| part["custom_id"] == custom_id && part["type"] == data["component_type"]);
        let Some(part) = part else {
            let there: Vec<_> = parts.map(|part| &part["custom_id"]).collect();
            panic!("no {custom_id:?} to touch; there are {there:?}");
        };
        assert!(part["disabled"] != true, "{custom_id:?} is disabled");
        let clicked = message["id"].as_str().and_then(|id| id.parse().ok());
        Asked { clicked, more: json!({"message": message}), ..Asked::new(3, data) }
    }

    /// Remembers the interaction, so that it can be answered, and makes its payload.
    pub(super) fn prepare(&self, asked: Asked, context: &Context) -> (String, Value) {
        self.shared.change(|world| {
            world.channels.insert(context.channel(), context.as_channel());
            let id = world.new_id();
            let token = format!("standin-token-of-{id}");
            let payload = events::interaction(id, &token, asked.kind, &asked.data, context, &asked.more);
            let interaction = Interaction {
                id,
                kind: asked.kind,
                command: asked.data["name"].as_str().map(str::to_owned),
                context: context.clone(),
                sent: Instant::now(),
                callback: None,
                original: None,
                delivered: None,
                answered: None,
                clicked: asked.clicked,
                follow_ups: 0,
                fence: asked.fence,
            };
            world.interactions.insert(token.clone(), interaction);
            (token, payload)
        })
    }

    /// Posts an interaction to the bot's own endpoint; what comes back is checked like a callback.
    async fn post(&self, door: &Door, asked: Asked, context: &Context) -> Value {
        let (_, payload) = self.prepare(asked, context);
        let response = door.post(&payload.to_string()).await;
        assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
        let (answer, files) = response.read();
        let request = Request {
            method: "HTTP".to_owned(),
            path: "answer".to_owned(),
            body: answer.clone(),
            files: files.clone(),
            status: 200,
        };
        self.shared.change(|world| world.requests.push(request));
        assert_eq!(self.accept(&payload, &answer, files), Ok(()));
        answer
    }

    async fn ask(&self, asked: Asked, context: &Context) -> Value {
        let door = self.shared.look().door.clone();
        if let Some(door) = door {
            return self.post(&door, asked, context).await;
        }
        self.connected().await;
        let what = format!("an answer to an interaction of type {} with {}", asked.kind, asked.data);
        let (token, payload) = self.prepare(asked, context);
        self.dispatch("INTERACTION_CREATE", &payload).await;
        let within = self.shared.look().setup.answer_within + Duration::from_secs(2);
        let answered = |world: &mut World| {
            let answer = world.interactions[&token].callback.clone()?;
            world.claim(|post| post.kind == PostKind::Callback && post.interaction.as_ref() == Some(&token));
            Some(answer)
        };
        self.shared.until(&what, within, answered).await
    }
}

fn command_asked(registered: &Value, options: &Value, focused: Option<&str>) -> Asked {
    let options = events::options(options, list(registered, "options"), focused);
    let mut data = json!({"id": registered["id"], "name": registered["name"], "type": 1, "options": options});
    if !registered["guild_id"].is_null() {
        data["guild_id"] = json!(GUILD.to_string());
    }
    Asked::new(if focused.is_some() { 4 } else { 2 }, data)
}

/// The message that a body became; one from an earlier life is made up.
pub(super) fn message_of(world: &mut World, sent: &Value, context: &Context) -> Value {
    let by_id = sent["id"].as_str().and_then(|id| world.message(id.parse().ok()?));
    let by_body =
        || world.posts.iter().rev().find(|post| post.body == *sent).and_then(|post| world.message(post.message?));
    if let Some(message) = by_id.or_else(by_body) {
        return message.clone();
    }
    let body = if sent["data"].is_object() { &sent["data"] } else { sent };
    let id = world.new_id();
    let message = events::posted(id, context.channel(), body, None);
    world.messages.push(message.clone());
    message
}

fn harmless(command: &Value) -> Option<Asked> {
    if command_limits::kind(command) != 1 {
        return None;
    }
    let options = list(command, "options");
    if let Some((options, focused)) = typing(options) {
        return Some(command_asked(command, &options, Some(&focused)));
    }
    let needs = |option: &Value| option["required"] == true || matches!(option["type"].as_u64(), Some(1 | 2));
    (!options.iter().any(needs)).then(|| command_asked(command, &json!({}), None))
}

/// Options in which a person has just begun to type, and the name of the one.
fn typing(options: &[Value]) -> Option<(Value, String)> {
    options.iter().find_map(|option| {
        let name = option["name"].as_str()?;
        if option["autocomplete"] == true {
            return Some((json!({name: ""}), name.to_owned()));
        }
        let (inside, focused) = typing(list(option, "options"))?;
        Some((json!({name: inside}), focused))
    })
}
