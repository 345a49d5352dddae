//! The metrics and their encoding as OpenMetrics text. Every label has a small fixed set of values; none identifies a user.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::metrics::readiness::Readiness;

/// Upper bounds of the histogram buckets, in seconds. Discord waits 3 s for a response; the bot gives up after 2.7 s.
const LATENCY_BUCKETS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.7, 10.0];

/// How a request arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// As a gateway event.
    Gateway,
    /// At the interactions endpoint.
    Http,
}

/// The kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// A slash command or message command.
    Command,
    /// A button or select menu.
    Component,
    /// A submitted modal.
    Modal,
    /// Autocomplete of a command option.
    Autocomplete,
    /// A message.
    Message,
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestOutcome {
    /// It was answered.
    Answered,
    /// The reply says that there is no answer.
    NoAnswer,
    /// No reply: a message in a channel that did not address the bot.
    Silent,
    /// A panic; the reply is an apology.
    InternalError,
}

/// The outcome of a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReloadStatus {
    /// A changed corpus is served.
    Changed,
    /// The corpus was unchanged.
    Unchanged,
    /// The corpus could not be loaded; the previous one is still served.
    Failed,
}

/// The size of a corpus, in items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CorpusSize {
    /// Role documents.
    pub(crate) roles: usize,
    /// Topic documents.
    pub(crate) topics: usize,
    /// Passages of all documents.
    pub(crate) passages: usize,
    /// Diagnostics of the corpus.
    pub(crate) diagnostics: usize,
}

type Labels<const N: usize> = [(&'static str, Cow<'static, str>); N];
type LabeledCounter = Family<Labels<1>, Counter>;

