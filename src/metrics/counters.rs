//! The counters, and how they read in the OpenMetrics format. No label has more than a handful of values, and none says who asked.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::metrics::readiness::CONNECTION;

/// The counters of this process.
pub static COUNTERS: LazyLock<Counters> = LazyLock::new(Counters::new);

/// The upper ends of the times that are told apart, in seconds. Discord waits 3 s, and we give up after 2.7.
const SECONDS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.7, 10.0];

/// Through which door somebody asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The socket to Discord.
    Gateway,
    /// A post from Discord.
    Http,
}

/// How somebody asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// With a command, on a message or typed.
    Command,
    /// With a button or a menu.
    Click,
    /// With a form.
    Form,
    /// By typing into a command: suggestions are the answer.
    Typing,
    /// In a message.
    Message,
}

/// What a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer.
    Answered,
    /// Words that there is none.
    Abstained,
    /// Silence, in a channel where nobody spoke to the bot.
    Silent,
    /// An apology for a fault of the program.
    Fault,
}

/// What a reload came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reload {
    /// Another corpus is served.
    Changed,
    /// The corpus was as it had been.
    Unchanged,
    /// The corpus could not be served; the one before still is.
    Failed,
}

/// The size of a corpus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Documents about roles.
    pub roles: usize,
    /// Documents about anything else.
    pub topics: usize,
    /// Their passages.
    pub passages: usize,
    /// What is wrong in it.
    pub problems: usize,
}

type Labels<const N: usize> = [(&'static str, Cow<'static, str>); N];
type Counters1 = Family<Labels<1>, Counter>;

/// All that is counted.
pub struct Counters {
    requests: Family<Labels<2>, Counter>,
    too_many: Counter,
    seconds: Family<Labels<2>, Histogram>,
    undelivered: Family<Labels<2>, Counter>,
    feedback: Counters1,
    reloads: Counters1,
    documents: Family<Labels<1>, Gauge>,
    passages: Gauge,
    problems: Gauge,
    loaded: Gauge,
    shards: Family<Labels<1>, Gauge>,
    heartbeats: Family<Labels<1>, Gauge<f64, AtomicU64>>,
    rest: Counters1,
    sessions: Counter,
    /// Nothing as long as Discord has not said.
    sessions_left: Family<Labels<1>, Gauge>,
    registry: Registry,
    exposing: Mutex<()>,
}

impl fmt::Debug for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counters").finish_non_exhaustive()
    }
}

impl Counters {
    fn new() -> Self {
        let mut counters = Counters {
            requests: Family::default(),
            too_many: Counter::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            undelivered: Family::default(),
            feedback: Family::default(),
            reloads: Family::default(),
            documents: Family::default(),
            passages: Gauge::default(),
            problems: Gauge::default(),
            loaded: Gauge::default(),
            shards: Family::default(),
            heartbeats: Family::default(),
            rest: Family::default(),
            sessions: Counter::default(),
            sessions_left: Family::default(),
            registry: Registry::with_prefix("rolecall"),
            exposing: Mutex::default(),
        };
        // What has not happened yet reads as nought: a first time is a rise, too.
        for verdict in ["right", "wrong"] {
            drop(counters.feedback.get_or_create(&[label("verdict", verdict)]));
        }
        for reload in [Reload::Changed, Reload::Unchanged, Reload::Failed] {
            drop(counters.reloads.get_or_create(&[label("outcome", reload.word())]));
        }
        for status in [Some(200), Some(400), Some(429), Some(500), None] {
            drop(counters.rest.get_or_create(&[label("class", class(status))]));
        }
        counters.register();
        counters
    }

