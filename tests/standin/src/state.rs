//! The state of the stand-in behind one lock; a test waits for a change of it instead of sleeping.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::sync::watch;

use super::Setup;
use super::fault_injection::Fault;
use super::gateway::{Identify, Session};
use super::http_endpoint::Door;
use super::multipart::Upload;
use super::users::Context;

/// Time limit for what should happen at once.
pub const WAIT_TIMEOUT: Duration = Duration::from_secs(30);

/// The state, and a counter of its changes to subscribe to.
pub struct SharedState {
    state: Mutex<DiscordState>,
    changes: watch::Sender<u64>,
}

pub struct DiscordState {
    pub setup: Setup,
    pub origin: String,
    /// Receives the interactions instead of the gateway.
    pub endpoint: Option<Door>,
    // The gateway.
    /// Connections so far, accepted or refused.
    pub sockets: usize,
    pub identifies: Vec<Identify>,
    pub identifies_returned: usize,
    pub resumes: Vec<Value>,
    pub resumes_returned: usize,
    pub received: Vec<Value>,
    pub session: Option<Session>,
    // REST.
    pub commands: Vec<Value>,
    pub command_creations: usize,
    pub command_requests: usize,
    pub channels: HashMap<u64, Channel>,
    pub messages: Vec<Value>,
    pub interactions: HashMap<String, Interaction>,
    pub posts: Vec<Post>,
    pub requests: Vec<Request>,
    pub in_flight: usize,
    /// Counts starts and ends of requests that are not responses to probes.
    pub request_events: usize,
    pub faults: Vec<(String, String, Fault)>,
    pub violations: Vec<String>,
    last_id: u64,
}

#[derive(Clone, Debug)]
pub struct Channel {
    pub guild: Option<u64>,
    /// Channel type: 0 a text channel, 1 a DM, 3 a group DM.
    pub kind: u8,
    /// The bot can read and write here. In a channel of a user install it can only respond to interactions.
    pub reachable: bool,
}

pub struct Interaction {
    pub id: u64,
    pub kind: u8,
    /// The name of a command.
    pub command: Option<String>,
    pub context: Context,
    pub sent_at: Instant,
    /// The initial response.
    pub callback: Option<Value>,
    /// The id of the message of the initial response.
    pub original_message: Option<u64>,
    /// When it was first written to the gateway connection.
    pub delivered_at: Option<Instant>,
    /// When the initial response was accepted.
    pub responded_at: Option<Instant>,
    /// The id of the message with the component.
    pub clicked_message: Option<u64>,
    pub follow_ups: usize,
    /// Sent by the stand-in to detect that the bot is idle; hidden from the test.
    pub probe: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostKind {
    Callback,
    Message,
    FollowUp,
    Edit,
}

/// A message, edit or interaction response of the bot.
#[derive(Clone, Debug)]
pub struct Post {
    pub kind: PostKind,
    pub channel: u64,
    pub message: Option<u64>,
    pub interaction: Option<String>,
    /// The body as the bot sent it.
    pub body: Value,
    /// Returned to the test; `settle` rejects posts that were not.
    pub claimed: bool,
}

/// A request and the status of its response; 0 if there is none.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub body: Value,
    /// Uploaded files.
    pub files: Vec<Upload>,
    pub status: u16,
}

impl SharedState {
    pub fn new(setup: Setup, origin: String) -> Arc<Self> {
        let state = DiscordState {
            origin,
            endpoint: None,
            sockets: 0,
            identifies: Vec::new(),
            identifies_returned: 0,
            resumes: Vec::new(),
            resumes_returned: 0,
            received: Vec::new(),
            session: None,
            commands: Vec::new(),
            command_creations: 0,
            command_requests: 0,
            channels: HashMap::new(),
            messages: Vec::new(),
            interactions: HashMap::new(),
            posts: Vec::new(),
            requests: Vec::new(),
            in_flight: 0,
            request_events: 0,
            faults: Vec::new(),
            violations: Vec::new(),
            last_id: 0,
            setup,
        };
        Arc::new(Self { state: Mutex::new(state), changes: watch::Sender::new(0) })
    }

