//! The socket half of the stand-in: gateway v10 as JSON text, with sessions that can be resumed, cut, closed and refused.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::events;
use super::slate;
use super::world::{Shared, World};

pub const GUILDS: u64 = 1;
pub const GUILD_MESSAGES: u64 = 1 << 9;
pub const DIRECT_MESSAGES: u64 = 1 << 12;
pub const MESSAGE_CONTENT: u64 = 1 << 15;
const ALL_INTENTS: u64 = 0x1_ffff | 1 << 20 | 1 << 21 | 1 << 24 | 1 << 25;

/// How a bot introduced itself.
#[derive(Clone, Debug)]
pub struct Identify {
    pub token: String,
    pub intents: u64,
    pub shard: [u64; 2],
    /// The whole of `d`, for what is asked seldom.
    pub raw: Value,
}

/// The token without the `Bot ` that serenity puts before it here too, and that Discord bears.
fn bare_token(d: &Value) -> String {
    d["token"].as_str().unwrap_or_default().trim_start_matches("Bot ").to_owned()
}

impl Identify {
    fn read(d: &Value) -> Self {
        Self {
            token: bare_token(d),
            intents: d["intents"].as_u64().unwrap_or_default(),
            shard: [d["shard"][0].as_u64().unwrap_or(0), d["shard"][1].as_u64().unwrap_or(1)],
            raw: d.clone(),
        }
    }

    pub fn has(&self, intent: u64) -> bool {
        self.intents & intent != 0
    }
}

/// What a bot keeps over several connections.
pub struct Session {
    pub id: String,
    pub identify: Identify,
    sequence: u64,
    /// Every dispatch with its number, to be repeated after a RESUME.
    sent: Vec<(u64, String)>,
    connection: Option<mpsc::UnboundedSender<Order>>,
}

/// What the test tells the open connection to do.
pub enum Order {
    Send(String),
    Close(Option<u16>),
    Cut,
    /// The line stays open, but nothing goes through it any more.
    Freeze,
}

impl Session {
    /// Numbers an event, keeps it, and sends it where a connection is open.
    pub fn dispatch(&mut self, name: &str, data: &Value) {
        self.sequence += 1;
        let text = json!({"op": 0, "s": self.sequence, "t": name, "d": data}).to_string();
        self.sent.push((self.sequence, text.clone()));
        // Nobody is told anything in a session that is no longer valid.
        if !self.id.is_empty() {
            self.order(Order::Send(text));
        }
    }

    pub fn order(&self, order: Order) {
        if let Some(connection) = &self.connection {
            // A connection that has just ended misses nothing: the event is kept for the RESUME.
            let _ = connection.send(order);
        }
    }

    /// Whether a line is open.
    pub fn connected(&self) -> bool {
        self.connection.is_some()
    }

    /// Keeps no more than the last so many events for a RESUME.
    pub fn keep_last(&mut self, events: usize) {
        self.sent.drain(..self.sent.len().saturating_sub(events));
    }

    /// Forgets the session, so that a RESUME is refused with op 9.
    pub fn invalidate(&mut self) {
        self.id.clear();
    }
}

/// Tells the bot of a message, if its intents let it hear of it, without what it may not read.
pub fn deliver(world: &mut World, mut message: Value, guild: Option<u64>) {
    let Some(session) = &mut world.session else { return };
    if !session.identify.has(if guild.is_some() { GUILD_MESSAGES } else { DIRECT_MESSAGES }) {
        return;
    }
    if let Some(guild) = guild {
        message["guild_id"] = json!(guild.to_string());
    }
    let message = events::as_seen_by(session, message);
    session.dispatch("MESSAGE_CREATE", &message);
}

/// Tells of what became of a message, where the bot wants to hear of messages.
pub fn tell(world: &mut World, name: &str, event: &Value) {
    let Some(session) = &mut world.session else { return };
    let intent = if event["guild_id"].is_null() { DIRECT_MESSAGES } else { GUILD_MESSAGES };
    if session.identify.has(intent) {
        let event = events::as_seen_by(session, event.clone());
        session.dispatch(name, &event);
    }
}

