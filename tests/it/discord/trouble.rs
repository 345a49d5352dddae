//! What members see when Discord or the line is in trouble: an answer all the same, and only one.

use std::time::{Duration, Instant};

use serde_json::json;

use super::answer_to;
use super::process::Process;
use discord_standin::{Context, Fault, Message, Person, PostKind, Setup, StandIn};

fn pm() -> serde_json::Value {
    json!({"name": "pm"})
}

#[tokio::test]
async fn a_command_is_answered_in_spite_of_a_failed_callback() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    for fault in [Fault::Status(502), Fault::RateLimited(0.1), Fault::AfterEffect(504), Fault::Hang] {
        discord.fail_next("POST", "/callback", fault);
        let answer = discord.slash("role", pm(), &Context::server()).await;
        assert_eq!(answer["data"]["embeds"][0]["title"], "Product Manager", "{fault:?}");
    }
    discord.settle().await;
    assert!(!bot.said().contains("not answered"), "{}", bot.said());
}

#[tokio::test]
async fn a_command_whose_answer_is_refused_is_told_so() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    discord.fail_next("POST", "/callback", Fault::Status(400));
    let answer = discord.slash("role", pm(), &Context::server()).await;
    assert!(answer["data"]["content"].as_str().is_some_and(|text| text.contains("Something went wrong")), "{answer}");
    bot.until_it_says("Discord rejected a response").await;
}

#[tokio::test]
async fn a_message_is_answered_once_in_spite_of_a_failed_send() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    for fault in [Fault::Status(502), Fault::RateLimited(0.1), Fault::AfterEffect(504)] {
        discord.fail_next("POST", "/messages", fault);
        answer_to(&discord, Message::new("/role pm", Context::direct())).await;
    }
    discord.settle().await;
    let messages = discord.posts().iter().filter(|post| post.kind == PostKind::Message).count();
    assert_eq!(messages, 3);
}

#[tokio::test]
async fn many_questions_at_once_are_answered_one_after_another() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    let began = Instant::now();
    for person in ["ada", "ben", "cleo", "dan", "eve", "finn"] {
        let context = Context::server().by(Person::named(person));
        answer_to(&discord, Message::new("/roles", context).mentioning_the_bot()).await;
    }
    assert!(began.elapsed() > Duration::from_secs(4), "the sixth has to wait");
}
