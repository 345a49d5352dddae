//! What people and forged clients send: interactions as data, each with what must come back.

use serde_json::{Value, json};

/// What must come back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Back {
    /// Words: an answer, or why there is none.
    Words,
    /// Suggestions, be they none.
    Choices,
    /// Nothing need come back, for Discord never sends such a thing; but it must go on.
    GoesOn,
}

/// An interaction: its name, its kind, its data, what else it has, what must come back.
pub type Shape = (&'static str, u8, Value, Value, Back);

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

/// Slash commands as nobody types them.
pub fn commands() -> Vec<Shape> {
    let ask = |text: &str| slash("ask", "question", json!(text));
    let words = |name, data| (name, 2, data, Value::Null, Back::Words);
    let subcommand = json!([{"name": "name", "type": 1, "options": []}]);
    vec![
        words("a question of 4,000 characters", ask(&"who kneads the dough? ".repeat(182)[..4000])),
        words("a question of 4,000 emoji", ask(&"🥖".repeat(4000))),
        words("a question of one letter", ask("?")),
        words("an empty question", ask("")),
        words(
            "zero-width and right-to-left text",
            ask("\u{200b}\u{202e}who\u{200d} kneads\u{2066} dough\u{202c}؟ مرحبا"),
        ),
        words("a thousand combining marks", ask(&format!("who kneads dough{}", "\u{301}".repeat(1000)))),
        words("null bytes", ask("who\u{0}kneads\u{0}dough\u{0}")),
        words("control characters", ask(&(1..32).filter_map(char::from_u32).collect::<String>())),
        words("mentions and Markdown", ask("@everyone <@1> <#2> ||```[x](https://evil.example)**__ who kneads dough?")),
        words("a regular expression and SQL", ask("(a+)+$ '; DROP TABLE roles; -- who kneads dough?")),
        words("4,000 brackets", ask(&"(".repeat(4000))),
        words("a slash command inside a question", ask("/role /role /role baker")),
        words("unknown command", slash("nothing", "name", json!("baker"))),
        words("a command of an empty name", slash("", "name", json!("baker"))),
        words("unknown option", slash("role", "colour", json!("blue"))),
        words("an option that is a number", slash("role", "name", json!(7))),
        words("the same option 50 times", {
            json!({"id": "1", "name": "role", "type": 1,
                "options": vec![json!({"name": "name", "type": 3, "value": "baker"}); 50]})
        }),
        words("no options", json!({"id": "1", "name": "role", "type": 1})),
        words("a subcommand where there is none", json!({"id": "1", "name": "role", "type": 1, "options": subcommand})),
        words("a name of 6,000 characters", slash("role", "name", json!("baker".repeat(1200)))),
        words("a section that there is not", {
            json!({"id": "1", "name": "role", "type": 1, "options": [
                {"name": "name", "type": 3, "value": "baker"}, {"name": "section", "type": 3, "value": "\u{0}horoscope"}]})
        }),
        words("a message command without its message", {
            json!({"id": "1", "name": "Answer this", "type": 3, "target_id": "5", "resolved": {}})
        }),
        words(
            "a user command that was never registered",
            json!({"id": "1", "name": "role", "type": 2, "target_id": "5"}),
        ),
        (
            "deep JSON",
            2,
            json!({"id": "1", "name": "role", "type": 1, "options": nested(60)}),
            Value::Null,
            Back::GoesOn,
        ),
        (
            "deeper JSON",
            2,
            json!({"id": "1", "name": "role", "type": 1, "options": nested(120)}),
            Value::Null,
            Back::GoesOn,
        ),
        ("an interaction without data", 2, Value::Null, Value::Null, Back::GoesOn),
        ("an interaction of a kind to come", 42, json!({"id": "1"}), Value::Null, Back::GoesOn),
        ("an interaction from nobody", 2, slash("role", "name", json!("baker")), json!({"user": null}), Back::GoesOn),
    ]
}

/// Clicks, choices, forms and suggestions as nobody makes them.
pub fn others() -> Vec<Shape> {
    let message = || {
        let author = json!({"id": "1", "username": "rolecall", "discriminator": "0001", "avatar": null, "bot": true});
        json!({"message": {
            "id": "9", "channel_id": "5", "author": author, "content": "", "timestamp": "2026-01-01T00:00:00+00:00",
            "edited_timestamp": null, "tts": false, "mention_everyone": false, "mentions": [], "mention_roles": [],
            "attachments": [], "embeds": [], "components": [], "pinned": false, "flags": 0, "type": 0,
        }})
    };
    let click = |name, id: &str| (name, 3, json!({"custom_id": id, "component_type": 2}), message(), Back::Words);
    let select = |name, kind: u8, values: Value| {
        (name, 3, json!({"custom_id": "1:menu", "component_type": kind, "values": values}), message(), Back::Words)
    };
    let form =
        |name, id: &str, rows: Value| (name, 5, json!({"custom_id": id, "components": rows}), Value::Null, Back::Words);
    let choices = |name, data| (name, 4, data, Value::Null, Back::Choices);
    let field = json!([{"type": 1, "components": [{"type": 4, "custom_id": "what", "value": "x".repeat(4000)}]}]);
    vec![
        click("a forged button", "1:/drop everything; \u{0}"),
        click("a button of another version", "0:role:pm"),
        click("a button of a role that has gone", "1:/role sommelier"),
        click("a button without meaning", ""),
        click("a button of 5,000 characters", &"1:/ask ".repeat(700)),
        click("a forged button to share", "1s:/role \u{202e}baker"),
        click("a forged button of judgement", "1+:::::"),
        select("a choice of nothing", 3, json!([])),
        select("a choice of 25 texts", 3, json!(vec!["x".repeat(100); 25])),
        select("a choice of people", 5, json!(["1"])),
        form("a form without fields", "1-:who", json!([])),
        form("a form that was never opened", "nothing", field.clone()),
        form("a form of 4,000 characters", "1-:who:baker", field),
        choices("suggestions for 10,000 characters", typing("role", "name", &"baker ".repeat(1666))),
        choices("suggestions for right-to-left text", typing("role", "name", "\u{202e}rekab")),
        choices("suggestions for an unknown command", typing("nothing", "name", "b")),
        choices("suggestions for an unknown option", typing("role", "colour", "b")),
        choices("suggestions for nothing typed", typing("role", "name", "")),
        choices("suggestions with nothing in focus", slash("role", "name", json!("b"))),
    ]
}
