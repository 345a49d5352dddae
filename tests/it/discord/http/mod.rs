//! Interactions over HTTP: signed requests get the same answers as over the gateway, all others are rejected.

mod answered;
mod refused;

use serde_json::{Value, json};

use super::process::Process;
use discord_standin::{Door, Setup, StandIn, now};

/// An origin without a server: a request to Discord fails.
const NOWHERE: &str = "http://127.0.0.1:9";
const OPEN: &str = "answering interactions on ";

/// The endpoint at the address in the bot's log.
pub async fn door_of(bot: &Process) -> Door {
    bot.until_it_says(OPEN).await;
    let said = bot.said();
    let (_, rest) = said.split_once(OPEN).expect("it said so");
    Door::at(rest.split(';').next().expect("an address"))
}

/// The settings for an endpoint at a free port.
pub fn settings(key: &str) -> [(&str, &str); 2] {
    [("ROLECALL_HTTP_ADDR", "127.0.0.1:0"), ("DISCORD_PUBLIC_KEY", key)]
}

/// A bot with a gateway connection and an endpoint.
async fn both(discord: &StandIn) -> (Process, Door) {
    let bot = Process::start_with(discord, &settings(&Door::public_key()));
    let door = door_of(&bot).await;
    bot.until_it_says(" created, ").await;
    (bot, door)
}

/// A bot without a token, with an endpoint only.
async fn alone(more: &[(&str, &str)]) -> (Process, Door) {
    let key = Door::public_key();
    let [address, key] = settings(&key);
    let bot = Process::start_at(NOWHERE, &[&[address, key, ("DISCORD_TOKEN", "")], more].concat());
    let door = door_of(&bot).await;
    (bot, door)
}

/// Host and port of the endpoint, for requests written by hand.
fn host(door: &Door) -> &str {
    door.url.trim_start_matches("http://").trim_end_matches("/interactions")
}

/// An interaction in JSON.
fn interaction(id: u64, kind: u8, data: &Value) -> String {
    let user = json!({"id": (1_177_000_000_000_000_500 + id).to_string(), "username": "ada", "discriminator": "0", "avatar": null});
    json!({
        "id": id.to_string(), "application_id": "7", "type": kind, "token": "secret-of-this-interaction", "version": 1,
        "data": data, "channel_id": (900 + id).to_string(), "user": user, "locale": "en-GB", "entitlements": [],
        "authorizing_integration_owners": {}, "attachment_size_limit": 1000, "context": 1, "app_permissions": "0",
    })
    .to_string()
}

/// A `/role` command.
pub fn role(id: u64) -> String {
    let options = json!([{"name": "name", "type": 3, "value": "rn"}]);
    interaction(id, 2, &json!({"id": "1", "name": "role", "type": 1, "options": options}))
}

#[tokio::test]
async fn with_the_gateway_off_nothing_is_sent_to_discord() {
    let discord = StandIn::start(Setup::default()).await;
    let key = Door::public_key();
    let [address, key] = settings(&key);
    let bot = Process::start_with(&discord, &[address, key, ("ROLECALL_GATEWAY", "off")]);
    let door = door_of(&bot).await;
    assert_eq!(door.post(&role(1)).await.status, 200);
    assert!(discord.identifies() == 0 && discord.requests().is_empty(), "{:?}", discord.requests());
}

#[tokio::test]
async fn an_endpoint_that_cannot_be_opened_ends_the_start_with_the_reason() {
    let taken = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let key = Door::public_key();
    let mut bot = Process::start_at(NOWHERE, &[("ROLECALL_HTTP_ADDR", &address), ("DISCORD_PUBLIC_KEY", &key)]);
    assert_eq!(bot.ended().await, Some(1));
    assert!(bot.said().contains(&format!("cannot listen on {address}")), "{}", bot.said());
    for key in ["0".repeat(64), format!("02{}", "0".repeat(62))] {
        let mut bot = Process::start_at(NOWHERE, &settings(&key));
        assert_eq!(bot.ended().await, Some(1));
        assert!(bot.said().contains("DISCORD_PUBLIC_KEY is not the key of an application"), "{}", bot.said());
    }
}

#[tokio::test]
async fn a_fatal_gateway_error_ends_the_endpoint_too() {
    let discord = StandIn::start(Setup::default()).await;
    let key = Door::public_key();
    let [address, key] = settings(&key);
    let wrong = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.Wrong.token";
    let mut bot = Process::start_with(&discord, &[address, key, ("DISCORD_TOKEN", wrong)]);
    assert_eq!(bot.ended().await, Some(1));
    assert!(bot.said().contains("wrong or was reset"), "{}", bot.said());
}

#[tokio::test]
async fn the_log_contains_no_user_and_no_content_of_a_request() {
    let key = Door::public_key();
    let [address, key] = settings(&key);
    let bot = Process::start_at(NOWHERE, &[address, key, ("DISCORD_TOKEN", ""), ("RUST_LOG", "trace")]);
    let door = door_of(&bot).await;
    let timestamp = now().to_string();
    let (body, signature) = (role(1), door.signature(&timestamp, &role(1)));
    assert_eq!(door.post_with(&signature, &timestamp, body.clone()).await.status, 200);
    assert_eq!(door.post_with(&signature, &timestamp, body).await.status, 401);
    let odd = role(2).replace("\"data\":{", "\"data\":[\"secret-of-this-interaction\"],\"more\":{");
    assert_eq!(door.post(&odd).await.status, 400);
    let odd = role(3).replace("\"version\":1", "\"version\":\"secret-of-this-interaction\"");
    assert_eq!(door.post(&odd).await.status, 400);
    bot.until_it_says("could not be decoded; please report it kind=2 error=\"invalid type\"").await;
    let said = bot.said();
    for secret in ["secret-of-this-interaction", &signature, "\"ada\"", "1177000000000000501"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}