    fn register(&mut self) {
        let Counters { registry, .. } = self;
        let started = Gauge::<i64>::default();
        started.set(now());
        registry.register("build", "The version that runs", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        registry.register("start_time_seconds", "When the bot started, in Unix time", started);
        let requests = "What was asked, by the kind of answer and by what came of it";
        registry.register("requests", requests, self.requests.clone());
        registry.register(
            "too_many",
            "What was more than a person or a channel may ask at once",
            self.too_many.clone(),
        );
        let seconds = "From when a request arrived until its answer was delivered, in seconds";
        registry.register("answer_seconds", seconds, self.seconds.clone());
        registry.register("undelivered", "Answers that did not get to Discord", self.undelivered.clone());
        registry.register("feedback", "What people say of answers", self.feedback.clone());
        registry.register("reloads", "Times that the corpus was looked at anew", self.reloads.clone());
        registry.register("corpus_documents", "Documents that are served", self.documents.clone());
        registry.register("corpus_passages", "Passages that are served", self.passages.clone());
        registry.register("corpus_problems", "What is wrong in the corpus", self.problems.clone());
        let loaded = "When the corpus that is served was loaded, in Unix time";
        registry.register("corpus_loaded_seconds", loaded, self.loaded.clone());
        registry.register("shards", "Connections to Discord, by their state", self.shards.clone());
        let heartbeats = "Time since a shard last gave a sign of life, in seconds";
        registry.register("shard_silence_seconds", heartbeats, self.heartbeats.clone());
        let rest = "What Discord's REST API answered; none where nothing came";
        registry.register("rest_answers", rest, self.rest.clone());
        registry.register("identifies", "New sessions that began", self.sessions.clone());
        let left = "New sessions that Discord still allows today";
        registry.register("identifies_left", left, self.sessions_left.clone());
    }

    /// A request was answered with a reply of this kind, a word of a fixed set, or was not.
    pub fn request(&self, kind: &'static str, outcome: Outcome) {
        self.requests.get_or_create(&[label("kind", kind), label("outcome", outcome.word())]).inc();
    }

    /// Somebody asked too much at once.
    pub fn too_much(&self) {
        self.too_many.inc();
    }

    /// An answer was on its way for so long, and arrived or did not.
    pub fn delivery(&self, door: Door, asked: Asked, took: Duration, arrived: bool) {
        let labels = [label("door", door.word()), label("asked", asked.word())];
        if arrived {
            self.seconds.get_or_create(&labels).observe(took.as_secs_f64());
        } else {
            self.undelivered.get_or_create(&labels).inc();
        }
    }

    /// Somebody said that an answer was right, or wrong.
    pub fn feedback(&self, right: bool) {
        self.feedback.get_or_create(&[label("verdict", if right { "right" } else { "wrong" })]).inc();
    }

    /// The corpus was looked at anew.
    pub fn reload(&self, reload: Reload) {
        self.reloads.get_or_create(&[label("outcome", reload.word())]).inc();
    }

    /// A corpus of this size is served from now on.
    pub fn corpus(&self, size: Size) {
        let Size { roles, topics, passages, problems } = size;
        self.documents.get_or_create(&[label("kind", "role")]).set(count(roles));
        self.documents.get_or_create(&[label("kind", "topic")]).set(count(topics));
        self.passages.set(count(passages));
        self.problems.set(count(problems));
        self.loaded.set(now());
    }

    /// Discord's REST API answered with this status, or not at all.
    pub fn rest(&self, status: Option<u16>) {
        self.rest.get_or_create(&[label("class", class(status))]).inc();
    }

    /// Discord allows so many more sessions today.
    pub fn sessions_left(&self, left: u64) {
        self.sessions_left.get_or_create(&[label("per", "day")]).set(i64::try_from(left).unwrap_or(i64::MAX));
    }

    /// A new session has begun, which is one less that is left.
    pub fn session_begun(&self) {
        self.sessions.inc();
        if let Some(left) = self.sessions_left.get(&[label("per", "day")]) {
            left.dec();
        }
    }

    /// Everything that was counted, as OpenMetrics text.
    ///
    /// # Errors
    /// Where it cannot be written, which is a fault of the program.
    pub fn exposition(&self) -> Result<String, fmt::Error> {
        // One at a time: what is there of shards is written anew each time.
        let _turn = self.exposing.lock().unwrap_or_else(PoisonError::into_inner);
        self.shards.clear();
        self.heartbeats.clear();
        for (shard, state, silent) in CONNECTION.shards(Instant::now()) {
            self.shards.get_or_create(&[label("state", state)]).inc();
            self.heartbeats.get_or_create(&[label("shard", shard.to_string())]).set(silent.as_secs_f64());
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

fn label(name: &'static str, value: impl Into<Cow<'static, str>>) -> (&'static str, Cow<'static, str>) {
    (name, value.into())
}

fn class(status: Option<u16>) -> &'static str {
    match status {
        Some(429) => "429",
        Some(500..) => "5xx",
        Some(400..) => "4xx",
        Some(_) => "2xx",
        None => "none",
    }
}

fn count(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

impl Door {
    fn word(self) -> &'static str {
        match self {
            Door::Gateway => "gateway",
            Door::Http => "http",
        }
    }
}

impl Asked {
    fn word(self) -> &'static str {
        match self {
            Asked::Command => "command",
            Asked::Click => "click",
            Asked::Form => "form",
            Asked::Typing => "typing",
            Asked::Message => "message",
        }
    }
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Outcome::Answered => "answered",
            Outcome::Abstained => "abstained",
            Outcome::Silent => "silent",
            Outcome::Fault => "fault",
        }
    }
}

impl Reload {
    fn word(self) -> &'static str {
        match self {
            Reload::Changed => "changed",
            Reload::Unchanged => "unchanged",
            Reload::Failed => "failed",
        }
    }
}
