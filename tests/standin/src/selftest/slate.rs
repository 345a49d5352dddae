//! Proves the slate and the faults that only trials bring about.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::*;
use super::start;

const SOON: Duration = Duration::from_secs(20);
const NOT_AT_ALL: Duration = Duration::from_millis(200);

#[tokio::test]
async fn what_is_asked_without_waiting_is_accounted_for() {
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
async fn messages_and_their_replies_are_found() {
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
async fn nothing_goes_through_a_frozen_line_or_in_a_session_that_is_gone() {
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
async fn a_line_that_breaks_is_taken_up_again_and_nonsense_on_it_is_borne() {
    let (discord, _bot) = start(Setup::default()).await;
    discord.cut().await;
    discord.wait_resumed().await;
    assert_eq!(discord.resumes(), 1);
    discord.send_text(&json!({"op": 1, "d": null}).to_string());
    while discord.heartbeats() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    discord.behave(|setup| setup.mischief = Mischief::default());
    discord.send_text("no JSON");
    discord.flood("SOMETHING_NEW", &StandIn::large_server(3), 2);
    assert_eq!(StandIn::large_server(3)["members"].as_array().map(Vec::len), Some(3));
    assert_eq!(discord.slash("role", json!({"name": "pm"}), &Context::server()).await["type"], 4);
}

#[tokio::test]
async fn a_withheld_greeting_and_another_address_keep_a_bot_away() {
    for mischief in [
        Mischief { refuse_sockets: true, ..Mischief::default() },
        Mischief { withhold_hello: true, ..Mischief::default() },
        Mischief { withhold_ready: true, ..Mischief::default() },
        Mischief { gateway_url: Some("ws://127.0.0.1:9".to_owned()), ..Mischief::default() },
    ] {
        let discord = StandIn::start(Setup { mischief, ..Setup::default() }).await;
        let _bot = super::run(&discord, super::INTENTS).await;
        tokio::time::sleep(NOT_AT_ALL).await;
        assert!(!discord.is_connected());
    }
}

#[tokio::test]
async fn calls_go_wrong_in_every_way_and_are_mended() {
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
