//! Who sees an answer: only the member, until the share button or the `public` option shows it to the channel.

use serde_json::{Value, json};

use super::flows::{buttons, steady, title};
use super::process::Process;
use discord_standin::{Context, Message, Person, Setup, StandIn};

const PRIVATE: u64 = 64;

fn share_button(sent: &Value) -> Option<String> {
    buttons(sent).into_iter().find(|id| id.starts_with("1s:")).map(str::to_owned)
}

#[tokio::test]
async fn the_share_button_posts_an_ephemeral_answer_to_the_channel() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    let private = discord.slash("role", json!({"name": "dsn"}), &Context::server()).await;
    assert_eq!(private["data"]["flags"], PRIVATE);
    let share = share_button(&private).expect("a button to share it");
    drop(bot);

    // The button works after a restart of the bot; the shared answer has no share button.
    let _bot = Process::start(&discord);
    discord.wait_identified().await;
    discord.wait_identified().await;
    let public = discord.click(&share, &private, &Context::server()).await;
    insta::assert_json_snapshot!("shared", steady(public.clone()));
    assert_eq!((&public["type"], &public["data"]["flags"]), (&json!(4), &Value::Null));
    assert_eq!(public["data"]["embeds"], private["data"]["embeds"]);

    // A click on the shared answer is answered ephemerally, with a share button.
    let other = Context::server().by(Person::named("grace"));
    let next = discord.click(buttons(&public)[0], &public, &other).await;
    assert_eq!(next["data"]["flags"], PRIVATE);
    assert!(share_button(&next).is_some(), "{next}");
    discord.settle().await;
}

#[tokio::test]
async fn the_public_option_posts_the_answer_to_the_channel() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    for (public, flags) in [(true, Value::Null), (false, json!(PRIVATE))] {
        let answer = discord.slash("roles", json!({"public": public}), &Context::server()).await;
        assert_eq!(answer["data"]["flags"], flags);
        assert_eq!(share_button(&answer).is_some(), !public);
    }
    discord.settle().await;
}

#[tokio::test]
async fn an_answer_to_a_question_too_long_for_a_custom_id_can_be_shared() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let question = format!("Who hands out the tablets? {}", "I have been asking myself that for weeks. ".repeat(4));
    let private = discord.slash("ask", json!({"question": question}), &Context::server()).await;
    assert_eq!(share_button(&private).as_deref(), Some("1s:"));
    let public = discord.click("1s:", &private, &Context::server()).await;
    assert_eq!(public["data"]["flags"], Value::Null);
    assert_eq!(public["data"]["embeds"], private["data"]["embeds"]);
    let rest: Vec<&str> = buttons(&private).into_iter().filter(|id| *id != "1s:").collect();
    assert_eq!(buttons(&public), rest);
}

#[tokio::test]
async fn errors_and_answers_that_everybody_sees_have_no_share_button() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let direct = discord.slash("role", json!({"name": "dsn"}), &Context::direct()).await;
    assert_eq!((title(&direct), share_button(&direct)), ("Diabetes Specialist Nurse", None));
    let unknown = discord.slash("role", json!({"name": "astronaut"}), &Context::server()).await;
    assert_eq!(share_button(&unknown), None);
    let said = discord.answer_to(Message::new("/role dsn", Context::server()).mentioning_the_bot()).await;
    assert_eq!(share_button(&said), None, "everybody sees it already");
}

#[tokio::test]
async fn the_share_button_works_for_a_user_install() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    for (place, person) in [(Context::group(), "ada"), (Context::server_without_the_bot(), "grace")] {
        let place = place.by(Person::named(person));
        let private = discord.slash("role", json!({"name": "dsn"}), &place).await;
        assert_eq!((title(&private), &private["data"]["flags"]), ("Diabetes Specialist Nurse", &json!(PRIVATE)));
        let share = share_button(&private).expect("a button to share it");
        let public = discord.click(&share, &private, &place).await;
        assert_eq!((title(&public), &public["data"]["flags"]), ("Diabetes Specialist Nurse", &Value::Null));
        let open = discord.slash("role", json!({"name": "dsn", "public": true}), &place).await;
        assert_eq!(open["data"]["flags"], Value::Null);
    }
    discord.settle().await;
}

#[tokio::test]
async fn the_message_command_answers_a_message() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let question = "who hands out the tablets?";
    let places = [Context::server(), Context::group(), Context::server_without_the_bot()];
    for (place, person) in places.into_iter().zip(["ada", "ben", "cleo"]) {
        let place = place.by(Person::named(person));
        let private = discord.message_command("Answer this", question, &place).await;
        assert_eq!(private["data"]["flags"], PRIVATE);
        let share = share_button(&private).expect("a button to share it");
        let public = discord.click(&share, &private, &place).await;
        assert_eq!((title(&public), &public["data"]["flags"]), (title(&private), &Value::Null));
        insta::assert_json_snapshot!("answer_this", steady(private));
    }
    let command = discord.message_command("Answer this", "/role dsn", &Context::direct()).await;
    assert_eq!((title(&command), share_button(&command)), ("Diabetes Specialist Nurse", None));
    let long = format!("{question} {}", "Nobody here knows. ".repeat(100));
    let private = discord.message_command("Answer this", &long, &Context::server()).await;
    assert_eq!(share_button(&private).as_deref(), Some("1s:"));
    discord.settle().await;
}

#[tokio::test]
async fn the_message_command_on_a_message_without_text_is_answered_with_an_error() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    for text in ["", "  ", "<@1100000000000000001>"] {
        let answer = discord.message_command("Answer this", text, &Context::server()).await;
        assert_eq!((&answer["data"]["flags"], title(&answer)), (&json!(PRIVATE), "I cannot do that"));
        assert!(answer.to_string().contains("no text in that message"), "{answer}");
        assert_eq!(share_button(&answer), None);
    }
}
