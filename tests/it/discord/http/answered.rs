//! Signed requests are answered as over the gateway, also during a shutdown.

use std::time::Instant;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{alone, both, host, interaction, role};
use crate::discord::diagrams;
use crate::discord::flows::{buttons, title, without_diagram};
use crate::discord::process::Process;
use discord_standin::{Context, Person, Setup, StandIn, now};

/// One interaction of each kind, and the answers.
async fn a_day(discord: &StandIn, channel: u64) -> Vec<Value> {
    let place = |person: &str, at: u64| Context::in_channel(channel + at).by(Person::named(person));
    let mut seen = Vec::new();
    let commands = [
        ("role", json!({"name": "diabetes-specialist-nurse"})),
        ("path", json!({"from": "hca", "to": "cno"})),
        ("who", json!({"does": "hands out the tablets"})),
        ("ladder", json!({"public": true})),
        ("role", json!({"name": "nobody @everyone"})),
    ];
    for (name, options) in commands {
        seen.push(discord.slash(name, options, &place("ben", 0)).await);
    }
    seen.push(json!(discord.autocomplete("role", json!({"name": "sister"}), "name", &place("ben", 0)).await));
    seen.push(discord.message_command("Answer this", "who writes the roster?", &place("cleo", 1)).await);

    let card = seen[0].clone();
    let share = buttons(&card).into_iter().find(|id| id.starts_with("1s:")).expect("a button to share").to_owned();
    let right = buttons(&card).into_iter().find(|id| id.starts_with("1+:")).expect("a button to praise").to_owned();
    let wrong = right.replacen("1+:", "1-:", 1);
    let menu = card["data"]["components"][1]["components"][0]["custom_id"].as_str().expect("a menu").to_owned();
    for id in [buttons(&card)[0], &share, &right, &wrong] {
        seen.push(discord.click(id, &card, &place("dan", 2)).await);
    }
    let value = "/role diabetes-specialist-nurse section:why";
    seen.push(discord.select(&menu, &[value], &card, &place("dan", 2)).await);
    seen.push(discord.submit(&wrong, &[("text", "no")], &place("eve", 3)).await);
    seen.into_iter().map(without_diagram).collect()
}

#[tokio::test]
async fn every_interaction_is_answered_as_over_the_gateway() {
    let discord = StandIn::start(Setup::default()).await;
    let (gateway, _) = both(&discord).await;
    let over_the_gateway = a_day(&discord, 10_000).await;
    drop(gateway);

    let (mut bot, door) = alone(&[]).await;
    discord.post_to(Some(door));
    let over_http = a_day(&discord, 20_000).await;
    for (one, other) in over_the_gateway.iter().zip(&over_http) {
        assert_eq!(one, other);
    }
    assert_eq!(over_http.len(), 13);
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0), "{}", bot.said());
    assert_eq!(bot.said().matches("verdict=").count(), 2, "{}", bot.said());
    assert!(bot.said().contains("feedback totals right=1 wrong=1"), "{}", bot.said());
}

#[tokio::test]
async fn a_response_over_http_has_the_same_diagram_as_over_the_gateway() {
    let (discord, place) = (StandIn::start(Setup::default()).await, diagrams::restaurant());
    let corpus = place.corpus();
    let corpus = ("ROLECALL_CORPUS", corpus.to_str().expect("a path"));
    let gateway = Process::start_with(&discord, &[corpus]);
    let way = json!({"from": "apprentice", "to": "chef"});
    let there = discord.slash("path", way.clone(), &Context::server()).await;
    drop(gateway);
    let (_bot, door) = alone(&[corpus]).await;
    discord.post_to(Some(door));
    let here = discord.slash("path", way, &Context::server()).await;
    assert_eq!(diagrams::alt_text(&there), diagrams::alt_text(&here));
    let files = |method: &str| -> Vec<_> {
        let requests = discord.requests().into_iter().filter(|request| request.method == method);
        requests.flat_map(|request| request.files).map(|file| (file.part, file.filename, file.content)).collect()
    };
    let (there, here) = (files("POST"), files("HTTP"));
    assert_eq!((there.len(), &there), (1, &here));
}

#[tokio::test]
async fn gateway_and_http_share_the_rate_limits() {
    let discord = StandIn::start(Setup::default()).await;
    let (mut bot, door) = both(&discord).await;
    let (began, mut granted, mut refused) = (Instant::now(), 0, [0, 0]);
    for at in 0..12 {
        discord.post_to((at % 2 == 0).then(|| door.clone()));
        let answer = discord.slash("role", json!({"name": "rn"}), &Context::server()).await;
        match answer["data"]["content"].as_str() {
            Some(text) if text.contains("a lot at once") => refused[at % 2] += 1,
            _ => {
                assert_eq!(title(&answer), "Staff Nurse");
                granted += 1;
            }
        }
    }
    // Five at once, and one every three seconds; with a rate limit for each transport it would be ten at once.
    let most = 5 + began.elapsed().as_secs() / 3 + 1;
    assert!((5..=most).contains(&granted), "{granted} of at most {most}");
    assert!(most > 6 || refused.iter().all(|refused| *refused > 0), "{refused:?}");
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0), "{}", bot.said());
}

#[tokio::test]
async fn a_ping_is_answered_with_a_pong() {
    let (_bot, door) = alone(&[]).await;
    for ping in [interaction(1, 1, &Value::Null), r#"{"type":1}"#.to_owned()] {
        let pong = door.post(&ping).await;
        assert_eq!((pong.status, pong.content_type.as_str()), (200, "application/json"));
        assert_eq!(pong.read().0, json!({"type": 1}));
    }
}

#[tokio::test]
async fn a_shutdown_answers_pending_requests_and_closes_idle_connections() {
    let (mut bot, door) = alone(&[]).await;
    assert_eq!(door.post(&role(1)).await.status, 200);
    let host = host(&door);
    let mut idle = TcpStream::connect(host).await.expect("a connection");
    let mut line = TcpStream::connect(host).await.expect("a connection");
    let (body, timestamp) = (role(2), now().to_string());
    let signature = door.signature(&timestamp, &body);
    let head = format!(
        "POST /interactions HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nX-Signature-Ed25519: {signature}\r\n\
         X-Signature-Timestamp: {timestamp}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    line.write_all(head.as_bytes()).await.expect("the head");
    let mut go_on = [0; 25];
    line.read_exact(&mut go_on).await.expect("a word");
    assert_eq!(go_on, *b"HTTP/1.1 100 Continue\r\n\r\n");
    bot.terminate();
    // The shutdown begins with the idle connections.
    assert_eq!(idle.read_to_end(&mut Vec::new()).await.expect("the end of the connection"), 0);
    line.write_all(body.as_bytes()).await.expect("the body");
    let mut said = Vec::new();
    line.read_to_end(&mut said).await.expect("an answer, and the end");
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.starts_with("HTTP/1.1 200 OK") && said.contains("Staff Nurse"), "{said}");
    assert_eq!(bot.ended().await, Some(0), "{}", bot.said());
}
