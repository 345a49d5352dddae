//! The soak test: questions, changed documents and faults for a long time. Answers have to be correct, and resource usage bounded.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::bot_process::{BotProcess, LaunchOptions, ResourceUsage, work_dir};
use crate::question_table::{self, CHANGING_ROLE, Input, Question, QuestionTable};
use crate::soak_report::{Minute, report};
use discord_standin::{Context, Fault, Message, Person, Setup, StandIn};

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
/// The number of users: enough to stay below the rate limit of 20 questions per minute each.
const USERS: usize = 2000;
const START_TIMEOUT: Duration = Duration::from_secs(60);
const RELOAD_INTERVAL: Duration = Duration::from_secs(10);
const FAULT_INTERVAL: Duration = Duration::from_secs(20);
/// Maximum time from a change of a document to answers from the new text.
const MAX_RELOAD_DELAY: Duration = Duration::from_secs(5);
/// Includes the queue of the channel and requests without a response.
const REPLY_TIMEOUT: Duration = Duration::from_secs(25);

/// Counters, errors and latencies.
#[derive(Default)]
pub struct Counts {
    pub sent: AtomicUsize,
    pub answered: AtomicUsize,
    /// Not delivered to the bot.
    pub missed: AtomicUsize,
    /// Chatter without an answer.
    pub ignored: AtomicUsize,
    pub reloads: AtomicUsize,
    /// Faults that require a new session.
    pub session_losses: AtomicUsize,
    pub faults: AtomicUsize,
    pub errors: Mutex<Vec<String>>,
    pub latencies: Mutex<Vec<Duration>>,
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// The current version of the changing document, and the time of its change.
struct Version {
    number: usize,
    since: Instant,
}

struct Soak {
    discord: StandIn,
    process: Mutex<BotProcess>,
    corpus: PathBuf,
    table: QuestionTable,
    counts: Counts,
    version: Mutex<Version>,
}

/// Runs the soak test; returns true if all checks passed.
pub async fn run(program: &Path, minutes: u64, rate: u64, reloads: bool) -> bool {
    match start(program, reloads).await {
        Ok((soak, _dir)) => {
            let minutes = run_minutes(&soak, minutes, rate, reloads).await;
            report(
                &soak.counts,
                &minutes,
                soak.table.distinct(),
                soak.discord.identifies() - 1,
                &lock(&soak.process).log(),
            )
        }
        Err(error) => {
            eprintln!("soak: {error}");
            false
        }
    }
}

async fn start(program: &Path, reloads: bool) -> Result<(Arc<Soak>, tempfile::TempDir), String> {
    let dir = work_dir();
    let corpus = dir.path().join("corpus");
    let copy = || -> std::io::Result<()> {
        fs::remove_dir_all(&corpus)?;
        fs::create_dir(&corpus)?;
        for file in fs::read_dir(SHIPPED)?.filter_map(Result::ok) {
            fs::copy(file.path(), corpus.join(file.file_name()))?;
        }
        fs::write(corpus.join(format!("{CHANGING_ROLE}.md")), question_table::version(0))
    };
    copy().map_err(|error| format!("the corpus cannot be copied: {error}"))?;
    let table = QuestionTable::new(&corpus)?;
    let discord = StandIn::start(Setup { identifies_left: 1000, ..Setup::default() }).await;
    let launch = LaunchOptions::with("ROLECALL_ASK_CHANNELS", "");
    let process = BotProcess::start(program, dir.path(), &discord.origin(), &launch);
    let mut log = process.watch_log();
    let registered = async { log.wait_for(|log| log.closed || log.text.contains("commands: ")).await.map(drop) };
    let registered = tokio::time::timeout(START_TIMEOUT, registered).await;
    if registered.is_err() || !discord.connected_within(START_TIMEOUT).await {
        return Err(format!("it did not come up:\n{}", process.log()));
    }
    eprintln!("{} questions, reloads {}", table.questions.len(), if reloads { "on" } else { "off" });
    let version = Mutex::new(Version { number: 0, since: Instant::now() });
    let process = Mutex::new(process);
    Ok((Arc::new(Soak { discord, process, corpus, table, counts: Counts::default(), version }), dir))
}

/// Runs the load, and samples it once a minute.
async fn run_minutes(soak: &Arc<Soak>, minutes: u64, rate: u64, reloads: bool) -> Vec<Minute> {
    let end = Instant::now() + Duration::from_secs(60 * minutes);
    let mut tasks =
        vec![tokio::spawn(ask(Arc::clone(soak), rate, end)), tokio::spawn(inject_faults(Arc::clone(soak), end))];
    if reloads {
        tasks.push(tokio::spawn(change_document(Arc::clone(soak), end)));
    }
    let mut samples = vec![sample(soak)];
    while Instant::now() < end {
        for _ in 0..60 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let lost = soak.discord.prune();
            if lost > 0 {
                lock(&soak.counts.errors).push(format!("{lost} delivered interactions have no answer"));
            }
            let violations = soak.discord.violations();
            lock(&soak.counts.errors)
                .extend(violations.into_iter().filter(|line| !line.ends_with("answered too late")));
            if let Some(status) = lock(&soak.process).exit_status() {
                lock(&soak.counts.errors).push(format!("it exited: {status}"));
                return samples;
            }
        }
        let minute = sample(soak);
        eprintln!("{}", minute.markdown());
        samples.push(minute);
    }
    for task in tasks {
        let _ = task.await;
    }
    // `prune` counts unanswered interactions older than 20 s.
    tokio::time::sleep(Duration::from_secs(21)).await;
    let lost = soak.discord.prune();
    if lost > 0 {
        lock(&soak.counts.errors).push(format!("{lost} delivered interactions have no answer"));
    }
    samples
}

