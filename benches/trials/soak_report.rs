//! The report of the soak test, minute by minute, and its checks.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::bot_process::ResourceUsage;
use crate::soak::{Counts, lock};
use discord_standin::{INTERACTION_TOKEN, TOKEN};

/// Memory may grow by a fifth plus this many KiB after the first minutes: pools and caches fill.
const MEMORY_MARGIN_KIB: u64 = 8 << 10;
/// Pooled connections to Discord.
const POOLED_CONNECTIONS: usize = 12;
/// Maximum 99th percentile of the latency; Discord's limit is 3 s.
const MAX_P99: Duration = Duration::from_millis(2000);

/// A sample at the end of a minute: counts since the start, latencies of the minute.
#[derive(Clone, Debug)]
pub struct Minute {
    pub usage: ResourceUsage,
    pub sent: usize,
    pub answered: usize,
    pub missed: usize,
    pub errors: usize,
    pub reloads: usize,
    pub faults: usize,
    pub identifies: usize,
    pub session_losses: usize,
    pub median: Duration,
    pub p99: Duration,
}

impl Minute {
    pub fn markdown(&self) -> String {
        let Minute { usage, sent, answered, missed, errors, reloads, faults, identifies, session_losses, .. } = self;
        format!(
            "| {:.1} MB | {} | {} | {:.1} s | {sent} / {answered} / {missed} | {errors} | {reloads} | {faults} | {identifies} of {session_losses} | {:.1} ms | {:.1} ms |",
            usage.memory_kib as f64 / 1024.0,
            usage.descriptors,
            usage.threads,
            usage.cpu_seconds,
            self.median.as_secs_f64() * 1000.0,
            self.p99.as_secs_f64() * 1000.0,
        )
    }
}

/// Prints the report; returns true if all checks passed.
pub fn report(counts: &Counts, minutes: &[Minute], distinct: usize, identifies: usize, log: &str) -> bool {
    println!(
        "| minute | memory | descriptors | threads | processor time | sent / answered / not delivered | wrong or lost | changes | faults | IDENTIFYs of lost sessions | median | 99th percentile |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (minute, sample) in minutes.iter().enumerate() {
        println!("| {minute} {}", sample.markdown());
    }
    let mut errors = lock(&counts.errors).clone();
    let session_losses = counts.session_losses.load(Ordering::Relaxed);
    if identifies > session_losses {
        errors.push(format!("{identifies} IDENTIFYs after {session_losses} lost sessions"));
    }
    // The warm-up: every user has asked, and the pools are full.
    let warm_up = minutes.len() / 5 + 1;
    if let (Some(first), Some(last)) = (minutes.get(warm_up), minutes.last()) {
        let max = first.usage.memory_kib + first.usage.memory_kib / 5 + MEMORY_MARGIN_KIB;
        if last.usage.memory_kib > max {
            errors.push(format!("memory grew from {} to {} KiB", first.usage.memory_kib, last.usage.memory_kib));
        }
        if last.usage.descriptors > first.usage.descriptors + POOLED_CONNECTIONS {
            errors.push(format!("descriptors grew from {} to {}", first.usage.descriptors, last.usage.descriptors));
        }
        if last.usage.threads > first.usage.threads + 4 {
            errors.push(format!("threads grew from {} to {}", first.usage.threads, last.usage.threads));
        }
    }
    for (minute, sample) in minutes.iter().enumerate().filter(|(_, sample)| sample.p99 > MAX_P99) {
        errors.push(format!("minute {minute}: the 99th percentile is {:.1} s", sample.p99.as_secs_f64()));
    }
    if log.contains("internal error, please report it") {
        errors.push("it panicked".to_owned());
    }
    for secret in [TOKEN, INTERACTION_TOKEN, "zelda-"] {
        if log.contains(secret) {
            errors.push(format!("the log contains {secret}"));
        }
    }
    let load = |counter: &std::sync::atomic::AtomicUsize| counter.load(Ordering::Relaxed);
    println!(
        "\n{} sent ({distinct} different questions), {} answered, {} not delivered, {} messages of chatter without an answer; {} changes of a document, {} faults.",
        load(&counts.sent),
        load(&counts.answered),
        load(&counts.missed),
        load(&counts.ignored),
        load(&counts.reloads),
        load(&counts.faults),
    );
    let shown = errors.iter().take(20).map(|error| format!("- {}", error.chars().take(600).collect::<String>()));
    match errors.len() {
        0 => println!("\nAll checks passed."),
        count => println!("\n**{count} checks failed:**\n\n{}", shown.collect::<Vec<_>>().join("\n")),
    }
    errors.is_empty()
}
