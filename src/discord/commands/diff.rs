//! The changes that turn the commands registered at Discord into the desired ones.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use serenity::model::id::CommandId;

use crate::discord::commands::table::command_type;

/// What Discord adds to a command that it returns and does not take in a request.
const RESPONSE_ONLY: [&str; 4] = ["id", "application_id", "guild_id", "version"];

/// One change to one command. A registered command is as Discord returned it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    /// It is not registered: the desired command.
    Create(Value),
    /// It is registered and differs: its id, the registered command, the desired command.
    Edit(CommandId, Value, Value),
    /// It is registered and not desired: its id, the registered command.
    Delete(CommandId, Value),
}

/// The difference between the registered commands and the desired ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Diff {
    /// Deletions first, to make room; creations last, because Discord limits how many it takes in a day.
    pub(crate) changes: Vec<Change>,
    /// Number of commands that need no change.
    pub(crate) unchanged: usize,
    /// The body of a bulk overwrite: the desired commands, and the registered ones that are left alone.
    pub(crate) overwrite: Vec<Value>,
}

/// Compares the `registered` commands with the `desired` ones. Slash, user and message commands that are not desired are deleted.
/// A command of any other type, such as the entry point of an Activity, is left alone.
pub(crate) fn diff(registered: &[Value], desired: Vec<Value>) -> Diff {
    let same = |one: &Value, other: &Value| command_type(one) == command_type(other) && one["name"] == other["name"];
    let (managed, unmanaged): (Vec<&Value>, Vec<&Value>) =
        registered.iter().partition(|command| (1..=3).contains(&command_type(command)));
    let (mut edits, mut creations, mut unchanged) = (Vec::new(), Vec::new(), 0);
    for command in &desired {
        let old = managed.iter().find(|old| same(old, command));
        match old.and_then(|old| Some((*old, command_id(old)?))) {
            None => creations.push(Change::Create(command.clone())),
            Some((old, _)) if normalize(old) == normalize(command) => unchanged += 1,
            Some((old, id)) => edits.push(Change::Edit(id, old.clone(), command.clone())),
        }
    }
    let undesired = managed.into_iter().filter(|old| desired.iter().all(|command| !same(old, command)));
    let deletions = undesired.filter_map(|old| Some(Change::Delete(command_id(old)?, old.clone())));
    let changes = deletions.chain(edits).chain(creations).collect();
    let overwrite = unmanaged.into_iter().map(request_body).chain(desired).collect();
    Diff { changes, unchanged, overwrite }
}

fn command_id(command: &Value) -> Option<CommandId> {
    command["id"].as_str()?.parse().ok()
}

/// A registered command as a request that registers it again unchanged.
fn request_body(registered: &Value) -> Value {
    let mut body = registered.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|key, value| !value.is_null() && !RESPONSE_ONLY.contains(&key.as_str()));
    }
    body
}

/// A command in a canonical form, so that two can be compared: every compared field is present, with its default where Discord left
/// it out, and lists without an order are sorted.
pub(crate) fn normalize(command: &Value) -> Value {
    let numbers = |key: &str| -> BTreeSet<u64> {
        command[key].as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
    };
    let option = |option: &Value| {
        json!({
            "type": option["type"], "name": option["name"], "name_localizations": localizations(option, "name"),
            "description": option["description"], "description_localizations": localizations(option, "description"),
            "max_length": option["max_length"],
            "choices": option["choices"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|choice| {
                    let localizations = localizations(choice, "name");
                    json!({"name": choice["name"], "value": choice["value"], "name_localizations": localizations})
                })
                .collect::<Vec<_>>(),
            "required": option["required"] == json!(true), "autocomplete": option["autocomplete"] == json!(true),
        })
    };
    let options: Vec<Value> = command["options"].as_array().into_iter().flatten().map(option).collect();
    json!({
        "type": command_type(command), "name": command["name"], "name_localizations": localizations(command, "name"),
        "description": command["description"].as_str().unwrap_or_default(),
        "description_localizations": localizations(command, "description"), "options": options,
        "integration_types": numbers("integration_types"), "contexts": numbers("contexts"),
        "default_member_permissions": command["default_member_permissions"],
    })
}

