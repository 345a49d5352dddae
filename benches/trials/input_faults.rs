//! Faults of input: unusual text, forged interactions and load spikes.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::fault_case::{FaultCase, fault_case};
use crate::input_cases::{Expected, InputCase, commands, others};
use discord_standin::{Context, Message, Person};

const TIMEOUT: Duration = Duration::from_secs(20);
/// Discord's time limit of an initial response.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);

pub fn cases() -> Vec<FaultCase> {
    let mut cases: Vec<FaultCase> = commands().into_iter().chain(others()).map(interaction).collect();
    cases.extend(messages());
    cases.extend(load_spikes());
    cases
}

/// Sends an interaction and checks the response.
fn interaction((name, kind, data, extra, expected): InputCase) -> FaultCase {
    fault_case(name, move |trial| {
        let (data, extra) = (data.clone(), extra.clone());
        async move {
            let context = Context::server().by(Person::named("zelda-struck"));
            let token = trial.discord.send_interaction(kind, data, extra, &context);
            let timeout = if expected == Expected::Anything { Duration::from_millis(300) } else { RESPONSE_TIMEOUT };
            let answer = trial.discord.response_within(&token, timeout).await;
            if answer.is_some() {
                trial.mark_recovered();
            }
            trial.wait_recovery(TIMEOUT).await?;
            let data = answer.map(|(answer, _)| answer["data"].clone());
            match (expected, data) {
                (Expected::Anything, None) => Ok("ignored".to_owned()),
                (Expected::Choices, Some(data)) if data["choices"].is_array() => {
                    Ok(format!("{} choices", data["choices"].as_array().map_or(0, Vec::len)))
                }
                (Expected::Text | Expected::Anything, Some(data)) => {
                    excerpt(&data).map(|text| format!("\"{text}\"")).ok_or("an answer without text".to_owned())
                }
                (_, Some(data)) => Err(format!("it answered {data}")),
                (_, None) => Err(format!("no answer; {}", trial.last_log_line())),
            }
        }
    })
    .loses(usize::from(expected == Expected::Anything))
}

/// The first 60 characters of an answer.
fn excerpt(data: &Value) -> Option<String> {
    let embed = &data["embeds"][0];
    let text = [&data["content"], &embed["title"], &embed["description"]]
        .into_iter()
        .find_map(|text| text.as_str().filter(|text| !text.is_empty()))?;
    Some(text.chars().take(60).collect())
}

/// Sends a message with `change` applied to its fields; `replied`: the bot has to reply.
fn message(name: &'static str, content: String, change: fn(&mut Map<String, Value>), replied: bool) -> FaultCase {
    fault_case(name, move |trial| {
        let context = Context::direct().by(Person::named("zelda-struck"));
        let message = Message::new(&content, context);
        async move {
            let id = trial.discord.send_message(&message, change);
            let timeout = Duration::from_millis(if replied { 5000 } else { 700 });
            let reply = trial.discord.reply_within(id, timeout).await;
            if reply.is_some() {
                trial.mark_recovered();
            }
            trial.wait_recovery(TIMEOUT).await?;
            match reply {
                Some(reply) => {
                    excerpt(&reply).map(|text| format!("\"{text}\"")).ok_or("a reply without text".to_owned())
                }
                None if replied => Err(format!("no reply; {}", trial.last_log_line())),
                None => Ok("no reply".to_owned()),
            }
        }
    })
}

fn messages() -> Vec<FaultCase> {
    let unchanged: fn(&mut Map<String, Value>) = |_| {};
    vec![
        message("a message without content", String::new(), unchanged, true),
        message("a message of 4,000 characters", "who kneads the dough? ".repeat(180), unchanged, true),
        message("a message of invisible characters", "\u{200b}\u{2060}\u{feff} ".repeat(300), unchanged, true),
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
            "a message with 500 embeds",
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
            "a message of an unknown type",
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
        message(
            "a message with 1,500 combining marks",
            format!("who kneads dough{}?", "\u{336}\u{489}\u{20dd}".repeat(500)),
            unchanged,
            true,
        ),
    ]
}

/// Sized so that an unoptimized build answers all within 3 s.
const MANY: usize = if cfg!(debug_assertions) { 150 } else { 1000 };

fn load_spikes() -> Vec<FaultCase> {
    vec![
        fault_case(format!("{MANY} questions at once, of {MANY} users"), |trial| async move {
            for user in 0..MANY {
                trial.ask(&format!("zelda-{user}"));
            }
            trial.wait_recovery(TIMEOUT).await?;
            Ok("all answered".to_owned())
        }),
        fault_case(format!("{MANY} questions at once, of one user"), |trial| async move {
            (0..MANY).for_each(|_| drop(trial.ask("zelda-eager")));
            trial.wait_recovery(TIMEOUT).await?;
            Ok("answered some, rate limited the others".to_owned())
        }),
        fault_case(format!("{MANY} autocomplete requests at once"), |trial| async move {
            let context = Context::server().by(Person::named("zelda-eager"));
            for _ in 0..MANY {
                let option = json!({"name": "name", "type": 3, "value": "ba", "focused": true});
                let data = json!({"id": "1", "name": "role", "type": 1, "options": [option]});
                trial.discord.send_interaction(4, data, Value::Null, &context);
            }
            trial.wait_recovery(TIMEOUT).await?;
            Ok("all answered".to_owned())
        }),
        fault_case("100 messages at once in one channel", |trial| async move {
            let question = |user: usize| {
                let context = Context::server().by(Person::named(&format!("zelda-{user}")));
                Message::new("/role baker", context).mentioning_the_bot()
            };
            let ids: Vec<u64> = (0..100).map(|user| trial.discord.send_message(&question(user), |_| {})).collect();
            trial.wait_recovery(TIMEOUT).await?;
            // Time for a second reply to the same message, which would be an error.
            tokio::time::sleep(Duration::from_secs(5)).await;
            let replies: Vec<usize> = ids.iter().map(|id| trial.discord.reply_count(*id)).collect();
            let replied: usize = replies.iter().sum();
            match replies.iter().max() {
                Some(0) => Err("no reply".to_owned()),
                Some(1) => Ok(format!("{replied} replies")),
                _ => Err("two replies to a message".to_owned()),
            }
        }),
    ]
}
