//! One trial: a Discord, a program, people who keep asking, and what came of it since the fault struck.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::program::{Launch, Program, home};
use discord_standin::{Context, Person, Setup, StandIn, TOKEN, Tally};

/// How often somebody asks.
const ASK_EVERY: Duration = Duration::from_millis(300);
/// How long a first answer may take to be there, with everything else that runs at the same time.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const START_WITHIN: Duration = Duration::from_secs(150);
/// What the log must never hold, beside the token.
const SECRETS: [&str; 2] = ["standin-token-of", "zelda-"];

/// A trial under way.
pub struct Trial {
    pub discord: Arc<StandIn>,
    home: TempDir,
    binary: PathBuf,
    launch: Launch,
    program: Mutex<Program>,
    began: Instant,
    struck: Mutex<Struck>,
    asking: Arc<AtomicBool>,
}

/// The moment of the fault, and what had been used up until then.
struct Struck {
    at: Instant,
    /// When it was over; at once where it does not last.
    over: Instant,
    processor: f64,
    /// What it had used when it was looked at last.
    seen: f64,
    identifies: usize,
    again: Option<Duration>,
    processor_meanwhile: Option<f64>,
}

/// What a trial has measured.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    /// From the fault, or its end where it lasted, to the next answer.
    pub again: Option<Duration>,
    pub tally: Tally,
    /// Seconds of processor time from the fault to the next answer, or to the end.
    pub processor: f64,
    pub identifies: usize,
    /// What Discord would have minded.
    pub violations: Vec<String>,
    /// Answers that are neither right nor an excuse.
    pub wrong: usize,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Trial {
    /// Starts both; the fault strikes at once until `strike` says otherwise.
    pub async fn begin(binary: &Path, setup: Setup, launch: &Launch, prepare: impl FnOnce(&StandIn, &Path)) -> Trial {
        let discord = Arc::new(StandIn::start(setup).await);
        let home = home();
        prepare(&discord, home.path());
        let program = Program::start(binary, home.path(), &discord.origin(), launch);
        let at = Instant::now();
        let struck =
            Struck { at, over: at, processor: 0.0, seen: 0.0, identifies: 0, again: None, processor_meanwhile: None };
        Trial {
            discord,
            home,
            binary: binary.to_owned(),
            launch: launch.clone(),
            program: Mutex::new(program),
            began: at,
            struck: Mutex::new(struck),
            asking: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Waits until it has answered, and has said that its commands stand.
    pub async fn online(&self) -> Result<(), String> {
        while !self.said().contains(" created, ") && !self.discord.is_connected() {
            if let Some(how) = self.ended() {
                return Err(format!("it did not come up: {how}; {}", self.last_word()));
            }
            if self.began.elapsed() > START_WITHIN {
                return Err(format!("it did not come up; {}", self.last_word()));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // A line that breaks meanwhile takes a question along; who gets no answer asks again.
        while self.began.elapsed() < START_WITHIN {
            let token = self.ask("zelda-first");
            if self.discord.answer_within(&token, Duration::from_secs(2)).await.is_some() {
                return Ok(());
            }
        }
        Err(format!("it came up and did not answer; {}", self.last_word()))
    }

    /// Somebody asks a question whose answer is known.
    pub fn ask(&self, person: &str) -> String {
        let context = Context::direct().by(Person::named(person));
        self.discord.put_slash("role", &[("name", "baker")], &context)
    }

    /// From here on all that happens is the fault's; and somebody asks all the time.
    pub fn strike(&self) {
        let processor = lock(&self.program).size().processor;
        *lock(&self.struck) = Struck {
            at: Instant::now(),
            over: Instant::now(),
            processor,
            seen: processor,
            identifies: self.discord.identifies(),
            again: None,
            processor_meanwhile: None,
        };
    }

    /// A fault that lasted is over; how long it takes until the next answer counts from here.
    pub fn over(&self) {
        lock(&self.struck).over = Instant::now();
    }

    /// People begin to ask, one after another, until the trial is over.
    pub fn keep_asking(&self) {
        if self.asking.swap(true, Ordering::Relaxed) {
            return;
        }
        let (discord, asking) = (Arc::clone(&self.discord), Arc::clone(&self.asking));
        tokio::spawn(async move {
            let mut person = 0;
            while asking.load(Ordering::Relaxed) {
                let context = Context::direct().by(Person::named(&format!("zelda-{person}")));
                discord.put_slash("role", &[("name", "baker")], &context);
                person += 1;
                tokio::time::sleep(ASK_EVERY).await;
            }
        });
    }

    /// Waits for an answer to a question that was asked after the fault struck; that is when all is well again.
    pub async fn again_within(&self, within: Duration) -> Result<(), String> {
        self.again(within, false).await.map(drop)
    }

    /// The same where somebody starts it again when it gives up; how it gave up, where it did.
    pub async fn again_supervised(&self, within: Duration) -> Result<Option<String>, String> {
        self.again(within, true).await
    }

    async fn again(&self, within: Duration, supervised: bool) -> Result<Option<String>, String> {
        let mut gave_up = None;
        self.keep_asking();
        let since = lock(&self.struck).over;
        while since.elapsed() < within {
            if self.discord.tally(since).answered > 0 {
                self.is_well();
                return Ok(gave_up);
            }
            let used = lock(&self.program).size().processor;
            if let Some(how) = self.ended() {
                if !supervised || gave_up.is_some() || !how.starts_with("exit ") || how == "exit 0" {
                    return Err(format!("it ended: {how}; {}", self.last_word()));
                }
                gave_up = Some(format!("{how} after {:.0} s", since.elapsed().as_secs_f64()));
                let launch = self.launch.clone();
                let mut struck = lock(&self.struck);
                *lock(&self.program) = Program::start(&self.binary, self.home.path(), &self.discord.origin(), &launch);
                // What the first one used counts too.
                struck.processor -= struck.seen;
            } else {
                lock(&self.struck).seen = used;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err(format!("no answer for {:.0} s; {}", within.as_secs_f64(), self.last_word()))
    }

    /// Notes that all is well from now on.
    pub fn is_well(&self) {
        let processor = lock(&self.program).size().processor;
        let mut struck = lock(&self.struck);
        if struck.again.is_none() {
            struck.again = Some(struck.over.elapsed());
            struck.processor_meanwhile = Some(processor - struck.processor);
        }
    }

    /// Waits until it ends, in the way that is expected, with these words.
    pub async fn ends(&self, how: &str, word: &str, within: Duration) -> Result<String, String> {
        let began = Instant::now();
        while began.elapsed() < within {
            self.note_processor();
            if let Some(ended) = self.ended() {
                // What it said last may still be on its way.
                tokio::time::sleep(Duration::from_millis(100)).await;
                let said = self.said();
                if ended != how {
                    return Err(format!("{ended} where {how} was expected; {}", self.last_word()));
                }
                if !said.contains(word) {
                    return Err(format!("{ended}, but it never said \"{word}\"; {}", self.last_word()));
                }
                return Ok(format!("{ended}: \"{word}\""));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(format!("it did not end in {:.0} s; {}", within.as_secs_f64(), self.last_word()))
    }

    /// Waits until it has said this.
    pub async fn says(&self, word: &str, within: Duration) -> Result<(), String> {
        let began = Instant::now();
        while began.elapsed() < within {
            if self.said().contains(word) {
                return Ok(());
            }
            if let Some(how) = self.ended() {
                return Err(format!("it ended: {how}; {}", self.last_word()));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(format!("it never said \"{word}\"; {}", self.last_word()))
    }

    /// Keeps asking for so long after the fault; what is not answered by then is lost.
    pub async fn go_on(&self, time: Duration) {
        self.keep_asking();
        tokio::time::sleep(time).await;
    }

    fn note_processor(&self) {
        let processor = lock(&self.program).size().processor;
        let mut struck = lock(&self.struck);
        if processor > 0.0 {
            struck.processor_meanwhile = Some(processor - struck.processor);
        }
    }

    pub fn signal(&self, name: &str) {
        lock(&self.program).signal(name);
    }

    pub fn ended(&self) -> Option<String> {
        lock(&self.program).ended()
    }

    pub fn said(&self) -> String {
        lock(&self.program).said()
    }

    /// The program that is tried.
    pub fn binary(&self) -> PathBuf {
        self.binary.canonicalize().unwrap_or_else(|_| self.binary.clone())
    }

    /// All that it said, once nothing more has come for a while.
    async fn all_said(&self) -> String {
        let mut said = self.said();
        loop {
            tokio::time::sleep(Duration::from_millis(150)).await;
            let more = self.said();
            if more.len() == said.len() {
                return more;
            }
            said = more;
        }
    }

    /// A path in its folder.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.home.path().join(inside)
    }

    /// Starts the program again in the same place.
    pub fn start_again(&self, launch: &Launch) {
        *lock(&self.program) = Program::start(&self.binary, self.home.path(), &self.discord.origin(), launch);
        lock(&self.struck).processor = 0.0;
    }

    /// The last thing that it said, for a report.
    pub fn last_word(&self) -> String {
        let said = self.said();
        let last = said.lines().last().unwrap_or("nothing");
        format!("it said last: {}", last.chars().take(200).collect::<String>())
    }

    /// Waits until everything under way is done or too late, and tells what came of it.
    pub async fn measures(&self) -> Measures {
        self.asking.store(false, Ordering::Relaxed);
        let since = lock(&self.struck).at;
        let end = Instant::now() + ANSWER_WITHIN;
        while Instant::now() < end && self.ended().is_none() && !self.discord.unanswered(since).is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let processor = lock(&self.program).size().processor;
        let said = self.all_said().await;
        let struck = lock(&self.struck);
        let mut violations = self.discord.violations();
        // What Discord's trouble kept from the bot for too long cannot be answered in time.
        violations.retain(|line| !line.ends_with("answered too late"));
        let leaks = SECRETS.iter().chain([&TOKEN]).filter(|secret| said.contains(**secret));
        violations.extend(leaks.map(|secret| format!("the log holds {secret}")));
        if said.contains("internal error, please report it") {
            violations.push("it panicked".to_owned());
        }
        Measures {
            again: struck.again,
            tally: self.discord.tally(since),
            processor: struck.processor_meanwhile.unwrap_or(processor - struck.processor),
            identifies: self.discord.identifies().saturating_sub(struck.identifies),
            violations,
            wrong: self.discord.answers_to("role", since).iter().filter(|answer| !right(answer)).count(),
        }
    }
}

/// Whether this is what is known of bakers, or an excuse.
fn right(answer: &str) -> bool {
    ["Kneads dough", "a lot at once", "Something went wrong"].iter().any(|words| answer.contains(words))
}

impl Drop for Trial {
    fn drop(&mut self) {
        self.asking.store(false, Ordering::Relaxed);
        // Read already where anybody wants to know.
        let _ = self.discord.violations();
    }
}
