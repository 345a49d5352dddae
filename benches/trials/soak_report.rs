//! What a soak has shown, minute by minute, and whether it held.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::program::Size;
use crate::soak::{Counts, lock};
use discord_standin::TOKEN;

/// It may grow by a fifth and this many KiB after its first minutes, for pools and caches that fill.
const ROOM: u64 = 8 << 10;
/// Lines to Discord that are kept open for the next call.
const LINES: usize = 12;
/// One in a hundred may take longer; Discord waits three seconds.
const SLOWEST: Duration = Duration::from_millis(2000);

/// What was seen at the end of a minute; counts are from the beginning, times of this minute.
#[derive(Clone, Debug)]
pub struct Minute {
    pub size: Size,
    pub asked: usize,
    pub answered: usize,
    pub missed: usize,
    pub wrong: usize,
    pub reloads: usize,
    pub faults: usize,
    pub identifies: usize,
    pub forced: usize,
    pub median: Duration,
    pub slowest: Duration,
}

impl Minute {
    pub fn markdown(&self) -> String {
        let Minute { size, asked, answered, missed, wrong, reloads, faults, identifies, forced, .. } = self;
        format!(
            "| {:.1} MB | {} | {} | {:.1} s | {asked} / {answered} / {missed} | {wrong} | {reloads} | {faults} | {identifies} of {forced} | {:.1} ms | {:.1} ms |",
            size.memory as f64 / 1024.0,
            size.descriptors,
            size.threads,
            size.processor,
            self.median.as_secs_f64() * 1000.0,
            self.slowest.as_secs_f64() * 1000.0,
        )
    }
}

/// Writes the summary; true where all held.
pub fn report(counts: &Counts, minutes: &[Minute], different: usize, identifies: usize, said: &str) -> bool {
    println!(
        "| minute | memory | descriptors | threads | processor | asked / answered / missed | wrong or lost | changes | faults | IDENTIFYs of forced ones | median | 99 of 100 |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (minute, seen) in minutes.iter().enumerate() {
        println!("| {minute} {}", seen.markdown());
    }
    let mut breaches = lock(&counts.wrong).clone();
    let forced = counts.forced.load(Ordering::Relaxed);
    if identifies > forced {
        breaches.push(format!("{identifies} IDENTIFYs where {forced} were forced"));
    }
    // By then every person has asked and every pool has filled.
    let settled = minutes.len() / 5 + 1;
    if let (Some(first), Some(last)) = (minutes.get(settled), minutes.last()) {
        let most = first.size.memory + first.size.memory / 5 + ROOM;
        if last.size.memory > most {
            breaches.push(format!("it grew from {} to {} KiB", first.size.memory, last.size.memory));
        }
        if last.size.descriptors > first.size.descriptors + LINES {
            breaches.push(format!("descriptors grew from {} to {}", first.size.descriptors, last.size.descriptors));
        }
        if last.size.threads > first.size.threads + 4 {
            breaches.push(format!("threads grew from {} to {}", first.size.threads, last.size.threads));
        }
    }
    for (minute, seen) in minutes.iter().enumerate().filter(|(_, seen)| seen.slowest > SLOWEST) {
        breaches.push(format!("in minute {minute} one in a hundred took {:.1} s", seen.slowest.as_secs_f64()));
    }
    if said.contains("internal error, please report it") {
        breaches.push("it panicked".to_owned());
    }
    for secret in [TOKEN, "standin-token-of", "zelda-"] {
        if said.contains(secret) {
            breaches.push(format!("the log holds {secret}"));
        }
    }
    let load = |count: &std::sync::atomic::AtomicUsize| count.load(Ordering::Relaxed);
    println!(
        "\n{} asked ({different} different questions), {} answered, {} while nobody listened, {} lines of chatter met with silence; {} changes of a document, {} faults.",
        load(&counts.asked),
        load(&counts.answered),
        load(&counts.missed),
        load(&counts.silent),
        load(&counts.reloads),
        load(&counts.faults),
    );
    let shown = breaches.iter().take(20).map(|breach| format!("- {}", breach.chars().take(600).collect::<String>()));
    match breaches.len() {
        0 => println!("\nAll held."),
        many => println!("\n**{many} did not hold:**\n\n{}", shown.collect::<Vec<_>>().join("\n")),
    }
    breaches.is_empty()
}
