//! A conversation as a member reads it, from the first command to clicks on old buttons after a restart.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::process::Process;
use discord_standin::{Context, Setup, StandIn};

/// The `custom_id` of the button with this label.
fn labelled(answer: &Value, label: &str) -> String {
    let found = parts(answer).find(|part| part["label"] == label).and_then(|part| part["custom_id"].as_str());
    found.unwrap_or_else(|| panic!("no button {label:?} on {answer}")).to_owned()
}

fn parts(answer: &Value) -> impl Iterator<Item = &Value> {
    let rows = answer["data"]["components"].as_array().into_iter().flatten();
    rows.flat_map(|row| row["components"].as_array().into_iter().flatten())
}

/// The text of an answer, then the labels of its buttons and menus.
fn read(answer: &Value) -> String {
    let mut out = String::new();
    for embed in answer["data"]["embeds"].as_array().into_iter().flatten() {
        for text in [&embed["title"], &embed["description"]].into_iter().filter_map(Value::as_str) {
            let _ = writeln!(out, "{text}");
        }
        for field in embed["fields"].as_array().into_iter().flatten() {
            let (name, value) =
                (field["name"].as_str().unwrap_or_default(), field["value"].as_str().unwrap_or_default());
            let _ = writeln!(out, "{name}: {}", value.replace('\n', "\n  "));
        }
    }
    for part in parts(answer) {
        let label = part["label"].as_str().or(part["placeholder"].as_str()).unwrap_or_default();
        let _ = write!(out, "[{label}] ");
    }
    out.trim_end().to_owned()
}

#[tokio::test]
async fn a_conversation_continues_after_a_restart() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    let place = Context::server();
    let card = discord.slash("role", json!({"name": "hca"}), &place).await;
    let mut told = format!("› /role hca\n\n{}\n", read(&card));
    let mut last = card.clone();
    for label in ["Staff Nurse", "Senior Staff Nurse", "Compare with Ward Sister", "Ward Sister"] {
        last = discord.click(&labelled(&last, label), &last, &place).await;
        let _ = write!(told, "\n› [{label}]\n\n{}\n", read(&last));
    }
    drop(bot);
    let bot = Process::start(&discord);
    bot.until_it_says(" unchanged").await;
    for (answer, label) in [(&card, "All responsibilities"), (&last, "👍 Right")] {
        let old = discord.click(&labelled(answer, label), answer, &place).await;
        let said = old["data"]["content"].as_str().map_or_else(|| read(&old), str::to_owned);
        let _ = write!(told, "\n(the bot was restarted) › [{label}]\n\n{said}\n");
    }
    insta::assert_snapshot!(told);
    discord.settle().await;
}
