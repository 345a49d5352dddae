//! A log that nobody can write to: the bot has lost its voice there, and nowhere else.

use std::fs::File;
use std::process::{Command, Stdio};

use serde_json::json;

use super::standin::{Context, Setup, StandIn, TOKEN};
use crate::stage::SHIPPED;

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
