//! Interactions over HTTP: the same answers as over the gateway, to whoever has Discord's seal, and to nobody else.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::flows::{buttons, steady, title};
use super::process::Process;
use super::standin::{Context, Door, Person, Setup, StandIn, now};

/// Where no Discord is, so that whoever looked for one would be caught.
const NOWHERE: &str = "http://127.0.0.1:9";
const OPEN: &str = "answering interactions on ";

/// The address that the bot says it listens on.
pub async fn door_of(bot: &Process) -> Door {
    bot.until_it_says(OPEN).await;
    let said = bot.said();
    let (_, rest) = said.split_once(OPEN).expect("it said so");
    Door::at(rest.split(';').next().expect("an address"))
}

pub fn settings(key: &str) -> [(&str, &str); 2] {
    [("ROLECALL_HTTP_ADDR", "127.0.0.1:0"), ("DISCORD_PUBLIC_KEY", key)]
}

/// A bot that is at the gateway and at a door of its own.
async fn both(discord: &StandIn) -> (Process, Door) {
    let bot = Process::start_with(discord, &settings(&Door::public_key()));
    let door = door_of(&bot).await;
    bot.until_it_says(" created, ").await;
    (bot, door)
}

/// A bot without a token, at its door alone.
async fn alone() -> (Process, Door) {
    let key = Door::public_key();
    let [address, key] = settings(&key);
    let bot = Process::start_at(NOWHERE, &[address, key, ("DISCORD_TOKEN", "")]);
    let door = door_of(&bot).await;
    (bot, door)
}

/// An interaction that a test makes itself.
fn interaction(id: u64, kind: u8, data: &Value) -> String {
    let user = json!({"id": (1_177_000_000_000_000_500 + id).to_string(), "username": "ada", "discriminator": "0", "avatar": null});
    json!({
        "id": id.to_string(), "application_id": "7", "type": kind, "token": "secret-of-this-interaction", "version": 1,
        "data": data, "channel_id": (900 + id).to_string(), "user": user, "locale": "en-GB", "entitlements": [],
        "authorizing_integration_owners": {}, "attachment_size_limit": 1000, "context": 1, "app_permissions": "0",
    })
    .to_string()
}

pub fn role(id: u64) -> String {
    let options = json!([{"name": "name", "type": 3, "value": "pm"}]);
    interaction(id, 2, &json!({"id": "1", "name": "role", "type": 1, "options": options}))
}

/// Asks for pictures until they are drawn: on a busy machine the first answers go out without.
async fn draw(discord: &StandIn) {
    let pictures = [("ladder", json!({})), ("path", json!({"from": "apm", "to": "cpo"}))];
    for (name, options) in pictures {
        for at in 0.. {
            let place = Context::direct().by(Person::named(&format!("{name} {at}")));
            let answer = discord.slash(name, options.clone(), &place).await;
            if !answer["data"]["attachments"].is_null() {
                break;
            }
        }
    }
}

/// What members do in a server, one after the other, and what they are shown.
async fn a_day(discord: &StandIn, channel: u64) -> Vec<Value> {
    let place = |person: &str, at: u64| Context::in_channel(channel + at).by(Person::named(person));
    let mut seen = Vec::new();
    let commands = [
        ("role", json!({"name": "product-designer"})),
        ("path", json!({"from": "apm", "to": "cpo"})),
        ("who", json!({"does": "decides what gets built next"})),
        ("ladder", json!({"public": true})),
        ("role", json!({"name": "nobody @everyone"})),
    ];
    for (name, options) in commands {
        seen.push(discord.slash(name, options, &place("ben", 0)).await);
    }
    seen.push(json!(discord.autocomplete("role", json!({"name": "vp"}), "name", &place("ben", 0)).await));
    seen.push(discord.message_command("Answer this", "who owns the road map?", &place("cleo", 1)).await);

    let card = seen[0].clone();
    let share = buttons(&card).into_iter().find(|id| id.starts_with("1s:")).expect("a button to share").to_owned();
    let right = buttons(&card).into_iter().find(|id| id.starts_with("1+:")).expect("a button to praise").to_owned();
    let wrong = right.replacen("1+:", "1-:", 1);
    let menu = card["data"]["components"][1]["components"][0]["custom_id"].as_str().expect("a menu").to_owned();
    for id in [buttons(&card)[0], &share, &right, &wrong] {
        seen.push(discord.click(id, &card, &place("dan", 2)).await);
    }
    let value = "/role product-designer section:why";
    seen.push(discord.select(&menu, &[value], &card, &place("dan", 2)).await);
    seen.push(discord.submit(&wrong, &[("text", "no")], &place("eve", 3)).await);
    seen.into_iter().map(steady).collect()
}

