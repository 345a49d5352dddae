//! Faults of input: what people paste, what clients forge, and too much of everything.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::input_shapes::{Back, Shape, commands, others};
use crate::row::{Row, row};
use discord_standin::{Context, Message, Person};

const SOON: Duration = Duration::from_secs(20);
/// Discord waits so long for a first answer.
const IN_TIME: Duration = Duration::from_secs(3);

pub fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = commands().into_iter().chain(others()).map(shaped).collect();
    rows.extend(messages());
    rows.extend(storms());
    rows
}

/// An interaction of this shape, and what comes back.
fn shaped((name, kind, data, more, back): Shape) -> Row {
    row(name, move |trial| {
        let (data, more) = (data.clone(), more.clone());
        async move {
            let context = Context::server().by(Person::named("zelda-struck"));
            let token = trial.discord.put(kind, data, more, &context);
            let answer = trial
                .discord
                .answer_within(&token, if back == Back::GoesOn { Duration::from_millis(300) } else { IN_TIME })
                .await;
            if answer.is_some() {
                trial.is_well();
            }
            trial.again_within(SOON).await?;
            let data = answer.map(|(answer, _)| answer["data"].clone());
            match (back, data) {
                (Back::GoesOn, None) => Ok("passed over".to_owned()),
                (Back::Choices, Some(data)) if data["choices"].is_array() => {
                    Ok(format!("{} suggestions", data["choices"].as_array().map_or(0, Vec::len)))
                }
                (Back::Words | Back::GoesOn, Some(data)) => {
                    said(&data).map(|words| format!("\"{words}\"")).ok_or("it answered without a word".to_owned())
                }
                (_, Some(data)) => Err(format!("it answered {data}")),
                (_, None) => Err(format!("no answer; {}", trial.last_word())),
            }
        }
    })
    .loses(usize::from(back == Back::GoesOn))
}

/// The first words of an answer.
fn said(data: &Value) -> Option<String> {
    let embed = &data["embeds"][0];
    let text = [&data["content"], &embed["title"], &embed["description"]]
        .into_iter()
        .find_map(|text| text.as_str().filter(|text| !text.is_empty()))?;
    Some(text.chars().take(60).collect())
}

/// A message that somebody writes to the bot, spoilt, and whether it wants a reply.
fn message(name: &'static str, content: String, spoil: fn(&mut Map<String, Value>), replied: bool) -> Row {
    row(name, move |trial| {
        let context = Context::direct().by(Person::named("zelda-struck"));
        let message = Message::new(&content, context);
        async move {
            let id = trial.discord.put_message(&message, spoil);
            let within = Duration::from_millis(if replied { 5000 } else { 700 });
            let reply = trial.discord.reply_within(id, within).await;
            if reply.is_some() {
                trial.is_well();
            }
            trial.again_within(SOON).await?;
            match reply {
                Some(reply) => {
                    said(&reply).map(|words| format!("\"{words}\"")).ok_or("it replied without a word".to_owned())
                }
                None if replied => Err(format!("no reply; {}", trial.last_word())),
                None => Ok("kept silent, went on".to_owned()),
            }
        }
    })
}

fn messages() -> Vec<Row> {
    let same: fn(&mut Map<String, Value>) = |_| {};
    vec![
        message("a message without a word", String::new(), same, true),
        message("a message of 4,000 characters", "who kneads the dough? ".repeat(180), same, true),
        message("a message of spaces no one sees", "\u{200b}\u{2060}\u{feff} ".repeat(300), same, true),
        message(
            "a message with 200 mentions",
            "who kneads dough?".to_owned(),
            |message| {
                let user = message["author"].clone();
                message.insert("mentions".to_owned(), json!(vec![user; 200]));
            },
            true,
        ),
        message(
            "a message with 500 embeds and files",
            "who kneads dough?".to_owned(),
            |message| {
                message.insert("embeds".to_owned(), json!(vec![json!({"type": "rich", "title": "x"}); 500]));
            },
            true,
        ),
        message(
            "a message without an author",
            "who kneads dough?".to_owned(),
            |message| {
                message.remove("author");
            },
            false,
        ),
        message(
            "a message of a kind to come",
            "who kneads dough?".to_owned(),
            |message| {
                message.insert("type".to_owned(), json!(99));
            },
            false,
        ),
        message(
            "a message from the year 1",
            "who kneads dough?".to_owned(),
            |message| {
                message.insert("timestamp".to_owned(), json!("0001-01-01T00:00:00+00:00"));
            },
            true,
        ),
        message("a message of Zalgo", format!("who kneads dough{}?", "\u{336}\u{489}\u{20dd}".repeat(500)), same, true),
    ]
}

/// So many at once. A program without optimisation needs ten times as long for each, and Discord waits 3 s for all of them.
const MANY: usize = if cfg!(debug_assertions) { 150 } else { 1000 };

fn storms() -> Vec<Row> {
    vec![
        row(format!("{MANY} questions at once, of {MANY} people"), |trial| async move {
            for person in 0..MANY {
                trial.ask(&format!("zelda-{person}"));
            }
            trial.again_within(SOON).await?;
            tokio::time::sleep(Duration::from_secs(4)).await;
            Ok("all answered".to_owned())
        }),
        row(format!("{MANY} questions at once, of one person"), |trial| async move {
            (0..MANY).for_each(|_| drop(trial.ask("zelda-eager")));
            trial.again_within(SOON).await?;
            tokio::time::sleep(Duration::from_secs(4)).await;
            Ok("some answered, the others asked to wait".to_owned())
        }),
        row(format!("{MANY} suggestions at once"), |trial| async move {
            let context = Context::server().by(Person::named("zelda-eager"));
            for _ in 0..MANY {
                let option = json!({"name": "name", "type": 3, "value": "ba", "focused": true});
                let data = json!({"id": "1", "name": "role", "type": 1, "options": [option]});
                trial.discord.put(4, data, Value::Null, &context);
            }
            trial.again_within(SOON).await?;
            tokio::time::sleep(Duration::from_secs(4)).await;
            Ok("all answered".to_owned())
        }),
        row("100 messages at once in one channel", |trial| async move {
            let question = |person: usize| {
                let context = Context::server().by(Person::named(&format!("zelda-{person}")));
                Message::new("/role baker", context).mentioning_the_bot()
            };
            let ids: Vec<u64> = (0..100).map(|person| trial.discord.put_message(&question(person), |_| {})).collect();
            trial.again_within(SOON).await?;
            tokio::time::sleep(Duration::from_secs(5)).await;
            let replies: Vec<usize> = ids.iter().map(|id| trial.discord.replies_to(*id)).collect();
            let replied: usize = replies.iter().sum();
            match replies.iter().max() {
                Some(0) => Err("none was answered".to_owned()),
                Some(1) => Ok(format!("{replied} replies, no flood")),
                _ => Err("a question was answered twice".to_owned()),
            }
        }),
    ]
}
