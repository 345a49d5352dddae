//! The Discord of this benchmark: one session at its gateway, and callbacks that tell whoever waits for them.

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

use crate::Outcome;

/// The application whose bot is asked.
const APPLICATION: &str = "1100000000000000001";

/// What the benchmark's Discord knows.
#[derive(Default)]
pub struct Discord {
    /// Who waits for which callback.
    waiting: Mutex<HashMap<String, oneshot::Sender<usize>>>,
    /// What goes out on the socket.
    events: Mutex<Option<mpsc::UnboundedSender<Value>>>,
    origin: Mutex<String>,
    last_id: AtomicU64,
}

impl Discord {
    pub async fn start() -> Outcome<Arc<Discord>> {
        let discord = Arc::new(Discord::default());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        *locked(&discord.origin) = listener.local_addr()?.to_string();
        // Else events wait for each other's acknowledgement, 40 ms at a time.
        let listener = listener.tap_io(|line| drop(line.set_nodelay(true)));
        let router = Router::new()
            .route("/", get(upgrade))
            .route("/api/v10/gateway/bot", get(gateway))
            .route("/api/v10/applications/{id}/commands", get(|| async { Json(json!([])) }).post(created))
            .route("/api/v10/interactions/{id}/{token}/callback", post(called_back))
            .with_state(Arc::clone(&discord));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(discord)
    }

    /// The address that it listens on.
    pub fn origin(&self) -> String {
        locked(&self.origin).clone()
    }

    /// A slash command by somebody who has not asked yet, in a channel of their own: nobody is asked to slow down.
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

    /// From an event on the socket to the callback; gives the size of what came.
    pub async fn ask(&self) -> Outcome<usize> {
        let (id, interaction) = self.interaction();
        let (tell, told) = oneshot::channel();
        locked(&self.waiting).insert(id, tell);
        let events = locked(&self.events).clone().ok_or("the bot is not at the gateway")?;
        events.send(json!({"op": 0, "t": "INTERACTION_CREATE", "d": interaction}))?;
        Ok(told.await?)
    }
}

fn locked<T>(it: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn gateway(State(discord): State<Arc<Discord>>) -> Json<Value> {
    let limit = json!({"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1});
    Json(json!({"url": format!("ws://{}", discord.origin()), "shards": 1, "session_start_limit": limit}))
}

async fn created(Json(mut command): Json<Value>) -> Json<Value> {
    (command["id"], command["application_id"], command["version"]) = (json!("1"), json!(APPLICATION), json!("1"));
    Json(command)
}

async fn called_back(
    State(discord): State<Arc<Discord>>,
    Path((id, _)): Path<(String, String)>,
    body: axum::body::Bytes,
) -> StatusCode {
    if let Some(waiting) = locked(&discord.waiting).remove(&id) {
        let _ = waiting.send(body.len());
    }
    StatusCode::NO_CONTENT
}

async fn upgrade(State(discord): State<Arc<Discord>>, socket: WebSocketUpgrade) -> axum::response::Response {
    socket.on_upgrade(move |socket| async move {
        // Where the bot goes, there is nobody left to tell.
        let _ = serve(socket, &discord).await;
    })
}

/// A session: hello, ready, then events and heartbeats.
async fn serve(mut socket: WebSocket, discord: &Discord) -> Outcome<()> {
    let (tell, mut events) = mpsc::unbounded_channel();
    let mut number = 0;
    socket.send(Message::text(json!({"op": 10, "d": {"heartbeat_interval": 41_250}}).to_string())).await?;
    loop {
        let mut out: Value = tokio::select! {
            event = events.recv() => event.ok_or("no more events")?,
            heard = socket.recv() => {
                let heard = heard.ok_or("the bot is gone")??;
                let Message::Text(text) = heard else { continue };
                let heard: Value = serde_json::from_str(&text)?;
                match heard["op"].as_u64() {
                    Some(1) => json!({"op": 11}),
                    Some(2) => {
                        *locked(&discord.events) = Some(tell.clone());
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
            number += 1;
            out["s"] = json!(number);
        }
        socket.send(Message::text(out.to_string())).await?;
    }
}
