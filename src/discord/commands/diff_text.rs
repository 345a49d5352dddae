//! The difference between two commands as lines of text, for `rolecall register`.

use std::collections::BTreeSet;

use serde_json::Value;

/// One line per field that differs: its path, the old value, the new value. Empty exactly where the two are equal. Takes commands
/// that went through [`normalize`](crate::discord::commands::diff::normalize).
pub(crate) fn lines(before: &Value, after: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    walk("", before, after, &mut lines);
    lines
}

fn walk(path: &str, before: &Value, after: &Value, lines: &mut Vec<String>) {
    if before == after {
        return;
    }
    let lines_before = lines.len();
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for key in keys {
                walk(&join_path(path, key), &before[key.as_str()], &after[key.as_str()], lines);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            if let Some((old, new)) = with_names(old).zip(with_names(new)) {
                compare_by_name(path, &old, &new, lines);
            }
        }
        _ => {}
    }
    if lines.len() == lines_before {
        lines.push(format!("{path}: {} -> {}", format_value(before), format_value(after)));
    }
}

/// Compares options or choices, matched by name.
fn compare_by_name(path: &str, old: &[(&str, &Value)], new: &[(&str, &Value)], lines: &mut Vec<String>) {
    let contains = |name: &str, list: &[(&str, &Value)]| list.iter().any(|(other, _)| *other == name);
    for (name, _) in old.iter().filter(|(name, _)| !contains(name, new)) {
        lines.push(format!("{path}: {name} removed"));
    }
    for (name, after) in new {
        match old.iter().find(|(other, _)| other == name) {
            None => lines.push(format!("{path}: {name} added")),
            Some((_, before)) => walk(&join_path(path, name), before, after, lines),
        }
    }
    let common = |list: &[(&str, &Value)], other: &[(&str, &Value)]| -> Vec<String> {
        list.iter().filter(|(name, _)| contains(name, other)).map(|(name, _)| (*name).to_owned()).collect()
    };
    let (old_order, new_order) = (common(old, new), common(new, old));
    if old_order != new_order {
        lines.push(format!("{path}, order: {} -> {}", old_order.join(", "), new_order.join(", ")));
    }
}

fn with_names(list: &[Value]) -> Option<Vec<(&str, &Value)>> {
    list.iter().map(|item| Some((item["name"].as_str()?, item))).collect()
}

fn join_path(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}, {name}") }
}

fn format_value(value: &Value) -> String {
    if value.is_null() { "nothing".to_owned() } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn each_difference_has_a_line_with_its_path() {
        let before = json!({"description": "Old", "options": [
            {"name": "role", "max_length": 90, "choices": [{"name": "Why", "value": "why"}]}, {"name": "to"}, {"name": "by"},
        ]});
        let after = json!({"description": "New", "contexts": [0], "options": [
            {"name": "by"}, {"name": "role", "max_length": 100, "choices": [{"name": "Why", "value": "reason"}]}, {"name": "public"},
        ]});
        assert_eq!(
            lines(&before, &after),
            [
                "contexts: nothing -> [0]",
                "description: \"Old\" -> \"New\"",
                "options: to removed",
                "options, role, choices, Why, value: \"why\" -> \"reason\"",
                "options, role, max_length: 90 -> 100",
                "options: public added",
                "options, order: role, by -> by, role",
            ]
        );
    }

    fn command() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            Just(json!(true)),
            (0..3u8).prop_map(|n| json!(n)),
            "[ab]{0,2}".prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[ab]|name", inner, 0..3)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn there_are_lines_where_something_differs_and_only_there(one in command(), other in command()) {
            let differ = one != other;
            prop_assert_eq!(!lines(&one, &other).is_empty(), differ);
            prop_assert!(lines(&one, &one).is_empty());
        }
    }
}
