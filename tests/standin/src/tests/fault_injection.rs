//! Tests of fault injection and of the measurements.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::*;
use super::start;

const TIMEOUT: Duration = Duration::from_secs(20);
/// A wait that ends without an answer: no event shows that none will come.
const ABSENCE_TIMEOUT: Duration = Duration::from_millis(200);

/// Whether the bot has got as far as this.
type Attempt = fn(&DiscordState) -> bool;

#[tokio::test]
async fn interactions_sent_without_waiting_are_counted() {
    let (discord, _bot) = start(Setup::default()).await;
    let started = Instant::now();
    let context = Context::direct();
    let token = discord.put_slash("role", &[("name", "pm")], &context);
    let (answer, latency) = discord.response_within(&token, TIMEOUT).await.expect("an answer");
    assert_eq!(answer["data"]["content"], "pm for ada-the-curious");
    assert!(latency < TIMEOUT && discord.was_delivered(&token));
    assert!(discord.responses_to("role", started)[0].contains("pm for ada"));
    assert_eq!(discord.interaction_counts(started), InteractionCounts { sent: 1, delivered: 1, answered: 1 });

    let open = discord.send_interaction(42, json!({}), Value::Null, &context);
    assert!(discord.response_within(&open, ABSENCE_TIMEOUT).await.is_none());
    assert_eq!(discord.interaction_counts(started), InteractionCounts { sent: 2, delivered: 2, answered: 1 });
    assert!(!discord.all_answered_within(started, ABSENCE_TIMEOUT).await);
    assert_eq!(discord.prune(), 0, "a response is still possible");
}

#[tokio::test]
async fn messages_and_their_replies_are_found() {
    let (discord, _bot) = start(Setup::default()).await;
    let question = discord.send_message(&Message::new("why", Context::server()), |message| {
        message.insert("content".to_owned(), json!("how"));
    });
    assert_eq!(discord.reply_within(question, TIMEOUT).await.expect("a reply")["content"], "echo how");
    assert_eq!(discord.reply_count(question), 1);
    let quiet = discord.send_message(&Message::new("hush", Context::server()), |_| {});
    assert!(discord.reply_within(quiet, ABSENCE_TIMEOUT).await.is_none());
}

#[tokio::test]
async fn a_frozen_connection_and_an_expired_session_deliver_nothing() {
    let (discord, _bot) = start(Setup::default()).await;
    let started = Instant::now();
    assert!(discord.is_connected());
    discord.freeze();
    let token = discord.put_slash("role", &[("name", "pm")], &Context::direct());
    assert!(discord.response_within(&token, ABSENCE_TIMEOUT).await.is_none());
    assert_eq!(discord.interaction_counts(started), InteractionCounts { sent: 1, delivered: 0, answered: 0 });
    discord.expire_session();
    discord.skip_ids_to(1 << 62);
    let later = discord.put_slash("role", &[("name", "pm")], &Context::direct());
    assert!(later.ends_with(&(1_u64 << 62 | 1).to_string()) && !discord.was_delivered(&later));
}

#[tokio::test]
async fn a_dropped_connection_is_resumed_and_malformed_frames_are_ignored() {
    let (discord, _bot) = start(Setup::default()).await;
    discord.cut().await;
    discord.wait_resumed().await;
    assert_eq!(discord.resumes(), 1);
    discord.send_text(&json!({"op": 1, "d": null}).to_string());
    assert!(discord.heartbeats_exceed(0, TIMEOUT).await);
    discord.behave(|setup| setup.mischief = Mischief::default());
    discord.send_text("no JSON");
    discord.dispatch_many("SOMETHING_NEW", &StandIn::large_guild_create(3), 2);
    assert_eq!(StandIn::large_guild_create(3)["members"].as_array().map(Vec::len), Some(3));
    assert_eq!(discord.slash("role", json!({"name": "pm"}), &Context::server()).await["type"], 4);
}

#[tokio::test]
async fn gateway_faults_prevent_a_connection() {
    let socket: Attempt = |state| state.sockets > 0;
    let identify: Attempt = |state| !state.identifies.is_empty();
    let fetched: Attempt = |state| state.requests.iter().any(|request| request.path.contains("/gateway"));
    for (mischief, attempt) in [
        (Mischief { refuse_sockets: true, ..Mischief::default() }, socket),
        (Mischief { withhold_hello: true, ..Mischief::default() }, socket),
        (Mischief { withhold_ready: true, ..Mischief::default() }, identify),
        (Mischief { gateway_url: Some("ws://127.0.0.1:9".to_owned()), ..Mischief::default() }, fetched),
    ] {
        let discord = StandIn::start(Setup { mischief, ..Setup::default() }).await;
        let _bot = super::run(&discord, super::INTENTS).await;
        let attempted = |state: &mut DiscordState| attempt(state).then_some(());
        discord.shared.wait_for("an attempt to connect", WAIT_TIMEOUT, attempted).await;
        assert!(!discord.is_connected());
    }
}

#[tokio::test]
async fn each_fault_is_injected_once_or_cleared() {
    let discord = StandIn::start(Setup::default()).await;
    let url = format!("{}/api/v10/gateway", discord.origin());
    let get = || async { reqwest::get(&url).await };
    discord.fail_next("GET", "/gateway", Fault::Refusal(403, 50013));
    let rejected = get().await.expect("an answer");
    assert_eq!(rejected.status(), 403);
    assert_eq!(rejected.json::<Value>().await.expect("JSON")["code"], 50013);
    discord.fail_next("GET", "/gateway", Fault::RateLimitedBlindly);
    let limited = get().await.expect("an answer");
    assert_eq!((limited.status().as_u16(), limited.headers().get("retry-after")), (429, None));
    for takes_effect in [false, true] {
        discord.fail_next("GET", "/gateway", Fault::Reset(takes_effect));
        assert!(get().await.is_err());
    }
    for status in [200, 502] {
        discord.fail_next("GET", "/gateway", Fault::Garbage(status));
        let answer = get().await.expect("an answer");
        assert_eq!(answer.status(), status);
        assert!(answer.json::<Value>().await.is_err());
    }
    discord.fail_next("GET", "/gateway", Fault::Slow(50));
    let started = Instant::now();
    assert_eq!(get().await.expect("an answer").status(), 200);
    assert!(started.elapsed() >= Duration::from_millis(50));
    discord.fail_next("GET", "/gateway", Fault::Status(500));
    discord.clear_faults();
    assert_eq!(get().await.expect("an answer").status(), 200);
}
