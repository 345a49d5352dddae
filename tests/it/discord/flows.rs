//! What members see: one complete reply of each flow is a snapshot.

use serde_json::{Value, json};

use super::process::Process;
use discord_standin::{CHANNEL, Context, MESSAGE_CONTENT, Message, OTHER_CHANNEL, Person, Setup, StandIn};

/// Replaces the ids that differ from run to run.
pub(super) fn steady(mut sent: Value) -> Value {
    if !sent["nonce"].is_null() {
        assert_eq!(sent["nonce"], sent["message_reference"]["message_id"]);
        sent["nonce"] = json!("[nonce]");
        sent["message_reference"]["message_id"] = json!("[message]");
    }
    sent
}

/// Removes the diagram: on a busy machine an answer about the ward can go out before its diagram is rendered.
/// `diagrams` tests diagrams.
pub(super) fn without_diagram(mut sent: Value) -> Value {
    let at = if sent["data"].is_object() { "/data" } else { "" };
    if let Some(body) = sent.pointer_mut(at).and_then(Value::as_object_mut) {
        body.remove("attachments");
        for embed in body.get_mut("embeds").and_then(Value::as_array_mut).into_iter().flatten() {
            embed.as_object_mut().and_then(|embed| embed.remove("image"));
        }
    }
    steady(sent)
}

/// The title of an answer's first embed.
pub(super) fn title(sent: &Value) -> &str {
    let body = if sent["data"].is_object() { &sent["data"] } else { sent };
    body["embeds"][0]["title"].as_str().unwrap_or_default()
}

/// The `custom_id` of each button and menu below an answer.
pub(super) fn buttons(sent: &Value) -> Vec<&str> {
    let body = if sent["data"].is_object() { &sent["data"] } else { sent };
    let rows = body["components"].as_array().into_iter().flatten();
    let buttons = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
    buttons.filter_map(|button| button["custom_id"].as_str()).collect()
}

#[tokio::test]
async fn every_command_is_answered_at_once_and_only_the_member_sees_it() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let commands = [
        ("role", json!({"name": "diabetes-specialist-nurse"})),
        ("duties", json!({"name": "rn"})),
        ("path", json!({"from": "hca", "to": "cno"})),
        ("compare", json!({"one": "rn", "other": "ssn"})),
        ("who", json!({"does": "hands out the tablets"})),
        ("next", json!({"name": "senior rn"})),
        ("ladder", json!({})),
        ("ask", json!({"question": "who hands out the tablets?"})),
        ("roles", json!({})),
        ("help", json!({})),
    ];
    for (name, options) in commands {
        let answer = discord.slash(name, options, &Context::server().by(Person::named(name))).await;
        assert_eq!((&answer["type"], &answer["data"]["flags"]), (&json!(4), &json!(64)));
        insta::assert_json_snapshot!(format!("command_{name}"), without_diagram(answer));
    }
    discord.settle().await;
}

#[tokio::test]
async fn one_section_of_a_role_is_shown_by_a_command_option_or_the_menu_below_a_card() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let place = Context::server();
    let options = json!({"name": "rn", "section": "why"});
    let answer = discord.slash("role", options, &place).await;
    insta::assert_json_snapshot!("command_role_section", steady(answer.clone()));
    let menu = &answer["data"]["components"][1]["components"][0];
    let choices: Vec<&str> =
        menu["options"].as_array().into_iter().flatten().filter_map(|it| it["value"].as_str()).collect();
    assert!(choices.contains(&"/role staff-nurse section:steps"), "{choices:?}");
    let id = menu["custom_id"].as_str().expect("a menu");
    let steps = discord.select(id, &["/role staff-nurse section:steps"], &answer["data"], &place).await;
    assert_eq!(title(&steps), "Staff Nurse: steps before and after");
    let wrong = discord.select(id, &["/role staff-nurse section:horoscope"], &answer["data"], &place).await;
    assert!(wrong.to_string().contains("There is no section"), "{wrong}");
}

#[tokio::test]
async fn the_menu_below_the_list_of_roles_opens_a_role() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let answer = discord.slash("roles", json!({}), &Context::server()).await;
    let menu = &answer["data"]["components"][1]["components"][0];
    assert_eq!(menu["options"].as_array().map(Vec::len), Some(12));
    let id = menu["custom_id"].as_str().expect("a menu");
    let card = discord.select(id, &["/role diabetes-specialist-nurse"], &answer["data"], &Context::server()).await;
    assert_eq!(title(&card), "Diabetes Specialist Nurse");
}

#[tokio::test]
async fn commands_work_in_direct_messages_groups_and_servers_without_the_bot() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    for place in [Context::direct(), Context::group(), Context::server_without_the_bot()] {
        let answer = discord.slash("role", json!({"name": "dsn"}), &place).await;
        assert_eq!(title(&answer), "Diabetes Specialist Nurse");
    }
}

#[tokio::test]
async fn an_unknown_role_name_with_mentions_and_markdown_is_answered_without_them() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let name = format!("@everyone **[x](https://evil.example)** {}", "z".repeat(60));
    let answer = discord.slash("role", json!({"name": name}), &Context::server()).await;
    assert_eq!(answer["type"], 4);
    let blank = discord.slash("role", json!({"name": "  "}), &Context::server()).await;
    assert!(blank.to_string().contains("/role needs name"), "{blank}");
}

