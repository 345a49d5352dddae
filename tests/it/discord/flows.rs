//! What members see. One whole reply a flow is kept as a snapshot; when the corpus or the answers change, so do they.

use serde_json::{Value, json};

use super::process::Process;
use super::{answer_to, pictured};
use discord_standin::{CHANNEL, Context, MESSAGE_CONTENT, Message, OTHER_CHANNEL, Person, Setup, StandIn};

/// Without what differs from run to run.
pub(super) fn steady(mut sent: Value) -> Value {
    if !sent["nonce"].is_null() {
        assert_eq!(sent["nonce"], sent["message_reference"]["message_id"]);
        sent["nonce"] = json!("[nonce]");
        sent["message_reference"]["message_id"] = json!("[message]");
    }
    without_lines(&mut sent);
    sent
}

/// Takes the numbers out of "product-manager.md:102": they change with every phrase that an author adds above.
fn without_lines(value: &mut Value) {
    match value {
        Value::String(text) => {
            let mut parts = text.split(".md:");
            let first = parts.next().unwrap_or_default().to_owned();
            *text = parts.fold(first, |text, part| {
                text + ".md:[line]" + part.trim_start_matches(|letter: char| letter.is_ascii_digit())
            });
        }
        Value::Array(items) => items.iter_mut().for_each(without_lines),
        Value::Object(items) => items.values_mut().for_each(without_lines),
        _ => {}
    }
}

pub(super) fn title(sent: &Value) -> &str {
    let body = if sent["data"].is_object() { &sent["data"] } else { sent };
    body["embeds"][0]["title"].as_str().unwrap_or_default()
}

pub(super) fn buttons(sent: &Value) -> Vec<&str> {
    let body = if sent["data"].is_object() { &sent["data"] } else { sent };
    let rows = body["components"].as_array().into_iter().flatten();
    let buttons = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
    buttons.filter_map(|button| button["custom_id"].as_str()).collect()
}

#[tokio::test]
async fn every_command_is_answered_at_once_and_to_the_asker_alone() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let commands = [
        ("role", json!({"name": "product-designer"})),
        ("duties", json!({"name": "pm"})),
        ("path", json!({"from": "apm", "to": "cpo"})),
        ("compare", json!({"one": "pm", "other": "spm"})),
        ("who", json!({"does": "decides what gets built next"})),
        ("next", json!({"name": "senior pm"})),
        ("ladder", json!({})),
        ("ask", json!({"question": "who decides what gets built next?"})),
        ("roles", json!({})),
        ("help", json!({})),
    ];
    for (name, options) in commands {
        let answer = match name {
            "path" | "ladder" => pictured(&discord, name, options).await,
            _ => discord.slash(name, options, &Context::server().by(Person::named(name))).await,
        };
        assert_eq!((&answer["type"], &answer["data"]["flags"]), (&json!(4), &json!(64)));
        insta::assert_json_snapshot!(format!("command_{name}"), steady(answer));
    }
    discord.settle().await;
}

#[tokio::test]
async fn a_section_is_shown_alone_by_command_or_from_the_menu_below_a_card() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let place = Context::server();
    let options = json!({"name": "pm", "section": "why"});
    let answer = discord.slash("role", options, &place).await;
    insta::assert_json_snapshot!("command_role_section", steady(answer.clone()));
    let menu = &answer["data"]["components"][1]["components"][0];
    let choices: Vec<&str> =
        menu["options"].as_array().into_iter().flatten().filter_map(|it| it["value"].as_str()).collect();
    assert!(choices.contains(&"/role product-manager section:steps"), "{choices:?}");
    let id = menu["custom_id"].as_str().expect("a menu");
    let steps = discord.select(id, &["/role product-manager section:steps"], &answer["data"], &place).await;
    assert_eq!(title(&steps), "Product Manager: steps before and after");
    let wrong = discord.select(id, &["/role product-manager section:horoscope"], &answer["data"], &place).await;
    assert!(wrong.to_string().contains("There is no section"), "{wrong}");
}

#[tokio::test]
async fn a_role_is_opened_from_the_directory() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let answer = discord.slash("roles", json!({}), &Context::server()).await;
    let menu = &answer["data"]["components"][1]["components"][0];
    assert_eq!(menu["options"].as_array().map(Vec::len), Some(13));
    let id = menu["custom_id"].as_str().expect("a menu");
    let card = discord.select(id, &["/role product-designer"], &answer["data"], &Context::server()).await;
    assert_eq!(title(&card), "Product Designer");
}

#[tokio::test]
async fn commands_work_wherever_the_app_is_installed() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    for place in [Context::direct(), Context::group(), Context::server_without_the_bot()] {
        let answer = discord.slash("role", json!({"name": "pd"}), &place).await;
        assert_eq!(title(&answer), "Product Designer");
    }
}

#[tokio::test]
async fn a_name_that_nobody_bears_is_answered_politely_and_does_no_harm() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let name = format!("@everyone **[x](https://evil.example)** {}", "z".repeat(60));
    let answer = discord.slash("role", json!({"name": name}), &Context::server()).await;
    assert_eq!(answer["type"], 4);
    let blank = discord.slash("role", json!({"name": "  "}), &Context::server()).await;
    assert!(blank.to_string().contains("/role needs name"), "{blank}");
}

