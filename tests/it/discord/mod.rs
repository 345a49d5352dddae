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
mod pictures;
mod process;
mod registering;
mod reload;
mod sharing;
mod standin;
mod status;
mod storms;
mod trouble;

use serde_json::Value;
use standin::{Message, StandIn};

/// Writes a message that must be answered, and gives what the bot sent. The stand-in's own proof of silence may be
/// quicker than an answer that takes its time.
async fn answer_to(discord: &StandIn, message: Message) -> Value {
    match discord.message(message).await {
        Some(answer) => answer,
        None => discord.next_post().await.body,
    }
}
