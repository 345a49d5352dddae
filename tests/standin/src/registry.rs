//! The commands that a bot registered, kept as Discord keeps them: with ids, versions and a count of what was created.

use std::slice::from_ref;

use serde_json::{Value, json};

use super::command_limits;
use super::events::merge;
use super::limits::Problems;
use super::people::APPLICATION;
use super::rest::{Call, Reply};
use super::world::World;

const ENTRY_POINT_REMOVED: &str = "You cannot remove this app's Entry Point command in a bulk update operation. Please include \
                                   the Entry Point command in your update request or delete it separately.";

/// Everything under `/applications/{id}/commands` and `/applications/{id}/guilds/{id}/commands`.
pub fn answer(world: &mut World, call: &Call, guild: Option<&str>, id: Option<&str>) -> Reply {
    world.command_requests += 1;
    for key in ["integration_types", "contexts"].into_iter().filter(|key| guild.is_some() && !call.body[key].is_null())
    {
        call.blame(world, &format!("{key} is for global commands alone"));
    }
    let guild = guild.map_or(Value::Null, |guild| json!(guild));
    let here = |command: &Value| command["guild_id"] == guild;
    match (call.method.as_str(), id) {
        ("GET", None) => {
            let translated = call.query.contains("with_localizations=true");
            Reply::ok(world.commands.iter().filter(|c| here(c)).map(|c| shown(c, translated)).collect())
        }
        ("PUT", None) => {
            let Some(new) = call.body.as_array() else {
                return Reply::error(400, 50035, "Invalid Form Body");
            };
            let problems = command_limits::commands(new);
            if !problems.none() {
                return call.refuse(world, &problems);
            }
            let kept: Vec<&Value> = world.commands.iter().filter(|command| here(command)).collect();
            let in_body = |kept: &Value| new.iter().any(|command| same(kept, command));
            if kept.iter().any(|command| command_limits::kind(command) == 4 && !in_body(command)) {
                return Reply::error(400, 50240, ENTRY_POINT_REMOVED);
            }
            let creations = new.iter().filter(|command| !kept.iter().any(|kept| same(kept, command))).count();
            if let Some(reply) = rejection(world, call, new, creations) {
                return reply;
            }
            let old: Vec<Value> = world.commands.extract_if(.., |command| here(command)).collect();
            for command in new {
                let before = old.iter().find(|before| same(before, command)).cloned();
                keep(world, command, before, &guild);
            }
            Reply::ok(world.commands.iter().filter(|c| here(c)).cloned().collect())
        }
        ("POST", None) => {
            let at = world.commands.iter().position(|command| here(command) && same(command, &call.body));
            let before = at.map(|at| world.commands[at].clone());
            let others = world.commands.iter().filter(|kept| here(kept) && !same(kept, &call.body));
            let all: Vec<Value> = others.chain([&call.body]).cloned().collect();
            let problems = Some(command_limits::command(&call.body)).filter(|problems| !problems.none());
            let problems = problems.unwrap_or_else(|| command_limits::commands(&all));
            if !problems.none() {
                return call.refuse(world, &problems);
            }
            if let Some(reply) = rejection(world, call, from_ref(&call.body), usize::from(at.is_none())) {
                return reply;
            }
            if let Some(at) = at {
                world.commands.remove(at);
            }
            let created = before.is_none();
            let command = keep(world, &call.body, before, &guild);
            Reply { status: if created { 201 } else { 200 }, body: Some(command) }
        }
        (method, Some(id)) => {
            let Some(at) = world.commands.iter().position(|command| here(command) && command["id"] == id) else {
                return Reply::error(404, 10063, "Unknown application command");
            };
            match method {
                "GET" => Reply::ok(world.commands[at].clone()),
                "DELETE" => {
                    world.commands.remove(at);
                    Reply::nothing()
                }
                "PATCH" => {
                    let mut command = world.commands[at].clone();
                    merge(&mut command, &call.body);
                    let problems: Problems = command_limits::command(&command);
                    if !problems.none() {
                        return call.refuse(world, &problems);
                    }
                    if let Some(reply) = rejection(world, call, from_ref(&command), 0) {
                        return reply;
                    }
                    let before = world.commands.remove(at);
                    Reply::ok(keep(world, &command, Some(before), &guild))
                }
                _ => Reply::method_not_allowed(),
            }
        }
        _ => Reply::method_not_allowed(),
    }
}

