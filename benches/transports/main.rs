//! Latency and throughput of the two transports of interactions: the real program over the gateway and over HTTP, in one run,
//! against a fake Discord. Prints Markdown.
//!
//! `cargo bench --bench transports` measures; without `--bench`, as `cargo test --benches` starts it, or with `--test`, a few
//! questions check that it runs.

mod batch;
mod bot_process;
mod fake_discord;

use std::process::ExitCode;
use std::time::Duration;

use ed25519_dalek::SigningKey;

use crate::batch::{HttpConnection, Samples, Transport, hex, run_batch};
use crate::bot_process::BotProcess;
use crate::fake_discord::FakeDiscord;

type BenchResult<T> = Result<T, Box<dyn std::error::Error>>;

/// Questions per batch. The batches of both transports alternate, so that other load on the machine affects both.
const BATCH_SIZE: usize = 400;
const BATCHES: usize = 10;
/// Numbers of concurrent questions.
const CONCURRENCY: [usize; 2] = [1, 8];
const TIMEOUT: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = arguments.iter().find(|argument| !["--bench", "--test"].contains(&argument.as_str())) {
        eprintln!("transports: unknown argument {unknown}; expected none, or --test for a few questions");
        return ExitCode::from(2);
    }
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let (batch_size, batches) = if has("--bench") && !has("--test") { (BATCH_SIZE, BATCHES) } else { (8, 1) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let measured = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run(batch_size, batches)));
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("transports: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(batch_size: usize, batches: usize) -> BenchResult<()> {
    let key = SigningKey::from_bytes(&[42; 32]);
    let discord = FakeDiscord::start().await?;
    let bot = BotProcess::start(&discord.origin(), &hex(key.verifying_key().as_bytes())).await?;
    println!(
        "# Latency of the transports\n\n\
         `/role pm` in the program, from Discord's event or request to the whole answer, on loopback: no network, no TLS. Over the gateway \
         the answer is a request of the bot, over HTTP it is the response. {batches} alternating batches of {batch_size} questions per \
         transport; the first is a warm-up. The fake Discord runs on the same machine: compare the ratios.\n"
    );
    println!(
        "| transport | concurrent | questions | per second | median, µs | 99th percentile, µs | processor time, µs each | bytes |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for concurrency in CONCURRENCY {
        let mut connections = Vec::new();
        for _ in 0..concurrency {
            let mut connection = HttpConnection::open(&bot.address, &key).await?;
            // The bot closes a connection without a request after seconds, and the gateway comes first.
            connection.ask(&discord).await?;
            connections.push(connection);
        }
        let mut transports =
            [(Transport::Gateway, "gateway", Samples::default()), (Transport::Http, "HTTP", Samples::default())];
        for round in 0..=batches {
            for (transport, _, samples) in &mut transports {
                let cpu_before = bot.cpu_time();
                let batch = run_batch(*transport, &discord, &mut connections, batch_size, samples);
                tokio::time::timeout(TIMEOUT, batch).await.map_err(|_| "the bot does not answer")??;
                samples.cpu_time +=
                    bot.cpu_time().zip(cpu_before).map_or(Duration::ZERO, |(after, before)| after - before);
                if round == 0 {
                    *samples = Samples::default();
                }
            }
        }
        for (_, name, samples) in &mut transports {
            let (median, p99, count) = (samples.percentile(50), samples.percentile(99), samples.latencies.len());
            let (cpu_time, rate) = (samples.cpu_time.as_secs_f64() * 1_000_000.0 / count as f64, samples.per_second());
            println!(
                "| {name} | {concurrency} | {count} | {rate:.0} | {median:.0} | {p99:.0} | {cpu_time:.0} | {} |",
                samples.size
            );
        }
        let [(.., gateway), (.., http)] = &mut transports;
        println!(
            "| HTTP to gateway | {concurrency} | | {:.2} | {:.2} | {:.2} | {:.2} | |",
            http.per_second() / gateway.per_second(),
            http.percentile(50) / gateway.percentile(50),
            http.percentile(99) / gateway.percentile(99),
            http.cpu_time.as_secs_f64() / gateway.cpu_time.as_secs_f64().max(f64::MIN_POSITIVE),
        );
    }
    Ok(())
}
