//! Fault injection and a soak test: the real binary against a stand-in for Discord, on loopback.
//!
//! `cargo bench --bench trials -- faults` injects each fault of a table and reports what the bot did. `-- soak --minutes 30`
//! runs the bot under load with faults and checks its answers, latency and memory. Both print Markdown and exit with 1 if a
//! check failed. `--program FILE` uses another binary than the one that cargo built.

#[path = "../../tests/it/stage.rs"]
#[expect(dead_code, reason = "the tests use more of the stage")]
mod stage;

mod bot_process;
mod disk_faults;
mod fault_case;
mod fault_runner;
mod gateway_faults;
mod input_cases;
mod input_faults;
mod process_faults;
mod question_table;
mod rest_faults;
mod soak;
mod soak_report;
mod trial;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Fault injection and a soak test of the bot.
#[derive(Debug, Parser)]
#[command(name = "trials")]
struct Arguments {
    #[command(subcommand)]
    trial: Option<Kind>,
    /// The program to test [default: the one that cargo built]
    #[arg(long, global = true, value_name = "FILE", default_value = env!("CARGO_BIN_EXE_rolecall"))]
    program: PathBuf,
    /// Passed by cargo to every benchmark
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// Inject each fault once, and report what the bot did
    Faults {
        /// Only the faults whose area and name contain this text
        #[arg(long, value_name = "TEXT", default_value = "")]
        only: String,
        /// Number of concurrent faults
        #[arg(long, value_name = "NUMBER", default_value_t = 6)]
        at_once: usize,
    },
    /// Run under load, with a fault every 20 seconds
    Soak {
        /// Duration
        #[arg(long, value_name = "NUMBER", default_value_t = 30)]
        minutes: u64,
        /// Questions per second
        #[arg(long, value_name = "NUMBER", default_value_t = 20)]
        rate: u64,
        /// Do not change documents
        #[arg(long)]
        without_reloads: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(kind) = arguments.trial else {
        println!("Trials take minutes. Choose one: `-- faults` or `-- soak --minutes 30`.");
        return ExitCode::SUCCESS;
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("trials: {error}");
            return ExitCode::from(2);
        }
    };
    let passed = runtime.block_on(async {
        match kind {
            Kind::Faults { only, at_once } => fault_runner::run(&arguments.program, &only, at_once).await,
            Kind::Soak { minutes, rate, without_reloads } => {
                soak::run(&arguments.program, minutes, rate, !without_reloads).await
            }
        }
    });
    runtime.shutdown_background();
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
