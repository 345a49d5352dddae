//! The commands from the one table as Discord takes them, and what has to change where other ones are there.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use serenity::model::id::{CommandId, GuildId};

use crate::bot::request::{COMMANDS, Command, CommandOption, SECTIONS, Section, Takes};
use crate::discord::locales::others;
use crate::discord::reload;
use crate::discord::wire::decode::{ANSWER_THIS, PUBLIC};
use crate::discord::wire::limits::CHOICE;
use crate::speech::{Language, say};

const CHAT_INPUT: u64 = 1;
const MESSAGE: u64 = 3;
const STRING: u64 = 3;
const BOOLEAN: u64 = 5;
/// The longest question: as long as a message.
const QUESTION: usize = 2000;

/// Where commands are registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// For everybody, wherever the bot can be used.
    Everywhere,
    /// For one server alone.
    Server(GuildId),
}

/// What to do with one command. What is there already is as Discord tells it.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// It is not there yet.
    Create(Value),
    /// It is there and differs: its id, what is there, what is to be.
    Edit(CommandId, Value, Value),
    /// It is no more: its id, what is there.
    Delete(CommandId, Value),
}

/// What has to change so that what is `there` becomes what is `wanted`, and how many commands need no change. Removing goes
/// first, so that there is room.
pub fn plan(there: &[Value], wanted: &[Value]) -> (Vec<Step>, usize) {
    let same = |one: &Value, other: &Value| kind(one) == kind(other) && one["name"] == other["name"];
    let mut kept = 0;
    let mut steps: Vec<Step> = there
        .iter()
        .filter(|old| (1..=3).contains(&kind(old)))
        .filter(|old| wanted.iter().all(|command| !same(old, command)))
        .filter_map(|old| Some(Step::Delete(id(old)?, old.clone())))
        .collect();
    for wanted in wanted {
        let old = there.iter().find(|old| same(old, wanted));
        match old.and_then(|old| Some((old, id(old)?))) {
            None => steps.push(Step::Create(wanted.clone())),
            Some((old, _)) if essence(old) == essence(wanted) => kept += 1,
            Some((old, id)) => steps.push(Step::Edit(id, old.clone(), wanted.clone())),
        }
    }
    (steps, kept)
}

/// Everything that is to be there: the table, and what only Discord has: the command on messages, and `/reload` where it is allowed.
pub fn wanted(place: Place, reload: bool) -> Vec<Value> {
    let on_message = json!({
        "type": MESSAGE, "name": ANSWER_THIS, "name_localizations": others(|language| say!(language, "on-message")),
        "integration_types": [0, 1], "contexts": [0, 1, 2],
    });
    let mut all: Vec<Value> = COMMANDS.iter().map(body).chain([on_message]).chain(reload.then(reload::body)).collect();
    if let Place::Server(_) = place {
        // A server's own commands are there and nowhere else; Discord has these two for the others alone.
        for command in all.iter_mut().filter_map(Value::as_object_mut) {
            command.retain(|key, _| !["integration_types", "contexts"].contains(&key.as_str()));
        }
    }
    all
}

/// What a member types or picks to use a command, such as `/who`.
pub fn called(command: &Value) -> String {
    let name = command["name"].as_str().unwrap_or_default();
    if kind(command) == CHAT_INPUT { format!("/{name}") } else { format!("\"{name}\" in the menu") }
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
            "type": STRING, "name": option.name, "name_localizations": others(|language| option.called(language)),
            "description": option.about(Language::English),
            "description_localizations": others(|language| option.about(language)), "required": option.required,
            "autocomplete": matches!(option.takes, Takes::RoleName | Takes::FamilyName),
        });
        match option.takes {
            Takes::RoleName | Takes::FamilyName => body["max_length"] = json!(CHOICE),
            Takes::Text => body["max_length"] = json!(QUESTION),
            Takes::Section => {
                let choice = |section: &Section| {
                    json!({
                        "name": section.called(Language::English), "value": section.word(Language::English),
                        "name_localizations": others(|language| section.called(language)),
                    })
                };
                body["choices"] = SECTIONS.iter().map(|(section, _)| choice(section)).collect();
            }
        }
        body
    };
    // Last, since what is required has to come first.
    let public = json!({
        "type": BOOLEAN, "name": PUBLIC, "name_localizations": others(|language| say!(language, "option-public")),
        "description": say!(Language::English, "option-public.about"),
        "description_localizations": others(|language| say!(language, "option-public.about")), "required": false,
    });
    json!({
        "type": CHAT_INPUT, "name": command.name, "name_localizations": others(|language| command.called(language)),
        "description": command.about(Language::English),
        "description_localizations": others(|language| command.about(language)),
        "options": command.options.iter().map(option).chain([public]).collect::<Vec<_>>(),
        "integration_types": [0, 1], "contexts": [0, 1, 2],
    })
}

