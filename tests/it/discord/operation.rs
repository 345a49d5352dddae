//! What operators see: starting, registering, being told what to change, stopping.

use std::time::Duration;

use rolecall::engine::request::COMMANDS;
use serde_json::json;

use super::answer_to;
use super::process::Process;
use discord_standin::{
    APPLICATION, CHANNEL, Context, DIRECT_MESSAGES, Fault, GUILD_MESSAGES, MESSAGE_CONTENT, Message, Setup, StandIn,
};

/// The commands of the table, and the one on messages.
const ALL: usize = COMMANDS.len() + 1;

#[tokio::test]
async fn the_first_start_registers_all_commands_and_the_second_none() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    assert_eq!(discord.wait_identified().await.intents, GUILD_MESSAGES | DIRECT_MESSAGES);
    bot.until_it_says(&format!("commands: {ALL} created, 0 edited, 0 deleted, 0 unchanged")).await;
    bot.until_it_says(&format!(
        "https://discord.com/oauth2/authorize?client_id={APPLICATION}&scope=bot+applications.commands&permissions=117760"
    ))
    .await;
    assert_eq!(discord.command_requests(), ["GET", "PUT"]);
    let commands = discord.wait_commands().await;
    let mut steady = commands.clone();
    for command in steady.as_array_mut().into_iter().flatten().filter_map(|command| command.as_object_mut()) {
        command.retain(|key, _| !["id", "version", "application_id"].contains(&key.as_str()));
    }
    insta::assert_json_snapshot!("commands", steady);
    drop((bot, discord));

    let commands = commands.as_array().expect("a list").clone();
    let discord = StandIn::start(Setup { commands, ..Setup::default() }).await;
    let bot = Process::start(&discord);
    bot.until_it_says(&format!("commands: 0 created, 0 edited, 0 deleted, {ALL} unchanged")).await;
    assert_eq!(discord.command_creations(), 0);
    assert_eq!(discord.command_requests(), ["GET"]);
    assert!(discord.requests().iter().all(|request| request.method == "GET"), "{:#?}", discord.requests());
}

#[tokio::test]
async fn registering_is_tried_again_and_touches_only_what_differs() {
    let old = json!({"name": "old", "description": "from an earlier version"});
    let discord = StandIn::start(Setup { commands: vec![old], ..Setup::default() }).await;
    discord.fail_next("GET", "/commands", Fault::Status(502));
    let bot = Process::start(&discord);
    bot.until_it_says("the commands could not be registered").await;
    bot.until_it_says(&format!("commands: {ALL} created, 0 edited, 1 deleted, 0 unchanged")).await;
}

#[tokio::test]
async fn a_wrong_token_ends_the_start_with_what_to_do() {
    let discord = StandIn::start(Setup::default()).await;
    let wrong = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.Wrong.token";
    let mut bot = Process::start_with(&discord, &[("DISCORD_TOKEN", wrong)]);
    assert_eq!(bot.ended().await, Some(1));
    let said = bot.said();
    assert!(said.contains("it is wrong or was reset") && said.contains("Bot page"), "{said}");
    assert!(!said.contains(wrong), "{said}");
    assert_eq!(discord.identifies(), 0);
}

#[tokio::test]
async fn a_token_that_is_reset_meanwhile_ends_the_start_as_well() {
    let discord = StandIn::start(Setup { close_on_identify: Some(4004), ..Setup::default() }).await;
    let mut bot = Process::start(&discord);
    assert_eq!(bot.ended().await, Some(1));
    assert!(bot.said().contains("it is wrong or was reset"), "{}", bot.said());
}

#[tokio::test]
async fn refused_intents_that_are_needed_end_the_start() {
    let discord = StandIn::start(Setup { close_on_identify: Some(4013), ..Setup::default() }).await;
    let mut bot = Process::start(&discord);
    assert_eq!(bot.ended().await, Some(1));
    assert!(bot.said().contains("refuses the intents"), "{}", bot.said());
}