/// Puts in place what an earlier start of the bot registered.
pub fn restore(world: &mut World) {
    for command in world.setup.commands.clone() {
        keep(world, &command, None, &Value::Null);
    }
    world.command_creations = 0;
}

/// What Discord answers where it rejects one of these commands: then it takes none of them. That is for the test to set up, and no
/// fault of the bot.
fn rejection(world: &World, call: &Call, commands: &[Value], creations: usize) -> Option<Reply> {
    let mut problems = Problems::default();
    for (n, command) in commands.iter().enumerate() {
        if world.setup.rejected_commands.iter().any(|name| command["name"] == name.as_str()) {
            let path = if call.body.is_array() { format!("{n}.name") } else { "name".to_owned() };
            problems.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
        }
    }
    if !problems.none() {
        return Some(Reply { status: 400, body: Some(problems.to_json()) });
    }
    let too_many = world.command_creations + creations > world.setup.command_creations_left;
    too_many.then(|| Reply::error(400, 30034, "Max number of daily application command creates has been reached (200)"))
}

fn same(one: &Value, other: &Value) -> bool {
    one["name"] == other["name"] && command_limits::kind(one) == command_limits::kind(other)
}

/// Stores a command as Discord does: with an id, with defaults, without what says nothing.
fn keep(world: &mut World, new: &Value, before: Option<Value>, guild: &Value) -> Value {
    let id = before.as_ref().map_or_else(|| json!(world.new_id().to_string()), |before| before["id"].clone());
    world.command_creations += usize::from(before.is_none());
    let mut command = json!({
        "type": 1, "description": "", "name_localizations": null, "description_localizations": null, "nsfw": false,
        "default_member_permissions": null, "dm_permission": true, "contexts": null, "integration_types": [0],
    });
    for (key, value) in new.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        command[key] = value.clone();
    }
    tidy(&mut command, "options");
    command["id"] = id;
    command["application_id"] = json!(APPLICATION.to_string());
    if !guild.is_null() {
        command["guild_id"] = guild.clone();
    }
    command["version"] = Value::Null;
    let version = before.as_ref().map(|before| before["version"].clone());
    let unchanged = before.is_some_and(|mut before| {
        before["version"] = Value::Null;
        before == command
    });
    let version = version.filter(|_| unchanged).unwrap_or_else(|| json!(world.new_id().to_string()));
    command["version"] = version;
    world.commands.push(command.clone());
    command
}

/// Leaves out empty lists and `false` inside options. That Discord does so with every one of them is an assumption; a
/// bot that compares what it wants with what is there must bear both.
fn tidy(item: &mut Value, key: &str) {
    let Some(object) = item.as_object_mut() else { return };
    if object.get(key).is_some_and(|list| *list == json!([])) {
        object.remove(key);
    }
    for option in object.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(fields) = option.as_object_mut() {
            fields.retain(|name, value| {
                !value.is_null() && *value != json!(false) && *value != json!([]) || name == "value"
            });
        }
        tidy(option, "options");
    }
}

/// As the list shows it: translations only where asked for.
fn shown(command: &Value, translated: bool) -> Value {
    match command {
        Value::Object(object) if !translated => {
            let kept = object.iter().filter(|(key, _)| !key.ends_with("_localizations"));
            Value::Object(kept.map(|(key, value)| (key.clone(), shown(value, false))).collect())
        }
        Value::Array(list) => list.iter().map(|value| shown(value, translated)).collect(),
        other => other.clone(),
    }
}
