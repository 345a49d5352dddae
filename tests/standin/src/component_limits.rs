//! Discord's limits of message components and modals.

use std::collections::HashSet;

use serde_json::Value;

use super::limits::{FormErrors, check_url, length, list};

/// Checks the action rows of a message.
pub fn check_rows(errors: &mut FormErrors, path: &str, rows: &[Value]) {
    errors.at_most(path, rows.len(), 5);
    let mut custom_ids = HashSet::new();
    for (n, row) in rows.iter().enumerate() {
        let path = format!("{path}.{n}");
        if row["type"] != 1 {
            errors.add(format!("{path}.type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).");
            continue;
        }
        let components = list(row, "components");
        errors.count(&format!("{path}.components"), components.len(), 1..=5);
        let selects = components.iter().filter(|component| component["type"] != 2).count();
        if selects > 0 && components.len() > 1 {
            let message = "The specified component exceeds the maximum width";
            errors.add(format!("{path}.components.1"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message);
        }
        for (m, component) in components.iter().enumerate() {
            let path = format!("{path}.components.{m}");
            match component["type"].as_u64() {
                Some(2) => check_button(errors, &path, component, &mut custom_ids),
                Some(3 | 5..=8) => check_select(errors, &path, component, &mut custom_ids),
                _ => {
                    let message = "Value of field \"type\" must be one of (2, 3, 5, 6, 7, 8).";
                    errors.add(format!("{path}.type"), "UNION_TYPE_CHOICES", message);
                }
            }
        }
    }
}

fn check_button<'a>(errors: &mut FormErrors, path: &str, button: &'a Value, custom_ids: &mut HashSet<&'a str>) {
    errors.text(&format!("{path}.label"), &button["label"], 80);
    let blank = button["label"].as_str().is_none_or(|label| label.trim().is_empty());
    match button["style"].as_u64() {
        Some(1..=5) if blank && button["emoji"].is_null() => {
            errors.add(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button must have a label or an emoji");
        }
        Some(1..=4) if !button["url"].is_null() => {
            errors.add(format!("{path}.url"), "BUTTON_COMPONENT_INVALID_URL", "Only a link button has a url");
        }
        Some(1..=4) => check_custom_id(errors, path, button, custom_ids),
        Some(5) if !button["custom_id"].is_null() => {
            let message = "A custom id and url cannot both be specified";
            errors.add(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message);
        }
        Some(5) => {
            errors.required_text(&format!("{path}.url"), &button["url"], 512);
            check_url(errors, &format!("{path}.url"), &button["url"], &[]);
        }
        Some(6) => {}
        _ => errors.add(format!("{path}.style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6}."),
    }
}

fn check_select<'a>(errors: &mut FormErrors, path: &str, select: &'a Value, custom_ids: &mut HashSet<&'a str>) {
    check_custom_id(errors, path, select, custom_ids);
    errors.text(&format!("{path}.placeholder"), &select["placeholder"], 150);
    if select["type"] != 3 {
        return;
    }
    let options = list(select, "options");
    errors.count(&format!("{path}.options"), options.len(), 1..=25);
    let mut values = HashSet::new();
    for (n, option) in options.iter().enumerate() {
        let path = format!("{path}.options.{n}");
        errors.required_text(&format!("{path}.label"), &option["label"], 100);
        errors.required_text(&format!("{path}.value"), &option["value"], 100);
        errors.text(&format!("{path}.description"), &option["description"], 100);
        if !values.insert(option["value"].as_str()) {
            let message = "The specified option value is already used";
            errors.add(path, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message);
        }
    }
    for (key, default, min) in [("min_values", 1, 0), ("max_values", 1, 1)] {
        let max = options.len().min(25) as u64;
        if !(min..=max).contains(&select[key].as_u64().unwrap_or(default)) {
            let message = format!("int value should be between {min} and {max}.");
            errors.add(format!("{path}.{key}"), "NUMBER_TYPE_MAX", message);
        }
    }
}

fn check_custom_id<'a>(errors: &mut FormErrors, path: &str, component: &'a Value, custom_ids: &mut HashSet<&'a str>) {
    let path = format!("{path}.custom_id");
    let Some(custom_id) = component["custom_id"].as_str() else {
        return errors.add(path, "BASE_TYPE_REQUIRED", "This field is required");
    };
    errors.count(&path, length(custom_id), 1..=100);
    if !custom_ids.insert(custom_id) {
        errors.add(path, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
    }
}

/// Checks the data of a modal.
pub fn check_modal(errors: &mut FormErrors, data: &Value) {
    let mut custom_ids = HashSet::new();
    errors.count("data.custom_id", data["custom_id"].as_str().map_or(0, length), 1..=100);
    errors.count("data.title", data["title"].as_str().map_or(0, length), 1..=45);
    let rows = list(data, "components");
    errors.count("data.components", rows.len(), 1..=5);
    for (n, row) in rows.iter().enumerate() {
        let path = format!("data.components.{n}");
        let inputs = list(row, "components");
        errors.count(&format!("{path}.components"), inputs.len(), 1..=1);
        for input in inputs {
            let path = format!("{path}.components.0");
            if row["type"] != 1 || input["type"] != 4 {
                errors.add(
                    format!("{path}.type"),
                    "UNION_TYPE_CHOICES",
                    "Value of field \"type\" must be one of (4,).",
                );
                continue;
            }
            check_custom_id(errors, &path, input, &mut custom_ids);
            errors.count(&format!("{path}.label"), input["label"].as_str().map_or(0, length), 1..=45);
            errors.text(&format!("{path}.placeholder"), &input["placeholder"], 100);
            errors.text(&format!("{path}.value"), &input["value"], 4000);
            for key in ["min_length", "max_length"] {
                if input[key].as_u64().is_some_and(|number| number > 4000) {
                    let message = "int value should be less than or equal to 4000.";
                    errors.add(format!("{path}.{key}"), "NUMBER_TYPE_MAX", message);
                }
            }
        }
    }
}