/// What matters of a command, field by field, whichever of its defaults Discord left out.
pub fn essence(command: &Value) -> Value {
    let numbers = |key: &str| -> BTreeSet<u64> {
        command[key].as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
    };
    let option = |option: &Value| {
        json!({
            "type": option["type"], "name": option["name"], "name_localizations": translated(option, "name"),
            "description": option["description"], "description_localizations": translated(option, "description"),
            "max_length": option["max_length"],
            "choices": option["choices"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|choice| {
                    let others = translated(choice, "name");
                    json!({"name": choice["name"], "value": choice["value"], "name_localizations": others})
                })
                .collect::<Vec<_>>(),
            "required": option["required"] == json!(true), "autocomplete": option["autocomplete"] == json!(true),
        })
    };
    let options: Vec<Value> = command["options"].as_array().into_iter().flatten().map(option).collect();
    json!({
        "type": kind(command), "name": command["name"], "name_localizations": translated(command, "name"),
        "description": command["description"].as_str().unwrap_or_default(),
        "description_localizations": translated(command, "description"), "options": options,
        "integration_types": numbers("integration_types"), "contexts": numbers("contexts"),
        "default_member_permissions": command["default_member_permissions"],
    })
}

/// What something is in other languages; none is the same as an empty list of them.
fn translated(item: &Value, key: &str) -> Value {
    let others = &item[format!("{key}_localizations")];
    if others.is_object() { others.clone() } else { json!({}) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discord::locales::LOCALES;
    use crate::discord::wire::limits::{COMMAND_ABOUT, COMMAND_NAME, length};

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
        wanted(Place::Everywhere, false).into_iter().enumerate().map(stored).collect()
    }

    #[test]
    fn what_is_as_it_should_be_is_left_alone() {
        assert_eq!(plan(&registered(), &wanted(Place::Everywhere, false)), (Vec::new(), COMMANDS.len() + 1));
    }

    #[test]
    fn only_what_differs_is_touched() {
        let mut there = registered();
        there[0]["description"] = json!("something else");
        there[1]["name"] = json!("old");
        there.push(json!({"id": "77", "type": 4, "name": "launch"}));
        let (steps, kept) = plan(&there, &wanted(Place::Everywhere, false));
        let edit = Step::Edit(CommandId::new(1), there[0].clone(), body(&COMMANDS[0]));
        let delete = Step::Delete(CommandId::new(2), there[1].clone());
        assert_eq!(steps, [delete, edit, Step::Create(body(&COMMANDS[1]))]);
        assert_eq!(kept, COMMANDS.len() - 1);
    }

    #[test]
    fn where_a_command_can_be_used_is_compared_too() {
        for key in ["contexts", "integration_types"] {
            let mut there = registered();
            there[0][key] = json!([0]);
            let (steps, _) = plan(&there, &wanted(Place::Everywhere, false));
            assert_eq!(steps, [Step::Edit(CommandId::new(1), there[0].clone(), body(&COMMANDS[0]))], "{key}");
        }
    }

    #[test]
    fn what_it_is_called_in_other_languages_is_compared_too() {
        let changes: [fn(&mut Value); 4] = [
            |command| command["name_localizations"]["de"] = json!("anders"),
            |command| command["description_localizations"] = json!(null),
            |command| command["options"][0]["name_localizations"]["es-ES"] = json!("otro"),
            |command| command["options"][1]["choices"][0]["name_localizations"] = json!({"de": "anders"}),
        ];
        for change in changes {
            let mut there = registered();
            change(&mut there[0]);
            let edit = Step::Edit(CommandId::new(1), there[0].clone(), body(&COMMANDS[0]));
            assert_eq!(plan(&there, &wanted(Place::Everywhere, false)), (vec![edit], COMMANDS.len()));
        }
    }

    #[test]
    fn the_operator_decides_whether_there_is_a_reload() {
        let (with, without) = (wanted(Place::Everywhere, true), wanted(Place::Everywhere, false));
        assert_eq!(plan(&registered(), &with), (vec![Step::Create(reload::body())], COMMANDS.len() + 1));
        let mut there = registered();
        there.push(reload::body());
        let last = there.len() - 1;
        there[last]["id"] = json!("77");
        let old = there[last].clone();
        assert_eq!(plan(&there, &with), (Vec::new(), COMMANDS.len() + 2));
        assert_eq!(plan(&there, &without), (vec![Step::Delete(CommandId::new(77), old)], COMMANDS.len() + 1));
        there[last]["default_member_permissions"] = json!(null);
        let edit = Step::Edit(CommandId::new(77), there[last].clone(), reload::body());
        assert_eq!(plan(&there, &with).0, [edit]);
    }

    #[test]
    fn every_name_and_description_is_one_that_discord_takes() {
        // As Discord does it: of a translated text the longest version counts.
        fn size(item: &Value) -> usize {
            let longest = |key: &str| {
                let others = item[format!("{key}_localizations")].as_object().into_iter().flat_map(|all| all.values());
                others.chain([&item[key]]).filter_map(Value::as_str).map(length).max().unwrap_or(0)
            };
            let inside = ["options", "choices"].map(|key| item[key].as_array().into_iter().flatten().map(size).sum());
            longest("name")
                + longest("description")
                + inside.iter().sum::<usize>()
                + item["value"].as_str().map_or(0, length)
        }
        let in_all = |item: &Value, key: &str| -> Vec<String> {
            let others = item[format!("{key}_localizations")].as_object().into_iter().flat_map(|all| all.values());
            others.chain([&item[key]]).filter_map(|text| Some(text.as_str()?.to_owned())).collect()
        };
        for command in wanted(Place::Everywhere, true) {
            assert!(size(&command) <= 8000, "{}", command["name"]);
            let options: Vec<Value> = command["options"].as_array().into_iter().flatten().cloned().collect();
            let slash = kind(&command) == CHAT_INPUT;
            for item in options.iter().chain([&command]) {
                for name in in_all(item, "name") {
                    let allowed = |letter: char| letter.is_alphanumeric() || "-_'".contains(letter);
                    let lower = name.chars().all(allowed) && name.to_lowercase() == name;
                    assert!((1..=COMMAND_NAME).contains(&length(&name)) && (lower || !slash), "{name}");
                }
                for about in in_all(item, "description") {
                    assert!((1..=COMMAND_ABOUT).contains(&length(&about)), "{about}");
                }
                for choice in item["choices"].as_array().into_iter().flatten() {
                    for name in in_all(choice, "name") {
                        assert!((1..=CHOICE).contains(&length(&name)), "{name}");
                    }
                }
            }
            for locale in LOCALES.map(|(locale, _)| locale) {
                let names: Vec<&Value> = options.iter().map(|option| &option["name_localizations"][locale]).collect();
                assert!(names.iter().enumerate().all(|(at, name)| !names[..at].contains(name)), "{names:?}");
            }
        }
    }

    #[test]
    fn the_english_names_are_those_of_the_program() {
        for (name, key) in [(ANSWER_THIS.to_owned(), "on-message"), (PUBLIC.to_owned(), "option-public")] {
            assert_eq!(Language::English.say(key, &[]), name);
        }
    }
}
