//! The real binary as a process, against a stand-in for Discord: what people see, and what operators see.

mod connection;
mod doctor;
mod edits;
mod feedback;
mod flows;
mod http;
mod languages;
mod mute;
mod operation;
mod pages;
mod pictures;
mod posted_buttons;
mod process;
mod registering;
mod reload;
mod sharing;
mod status;
mod storms;
mod transcript;
mod trouble;

use discord_standin::{Context, Message, Person, StandIn};
use serde_json::Value;

/// Writes a message that must be answered, and gives what the bot sent. The stand-in's own proof of silence may be
/// quicker than an answer that takes its time.
async fn answer_to(discord: &StandIn, message: Message) -> Value {
    match discord.message(message).await {
        Some(answer) => answer,
        None => discord.next_post().await.body,
    }
}

/// Uses a command whose answer comes with a picture, and gives the answer that does. On a busy machine the first may go out before
/// the picture is drawn; then somebody else asks elsewhere.
async fn pictured(discord: &StandIn, command: &str, options: Value) -> Value {
    for turn in 0..60 {
        let place = Context::in_channel(9_000 + turn).by(Person::named(&format!("{command}{turn}")));
        let answer = discord.slash(command, options.clone(), &place).await;
        if !answer["data"]["attachments"].is_null() {
            return answer;
        }
    }
    panic!("/{command} never came with a picture");
}
