//! Requests that are rejected: unsigned, replayed, malformed, too large, and too slow ones.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{alone, host, interaction, role};
use discord_standin::{Door, now};

#[tokio::test]
async fn a_request_without_a_valid_and_recent_signature_is_rejected() {
    let (bot, door) = alone(&[]).await;
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
        (&other_key, &timestamp, "does not match the body"),
        (&door.signature(&timestamp, &role(2)), &timestamp, "does not match the body"),
        (&good, &at(time + 1), "does not match the body"),
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
    assert_eq!(
        door.post_with(&good, &timestamp, body).await.status,
        200,
        "a rejected request does not count as received"
    );
    bot.until_it_says("compare DISCORD_PUBLIC_KEY").await;
    assert_eq!(bot.said().matches("rejected a request").count(), 1, "{}", bot.said());
}

#[tokio::test]
async fn a_replayed_request_is_rejected() {
    let (mut bot, door) = alone(&[]).await;
    let data = json!({"custom_id": "1-:who 90 rn", "components": [
        {"type": 1, "components": [{"type": 4, "custom_id": "text", "value": "no"}]},
    ]});
    let body = interaction(5, 5, &data);
    let timestamp = now().to_string();
    let signature = door.signature(&timestamp, &body);
    assert_eq!(door.post_with(&signature, &timestamp, body.clone()).await.status, 200);
    let again = door.post_with(&signature, &timestamp, body.clone()).await;
    assert_eq!(
        (again.status, String::from_utf8_lossy(&again.body).as_ref()),
        (401, "this request was received before\n")
    );
    // The same interaction with another signature is a replay too.
    let later = (now() + 1).to_string();
    assert_eq!(door.post_with(&door.signature(&later, &body), &later, body.clone()).await.status, 401);
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0));
    assert!(bot.said().contains("feedback totals right=0 wrong=1"), "{}", bot.said());
}

#[tokio::test]
async fn a_signed_body_that_is_no_interaction_is_rejected_with_the_reason() {
    let (bot, door) = alone(&[]).await;
    for (body, why) in [
        ("", "not an interaction in JSON"),
        ("{", "not an interaction in JSON"),
        ("[]", "not an interaction in JSON"),
        (r#"{"type":99,"id":"1"}"#, "unknown interaction type"),
        (r#"{"type":0}"#, "unknown interaction type"),
        (r#"{"type":2,"id":"2"}"#, "not an interaction of that type"),
    ] {
        let response = door.post(body).await;
        let said = String::from_utf8_lossy(&response.body).into_owned();
        assert!(response.status == 400 && said.contains(why), "{body}: {} {said}", response.status);
    }
    bot.until_it_says("an interaction could not be decoded").await;
    let client = reqwest::Client::new();
    let got = client.get(&door.url).send().await.expect("a response");
    assert_eq!((got.status().as_u16(), &got.headers()["allow"]), (405, &"POST".parse().expect("a header")));
    let elsewhere = client.post(door.url.replace("/interactions", "/")).send().await.expect("a response");
    assert_eq!(elsewhere.status().as_u16(), 404);
}

/// Sends a request and returns the first line of the response, once the connection is closed, and the time until then.
async fn raw(door: &Door, beginning: &str, rest: &str) -> (String, Duration) {
    let began = Instant::now();
    let host = host(door);
    let mut line = TcpStream::connect(host).await.expect("a connection");
    let timestamp = now().to_string();
    let head = format!(
        "POST /interactions HTTP/1.1\r\nHost: {host}\r\nX-Signature-Ed25519: {}\r\nX-Signature-Timestamp: {timestamp}\r\n",
        "0".repeat(128)
    );
    // The bot may respond and close the connection before it has read everything.
    let _ = line.write_all(format!("{head}{beginning}{rest}").as_bytes()).await;
    let mut said = Vec::new();
    let _ = line.read_to_end(&mut said).await;
    (String::from_utf8_lossy(&said).lines().next().unwrap_or_default().to_owned(), began.elapsed())
}

#[tokio::test]
async fn a_large_body_is_rejected_with_and_without_a_content_length() {
    let (_bot, door) = alone(&[]).await;
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

#[tokio::test]
async fn a_slow_request_times_out_and_others_are_answered_meanwhile() {
    let (_bot, door) = alone(&[]).await;
    let silent = async {
        let host = host(&door);
        let mut line = TcpStream::connect(host).await.expect("a connection");
        line.read_to_end(&mut Vec::new()).await.expect("an end")
    };
    let dripping = async {
        let host = host(&door);
        let (mut from, mut to) = TcpStream::connect(host).await.expect("a connection").into_split();
        let drip = async {
            for letter in b"POST /interactions HTTP/1.1\r\nX-Slow: ".iter().chain(std::iter::repeat(&b'x')) {
                if to.write_all(&[*letter]).await.is_err() {
                    break;
                }
                // A client that sends its header slowly: the bot's timeout is for the whole header, not for each byte.
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
async fn at_the_connection_limit_a_request_waits_until_an_idle_connection_times_out() {
    let (_bot, door) = alone(&[]).await;
    let host = host(&door);
    let (began, mut silent) = (Instant::now(), Vec::new());
    for _ in 0..256 {
        silent.push(TcpStream::connect(host).await.expect("a connection"));
    }
    assert_eq!(door.post(&role(1)).await.status, 200);
    assert!(began.elapsed() >= Duration::from_secs(3), "{:?}", began.elapsed());
}
