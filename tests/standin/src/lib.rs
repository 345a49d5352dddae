//! A stand-in for Discord on loopback, in the test's own runtime: REST API, gateway, interactions and their limits.
//!
//! Start it, point the bot at `origin()`, then act as a user: `slash`, `autocomplete`, `click`, `answer_to`. A request that
//! Discord would reject, or a message that pings, is a violation. Dropping the stand-in panics if there are violations that
//! the test has not read.

mod client_actions;
mod command_limits;
mod commands;
mod component_limits;
mod events;
mod fault_injection;
mod gateway;
mod http_endpoint;
mod limits;
mod measurement;
mod messages;
mod multipart;
mod responses;
mod rest;
mod state;
#[cfg(test)]
mod tests;
mod users;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use axum::serve::ListenerExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use self::events::Message;
pub use self::fault_injection::{Fault, Mischief};
pub use self::gateway::{DIRECT_MESSAGES, GUILD_MESSAGES, GUILDS, Identify, MESSAGE_CONTENT};
pub use self::http_endpoint::{Door, now};
pub use self::measurement::InteractionCounts;
pub use self::multipart::Upload;
pub use self::state::{Post, PostKind, Request};
pub use self::users::{APPLICATION, CHANNEL, Context, GUILD, OTHER_CHANNEL, Person};

use self::gateway::SocketAction;
use self::state::{Channel, DiscordState, SharedState, WAIT_TIMEOUT};

/// The bot token that the stand-in accepts.
pub const TOKEN: &str = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.StandIn.only-the-stand-in-knows-this-one";
/// The prefix of every interaction token.
pub const INTERACTION_TOKEN: &str = "standin-token-of";
/// The suffix of every user name that the bot receives.
pub const USER_NAME_SUFFIX: &str = "-the-curious";

/// Configuration of the stand-in.
#[derive(Clone, Debug)]
pub struct Setup {
    pub token: String,
    /// The message content intent is not enabled in the Developer Portal: an IDENTIFY with it is closed with 4014.
    pub refuse_message_content: bool,
    /// Close code for every otherwise valid IDENTIFY.
    pub close_on_identify: Option<u16>,
    pub heartbeat_interval: Duration,
    pub acknowledge_heartbeats: bool,
    /// `session_start_limit.remaining`; each IDENTIFY decrements it.
    pub identifies_left: u64,
    pub shards: u64,
    /// Commands that are registered before the bot starts.
    pub commands: Vec<Value>,
    /// Names of commands that are rejected although they are valid.
    pub rejected_commands: Vec<String>,
    /// Remaining command creations of the day.
    pub command_creations_left: usize,
    /// Text channels of the guild; a `Context` adds its own.
    pub channels: Vec<u64>,
    /// Time limit of the initial response to an interaction.
    pub answer_within: Duration,
    /// `verify_key` of the application, in hex.
    pub public_key: String,
    /// Seconds by which the `Date` header is ahead of the local clock.
    pub clock_ahead: i64,
    /// Fields that override those of the application object.
    pub application: Value,
    /// Fields that override those of the guild object.
    pub server: Value,
    /// Fields that override those of the bot's guild member object.
    pub member: Value,
    /// Fields that override those of channel objects, by channel id.
    pub channel_facts: Vec<(u64, Value)>,
    /// Injected gateway faults.
    pub mischief: Mischief,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            token: TOKEN.to_owned(),
            refuse_message_content: false,
            close_on_identify: None,
            heartbeat_interval: Duration::from_millis(41_250),
            acknowledge_heartbeats: true,
            identifies_left: 1000,
            shards: 1,
            commands: Vec::new(),
            rejected_commands: Vec::new(),
            command_creations_left: 200,
            channels: vec![CHANNEL, OTHER_CHANNEL],
            answer_within: Duration::from_secs(3),
            public_key: "00".repeat(32),
            clock_ahead: 0,
            application: Value::Null,
            server: Value::Null,
            member: Value::Null,
            channel_facts: Vec::new(),
            mischief: Mischief::default(),
        }
    }
}

/// The running server; it stops when it is dropped.
pub struct StandIn {
    shared: Arc<SharedState>,
    server: JoinHandle<()>,
}

