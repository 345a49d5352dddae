//! Tests of the limits of messages, at the limit and one beyond it.

use serde_json::{Value, json};

use super::super::*;
use super::raw_requests::post;

pub fn long(length: usize) -> String {
    "x".repeat(length)
}

pub fn many(number: usize, make: impl Fn(usize) -> Value) -> Value {
    (0..number).map(make).collect()
}

fn embed(embed: Value) -> Value {
    json!({"embeds": [embed]})
}

fn field(name: usize, value: usize) -> Value {
    json!({"name": long(name), "value": long(value)})
}

fn button(name: impl Into<String>) -> Value {
    json!({"type": 2, "style": 1, "label": "x", "custom_id": name.into()})
}

pub fn row(parts: Value) -> Value {
    json!({"type": 1, "components": parts})
}

fn rows(rows: Value) -> Value {
    json!({"content": "x", "components": rows})
}

fn option_of_menu(name: usize) -> Value {
    json!({"label": "x", "value": name.to_string()})
}

fn menu(more: Value) -> Value {
    let mut menu = json!({"type": 3, "custom_id": "menu", "options": [option_of_menu(1)]});
    events::merge(&mut menu, &more);
    rows(json!([row(json!([menu]))]))
}

fn button_with(more: Value) -> Value {
    let mut button = button("a");
    events::merge(&mut button, &more);
    rows(json!([row(json!([button]))]))
}

