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

use crate::metrics::readiness::READINESS;

/// The counters of this process.
pub static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

/// The upper ends of the times that are told apart, in seconds. Discord waits 3 s, and we give up after 2.7.
const LATENCY_BUCKETS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.7, 10.0];

/// Through which door somebody asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// The socket to Discord.
    Gateway,
    /// A post from Discord.
    Http,
}

/// How somebody asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// With a command, on a message or typed.
    Command,
    /// With a button or a menu.
    Component,
    /// With a form.
    Modal,
    /// By typing into a command: suggestions are the answer.
    Autocomplete,
    /// In a message.
    Message,
}

/// What a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestOutcome {
    /// An answer.
    Answered,
    /// Words that there is none.
    NoAnswer,
    /// Silence, in a channel where nobody spoke to the bot.
    Silent,
    /// An apology for a fault of the program.
    InternalError,
}

/// What a reload came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReloadStatus {
    /// Another corpus is served.
    Changed,
    /// The corpus was as it had been.
    Unchanged,
    /// The corpus could not be served; the one before still is.
    Failed,
}

/// The size of a corpus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CorpusSize {
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
type LabeledCounter = Family<Labels<1>, Counter>;

/// All that is counted.
pub struct Metrics {
    requests: Family<Labels<2>, Counter>,
    rate_limited: Counter,
    latency: Family<Labels<2>, Histogram>,
    undelivered: Family<Labels<2>, Counter>,
    feedback: LabeledCounter,
    reloads: LabeledCounter,
    documents: Family<Labels<1>, Gauge>,
    passages: Gauge,
    problems: Gauge,
    loaded_at: Gauge,
    shards: Family<Labels<1>, Gauge>,
    heartbeat_age: Family<Labels<1>, Gauge<f64, AtomicU64>>,
    rest_responses: LabeledCounter,
    identifies: Counter,
    /// Nothing as long as Discord has not said.
    identifies_left: Family<Labels<1>, Gauge>,
    registry: Registry,
    encode_lock: Mutex<()>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counters").finish_non_exhaustive()
    }
}

impl Metrics {
    fn new() -> Self {
        let mut counters = Metrics {
            requests: Family::default(),
            rate_limited: Counter::default(),
            latency: Family::new_with_constructor(|| Histogram::new(LATENCY_BUCKETS)),
            undelivered: Family::default(),
            feedback: Family::default(),
            reloads: Family::default(),
            documents: Family::default(),
            passages: Gauge::default(),
            problems: Gauge::default(),
            loaded_at: Gauge::default(),
            shards: Family::default(),
            heartbeat_age: Family::default(),
            rest_responses: Family::default(),
            identifies: Counter::default(),
            identifies_left: Family::default(),
            registry: Registry::with_prefix("rolecall"),
            encode_lock: Mutex::default(),
        };
        // What has not happened yet reads as nought: a first time is a rise, too.
        for verdict in ["right", "wrong"] {
            drop(counters.feedback.get_or_create(&[label("verdict", verdict)]));
        }
        for reload in [ReloadStatus::Changed, ReloadStatus::Unchanged, ReloadStatus::Failed] {
            drop(counters.reloads.get_or_create(&[label("outcome", reload.as_str())]));
        }
        for status in [Some(200), Some(400), Some(429), Some(500), None] {
            drop(counters.rest_responses.get_or_create(&[label("class", status_class(status))]));
        }
        counters.register();
        counters
    }