#[tokio::test]
async fn every_interaction_is_answered_as_over_the_gateway() {
    let discord = StandIn::start(Setup::default()).await;
    let (gateway, _) = both(&discord).await;
    draw(&discord).await;
    let over_the_gateway = a_day(&discord, 10_000).await;
    drop(gateway);

    let (mut bot, door) = alone().await;
    discord.post_to(Some(door));
    draw(&discord).await;
    let over_http = a_day(&discord, 20_000).await;
    for (one, other) in over_the_gateway.iter().zip(&over_http) {
        assert_eq!(one, other);
    }
    assert_eq!(over_http.len(), 13);
    let pictures = |way: &str| -> Vec<Vec<u8>> {
        let requests = discord.requests().into_iter().filter(|request| request.method == way);
        let files = requests.flat_map(|request| request.files);
        files
            .map(|file| (file.part == "files[0]" && file.filename == "ladder.png").then_some(file.content))
            .collect::<Option<_>>()
            .expect("names as Discord wants them")
    };
    let (there, here) = (pictures("POST"), pictures("HTTP"));
    assert!(there.len() >= 4 && here.len() >= 4, "two while they are drawn, two that are compared");
    assert!(there[there.len() - 2..] == here[here.len() - 2..], "the same pictures");
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0), "{}", bot.said());
    assert_eq!(bot.said().matches("verdict=").count(), 2, "{}", bot.said());
    assert!(bot.said().contains("feedback in all right=1 wrong=1"), "{}", bot.said());
}

#[tokio::test]
async fn both_doors_are_open_at_once_and_share_what_is_allowed() {
    let discord = StandIn::start(Setup::default()).await;
    let (mut bot, door) = both(&discord).await;
    let (began, mut granted, mut refused) = (Instant::now(), 0, [0, 0]);
    for at in 0..12 {
        discord.post_to((at % 2 == 0).then(|| door.clone()));
        let answer = discord.slash("role", json!({"name": "pm"}), &Context::server()).await;
        match answer["data"]["content"].as_str() {
            Some(text) if text.contains("a lot at once") => refused[at % 2] += 1,
            _ => {
                assert_eq!(title(&answer), "Product Manager");
                granted += 1;
            }
        }
    }
    // Five at once, and one every three seconds; two doors that knew nothing of each other would grant ten.
    let most = 5 + began.elapsed().as_secs() / 3 + 1;
    assert!((5..=most).contains(&granted), "{granted} of at most {most}");
    assert!(most > 6 || refused.iter().all(|refused| *refused > 0), "{refused:?}");
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0), "{}", bot.said());
}

#[tokio::test]
async fn with_the_gateway_off_a_token_is_not_used() {
    let discord = StandIn::start(Setup::default()).await;
    let key = Door::public_key();
    let [address, key] = settings(&key);
    let bot = Process::start_with(&discord, &[address, key, ("ROLECALL_GATEWAY", "off")]);
    let door = door_of(&bot).await;
    assert_eq!(door.post(&role(1)).await.status, 200);
    assert!(discord.identifies() == 0 && discord.requests().is_empty(), "{:?}", discord.requests());
}

#[tokio::test]
async fn a_ping_is_answered_with_a_pong() {
    let (_bot, door) = alone().await;
    for ping in [interaction(1, 1, &Value::Null), r#"{"type":1}"#.to_owned()] {
        let pong = door.post(&ping).await;
        assert_eq!((pong.status, pong.content_type.as_str()), (200, "application/json"));
        assert_eq!(pong.read().0, json!({"type": 1}));
    }
}

