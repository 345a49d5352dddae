//! Quality of the answers: accuracy of Rolecall and of a BM25 baseline, false answers to chatter, and the calibration of the
//! confidence. Prints Markdown.
//!
//! `cargo bench --bench answers` measures the hospital ward of the tests; `-- --corpus FOLDER --questions FILE.jsonl --chatter
//! FILE.tsv` another corpus.

#[path = "../tests/it/measures.rs"]
mod measures;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use measures::{Answer, Bm25, Question, Score, answered, chatter, questions};
use rolecall::engine::app::App;
use rolecall::engine::question::Thresholds;
use rolecall::engine::spaces;
use rolecall::engine::spaces::SpaceId;

const WARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/ward");
/// Answers every question, whatever the confidence.
const NO_THRESHOLDS: Thresholds = Thresholds { channel: 0.0, direct: 0.0 };

/// Quality of the answers, as Markdown. Without arguments: of the tests' hospital ward.
#[derive(Debug, Parser)]
#[command(name = "answers")]
struct Arguments {
    /// The folder of role documents
    #[arg(long, value_name = "FOLDER", requires_all = ["questions", "chatter"])]
    corpus: Option<PathBuf>,
    /// Questions and the expected answers, one JSON object per line
    #[arg(long, value_name = "FILE.jsonl", requires_all = ["corpus", "chatter"])]
    questions: Option<PathBuf>,
    /// Messages that want no answer, one per line: the source, a tab, the text
    #[arg(long, value_name = "FILE.tsv", requires_all = ["corpus", "questions"])]
    chatter: Option<PathBuf>,
    /// Passed by cargo to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
    /// Passed by cargo to benchmarks run as tests; changes nothing
    #[arg(long, hide = true)]
    test: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let report = match report(&arguments) {
        Ok(report) => report,
        Err(error) => {
            eprintln!("answers: {error}");
            return ExitCode::from(2);
        }
    };
    // A closed pipe is no error.
    let _ = std::io::stdout().write_all(report.as_bytes());
    ExitCode::SUCCESS
}

fn report(arguments: &Arguments) -> Result<String, String> {
    let corpus = arguments.corpus.clone().unwrap_or(Path::new(WARD).join("corpus"));
    let questions = read(&arguments.questions, "questions.jsonl", questions)?;
    let chatter = read(&arguments.chatter, "chatter.tsv", chatter)?;
    let engine = |thresholds| {
        let knowledge = spaces::open(&corpus, None, |_, _| {}).map_err(|error| error.to_string())?;
        Ok::<App, String>(App::new(knowledge, thresholds))
    };
    let (rolecall, unfiltered) = (engine(Thresholds::default())?, engine(NO_THRESHOLDS)?);
    let knowledge = rolecall.knowledge(SpaceId::Global);
    let baseline = Bm25::over(&knowledge);
    let by_rolecall = |text: &str| Answer::from(rolecall.handle_text(text));
    let by_baseline = |text: &str| baseline.answer(text);
    let (score, baseline_score) = (Score::of(&questions, by_rolecall), Score::of(&questions, by_baseline));

    let mut out = String::from("# Quality of the answers\n\n");
    let input = format!("{} questions and {} lines of chatter", questions.len(), chatter.len());
    let _ = writeln!(
        out,
        "{input}, asked of {} documents. The BM25 baseline ranks passages by all their words, search phrases included, and answers with the first.",
        knowledge.documents().len()
    );
    by_kind(&mut out, &score, &baseline_score);
    let all = chatter.len();
    let (rolecall_count, baseline_count) =
        (answered(&chatter, by_rolecall).len(), answered(&chatter, by_baseline).len());
    let _ = writeln!(out, "\n## False answers to chatter\n\n| | Rolecall | BM25 |\n|---|---:|---:|");
    let _ = writeln!(out, "| lines | {} | {} |", share(rolecall_count, all), share(baseline_count, all));
    calibration(&mut out, &unfiltered, &questions, &chatter);
    wrong(&mut out, &unfiltered, &score);
    Ok(out)
}

