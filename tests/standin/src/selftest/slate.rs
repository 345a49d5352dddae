//! Tests of the requests that do not wait for an answer, and of the faults that only the trials cause.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::*;
use super::start;

const SOON: Duration = Duration::from_secs(20);
/// A wait that ends without an answer: no event shows that none will come.
const NOT_AT_ALL: Duration = Duration::from_millis(200);

/// Whether the bot has got as far as this.
type Attempt = fn(&World) -> bool;

#[tokio::test]
async fn interactions_that_are_not_waited_for_are_counted() {
    let (discord, _bot) = start(Setup::default()).await;
    let began = Instant::now();
    let context = Context::direct();
    let token = discord.put_slash("role", &[("name", "pm")], &context);
    let (answer, took) = discord.answer_within(&token, SOON).await.expect("an answer");
    assert_eq!(answer["data"]["content"], "pm for ada-the-curious");
    assert!(took < SOON && discord.was_delivered(&token));
    assert!(discord.answers_to("role", began)[0].contains("pm for ada"));
    assert_eq!(discord.tally(began), Tally { asked: 1, delivered: 1, answered: 1 });

    let open = discord.put(42, json!({}), Value::Null, &context);
    assert!(discord.answer_within(&open, NOT_AT_ALL).await.is_none());
    assert_eq!(discord.tally(began), Tally { asked: 2, delivered: 2, answered: 1 });
    assert_eq!(discord.unanswered(began).len(), 1);
    assert_eq!(discord.forget(), 0, "there is still time for an answer");
}

#[tokio::test]
async fn replies_to_a_message_are_found() {
    let (discord, _bot) = start(Setup::default()).await;
    let question = discord.put_message(&Message::new("why", Context::server()), |message| {
        message.insert("content".to_owned(), json!("how"));
    });
    assert_eq!(discord.reply_within(question, SOON).await.expect("a reply")["content"], "heard how");
    assert_eq!(discord.replies_to(question), 1);
    let quiet = discord.put_message(&Message::new("hush", Context::server()), |_| {});
    assert!(discord.reply_within(quiet, NOT_AT_ALL).await.is_none());
}

#[tokio::test]
async fn a_frozen_connection_and_a_forgotten_session_deliver_nothing() {
    let (discord, _bot) = start(Setup::default()).await;
    let began = Instant::now();
    assert!(discord.is_connected());
    discord.freeze();
    let token = discord.put_slash("role", &[("name", "pm")], &Context::direct());
    assert!(discord.answer_within(&token, NOT_AT_ALL).await.is_none());
    assert_eq!(discord.tally(began), Tally { asked: 1, delivered: 0, answered: 0 });
    discord.forget_session();
    discord.ids_from(1 << 62);
    let later = discord.put_slash("role", &[("name", "pm")], &Context::direct());
    assert!(later.ends_with(&(1_u64 << 62 | 1).to_string()) && !discord.was_delivered(&later));
}

#[tokio::test]
async fn a_cut_connection_is_resumed_and_malformed_payloads_do_no_harm() {
    let (discord, _bot) = start(Setup::default()).await;
    discord.cut().await;
    discord.wait_resumed().await;
    assert_eq!(discord.resumes(), 1);
    discord.send_text(&json!({"op": 1, "d": null}).to_string());
    let heartbeat = |world: &mut World| world.received.iter().any(|payload| payload["op"] == 1).then_some(());
    discord.shared.until("a heartbeat", PATIENCE, heartbeat).await;
    assert!(discord.heartbeats() > 0);
    discord.behave(|setup| setup.mischief = Mischief::default());
    discord.send_text("no JSON");
    discord.flood("SOMETHING_NEW", &StandIn::large_server(3), 2);
    assert_eq!(StandIn::large_server(3)["members"].as_array().map(Vec::len), Some(3));
    assert_eq!(discord.slash("role", json!({"name": "pm"}), &Context::server()).await["type"], 4);
}

#[tokio::test]
async fn a_gateway_that_misbehaves_keeps_a_bot_from_connecting() {
    let socket: Attempt = |world| world.sockets > 0;
    let identify: Attempt = |world| !world.identifies.is_empty();
    let fetched: Attempt = |world| world.requests.iter().any(|request| request.path.contains("/gateway"));
    for (mischief, attempt) in [
        (Mischief { refuse_sockets: true, ..Mischief::default() }, socket),
        (Mischief { withhold_hello: true, ..Mischief::default() }, socket),
        (Mischief { withhold_ready: true, ..Mischief::default() }, identify),
        (Mischief { gateway_url: Some("ws://127.0.0.1:9".to_owned()), ..Mischief::default() }, fetched),
    ] {
        let discord = StandIn::start(Setup { mischief, ..Setup::default() }).await;
        let _bot = super::run(&discord, super::INTENTS).await;
        discord.shared.until("an attempt to connect", PATIENCE, |world| attempt(world).then_some(())).await;
        assert!(!discord.is_connected());
    }
}

#[tokio::test]
async fn every_fault_happens_once_and_mend_clears_the_rest() {
    let discord = StandIn::start(Setup::default()).await;
    let url = format!("{}/api/v10/gateway", discord.origin());
    let ask = || async { reqwest::get(&url).await };
    discord.fail_next("GET", "/gateway", Fault::Refusal(403, 50013));
    let refused = ask().await.expect("an answer");
    assert_eq!(refused.status(), 403);
    assert_eq!(refused.json::<Value>().await.expect("JSON")["code"], 50013);
    discord.fail_next("GET", "/gateway", Fault::RateLimitedBlindly);
    let limited = ask().await.expect("an answer");
    assert_eq!((limited.status().as_u16(), limited.headers().get("retry-after")), (429, None));
    for takes_effect in [false, true] {
        discord.fail_next("GET", "/gateway", Fault::Reset(takes_effect));
        assert!(ask().await.is_err());
    }
    for status in [200, 502] {
        discord.fail_next("GET", "/gateway", Fault::Garbage(status));
        let answer = ask().await.expect("an answer");
        assert_eq!(answer.status(), status);
        assert!(answer.json::<Value>().await.is_err());
    }
    discord.fail_next("GET", "/gateway", Fault::Slow(50));
    let began = Instant::now();
    assert_eq!(ask().await.expect("an answer").status(), 200);
    assert!(began.elapsed() >= Duration::from_millis(50));
    discord.fail_next("GET", "/gateway", Fault::Status(500));
    discord.mend();
    assert_eq!(ask().await.expect("an answer").status(), 200);
}
