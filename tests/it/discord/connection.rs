//! Lost gateway connections: the bot resumes its session, receives the missed events and starts no needless session.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rolecall::discord::rest::client::RestClient;
use rolecall::secret::Secret;
use serde_json::json;
use serenity::all::{LightMethod, Request, Route};

use super::process::Process;
use discord_standin::{Context, Message, Mischief, Person, Setup, StandIn};

/// The shortest watchdog timeout that is allowed, in seconds.
const SOON: (&str, &str) = ("ROLECALL_WATCHDOG", "5");

async fn start(setup: Setup, settings: &[(&str, &str)]) -> (StandIn, Process) {
    let discord = StandIn::start(setup).await;
    let bot = Process::start_with(&discord, settings);
    bot.until_it_says(" created, ").await;
    discord.wait_identified().await;
    (discord, bot)
}

async fn answers(discord: &StandIn) {
    let answer = discord.slash("role", json!({"name": "rn"}), &Context::server()).await;
    assert_eq!(answer["data"]["embeds"][0]["title"], "Staff Nurse");
}

#[tokio::test]
async fn a_lost_connection_is_resumed_and_missed_events_are_replayed() {
    let (discord, bot) = start(Setup::default(), &[]).await;
    for (number, end) in ["cut", "asked", "no code", "4000", "4003", "1001", "op 9"].into_iter().enumerate() {
        match end {
            "cut" => discord.cut().await,
            "asked" => discord.ask_to_reconnect().await,
            "no code" => discord.close_without_code().await,
            "op 9" => discord.invalidate_session(true).await,
            code => discord.close(code.parse().expect("a code")).await,
        }
        // Sent while the bot is disconnected, and replayed after RESUME.
        let context = Context::direct().by(Person::named(&format!("person {number}")));
        discord.answer_to(Message::new("/help", context)).await;
        discord.wait_resumed().await;
    }
    assert_eq!(discord.identifies(), 1);
    assert!(!bot.said().contains("reconnecting with backoff"), "{}", bot.said());
}

#[tokio::test]
async fn an_invalid_session_is_followed_by_one_identify() {
    let (discord, _bot) = start(Setup::default(), &[]).await;
    discord.invalidate_session(false).await;
    discord.wait_identified().await;
    answers(&discord).await;
    assert_eq!(discord.identifies(), 2);
}

#[tokio::test]
async fn a_connection_without_heartbeat_acks_is_replaced() {
    let heartbeat_interval = Duration::from_secs(1);
    let (discord, _bot) = start(Setup { heartbeat_interval, ..Setup::default() }, &[]).await;
    discord.acknowledge_heartbeats(false);
    discord.wait_resumed().await;
    discord.acknowledge_heartbeats(true);
    answers(&discord).await;
    assert_eq!(discord.identifies(), 1);
}

#[tokio::test]
async fn the_watchdog_replaces_a_connection_without_heartbeat_acks() {
    let heartbeat_interval = Duration::from_secs(1);
    let (discord, bot) = start(Setup { heartbeat_interval, ..Setup::default() }, &[SOON]).await;
    discord.acknowledge_heartbeats(false);
    discord.wait_resumed().await;
    discord.acknowledge_heartbeats(true);
    assert!(bot.said().contains("heartbeats not acknowledged"), "{}", bot.said());
    answers(&discord).await;
    assert_eq!(discord.identifies(), 1);
}

#[tokio::test]
async fn a_gateway_that_sends_no_hello_ends_the_process_with_exit_code_3() {
    let discord = StandIn::start(Setup {
        mischief: Mischief { withhold_hello: true, ..Mischief::default() },
        ..Setup::default()
    })
    .await;
    let mut bot = Process::start_with(&discord, &[SOON]);
    assert_eq!(bot.ended().await, Some(3), "{}", bot.said());
    let said = bot.said();
    assert!(said.contains("not connected") && said.contains("ending with exit code 3"), "{said}");
    assert_eq!(discord.identifies(), 0);
}

#[tokio::test]
async fn a_changed_gateway_url_is_fetched_again_without_the_watchdog() {
    let nowhere = Mischief { gateway_url: Some("ws://127.0.0.1:1".to_owned()), ..Mischief::default() };
    let discord = StandIn::start(Setup { mischief: nowhere, ..Setup::default() }).await;
    let bot = Process::start_with(&discord, &[("ROLECALL_WATCHDOG", "3600")]);
    bot.until_it_says("reconnecting with backoff").await;
    discord.behave(|setup| setup.mischief.gateway_url = None);
    discord.wait_identified().await;
    answers(&discord).await;
    assert_eq!(discord.identifies(), 1);
}

/// Closes each IDENTIFY with this code, then accepts one: the bot backs off and uses little CPU time.
async fn refused_with(code: u16) {
    let discord = StandIn::start(Setup { close_on_identify: Some(code), ..Setup::default() }).await;
    let bot = Process::start_with(&discord, &[SOON]);
    discord.wait_identified().await;
    let (first, busy) = (Instant::now(), bot.busy());
    discord.wait_identified().await;
    assert!(first.elapsed() > Duration::from_secs(5), "{:?}", first.elapsed());
    discord.close_on_identify(None);
    discord.wait_identified().await;
    assert!(first.elapsed() > Duration::from_secs(12), "{:?}", first.elapsed());
    bot.until_it_says("online as rolecall").await;
    let (busy, took) = (bot.busy().saturating_sub(busy), first.elapsed());
    assert!(busy < took / 8, "busy for {busy:?} of {took:?}");
    answers(&discord).await;
}

#[tokio::test]
async fn sessions_refused_with_4003_are_retried_with_backoff() {
    refused_with(4003).await;
}

#[tokio::test]
async fn sessions_refused_with_4009_are_retried_with_backoff() {
    refused_with(4009).await;
}

#[tokio::test]
async fn sessions_refused_with_4010_are_retried_with_backoff() {
    refused_with(4010).await;
}

#[tokio::test]
async fn sessions_refused_with_4011_are_retried_with_backoff() {
    refused_with(4011).await;
}

#[tokio::test]
async fn a_retired_api_version_ends_the_process() {
    let discord = StandIn::start(Setup { close_on_identify: Some(4012), ..Setup::default() }).await;
    let mut bot = Process::start(&discord);
    assert_eq!(bot.ended().await, Some(1));
    assert!(bot.said().contains("a newer version of Rolecall"), "{}", bot.said());
}

#[tokio::test]
async fn requests_stop_before_the_limit_of_invalid_requests() {
    let discord = StandIn::start(Setup::default()).await;
    let reach = RestClient::new(Secret::new("a token of old".to_owned()), Some(discord.origin()), Arc::default())
        .expect("a client");
    let ways = [reach.limited(), reach.unlimited()];
    let mut held = 0;
    for number in 0..1200 {
        let asked = Request::new(Route::GatewayBot, LightMethod::Get);
        let error = ways[number % 2].request(asked).await.expect_err("the token is wrong");
        held += usize::from(error.to_string().contains("nothing is sent"));
    }
    assert_eq!((discord.requests().len(), held), (1000, 200));
}