#[tokio::test]
async fn role_names_are_suggested_while_somebody_types() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let choices = discord.autocomplete("role", json!({"name": "chief"}), "name", &Context::server()).await;
    assert_eq!(choices[0]["value"], "chief-product-officer");
    let choices = discord.autocomplete("role", json!({"name": "vp"}), "name", &Context::server()).await;
    insta::assert_json_snapshot!("suggestions", choices);
    let options = json!({"from": "apm", "to": "princ"});
    let choices = discord.autocomplete("path", options, "to", &Context::server()).await;
    assert_eq!(choices[0]["value"], "principal-product-manager");
    let all = discord.autocomplete("path", json!({"from": ""}), "from", &Context::server()).await;
    assert!((10..=25).contains(&all.len()), "{all:?}");
}

#[tokio::test]
async fn before_anything_is_typed_the_roles_that_are_asked_for_most_are_suggested() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let suggested = || async {
        let choices = discord.autocomplete("role", json!({"name": ""}), "name", &Context::server()).await;
        choices.iter().filter_map(|choice| Some(choice["value"].as_str()?.to_owned())).collect::<Vec<_>>()
    };
    let before = suggested().await;
    assert_eq!((before.len(), before[0].as_str()), (13, "product-manager"), "{before:?}");
    for (person, name) in [("ada", "cpo"), ("ben", "pd"), ("cleo", "the cpo"), ("dan", "astronaut"), ("eve", "cpo")] {
        discord.slash("role", json!({"name": name}), &Context::server().by(Person::named(person))).await;
    }
    discord.slash("ladder", json!({}), &Context::server().by(Person::named("fay"))).await;
    let after = suggested().await;
    assert_eq!(after[..3], ["chief-product-officer", "product-designer", "product-manager"]);
    assert_eq!(after.len(), 13);
}

#[tokio::test]
async fn a_mention_is_answered_with_a_reply() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let message = Message::new("what does a product designer do?", Context::server()).mentioning_the_bot();
    let answer = answer_to(&discord, message).await;
    insta::assert_json_snapshot!("mention", steady(answer));
    let bare = answer_to(&discord, Message::new("", Context::server()).mentioning_the_bot()).await;
    assert_eq!(title(&bare), "What you can ask");
    discord.settle().await;
}

#[tokio::test]
async fn a_direct_message_is_always_answered() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    // The picture is drawn before, so that this answer does not wait for it in vain.
    pictured(&discord, "path", json!({"from": "apm", "to": "pm"})).await;
    let answer = answer_to(&discord, Message::new("/path apm, pm", Context::direct())).await;
    insta::assert_json_snapshot!("direct_message", steady(answer));
    let unknown = answer_to(&discord, Message::new("how tall is mount everest?", Context::direct())).await;
    assert!(!title(&unknown).is_empty());
}

#[tokio::test]
async fn a_reply_to_the_bot_is_answered() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let first = Message::new("/role pd", Context::server()).mentioning_the_bot();
    let first = answer_to(&discord, first).await;
    let second = Message::new("/duties pd", Context::server()).replying_to(&first);
    let second = answer_to(&discord, second).await;
    insta::assert_json_snapshot!("reply", steady(second));
}

#[tokio::test]
async fn in_a_question_channel_questions_are_answered_and_chatter_is_not() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start_with(&discord, &[("ROLECALL_ASK_CHANNELS", &CHANNEL.to_string())]);
    assert!(discord.wait_identified().await.has(MESSAGE_CONTENT));
    let question = Message::new("who decides what gets built next?", Context::server());
    let answer = answer_to(&discord, question).await;
    insta::assert_json_snapshot!("question_channel", steady(answer));
    for chatter in ["brb", "happy birthday!", "/shrug"] {
        assert_eq!(discord.message(Message::new(chatter, Context::server())).await, None, "{chatter}");
    }
    let elsewhere = Message::new("who decides what gets built next?", Context::in_channel(OTHER_CHANNEL));
    assert_eq!(discord.message(elsewhere).await, None);
    discord.settle().await;
}

#[tokio::test]
async fn nobody_is_answered_who_did_not_ask() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start_with(&discord, &[("ROLECALL_ASK_CHANNELS", &OTHER_CHANNEL.to_string())]);
    let question = "what does a product manager do?";
    // Whoever has answered once answers again at once, so that silence afterwards is silence.
    answer_to(&discord, Message::new(question, Context::direct())).await;
    let said = [
        Message::new(question, Context::server()),
        Message::new(&format!("@everyone {question}"), Context::server()),
        Message::new(question, Context::server()).mentioning_the_bot().by_a_bot(),
        Message::new(question, Context::direct()).by_a_bot(),
        Message::new(question, Context::in_channel(OTHER_CHANNEL)).by_a_bot(),
    ];
    for message in said {
        assert_eq!(discord.message(message.clone()).await, None, "{message:?}");
    }
    discord.settle().await;
}

#[tokio::test]
async fn a_button_asks_its_question_even_after_a_restart() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    let card = discord.slash("role", json!({"name": "pm"}), &Context::server()).await;
    drop(bot);
    let _bot = Process::start(&discord);
    discord.wait_identified().await;
    discord.wait_identified().await;
    let next = discord.click(buttons(&card)[0], &card, &Context::server()).await;
    insta::assert_json_snapshot!("click", steady(next));
}

#[tokio::test]
async fn a_forged_button_is_answered_politely() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    for id in ["0:role:pm", "", "1:/drop everything", "1:/path", "1s:", "1-:who"] {
        let message = json!({"components": [{"type": 1, "components": [
            {"type": 2, "style": 2, "label": "Click", "custom_id": id},
        ]}]});
        let answer = discord.click(id, &message, &Context::server().by(Person::named(id))).await;
        assert_eq!((&answer["type"], title(&answer)), (&json!(4), "I cannot do that"), "{id}");
    }
}