/// The localizations of a field; null is the same as an empty object.
fn localizations(item: &Value, key: &str) -> Value {
    let localizations = &item[format!("{key}_localizations")];
    if localizations.is_object() { localizations.clone() } else { json!({}) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discord::commands::table::{MESSAGE, Scope, desired, reload_command};
    use crate::engine::request::COMMANDS;

    /// The desired commands as Discord returns them.
    fn registered() -> Vec<Value> {
        let stored = |(at, mut stored): (usize, Value)| {
            if command_type(&stored) == MESSAGE {
                stored["description"] = json!("");
            }
            stored["id"] = json!((at + 1).to_string());
            stored["version"] = json!("9");
            stored["contexts"] = json!([2, 1, 0]);
            if let Some(fields) = stored.as_object_mut() {
                fields.retain(|_, value| *value != json!([]));
            }
            for option in stored["options"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
                option.retain(|_, value| *value != json!(false));
            }
            stored
        };
        global(false).into_iter().enumerate().map(stored).collect()
    }

    fn global(reload: bool) -> Vec<Value> {
        desired(Scope::Global, reload)
    }

    /// The first command, changed from what is registered to what is desired.
    fn first_edited(registered: &[Value]) -> Change {
        Change::Edit(CommandId::new(1), registered[0].clone(), global(false)[0].clone())
    }

    #[test]
    fn equal_commands_need_no_change() {
        let Diff { changes, unchanged, .. } = diff(&registered(), global(false));
        assert_eq!((changes, unchanged), (Vec::new(), COMMANDS.len() + 1));
    }

    #[test]
    fn deletions_come_first_and_creations_last_and_everything_else_stays() {
        let mut registered = registered();
        registered[0]["name"] = json!("old");
        registered[1]["description"] = json!("something else");
        registered.push(json!({
            "id": "77", "application_id": "1", "version": "9", "type": 4, "name": "launch", "handler": 2, "contexts": null,
        }));
        let desired = global(false);
        let Diff { changes, unchanged, overwrite } = diff(&registered, desired.clone());
        let edit = Change::Edit(CommandId::new(2), registered[1].clone(), desired[1].clone());
        let delete = Change::Delete(CommandId::new(1), registered[0].clone());
        assert_eq!(changes, [delete, edit, Change::Create(desired[0].clone())]);
        assert_eq!(unchanged, COMMANDS.len() - 1);
        assert_eq!(overwrite[0], json!({"type": 4, "name": "launch", "handler": 2}));
        assert_eq!(overwrite[1..], desired);
    }

    #[test]
    fn the_contexts_and_integration_types_are_compared() {
        for key in ["contexts", "integration_types"] {
            let mut registered = registered();
            registered[0][key] = json!([0]);
            assert_eq!(diff(&registered, global(false)).changes, [first_edited(&registered)], "{key}");
        }
    }

    #[test]
    fn the_localizations_are_compared() {
        let changes: [fn(&mut Value); 4] = [
            |command| command["name_localizations"]["de"] = json!("anders"),
            |command| command["description_localizations"] = json!(null),
            |command| command["options"][0]["name_localizations"]["es-ES"] = json!("otro"),
            |command| command["options"][1]["choices"][0]["name_localizations"] = json!({"de": "anders"}),
        ];
        for change in changes {
            let mut registered = registered();
            change(&mut registered[0]);
            let Diff { changes, unchanged, .. } = diff(&registered, global(false));
            assert_eq!((changes, unchanged), (vec![first_edited(&registered)], COMMANDS.len()));
        }
    }

    #[test]
    fn reload_is_registered_where_it_is_enabled() {
        assert_eq!(diff(&registered(), global(true)).changes, [Change::Create(reload_command())]);
        let mut registered = registered();
        registered.push(reload_command());
        let last = registered.len() - 1;
        registered[last]["id"] = json!("77");
        let old = registered[last].clone();
        assert_eq!(diff(&registered, global(true)).changes, []);
        assert_eq!(diff(&registered, global(false)).changes, [Change::Delete(CommandId::new(77), old)]);
        registered[last]["default_member_permissions"] = json!(null);
        let edit = Change::Edit(CommandId::new(77), registered[last].clone(), reload_command());
        assert_eq!(diff(&registered, global(true)).changes, [edit]);
    }
}