/// Parses a file; by default that of the ward with this name.
fn read<T>(file: &Option<PathBuf>, default: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<T, String> {
    let file = file.clone().unwrap_or(Path::new(WARD).join(default));
    let text = fs::read_to_string(&file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    parse(&text).map_err(|error| format!("{}: {error}", file.display()))
}

fn by_kind(out: &mut String, score: &Score<'_>, baseline: &Score<'_>) {
    let _ = writeln!(out, "\n## Accuracy by kind of question\n\n| kind | Rolecall | BM25 |\n|---|---:|---:|");
    for ((kind, (right, all)), (baseline_right, _)) in score.kinds.iter().zip(baseline.kinds.values()) {
        let _ = writeln!(out, "| {kind} | {} | {} |", share(*right, *all), share(*baseline_right, *all));
    }
    let ((right, all), (baseline_right, _)) = (score.total(), baseline.total());
    let _ = writeln!(out, "| **all** | **{}** | **{}** |", share(right, all), share(baseline_right, all));
}

/// Counts of a confidence bin.
#[derive(Clone, Copy, Default)]
struct Bin {
    wanted: usize,
    right: usize,
    unwanted: usize,
    chatter: usize,
}

/// Reliability by confidence, in bins of a tenth. Replies without an answer are counted separately.
fn calibration(out: &mut String, engine: &App, questions: &[Question], chatter: &[String]) {
    let mut bins = [Bin::default(); 10];
    let mut none = Bin::default();
    let mut count_in_bin = |text: &str, count: &dyn Fn(&mut Bin, &Answer)| {
        let reply = engine.handle_text(text);
        let at = ((reply.confidence * 10.0) as usize).min(9);
        let bin = if reply.answered { &mut bins[at] } else { &mut none };
        count(bin, &reply.into());
    };
    for question in questions {
        count_in_bin(&question.q, &|bin, answer| {
            bin.wanted += usize::from(question.answer);
            bin.right += usize::from(question.answer && question.error(answer).is_none());
            bin.unwanted += usize::from(!question.answer);
        });
    }
    for line in chatter {
        count_in_bin(line, &|bin, _| bin.chatter += 1);
    }
    let _ = writeln!(
        out,
        "\n## Calibration of the confidence\n\nWithout a threshold: every question is answered.\n\n\
         | confidence | answerable questions | of them right | accuracy | unanswerable questions | chatter |\n\
         |---|---:|---:|---:|---:|---:|"
    );
    for (at, bin) in bins.iter().enumerate() {
        let Bin { wanted, right, unwanted, chatter } = bin;
        let (from, to) = (at as f64 / 10.0, (at + 1) as f64 / 10.0);
        let accuracy = percent(*right, *wanted);
        let _ = writeln!(out, "| {from:.1} to {to:.1} | {wanted} | {right} | {accuracy} | {unwanted} | {chatter} |");
    }
    let Bin { wanted, unwanted, chatter, .. } = none;
    let _ = writeln!(out, "| no answer | {wanted} | | | {unwanted} | {chatter} |");
}

fn wrong(out: &mut String, unfiltered: &App, score: &Score<'_>) {
    let _ = writeln!(
        out,
        "\n## Wrong answers\n\nKind and confidence are those without a threshold.\n\n\
         | id | question | error | kind | confidence |\n|---|---|---|---|---:|"
    );
    for (question, error) in &score.wrong {
        let reply = unfiltered.handle_text(&question.q);
        let (kind, confidence) = (format!("{:?}", reply.kind).to_lowercase(), reply.confidence);
        let _ =
            writeln!(out, "| {} | {} | {} | {kind} | {confidence:.3} |", question.id, cell(&question.q), cell(error));
    }
}

/// Escapes text for a table cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn share(part: usize, all: usize) -> String {
    format!("{} ({part}/{all})", percent(part, all))
}

fn percent(part: usize, all: usize) -> String {
    if all == 0 { String::new() } else { format!("{:.1} %", 100.0 * part as f64 / all as f64) }
}
