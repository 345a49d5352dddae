//! How fast the two doors are: the program itself, asked over the gateway and over HTTP in the same run, by a Discord that is
//! part of this benchmark. Prints Markdown.
//!
//! `cargo bench --bench doors` measures; without `--bench`, as `cargo test --benches` starts it, or with `--test`, a few
//! questions show that it runs.

mod asking;
mod discord;
mod program;

use std::process::ExitCode;
use std::time::Duration;

use ed25519_dalek::SigningKey;

use crate::asking::{Line, Taken, Way, ask, hex};
use crate::discord::Discord;
use crate::program::Bot;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Questions in a batch; the doors take turns, a batch each, so that what else the machine does meets both.
const BATCH: usize = 400;
const BATCHES: usize = 10;
/// How many are under way at once.
const AT_ONCE: [usize; 2] = [1, 8];
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = arguments.iter().find(|argument| !["--bench", "--test"].contains(&argument.as_str())) {
        eprintln!("doors: {unknown} is no argument of it; it takes none, or --test for a few questions");
        return ExitCode::from(2);
    }
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let (batch, batches) = if given("--bench") && !given("--test") { (BATCH, BATCHES) } else { (8, 1) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let measured = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run(batch, batches)));
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("doors: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(batch: usize, batches: usize) -> Outcome<()> {
    let key = SigningKey::from_bytes(&[42; 32]);
    let discord = Discord::start().await?;
    let bot = Bot::start(&discord.origin(), &hex(key.verifying_key().as_bytes())).await?;
    println!(
        "# How fast the doors are\n\n\
         `/role pm` in the program, from Discord's event or post to the whole answer, on loopback: no network, no TLS. Over the gateway \
         the answer is a request of the bot's own, over HTTP it is the response. {batches} batches of {batch} questions a way, taking \
         turns; the first is not counted. Discord is played by this benchmark, on the same machine: the ratio is what carries.\n"
    );
    println!(
        "| door | at once | questions | a second | median, µs | 99th percentile, µs | processor, µs each | bytes |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for at_once in AT_ONCE {
        let mut lines = Vec::new();
        for _ in 0..at_once {
            let mut line = Line::open(&bot.address, &key).await?;
            // A line that has not asked yet is cut off after seconds, and the gateway comes first.
            line.ask(&discord).await?;
            lines.push(line);
        }
        let mut taken = [(Way::Gateway, "gateway", Taken::default()), (Way::Http, "HTTP", Taken::default())];
        for round in 0..=batches {
            for (way, _, taken) in &mut taken {
                let before = bot.spent();
                let asked = ask(*way, &discord, &mut lines, batch, taken);
                tokio::time::timeout(PATIENCE, asked).await.map_err(|_| "the bot does not answer")??;
                taken.spent += bot.spent().zip(before).map_or(Duration::ZERO, |(after, before)| after - before);
                if round == 0 {
                    *taken = Taken::default();
                }
            }
        }
        for (_, name, taken) in &mut taken {
            let (median, late, count) = (taken.percentile(50), taken.percentile(99), taken.each.len());
            let (spent, rate) = (taken.spent.as_secs_f64() * 1_000_000.0 / count as f64, taken.a_second());
            println!(
                "| {name} | {at_once} | {count} | {rate:.0} | {median:.0} | {late:.0} | {spent:.0} | {} |",
                taken.size
            );
        }
        let [(.., gateway), (.., http)] = &mut taken;
        println!(
            "| HTTP to gateway | {at_once} | | {:.2} | {:.2} | {:.2} | {:.2} | |",
            http.a_second() / gateway.a_second(),
            http.percentile(50) / gateway.percentile(50),
            http.percentile(99) / gateway.percentile(99),
            http.spent.as_secs_f64() / gateway.spent.as_secs_f64().max(f64::MIN_POSITIVE),
        );
    }
    Ok(())
}