/// All metrics.
pub struct Metrics {
    /// The shards and the interactions endpoint.
    pub(crate) readiness: Readiness,
    requests: Family<Labels<2>, Counter>,
    rate_limited: Counter,
    latency: Family<Labels<2>, Histogram>,
    undelivered: Family<Labels<2>, Counter>,
    feedback: LabeledCounter,
    reloads: LabeledCounter,
    documents: Family<Labels<1>, Gauge>,
    passages: Gauge,
    diagnostics: Gauge,
    loaded_at: Gauge,
    shards: Family<Labels<1>, Gauge>,
    heartbeat_age: Family<Labels<1>, Gauge<f64, AtomicU64>>,
    rest_responses: LabeledCounter,
    identifies: Counter,
    /// No sample until Discord has reported the limit.
    identifies_left: Family<Labels<1>, Gauge>,
    registry: Registry,
    encode_lock: Mutex<()>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    /// All counters at 0, nothing connected.
    fn default() -> Self {
        let mut metrics = Metrics {
            readiness: Readiness::default(),
            requests: Family::default(),
            rate_limited: Counter::default(),
            latency: Family::new_with_constructor(|| Histogram::new(LATENCY_BUCKETS)),
            undelivered: Family::default(),
            feedback: Family::default(),
            reloads: Family::default(),
            documents: Family::default(),
            passages: Gauge::default(),
            diagnostics: Gauge::default(),
            loaded_at: Gauge::default(),
            shards: Family::default(),
            heartbeat_age: Family::default(),
            rest_responses: Family::default(),
            identifies: Counter::default(),
            identifies_left: Family::default(),
            registry: Registry::with_prefix("rolecall"),
            encode_lock: Mutex::default(),
        };
        // Pre-created at 0, so that `rate()` sees the first increment.
        for verdict in ["right", "wrong"] {
            drop(metrics.feedback.get_or_create(&[label("verdict", verdict)]));
        }
        for status in [ReloadStatus::Changed, ReloadStatus::Unchanged, ReloadStatus::Failed] {
            drop(metrics.reloads.get_or_create(&[label("outcome", status.as_str())]));
        }
        for status in [Some(200), Some(400), Some(429), Some(500), None] {
            drop(metrics.rest_responses.get_or_create(&[label("class", status_class(status))]));
        }
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let Metrics { registry, .. } = self;
        let started = Gauge::<i64>::default();
        started.set(unix_time());
        registry.register("build", "Version of the bot", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        registry.register("start_time_seconds", "Unix time of the start of the bot", started);
        let requests = "Requests by kind of reply and outcome";
        registry.register("requests", requests, self.requests.clone());
        registry.register(
            "too_many",
            "Requests rejected by the rate limit of a user or channel",
            self.rate_limited.clone(),
        );
        let seconds = "Seconds from the arrival of a request to the delivery of its reply";
        registry.register("answer_seconds", seconds, self.latency.clone());
        registry.register("undelivered", "Replies that could not be delivered to Discord", self.undelivered.clone());
        registry.register("feedback", "Ratings of answers by users", self.feedback.clone());
        registry.register("reloads", "Reloads of the corpus by outcome", self.reloads.clone());
        registry.register("corpus_documents", "Documents in the corpus", self.documents.clone());
        registry.register("corpus_passages", "Passages in the corpus", self.passages.clone());
        registry.register("corpus_problems", "Problems in the corpus", self.diagnostics.clone());
        let loaded = "Unix time of the last change of the corpus";
        registry.register("corpus_loaded_seconds", loaded, self.loaded_at.clone());
        registry.register("shards", "Shards by state of their gateway connection", self.shards.clone());
        let heartbeats = "Seconds since the last heartbeat ACK or state change of a shard";
        registry.register("shard_silence_seconds", heartbeats, self.heartbeat_age.clone());
        let rest = "Responses of Discord's REST API by status class; none for no response";
        registry.register("rest_answers", rest, self.rest_responses.clone());
        registry.register("identifies", "Gateway sessions started (IDENTIFY)", self.identifies.clone());
        let left = "Session starts remaining in Discord's daily limit";
        registry.register("identifies_left", left, self.identifies_left.clone());
    }

    /// Counts a request. `kind` is the reply's `kind`, from a fixed set.
    pub(crate) fn record_request(&self, kind: &'static str, outcome: RequestOutcome) {
        self.requests.get_or_create(&[label("kind", kind), label("outcome", outcome.as_str())]).inc();
    }

    /// Counts a request rejected by the rate limit.
    pub(crate) fn rate_limited(&self) {
        self.rate_limited.inc();
    }

    /// Records the latency of a delivered reply, or counts an undelivered one.
    pub(crate) fn record_delivery(&self, transport: Transport, kind: RequestKind, latency: Duration, delivered: bool) {
        let labels = [label("door", transport.as_str()), label("asked", kind.as_str())];
        if delivered {
            self.latency.get_or_create(&labels).observe(latency.as_secs_f64());
        } else {
            self.undelivered.get_or_create(&labels).inc();
        }
    }

    /// Counts a rating of an answer.
    pub(crate) fn record_feedback(&self, right: bool) {
        self.feedback.get_or_create(&[label("verdict", if right { "right" } else { "wrong" })]).inc();
    }

    /// Counts a reload.
    pub(crate) fn record_reload(&self, status: ReloadStatus) {
        self.reloads.get_or_create(&[label("outcome", status.as_str())]).inc();
    }

    /// Sets the size of the served corpus, and its load time to now.
    pub(crate) fn set_corpus_size(&self, size: CorpusSize) {
        let CorpusSize { roles, topics, passages, diagnostics } = size;
        self.documents.get_or_create(&[label("kind", "role")]).set(to_gauge_value(roles));
        self.documents.get_or_create(&[label("kind", "topic")]).set(to_gauge_value(topics));
        self.passages.set(to_gauge_value(passages));
        self.diagnostics.set(to_gauge_value(diagnostics));
        self.loaded_at.set(unix_time());
    }

    /// Counts a response of Discord's REST API by status; `None` for no response.
    pub(crate) fn record_rest_response(&self, status: Option<u16>) {
        self.rest_responses.get_or_create(&[label("class", status_class(status))]).inc();
    }

    /// Sets how many session starts Discord still allows today.
    pub(crate) fn set_identifies_left(&self, remaining: u64) {
        self.identifies_left.get_or_create(&[label("per", "day")]).set(i64::try_from(remaining).unwrap_or(i64::MAX));
    }

    /// Counts an IDENTIFY, and decrements the remaining session starts.
    pub(crate) fn record_identify(&self) {
        self.identifies.inc();
        if let Some(remaining) = self.identifies_left.get(&[label("per", "day")]) {
            remaining.dec();
        }
    }

    /// All metrics as OpenMetrics text.
    ///
    /// # Errors
    /// A bug in an encoder.
    pub(crate) fn encode(&self) -> Result<String, fmt::Error> {
        // The shard metrics are rebuilt on each call, so calls must not overlap.
        let _guard = self.encode_lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.shards.clear();
        self.heartbeat_age.clear();
        for (shard, state, silence) in self.readiness.shards(Instant::now()) {
            self.shards.get_or_create(&[label("state", state)]).inc();
            self.heartbeat_age.get_or_create(&[label("shard", shard.to_string())]).set(silence.as_secs_f64());
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

fn to_gauge_value(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn unix_time() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
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