impl StandIn {
    /// Listens on a free loopback port.
    pub async fn start(setup: Setup) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port on the loopback address");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = SharedState::new(setup, origin);
        shared.update(|state| {
            for id in state.setup.channels.clone() {
                state.channels.insert(id, Channel { guild: Some(GUILD), kind: 0, reachable: true });
            }
            commands::register_configured(state);
        });
        let socket = get(gateway::upgrade);
        let router = Router::new().route("/", socket).fallback(rest::handle).with_state(Arc::clone(&shared));
        // Nagle's algorithm would delay events by up to 40 ms.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the server runs");
        });
        Self { shared, server }
    }

    /// `http://127.0.0.1:PORT`, for `HttpBuilder::proxy` and `DISCORD_API_URL`.
    pub fn origin(&self) -> String {
        self.shared.lock().origin.clone()
    }

    /// Sends further interactions to this interactions endpoint; with `None`, over the gateway.
    pub fn post_to(&self, endpoint: Option<Door>) {
        self.shared.update(|state| state.endpoint = endpoint);
    }

    // The gateway.

    /// Waits for the next IDENTIFY, accepted or not, that was not returned before.
    pub async fn wait_identified(&self) -> Identify {
        let next = |state: &mut DiscordState| {
            let identify = state.identifies.get(state.identifies_returned).cloned()?;
            state.identifies_returned += 1;
            Some(identify)
        };
        self.shared.wait_for("an IDENTIFY", WAIT_TIMEOUT, next).await
    }

    /// Waits for the next RESUME that was not returned before, and returns its data.
    pub async fn wait_resumed(&self) -> Value {
        let next = |state: &mut DiscordState| {
            let resume = state.resumes.get(state.resumes_returned).cloned()?;
            state.resumes_returned += 1;
            Some(resume)
        };
        self.shared.wait_for("a RESUME", WAIT_TIMEOUT, next).await
    }

    /// The number of IDENTIFYs received.
    pub fn identifies(&self) -> usize {
        self.shared.lock().identifies.len()
    }

    /// All payloads received over the gateway, in order.
    pub fn gateway_received(&self) -> Vec<Value> {
        self.shared.lock().received.clone()
    }

    /// Waits for a session and dispatches an event.
    pub async fn dispatch(&self, name: &str, data: &Value) {
        self.wait_session().await;
        self.with_session(|session| session.dispatch(name, data));
    }

    /// Closes the connection with this close code.
    pub async fn close(&self, code: u16) {
        self.socket_action(SocketAction::Close(Some(code))).await;
    }

    /// Closes the connection with a close frame without a code.
    pub async fn close_without_code(&self) {
        self.socket_action(SocketAction::Close(None)).await;
    }

    /// Drops the connection without a close frame.
    pub async fn cut(&self) {
        self.socket_action(SocketAction::Drop).await;
    }

    /// Sends RECONNECT (op 7).
    pub async fn ask_to_reconnect(&self) {
        self.socket_action(SocketAction::Send(json!({"op": 7, "d": null}).to_string())).await;
    }

    /// Sends INVALID SESSION (op 9); a session that is not resumable is discarded.
    pub async fn invalidate_session(&self, resumable: bool) {
        self.socket_action(SocketAction::Send(json!({"op": 9, "d": resumable}).to_string())).await;
        if !resumable {
            self.with_session(gateway::Session::invalidate);
        }
    }

    /// Turns acknowledgements of heartbeats (op 11) on or off.
    pub fn acknowledge_heartbeats(&self, yes: bool) {
        self.shared.update(|state| state.setup.acknowledge_heartbeats = yes);
    }

    /// Sets the close code for further IDENTIFYs, if any.
    pub fn close_on_identify(&self, code: Option<u16>) {
        self.shared.update(|state| state.setup.close_on_identify = code);
    }

    async fn wait_session(&self) {
        let ready = |state: &mut DiscordState| state.session.as_ref().map(|_| ());
        self.shared.wait_for("a gateway session", WAIT_TIMEOUT, ready).await;
    }

    async fn socket_action(&self, action: SocketAction) {
        self.wait_session().await;
        self.with_session(|session| session.send_action(action));
    }

    fn with_session<T>(&self, action: impl FnOnce(&mut gateway::Session) -> T) -> T {
        self.shared.update(|state| action(state.session.as_mut().expect("a session")))
    }

    // REST.

    /// Waits until the bot has requested or written the commands and some are registered; returns them.
    pub async fn wait_commands(&self) -> Value {
        let registered = |state: &mut DiscordState| {
            let some = state.command_requests > 0 && !state.commands.is_empty();
            some.then(|| json!(state.commands))
        };
        self.shared.wait_for("registered commands", WAIT_TIMEOUT, registered).await
    }

    /// The number of commands created by the bot; Discord allows 200 a day.
    pub fn command_creations(&self) -> usize {
        self.shared.lock().command_creations
    }

    /// The methods of all completed requests for commands, in order.
    pub fn command_requests(&self) -> Vec<String> {
        let for_commands = |request: &&Request| request.path.contains("/commands");
        self.shared.lock().requests.iter().filter(for_commands).map(|request| request.method.clone()).collect()
    }

    /// All requests except responses to probes (see `settle`). Status 0: no response was sent.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.lock().requests.clone()
    }

    /// Waits until a request has arrived that gets no response (`Fault::Hang`).
    pub async fn wait_hanging(&self) {
        let hanging = |state: &mut DiscordState| state.requests.iter().any(|request| request.status == 0).then_some(());
        self.shared.wait_for("a hanging request", WAIT_TIMEOUT, hanging).await;
    }

    /// Everything that the bot has posted.
    pub fn posts(&self) -> Vec<Post> {
        self.shared.lock().posts.clone()
    }

    /// The current message object, after edits, for a body that the bot sent.
    pub fn shown(&self, sent: &Value) -> Option<Value> {
        let state = self.shared.lock();
        let post = state.posts.iter().rev().find(|post| post.body == *sent)?;
        state.message(post.message?).cloned()
    }

    /// Injects a fault into the next request with this method whose path contains this text.
    pub fn fail_next(&self, method: &str, path: &str, fault: Fault) {
        self.shared.update(|state| state.faults.push((method.to_owned(), path.to_owned(), fault)));
    }

    /// Takes the violations since the last call. Dropping the stand-in panics if some are left.
    pub fn violations(&self) -> Vec<String> {
        self.shared.update(|state| std::mem::take(&mut state.violations))
    }

    /// Waits for the next post that was not returned before: a follow-up, an edit, a message.
    pub async fn next_post(&self) -> Post {
        self.shared.wait_for("another post", WAIT_TIMEOUT, |state| state.claim(|_| true)).await
    }

    /// Waits until the bot is idle: three probes in a row are answered and no other request arrives. A probe is an
    /// interaction that any bot answers. Panics if there are posts that were not returned to the test.
    pub async fn settle(&self) {
        self.wait_idle(|_| None::<()>).await;
        let state = self.shared.lock();
        let unclaimed: Vec<_> = state.posts.iter().filter(|post| !post.claimed).map(|post| &post.body).collect();
        assert!(unclaimed.is_empty(), "unexpected posts: {unclaimed:#?}\n{}", state.summary());
    }

    /// Waits until the bot is idle; returns early with what `early` finds.
    async fn wait_idle<T>(&self, mut early: impl FnMut(&mut DiscordState) -> Option<T>) -> Option<T> {
        let mut quiet_rounds = 0;
        for _ in 0..500 {
            let before = self.shared.lock().request_events;
            self.send_probe().await;
            let mut state = self.shared.lock();
            if let Some(found) = early(&mut state) {
                return Some(found);
            }
            let quiet = state.request_events == before && state.in_flight == 0;
            quiet_rounds = if quiet { quiet_rounds + 1 } else { 0 };
            if quiet_rounds == 3 {
                return None;
            }
        }
        panic!("the bot does not become idle\n{}", self.shared.lock().summary())
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.server.abort();
        let left = self.shared.update(|state| {
            if let Some(session) = &state.session {
                session.send_action(SocketAction::Drop);
            }
            std::mem::take(&mut state.violations)
        });
        if !std::thread::panicking() {
            assert!(left.is_empty(), "unread violations: {left:#?}");
        }
    }
}
