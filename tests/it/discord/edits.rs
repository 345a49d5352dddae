//! Answers keep in step with questions that are edited or deleted.

use serde_json::json;

use super::answer_to;
use super::flows::title;
use super::process::Process;
use discord_standin::{APPLICATION, CHANNEL, Context, Fault, Message, Setup, StandIn};

/// Edits must be answered with an edit; the stand-in's own proof of silence may be quicker than that.
pub(super) async fn edited(discord: &StandIn, answer: &serde_json::Value, content: &str) -> serde_json::Value {
    match discord.edit(answer, content).await {
        Some(body) => body,
        None => discord.next_post().await.body,
    }
}

#[tokio::test]
async fn an_edited_question_changes_its_answer() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let answer = answer_to(&discord, Message::new("/role pd", Context::direct())).await;
    let changed = edited(&discord, &answer, "/role pm").await;
    insta::assert_json_snapshot!("edited", super::flows::steady(changed));
    let shown = discord.shown(&answer).expect("the answer is still there");
    assert_eq!(title(&shown), "Product Manager");
    discord.fail_next("PATCH", "/messages", Fault::Status(502));
    assert_eq!(title(&edited(&discord, &answer, "/help").await), "What you can ask");
    // A link preview or a pin is an edit without another text.
    assert_eq!(discord.edit(&answer, "/help").await, None);
    discord.settle().await;
}

#[tokio::test]
async fn an_edited_mention_changes_its_answer_and_goes_with_the_mention() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let answer = answer_to(&discord, Message::new("/role pd", Context::server()).mentioning_the_bot()).await;
    assert_eq!(title(&edited(&discord, &answer, &format!("<@{APPLICATION}> /role pm")).await), "Product Manager");
    let said = "Wrong channel, sorry";
    assert_eq!(discord.edit(&answer, said).await, None);
    discord.wait_gone(&answer).await;
    discord.settle().await;
}

#[tokio::test]
async fn in_a_question_channel_what_is_no_question_any_more_has_no_answer() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start_with(&discord, &[("ROLECALL_ASK_CHANNELS", &CHANNEL.to_string())]);
    let answer = answer_to(&discord, Message::new("what does a product designer do?", Context::server())).await;
    let changed = edited(&discord, &answer, "what does a product manager do?").await;
    assert_eq!(title(&changed), "Product Manager");
    assert_eq!(discord.edit(&answer, "never mind").await, None);
    discord.wait_gone(&answer).await;
    // There is nothing to change any more.
    assert_eq!(discord.edit(&answer, "what does a product manager do?").await, None);
    discord.delete(&answer);
    discord.settle().await;
}

#[tokio::test]
async fn a_deleted_question_takes_its_answer_along() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    for context in [Context::direct(), Context::server()] {
        let answer = answer_to(&discord, Message::new("/role pd", context).mentioning_the_bot()).await;
        discord.delete(&answer);
        discord.wait_gone(&answer).await;
    }
    let gone = answer_to(&discord, Message::new("/role pd", Context::direct())).await;
    discord.fail_next("DELETE", "/messages", Fault::AfterEffect(504));
    discord.delete(&gone);
    discord.wait_gone(&gone).await;
    discord.settle().await;
    let deletions = discord.requests().iter().filter(|request| request.method == "DELETE").count();
    assert!((3..=4).contains(&deletions), "{deletions}");
    assert!(!bot.said().contains("WARN"), "{}", bot.said());
}

#[tokio::test]
async fn several_deleted_at_once_take_their_answers_along() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let mut answers = Vec::new();
    for _ in 0..2 {
        answers.push(answer_to(&discord, Message::new("/role pd", Context::server()).mentioning_the_bot()).await);
    }
    let ids: Vec<_> = answers.iter().map(|answer| answer["message_reference"]["message_id"].clone()).collect();
    discord.dispatch("MESSAGE_DELETE_BULK", &json!({"ids": ids, "channel_id": CHANNEL.to_string()})).await;
    for answer in &answers {
        discord.wait_gone(answer).await;
    }
}
