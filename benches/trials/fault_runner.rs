//! Runs the faults concurrently and prints the table.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::fault_case::{FaultCase, Outcome};
use crate::trial::{Measures, Trial};
use crate::{disk_faults, gateway_faults, input_faults, process_faults, rest_faults};

/// Time limit of a fault.
const CASE_TIMEOUT: Duration = Duration::from_secs(240);
/// Maximum processor utilization over more than two seconds; more is a busy loop.
const MAX_UTILIZATION: f64 = 0.5;

/// The result of a fault.
struct CaseResult {
    area: &'static str,
    fault: String,
    outcome: Outcome,
    measures: Measures,
}

/// Runs the faults whose area or name contains `only`; returns true if all passed.
pub async fn run(program: &Path, only: &str, at_once: usize) -> bool {
    let areas = [
        ("gateway", gateway_faults::cases()),
        ("REST", rest_faults::cases()),
        ("disk", disk_faults::cases()),
        ("process", process_faults::cases()),
        ("input", input_faults::cases()),
    ];
    let cases = areas.into_iter().flat_map(|(area, cases)| cases.into_iter().map(move |case| (area, case)));
    let cases = cases.filter(|(area, case)| format!("{area} {}", case.fault).contains(only));
    let started = Instant::now();
    let permits = Arc::new(Semaphore::new(at_once));
    let mut order: Vec<(usize, (&str, FaultCase))> = cases.enumerate().collect();
    // Slow ones first: they mostly wait.
    order.sort_by_key(|(at, (_, case))| (!case.slow, *at));
    let mut running = Vec::new();
    for (at, (area, case)) in order {
        let (permits, program) = (Arc::clone(&permits), program.to_owned());
        let permit = if case.slow { None } else { permits.acquire_owned().await.ok() };
        let slow = case.slow;
        running.push(tokio::spawn(async move {
            let result = run_case(&program, area, case).await;
            drop(permit);
            eprintln!(
                "{} {}: {}",
                result.area,
                result.fault,
                result.outcome.clone().unwrap_or_else(|error| format!("NOT HELD, {error}"))
            );
            (at, result)
        }));
        // A start takes a second of processor time; a dozen at once would time out.
        tokio::time::sleep(Duration::from_millis(if slow { 500 } else { 50 })).await;
    }
    let (mut results, mut panicked) = (Vec::new(), 0);
    for case in running {
        match case.await {
            Ok(result) => results.push(result),
            Err(error) => {
                panicked += 1;
                eprintln!("a fault panicked: {error}");
            }
        }
    }
    results.sort_by_key(|(at, _)| *at);
    let total = results.len() + panicked;
    let mut passed = 0;
    println!("| fault | what it did | recovery | sent / delivered / answered | lost | processor time | IDENTIFYs | |");
    println!("|---|---|---:|---:|---:|---:|---:|---|");
    for (_, result) in &results {
        passed += usize::from(result.outcome.is_ok());
        println!("{}", result.markdown());
    }
    println!("\n{passed} of {total} held, in {:.0} s.", started.elapsed().as_secs_f64());
    passed == total
}

async fn run_case(program: &Path, area: &'static str, case: FaultCase) -> CaseResult {
    let trial = Arc::new(Trial::begin(program, case.setup.clone(), &case.launch, &case.prepare).await);
    let run = async {
        if case.after_start {
            trial.wait_online().await?;
            trial.mark_fault();
        }
        (case.run)(Arc::clone(&trial)).await
    };
    let outcome = match tokio::time::timeout(CASE_TIMEOUT, run).await {
        Ok(outcome) => outcome,
        Err(_) => Err(format!("timeout; {}", trial.last_log_line())),
    };
    let measures = trial.measures().await;
    let outcome = outcome.and_then(|did| check(area, &case, &measures).map(|()| did));
    if outcome.is_err() || std::env::var_os("TRIALS_LOG").is_some() {
        let log = trial.log();
        let lines: Vec<&str> = log.lines().collect();
        eprintln!("--- log of {area} {}:\n{}\n---", case.fault, lines[lines.len().saturating_sub(12)..].join("\n"));
    }
    CaseResult { area, fault: case.fault, outcome, measures }
}

/// Checks what every fault has to satisfy.
fn check(area: &str, case: &FaultCase, measures: &Measures) -> Result<(), String> {
    let lost = measures.lost();
    if lost > case.loses {
        return Err(format!("{lost} delivered questions have no answer"));
    }
    if measures.identifies > case.identifies {
        return Err(format!("{} IDENTIFYs, expected at most {}", measures.identifies, case.identifies));
    }
    if let Some(recovery) = measures.recovery
        && recovery > Duration::from_secs(2)
        && measures.cpu_seconds > recovery.as_secs_f64() * MAX_UTILIZATION
    {
        return Err(format!(
            "busy loop: {:.1} s of processor time in {:.1} s",
            measures.cpu_seconds,
            recovery.as_secs_f64()
        ));
    }
    if measures.wrong > 0 && area != "input" {
        return Err(format!("{} answers are wrong", measures.wrong));
    }
    match measures.violations.first() {
        Some(line) => Err(line.clone()),
        None => Ok(()),
    }
}

impl Measures {
    /// The number of delivered questions without an answer.
    pub fn lost(&self) -> usize {
        self.counts.delivered - self.counts.answered
    }
}

impl CaseResult {
    fn markdown(&self) -> String {
        let Measures { recovery, counts, cpu_seconds, identifies, .. } = &self.measures;
        let (did, held) = match &self.outcome {
            Ok(did) => (did.clone(), ""),
            Err(error) => (error.clone(), "**not held**"),
        };
        let recovery = recovery.map_or_else(|| "-".to_owned(), |time| format!("{:.2} s", time.as_secs_f64()));
        let counts = format!("{} / {} / {}", counts.sent, counts.delivered, counts.answered);
        let lost = self.measures.lost();
        let text = |text: &str| text.replace('|', "\\|").replace('\n', " ");
        let (fault, did) = (text(&format!("{}: {}", self.area, self.fault)), text(&did));
        format!("| {fault} | {did} | {recovery} | {counts} | {lost} | {cpu_seconds:.2} s | {identifies} | {held} |")
    }
}