fn sample(soak: &Soak) -> Minute {
    let usage: ResourceUsage = lock(&soak.process).usage();
    let mut latencies = std::mem::take(&mut *lock(&soak.counts.latencies));
    latencies.sort();
    let at = |percent: usize| latencies.get(latencies.len() * percent / 100).copied().unwrap_or_default();
    Minute {
        usage,
        sent: soak.counts.sent.load(Ordering::Relaxed),
        answered: soak.counts.answered.load(Ordering::Relaxed),
        missed: soak.counts.missed.load(Ordering::Relaxed),
        errors: lock(&soak.counts.errors).len(),
        reloads: soak.counts.reloads.load(Ordering::Relaxed),
        faults: soak.counts.faults.load(Ordering::Relaxed),
        identifies: soak.discord.identifies() - 1,
        session_losses: soak.counts.session_losses.load(Ordering::Relaxed),
        median: at(50),
        p99: at(99),
    }
}

/// Sends `rate` questions per second from the table; every tenth is about the changing role.
async fn ask(soak: Arc<Soak>, rate: u64, end: Instant) {
    let mut tick = tokio::time::interval(Duration::from_micros(1_000_000 / rate.max(1)));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut number, mut at) = (0, 0);
    while Instant::now() < end {
        tick.tick().await;
        number += 1;
        let user = Person::named(&format!("zelda-{}", number % USERS));
        let soak = Arc::clone(&soak);
        if number % 10 == 0 {
            tokio::spawn(async move { ask_for_changing_role(&soak, user).await });
        } else {
            // A prime step visits all questions in a mixed order.
            at = (at + 7919) % soak.table.questions.len();
            tokio::spawn(async move { ask_one(&soak, &soak.table.questions[at], user).await });
        }
    }
}

async fn ask_one(soak: &Soak, question: &Question, user: Person) {
    let context = Context::direct().by(user);
    let sessions = soak.discord.identifies();
    let token = match &question.input {
        Input::Slash(name, options) => {
            let options: Vec<(&str, &str)> =
                options.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            soak.discord.put_slash(name, &options, &context)
        }
        Input::Autocomplete(value) => {
            soak.discord.send_interaction(4, question_table::autocomplete(value), serde_json::Value::Null, &context)
        }
        Input::Message(text) => {
            count(&soak.counts.sent);
            let connected = soak.discord.is_connected();
            let id = soak.discord.send_message(&Message::new(text, context), |_| {});
            return match soak.discord.reply_within(id, REPLY_TIMEOUT).await {
                Some(reply) => check(soak, question, &reply),
                // A message without a connection, or in a session that ended, is not delivered.
                None if !connected || soak.discord.identifies() != sessions => count(&soak.counts.missed),
                None => lock(&soak.counts.errors).push(format!("the message {text:?} has no reply")),
            };
        }
        Input::Chatter(text) => {
            let context = Context::server().by(context.person);
            let id = soak.discord.send_message(&Message::new(text, context), |_| {});
            match soak.discord.reply_within(id, Duration::from_secs(2)).await {
                None => count(&soak.counts.ignored),
                Some(_) => lock(&soak.counts.errors).push(format!("the chatter {text:?} was answered")),
            }
            return;
        }
    };
    count(&soak.counts.sent);
    match soak.discord.response_within(&token, Duration::from_secs(5)).await {
        Some((answer, latency)) => {
            lock(&soak.counts.latencies).push(latency);
            check(soak, question, &answer);
        }
        None if !soak.discord.was_delivered(&token) => count(&soak.counts.missed),
        // `prune` counts it as lost.
        None => {}
    }
}

