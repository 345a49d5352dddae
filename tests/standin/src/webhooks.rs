//! How interactions are answered: the callback, once and in time, then edits and follow-ups through the token.

use std::time::Instant;

use serde_json::{Value, json};

use super::events;
use super::gateway;
use super::limits;
use super::rest::{Call, Reply, edit_message};
use super::world::{Interaction, Post, PostKind, World};

const EPHEMERAL: u64 = 64;

/// Whether a request answers an interaction that the stand-in itself sent to prove silence.
pub fn is_fence(world: &World, path: &str) -> bool {
    path.split('/').any(|step| world.interactions.get(step).is_some_and(|interaction| interaction.fence))
}

/// The first answer to an interaction.
pub fn callback(world: &mut World, call: &Call, id: &str, token: &str) -> Reply {
    let known = world.interactions.get(token).filter(|interaction| interaction.id.to_string() == id);
    let Some(interaction) = known else {
        return Reply::error(404, 10062, "Unknown interaction");
    };
    if interaction.callback.is_some() {
        return Reply::error(400, 40060, "Interaction has already been acknowledged.");
    }
    if interaction.sent.elapsed() > world.setup.answer_within {
        call.blame(world, "answered too late");
        return Reply::error(404, 10062, "Unknown interaction");
    }
    if let Err(reply) = accept(world, call, token) {
        return reply;
    }
    if call.query.contains("with_response=true") {
        let interaction = &world.interactions[token];
        let message = interaction.original.and_then(|id| world.message(id));
        return Reply::ok(json!({
            "interaction": {"id": id, "type": interaction.kind, "response_message_id": message.map(|m| &m["id"])},
            "resource": {"type": call.body["type"], "message": message},
        }));
    }
    Reply::nothing()
}

/// Takes the first answer, wherever it came in.
pub fn accept(world: &mut World, call: &Call, token: &str) -> Result<(), Reply> {
    let interaction = &world.interactions[token];
    let problems = limits::callback(&call.body, &call.files, interaction.kind);
    if let Some(reply) = call.refused(world, &problems) {
        return Err(reply);
    }
    let data = &call.body["data"];
    let kind = call.body["type"].as_u64().unwrap_or_default();
    if matches!(kind, 4 | 7)
        && let Some(line) = limits::pings(data)
    {
        call.blame(world, &line);
    }
    let mut interaction = world.interactions.remove(token).expect("it was there a moment ago");
    interaction.original = match kind {
        4 => Some(show(world, data, &interaction)),
        5 => {
            let mut loading = data.clone();
            loading["flags"] = json!(data["flags"].as_u64().unwrap_or(0) | 128);
            Some(show(world, &loading, &interaction))
        }
        6 | 7 => interaction.clicked,
        _ => None,
    };
    if kind == 7 {
        let clicked = interaction.clicked.map(|id| id.to_string()).unwrap_or_default();
        if let Some(message) = world.messages.iter_mut().find(|message| message["id"] == clicked.as_str()) {
            events::show(message, data);
        }
    }
    if !interaction.fence {
        world.posts.push(Post {
            kind: PostKind::Callback,
            channel: interaction.context.channel(),
            message: interaction.original,
            interaction: Some(token.to_owned()),
            body: call.body.clone(),
            claimed: false,
        });
    }
    interaction.callback = Some(call.body.clone());
    interaction.answered = Some(Instant::now());
    world.interactions.insert(token.to_owned(), interaction);
    Ok(())
}

/// Makes the message that an answer shows; where the bot is present, it hears of its own public words.
fn show(world: &mut World, body: &Value, interaction: &Interaction) -> u64 {
    let id = world.new_id();
    let message = events::posted(id, interaction.context.channel(), body, Some(interaction));
    world.messages.push(message.clone());
    let private = body["flags"].as_u64().unwrap_or(0) & EPHEMERAL != 0;
    if !private && !interaction.context.only_installed_by_the_user() {
        gateway::deliver(world, message, interaction.context.guild());
    }
    id
}

/// A further message after the first answer.
pub fn follow_up(world: &mut World, call: &Call, token: &str) -> Reply {
    let Some(interaction) = world.interactions.get(token).filter(|interaction| interaction.callback.is_some()) else {
        return Reply::error(404, 10015, "Unknown Webhook");
    };
    if interaction.context.only_installed_by_the_user() && interaction.follow_ups >= 5 {
        call.blame(world, "more than 5 follow-ups where only the user installed the app");
        return Reply::error(400, 40094, "This interaction has hit the maximum number of follow up messages");
    }
    let problems = limits::message(&call.body, &call.files, true);
    if let Some(reply) = call.refused(world, &problems) {
        return reply;
    }
    if let Some(line) = limits::pings(&call.body) {
        call.blame(world, &line);
    }
    let mut interaction = world.interactions.remove(token).expect("it was there a moment ago");
    interaction.follow_ups += 1;
    let id = show(world, &call.body, &interaction);
    world.posts.push(Post {
        kind: PostKind::FollowUp,
        channel: interaction.context.channel(),
        message: Some(id),
        interaction: Some(token.to_owned()),
        body: call.body.clone(),
        claimed: false,
    });
    world.interactions.insert(token.to_owned(), interaction);
    Reply::ok(world.message(id).cloned().unwrap_or_default())
}

/// Reads, edits or deletes the first answer (`@original`) or a follow-up.
pub fn message(world: &mut World, call: &Call, token: &str, which: &str) -> Reply {
    let Some(interaction) = world.interactions.get(token).filter(|interaction| interaction.callback.is_some()) else {
        return Reply::error(404, 10015, "Unknown Webhook");
    };
    let id = if which == "@original" { interaction.original } else { which.parse().ok() };
    let id = id.map(|id| id.to_string()).unwrap_or_default();
    let Some(at) = world.messages.iter().position(|message| message["id"] == id.as_str()) else {
        return Reply::error(404, 10008, "Unknown Message");
    };
    match call.method.as_str() {
        "GET" => Reply::ok(world.messages[at].clone()),
        "PATCH" => edit_message(world, call, at, Some(token)),
        "DELETE" => {
            world.messages.remove(at);
            Reply::nothing()
        }
        _ => Reply::method_not_allowed(),
    }
}
