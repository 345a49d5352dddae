//! The log: where nobody can write to it the bot has lost its voice there and nowhere else, and it keeps to itself what it is not to tell.

use std::fs::File;
use std::process::{Command, Stdio};

use serde_json::json;

use super::process::Process;
use crate::stage::SHIPPED;
use discord_standin::{Context, Fault, Setup, StandIn, TOKEN};

#[tokio::test]
async fn a_log_that_cannot_be_written_is_no_reason_to_stop() {
    let discord = StandIn::start(Setup::default()).await;
    let home = tempfile::tempdir().expect("a folder");
    let full = File::options().write(true).open("/dev/full").expect("a file on a disk that is full");
    let mut bot = Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .current_dir(home.path())
        .env_clear()
        .envs([("DISCORD_TOKEN", TOKEN), ("DISCORD_API_URL", &discord.origin()), ("ROLECALL_CORPUS", SHIPPED)])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(full)
        .spawn()
        .expect("the bot starts");
    let answer = discord.slash("role", json!({"name": "pm"}), &Context::server()).await;
    assert_eq!(answer["data"]["embeds"][0]["title"], "Product Manager");
    assert!(bot.try_wait().expect("a process").is_none());
    bot.kill().and_then(|()| bot.wait()).expect("it ends");
}

#[tokio::test]
async fn answers_of_discord_that_make_no_sense_bring_no_interaction_s_token_into_the_log() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    for fault in [Fault::Garbage(200), Fault::Garbage(502), Fault::Reset(false)] {
        discord.fail_next("POST", "/callback", fault);
        discord.slash("role", json!({"name": "pm"}), &Context::server()).await;
    }
    // What is told of these stands before what is told of this.
    discord.fail_next("POST", "/callback", Fault::Status(403));
    discord.put_slash("role", &[("name", "pm")], &Context::server());
    bot.until_it_says("an interaction was not answered").await;
    assert!(!bot.said().contains("standin-token-of"), "{}", bot.said());
}
