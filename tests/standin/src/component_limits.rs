//! Discord's limits on buttons, menus and forms, so that a row that Discord would refuse fails in a test.

use std::collections::HashSet;

use serde_json::Value;

use super::limits::{Problems, check_url, length, list};

/// Checks the rows under a message.
pub fn check_rows(problems: &mut Problems, at: &str, rows: &[Value]) {
    problems.at_most(at, rows.len(), 5);
    let mut names = HashSet::new();
    for (n, row) in rows.iter().enumerate() {
        let at = format!("{at}.{n}");
        if row["type"] != 1 {
            problems.add(format!("{at}.type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).");
            continue;
        }
        let parts = list(row, "components");
        problems.count(&format!("{at}.components"), parts.len(), 1..=5);
        let selects = parts.iter().filter(|part| part["type"] != 2).count();
        if selects > 0 && parts.len() > 1 {
            let message = "The specified component exceeds the maximum width";
            problems.add(format!("{at}.components.1"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message);
        }
        for (m, part) in parts.iter().enumerate() {
            let at = format!("{at}.components.{m}");
            match part["type"].as_u64() {
                Some(2) => check_button(problems, &at, part, &mut names),
                Some(3 | 5..=8) => check_select(problems, &at, part, &mut names),
                _ => {
                    let message = "Value of field \"type\" must be one of (2, 3, 5, 6, 7, 8).";
                    problems.add(format!("{at}.type"), "UNION_TYPE_CHOICES", message);
                }
            }
        }
    }
}

fn check_button<'a>(problems: &mut Problems, at: &str, button: &'a Value, names: &mut HashSet<&'a str>) {
    problems.text(&format!("{at}.label"), &button["label"], 80);
    let blank = button["label"].as_str().is_none_or(|label| label.trim().is_empty());
    match button["style"].as_u64() {
        Some(1..=5) if blank && button["emoji"].is_null() => {
            problems.add(at, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button must have a label or an emoji");
        }
        Some(1..=4) if !button["url"].is_null() => {
            problems.add(format!("{at}.url"), "BUTTON_COMPONENT_INVALID_URL", "Only a link button has a url");
        }
        Some(1..=4) => check_custom_id(problems, at, button, names),
        Some(5) if !button["custom_id"].is_null() => {
            let message = "A custom id and url cannot both be specified";
            problems.add(at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message);
        }
        Some(5) => {
            problems.required_text(&format!("{at}.url"), &button["url"], 512);
            check_url(problems, &format!("{at}.url"), &button["url"], &[]);
        }
        Some(6) => {}
        _ => problems.add(format!("{at}.style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6}."),
    }
}

fn check_select<'a>(problems: &mut Problems, at: &str, select: &'a Value, names: &mut HashSet<&'a str>) {
    check_custom_id(problems, at, select, names);
    problems.text(&format!("{at}.placeholder"), &select["placeholder"], 150);
    if select["type"] != 3 {
        return;
    }
    let options = list(select, "options");
    problems.count(&format!("{at}.options"), options.len(), 1..=25);
    let mut values = HashSet::new();
    for (n, option) in options.iter().enumerate() {
        let at = format!("{at}.options.{n}");
        problems.required_text(&format!("{at}.label"), &option["label"], 100);
        problems.required_text(&format!("{at}.value"), &option["value"], 100);
        problems.text(&format!("{at}.description"), &option["description"], 100);
        if !values.insert(option["value"].as_str()) {
            let message = "The specified option value is already used";
            problems.add(at, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message);
        }
    }
    for (key, default, least) in [("min_values", 1, 0), ("max_values", 1, 1)] {
        let most = options.len().min(25) as u64;
        if !(least..=most).contains(&select[key].as_u64().unwrap_or(default)) {
            let message = format!("int value should be between {least} and {most}.");
            problems.add(format!("{at}.{key}"), "NUMBER_TYPE_MAX", message);
        }
    }
}

fn check_custom_id<'a>(problems: &mut Problems, at: &str, part: &'a Value, names: &mut HashSet<&'a str>) {
    let path = format!("{at}.custom_id");
    let Some(name) = part["custom_id"].as_str() else {
        return problems.add(path, "BASE_TYPE_REQUIRED", "This field is required");
    };
    problems.count(&path, length(name), 1..=100);
    if !names.insert(name) {
        problems.add(path, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
    }
}

/// Checks a form.
pub fn check_modal(problems: &mut Problems, data: &Value) {
    let mut names = HashSet::new();
    problems.count("data.custom_id", data["custom_id"].as_str().map_or(0, length), 1..=100);
    problems.count("data.title", data["title"].as_str().map_or(0, length), 1..=45);
    let rows = list(data, "components");
    problems.count("data.components", rows.len(), 1..=5);
    for (n, row) in rows.iter().enumerate() {
        let at = format!("data.components.{n}");
        let inputs = list(row, "components");
        problems.count(&format!("{at}.components"), inputs.len(), 1..=1);
        for input in inputs {
            let at = format!("{at}.components.0");
            if row["type"] != 1 || input["type"] != 4 {
                problems.add(
                    format!("{at}.type"),
                    "UNION_TYPE_CHOICES",
                    "Value of field \"type\" must be one of (4,).",
                );
                continue;
            }
            check_custom_id(problems, &at, input, &mut names);
            problems.count(&format!("{at}.label"), input["label"].as_str().map_or(0, length), 1..=45);
            problems.text(&format!("{at}.placeholder"), &input["placeholder"], 100);
            problems.text(&format!("{at}.value"), &input["value"], 4000);
            for key in ["min_length", "max_length"] {
                if input[key].as_u64().is_some_and(|number| number > 4000) {
                    let message = "int value should be less than or equal to 4000.";
                    problems.add(format!("{at}.{key}"), "NUMBER_TYPE_MAX", message);
                }
            }
        }
    }
}