#[tokio::test]
async fn without_message_content_everything_but_question_channels_works() {
    let discord = StandIn::start(Setup { refuse_message_content: true, ..Setup::default() }).await;
    let bot = Process::start_with(&discord, &[("ROLECALL_ASK_CHANNELS", &CHANNEL.to_string())]);
    assert!(discord.wait_identified().await.has(MESSAGE_CONTENT));
    bot.until_it_says("Enable it in the Developer Portal").await;
    assert!(!discord.wait_identified().await.has(MESSAGE_CONTENT));
    let question = Message::new("who decides what gets built next?", Context::server());
    answer_to(&discord, question.clone().mentioning_the_bot()).await;
    assert_eq!(discord.message(question).await, None);
}

#[tokio::test]
async fn sigterm_stops_it_cleanly() {
    let discord = StandIn::start(Setup::default()).await;
    let mut bot = Process::start(&discord);
    discord.wait_commands().await;
    bot.until_it_says(" created, ").await;
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0), "{}", bot.said());
    assert!(bot.said().contains("stopped"), "{}", bot.said());
}

#[tokio::test]
async fn what_is_under_way_at_sigterm_is_still_answered() {
    let discord = StandIn::start(Setup::default()).await;
    let mut bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    discord.fail_next("POST", "/callback", Fault::Hang);
    let context = Context::server();
    let asked = discord.slash("role", json!({"name": "pm"}), &context);
    let stopped = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        bot.terminate();
    };
    let (answer, ()) = tokio::join!(asked, stopped);
    assert_eq!(answer["data"]["embeds"][0]["title"], "Product Manager");
    assert_eq!(bot.ended().await, Some(0), "{}", bot.said());
}

#[tokio::test]
async fn it_waits_while_discord_is_away_and_can_be_stopped_meanwhile() {
    let discord = StandIn::start(Setup::default()).await;
    discord.fail_next("GET", "/gateway/bot", Fault::Status(503));
    let bot = Process::start(&discord);
    bot.until_it_says("Discord cannot be reached").await;
    bot.until_it_says("online as rolecall").await;

    let mut bot = Process::start_at("http://127.0.0.1:9", &[]);
    bot.until_it_says("Discord cannot be reached").await;
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0), "{}", bot.said());
}

#[tokio::test]
async fn it_does_not_use_up_the_last_sessions_of_a_day() {
    let discord = StandIn::start(Setup { identifies_left: 3, ..Setup::default() }).await;
    let bot = Process::start(&discord);
    bot.until_it_says("session start limit almost used up").await;
    assert_eq!(discord.identifies(), 0);
}

#[tokio::test]
async fn the_log_names_neither_the_token_nor_who_asked() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start_with(&discord, &[("RUST_LOG", "trace")]);
    discord.fail_next("POST", "/callback", Fault::Status(403));
    bot.until_it_says(" created, ").await;
    let context = Context::direct();
    answer_to(&discord, Message::new("/role pm", context.clone())).await;
    discord.fail_next("POST", "/messages", Fault::Status(403));
    assert_eq!(discord.message(Message::new("/role pm", context.clone())).await, None);
    bot.until_it_says("a message was not answered").await;
    // At the end of every process all that it said is searched for what must not be told.
    assert!(bot.said().contains("DEBUG fetched the gateway URL"), "{}", bot.said());
}

#[tokio::test]
async fn json_lines_are_all_that_is_said_where_they_are_wanted() {
    let discord = StandIn::start(Setup::default()).await;
    let mut bot = Process::start_with(&discord, &[("ROLECALL_LOG_FORMAT", "json"), ("RUST_LOG", "warn")]);
    discord.fail_next("POST", "/messages", Fault::Status(403));
    bot.until_it_says(" created, ").await;
    assert_eq!(discord.message(Message::new("/role pm", Context::direct())).await, None);
    bot.until_it_says("a message was not answered").await;
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0));
    let mut refused = Process::start_with(&discord, &[("ROLECALL_LOG_FORMAT", "json"), ("DISCORD_TOKEN", "wrong")]);
    assert_eq!(refused.ended().await, Some(1));
    for line in bot.said().lines().chain(refused.said().lines()) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|fault| panic!("{fault}: {line}"));
        assert!(line["timestamp"].is_string() && line["level"].is_string() && line["message"].is_string(), "{line}");
    }
    assert!(refused.said().contains("it is wrong or was reset"), "{}", refused.said());
}