#[tokio::test]
async fn what_discord_did_not_seal_just_now_is_refused() {
    let (bot, door) = alone().await;
    let (body, time) = (role(1), now());
    let (timestamp, at) = (time.to_string(), |time: u64| time.to_string());
    let good = door.signature(&timestamp, &body);
    let other_key = format!("{}{}", if good.starts_with('0') { "1" } else { "0" }, &good[1..]);
    let (past, future) = (at(time - 310), at(time + 310));
    let refused = [
        ("", "", "missing"),
        ("", timestamp.as_str(), "missing"),
        (good.as_str(), "", "missing"),
        ("zz", &timestamp, "missing"),
        (&good, "yesterday", "missing"),
        (&other_key, &timestamp, "not of this body"),
        (&door.signature(&timestamp, &role(2)), &timestamp, "not of this body"),
        (&good, &at(time + 1), "not of this body"),
        (&door.signature(&past, &body), &past, "more than five minutes"),
        (&door.signature(&future, &body), &future, "more than five minutes"),
    ];
    for (signature, timestamp, why) in refused {
        let response = door.post_with(signature, timestamp, body.clone()).await;
        let said = String::from_utf8_lossy(&response.body).into_owned();
        assert!(response.status == 401 && said.contains(why), "{signature} {timestamp}: {} {said}", response.status);
    }
    let (past, future) = (at(time - 290), at(time + 290));
    for (id, timestamp) in [(3, &past), (4, &future)] {
        let body = role(id);
        assert_eq!(door.post_with(&door.signature(timestamp, &body), timestamp, body).await.status, 200);
    }
    assert_eq!(door.post_with(&good, &timestamp, body).await.status, 200, "none of that spoilt it");
    bot.until_it_says("compare DISCORD_PUBLIC_KEY").await;
    assert_eq!(bot.said().matches("a request was refused").count(), 1, "{}", bot.said());
}

#[tokio::test]
async fn a_request_is_taken_once() {
    let (mut bot, door) = alone().await;
    let data = json!({"custom_id": "1-:who 90 pm", "components": [
        {"type": 1, "components": [{"type": 4, "custom_id": "text", "value": "no"}]},
    ]});
    let body = interaction(5, 5, &data);
    let timestamp = now().to_string();
    let signature = door.signature(&timestamp, &body);
    assert_eq!(door.post_with(&signature, &timestamp, body.clone()).await.status, 200);
    let again = door.post_with(&signature, &timestamp, body.clone()).await;
    assert_eq!((again.status, String::from_utf8_lossy(&again.body).as_ref()), (401, "this request was here before\n"));
    // The same interaction, sealed anew, is no second one either.
    let later = (now() + 1).to_string();
    assert_eq!(door.post_with(&door.signature(&later, &body), &later, body.clone()).await.status, 401);
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0));
    assert!(bot.said().contains("feedback in all right=0 wrong=1"), "{}", bot.said());
}

