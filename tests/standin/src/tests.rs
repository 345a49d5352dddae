//! Tests of the stand-in with serenity as the client.

mod fault_injection;
mod message_limits;
mod other_limits;
mod raw_gateway;
mod raw_requests;
mod serenity_bot;

use serde_json::json;
use serenity::all::{CreateEmbed, CreateMessage, GatewayIntents, HttpBuilder};

use super::*;

use self::serenity_bot::{INTENTS, Running, client, quiet, run};

/// Starts a bot and waits for its message on GUILD_CREATE.
async fn start(setup: Setup) -> (StandIn, Running) {
    let discord = StandIn::start(setup).await;
    let running = run(&discord, INTENTS).await;
    let hello = discord.next_post().await;
    assert_eq!((hello.body["content"].as_str(), hello.kind), (Some("joined The Guild"), PostKind::Message));
    (discord, running)
}

#[tokio::test]
async fn a_client_connects_registers_and_answers() {
    let (discord, _bot) = start(Setup::default()).await;
    let identify = discord.wait_identified().await;
    assert_eq!((identify.token.as_str(), identify.shard), (TOKEN, [0, 1]));
    assert!([GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT].into_iter().all(|intent| identify.has(intent)));
    assert_eq!(identify.raw["compress"], true);
    assert_eq!(discord.wait_commands().await.as_array().map(Vec::len), Some(3));
    assert_eq!(discord.command_creations(), 3);
    for context in [Context::server(), Context::direct(), Context::group(), Context::server_without_the_bot()] {
        let context = context.by(Person::named("grace")).speaking("de");
        let answer = discord.slash("role", json!({"name": "pm"}), &context).await;
        assert_eq!(answer["type"], 4);
        assert_eq!(answer["data"]["content"], "pm for grace-the-curious");
        let update = discord.click("more:pm", &answer, &context).await;
        assert_eq!(update["data"]["content"], "more:pm on pm for grace-the-curious");
        assert_eq!(discord.shown(&answer).expect("shown")["content"], "more:pm on pm for grace-the-curious");
        let again = discord.select("menu", &["one"], &update, &context).await;
        assert_eq!(again["type"], 7);
    }
    let choices = discord.autocomplete("role", json!({"name": "p"}), "name", &Context::server()).await;
    assert_eq!(choices, [json!({"name": "p!", "value": "p!"})]);
    assert_eq!(discord.message_command("Explain", "why", &Context::direct()).await["data"]["content"], "why");
    let form = discord.slash("form", json!({}), &Context::server()).await;
    assert_eq!(form["type"], 9);
    let thanks = discord.submit("wrong", &[("what", "all of it")], &Context::server()).await;
    assert_eq!(thanks["data"]["content"], "thanks, wrong");
    discord.settle().await;
    assert_eq!(discord.violations(), [""; 0]);
}

#[tokio::test]
async fn a_button_of_an_earlier_process_can_be_clicked() {
    let (discord, _bot) = start(Setup::default()).await;
    let old = json!({"content": "old", "components": [{"type": 1, "components": [
        {"type": 2, "style": 1, "label": "Go", "custom_id": "go"},
    ]}]});
    let answer = discord.click("go", &old, &Context::in_channel(OTHER_CHANNEL)).await;
    assert_eq!(answer["data"]["content"], "go on old");
}

#[tokio::test]
async fn follow_ups_and_edits_arrive_in_order() {
    let (discord, _bot) = start(Setup::default()).await;
    discord.slash("role", json!({"name": "long"}), &Context::server()).await;
    let (more, edit) = (discord.next_post().await, discord.next_post().await);
    assert_eq!((more.kind, edit.kind), (PostKind::FollowUp, PostKind::Edit));
    discord.settle().await;
    assert_eq!(discord.posts().len(), 4);
    assert!(discord.requests().iter().any(|request| request.body == edit.body && request.method == "PATCH"));
}

#[tokio::test]
async fn a_message_is_answered_or_the_bot_becomes_idle() {
    let (discord, _bot) = start(Setup::default()).await;
    let reply = discord.message(Message::new("who?", Context::server())).await.expect("an answer");
    assert_eq!(reply["content"], "echo who?");
    assert!(reply["message_reference"]["message_id"].is_string());
    let question = Message::new("really?", Context::server()).replying_to(&reply);
    assert!(discord.message(question).await.is_some());
    assert_eq!(discord.message(Message::new("hush", Context::server())).await, None);
    assert_eq!(discord.message(Message::new("hello", Context::server()).by_a_bot()).await, None);
    let direct = Message::new("twice", Context::direct());
    assert!(discord.message(direct).await.is_some());
    assert_eq!(discord.next_post().await.kind, PostKind::Edit);
    assert!(
        discord.requests().iter().any(|request| (request.path.ends_with("/typing"), request.status) == (true, 204))
    );
    discord.settle().await;
}

