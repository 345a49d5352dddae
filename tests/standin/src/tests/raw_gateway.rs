//! Tests of the gateway with payloads that serenity would not send.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::super::*;

/// A minimal WebSocket client: small unfragmented frames with a zero mask.
struct Socket(TcpStream);

#[derive(Debug, PartialEq)]
enum Frame {
    Text(Value),
    Close(Option<u16>),
    End,
}

impl Socket {
    fn connect(discord: &StandIn, query: &str) -> Self {
        let origin = discord.origin();
        let mut stream = TcpStream::connect(origin.trim_start_matches("http://")).expect("the stand-in listens");
        stream.set_read_timeout(Some(WAIT_TIMEOUT)).expect("a timeout");
        let lines = [
            &format!("GET /?{query} HTTP/1.1"),
            "Host: localhost",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ];
        write!(stream, "{}\r\n\r\n", lines.join("\r\n")).expect("sent");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("an answer");
            head.push(byte[0]);
        }
        assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
        Self(stream)
    }

    /// Connects, and reads HELLO.
    fn open(discord: &StandIn) -> Self {
        let mut socket = Self::connect(discord, "v=10&encoding=json");
        let Frame::Text(hello) = socket.read() else { panic!("no HELLO") };
        assert_eq!((&hello["op"], &hello["d"]["heartbeat_interval"]), (&json!(10), &json!(41_250)));
        socket
    }

    fn send(&mut self, payload: &Value) {
        let text = payload.to_string();
        let length = u16::try_from(text.len()).expect("a short text").to_be_bytes();
        let frame = [&[0x81, 0x80 | 126], &length[..], &[0; 4], text.as_bytes()].concat();
        self.0.write_all(&frame).expect("sent");
    }

    fn read(&mut self) -> Frame {
        let mut head = [0; 2];
        if self.0.read_exact(&mut head).is_err() {
            return Frame::End;
        }
        let mut long = [0; 2];
        let length = match head[1] {
            126 => {
                self.0.read_exact(&mut long).expect("a length");
                usize::from(u16::from_be_bytes(long))
            }
            short => usize::from(short),
        };
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("a body");
        match head[0] & 15 {
            1 => Frame::Text(serde_json::from_slice(&body).expect("JSON")),
            8 => {
                // The stand-in waits for the peer's close frame. It may have closed the connection already.
                let _ = self.0.write_all(&[0x88, 0x80, 0, 0, 0, 0]);
                Frame::Close(body.get(..2).map(|code| u16::from_be_bytes([code[0], code[1]])))
            }
            other => panic!("a frame of kind {other}"),
        }
    }

    /// Skips events (op 0); returns the next other frame.
    fn read_past_events(&mut self) -> Frame {
        loop {
            match self.read() {
                Frame::Text(payload) if payload["op"] == 0 => {}
                frame => return frame,
            }
        }
    }
}

fn identify() -> Value {
    json!({"op": 2, "d": {"token": TOKEN, "intents": GUILDS, "shard": [0, 1], "properties": {}}})
}

/// Runs blocking code in another thread; the stand-in keeps running.
async fn blocking<T: Send + 'static>(discord: &Arc<StandIn>, act: impl FnOnce(&StandIn) -> T + Send + 'static) -> T {
    let discord = Arc::clone(discord);
    tokio::task::spawn_blocking(move || act(&discord)).await.expect("the closure does not panic")
}

#[tokio::test]
async fn invalid_payloads_get_their_close_code() {
    let discord = Arc::new(StandIn::start(Setup::default()).await);
    blocking(&discord, |discord| {
        assert_eq!(Socket::connect(discord, "v=9").read(), Frame::Close(Some(4012)));
        let result_of = |change: fn(&mut Value)| {
            let mut payload = identify();
            change(&mut payload);
            let mut socket = Socket::open(discord);
            socket.send(&payload);
            socket.read()
        };
        assert_eq!(result_of(|payload| payload["op"] = json!(3)), Frame::Close(Some(4003)));
        assert_eq!(result_of(|payload| payload["d"]["token"] = json!("wrong")), Frame::Close(Some(4004)));
        assert_eq!(result_of(|payload| payload["d"]["shard"] = json!([1, 1])), Frame::Close(Some(4010)));
        assert_eq!(result_of(|payload| payload["d"]["intents"] = json!(1_u64 << 40)), Frame::Close(Some(4013)));
        assert_eq!(result_of(|payload| *payload = json!("hello")), Frame::Close(Some(4001)));
        let mut twice = Socket::open(discord);
        twice.send(&identify());
        twice.send(&identify());
        assert_eq!(twice.read_past_events(), Frame::Close(Some(4005)));
        let mut flooding = Socket::open(discord);
        for _ in 0..121 {
            flooding.send(&json!({"op": 1, "d": null}));
        }
        for _ in 0..120 {
            assert_eq!(flooding.read(), Frame::Text(json!({"op": 11})));
        }
        assert_eq!(flooding.read(), Frame::Close(Some(4008)));
    })
    .await;
    assert_eq!(discord.violations(), ["gateway: more than 120 sends a minute"]);
}

#[tokio::test]
async fn an_invalidated_session_cannot_be_resumed() {
    let discord = Arc::new(StandIn::start(Setup::default()).await);
    let (mut socket, session) = blocking(&discord, |discord| {
        let mut socket = Socket::open(discord);
        socket.send(&identify());
        let Frame::Text(ready) = socket.read() else { panic!("no READY") };
        assert_eq!((&ready["t"], &ready["s"]), (&json!("READY"), &json!(1)));
        (socket, ready["d"]["session_id"].clone())
    })
    .await;
    discord.acknowledge_heartbeats(false);
    discord.dispatch("TYPING_START", &json!({})).await;
    discord.invalidate_session(false).await;
    discord.close_without_code().await;
    blocking(&discord, move |discord| {
        socket.send(&json!({"op": 1, "d": 1}));
        assert_eq!(socket.read_past_events(), Frame::Text(json!({"op": 9, "d": false})));
        assert_eq!((socket.read(), socket.read()), (Frame::Close(None), Frame::End));
        let mut again = Socket::open(discord);
        again.send(&json!({"op": 6, "d": {"token": TOKEN, "session_id": session, "seq": 1}}));
        assert_eq!(again.read(), Frame::Text(json!({"op": 9, "d": false})));
    })
    .await;
}
