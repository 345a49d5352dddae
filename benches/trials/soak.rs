//! A long while of questions, changed documents and faults: answers stay right, and the program as large as it was.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::load::{self, Asked, CHANGING, Table, Way};
use crate::program::{Launch, Program, Size, home};
use crate::soak_report::{Minute, report};
use discord_standin::{Context, Fault, Message, Person, Setup, StandIn};

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
/// More people than that ask; each of them is allowed 20 questions a minute.
const PEOPLE: usize = 2000;
const RELOAD_EVERY: Duration = Duration::from_secs(10);
const FAULT_EVERY: Duration = Duration::from_secs(20);
/// From when on after a change nobody may be told what stood there before.
const FRESH_AFTER: Duration = Duration::from_secs(5);
/// A message waits for its turn, and for requests that hang.
const REPLY_WITHIN: Duration = Duration::from_secs(25);

/// What is counted; a fault of the program is kept in words.
#[derive(Default)]
pub struct Counts {
    pub asked: AtomicUsize,
    pub answered: AtomicUsize,
    pub missed: AtomicUsize,
    pub silent: AtomicUsize,
    pub reloads: AtomicUsize,
    pub forced: AtomicUsize,
    pub faults: AtomicUsize,
    pub wrong: Mutex<Vec<String>>,
    pub latencies: Mutex<Vec<Duration>>,
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count(what: &AtomicUsize) {
    what.fetch_add(1, Ordering::Relaxed);
}

/// The version of the changing document that is in place, since when, and the one before.
struct Version {
    number: usize,
    since: Instant,
}

struct Soak {
    discord: StandIn,
    program: Mutex<Program>,
    corpus: PathBuf,
    table: Table,
    counts: Counts,
    version: Mutex<Version>,
}

/// Runs it; true where all held.
pub async fn run(program: &Path, minutes: u64, rate: u64, reloads: bool) -> bool {
    match begin(program, reloads).await {
        Ok((soak, _home)) => {
            let minutes = minutes_of(&soak, minutes, rate, reloads).await;
            report(
                &soak.counts,
                &minutes,
                soak.table.different(),
                soak.discord.identifies() - 1,
                &lock(&soak.program).said(),
            )
        }
        Err(fault) => {
            eprintln!("soak: {fault}");
            false
        }
    }
}

async fn begin(program: &Path, reloads: bool) -> Result<(Arc<Soak>, tempfile::TempDir), String> {
    let home = home();
    let corpus = home.path().join("corpus");
    let copied = || -> std::io::Result<()> {
        fs::remove_dir_all(&corpus)?;
        fs::create_dir(&corpus)?;
        for file in fs::read_dir(SHIPPED)?.filter_map(Result::ok) {
            fs::copy(file.path(), corpus.join(file.file_name()))?;
        }
        fs::write(corpus.join(format!("{CHANGING}.md")), load::version(0))
    };
    copied().map_err(|fault| format!("the corpus cannot be copied: {fault}"))?;
    let table = Table::over(&corpus)?;
    let discord = StandIn::start(Setup { identifies_left: 1000, ..Setup::default() }).await;
    let launch = Launch::with("ROLECALL_ASK_CHANNELS", "");
    let program = Program::start(program, home.path(), &discord.origin(), &launch);
    let began = Instant::now();
    while !discord.is_connected() || !program.said().contains("commands: ") {
        if began.elapsed() > Duration::from_secs(60) {
            return Err(format!("it did not come up:\n{}", program.said()));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    eprintln!("{} questions, reloads {}", table.asked.len(), if reloads { "on" } else { "off" });
    let version = Mutex::new(Version { number: 0, since: Instant::now() });
    let program = Mutex::new(program);
    Ok((Arc::new(Soak { discord, program, corpus, table, counts: Counts::default(), version }), home))
}

/// Keeps it busy, and looks at it once a minute.
async fn minutes_of(soak: &Arc<Soak>, minutes: u64, rate: u64, reloads: bool) -> Vec<Minute> {
    let end = Instant::now() + Duration::from_secs(60 * minutes);
    let mut tasks = vec![tokio::spawn(ask(Arc::clone(soak), rate, end)), tokio::spawn(strike(Arc::clone(soak), end))];
    if reloads {
        tasks.push(tokio::spawn(change(Arc::clone(soak), end)));
    }
    let mut seen = vec![look(soak)];
    while Instant::now() < end {
        for _ in 0..60 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let lost = soak.discord.forget();
            if lost > 0 {
                lock(&soak.counts.wrong).push(format!("{lost} delivered interactions have no answer"));
            }
            let violations = soak.discord.violations();
            lock(&soak.counts.wrong).extend(violations.into_iter().filter(|line| !line.ends_with("answered too late")));
            if let Some(how) = lock(&soak.program).ended() {
                lock(&soak.counts.wrong).push(format!("it ended: {how}"));
                return seen;
            }
        }
        let minute = look(soak);
        eprintln!("{}", minute.markdown());
        seen.push(minute);
    }
    for task in tasks {
        let _ = task.await;
    }
    // What was asked last has its time, and what was delivered by then is counted.
    tokio::time::sleep(Duration::from_secs(21)).await;
    let lost = soak.discord.forget();
    if lost > 0 {
        lock(&soak.counts.wrong).push(format!("{lost} delivered interactions have no answer"));
    }
    seen
}

fn look(soak: &Soak) -> Minute {
    let size: Size = lock(&soak.program).size();
    let mut latencies = std::mem::take(&mut *lock(&soak.counts.latencies));
    latencies.sort();
    let at = |share: usize| latencies.get(latencies.len() * share / 100).copied().unwrap_or_default();
    Minute {
        size,
        asked: soak.counts.asked.load(Ordering::Relaxed),
        answered: soak.counts.answered.load(Ordering::Relaxed),
        missed: soak.counts.missed.load(Ordering::Relaxed),
        wrong: lock(&soak.counts.wrong).len(),
        reloads: soak.counts.reloads.load(Ordering::Relaxed),
        faults: soak.counts.faults.load(Ordering::Relaxed),
        identifies: soak.discord.identifies() - 1,
        forced: soak.counts.forced.load(Ordering::Relaxed),
        median: at(50),
        slowest: at(99),
    }
}

/// Asks, so many times a second, one after another of the table, and one in ten times for the document that changes.
async fn ask(soak: Arc<Soak>, rate: u64, end: Instant) {
    let mut tick = tokio::time::interval(Duration::from_micros(1_000_000 / rate.max(1)));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut number, mut at) = (0, 0);
    while Instant::now() < end {
        tick.tick().await;
        number += 1;
        let person = Person::named(&format!("zelda-{}", number % PEOPLE));
        let one = Arc::clone(&soak);
        if number % 10 == 0 {
            tokio::spawn(async move { ask_for_the_changing(&one, person).await });
        } else {
            // A step that shares no factor with the table's length goes through all kinds in turn.
            at = (at + 7919) % soak.table.asked.len();
            tokio::spawn(async move { ask_one(&one, &one.table.asked[at], person).await });
        }
    }
}

async fn ask_one(soak: &Soak, asked: &Asked, person: Person) {
    let context = Context::direct().by(person);
    let sessions = soak.discord.identifies();
    let token = match &asked.way {
        Way::Slash(name, options) => {
            let options: Vec<(&str, &str)> =
                options.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            soak.discord.put_slash(name, &options, &context)
        }
        Way::Typing(typed) => soak.discord.put(4, load::typing(typed), serde_json::Value::Null, &context),
        Way::Message(text) => {
            count(&soak.counts.asked);
            let connected = soak.discord.is_connected();
            let id = soak.discord.put_message(&Message::new(text, context), |_| {});
            return match soak.discord.reply_within(id, REPLY_WITHIN).await {
                Some(reply) => judge(soak, asked, &reply),
                // What was written while nobody listened, or in a session that ended, is never told to the bot.
                None if !connected || soak.discord.identifies() != sessions => count(&soak.counts.missed),
                None => lock(&soak.counts.wrong).push(format!("the message {text:?} has no reply")),
            };
        }
        Way::Chatter(text) => {
            let context = Context::server().by(context.person);
            let id = soak.discord.put_message(&Message::new(text, context), |_| {});
            tokio::time::sleep(Duration::from_secs(2)).await;
            match soak.discord.replies_to(id) {
                0 => count(&soak.counts.silent),
                _ => lock(&soak.counts.wrong).push(format!("the chatter {text:?} was answered")),
            }
            return;
        }
    };
    count(&soak.counts.asked);
    match soak.discord.answer_within(&token, Duration::from_secs(5)).await {
        Some((answer, took)) => {
            lock(&soak.counts.latencies).push(took);
            judge(soak, asked, &answer);
        }
        None if !soak.discord.was_delivered(&token) => count(&soak.counts.missed),
        // `forget` counts it as lost.
        None => {}
    }
}

fn judge(soak: &Soak, asked: &Asked, answer: &serde_json::Value) {
    count(&soak.counts.answered);
    if let Some(fault) = soak.table.fault(asked, answer) {
        lock(&soak.counts.wrong).push(fault);
    }
}

/// Asks for the role whose document changes: what is told is what stands there, or stood there a moment ago.
async fn ask_for_the_changing(soak: &Soak, person: Person) {
    let before = {
        let version = lock(&soak.version);
        if version.since.elapsed() > FRESH_AFTER { version.number } else { version.number.saturating_sub(1) }
    };
    count(&soak.counts.asked);
    let token = soak.discord.put_slash("role", &[("name", CHANGING)], &Context::direct().by(person));
    match soak.discord.answer_within(&token, Duration::from_secs(5)).await {
        Some((answer, took)) => {
            lock(&soak.counts.latencies).push(took);
            count(&soak.counts.answered);
            let now = lock(&soak.version).number;
            if !load::version_in(&answer).is_some_and(|told| (before..=now).contains(&told)) {
                lock(&soak.counts.wrong).push(format!("version {before} to {now} was due, and this came: {answer}"));
            }
        }
        None if !soak.discord.was_delivered(&token) => count(&soak.counts.missed),
        None => {}
    }
}

/// Changes the document every ten seconds, in the ways of different editors, and says so every other time.
async fn change(soak: Arc<Soak>, end: Instant) {
    while Instant::now() < end {
        tokio::time::sleep(RELOAD_EVERY).await;
        let number = lock(&soak.version).number + 1;
        let (path, text) = (soak.corpus.join(format!("{CHANGING}.md")), load::version(number));
        *lock(&soak.version) = Version { number, since: Instant::now() };
        let written = match number % 2 {
            0 => fs::write(&path, text),
            _ => {
                let beside = soak.corpus.join(".new");
                fs::write(&beside, text).and_then(|()| fs::rename(&beside, &path))
            }
        };
        if let Err(fault) = written {
            lock(&soak.counts.wrong).push(format!("the document cannot be written: {fault}"));
        }
        if number.is_multiple_of(3) {
            lock(&soak.program).signal("HUP");
        }
        count(&soak.counts.reloads);
    }
}

/// A fault every twenty seconds, one kind after another.
async fn strike(soak: Arc<Soak>, end: Instant) {
    let discord = &soak.discord;
    for number in 0.. {
        tokio::time::sleep(FAULT_EVERY).await;
        while !discord.is_connected() && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        // The last minute is calm, so that the last fault is over at the end.
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
            10 => discord.flood("SOMETHING_NEW", &serde_json::json!({"a": 1}), 200),
            11 => rest("/messages", Fault::Reset(false)),
            12 => rest("/callback", Fault::AfterEffect(504)),
            13 => rest("/messages", Fault::RateLimited(0.5)),
            14 => discord.close(4008).await,
            15 => count_forced(&soak, discord.invalidate_session(false)).await,
            16 => count_forced(&soak, discord.close(4009)).await,
            _ => count_forced(&soak, discord.close_without_code()).await,
        }
    }
}

/// A fault after which only a new session helps.
async fn count_forced(soak: &Soak, fault: impl Future<Output = ()>) {
    count(&soak.counts.forced);
    fault.await;
}
