//! A minimal fake Discord: one gateway session, and the callback route of interactions.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use crate::BenchResult;

/// The application id.
const APPLICATION: &str = "1100000000000000001";

/// The state of the fake Discord.
#[derive(Default)]
pub struct FakeDiscord {
    /// By interaction id: receives the size of the callback's body.
    waiting: Mutex<HashMap<String, oneshot::Sender<usize>>>,
    /// Sends events to the gateway session.
    events: Mutex<Option<mpsc::UnboundedSender<Value>>>,
    origin: Mutex<String>,
    last_id: AtomicU64,
}

impl FakeDiscord {
    pub async fn start() -> BenchResult<Arc<FakeDiscord>> {
        let discord = Arc::new(FakeDiscord::default());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        *lock(&discord.origin) = listener.local_addr()?.to_string();
        // Nagle's algorithm would delay events by up to 40 ms.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let router = Router::new()
            .route("/", get(upgrade))
            .route("/api/v10/gateway/bot", get(gateway))
            .route("/api/v10/applications/{id}/commands", get(|| async { Json(json!([])) }).post(create_command))
            .route("/api/v10/interactions/{id}/{token}/callback", post(callback))
            .with_state(Arc::clone(&discord));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(discord)
    }

    /// The listening address.
    pub fn origin(&self) -> String {
        lock(&self.origin).clone()
    }

    /// A slash command of a new user in a new channel, so that no rate limit applies.
    pub fn interaction(&self) -> (String, Value) {
        let number = self.last_id.fetch_add(1, Ordering::Relaxed);
        let id = (1_200_000_000_000_000_000 + number).to_string();
        let user = json!({"id": (1_300_000_000_000_000_000 + number).to_string(), "username": "ada", "discriminator": "0", "avatar": null});
        let options = json!([{"name": "name", "type": 3, "value": "pm"}]);
        let interaction = json!({
            "id": id, "application_id": APPLICATION, "type": 2, "token": format!("token-{number}"), "version": 1,
            "data": {"id": "1", "name": "role", "type": 1, "options": options},
            "channel_id": (1_400_000_000_000_000_000 + number).to_string(), "user": user, "locale": "en-GB",
            "entitlements": [], "authorizing_integration_owners": {"0": "0"}, "attachment_size_limit": 20_971_520,
            "context": 1, "app_permissions": "562949953863680",
        });
        (id, interaction)
    }

    /// Dispatches an interaction and waits for the callback; returns the size of its body.
    pub async fn ask(&self) -> BenchResult<usize> {
        let (id, interaction) = self.interaction();
        let (sender, response) = oneshot::channel();
        lock(&self.waiting).insert(id, sender);
        let events = lock(&self.events).clone().ok_or("the bot has no gateway session")?;
        events.send(json!({"op": 0, "t": "INTERACTION_CREATE", "d": interaction}))?;
        Ok(response.await?)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn gateway(State(discord): State<Arc<FakeDiscord>>) -> Json<Value> {
    let limit = json!({"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1});
    Json(json!({"url": format!("ws://{}", discord.origin()), "shards": 1, "session_start_limit": limit}))
}

async fn create_command(Json(mut command): Json<Value>) -> Json<Value> {
    (command["id"], command["application_id"], command["version"]) = (json!("1"), json!(APPLICATION), json!("1"));
    Json(command)
}

async fn callback(
    State(discord): State<Arc<FakeDiscord>>,
    Path((id, _)): Path<(String, String)>,
    body: axum::body::Bytes,
) -> StatusCode {
    if let Some(waiting) = lock(&discord.waiting).remove(&id) {
        let _ = waiting.send(body.len());
    }
    StatusCode::NO_CONTENT
}

async fn upgrade(State(discord): State<Arc<FakeDiscord>>, socket: WebSocketUpgrade) -> axum::response::Response {
    socket.on_upgrade(move |socket| async move {
        // An error means that the bot has disconnected.
        let _ = serve(socket, &discord).await;
    })
}

/// A session: HELLO, READY, then events and heartbeats.
async fn serve(mut socket: WebSocket, discord: &FakeDiscord) -> BenchResult<()> {
    let (sender, mut events) = mpsc::unbounded_channel();
    let mut sequence = 0;
    socket.send(Message::text(json!({"op": 10, "d": {"heartbeat_interval": 41_250}}).to_string())).await?;
    loop {
        let mut out: Value = tokio::select! {
            event = events.recv() => event.ok_or("no more events")?,
            received = socket.recv() => {
                let received = received.ok_or("the bot has disconnected")??;
                let Message::Text(text) = received else { continue };
                let payload: Value = serde_json::from_str(&text)?;
                match payload["op"].as_u64() {
                    Some(1) => json!({"op": 11}),
                    Some(2) => {
                        *lock(&discord.events) = Some(sender.clone());
                        let user = json!({"id": APPLICATION, "username": "rolecall", "discriminator": "0001", "avatar": null, "bot": true, "verified": true, "mfa_enabled": true, "email": null, "flags": 0});
                        json!({"op": 0, "t": "READY", "d": {
                            "v": 10, "user": user, "guilds": [], "session_id": "one", "shard": [0, 1],
                            "resume_gateway_url": format!("ws://{}", discord.origin()),
                            "application": {"id": APPLICATION, "flags": 0},
                        }})
                    }
                    _ => continue,
                }
            }
        };
        if out["op"] == 0 {
            sequence += 1;
            out["s"] = json!(sequence);
        }
        socket.send(Message::text(out.to_string())).await?;
    }
}