pub async fn upgrade(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery, ws: WebSocketUpgrade) -> Response {
    let refused = shared.change(|world| {
        world.sockets += 1;
        world.setup.mischief.refuse_sockets
    });
    if refused {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let version_10 = query.unwrap_or_default().split('&').any(|pair| pair == "v=10");
    ws.on_upgrade(move |socket| async move {
        let (orders, inbox) = mpsc::unbounded_channel();
        let connection = Connection { shared, socket, orders, began: Instant::now(), received: 0, session: None };
        connection.run(inbox, version_10).await;
    })
}

struct Connection {
    shared: Arc<Shared>,
    socket: WebSocket,
    orders: mpsc::UnboundedSender<Order>,
    began: Instant,
    received: usize,
    session: Option<String>,
}

/// Whether a connection goes on.
enum Next {
    Stay,
    Close(u16),
}

impl Connection {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Order>, version_10: bool) {
        if !version_10 {
            return self.close(Some(4012)).await;
        }
        let interval =
            u64::try_from(self.shared.look().setup.heartbeat_interval.as_millis()).expect("a short interval");
        if !self.shared.look().setup.mischief.withhold_hello {
            self.send(json!({"op": 10, "d": {"heartbeat_interval": interval, "_trace": []}}).to_string()).await;
        }
        loop {
            tokio::select! {
                order = inbox.recv() => match order {
                    Some(Order::Send(text)) => self.send(text).await,
                    Some(Order::Close(code)) => return self.close(code).await,
                    // Open until the runtime ends: nothing is read, sent or closed any more.
                    Some(Order::Freeze) => return std::future::pending().await,
                    Some(Order::Cut) | None => break,
                },
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Text(text))) => match self.receive(&text).await {
                        Next::Stay => {}
                        Next::Close(code) => return self.close(Some(code)).await,
                    },
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Binary(_))) => return self.close(Some(4002)).await,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                },
            }
        }
        self.forget();
    }

    async fn receive(&mut self, text: &str) -> Next {
        let Ok(payload) = serde_json::from_str::<Value>(text) else {
            return Next::Close(4002);
        };
        self.shared.change(|world| world.received.push(payload.clone()));
        self.received += 1;
        if self.received > 120 && self.began.elapsed() < Duration::from_secs(60) {
            self.shared.change(|world| world.violations.push("gateway: more than 120 sends a minute".to_owned()));
            return Next::Close(4008);
        }
        let data = &payload["d"];
        match payload["op"].as_u64() {
            Some(1) => {
                let acknowledge = self.shared.look().setup.acknowledge_heartbeats;
                if acknowledge {
                    self.send(json!({"op": 11}).to_string()).await;
                }
                Next::Stay
            }
            Some(2 | 6) if self.session.is_some() => Next::Close(4005),
            Some(2) => self.identify(data),
            Some(6) => self.resume(data).await,
            Some(_) if self.session.is_none() => Next::Close(4003),
            Some(3 | 4 | 8 | 31) => Next::Stay,
            _ => Next::Close(4001),
        }
    }

    fn identify(&mut self, data: &Value) -> Next {
        let identify = Identify::read(data);
        let orders = self.orders.clone();
        let result = self.shared.change(|world| {
            world.identifies.push(identify.clone());
            world.setup.identifies_left = world.setup.identifies_left.saturating_sub(1);
            if identify.token != world.setup.token {
                return Err(4004);
            }
            if identify.shard[0] >= identify.shard[1] {
                return Err(4010);
            }
            if identify.intents & !ALL_INTENTS != 0 {
                return Err(4013);
            }
            if identify.has(MESSAGE_CONTENT) && world.setup.refuse_message_content {
                return Err(4014);
            }
            if let Some(code) = world.setup.close_on_identify {
                return Err(code);
            }
            let id = format!("{:032x}", world.new_id());
            if world.setup.mischief.withhold_ready {
                return Ok(id);
            }
            let mut session =
                Session { id: id.clone(), identify, sequence: 0, sent: Vec::new(), connection: Some(orders) };
            session.dispatch("READY", &events::ready(world, &session));
            if session.identify.has(GUILDS) {
                session.dispatch("GUILD_CREATE", &events::guild_create());
            }
            world.session = Some(session);
            Ok(id)
        });
        match result {
            Ok(id) => {
                self.session = Some(id);
                Next::Stay
            }
            Err(code) => Next::Close(code),
        }
    }

    async fn resume(&mut self, data: &Value) -> Next {
        let orders = self.orders.clone();
        let known = self.shared.change(|world| {
            world.resumes.push(data.clone());
            if bare_token(data) != world.setup.token {
                return Err(4004);
            }
            if let Some(code) = world.setup.mischief.close_on_resume {
                return Err(code);
            }
            let fits = |session: &&mut Session| !session.id.is_empty() && data["session_id"] == session.id.as_str();
            let Some(session) = world.session.as_mut().filter(fits) else {
                return Ok(None);
            };
            let last = data["seq"].as_u64().unwrap_or_default();
            if last > session.sequence {
                return Err(4007);
            }
            session.connection = Some(orders);
            for (_, text) in session.sent.iter().filter(|(number, _)| *number > last) {
                session.order(Order::Send(text.clone()));
            }
            session.dispatch("RESUMED", &json!({"_trace": []}));
            Ok(Some(session.id.clone()))
        });
        match known {
            Ok(Some(id)) => self.session = Some(id),
            Ok(None) => self.send(json!({"op": 9, "d": false}).to_string()).await,
            Err(code) => return Next::Close(code),
        }
        Next::Stay
    }

    async fn send(&mut self, text: String) {
        let token = slate::token_in(&text).map(str::to_owned);
        // Where the other end is gone, the next `recv` says so.
        if self.socket.send(Message::Text(text.into())).await.is_ok()
            && let Some(token) = token
        {
            self.shared.change(|world| slate::delivered(world, &token));
        }
    }

    async fn close(mut self, code: Option<u16>) {
        self.forget();
        let frame = code.map(|code| CloseFrame { code, reason: reason(code).into() });
        let _ = self.socket.send(Message::Close(frame)).await;
        // The other end answers with its own frame; leaving earlier would cut the line before ours is read.
        let _ =
            tokio::time::timeout(Duration::from_secs(5), async { while let Some(Ok(_)) = self.socket.recv().await {} })
                .await;
    }

    /// The session stays for a RESUME, but has no line any more.
    fn forget(&self) {
        let orders = &self.orders;
        self.shared.change(|world: &mut World| {
            if let Some(session) = world.session.as_mut()
                && session.connection.as_ref().is_some_and(|connection| connection.same_channel(orders))
            {
                session.connection = None;
            }
        });
    }
}

fn reason(code: u16) -> &'static str {
    match code {
        4000 => "Unknown error.",
        4001 => "Unknown opcode.",
        4002 => "Decode error.",
        4003 => "Not authenticated.",
        4004 => "Authentication failed.",
        4005 => "Already authenticated.",
        4007 => "Invalid seq.",
        4008 => "Rate limited.",
        4009 => "Session timed out.",
        4010 => "Invalid shard.",
        4011 => "Sharding required.",
        4012 => "Invalid API version.",
        4013 => "Invalid intent(s).",
        4014 => "Disallowed intent(s).",
        _ => "",
    }
}
