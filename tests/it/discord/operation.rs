//! What operators see: start, registration, error messages, shutdown.

use rolecall::engine::request::COMMANDS;
use serde_json::json;

use super::process::Process;
use discord_standin::{
    APPLICATION, CHANNEL, Context, DIRECT_MESSAGES, Fault, GUILD_MESSAGES, MESSAGE_CONTENT, Message, Setup, StandIn,
};

/// All slash commands and the message command.
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
async fn a_failed_registration_is_retried() {
    let old = json!({"name": "old", "description": "from an earlier version"});
    let discord = StandIn::start(Setup { commands: vec![old], ..Setup::default() }).await;
    discord.fail_next("GET", "/commands", Fault::Status(502));
    let bot = Process::start(&discord);
    bot.until_it_says("the commands could not be registered").await;
    bot.until_it_says(&format!("commands: {ALL} created, 0 edited, 1 deleted, 0 unchanged")).await;
}

#[tokio::test]
async fn a_wrong_token_ends_the_start_with_instructions() {
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
async fn a_token_that_the_gateway_rejects_ends_the_process() {
    let discord = StandIn::start(Setup { close_on_identify: Some(4004), ..Setup::default() }).await;
    let mut bot = Process::start(&discord);
    assert_eq!(bot.ended().await, Some(1));
    assert!(bot.said().contains("it is wrong or was reset"), "{}", bot.said());
}

#[tokio::test]
async fn rejected_intents_end_the_process() {
    let discord = StandIn::start(Setup { close_on_identify: Some(4013), ..Setup::default() }).await;
    let mut bot = Process::start(&discord);
    assert_eq!(bot.ended().await, Some(1));
    assert!(bot.said().contains("refuses the intents"), "{}", bot.said());
}

#[tokio::test]
async fn without_the_message_content_intent_all_but_question_channels_works() {
    let discord = StandIn::start(Setup { refuse_message_content: true, ..Setup::default() }).await;
    let bot = Process::start_with(&discord, &[("ROLECALL_ASK_CHANNELS", &CHANNEL.to_string())]);
    assert!(discord.wait_identified().await.has(MESSAGE_CONTENT));
    bot.until_it_says("Enable it in the Developer Portal").await;
    assert!(!discord.wait_identified().await.has(MESSAGE_CONTENT));
    let question = Message::new("who hands out the tablets?", Context::server());
    discord.answer_to(question.clone().mentioning_the_bot()).await;
    assert_eq!(discord.message(question).await, None);
}

#[tokio::test]
async fn sigterm_ends_the_process_with_exit_code_0() {
    let discord = StandIn::start(Setup::default()).await;
    let mut bot = Process::start(&discord);
    discord.wait_commands().await;
    bot.until_it_says(" created, ").await;
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0), "{}", bot.said());
    assert!(bot.said().contains("stopped"), "{}", bot.said());
}

#[tokio::test]
async fn a_pending_response_is_sent_after_sigterm() {
    let discord = StandIn::start(Setup::default()).await;
    let mut bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    discord.fail_next("POST", "/callback", Fault::Hang);
    let context = Context::server();
    let asked = discord.slash("role", json!({"name": "rn"}), &context);
    let stopped = async {
        discord.wait_hanging().await;
        bot.terminate();
    };
    let (answer, ()) = tokio::join!(asked, stopped);
    assert_eq!(answer["data"]["embeds"][0]["title"], "Staff Nurse");
    assert_eq!(bot.ended().await, Some(0), "{}", bot.said());
}

#[tokio::test]
async fn the_start_waits_until_discord_can_be_reached_and_sigterm_ends_the_wait() {
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
async fn the_last_session_starts_of_a_day_are_not_used() {
    let discord = StandIn::start(Setup { identifies_left: 3, ..Setup::default() }).await;
    let bot = Process::start(&discord);
    bot.until_it_says("session start limit almost used up").await;
    assert_eq!(discord.identifies(), 0);
}

#[tokio::test]
async fn the_log_at_trace_level_contains_neither_the_token_nor_a_user() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start_with(&discord, &[("RUST_LOG", "trace")]);
    discord.fail_next("POST", "/callback", Fault::Status(403));
    bot.until_it_says(" created, ").await;
    let context = Context::direct();
    discord.answer_to(Message::new("/role rn", context.clone())).await;
    discord.fail_next("POST", "/messages", Fault::Status(403));
    assert_eq!(discord.message(Message::new("/role rn", context.clone())).await, None);
    bot.until_it_says("a message was not answered").await;
    // Dropping a process checks its whole output for secrets.
    assert!(bot.said().contains("DEBUG fetched the gateway URL"), "{}", bot.said());
}

#[tokio::test]
async fn with_the_json_log_format_every_line_is_json() {
    let discord = StandIn::start(Setup::default()).await;
    let mut bot = Process::start_with(&discord, &[("ROLECALL_LOG_FORMAT", "json"), ("RUST_LOG", "warn")]);
    discord.fail_next("POST", "/messages", Fault::Status(403));
    bot.until_it_says(" created, ").await;
    assert_eq!(discord.message(Message::new("/role rn", Context::direct())).await, None);
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
