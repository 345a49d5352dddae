//! The command table as application commands in Discord's JSON.

use serde_json::{Value, json};
use serenity::model::id::GuildId;
use serenity::model::permissions::Permissions;

use crate::discord::localizations::localizations;
use crate::discord::protocol::decode::{ANSWER_THIS_COMMAND, PUBLIC_OPTION};
use crate::discord::protocol::limits::MAX_CHOICE_LENGTH;
use crate::engine::request::{COMMANDS, Command, CommandOption, OptionKind, SECTIONS, Section};
use crate::i18n::{Language, t};

/// The name of the slash command that reloads the corpus.
pub(crate) const RELOAD_COMMAND: &str = "reload";

/// Command type: slash command.
pub(crate) const CHAT_INPUT: u64 = 1;
/// Command type: entry of a message's context menu.
pub(crate) const MESSAGE: u64 = 3;
const STRING_OPTION: u64 = 3;
const BOOLEAN_OPTION: u64 = 5;
/// Maximum length of a question: that of a message.
const MAX_QUESTION_LENGTH: usize = 2000;

/// Fields that global commands alone have.
const GLOBAL_ONLY: [&str; 2] = ["integration_types", "contexts"];

/// Where commands are registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Global commands: in every server and direct message where the bot can be used.
    Global,
    /// Guild commands: in one server alone.
    Guild(GuildId),
}

impl Scope {
    /// Removes the fields that commands in this scope do not have.
    pub(crate) fn retain_fields(self, commands: &mut [Value]) {
        if self != Scope::Global {
            for command in commands.iter_mut().filter_map(Value::as_object_mut) {
                command.retain(|key, _| !GLOBAL_ONLY.contains(&key.as_str()));
            }
        }
    }
}

/// All commands that should be registered: the command table, the message command, and `/reload` where it is enabled.
pub(crate) fn desired(scope: Scope, reload: bool) -> Vec<Value> {
    let message_command = json!({
        "type": MESSAGE, "name": ANSWER_THIS_COMMAND, "name_localizations": localizations(|language| t!(language, "on-message")),
        "integration_types": [0, 1], "contexts": [0, 1, 2],
    });
    let table = COMMANDS.iter().map(slash_command);
    let mut commands: Vec<Value> = table.chain([message_command]).chain(reload.then(reload_command)).collect();
    scope.retain_fields(&mut commands);
    commands
}

/// `/reload`: for guild installations and guild contexts, and shown to members with Manage Server.
pub(crate) fn reload_command() -> Value {
    json!({
        "type": CHAT_INPUT, "name": RELOAD_COMMAND, "name_localizations": localizations(|language| t!(language, "command-reload")),
        "description": t!(Language::English, "command-reload.about"),
        "description_localizations": localizations(|language| t!(language, "command-reload.about")),
        "default_member_permissions": Permissions::MANAGE_GUILD.bits().to_string(), "integration_types": [0], "contexts": [0],
    })
}

/// How a member invokes a command: `/who`, or the entry of the context menu.
pub(crate) fn display_name(command: &Value) -> String {
    let name = command["name"].as_str().unwrap_or_default();
    if command_type(command) == CHAT_INPUT { format!("/{name}") } else { format!("\"{name}\" in the menu") }
}

/// The type of a command; Discord's default is a slash command.
pub(crate) fn command_type(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(CHAT_INPUT)
}

