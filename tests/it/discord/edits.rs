//! Answers follow their questions when these are edited or deleted.

use serde_json::json;

use super::flows::title;
use super::process::Process;
use discord_standin::{APPLICATION, CHANNEL, Context, Fault, Message, Setup, StandIn};

#[tokio::test]
async fn an_edited_question_edits_its_answer() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let answer = discord.answer_to(Message::new("/role dsn", Context::direct())).await;
    let changed = discord.edited(&answer, "/role rn").await;
    insta::assert_json_snapshot!("edited", super::flows::steady(changed));
    let shown = discord.shown(&answer).expect("the answer is still there");
    assert_eq!(title(&shown), "Staff Nurse");
    discord.fail_next("PATCH", "/messages", Fault::Status(502));
    assert_eq!(title(&discord.edited(&answer, "/help").await), "What you can ask");
    // Discord sends an update without a changed text for a link preview or a pin.
    assert_eq!(discord.edit(&answer, "/help").await, None);
    discord.settle().await;
}

#[tokio::test]
async fn an_edit_that_removes_the_mention_deletes_the_answer() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let answer = discord.answer_to(Message::new("/role dsn", Context::server()).mentioning_the_bot()).await;
    assert_eq!(title(&discord.edited(&answer, &format!("<@{APPLICATION}> /role rn")).await), "Staff Nurse");
    let said = "Wrong channel, sorry";
    assert_eq!(discord.edit(&answer, said).await, None);
    discord.wait_gone(&answer).await;
    discord.settle().await;
}

#[tokio::test]
async fn in_a_question_channel_an_edit_to_no_question_deletes_the_answer() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start_with(&discord, &[("ROLECALL_ASK_CHANNELS", &CHANNEL.to_string())]);
    let answer = discord.answer_to(Message::new("what does a diabetes specialist nurse do?", Context::server())).await;
    let changed = discord.edited(&answer, "what does a staff nurse do?").await;
    assert_eq!(title(&changed), "Staff Nurse");
    assert_eq!(discord.edit(&answer, "never mind").await, None);
    discord.wait_gone(&answer).await;
    // The answer is gone, so there is nothing to edit.
    assert_eq!(discord.edit(&answer, "what does a staff nurse do?").await, None);
    discord.delete(&answer);
    discord.settle().await;
}

#[tokio::test]
async fn a_deleted_question_deletes_its_answer() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    for context in [Context::direct(), Context::server()] {
        let answer = discord.answer_to(Message::new("/role dsn", context).mentioning_the_bot()).await;
        discord.delete(&answer);
        discord.wait_gone(&answer).await;
    }
    let gone = discord.answer_to(Message::new("/role dsn", Context::direct())).await;
    discord.fail_next("DELETE", "/messages", Fault::AfterEffect(504));
    discord.delete(&gone);
    discord.wait_gone(&gone).await;
    discord.settle().await;
    let deletions = discord.requests().iter().filter(|request| request.method == "DELETE").count();
    assert!((3..=4).contains(&deletions), "{deletions}");
    assert!(!bot.said().contains("WARN"), "{}", bot.said());
}

#[tokio::test]
async fn a_bulk_delete_deletes_the_answers() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let mut answers = Vec::new();
    for _ in 0..2 {
        answers.push(discord.answer_to(Message::new("/role dsn", Context::server()).mentioning_the_bot()).await);
    }
    let ids: Vec<_> = answers.iter().map(|answer| answer["message_reference"]["message_id"].clone()).collect();
    discord.dispatch("MESSAGE_DELETE_BULK", &json!({"ids": ids, "channel_id": CHANNEL.to_string()})).await;
    for answer in &answers {
        discord.wait_gone(answer).await;
    }
}
