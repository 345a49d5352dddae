//! Tries every fault, several side by side, and writes the table.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::row::{Row, Told};
use crate::trial::{Measures, Trial};
use crate::{disk, gateway, input, process, rest};

/// A row that takes longer than this hangs.
const LONGEST: Duration = Duration::from_secs(240);
/// More of a processor than this, over more than two seconds, is a loop.
const BUSY: f64 = 0.5;

/// What became of a row.
struct Line {
    area: &'static str,
    fault: String,
    told: Told,
    measures: Measures,
}

/// Tries all faults whose area or name holds `only`; true where all held.
pub async fn faults(program: &Path, only: &str, at_once: usize) -> bool {
    let areas = [
        ("gateway", gateway::rows()),
        ("REST", rest::rows()),
        ("disk", disk::rows()),
        ("process", process::rows()),
        ("input", input::rows()),
    ];
    let rows = areas.into_iter().flat_map(|(area, rows)| rows.into_iter().map(move |row| (area, row)));
    let rows = rows.filter(|(area, row)| format!("{area} {}", row.fault).contains(only));
    let began = Instant::now();
    let places = Arc::new(Semaphore::new(at_once));
    let mut order: Vec<(usize, (&str, Row))> = rows.enumerate().collect();
    // Those that mostly wait begin first, so that the others fit beside them.
    order.sort_by_key(|(at, (_, row))| (!row.slow, *at));
    let mut running = Vec::new();
    for (at, (area, row)) in order {
        let (places, program) = (Arc::clone(&places), program.to_owned());
        // What waits for minutes takes no place from the others.
        let place = if row.slow { None } else { places.acquire_owned().await.ok() };
        let slow = row.slow;
        running.push(tokio::spawn(async move {
            let line = tried(&program, area, row).await;
            drop(place);
            eprintln!(
                "{} {}: {}",
                line.area,
                line.fault,
                line.verdict().unwrap_or_else(|why| format!("NOT HELD, {why}"))
            );
            (at, line)
        }));
        // Starting costs a second of a processor; a dozen at once would be a fault of their own.
        tokio::time::sleep(Duration::from_millis(if slow { 500 } else { 50 })).await;
    }
    let mut lines = Vec::new();
    for row in running {
        match row.await {
            Ok(line) => lines.push(line),
            Err(fault) => eprintln!("a row failed: {fault}"),
        }
    }
    lines.sort_by_key(|(at, _)| *at);
    let tried = lines.len();
    let mut held = 0;
    println!("| fault | what it did | again after | asked / delivered / answered | lost | processor | IDENTIFYs | |");
    println!("|---|---|---:|---:|---:|---:|---:|---|");
    for (_, line) in &lines {
        held += usize::from(line.verdict().is_ok());
        println!("{}", line.markdown());
    }
    println!("\n{held} of {tried} held, in {:.0} s.", began.elapsed().as_secs_f64());
    held == tried
}

async fn tried(program: &Path, area: &'static str, row: Row) -> Line {
    let trial = Arc::new(Trial::begin(program, row.setup.clone(), &row.launch, &row.prepare).await);
    let act = async {
        if row.online_first {
            trial.online().await?;
            trial.strike();
        }
        (row.act)(Arc::clone(&trial)).await
    };
    // A stand-in that waits in vain panics; that is a row that did not hold.
    let told = match tokio::time::timeout(LONGEST, act).await {
        Ok(told) => told,
        Err(_) => Err(format!("it hangs; {}", trial.last_word())),
    };
    let measures = trial.measures().await;
    let told = told.and_then(|did| held(area, &row, &measures).map(|()| did));
    if told.is_err() || std::env::var_os("TRIALS_TELL").is_some() {
        let said = trial.said();
        let lines: Vec<&str> = said.lines().collect();
        eprintln!("--- {area} {} said:\n{}\n---", row.fault, lines[lines.len().saturating_sub(12)..].join("\n"));
    }
    Line { area, fault: row.fault, told, measures }
}

/// What must hold for every fault.
fn held(area: &str, row: &Row, measures: &Measures) -> Result<(), String> {
    let lost = measures.lost();
    if lost > row.loses {
        return Err(format!("{lost} delivered questions have no answer"));
    }
    if measures.identifies > row.identifies {
        return Err(format!("{} IDENTIFYs where {} would do", measures.identifies, row.identifies));
    }
    if let Some(again) = measures.again
        && again > Duration::from_secs(2)
        && measures.processor > again.as_secs_f64() * BUSY
    {
        return Err(format!("it was busy: {:.1} s of processor in {:.1} s", measures.processor, again.as_secs_f64()));
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
    /// Questions that were delivered and have no answer.
    pub fn lost(&self) -> usize {
        self.tally.delivered - self.tally.answered
    }
}

impl Line {
    fn verdict(&self) -> Told {
        self.told.clone()
    }

    fn markdown(&self) -> String {
        let Measures { again, tally, processor, identifies, .. } = &self.measures;
        let (did, held) = match &self.told {
            Ok(did) => (did.clone(), ""),
            Err(why) => (why.clone(), "**not held**"),
        };
        let again = again.map_or_else(|| "-".to_owned(), |again| format!("{:.2} s", again.as_secs_f64()));
        let counts = format!("{} / {} / {}", tally.asked, tally.delivered, tally.answered);
        let lost = self.measures.lost();
        let text = |text: &str| text.replace('|', "\\|").replace('\n', " ");
        let (fault, did) = (text(&format!("{}: {}", self.area, self.fault)), text(&did));
        format!("| {fault} | {did} | {again} | {counts} | {lost} | {processor:.2} s | {identifies} | {held} |")
    }
}
