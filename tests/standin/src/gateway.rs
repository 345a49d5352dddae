//! The gateway, v10 with JSON encoding: sessions that can be resumed, dropped, closed and rejected.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::events;
use super::measurement;
use super::state::{DiscordState, SharedState};

pub const GUILDS: u64 = 1;
pub const GUILD_MESSAGES: u64 = 1 << 9;
pub const DIRECT_MESSAGES: u64 = 1 << 12;
pub const MESSAGE_CONTENT: u64 = 1 << 15;
const ALL_INTENTS: u64 = 0x1_ffff | 1 << 20 | 1 << 21 | 1 << 24 | 1 << 25;

/// The data of an IDENTIFY (op 2).
#[derive(Clone, Debug)]
pub struct Identify {
    pub token: String,
    pub intents: u64,
    pub shard: [u64; 2],
    /// All fields of `d`.
    pub raw: Value,
}

/// The token without the prefix `Bot `, which serenity sends and Discord accepts here.
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

/// A session, which outlives its connections.
pub struct Session {
    pub id: String,
    pub identify: Identify,
    sequence: u64,
    /// Dispatched events by sequence number, for replay after a RESUME.
    sent: Vec<(u64, String)>,
    connection: Option<mpsc::UnboundedSender<SocketAction>>,
}

/// An action on the open connection.
pub enum SocketAction {
    Send(String),
    Close(Option<u16>),
    /// Close the TCP connection without a close frame.
    Drop,
    /// Keep the connection open, but neither read nor write.
    Freeze,
}

impl Session {
    /// Stores an event under the next sequence number and sends it if a connection is open.
    pub fn dispatch(&mut self, name: &str, data: &Value) {
        self.sequence += 1;
        let text = json!({"op": 0, "s": self.sequence, "t": name, "d": data}).to_string();
        self.sent.push((self.sequence, text.clone()));
        // An invalidated session gets no events.
        if !self.id.is_empty() {
            self.send_action(SocketAction::Send(text));
        }
    }

    pub fn send_action(&self, action: SocketAction) {
        if let Some(connection) = &self.connection {
            // If the connection has just ended, the event is replayed after the RESUME.
            let _ = connection.send(action);
        }
    }

    pub fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// Drops all but the last `events` for replay.
    pub fn keep_last(&mut self, events: usize) {
        self.sent.drain(..self.sent.len().saturating_sub(events));
    }

    /// Invalidates the session: a RESUME gets INVALID SESSION (op 9).
    pub fn invalidate(&mut self) {
        self.id.clear();
    }
}

/// Dispatches MESSAGE_CREATE if the intents include it, without content that needs the message content intent.
pub fn message_create(state: &mut DiscordState, mut message: Value, guild: Option<u64>) {
    let Some(session) = &mut state.session else { return };
    if !session.identify.has(if guild.is_some() { GUILD_MESSAGES } else { DIRECT_MESSAGES }) {
        return;
    }
    if let Some(guild) = guild {
        message["guild_id"] = json!(guild.to_string());
    }
    let message = events::redact_content(session, message);
    session.dispatch("MESSAGE_CREATE", &message);
}

/// Dispatches another event of a message if the intents include it.
pub fn message_event(state: &mut DiscordState, name: &str, event: &Value) {
    let Some(session) = &mut state.session else { return };
    let intent = if event["guild_id"].is_null() { DIRECT_MESSAGES } else { GUILD_MESSAGES };
    if session.identify.has(intent) {
        let event = events::redact_content(session, event.clone());
        session.dispatch(name, &event);
    }
}

