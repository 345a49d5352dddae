//! Feedback: the vote buttons below an answer, and what they write to the log.

use serde_json::{Value, json};

use super::flows::{buttons, title};
use super::process::Process;
use discord_standin::{Context, Message, Person, Setup, StandIn};

/// The `custom_id` of each vote button.
fn votes(sent: &Value) -> Vec<String> {
    let ids = buttons(sent).into_iter().filter(|id| id.starts_with("1+:") || id.starts_with("1-:"));
    ids.map(str::to_owned).collect()
}

/// The log lines about feedback, from that word on.
fn feedback_lines(bot: &Process) -> Vec<String> {
    let said = bot.said();
    let lines = said.lines().filter_map(|line| Some(line[line.find("feedback")?..].to_owned()));
    lines.collect()
}

#[tokio::test]
async fn a_vote_for_an_answer_is_logged_and_counted_at_shutdown() {
    let discord = StandIn::start(Setup::default()).await;
    let mut bot = Process::start(&discord);
    let asked = json!({"question": "who hands out the tablets?"});
    let answer = discord.slash("ask", asked, &Context::server()).await;
    let [right, _] = &votes(&answer)[..] else { panic!("two buttons: {answer}") };
    let thanks = discord.click(right, &answer, &Context::server()).await;
    assert_eq!((&thanks["type"], &thanks["data"]["flags"]), (&json!(4), &json!(64)));
    assert!(thanks["data"]["content"].as_str().is_some_and(|text| text.starts_with("Thank you")), "{thanks}");
    bot.until_it_says("verdict").await;
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0));
    let lines = feedback_lines(&bot);
    assert!(lines[0].starts_with("feedback verdict=\"right\" kind=\"who\" confidence="), "{lines:?}");
    assert!(lines[0].ends_with("roles=\"staff-nurse,senior-staff-nurse\""), "{lines:?}");
    assert_eq!(lines[1..], ["feedback totals right=1 wrong=0"]);
}

#[tokio::test]
async fn a_vote_against_an_answer_opens_a_modal_whose_text_is_logged() {
    let discord = StandIn::start(Setup::default()).await;
    let mut bot = Process::start(&discord);
    let person = Person::named("grace");
    let context = Context::server().by(person.clone());
    let said = Message::new("how much does a matron earn?", Context::server()).mentioning_the_bot();
    let answer = discord.answer_to(said).await;
    let [_, wrong] = &votes(&answer)[..] else { panic!("two buttons: {answer}") };
    let form = discord.click(wrong, &answer, &context).await;
    insta::assert_json_snapshot!("form", form);
    let text = format!("I am <@{}>.\nIt is \"less\"\u{1b}[31m\nINFO forged", person.id());
    let id = form["data"]["custom_id"].as_str().expect("a form has a custom_id").to_owned();
    let thanks = discord.submit(&id, &[("text", &text)], &context).await;
    assert_eq!((&thanks["type"], &thanks["data"]["flags"]), (&json!(4), &json!(64)));
    let empty = discord.submit(&id, &[("text", "")], &context).await;
    assert_eq!(empty["data"], thanks["data"]);
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0));
    let lines = feedback_lines(&bot);
    assert!(lines[0].starts_with("feedback verdict=\"wrong\" kind=\"fact\" confidence="), "{lines:?}");
    assert!(lines[0].ends_with("text=\"I am <@>. It is \\\"less\\\"[31m INFO forged\""), "{lines:?}");
    assert!(lines[1].ends_with("text=\"\""), "{lines:?}");
    assert_eq!(lines[2..], ["feedback totals right=0 wrong=2"]);
    assert!(!bot.said().contains(&person.id().to_string()) && !bot.said().contains("grace"), "{}", bot.said());
}

#[tokio::test]
async fn only_answers_have_vote_buttons() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    for (command, options) in [("help", json!({})), ("roles", json!({})), ("role", json!({"name": "astronaut"}))] {
        let list = discord.slash(command, options, &Context::server()).await;
        assert!(votes(&list).is_empty(), "{list}");
    }
    let direct = discord.slash("duties", json!({"name": "dsn"}), &Context::direct()).await;
    assert_eq!(votes(&direct), ["1+:duties 100 diabetes-specialist-nurse", "1-:duties 100 diabetes-specialist-nurse"]);
}

#[tokio::test]
async fn a_modal_with_an_invalid_custom_id_is_answered_with_an_error() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    for id in ["1-:", "1-:who", "1+:who 90 rn", "else", "1-:who 900 rn"] {
        let answer = discord.submit(id, &[("text", "hello")], &Context::server()).await;
        assert_eq!(title(&answer), "I cannot do that", "{id}");
    }
    assert!(!bot.said().contains("verdict"), "{}", bot.said());
}
