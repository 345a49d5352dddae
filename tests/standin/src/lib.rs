//! A stand-in for Discord in the test's own runtime: REST API, gateway and members, without a network.
//!
//! Start it, point the bot at `origin()`, then be a member: `slash`, `autocomplete`, `click`, `message`. What the bot
//! does that Discord would reject, or that pings members, is a violation; a test that leaves one unread fails when the
//! stand-in is dropped.

mod asking;
mod command_limits;
mod component_limits;
mod door;
mod events;
mod gateway;
mod limits;
mod messages;
mod people;
mod registry;
mod rest;
#[cfg(test)]
mod selftest;
mod slate;
mod upload;
mod webhooks;
mod world;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use axum::serve::ListenerExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use self::door::{Door, now};
pub use self::events::Message;
pub use self::gateway::{DIRECT_MESSAGES, GUILD_MESSAGES, GUILDS, Identify, MESSAGE_CONTENT};
pub use self::people::{APPLICATION, CHANNEL, Context, GUILD, OTHER_CHANNEL, Person};
pub use self::slate::{Mischief, Tally};
pub use self::upload::Upload;
pub use self::world::{Fault, Post, PostKind, Request};

use self::gateway::Order;
use self::world::{Channel, PATIENCE, Shared, World};

/// A token in Discord's form, good for nothing but the stand-in.
pub const TOKEN: &str = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.StandIn.only-the-stand-in-knows-this-one";
/// The prefix of every interaction token.
pub const INTERACTION_TOKEN: &str = "standin-token-of";
/// The suffix of every user name that the bot receives.
pub const USER_NAME_SUFFIX: &str = "-the-curious";