pub async fn upgrade(
    State(shared): State<Arc<SharedState>>,
    RawQuery(query): RawQuery,
    ws: WebSocketUpgrade,
) -> Response {
    let refused = shared.update(|state| {
        state.sockets += 1;
        state.setup.mischief.refuse_sockets
    });
    if refused {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let version_10 = query.unwrap_or_default().split('&').any(|pair| pair == "v=10");
    ws.on_upgrade(move |socket| async move {
        let (actions, receiver) = mpsc::unbounded_channel();
        let connection = Connection { shared, socket, actions, started: Instant::now(), received: 0, session: None };
        connection.run(receiver, version_10).await;
    })
}

struct Connection {
    shared: Arc<SharedState>,
    socket: WebSocket,
    actions: mpsc::UnboundedSender<SocketAction>,
    started: Instant,
    received: usize,
    session: Option<String>,
}

/// The result of a received payload.
enum Flow {
    Continue,
    Close(u16),
}

impl Connection {
    async fn run(mut self, mut receiver: mpsc::UnboundedReceiver<SocketAction>, version_10: bool) {
        if !version_10 {
            return self.close(Some(4012)).await;
        }
        let interval =
            u64::try_from(self.shared.lock().setup.heartbeat_interval.as_millis()).expect("a short interval");
        if !self.shared.lock().setup.mischief.withhold_hello {
            self.send(json!({"op": 10, "d": {"heartbeat_interval": interval, "_trace": []}}).to_string()).await;
        }
        loop {
            tokio::select! {
                action = receiver.recv() => match action {
                    Some(SocketAction::Send(text)) => self.send(text).await,
                    Some(SocketAction::Close(code)) => return self.close(code).await,
                    // Open until the runtime ends: nothing is read, sent or closed any more.
                    Some(SocketAction::Freeze) => return std::future::pending().await,
                    Some(SocketAction::Drop) | None => break,
                },
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Text(text))) => match self.receive(&text).await {
                        Flow::Continue => {}
                        Flow::Close(code) => return self.close(Some(code)).await,
                    },
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Binary(_))) => return self.close(Some(4002)).await,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                },
            }
        }
        self.detach();
    }

    async fn receive(&mut self, text: &str) -> Flow {
        let Ok(payload) = serde_json::from_str::<Value>(text) else {
            return Flow::Close(4002);
        };
        self.shared.update(|state| state.received.push(payload.clone()));
        self.received += 1;
        if self.received > 120 && self.started.elapsed() < Duration::from_secs(60) {
            self.shared.update(|state| state.violations.push("gateway: more than 120 sends a minute".to_owned()));
            return Flow::Close(4008);
        }
        let data = &payload["d"];
        match payload["op"].as_u64() {
            Some(1) => {
                let acknowledge = self.shared.lock().setup.acknowledge_heartbeats;
                if acknowledge {
                    self.send(json!({"op": 11}).to_string()).await;
                }
                Flow::Continue
            }
            Some(2 | 6) if self.session.is_some() => Flow::Close(4005),
            Some(2) => self.identify(data),
            Some(6) => self.resume(data).await,
            Some(_) if self.session.is_none() => Flow::Close(4003),
            Some(3 | 4 | 8 | 31) => Flow::Continue,
            _ => Flow::Close(4001),
        }
    }

    fn identify(&mut self, data: &Value) -> Flow {
        let identify = Identify::read(data);
        let actions = self.actions.clone();
        let result = self.shared.update(|state| {
            state.identifies.push(identify.clone());
            state.setup.identifies_left = state.setup.identifies_left.saturating_sub(1);
            if identify.token != state.setup.token {
                return Err(4004);
            }
            if identify.shard[0] >= identify.shard[1] {
                return Err(4010);
            }
            if identify.intents & !ALL_INTENTS != 0 {
                return Err(4013);
            }
            if identify.has(MESSAGE_CONTENT) && state.setup.refuse_message_content {
                return Err(4014);
            }
            if let Some(code) = state.setup.close_on_identify {
                return Err(code);
            }
            let id = format!("{:032x}", state.new_id());
            if state.setup.mischief.withhold_ready {
                return Ok(id);
            }
            let mut session =
                Session { id: id.clone(), identify, sequence: 0, sent: Vec::new(), connection: Some(actions) };
            session.dispatch("READY", &events::ready(state, &session));
            if session.identify.has(GUILDS) {
                session.dispatch("GUILD_CREATE", &events::guild_create());
            }
            state.session = Some(session);
            Ok(id)
        });
        match result {
            Ok(id) => {
                self.session = Some(id);
                Flow::Continue
            }
            Err(code) => Flow::Close(code),
        }
    }

    async fn resume(&mut self, data: &Value) -> Flow {
        let actions = self.actions.clone();
        let resumed = self.shared.update(|state| {
            state.resumes.push(data.clone());
            if bare_token(data) != state.setup.token {
                return Err(4004);
            }
            if let Some(code) = state.setup.mischief.close_on_resume {
                return Err(code);
            }
            let matches = |session: &&mut Session| !session.id.is_empty() && data["session_id"] == session.id.as_str();
            let Some(session) = state.session.as_mut().filter(matches) else {
                return Ok(None);
            };
            let last = data["seq"].as_u64().unwrap_or_default();
            if last > session.sequence {
                return Err(4007);
            }
            session.connection = Some(actions);
            for (_, text) in session.sent.iter().filter(|(number, _)| *number > last) {
                session.send_action(SocketAction::Send(text.clone()));
            }
            session.dispatch("RESUMED", &json!({"_trace": []}));
            Ok(Some(session.id.clone()))
        });
        match resumed {
            Ok(Some(id)) => self.session = Some(id),
            Ok(None) => self.send(json!({"op": 9, "d": false}).to_string()).await,
            Err(code) => return Flow::Close(code),
        }
        Flow::Continue
    }

    async fn send(&mut self, text: String) {
        let token = measurement::token_in(&text).map(str::to_owned);
        // If the peer is gone, the next `recv` fails.
        if self.socket.send(Message::Text(text.into())).await.is_ok()
            && let Some(token) = token
        {
            self.shared.update(|state| measurement::mark_delivered(state, &token));
        }
    }

    async fn close(mut self, code: Option<u16>) {
        self.detach();
        let frame = code.map(|code| CloseFrame { code, reason: reason(code).into() });
        let _ = self.socket.send(Message::Close(frame)).await;
        // Waits for the peer's close frame; closing earlier could reset the connection before ours is read.
        let _ =
            tokio::time::timeout(Duration::from_secs(5), async { while let Some(Ok(_)) = self.socket.recv().await {} })
                .await;
    }

    /// Detaches the session from this connection; it can be resumed.
    fn detach(&self) {
        let actions = &self.actions;
        self.shared.update(|state: &mut DiscordState| {
            if let Some(session) = state.session.as_mut()
                && session.connection.as_ref().is_some_and(|connection| connection.same_channel(actions))
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
