//! Discord's limits on application commands, so that a registration that Discord would refuse fails in a test.

use std::collections::HashSet;

use serde_json::Value;

use super::limits::{Problems, length, list};

const LOCALES: &[&str] = &[
    "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "hi", "hr", "hu", "id", "it", "ja",
    "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN", "zh-TW",
];

/// Checks all commands of an application together; paths begin with the command's number, as in a bulk overwrite.
pub fn commands(commands: &[Value]) -> Problems {
    let mut problems = Problems::default();
    let mut names = HashSet::new();
    for (n, command) in commands.iter().enumerate() {
        check_command(&mut problems, &format!("{n}."), command);
        if !names.insert((kind(command), command["name"].as_str())) {
            problems.add(
                n.to_string(),
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                "Application command names must be unique",
            );
        }
    }
    for (number, most) in [(1, 100), (2, 15), (3, 15), (4, 1)] {
        if commands.iter().filter(|command| kind(command) == number).count() > most {
            let message = format!("Maximum number of application commands reached ({most}).");
            problems.add("", "APPLICATION_COMMANDS_MAX", message);
        }
    }
    problems
}

/// Checks one command.
pub fn command(command: &Value) -> Problems {
    let mut problems = Problems::default();
    check_command(&mut problems, "", command);
    problems
}

/// 1 a slash command, 2 one on a user, 3 one on a message, 4 the entry point of an Activity.
pub fn kind(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(1)
}

fn check_command(problems: &mut Problems, at: &str, command: &Value) {
    if kind(command) == 1 {
        check_name(problems, at, command);
        check_description(problems, at, command);
    } else {
        problems.count(&format!("{at}name"), command["name"].as_str().map_or(0, length), 1..=32);
        if command["description"].as_str().is_some_and(|text| !text.is_empty()) {
            let message = "Context menu commands cannot have description";
            problems.add(format!("{at}description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message);
        }
    }
    check_options(problems, at, list(command, "options"), 0);
    for (key, most) in [("integration_types", 1), ("contexts", 2)] {
        if list(command, key).iter().any(|number| number.as_u64().is_none_or(|number| number > most)) {
            problems.add(format!("{at}{key}"), "BASE_TYPE_CHOICES", format!("Values must be from 0 to {most}."));
        }
    }
    if size(command) > 8000 {
        let at = at.trim_end_matches('.');
        problems.add(at, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)");
    }
}

fn check_options(problems: &mut Problems, at: &str, options: &[Value], depth: usize) {
    problems.at_most(&format!("{at}options"), options.len(), 25);
    let mut names = HashSet::new();
    let mut optional_seen = false;
    let nested = |option: &Value| matches!(option["type"].as_u64(), Some(1 | 2));
    if options.iter().any(nested) && !options.iter().all(nested) {
        let message = "Sub-command and sub-command group option types are mutually exclusive to all other types";
        problems.add(format!("{at}options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
    }
    for (n, option) in options.iter().enumerate() {
        let place = format!("{at}options.{n}");
        let at = format!("{place}.");
        check_name(problems, &at, option);
        check_description(problems, &at, option);
        if !names.insert(option["name"].as_str()) {
            let message = "Option names must be unique";
            problems.add(&place, "APPLICATION_COMMAND_OPTIONS_DUPLICATE_NAME", message);
        }
        match option["type"].as_u64() {
            Some(1) if depth <= 1 => check_options(problems, &at, list(option, "options"), 2),
            Some(2) if depth == 0 => check_options(problems, &at, list(option, "options"), 1),
            Some(3..=11) if depth != 1 => check_choices(problems, &at, option),
            _ => problems.add(format!("{at}type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Invalid option type"),
        }
        let required = option["required"] == true;
        if required && optional_seen {
            let message = "Required options must be placed before non-required options";
            problems.add(&place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message);
        }
        optional_seen |= !required;
    }
}

fn check_choices(problems: &mut Problems, at: &str, option: &Value) {
    let choices = list(option, "choices");
    problems.at_most(&format!("{at}choices"), choices.len(), 25);
    let completes = option["autocomplete"] == true;
    if completes && (!choices.is_empty() || !matches!(option["type"].as_u64(), Some(3 | 4 | 10))) {
        let message = "Autocomplete is for string, integer and number options without choices";
        problems.add(format!("{at}autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message);
    }
    for (n, choice) in choices.iter().enumerate() {
        problems.count(&format!("{at}choices.{n}.name"), choice["name"].as_str().map_or(0, length), 1..=100);
        if let Some(value) = choice["value"].as_str() {
            problems.count(&format!("{at}choices.{n}.value"), length(value), 1..=100);
        }
    }
    for key in ["min_length", "max_length"] {
        if option[key].as_u64().is_some_and(|number| number > 6000) {
            let message = "int value should be less than or equal to 6000.";
            problems.add(format!("{at}{key}"), "NUMBER_TYPE_MAX", message);
        }
    }
}

/// The name and all its translations.
fn check_name(problems: &mut Problems, at: &str, item: &Value) {
    for (path, name) in with_translations(problems, at, "name", item) {
        if !is_name(&name) {
            problems.add(path, "APPLICATION_COMMAND_INVALID_NAME", format!("Command name \"{name}\" is invalid"));
        }
    }
}

fn check_description(problems: &mut Problems, at: &str, item: &Value) {
    for (path, text) in with_translations(problems, at, "description", item) {
        problems.count(&path, length(text.trim()), 1..=100);
    }
}

fn with_translations(problems: &mut Problems, at: &str, key: &str, item: &Value) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    match item[key].as_str() {
        Some(text) => texts.push((format!("{at}{key}"), text.to_owned())),
        None => problems.add(format!("{at}{key}"), "BASE_TYPE_REQUIRED", "This field is required"),
    }
    for (locale, text) in item[format!("{key}_localizations")].as_object().into_iter().flatten() {
        let path = format!("{at}{key}_localizations.{locale}");
        if LOCALES.contains(&locale.as_str()) {
            texts.push((path, text.as_str().unwrap_or_default().to_owned()));
        } else {
            problems.add(path, "DICT_TYPE_KEY_INVALID", format!("\"{locale}\" is no locale"));
        }
    }
    texts
}

/// Discord's `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`, lower case. (`is_alphanumeric` also lets the vowel signs of
/// other scripts pass.)
fn is_name(name: &str) -> bool {
    let allowed = |c: char| {
        matches!(c, '-' | '_' | '\'' | '\u{900}'..='\u{97f}' | '\u{a8e0}'..='\u{a8ff}' | '\u{e01}'..='\u{e5b}')
            || c.is_alphanumeric()
    };
    (1..=32).contains(&length(name)) && name.chars().all(allowed) && name.to_lowercase() == name
}

/// Names, descriptions and values together; of a translated text only the longest version counts.
fn size(item: &Value) -> usize {
    let longest = |key: &str| {
        let translations = item[format!("{key}_localizations")].as_object().into_iter().flatten();
        let translations = translations.filter_map(|(_, text)| text.as_str());
        item[key].as_str().into_iter().chain(translations).map(length).max().unwrap_or(0)
    };
    let value = item["value"].as_str().map_or(0, length);
    let inside = list(item, "options").iter().chain(list(item, "choices")).map(size).sum::<usize>();
    longest("name") + longest("description") + value + inside
}