/// How this Discord behaves.
#[derive(Clone, Debug)]
pub struct Setup {
    pub token: String,
    /// The operator did not switch on the message content intent: asking for it is close 4014.
    pub refuse_message_content: bool,
    /// Every IDENTIFY that is otherwise right ends with this close code.
    pub close_on_identify: Option<u16>,
    pub heartbeat_interval: Duration,
    pub acknowledge_heartbeats: bool,
    /// `session_start_limit.remaining`; each IDENTIFY takes one.
    pub identifies_left: u64,
    pub shards: u64,
    /// What is registered already, from an earlier start of the bot.
    pub commands: Vec<Value>,
    /// Names of commands that Discord rejects, for a reason that only Discord knows.
    pub rejected_commands: Vec<String>,
    /// How many commands may still be created today.
    pub command_creations_left: usize,
    /// Text channels of the server, beside those that a test names.
    pub channels: Vec<u64>,
    /// How long an interaction may wait for its first answer.
    pub answer_within: Duration,
    /// `verify_key` of the application, hex.
    pub public_key: String,
    /// So many seconds Discord's clock is ahead of this machine's.
    pub clock_ahead: i64,
    /// What is otherwise with the application, the server, the bot's membership there, and channels by id: fields that take the place
    /// of the stand-in's own.
    pub application: Value,
    pub server: Value,
    pub member: Value,
    pub channel_facts: Vec<(u64, Value)>,
    /// What it does that Discord does on its worst days only.
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

pub struct StandIn {
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl StandIn {
    pub async fn start(setup: Setup) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port on the loopback address");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Shared::new(setup, origin);
        shared.change(|world| {
            for id in world.setup.channels.clone() {
                world.channels.insert(id, Channel { guild: Some(GUILD), kind: 0, reachable: true });
            }
            registry::restore(world);
        });
        let socket = get(gateway::upgrade);
        let router = Router::new().route("/", socket).fallback(rest::answer).with_state(Arc::clone(&shared));
        // Else events wait for each other's acknowledgement, 40 ms at a time.
        let listener = listener.tap_io(|line| drop(line.set_nodelay(true)));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the stand-in serves until it is dropped");
        });
        Self { shared, server }
    }

    /// `http://127.0.0.1:PORT`, for `HttpBuilder::proxy` and `DISCORD_API_URL`.
    pub fn origin(&self) -> String {
        self.shared.look().origin.clone()
    }

    /// From now on interactions are posted to the bot's own endpoint, where there is one, and not told over the gateway.
    pub fn post_to(&self, door: Option<Door>) {
        self.shared.change(|world| world.door = door);
    }

    // The gateway.

    /// The next IDENTIFY that was not handed out yet, accepted or refused.
    pub async fn wait_identified(&self) -> Identify {
        let next = |world: &mut World| {
            let identify = world.identifies.get(world.identifies_told).cloned()?;
            world.identifies_told += 1;
            Some(identify)
        };
        self.shared.until("an IDENTIFY", PATIENCE, next).await
    }

    /// The data of the next RESUME that was not handed out yet.
    pub async fn wait_resumed(&self) -> Value {
        let next = |world: &mut World| {
            let resume = world.resumes.get(world.resumes_told).cloned()?;
            world.resumes_told += 1;
            Some(resume)
        };
        self.shared.until("a RESUME", PATIENCE, next).await
    }

    /// How many times the bot identified so far.
    pub fn identifies(&self) -> usize {
        self.shared.look().identifies.len()
    }

    /// Everything that came in on the socket, in order.
    pub fn gateway_received(&self) -> Vec<Value> {
        self.shared.look().received.clone()
    }

    /// Sends any event.
    pub async fn dispatch(&self, name: &str, data: &Value) {
        self.connected().await;
        self.with_session(|session| session.dispatch(name, data));
    }

    /// Closes the socket with a code.
    pub async fn close(&self, code: u16) {
        self.order(Order::Close(Some(code))).await;
    }

    /// Closes the socket with a close frame that has no code.
    pub async fn close_without_code(&self) {
        self.order(Order::Close(None)).await;
    }

    /// Cuts the line without a close frame.
    pub async fn cut(&self) {
        self.order(Order::Cut).await;
    }

    /// Asks the bot to connect again (op 7).
    pub async fn ask_to_reconnect(&self) {
        self.order(Order::Send(json!({"op": 7, "d": null}).to_string())).await;
    }

    /// Invalid session (op 9); where it is not resumable, it is forgotten.
    pub async fn invalidate_session(&self, resumable: bool) {
        self.order(Order::Send(json!({"op": 9, "d": resumable}).to_string())).await;
        if !resumable {
            self.with_session(gateway::Session::invalidate);
        }
    }

    /// Whether heartbeats are acknowledged from now on; where they are not, the connection is a zombie.
    pub fn acknowledge_heartbeats(&self, yes: bool) {
        self.shared.change(|world| world.setup.acknowledge_heartbeats = yes);
    }

    /// Whether every further IDENTIFY is closed with a code.
    pub fn close_on_identify(&self, code: Option<u16>) {
        self.shared.change(|world| world.setup.close_on_identify = code);
    }

    async fn connected(&self) {
        let ready = |world: &mut World| world.session.as_ref().map(|_| ());
        self.shared.until("the bot to connect", PATIENCE, ready).await;
    }

    async fn order(&self, order: Order) {
        self.connected().await;
        self.with_session(|session| session.order(order));
    }

    fn with_session<T>(&self, act: impl FnOnce(&mut gateway::Session) -> T) -> T {
        self.shared.change(|world| act(world.session.as_mut().expect("a session, once connected")))
    }

    // REST.

    /// The registered commands, once the bot has looked at them or written them and there are any.
    pub async fn wait_commands(&self) -> Value {
        let registered = |world: &mut World| {
            let some = world.command_requests > 0 && !world.commands.is_empty();
            some.then(|| json!(world.commands))
        };
        self.shared.until("registered commands", PATIENCE, registered).await
    }

    /// How many commands were created anew; Discord allows 200 a day.
    pub fn command_creations(&self) -> usize {
        self.shared.look().command_creations
    }

    /// The methods of all finished requests about commands, in order.
    pub fn command_requests(&self) -> Vec<String> {
        let about_commands = |request: &&Request| request.path.contains("/commands");
        self.shared.look().requests.iter().filter(about_commands).map(|request| request.method.clone()).collect()
    }

    /// All requests so far but the answers to `settle`'s own questions; status 0 is one that hangs.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.look().requests.clone()
    }

    /// Waits until a request has arrived that stays without an answer (`Fault::Hang`).
    pub async fn wait_hanging(&self) {
        let hangs = |world: &mut World| world.requests.iter().any(|request| request.status == 0).then_some(());
        self.shared.until("a request that hangs", PATIENCE, hangs).await;
    }

    /// All that the bot showed so far, whether the test has seen it or not.
    pub fn posts(&self) -> Vec<Post> {
        self.shared.look().posts.clone()
    }

    /// The message object as it stands now (after edits), for what the bot sent.
    pub fn shown(&self, sent: &Value) -> Option<Value> {
        let world = self.shared.look();
        let post = world.posts.iter().rev().find(|post| post.body == *sent)?;
        world.message(post.message?).cloned()
    }

    /// The next request with this method, whose path holds this text, goes wrong.
    pub fn fail_next(&self, method: &str, path: &str, fault: Fault) {
        self.shared.change(|world| world.faults.push((method.to_owned(), path.to_owned(), fault)));
    }

    /// All that was wrong since the last call. What is left unread fails the test when the stand-in is dropped.
    pub fn violations(&self) -> Vec<String> {
        self.shared.change(|world| std::mem::take(&mut world.violations))
    }

    /// The next thing that the bot shows beyond what was handed out: a follow-up, an edit, a second message.
    pub async fn next_post(&self) -> Post {
        self.shared.until("another message of the bot", PATIENCE, |world| world.claim(|_| true)).await
    }

    /// Proves that the bot has said all that it had to say: asks questions that must be answered, until three in a row
    /// were answered while nothing else came in. Panics where the bot showed something that the test has not seen.
    pub async fn settle(&self) {
        self.calm(|_| None::<()>).await;
        let world = self.shared.look();
        let surprises: Vec<_> = world.posts.iter().filter(|post| !post.claimed).map(|post| &post.body).collect();
        assert!(surprises.is_empty(), "the bot said what nobody asked for: {surprises:#?}\n{}", world.story());
    }

    async fn calm<T>(&self, mut early: impl FnMut(&mut World) -> Option<T>) -> Option<T> {
        let mut quiet_rounds = 0;
        for _ in 0..500 {
            let before = self.shared.look().activity;
            self.ask_fence().await;
            let mut world = self.shared.look();
            if let Some(found) = early(&mut world) {
                return Some(found);
            }
            let quiet = world.activity == before && world.in_flight == 0;
            quiet_rounds = if quiet { quiet_rounds + 1 } else { 0 };
            if quiet_rounds == 3 {
                return None;
            }
        }
        panic!("the bot never falls silent\n{}", self.shared.look().story())
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.server.abort();
        let left = self.shared.change(|world| {
            if let Some(session) = &world.session {
                session.order(Order::Cut);
            }
            std::mem::take(&mut world.violations)
        });
        if !std::thread::panicking() {
            assert!(left.is_empty(), "what the bot did wrong, and no test expected: {left:#?}");
        }
    }
}
