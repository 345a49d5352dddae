//! Interactions with unusual, malformed or forged data, and the expected response to each.

use serde_json::{Value, json};

/// The expected response.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// An answer, or a text that explains why there is none.
    Text,
    /// Autocomplete choices, possibly none.
    Choices,
    /// Any or none, because Discord does not send such an interaction; but the bot has to keep running.
    Anything,
}

/// Name, interaction type, data, further fields, expected response.
pub type InputCase = (&'static str, u8, Value, Value, Expected);

fn slash(name: &str, option: &str, value: Value) -> Value {
    let kind = if value.is_string() { 3 } else { 4 };
    json!({"id": "1", "name": name, "type": 1, "options": [{"name": option, "type": kind, "value": value}]})
}

fn typing(name: &str, option: &str, text: &str) -> Value {
    json!({"id": "1", "name": name, "type": 1, "options": [{"name": option, "type": 3, "value": text, "focused": true}]})
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!([]), |inner, _| json!([inner]))
}

/// Slash commands.
pub fn commands() -> Vec<InputCase> {
    let ask = |text: &str| slash("ask", "question", json!(text));
    let text = |name, data| (name, 2, data, Value::Null, Expected::Text);
    let subcommand = json!([{"name": "name", "type": 1, "options": []}]);
    vec![
        text("a question of 4,000 characters", ask(&"who kneads the dough? ".repeat(182)[..4000])),
        text("a question of 4,000 emoji", ask(&"🥖".repeat(4000))),
        text("a question of one letter", ask("?")),
        text("an empty question", ask("")),
        text(
            "zero-width and right-to-left characters",
            ask("\u{200b}\u{202e}who\u{200d} kneads\u{2066} dough\u{202c}؟ مرحبا"),
        ),
        text("a thousand combining marks", ask(&format!("who kneads dough{}", "\u{301}".repeat(1000)))),
        text("null bytes", ask("who\u{0}kneads\u{0}dough\u{0}")),
        text("control characters", ask(&(1..32).filter_map(char::from_u32).collect::<String>())),
        text("mentions and Markdown", ask("@everyone <@1> <#2> ||```[x](https://evil.example)**__ who kneads dough?")),
        text("a regular expression and SQL", ask("(a+)+$ '; DROP TABLE roles; -- who kneads dough?")),
        text("4,000 brackets", ask(&"(".repeat(4000))),
        text("a slash command inside a question", ask("/role /role /role baker")),
        text("unknown command", slash("nothing", "name", json!("baker"))),
        text("a command with an empty name", slash("", "name", json!("baker"))),
        text("unknown option", slash("role", "colour", json!("blue"))),
        text("a number as option value", slash("role", "name", json!(7))),
        text("the same option 50 times", {
            json!({"id": "1", "name": "role", "type": 1,
                "options": vec![json!({"name": "name", "type": 3, "value": "baker"}); 50]})
        }),
        text("no options", json!({"id": "1", "name": "role", "type": 1})),
        text("an unknown subcommand", json!({"id": "1", "name": "role", "type": 1, "options": subcommand})),
        text("a name of 6,000 characters", slash("role", "name", json!("baker".repeat(1200)))),
        text("an unknown section", {
            json!({"id": "1", "name": "role", "type": 1, "options": [
                {"name": "name", "type": 3, "value": "baker"}, {"name": "section", "type": 3, "value": "\u{0}horoscope"}]})
        }),
        text("a message command without its message", {
            json!({"id": "1", "name": "Answer this", "type": 3, "target_id": "5", "resolved": {}})
        }),
        text("an unregistered user command", json!({"id": "1", "name": "role", "type": 2, "target_id": "5"})),
        (
            "deep JSON",
            2,
            json!({"id": "1", "name": "role", "type": 1, "options": nested(60)}),
            Value::Null,
            Expected::Anything,
        ),
        (
            "deeper JSON",
            2,
            json!({"id": "1", "name": "role", "type": 1, "options": nested(120)}),
            Value::Null,
            Expected::Anything,
        ),
        ("an interaction without data", 2, Value::Null, Value::Null, Expected::Anything),
        ("an interaction of an unknown type", 42, json!({"id": "1"}), Value::Null, Expected::Anything),
        (
            "an interaction without a user",
            2,
            slash("role", "name", json!("baker")),
            json!({"user": null}),
            Expected::Anything,
        ),
    ]
}

/// Components, modals and autocomplete.
pub fn others() -> Vec<InputCase> {
    let message = || {
        let author = json!({"id": "1", "username": "rolecall", "discriminator": "0001", "avatar": null, "bot": true});
        json!({"message": {
            "id": "9", "channel_id": "5", "author": author, "content": "", "timestamp": "2026-01-01T00:00:00+00:00",
            "edited_timestamp": null, "tts": false, "mention_everyone": false, "mentions": [], "mention_roles": [],
            "attachments": [], "embeds": [], "components": [], "pinned": false, "flags": 0, "type": 0,
        }})
    };
    let click = |name, id: &str| (name, 3, json!({"custom_id": id, "component_type": 2}), message(), Expected::Text);
    let select = |name, kind: u8, values: Value| {
        (name, 3, json!({"custom_id": "1:menu", "component_type": kind, "values": values}), message(), Expected::Text)
    };
    let modal = |name, id: &str, rows: Value| {
        (name, 5, json!({"custom_id": id, "components": rows}), Value::Null, Expected::Text)
    };
    let choices = |name, data| (name, 4, data, Value::Null, Expected::Choices);
    let field = json!([{"type": 1, "components": [{"type": 4, "custom_id": "what", "value": "x".repeat(4000)}]}]);
    vec![
        click("a forged button", "1:/drop everything; \u{0}"),
        click("a button of another version", "0:role:pm"),
        click("a button of a removed role", "1:/role sommelier"),
        click("a button with an empty custom_id", ""),
        click("a button of 5,000 characters", &"1:/ask ".repeat(700)),
        click("a forged share button", "1s:/role \u{202e}baker"),
        click("a forged vote button", "1+:::::"),
        select("a select menu without values", 3, json!([])),
        select("a select menu with 25 values", 3, json!(vec!["x".repeat(100); 25])),
        select("a user select menu", 5, json!(["1"])),
        modal("a modal without fields", "1-:who", json!([])),
        modal("an unknown modal", "nothing", field.clone()),
        modal("a modal of 4,000 characters", "1-:who:baker", field),
        choices("autocomplete of 10,000 characters", typing("role", "name", &"baker ".repeat(1666))),
        choices("autocomplete of right-to-left text", typing("role", "name", "\u{202e}rekab")),
        choices("autocomplete of an unknown command", typing("nothing", "name", "b")),
        choices("autocomplete of an unknown option", typing("role", "colour", "b")),
        choices("autocomplete of an empty value", typing("role", "name", "")),
        choices("autocomplete without a focused option", slash("role", "name", json!("b"))),
    ]
}
