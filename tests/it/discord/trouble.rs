//! Failed requests to Discord: members get an answer all the same, and only one.

use std::time::{Duration, Instant};

use serde_json::json;

use super::process::Process;
use discord_standin::{Context, Fault, Message, Person, PostKind, Setup, StandIn};

/// The options of a command about a role.
fn staff_nurse() -> serde_json::Value {
    json!({"name": "rn"})
}

#[tokio::test]
async fn a_failed_callback_is_retried() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    for fault in [Fault::Status(502), Fault::RateLimited(0.1), Fault::AfterEffect(504), Fault::Hang] {
        discord.fail_next("POST", "/callback", fault);
        let answer = discord.slash("role", staff_nurse(), &Context::server()).await;
        assert_eq!(answer["data"]["embeds"][0]["title"], "Staff Nurse", "{fault:?}");
    }
    discord.settle().await;
    assert!(!bot.said().contains("not answered"), "{}", bot.said());
}

#[tokio::test]
async fn a_rejected_callback_is_replaced_by_a_generic_error() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    discord.fail_next("POST", "/callback", Fault::Status(400));
    let answer = discord.slash("role", staff_nurse(), &Context::server()).await;
    assert!(answer["data"]["content"].as_str().is_some_and(|text| text.contains("Something went wrong")), "{answer}");
    bot.until_it_says("Discord rejected a response").await;
}

#[tokio::test]
async fn a_failed_message_is_retried_and_appears_once() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    for fault in [Fault::Status(502), Fault::RateLimited(0.1), Fault::AfterEffect(504)] {
        discord.fail_next("POST", "/messages", fault);
        discord.answer_to(Message::new("/role rn", Context::direct())).await;
    }
    discord.settle().await;
    let messages = discord.posts().iter().filter(|post| post.kind == PostKind::Message).count();
    assert_eq!(messages, 3);
}

#[tokio::test]
async fn messages_to_a_channel_are_throttled() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    let began = Instant::now();
    for person in ["ada", "ben", "cleo", "dan", "eve", "finn"] {
        let context = Context::server().by(Person::named(person));
        discord.answer_to(Message::new("/roles", context).mentioning_the_bot()).await;
    }
    assert!(began.elapsed() > Duration::from_secs(4), "the sixth message to a channel waits until 5 s after the first");
}
