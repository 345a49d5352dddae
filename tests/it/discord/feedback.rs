//! Was this right? What members click below an answer, and what the operator reads of it.

use serde_json::{Value, json};

use super::answer_to;
use super::flows::{buttons, title};
use super::process::Process;
use discord_standin::{Context, Message, Person, Setup, StandIn};

fn verdicts(sent: &Value) -> Vec<String> {
    let ids = buttons(sent).into_iter().filter(|id| id.starts_with("1+:") || id.starts_with("1-:"));
    ids.map(str::to_owned).collect()
}

/// The lines of the log that tell of feedback, without the time.
fn told(bot: &Process) -> Vec<String> {
    let said = bot.said();
    let lines = said.lines().filter_map(|line| Some(line[line.find("feedback")?..].to_owned()));
    lines.collect()
}

#[tokio::test]
async fn a_right_answer_is_one_line_of_the_log_and_the_end_tells_how_many() {
    let discord = StandIn::start(Setup::default()).await;
    let mut bot = Process::start(&discord);
    let asked = json!({"question": "who decides what gets built next?"});
    let answer = discord.slash("ask", asked, &Context::server()).await;
    let [right, _] = &verdicts(&answer)[..] else { panic!("two buttons: {answer}") };
    let thanks = discord.click(right, &answer, &Context::server()).await;
    assert_eq!((&thanks["type"], &thanks["data"]["flags"]), (&json!(4), &json!(64)));
    assert!(thanks["data"]["content"].as_str().is_some_and(|text| text.starts_with("Thank you")), "{thanks}");
    bot.until_it_says("verdict").await;
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0));
    let lines = told(&bot);
    assert!(lines[0].starts_with("feedback verdict=\"right\" kind=\"who\" confidence="), "{lines:?}");
    assert!(lines[0].ends_with("roles=\"product-manager,senior-product-manager\""), "{lines:?}");
    assert_eq!(lines[1..], ["feedback totals right=1 wrong=0"]);
}

#[tokio::test]
async fn a_wrong_answer_opens_a_form_whose_text_is_one_line_of_the_log() {
    let discord = StandIn::start(Setup::default()).await;
    let mut bot = Process::start(&discord);
    let person = Person::named("grace");
    let context = Context::server().by(person.clone());
    let said = Message::new("how much does a principal earn?", Context::server()).mentioning_the_bot();
    let answer = answer_to(&discord, said).await;
    let [_, wrong] = &verdicts(&answer)[..] else { panic!("two buttons: {answer}") };
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
    let lines = told(&bot);
    assert!(lines[0].starts_with("feedback verdict=\"wrong\" kind=\"fact\" confidence="), "{lines:?}");
    assert!(lines[0].ends_with("text=\"I am <@>. It is \\\"less\\\"[31m INFO forged\""), "{lines:?}");
    assert!(lines[1].ends_with("text=\"\""), "{lines:?}");
    assert_eq!(lines[2..], ["feedback totals right=0 wrong=2"]);
    assert!(!bot.said().contains(&person.id().to_string()) && !bot.said().contains("grace"), "{}", bot.said());
}

#[tokio::test]
async fn only_answers_to_questions_are_judged() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    for (command, options) in [("help", json!({})), ("roles", json!({})), ("role", json!({"name": "astronaut"}))] {
        let list = discord.slash(command, options, &Context::server()).await;
        assert!(verdicts(&list).is_empty(), "{list}");
    }
    let direct = discord.slash("duties", json!({"name": "pd"}), &Context::direct()).await;
    assert_eq!(verdicts(&direct), ["1+:duties 100 product-designer", "1-:duties 100 product-designer"]);
}

#[tokio::test]
async fn a_forged_form_is_answered_politely() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    for id in ["1-:", "1-:who", "1+:who 90 pm", "else", "1-:who 900 pm"] {
        let answer = discord.submit(id, &[("text", "hello")], &Context::server()).await;
        assert_eq!(title(&answer), "I cannot do that", "{id}");
    }
    assert!(!bot.said().contains("verdict"), "{}", bot.said());
}