#[tokio::test]
async fn autocomplete_suggests_roles_by_title_and_alias() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let choices = discord.autocomplete("role", json!({"name": "chief"}), "name", &Context::server()).await;
    assert_eq!(choices[0]["value"], "chief-nurse");
    let choices = discord.autocomplete("role", json!({"name": "sister"}), "name", &Context::server()).await;
    insta::assert_json_snapshot!("suggestions", choices);
    let options = json!({"from": "hca", "to": "matr"});
    let choices = discord.autocomplete("path", options, "to", &Context::server()).await;
    assert_eq!(choices[0]["value"], "matron");
    let all = discord.autocomplete("path", json!({"from": ""}), "from", &Context::server()).await;
    assert!((10..=25).contains(&all.len()), "{all:?}");
}

#[tokio::test]
async fn autocomplete_of_an_empty_option_suggests_the_most_viewed_roles_first() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let suggested = || async {
        let choices = discord.autocomplete("role", json!({"name": ""}), "name", &Context::server()).await;
        choices.iter().filter_map(|choice| Some(choice["value"].as_str()?.to_owned())).collect::<Vec<_>>()
    };
    let before = suggested().await;
    assert_eq!((before.len(), before[0].as_str()), (12, "staff-nurse"), "{before:?}");
    for (person, name) in [("ada", "cno"), ("ben", "dsn"), ("cleo", "the cno"), ("dan", "astronaut"), ("eve", "cno")] {
        discord.slash("role", json!({"name": name}), &Context::server().by(Person::named(person))).await;
    }
    discord.slash("ladder", json!({}), &Context::server().by(Person::named("fay"))).await;
    let after = suggested().await;
    assert_eq!(after[..3], ["chief-nurse", "diabetes-specialist-nurse", "staff-nurse"]);
    assert_eq!(after.len(), 12);
}

#[tokio::test]
async fn a_message_that_mentions_the_bot_is_answered_with_a_reply() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let message = Message::new("what does a diabetes specialist nurse do?", Context::server()).mentioning_the_bot();
    let answer = discord.answer_to(message).await;
    insta::assert_json_snapshot!("mention", steady(answer));
    let bare = discord.answer_to(Message::new("", Context::server()).mentioning_the_bot()).await;
    assert_eq!(title(&bare), "What you can ask");
    discord.settle().await;
}

#[tokio::test]
async fn a_direct_message_is_always_answered() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let answer = discord.answer_to(Message::new("/path hca, rn", Context::direct())).await;
    insta::assert_json_snapshot!("direct_message", without_diagram(answer));
    let unknown = discord.answer_to(Message::new("how tall is mount everest?", Context::direct())).await;
    assert!(!title(&unknown).is_empty());
}

#[tokio::test]
async fn a_reply_to_the_bot_is_answered() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let first = Message::new("/role dsn", Context::server()).mentioning_the_bot();
    let first = discord.answer_to(first).await;
    let second = Message::new("/duties dsn", Context::server()).replying_to(&first);
    let second = discord.answer_to(second).await;
    insta::assert_json_snapshot!("reply", steady(second));
}

#[tokio::test]
async fn a_question_channel_answers_questions_and_ignores_other_messages() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start_with(&discord, &[("ROLECALL_ASK_CHANNELS", &CHANNEL.to_string())]);
    assert!(discord.wait_identified().await.has(MESSAGE_CONTENT));
    let question = Message::new("who hands out the tablets?", Context::server());
    let answer = discord.answer_to(question).await;
    insta::assert_json_snapshot!("question_channel", steady(answer));
    for chatter in ["brb", "happy birthday!", "/shrug"] {
        assert_eq!(discord.message(Message::new(chatter, Context::server())).await, None, "{chatter}");
    }
    let elsewhere = Message::new("who hands out the tablets?", Context::in_channel(OTHER_CHANNEL));
    assert_eq!(discord.message(elsewhere).await, None);
    discord.settle().await;
}

#[tokio::test]
async fn messages_without_a_mention_and_messages_of_bots_are_ignored() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start_with(&discord, &[("ROLECALL_ASK_CHANNELS", &OTHER_CHANNEL.to_string())]);
    let question = "what does a staff nurse do?";
    // The bot is connected once it has answered this message.
    discord.answer_to(Message::new(question, Context::direct())).await;
    let ignored = [
        Message::new(question, Context::server()),
        Message::new(&format!("@everyone {question}"), Context::server()),
        Message::new(question, Context::server()).mentioning_the_bot().by_a_bot(),
        Message::new(question, Context::direct()).by_a_bot(),
        Message::new(question, Context::in_channel(OTHER_CHANNEL)).by_a_bot(),
    ];
    for message in ignored {
        assert_eq!(discord.message(message.clone()).await, None, "{message:?}");
    }
    discord.settle().await;
}

#[tokio::test]
async fn a_button_works_after_a_restart_of_the_bot() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    let card = discord.slash("role", json!({"name": "rn"}), &Context::server()).await;
    drop(bot);
    let _bot = Process::start(&discord);
    discord.wait_identified().await;
    discord.wait_identified().await;
    let next = discord.click(buttons(&card)[0], &card, &Context::server()).await;
    insta::assert_json_snapshot!("click", steady(next));
}

#[tokio::test]
async fn a_button_with_an_invalid_custom_id_is_answered_with_an_error() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    for id in ["0:role:rn", "", "1:/drop everything", "1:/path", "1s:", "1-:who"] {
        let message = json!({"components": [{"type": 1, "components": [
            {"type": 2, "style": 2, "label": "Click", "custom_id": id},
        ]}]});
        let answer = discord.click(id, &message, &Context::server().by(Person::named(id))).await;
        assert_eq!((&answer["type"], title(&answer)), (&json!(4), "I cannot do that"), "{id}");
    }
}
