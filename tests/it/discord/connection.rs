//! Whatever becomes of the connection: the bot comes back, loses nothing that Discord kept for it, and spends no session in vain.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rolecall::discord::rest::client::RestClient;
use rolecall::secret::Secret;
use serde_json::json;
use serenity::all::{LightMethod, Request, Route};

use super::answer_to;
use super::process::Process;
use discord_standin::{Context, Message, Mischief, Person, Setup, StandIn};

/// The watchdog with the least patience there is.
const SOON: (&str, &str) = ("ROLECALL_WATCHDOG", "5");

async fn start(setup: Setup, settings: &[(&str, &str)]) -> (StandIn, Process) {
    let discord = StandIn::start(setup).await;
    let bot = Process::start_with(&discord, settings);
    bot.until_it_says(" created, ").await;
    discord.wait_identified().await;
    (discord, bot)
}

async fn answers(discord: &StandIn) {
    let answer = discord.slash("role", json!({"name": "pm"}), &Context::server()).await;
    assert_eq!(answer["data"]["embeds"][0]["title"], "Product Manager");
}

#[tokio::test]
async fn whatever_ends_a_connection_it_goes_on_and_nothing_is_lost() {
    let (discord, bot) = start(Setup::default(), &[]).await;
    for (number, end) in ["cut", "asked", "no code", "4000", "4003", "1001", "op 9"].into_iter().enumerate() {
        match end {
            "cut" => discord.cut().await,
            "asked" => discord.ask_to_reconnect().await,
            "no code" => discord.close_without_code().await,
            "op 9" => discord.invalidate_session(true).await,
            code => discord.close(code.parse().expect("a code")).await,
        }
        // Written while nobody is there, and repeated after the RESUME.
        let context = Context::direct().by(Person::named(&format!("person {number}")));
        answer_to(&discord, Message::new("/help", context)).await;
        discord.wait_resumed().await;
    }
    assert_eq!(discord.identifies(), 1);
    assert!(!bot.said().contains("reconnecting with backoff"), "{}", bot.said());
}

#[tokio::test]
async fn a_session_that_is_gone_is_followed_by_one_other() {
    let (discord, _bot) = start(Setup::default(), &[]).await;
    discord.invalidate_session(false).await;
    discord.wait_identified().await;
    answers(&discord).await;
    assert_eq!(discord.identifies(), 2);
}

#[tokio::test]
async fn a_line_on_which_heartbeats_are_not_acknowledged_is_left() {
    let heartbeat_interval = Duration::from_secs(1);
    let (discord, _bot) = start(Setup { heartbeat_interval, ..Setup::default() }, &[]).await;
    discord.acknowledge_heartbeats(false);
    discord.wait_resumed().await;
    discord.acknowledge_heartbeats(true);
    answers(&discord).await;
    assert_eq!(discord.identifies(), 1);
}

#[tokio::test]
async fn the_watchdog_begins_a_silent_connection_anew() {
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
async fn a_gateway_that_never_greets_ends_the_process_with_its_own_code() {
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
async fn a_gateway_that_has_moved_is_found_without_the_watchdog() {
    let nowhere = Mischief { gateway_url: Some("ws://127.0.0.1:1".to_owned()), ..Mischief::default() };
    let discord = StandIn::start(Setup { mischief: nowhere, ..Setup::default() }).await;
    let bot = Process::start_with(&discord, &[("ROLECALL_WATCHDOG", "3600")]);
    bot.until_it_says("reconnecting with backoff").await;
    discord.behave(|setup| setup.mischief.gateway_url = None);
    discord.wait_identified().await;
    answers(&discord).await;
    assert_eq!(discord.identifies(), 1);
}

/// What a bot does whose sessions are all closed with this code, until they are not.
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
async fn sessions_refused_with_4003_are_begun_more_and_more_seldom() {
    refused_with(4003).await;
}

#[tokio::test]
async fn sessions_refused_with_4009_are_begun_more_and_more_seldom() {
    refused_with(4009).await;
}

#[tokio::test]
async fn sessions_refused_with_4010_are_begun_more_and_more_seldom() {
    refused_with(4010).await;
}

#[tokio::test]
async fn sessions_refused_with_4011_are_begun_more_and_more_seldom() {
    refused_with(4011).await;
}

#[tokio::test]
async fn a_version_that_discord_no_longer_speaks_ends_the_start() {
    let discord = StandIn::start(Setup { close_on_identify: Some(4012), ..Setup::default() }).await;
    let mut bot = Process::start(&discord);
    assert_eq!(bot.ended().await, Some(1));
    assert!(bot.said().contains("a newer version of Rolecall"), "{}", bot.said());
}

#[tokio::test]
async fn sending_stops_before_discord_bans_the_address() {
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
