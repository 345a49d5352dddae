//! What the program survives: the real binary against a stand-in for Discord, on loopback.
//!
//! `cargo bench --bench trials -- faults` tries a table of faults and tells what each did; `-- soak --minutes 30` keeps the
//! program busy with questions and faults and tells whether it stays right, quick and small. Both write Markdown to standard
//! output and end with 1 where something did not hold. `--program FILE` tries another build than the one that cargo made.

#[path = "../../tests/it/stage.rs"]
#[expect(dead_code, reason = "the tests use more of the stage")]
mod stage;

mod disk;
mod gateway;
mod input;
mod input_shapes;
mod load;
mod process;
mod program;
mod rest;
mod row;
mod soak;
mod soak_report;
mod table;
mod trial;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What the program survives.
#[derive(Debug, Parser)]
#[command(name = "trials")]
struct Arguments {
    #[command(subcommand)]
    trial: Option<Kind>,
    /// The program to try [default: the one that cargo built]
    #[arg(long, global = true, value_name = "FILE", default_value = env!("CARGO_BIN_EXE_rolecall"))]
    program: PathBuf,
    /// Cargo says so of every benchmark
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// Try each fault once, and tell what it did
    Faults {
        /// Only the faults whose area and name hold this
        #[arg(long, value_name = "TEXT", default_value = "")]
        only: String,
        /// So many side by side
        #[arg(long, value_name = "NUMBER", default_value_t = 6)]
        at_once: usize,
    },
    /// Keep it busy, with a fault every 20 seconds
    Soak {
        /// How long
        #[arg(long, value_name = "NUMBER", default_value_t = 30)]
        minutes: u64,
        /// Questions a second
        #[arg(long, value_name = "NUMBER", default_value_t = 20)]
        rate: u64,
        /// Leave the documents alone
        #[arg(long)]
        without_reloads: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(kind) = arguments.trial else {
        println!("Trials take minutes and are run by name: `-- faults` or `-- soak --minutes 30`.");
        return ExitCode::SUCCESS;
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => {
            eprintln!("trials: {fault}");
            return ExitCode::from(2);
        }
    };
    let held = runtime.block_on(async {
        match kind {
            Kind::Faults { only, at_once } => table::faults(&arguments.program, &only, at_once).await,
            Kind::Soak { minutes, rate, without_reloads } => {
                soak::run(&arguments.program, minutes, rate, !without_reloads).await
            }
        }
    });
    runtime.shutdown_background();
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
