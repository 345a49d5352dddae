//! Rate limits of members and channels.

use serde_json::{Value, json};

use super::process::Process;
use discord_standin::{Context, Message, Person, PostKind, Setup, StandIn};

fn too_much(sent: &Value) -> bool {
    let body = if sent["data"].is_object() { &sent["data"] } else { sent };
    body["content"].as_str().is_some_and(|text| text.contains("a lot at once"))
}

#[tokio::test]
async fn a_rate_limited_member_gets_an_ephemeral_message_and_others_get_answers() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let (ada, grace) = (Context::server(), Context::server().by(Person::named("grace")));
    let mut answered = 0;
    let word = loop {
        let sent = discord.slash("role", json!({"name": "dsn", "public": true}), &ada).await;
        if too_much(&sent) {
            break sent;
        }
        answered += 1;
        assert!(answered < 50, "there is an end to it");
    };
    assert!(answered >= 5, "{answered}");
    assert_eq!((&word["type"], &word["data"]["flags"]), (&json!(4), &json!(64)));
    assert!(!too_much(&discord.slash("role", json!({"name": "dsn"}), &grace).await));
    // Autocomplete is not rate limited.
    for _ in 0..20 {
        assert!(!discord.autocomplete("role", json!({"name": "chief"}), "name", &ada).await.is_empty());
    }
    discord.settle().await;
}

#[tokio::test]
async fn a_channel_is_rate_limited_too() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let mut answered = 0;
    for person in 0..60 {
        let context = Context::server().by(Person::named(&format!("person {person}")));
        if too_much(&discord.slash("roles", json!({}), &context).await) {
            break;
        }
        answered += 1;
    }
    assert!((10..60).contains(&answered), "{answered}");
    let elsewhere = Context::direct().by(Person::named("grace"));
    assert!(!too_much(&discord.slash("roles", json!({}), &elsewhere).await));
}

#[tokio::test]
async fn a_member_who_writes_too_many_messages_is_told_once_and_then_ignored() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    for _ in 0..12 {
        discord.message(Message::new("/role dsn", Context::direct())).await;
    }
    while !discord.posts().iter().any(|post| too_much(&post.body)) {
        discord.next_post().await;
    }
    let other = Context::direct().by(Person::named("grace"));
    assert!(!too_much(&discord.answer_to(Message::new("/role dsn", other)).await));
    let posts = discord.posts();
    let messages = posts.iter().filter(|post| post.kind == PostKind::Message);
    let (words, answers): (Vec<_>, Vec<_>) = messages.partition(|post| too_much(&post.body));
    assert_eq!(words.len(), 1);
    assert!((6..12).contains(&answers.len()), "{}", answers.len());
}
