//! The state of the stand-in behind one lock. A test waits for a change of it instead of sleeping.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::sync::watch;

use super::Setup;
use super::door::Door;
use super::gateway::{Identify, Session};
use super::people::Context;
use super::upload::Upload;

/// The longest wait for something that should happen at once.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The state, and a channel that notifies of each change.
pub struct Shared {
    world: Mutex<World>,
    changes: watch::Sender<u64>,
}

pub struct World {
    pub setup: Setup,
    pub origin: String,
    /// The endpoint to which interactions are posted; `None` for the gateway.
    pub door: Option<Door>,
    // The gateway.
    /// Connections so far, accepted or refused.
    pub sockets: usize,
    pub identifies: Vec<Identify>,
    pub identifies_told: usize,
    pub resumes: Vec<Value>,
    pub resumes_told: usize,
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
    pub activity: usize,
    pub faults: Vec<(String, String, Fault)>,
    pub violations: Vec<String>,
    last_id: u64,
}

#[derive(Clone, Debug)]
pub struct Channel {
    pub guild: Option<u64>,
    /// Discord's channel type: 0 a text channel, 1 a direct message, 3 a group.
    pub kind: u8,
    /// Whether the bot is a member; with a user install only, it can answer interactions and nothing else.
    pub reachable: bool,
}

pub struct Interaction {
    pub id: u64,
    pub kind: u8,
    /// The name, for a command.
    pub command: Option<String>,
    pub context: Context,
    pub sent: Instant,
    pub callback: Option<Value>,
    pub original: Option<u64>,
    /// When it was first sent to the bot.
    pub delivered: Option<Instant>,
    /// When its first answer was accepted.
    pub answered: Option<Instant>,
    /// The message of the clicked component.
    pub clicked: Option<u64>,
    pub follow_ups: usize,
    /// Sent by the stand-in itself to show that nothing is pending; hidden from the test.
    pub fence: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostKind {
    Callback,
    Message,
    FollowUp,
    Edit,
}

/// A message, an answer or an edit of the bot.
#[derive(Clone, Debug)]
pub struct Post {
    pub kind: PostKind,
    pub channel: u64,
    pub message: Option<u64>,
    pub interaction: Option<String>,
    /// Exactly what the bot sent.
    pub body: Value,
    /// Whether a test has received it; `settle` fails if one is left.
    pub claimed: bool,
}

/// A request to the REST API, and the status of its response; 0 if there is none.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub body: Value,
    /// The files that came with it.
    pub files: Vec<Upload>,
    pub status: u16,
}

/// A fault of the next matching request.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// The response has this status; the request has no effect.
    Status(u16),
    /// The response has this status, although the request has its effect.
    AfterEffect(u16),
    /// 429 with `retry_after` in seconds.
    RateLimited(f64),
    /// 429 without `retry_after`.
    RateLimitedBlindly,
    /// The response has this status and this JSON error code; the request has no effect.
    Refusal(u16, u32),
    /// No response and no effect.
    Hang,
    /// The connection is closed; whether the request has its effect before.
    Reset(bool),
    /// The request has its effect and its response after so many milliseconds.
    Slow(u64),
    /// The response has this status and is no JSON; the request has its effect if the status is below 400.
    Garbage(u16),
}

impl Shared {
    pub fn new(setup: Setup, origin: String) -> Arc<Self> {
        let world = World {
            origin,
            door: None,
            sockets: 0,
            identifies: Vec::new(),
            identifies_told: 0,
            resumes: Vec::new(),
            resumes_told: 0,
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
            activity: 0,
            faults: Vec::new(),
            violations: Vec::new(),
            last_id: 0,
            setup,
        };
        Arc::new(Self { world: Mutex::new(world), changes: watch::Sender::new(0) })
    }

    /// Locks the state. Poisoning is ignored: after a panic, the next task still reports the requests so far.
    pub fn look(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Changes the state and notifies waiting tests.
    pub fn change<T>(&self, action: impl FnOnce(&mut World) -> T) -> T {
        let result = action(&mut self.look());
        self.changes.send_modify(|count| *count += 1);
        result
    }

    /// Waits until `find` finds something; panics with the last requests if the time is over.
    pub async fn until<T>(&self, what: &str, within: Duration, find: impl FnMut(&mut World) -> Option<T>) -> T {
        match self.within(within, find).await {
            Some(found) => found,
            None => panic!("waited {within:?} in vain for {what}\n{}", self.look().story()),
        }
    }

    /// Waits until `find` finds something; `None` if the time is over.
    pub async fn within<T>(&self, within: Duration, mut find: impl FnMut(&mut World) -> Option<T>) -> Option<T> {
        let mut changes = self.changes.subscribe();
        let search = async {
            loop {
                changes.borrow_and_update();
                if let Some(found) = find(&mut self.look()) {
                    return found;
                }
                changes.changed().await.expect("the sender lives as long as the state");
            }
        };
        tokio::time::timeout(within, search).await.ok()
    }
}

impl World {
    /// A new snowflake from the current time, greater than all before.
    pub fn new_id(&mut self) -> u64 {
        const DISCORD_EPOCH_MS: u64 = 1_420_070_400_000;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
        let now = u64::try_from(now).expect("before the year 584 million").saturating_sub(DISCORD_EPOCH_MS);
        self.last_id = (now << 22).max(self.last_id + 1);
        self.last_id
    }

    /// All further ids are greater than this one.
    pub fn skip_ids(&mut self, id: u64) {
        self.last_id = self.last_id.max(id);
    }

    pub fn gateway_url(&self) -> String {
        let url = &self.setup.mischief.gateway_url;
        url.clone().unwrap_or_else(|| self.origin.replacen("http", "ws", 1))
    }

    /// The flags of the application: an unverified bot has the limited form of a granted intent.
    pub fn application_flags(&self) -> u64 {
        const LIMITED_MESSAGE_CONTENT: u64 = 1 << 19;
        if self.setup.refuse_message_content { 0 } else { LIMITED_MESSAGE_CONTENT }
    }

    pub fn message(&self, id: u64) -> Option<&Value> {
        let id = id.to_string();
        self.messages.iter().find(|message| message["id"] == id.as_str())
    }

    /// The message that the bot replied to with this body.
    pub fn question_of(&mut self, answer: &Value) -> &mut Value {
        let id = &answer["message_reference"]["message_id"];
        self.messages.iter_mut().find(|message| message["id"] == *id).expect("a message that was replied to")
    }

    pub fn claim(&mut self, fits: impl Fn(&Post) -> bool) -> Option<Post> {
        let post = self.posts.iter_mut().find(|post| !post.claimed && fits(post))?;
        post.claimed = true;
        Some(post.clone())
    }

    /// The last requests and all violations, for the message of a panic.
    pub fn story(&self) -> String {
        let mut lines = vec!["The last requests of the bot:".to_owned()];
        for request in self.requests.iter().rev().take(15).rev() {
            lines.push(format!("  {} {} -> {}", request.method, request.path, request.status));
        }
        lines.push(format!("Identified {} times, resumed {} times.", self.identifies.len(), self.resumes.len()));
        lines.extend(self.violations.iter().map(|violation| format!("Violation: {violation}")));
        lines.join("\n")
    }
}