    /// Locks the state. Poison is ignored: a panic must not hide the state from other tasks.
    pub fn lock(&self) -> MutexGuard<'_, DiscordState> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Changes the state and wakes those who wait for a change.
    pub fn update<T>(&self, action: impl FnOnce(&mut DiscordState) -> T) -> T {
        let result = action(&mut self.lock());
        self.changes.send_modify(|count| *count += 1);
        result
    }

    /// Waits until `find` returns a value; panics with a summary of the state on a timeout.
    pub async fn wait_for<T>(
        &self,
        what: &str,
        timeout: Duration,
        find: impl FnMut(&mut DiscordState) -> Option<T>,
    ) -> T {
        match self.wait_up_to(timeout, find).await {
            Some(found) => found,
            None => panic!("no {what} within {timeout:?}\n{}", self.lock().summary()),
        }
    }

    /// Waits until `find` returns a value; `None` on a timeout.
    pub async fn wait_up_to<T>(
        &self,
        timeout: Duration,
        mut find: impl FnMut(&mut DiscordState) -> Option<T>,
    ) -> Option<T> {
        let mut changes = self.changes.subscribe();
        let search = async {
            loop {
                changes.borrow_and_update();
                if let Some(found) = find(&mut self.lock()) {
                    return found;
                }
                changes.changed().await.expect("the sender is not dropped");
            }
        };
        tokio::time::timeout(timeout, search).await.ok()
    }
}

impl DiscordState {
    /// A new snowflake from the current time; ids are strictly increasing.
    pub fn new_id(&mut self) -> u64 {
        const DISCORD_EPOCH_MS: u64 = 1_420_070_400_000;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
        let now = u64::try_from(now).expect("before the year 584 million").saturating_sub(DISCORD_EPOCH_MS);
        self.last_id = (now << 22).max(self.last_id + 1);
        self.last_id
    }

    /// Makes further ids larger than this one.
    pub fn skip_ids(&mut self, id: u64) {
        self.last_id = self.last_id.max(id);
    }

    pub fn gateway_url(&self) -> String {
        let url = &self.setup.mischief.gateway_url;
        url.clone().unwrap_or_else(|| self.origin.replacen("http", "ws", 1))
    }

    /// The flags of the application: a bot in fewer than 100 guilds has the limited form of an intent.
    pub fn application_flags(&self) -> u64 {
        const LIMITED_MESSAGE_CONTENT: u64 = 1 << 19;
        if self.setup.refuse_message_content { 0 } else { LIMITED_MESSAGE_CONTENT }
    }

    /// The number of heartbeats received.
    pub fn heartbeats(&self) -> usize {
        self.received.iter().filter(|payload| payload["op"] == 1).count()
    }

    pub fn message(&self, id: u64) -> Option<&Value> {
        let id = id.to_string();
        self.messages.iter().find(|message| message["id"] == id.as_str())
    }

    /// The message to which the bot replied with this body.
    pub fn referenced_message_mut(&mut self, reply: &Value) -> &mut Value {
        let id = &reply["message_reference"]["message_id"];
        self.messages.iter_mut().find(|message| message["id"] == *id).expect("a referenced message")
    }

    /// Takes the first post that fits and was not returned to the test before.
    pub fn claim(&mut self, fits: impl Fn(&Post) -> bool) -> Option<Post> {
        let post = self.posts.iter_mut().find(|post| !post.claimed && fits(post))?;
        post.claimed = true;
        Some(post.clone())
    }

    /// The last requests and the violations, for panic messages.
    pub fn summary(&self) -> String {
        let mut lines = vec!["Last requests of the bot:".to_owned()];
        for request in self.requests.iter().rev().take(15).rev() {
            lines.push(format!("  {} {} -> {}", request.method, request.path, request.status));
        }
        lines.push(format!("{} IDENTIFYs, {} RESUMEs.", self.identifies.len(), self.resumes.len()));
        lines.extend(self.violations.iter().map(|violation| format!("Violation: {violation}")));
        lines.join("\n")
    }
}
