//! Discord's limits of application commands.

use std::collections::HashSet;

use serde_json::Value;

use super::limits::{FormErrors, length, list};

const LOCALES: &[&str] = &[
    "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "hi", "hr", "hu", "id", "it", "ja",
    "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN", "zh-TW",
];

/// Checks all commands of an application. Paths start with the index of the command, as in a bulk overwrite.
pub fn commands(commands: &[Value]) -> FormErrors {
    let mut errors = FormErrors::default();
    let mut names = HashSet::new();
    for (n, command) in commands.iter().enumerate() {
        check_command(&mut errors, &format!("{n}."), command);
        if !names.insert((kind(command), command["name"].as_str())) {
            errors.add(
                n.to_string(),
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                "Application command names must be unique",
            );
        }
    }
    for (number, max) in [(1, 100), (2, 15), (3, 15), (4, 1)] {
        if commands.iter().filter(|command| kind(command) == number).count() > max {
            let message = format!("Maximum number of application commands reached ({max}).");
            errors.add("", "APPLICATION_COMMANDS_MAX", message);
        }
    }
    errors
}

/// Checks one command.
pub fn command(command: &Value) -> FormErrors {
    let mut errors = FormErrors::default();
    check_command(&mut errors, "", command);
    errors
}

/// Command type: 1 slash, 2 user, 3 message, 4 primary entry point of an Activity.
pub fn kind(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(1)
}

fn check_command(errors: &mut FormErrors, prefix: &str, command: &Value) {
    if kind(command) == 1 {
        check_name(errors, prefix, command);
        check_description(errors, prefix, command);
    } else {
        errors.count(&format!("{prefix}name"), command["name"].as_str().map_or(0, length), 1..=32);
        if command["description"].as_str().is_some_and(|text| !text.is_empty()) {
            let message = "Context menu commands cannot have description";
            errors.add(format!("{prefix}description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message);
        }
    }
    check_options(errors, prefix, list(command, "options"), 0);
    for (key, max) in [("integration_types", 1), ("contexts", 2)] {
        if list(command, key).iter().any(|number| number.as_u64().is_none_or(|number| number > max)) {
            errors.add(format!("{prefix}{key}"), "BASE_TYPE_CHOICES", format!("Values must be from 0 to {max}."));
        }
    }
    if size(command) > 8000 {
        let prefix = prefix.trim_end_matches('.');
        errors.add(prefix, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)");
    }
}

fn check_options(errors: &mut FormErrors, prefix: &str, options: &[Value], depth: usize) {
    errors.at_most(&format!("{prefix}options"), options.len(), 25);
    let mut names = HashSet::new();
    let mut optional_seen = false;
    let nested = |option: &Value| matches!(option["type"].as_u64(), Some(1 | 2));
    if options.iter().any(nested) && !options.iter().all(nested) {
        let message = "Sub-command and sub-command group option types are mutually exclusive to all other types";
        errors.add(format!("{prefix}options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
    }
    for (n, option) in options.iter().enumerate() {
        let path = format!("{prefix}options.{n}");
        let prefix = format!("{path}.");
        check_name(errors, &prefix, option);
        check_description(errors, &prefix, option);
        if !names.insert(option["name"].as_str()) {
            let message = "Option names must be unique";
            errors.add(&path, "APPLICATION_COMMAND_OPTIONS_DUPLICATE_NAME", message);
        }
        match option["type"].as_u64() {
            Some(1) if depth <= 1 => check_options(errors, &prefix, list(option, "options"), 2),
            Some(2) if depth == 0 => check_options(errors, &prefix, list(option, "options"), 1),
            Some(3..=11) if depth != 1 => check_choices(errors, &prefix, option),
            _ => errors.add(format!("{prefix}type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Invalid option type"),
        }
        let required = option["required"] == true;
        if required && optional_seen {
            let message = "Required options must be placed before non-required options";
            errors.add(&path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message);
        }
        optional_seen |= !required;
    }
}

fn check_choices(errors: &mut FormErrors, prefix: &str, option: &Value) {
    let choices = list(option, "choices");
    errors.at_most(&format!("{prefix}choices"), choices.len(), 25);
    let autocomplete = option["autocomplete"] == true;
    if autocomplete && (!choices.is_empty() || !matches!(option["type"].as_u64(), Some(3 | 4 | 10))) {
        let message = "Autocomplete is for string, integer and number options without choices";
        errors.add(format!("{prefix}autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message);
    }
    for (n, choice) in choices.iter().enumerate() {
        errors.count(&format!("{prefix}choices.{n}.name"), choice["name"].as_str().map_or(0, length), 1..=100);
        if let Some(value) = choice["value"].as_str() {
            errors.count(&format!("{prefix}choices.{n}.value"), length(value), 1..=100);
        }
    }
    for key in ["min_length", "max_length"] {
        if option[key].as_u64().is_some_and(|number| number > 6000) {
            let message = "int value should be less than or equal to 6000.";
            errors.add(format!("{prefix}{key}"), "NUMBER_TYPE_MAX", message);
        }
    }
}

/// Checks the name and its localizations.
fn check_name(errors: &mut FormErrors, prefix: &str, item: &Value) {
    for (path, name) in with_localizations(errors, prefix, "name", item) {
        if !is_name(&name) {
            errors.add(path, "APPLICATION_COMMAND_INVALID_NAME", format!("Command name \"{name}\" is invalid"));
        }
    }
}

/// Checks the description and its localizations.
fn check_description(errors: &mut FormErrors, prefix: &str, item: &Value) {
    for (path, text) in with_localizations(errors, prefix, "description", item) {
        errors.count(&path, length(text.trim()), 1..=100);
    }
}

fn with_localizations(errors: &mut FormErrors, prefix: &str, key: &str, item: &Value) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    match item[key].as_str() {
        Some(text) => texts.push((format!("{prefix}{key}"), text.to_owned())),
        None => errors.add(format!("{prefix}{key}"), "BASE_TYPE_REQUIRED", "This field is required"),
    }
    for (locale, text) in item[format!("{key}_localizations")].as_object().into_iter().flatten() {
        let path = format!("{prefix}{key}_localizations.{locale}");
        if LOCALES.contains(&locale.as_str()) {
            texts.push((path, text.as_str().unwrap_or_default().to_owned()));
        } else {
            errors.add(path, "DICT_TYPE_KEY_INVALID", format!("\"{locale}\" is no locale"));
        }
    }
    texts
}

/// Discord's `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$` in lower case. `is_alphanumeric` also allows vowel signs of other
/// scripts.
fn is_name(name: &str) -> bool {
    let allowed = |c: char| {
        matches!(c, '-' | '_' | '\'' | '\u{900}'..='\u{97f}' | '\u{a8e0}'..='\u{a8ff}' | '\u{e01}'..='\u{e5b}')
            || c.is_alphanumeric()
    };
    (1..=32).contains(&length(name)) && name.chars().all(allowed) && name.to_lowercase() == name
}

/// The total length of names, descriptions and values; of localized strings the longest counts.
fn size(item: &Value) -> usize {
    let longest = |key: &str| {
        let localizations = item[format!("{key}_localizations")].as_object().into_iter().flatten();
        let localizations = localizations.filter_map(|(_, text)| text.as_str());
        item[key].as_str().into_iter().chain(localizations).map(length).max().unwrap_or(0)
    };
    let value = item["value"].as_str().map_or(0, length);
    let nested = list(item, "options").iter().chain(list(item, "choices")).map(size).sum::<usize>();
    longest("name") + longest("description") + value + nested
}