/// The path of the error, a valid body, an invalid body.
type Case = (&'static str, Value, Value);

fn message_cases() -> Vec<Case> {
    let emoji = "🙂".repeat(1001);
    let buttons = |number| row(many(number, |n| button(n.to_string())));
    let grid = |number| many(number, |n| row(json!([button(n.to_string())])));
    vec![
        ("content", json!({"content": long(2000)}), json!({"content": long(2001)})),
        ("content", json!({"content": "🙂".repeat(1000)}), json!({"content": emoji})),
        (
            "embeds",
            json!({"embeds": many(10, |_| json!({"title": "x"}))}),
            json!({"embeds": many(11, |_| json!({"title": "x"}))}),
        ),
        (
            "embeds",
            json!({"embeds": [{"description": long(3000)}, {"description": long(3000)}]}),
            json!({"embeds": [{"description": long(3000)}, {"description": long(2990), "author": {"name": long(11)}}]}),
        ),
        ("embeds.0.title", embed(json!({"title": long(256)})), embed(json!({"title": long(257)}))),
        ("embeds.0.description", embed(json!({"description": long(4096)})), embed(json!({"description": long(4097)}))),
        ("embeds.0.description", embed(json!({"image": {"url": "https://x.org/x.png"}})), embed(json!({"color": 1}))),
        (
            "embeds.0.fields",
            embed(json!({"fields": many(25, |_| field(1, 1))})),
            embed(json!({"fields": many(26, |_| field(1, 1))})),
        ),
        (
            "embeds.0.fields.0.name",
            embed(json!({"fields": [field(256, 1)]})),
            embed(json!({"fields": [field(257, 1)]})),
        ),
        ("embeds.0.fields.0.name", embed(json!({"fields": [field(1, 1)]})), embed(json!({"fields": [field(0, 1)]}))),
        (
            "embeds.0.fields.0.value",
            embed(json!({"fields": [field(1, 1024)]})),
            embed(json!({"fields": [field(1, 1025)]})),
        ),
        (
            "embeds.0.fields.0.value",
            embed(json!({"fields": [field(1, 1)]})),
            embed(json!({"fields": [{"name": "x", "value": "  "}]})),
        ),
        (
            "embeds.0.footer.text",
            embed(json!({"footer": {"text": long(2048)}})),
            embed(json!({"footer": {"text": long(2049)}})),
        ),
        (
            "embeds.0.author.name",
            embed(json!({"author": {"name": long(256)}})),
            embed(json!({"author": {"name": long(257)}})),
        ),
        (
            "embeds.0.url",
            embed(json!({"title": "x", "url": "https://x.org"})),
            embed(json!({"title": "x", "url": "x.org"})),
        ),
        (
            "embeds.0.image.url",
            embed(json!({"image": {"url": "https://x.org/x.png"}})),
            embed(json!({"image": {"url": "attachment://missing.png"}})),
        ),
        ("components", rows(grid(5)), rows(grid(6))),
        ("components.0.components", rows(json!([buttons(5)])), rows(json!([buttons(6)]))),
        ("components.0.components", rows(json!([buttons(1)])), rows(json!([buttons(0)]))),
        (
            "components.0.components.0.label",
            button_with(json!({"label": long(80)})),
            button_with(json!({"label": long(81)})),
        ),
        (
            "components.0.components.0",
            button_with(json!({"label": "", "emoji": {"name": "🙂"}})),
            button_with(json!({"label": ""})),
        ),
        (
            "components.0.components.0.custom_id",
            button_with(json!({"custom_id": long(100)})),
            button_with(json!({"custom_id": long(101)})),
        ),
        (
            "components.0.components.0.custom_id",
            button_with(json!({"custom_id": "x"})),
            button_with(json!({"custom_id": ""})),
        ),
        (
            "components.1.components.0.custom_id",
            rows(json!([row(json!([button("a")])), row(json!([button("b")]))])),
            rows(json!([row(json!([button("a")])), row(json!([button("a")]))])),
        ),
        ("components.0.components.0.style", button_with(json!({"style": 4})), button_with(json!({"style": 7}))),
        (
            "components.0.components.1",
            menu(json!({})),
            rows(json!([row(json!([button("a"), {"type": 3, "custom_id": "b", "options": [option_of_menu(1)]}]))])),
        ),
        ("components.0.type", rows(grid(1)), rows(json!([button("a")]))),
        (
            "components.0.components.0.options",
            menu(json!({"options": many(25, option_of_menu)})),
            menu(json!({"options": many(26, option_of_menu)})),
        ),
        (
            "components.0.components.0.placeholder",
            menu(json!({"placeholder": long(150)})),
            menu(json!({"placeholder": long(151)})),
        ),
        (
            "components.0.components.0.options.0.label",
            menu(json!({"options": [{"label": long(100), "value": "x"}]})),
            menu(json!({"options": [{"label": long(101), "value": "x"}]})),
        ),
        (
            "components.0.components.0.options.0.value",
            menu(json!({"options": [{"label": "x", "value": long(100)}]})),
            menu(json!({"options": [{"label": "x", "value": long(101)}]})),
        ),
        (
            "components.0.components.0.options.0.description",
            menu(json!({"options": [{"label": "x", "value": "x", "description": long(100)}]})),
            menu(json!({"options": [{"label": "x", "value": "x", "description": long(101)}]})),
        ),
        (
            "components.0.components.0.options.1",
            menu(json!({"options": [option_of_menu(1), option_of_menu(2)]})),
            menu(json!({"options": [option_of_menu(1), option_of_menu(1)]})),
        ),
        ("nonce", json!({"content": "x", "nonce": long(25)}), json!({"content": "x", "nonce": long(26)})),
        (
            "attachments.0.description",
            json!({"content": "x", "attachments": [{"id": 0, "description": long(1024)}]}),
            json!({"content": "x", "attachments": [{"id": 0, "description": long(1025)}]}),
        ),
        (
            "message_reference",
            json!({"content": "x"}),
            json!({"content": "x", "message_reference": {"message_id": "1"}}),
        ),
    ]
}

/// Returns true for an error 50035 at this path.
pub fn is_refused_at(answer: &Value, path: &str) -> bool {
    let node = path.split('.').fold(&answer["errors"], |node, key| &node[key]);
    answer["code"] == 50035 && node["_errors"][0]["code"].is_string()
}

#[tokio::test]
async fn invalid_messages_are_rejected_with_the_path_of_the_error() {
    let discord = StandIn::start(Setup::default()).await;
    let path = format!("channels/{CHANNEL}/messages");
    for (place, mut good, mut bad) in message_cases() {
        good["allowed_mentions"] = json!({"parse": []});
        bad["allowed_mentions"] = json!({"parse": []});
        let (status, answer) = post(&discord, &path, &good).await;
        assert_eq!(status, 200, "{place}: {answer}");
        assert_eq!(discord.violations(), [""; 0], "{place}");
        let (status, answer) = post(&discord, &path, &bad).await;
        assert!(status == 400 && is_refused_at(&answer, place), "{place}: {status} {answer}");
        assert_eq!(discord.violations().len(), 1, "{place}");
    }
    let (status, answer) = post(&discord, &path, &json!({"content": " ", "allowed_mentions": {"parse": []}})).await;
    assert_eq!((status, &answer["code"]), (400, &json!(50006)));
    discord.violations();
}

#[tokio::test]
async fn file_sizes_and_image_urls_are_checked() {
    let discord = StandIn::start(Setup::default()).await;
    let send = async |name: &str, size: usize, content: Value| {
        let boundary = "a-boundary";
        let body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n{content}\r\n--{boundary}\r\n\
             Content-Disposition: form-data; name=\"files[0]\"; filename=\"{name}\"\r\n\r\n{}\r\n--{boundary}--\r\n",
            long(size)
        );
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let request = client.post(format!("{}/api/v10/channels/{CHANNEL}/messages", discord.origin()));
        let request = request.header("Content-Type", format!("multipart/form-data; boundary={boundary}"));
        let request = request.header("Authorization", format!("Bot {TOKEN}")).body(body);
        request.send().await.expect("an answer").status().as_u16()
    };
    let image = |name: &str| json!({"embeds": [{"image": {"url": format!("attachment://{name}")}}], "allowed_mentions": {"parse": []}});
    assert_eq!(send("x.png", 10, image("x.png")).await, 200);
    assert_eq!(send("x.txt", 20 << 20, json!({"allowed_mentions": {"parse": []}})).await, 200);
    assert_eq!(discord.violations(), [""; 0]);
    assert_eq!(send("x.svg", 10, image("x.svg")).await, 400);
    assert_eq!(send("x.txt", (20 << 20) + 1, json!({"allowed_mentions": {"parse": []}})).await, 413);
    assert_eq!(discord.violations().len(), 2);
}