/// A slash command for both kinds of installation (server, user) and every context (server, direct message, group).
fn slash_command(command: &Command) -> Value {
    let option = |option: &CommandOption| {
        let mut body = json!({
            "type": STRING_OPTION, "name": option.name, "name_localizations": localizations(|language| option.localized_name(language)),
            "description": option.description(Language::English),
            "description_localizations": localizations(|language| option.description(language)), "required": option.required,
            "autocomplete": matches!(option.kind, OptionKind::RoleName | OptionKind::FamilyName),
        });
        match option.kind {
            OptionKind::RoleName | OptionKind::FamilyName => body["max_length"] = json!(MAX_CHOICE_LENGTH),
            OptionKind::Text => body["max_length"] = json!(MAX_QUESTION_LENGTH),
            OptionKind::Section => {
                let choice = |section: &Section| {
                    json!({
                        "name": section.localized_name(Language::English), "value": section.option_value(Language::English),
                        "name_localizations": localizations(|language| section.localized_name(language)),
                    })
                };
                body["choices"] = SECTIONS.iter().map(|(section, _)| choice(section)).collect();
            }
        }
        body
    };
    // Last: required options have to come before optional ones.
    let public = json!({
        "type": BOOLEAN_OPTION, "name": PUBLIC_OPTION, "name_localizations": localizations(|language| t!(language, "option-public")),
        "description": t!(Language::English, "option-public.about"),
        "description_localizations": localizations(|language| t!(language, "option-public.about")), "required": false,
    });
    json!({
        "type": CHAT_INPUT, "name": command.name, "name_localizations": localizations(|language| command.localized_name(language)),
        "description": command.description(Language::English),
        "description_localizations": localizations(|language| command.description(language)),
        "options": command.options.iter().map(option).chain([public]).collect::<Vec<_>>(),
        "integration_types": [0, 1], "contexts": [0, 1, 2],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discord::localizations::LOCALES;
    use crate::discord::protocol::limits::{MAX_COMMAND_DESCRIPTION_LENGTH, MAX_COMMAND_NAME_LENGTH, utf16_len};

    #[test]
    fn every_name_and_description_is_within_discords_limits() {
        // The size as Discord computes it: of a localized text the longest version counts.
        fn size(item: &Value) -> usize {
            let longest = |key: &str| {
                let others = item[format!("{key}_localizations")].as_object().into_iter().flat_map(|all| all.values());
                others.chain([&item[key]]).filter_map(Value::as_str).map(utf16_len).max().unwrap_or(0)
            };
            let nested = ["options", "choices"].map(|key| item[key].as_array().into_iter().flatten().map(size).sum());
            longest("name")
                + longest("description")
                + nested.iter().sum::<usize>()
                + item["value"].as_str().map_or(0, utf16_len)
        }
        let all_texts = |item: &Value, key: &str| -> Vec<String> {
            let others = item[format!("{key}_localizations")].as_object().into_iter().flat_map(|all| all.values());
            others.chain([&item[key]]).filter_map(|text| Some(text.as_str()?.to_owned())).collect()
        };
        for command in desired(Scope::Global, true) {
            assert!(size(&command) <= 8000, "{}", command["name"]);
            let options: Vec<Value> = command["options"].as_array().into_iter().flatten().cloned().collect();
            let slash = command_type(&command) == CHAT_INPUT;
            for item in options.iter().chain([&command]) {
                for name in all_texts(item, "name") {
                    let allowed = |letter: char| letter.is_alphanumeric() || "-_'".contains(letter);
                    let lower = name.chars().all(allowed) && name.to_lowercase() == name;
                    assert!((1..=MAX_COMMAND_NAME_LENGTH).contains(&utf16_len(&name)) && (lower || !slash), "{name}");
                }
                for description in all_texts(item, "description") {
                    assert!((1..=MAX_COMMAND_DESCRIPTION_LENGTH).contains(&utf16_len(&description)), "{description}");
                }
                for choice in item["choices"].as_array().into_iter().flatten() {
                    for name in all_texts(choice, "name") {
                        assert!((1..=MAX_CHOICE_LENGTH).contains(&utf16_len(&name)), "{name}");
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
    fn the_constants_are_the_english_names() {
        for (name, key) in [(ANSWER_THIS_COMMAND.to_owned(), "on-message"), (PUBLIC_OPTION.to_owned(), "option-public")]
        {
            assert_eq!(Language::English.translate(key, &[]), name);
        }
    }
}