    fn register(&mut self) {
        let Metrics { registry, .. } = self;
        let started = Gauge::<i64>::default();
        started.set(unix_time());
        registry.register("build", "The version that runs", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        registry.register("start_time_seconds", "When the bot started, in Unix time", started);
        let requests = "What was asked, by the kind of answer and by what came of it";
        registry.register("requests", requests, self.requests.clone());
        registry.register(
            "too_many",
            "What was more than a person or a channel may ask at once",
            self.rate_limited.clone(),
        );
        let seconds = "From when a request arrived until its answer was delivered, in seconds";
        registry.register("answer_seconds", seconds, self.latency.clone());
        registry.register("undelivered", "Answers that did not get to Discord", self.undelivered.clone());
        registry.register("feedback", "What people say of answers", self.feedback.clone());
        registry.register("reloads", "Times that the corpus was looked at anew", self.reloads.clone());
        registry.register("corpus_documents", "Documents that are served", self.documents.clone());
        registry.register("corpus_passages", "Passages that are served", self.passages.clone());
        registry.register("corpus_problems", "What is wrong in the corpus", self.problems.clone());
        let loaded = "When the corpus that is served was loaded, in Unix time";
        registry.register("corpus_loaded_seconds", loaded, self.loaded_at.clone());
        registry.register("shards", "Connections to Discord, by their state", self.shards.clone());
        let heartbeats = "Time since a shard last gave a sign of life, in seconds";
        registry.register("shard_silence_seconds", heartbeats, self.heartbeat_age.clone());
        let rest = "What Discord's REST API answered; none where nothing came";
        registry.register("rest_answers", rest, self.rest_responses.clone());
        registry.register("identifies", "New sessions that began", self.identifies.clone());
        let left = "New sessions that Discord still allows today";
        registry.register("identifies_left", left, self.identifies_left.clone());
    }

    /// A request was answered with a reply of this kind, a word of a fixed set, or was not.
    pub fn record_request(&self, kind: &'static str, outcome: RequestOutcome) {
        self.requests.get_or_create(&[label("kind", kind), label("outcome", outcome.as_str())]).inc();
    }

    /// Somebody asked too much at once.
    pub fn rate_limited(&self) {
        self.rate_limited.inc();
    }

    /// An answer was on its way for so long, and arrived or did not.
    pub fn record_delivery(&self, door: Transport, asked: RequestKind, took: Duration, arrived: bool) {
        let labels = [label("door", door.as_str()), label("asked", asked.as_str())];
        if arrived {
            self.latency.get_or_create(&labels).observe(took.as_secs_f64());
        } else {
            self.undelivered.get_or_create(&labels).inc();
        }
    }

    /// Somebody said that an answer was right, or wrong.
    pub fn record_feedback(&self, right: bool) {
        self.feedback.get_or_create(&[label("verdict", if right { "right" } else { "wrong" })]).inc();
    }

    /// The corpus was looked at anew.
    pub fn record_reload(&self, reload: ReloadStatus) {
        self.reloads.get_or_create(&[label("outcome", reload.as_str())]).inc();
    }

    /// A corpus of this size is served from now on.
    pub fn set_corpus_size(&self, size: CorpusSize) {
        let CorpusSize { roles, topics, passages, problems } = size;
        self.documents.get_or_create(&[label("kind", "role")]).set(to_gauge_value(roles));
        self.documents.get_or_create(&[label("kind", "topic")]).set(to_gauge_value(topics));
        self.passages.set(to_gauge_value(passages));
        self.problems.set(to_gauge_value(problems));
        self.loaded_at.set(unix_time());
    }

    /// Discord's REST API answered with this status, or not at all.
    pub fn record_rest_response(&self, status: Option<u16>) {
        self.rest_responses.get_or_create(&[label("class", status_class(status))]).inc();
    }

    /// Discord allows so many more sessions today.
    pub fn set_identifies_left(&self, left: u64) {
        self.identifies_left.get_or_create(&[label("per", "day")]).set(i64::try_from(left).unwrap_or(i64::MAX));
    }

    /// A new session has begun, which is one less that is left.
    pub fn record_identify(&self) {
        self.identifies.inc();
        if let Some(left) = self.identifies_left.get(&[label("per", "day")]) {
            left.dec();
        }
    }

    /// Everything that was counted, as OpenMetrics text.
    ///
    /// # Errors
    /// Where it cannot be written, which is a fault of the program.
    pub fn encode(&self) -> Result<String, fmt::Error> {
        // One at a time: what is there of shards is written anew each time.
        let _turn = self.encode_lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.shards.clear();
        self.heartbeat_age.clear();
        for (shard, state, silent) in READINESS.shards(Instant::now()) {
            self.shards.get_or_create(&[label("state", state)]).inc();
            self.heartbeat_age.get_or_create(&[label("shard", shard.to_string())]).set(silent.as_secs_f64());
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

fn label(name: &'static str, value: impl Into<Cow<'static, str>>) -> (&'static str, Cow<'static, str>) {
    (name, value.into())
}

fn status_class(status: Option<u16>) -> &'static str {
    match status {
        Some(429) => "429",
        Some(500..) => "5xx",
        Some(400..) => "4xx",
        Some(_) => "2xx",
        None => "none",
    }
}

fn to_gauge_value(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}

fn unix_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

impl Transport {
    fn as_str(self) -> &'static str {
        match self {
            Transport::Gateway => "gateway",
            Transport::Http => "http",
        }
    }
}

impl RequestKind {
    fn as_str(self) -> &'static str {
        match self {
            RequestKind::Command => "command",
            RequestKind::Component => "click",
            RequestKind::Modal => "form",
            RequestKind::Autocomplete => "typing",
            RequestKind::Message => "message",
        }
    }
}

impl RequestOutcome {
    fn as_str(self) -> &'static str {
        match self {
            RequestOutcome::Answered => "answered",
            RequestOutcome::NoAnswer => "abstained",
            RequestOutcome::Silent => "silent",
            RequestOutcome::InternalError => "fault",
        }
    }
}

impl ReloadStatus {
    fn as_str(self) -> &'static str {
        match self {
            ReloadStatus::Changed => "changed",
            ReloadStatus::Unchanged => "unchanged",
            ReloadStatus::Failed => "failed",
        }
    }
}
