//! Registers the commands from the one table, and only where what is there differs: Discord counts what is created.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use serenity::http::{Http, LightMethod, Request, Route};
use serenity::model::id::{ApplicationId, CommandId};

use crate::bot::request::{COMMANDS, Command, CommandOption, SECTIONS, Takes};
use crate::discord::deliver::describe;
use crate::discord::wire::decode::{ANSWER_THIS, PUBLIC};
use crate::discord::wire::limits::CHOICE;

const CHAT_INPUT: u64 = 1;
const MESSAGE: u64 = 3;
const STRING: u64 = 3;
const BOOLEAN: u64 = 5;
/// The longest question: as long as a message.
const QUESTION: usize = 2000;
/// The longest wait before registering is tried again.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// What registering changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// New ones.
    pub created: usize,
    /// Ones that were different.
    pub edited: usize,
    /// Ones that are no more.
    pub deleted: usize,
    /// Ones that were as they should be.
    pub kept: usize,
}

/// What to do with one command.
#[derive(Debug, PartialEq)]
enum Step {
    Create(Value),
    Edit(CommandId, Value),
    Delete(CommandId),
}

/// Registers until it has worked; each failure is logged.
pub async fn register(http: &Http, application: ApplicationId) -> Changes {
    let mut wait = Duration::from_secs(2);
    loop {
        match try_register(http, application).await {
            Ok(changes) => return changes,
            Err(why) => {
                tracing::warn!(why = %describe(why), retry_in = ?wait, "the commands could not be registered");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        }
    }
}

async fn try_register(http: &Http, application_id: ApplicationId) -> serenity::Result<Changes> {
    let all = Route::Commands { application_id };
    let there: Vec<Value> = http.fire(Request::new(all, LightMethod::Get)).await?;
    let (steps, kept) = plan(&there);
    let mut changes = Changes { kept, ..Changes::default() };
    for step in steps {
        let (route, method, body) = match &step {
            Step::Create(body) => (all, LightMethod::Post, Some(body)),
            Step::Edit(command_id, body) => {
                (Route::Command { application_id, command_id: *command_id }, LightMethod::Patch, Some(body))
            }
            Step::Delete(command_id) => {
                (Route::Command { application_id, command_id: *command_id }, LightMethod::Delete, None)
            }
        };
        let body = body.map(|body| body.to_string().into_bytes());
        http.request(Request::new(route, method).body(body)).await?;
        match step {
            Step::Create(_) => changes.created += 1,
            Step::Edit(..) => changes.edited += 1,
            Step::Delete(_) => changes.deleted += 1,
        }
    }
    Ok(changes)
}

/// What has to change, and how many commands need no change. Removing goes first, so that there is room.
fn plan(there: &[Value]) -> (Vec<Step>, usize) {
    let same = |one: &Value, other: &Value| kind(one) == kind(other) && one["name"] == other["name"];
    let mut kept = 0;
    let mut steps: Vec<Step> = there
        .iter()
        .filter(|old| (1..=3).contains(&kind(old)))
        .filter(|old| wanted().all(|command| !same(old, &command)))
        .filter_map(|old| Some(Step::Delete(id(old)?)))
        .collect();
    for wanted in wanted() {
        let old = there.iter().find(|old| same(old, &wanted));
        match old.and_then(|old| Some((old, id(old)?))) {
            None => steps.push(Step::Create(wanted)),
            Some((old, _)) if essence(old) == essence(&wanted) => kept += 1,
            Some((_, id)) => steps.push(Step::Edit(id, wanted)),
        }
    }
    (steps, kept)
}

/// Everything that is to be there: the table, and the command on messages, which only Discord has.
fn wanted() -> impl Iterator<Item = Value> {
    let on_message = json!({"type": MESSAGE, "name": ANSWER_THIS, "integration_types": [0, 1], "contexts": [0, 1, 2]});
    COMMANDS.iter().map(body).chain([on_message])
}

fn kind(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(CHAT_INPUT)
}

fn id(command: &Value) -> Option<CommandId> {
    command["id"].as_str()?.parse().ok()
}

/// A command as Discord takes it: for servers and for persons who install it for themselves, and everywhere they can be.
fn body(command: &Command) -> Value {
    let option = |option: &CommandOption| {
        let mut body = json!({
            "type": STRING, "name": option.name, "description": option.about, "required": option.required,
            "autocomplete": matches!(option.takes, Takes::RoleName | Takes::FamilyName),
        });
        match option.takes {
            Takes::RoleName | Takes::FamilyName => body["max_length"] = json!(CHOICE),
            Takes::Text => body["max_length"] = json!(QUESTION),
            Takes::Section => {
                body["choices"] =
                    SECTIONS.iter().map(|(_, word, label)| json!({"name": label, "value": word})).collect();
            }
        }
        body
    };
    // Last, since what is required has to come first.
    let public = json!({
        "type": BOOLEAN, "name": PUBLIC, "description": "Show the answer to everybody here, not to you alone", "required": false,
    });
    json!({
        "type": CHAT_INPUT, "name": command.name, "description": command.about,
        "options": command.options.iter().map(option).chain([public]).collect::<Vec<_>>(),
        "integration_types": [0, 1], "contexts": [0, 1, 2],
    })
}

/// What matters of a command, whichever of its defaults Discord left out.
fn essence(command: &Value) -> Value {
    let numbers = |key: &str| -> BTreeSet<u64> {
        command[key].as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
    };
    let option = |option: &Value| {
        json!([
            option["type"],
            option["name"],
            option["description"],
            option["max_length"],
            option["choices"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|choice| json!([choice["name"], choice["value"]]))
                .collect::<Vec<_>>(),
            option["required"] == json!(true),
            option["autocomplete"] == json!(true),
        ])
    };
    let options: Vec<Value> = command["options"].as_array().into_iter().flatten().map(option).collect();
    let about = command["description"].as_str().unwrap_or_default();
    json!([kind(command), command["name"], about, options, numbers("integration_types"), numbers("contexts")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discord::wire::limits::{COMMAND_ABOUT, length};

    fn registered() -> Vec<Value> {
        let stored = |(at, mut stored): (usize, Value)| {
            if kind(&stored) == MESSAGE {
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
        wanted().enumerate().map(stored).collect()
    }

    #[test]
    fn what_is_as_it_should_be_is_left_alone() {
        assert_eq!(plan(&registered()), (Vec::new(), COMMANDS.len() + 1));
    }

    #[test]
    fn only_what_differs_is_touched() {
        let mut there = registered();
        there[0]["description"] = json!("something else");
        there[1]["name"] = json!("old");
        there.push(json!({"id": "77", "type": 4, "name": "launch"}));
        let (steps, kept) = plan(&there);
        let edit = Step::Edit(CommandId::new(1), body(&COMMANDS[0]));
        assert_eq!(steps, [Step::Delete(CommandId::new(2)), edit, Step::Create(body(&COMMANDS[1]))]);
        assert_eq!(kept, COMMANDS.len() - 1);
    }

    #[test]
    fn where_a_command_can_be_used_is_compared_too() {
        for key in ["contexts", "integration_types"] {
            let mut there = registered();
            there[0][key] = json!([0]);
            let (steps, _) = plan(&there);
            assert_eq!(steps, [Step::Edit(CommandId::new(1), body(&COMMANDS[0]))], "{key}");
        }
    }

    #[test]
    fn every_description_is_short_enough() {
        for command in &COMMANDS {
            let all = command.options.iter().map(|option| option.about).chain([command.about]);
            for about in all {
                assert!((1..=COMMAND_ABOUT).contains(&length(about)), "{about}");
            }
        }
    }
}
