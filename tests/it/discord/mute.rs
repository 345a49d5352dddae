//! The log: the bot runs on where it cannot be written, and it contains no interaction token.

use std::fs::File;
use std::process::{Command, Stdio};

use serde_json::json;

use super::process::Process;
use crate::ward;
use discord_standin::{Context, Fault, Setup, StandIn, TOKEN};

#[tokio::test]
async fn the_bot_answers_although_its_log_cannot_be_written() {
    let discord = StandIn::start(Setup::default()).await;
    let home = tempfile::tempdir().expect("a folder");
    let full = File::options().write(true).open("/dev/full").expect("a device that is always full");
    let mut bot = Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .current_dir(home.path())
        .env_clear()
        .envs([("DISCORD_TOKEN", TOKEN), ("DISCORD_API_URL", &discord.origin()), ("ROLECALL_CORPUS", ward::CORPUS)])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(full)
        .spawn()
        .expect("the bot starts");
    let answer = discord.slash("role", json!({"name": "rn"}), &Context::server()).await;
    assert_eq!(answer["data"]["embeds"][0]["title"], "Staff Nurse");
    assert!(bot.try_wait().expect("a process").is_none());
    bot.kill().and_then(|()| bot.wait()).expect("it ends");
}

#[tokio::test]
async fn malformed_responses_of_discord_put_no_interaction_token_into_the_log() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    for fault in [Fault::Garbage(200), Fault::Garbage(502), Fault::Reset(false)] {
        discord.fail_next("POST", "/callback", fault);
        discord.slash("role", json!({"name": "rn"}), &Context::server()).await;
    }
    // The log is in order: once this failure is logged, so are those above.
    discord.fail_next("POST", "/callback", Fault::Status(403));
    discord.put_slash("role", &[("name", "rn")], &Context::server());
    bot.until_it_says("an interaction was not answered").await;
    assert!(!bot.said().contains("standin-token-of"), "{}", bot.said());
}