fn check(soak: &Soak, question: &Question, answer: &serde_json::Value) {
    count(&soak.counts.answered);
    if let Some(error) = soak.table.check(question, answer) {
        lock(&soak.counts.errors).push(error);
    }
}

/// Asks for the changing role: the answer has to be from the current version, or the previous one shortly after a change.
async fn ask_for_changing_role(soak: &Soak, user: Person) {
    let oldest = {
        let version = lock(&soak.version);
        if version.since.elapsed() > MAX_RELOAD_DELAY { version.number } else { version.number.saturating_sub(1) }
    };
    count(&soak.counts.sent);
    let token = soak.discord.put_slash("role", &[("name", CHANGING_ROLE)], &Context::direct().by(user));
    match soak.discord.response_within(&token, Duration::from_secs(5)).await {
        Some((answer, latency)) => {
            lock(&soak.counts.latencies).push(latency);
            count(&soak.counts.answered);
            let now = lock(&soak.version).number;
            if !question_table::version_in(&answer).is_some_and(|version| (oldest..=now).contains(&version)) {
                lock(&soak.counts.errors).push(format!("expected version {oldest} to {now}: {answer}"));
            }
        }
        None if !soak.discord.was_delivered(&token) => count(&soak.counts.missed),
        None => {}
    }
}

/// Rewrites the document every ten seconds, in place or by a rename, and sends SIGHUP every third time.
async fn change_document(soak: Arc<Soak>, end: Instant) {
    while Instant::now() < end {
        tokio::time::sleep(RELOAD_INTERVAL).await;
        let number = lock(&soak.version).number + 1;
        let (path, text) = (soak.corpus.join(format!("{CHANGING_ROLE}.md")), question_table::version(number));
        *lock(&soak.version) = Version { number, since: Instant::now() };
        let written = match number % 2 {
            0 => fs::write(&path, text),
            _ => {
                let temporary = soak.corpus.join(".new");
                fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, &path))
            }
        };
        if let Err(error) = written {
            lock(&soak.counts.errors).push(format!("the document cannot be written: {error}"));
        }
        if number.is_multiple_of(3) {
            lock(&soak.process).signal("HUP");
        }
        count(&soak.counts.reloads);
    }
}

/// Injects a fault every twenty seconds, in rotation.
async fn inject_faults(soak: Arc<Soak>, end: Instant) {
    let discord = &soak.discord;
    for number in 0.. {
        tokio::time::sleep(FAULT_INTERVAL).await;
        discord.connected_within(end.saturating_duration_since(Instant::now())).await;
        // No faults at the end, so that the bot has recovered from the last one.
        if Instant::now() + Duration::from_secs(45) > end {
            return;
        }
        count(&soak.counts.faults);
        let rest = |path: &str, fault| discord.fail_next("POST", path, fault);
        match number % 18 {
            0 => discord.cut().await,
            1 => rest("/callback", Fault::Status(502)),
            2 => discord.ask_to_reconnect().await,
            3 => rest("/callback", Fault::RateLimited(0.3)),
            4 => discord.close(4000).await,
            5 => rest("/callback", Fault::Hang),
            6 => discord.invalidate_session(true).await,
            7 => rest("/messages", Fault::AfterEffect(504)),
            8 => discord.send_text("{\"op\": 0, nonsense"),
            9 => rest("/callback", Fault::Reset(true)),
            10 => discord.dispatch_many("SOMETHING_NEW", &serde_json::json!({"a": 1}), 200),
            11 => rest("/messages", Fault::Reset(false)),
            12 => rest("/callback", Fault::AfterEffect(504)),
            13 => rest("/messages", Fault::RateLimited(0.5)),
            14 => discord.close(4008).await,
            15 => lose_session(&soak, discord.invalidate_session(false)).await,
            16 => lose_session(&soak, discord.close(4009)).await,
            _ => lose_session(&soak, discord.close_without_code()).await,
        }
    }
}

/// A fault that requires a new session.
async fn lose_session(soak: &Soak, fault: impl Future<Output = ()>) {
    count(&soak.counts.session_losses);
    fault.await;
}