#[tokio::test]
async fn what_is_sealed_and_still_no_interaction_is_told_apart() {
    let (bot, door) = alone().await;
    for (body, why) in [
        ("", "not an interaction in JSON"),
        ("{", "not an interaction in JSON"),
        ("[]", "not an interaction in JSON"),
        (r#"{"type":99,"id":"1"}"#, "not a type of interaction that is known"),
        (r#"{"type":0}"#, "not a type of interaction that is known"),
        (r#"{"type":2,"id":"2"}"#, "not an interaction of that type"),
    ] {
        let response = door.post(body).await;
        let said = String::from_utf8_lossy(&response.body).into_owned();
        assert!(response.status == 400 && said.contains(why), "{body}: {} {said}", response.status);
    }
    bot.until_it_says("an interaction could not be read").await;
    let client = reqwest::Client::new();
    let got = client.get(&door.url).send().await.expect("a response");
    assert_eq!((got.status().as_u16(), &got.headers()["allow"]), (405, &"POST".parse().expect("a header")));
    let elsewhere = client.post(door.url.replace("/interactions", "/")).send().await.expect("a response");
    assert_eq!(elsewhere.status().as_u16(), 404);
}

#[tokio::test]
async fn a_large_body_is_refused_whether_it_says_so_or_not() {
    let (_bot, door) = alone().await;
    let large = format!("{{\"type\":1,\"pad\":\"{}\"}}", "x".repeat(256 * 1024));
    assert_eq!(
        raw(&door, &format!("Content-Length: {}\r\n\r\n", large.len()), "").await.0,
        "HTTP/1.1 413 Payload Too Large"
    );
    let chunk = format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{large}", large.len());
    assert_eq!(raw(&door, &chunk, "").await.0, "HTTP/1.1 413 Payload Too Large");
    let just = format!("{{\"type\":1,\"pad\":\"{}\"}}", "x".repeat(256 * 1024 - 19));
    assert_eq!((just.len(), door.post(&just).await.status), (256 * 1024, 200));
}

/// Sends the beginning of a request, then the rest, and gives the first line of what comes back before the line is closed, and
/// after how long.
async fn raw(door: &Door, beginning: &str, rest: &str) -> (String, Duration) {
    let began = Instant::now();
    let host = door.url.trim_start_matches("http://").trim_end_matches("/interactions");
    let mut line = TcpStream::connect(host).await.expect("a connection");
    let timestamp = now().to_string();
    let head = format!(
        "POST /interactions HTTP/1.1\r\nHost: {host}\r\nX-Signature-Ed25519: {}\r\nX-Signature-Timestamp: {timestamp}\r\n",
        "0".repeat(128)
    );
    // The other end may close while this is still being sent; what it said then counts.
    let _ = line.write_all(format!("{head}{beginning}{rest}").as_bytes()).await;
    let mut said = Vec::new();
    let _ = line.read_to_end(&mut said).await;
    (String::from_utf8_lossy(&said).lines().next().unwrap_or_default().to_owned(), began.elapsed())
}

#[tokio::test]
async fn a_slow_request_is_cut_off_and_the_others_are_answered_meanwhile() {
    let (_bot, door) = alone().await;
    let silent = async {
        let host = door.url.trim_start_matches("http://").trim_end_matches("/interactions").to_owned();
        let mut line = TcpStream::connect(host).await.expect("a connection");
        line.read_to_end(&mut Vec::new()).await.expect("an end")
    };
    let dripping = async {
        let host = door.url.trim_start_matches("http://").trim_end_matches("/interactions").to_owned();
        let (mut from, mut to) = TcpStream::connect(host).await.expect("a connection").into_split();
        let drip = async {
            for letter in b"POST /interactions HTTP/1.1\r\nX-Slow: ".iter().chain(std::iter::repeat(&b'x')) {
                if to.write_all(&[*letter]).await.is_err() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let mut said = Vec::new();
        let (_, _) = tokio::join!(drip, from.read_to_end(&mut said));
        said
    };
    let half = raw(&door, "Content-Length: 100\r\n\r\n", "{\"type\":1");
    let others = async {
        for id in 1..20 {
            assert_eq!(door.post(&role(id)).await.status, 200);
        }
    };
    let (silent, dripping, (half, took), ()) = tokio::join!(silent, dripping, half, others);
    assert_eq!((silent, String::from_utf8_lossy(&dripping).as_ref()), (0, ""));
    assert_eq!(half, "HTTP/1.1 408 Request Timeout");
    assert!((Duration::from_secs(2)..Duration::from_secs(20)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn where_all_lines_are_taken_a_request_waits_until_one_is_cut_off() {
    let (_bot, door) = alone().await;
    let host = door.url.trim_start_matches("http://").trim_end_matches("/interactions").to_owned();
    let (began, mut silent) = (Instant::now(), Vec::new());
    for _ in 0..256 {
        silent.push(TcpStream::connect(&host).await.expect("a connection"));
    }
    assert_eq!(door.post(&role(1)).await.status, 200);
    assert!(began.elapsed() >= Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_end_and_idle_lines_do_not_hold_it_up() {
    let (mut bot, door) = alone().await;
    assert_eq!(door.post(&role(1)).await.status, 200);
    let host = door.url.trim_start_matches("http://").trim_end_matches("/interactions").to_owned();
    let mut line = TcpStream::connect(&host).await.expect("a connection");
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
    // It is stopping once nobody else gets in.
    while TcpStream::connect(&host).await.is_ok() {
        tokio::task::yield_now().await;
    }
    line.write_all(body.as_bytes()).await.expect("the body");
    let mut said = Vec::new();
    line.read_to_end(&mut said).await.expect("an answer, and the end");
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.starts_with("HTTP/1.1 200 OK") && said.contains("Product Manager"), "{said}");
    assert_eq!(bot.ended().await, Some(0), "{}", bot.said());
}

#[tokio::test]
async fn what_keeps_the_door_shut_is_told() {
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
async fn where_the_gateway_is_shut_for_good_the_door_shuts_too() {
    let discord = StandIn::start(Setup::default()).await;
    let key = Door::public_key();
    let [address, key] = settings(&key);
    let wrong = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.Wrong.token";
    let mut bot = Process::start_with(&discord, &[address, key, ("DISCORD_TOKEN", wrong)]);
    assert_eq!(bot.ended().await, Some(1));
    assert!(bot.said().contains("wrong or was reset"), "{}", bot.said());
}

#[tokio::test]
async fn the_log_names_neither_who_asked_nor_what_a_request_carries() {
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
    bot.until_it_says("could not be read; please report it kind=2 why=\"invalid type\"").await;
    let said = bot.said();
    for secret in ["secret-of-this-interaction", &signature, "\"ada\"", "1177000000000000501"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}