#[tokio::test]
async fn without_the_message_content_intent_only_messages_to_the_bot_have_content() {
    let discord = StandIn::start(Setup { refuse_message_content: true, ..Setup::default() }).await;
    let mut refused = client(&discord, INTENTS, TOKEN).await;
    let error = refused.start().await.expect_err("4014 ends it");
    assert!(format!("{error:?}").contains("DisallowedGatewayIntents"), "{error:?}");
    assert!(discord.wait_identified().await.has(MESSAGE_CONTENT));
    let _bot = run(&discord, INTENTS.difference(GatewayIntents::MESSAGE_CONTENT)).await;
    assert!(!discord.wait_identified().await.has(MESSAGE_CONTENT));
    discord.next_post().await;
    assert_eq!(discord.message(Message::new("who?", Context::server())).await, None);
    let mention = Message::new("who?", Context::server()).mentioning_the_bot();
    assert!(discord.message(mention).await.is_some());
    assert!(discord.message(Message::new("who?", Context::direct())).await.is_some());
}

#[tokio::test]
async fn settle_rejects_unexpected_posts() {
    let (discord, bot) = start(Setup::default()).await;
    discord.message(Message::new("twice", Context::direct())).await.expect("an answer");
    let panic = tokio::spawn(async move { discord.settle().await }).await.expect_err("the edit is unexpected");
    let panic = panic.into_panic().downcast::<String>().expect("a text");
    assert!(panic.contains("better"), "{panic}");
    drop(bot);
}

#[tokio::test]
async fn missed_events_are_replayed_after_a_resume() {
    let (discord, _bot) = start(Setup::default()).await;
    discord.wait_commands().await;
    discord.close(4000).await;
    assert!(discord.message(Message::new("one", Context::direct())).await.is_some());
    assert!(discord.wait_resumed().await["seq"].as_u64() > Some(0));
    discord.cut().await;
    assert!(discord.message(Message::new("two", Context::direct())).await.is_some());
    discord.wait_resumed().await;
    discord.ask_to_reconnect().await;
    discord.wait_resumed().await;
    discord.invalidate_session(true).await;
    discord.wait_resumed().await;
    assert!(discord.message(Message::new("three", Context::direct())).await.is_some());
    assert_eq!(discord.identifies(), 1);
    assert!(discord.gateway_received().iter().any(|payload| payload["op"] == 6));
}

#[tokio::test]
async fn a_wrong_token_is_rejected_by_rest_and_the_gateway() {
    let discord = StandIn::start(Setup::default()).await;
    let mut client = self::client(&discord, INTENTS, "wrong").await;
    let error = client.http.get_current_user().await.expect_err("401");
    assert!(format!("{error:?}").contains("401"), "{error:?}");
    let error = client.start().await;
    assert!(format!("{error:?}").contains("InvalidAuthentication"), "{error:?}");
    assert_eq!(discord.wait_identified().await.token, "wrong");
}

#[tokio::test]
async fn an_identify_can_be_closed_with_any_code() {
    let discord = StandIn::start(Setup { close_on_identify: Some(4013), ..Setup::default() }).await;
    let error = client(&discord, INTENTS, TOKEN).await.start().await;
    assert!(format!("{error:?}").contains("InvalidGatewayIntents"), "{error:?}");
    discord.close_on_identify(None);
    let _bot = run(&discord, INTENTS).await;
    discord.next_post().await;
    assert_eq!(discord.shared.lock().setup.identifies_left, 998);
}

#[tokio::test]
async fn serenity_parses_every_response() {
    let discord = StandIn::start(Setup::default()).await;
    let http = HttpBuilder::new(TOKEN).proxy(discord.origin()).ratelimiter_disabled(true).build();
    assert_eq!(http.get_current_user().await.expect("the bot").id.get(), APPLICATION);
    assert_eq!(http.get_current_application_info().await.expect("the application").name, "Rolecall");
    let gateway = http.get_bot_gateway().await.expect("the gateway");
    assert_eq!((gateway.session_start_limit.remaining, gateway.shards), (1000, 1));
    assert!(http.get_channel(CHANNEL.into()).await.expect("the channel").guild().is_some());
    let channel: serenity::all::ChannelId = CHANNEL.into();
    let message = channel.send_message(&http, CreateMessage::new().content("x").allowed_mentions(quiet())).await;
    let message = message.expect("sent");
    assert_eq!(message.timestamp.unix_timestamp(), message.id.created_at().unix_timestamp());
    message.delete(&http).await.expect("deleted");
    let error = message.delete(&http).await.expect_err("gone");
    assert!(format!("{error:?}").contains("10008"), "{error:?}");
    let long = CreateEmbed::new().title("x".repeat(257));
    let long = CreateMessage::new().embed(long).allowed_mentions(quiet());
    let error = channel.send_message(&http, long).await.expect_err("too long");
    assert!(format!("{error:?}").contains(r#"path: "embeds.0.title""#), "{error:?}");
    assert_eq!(discord.violations().len(), 1);
}
