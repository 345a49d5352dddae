//! How good the answers are: questions answered right by Rolecall and by plain BM25, chatter left alone, and what a
//! confidence is worth. Prints Markdown.
//!
//! `cargo bench --bench answers` measures the second corpus of the tests; with
//! `-- --corpus FOLDER --questions FILE.jsonl --chatter FILE.tsv`, whatever is given.

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
/// With these, every reading of a question is answered: what it is worth, its confidence has to tell.
const EVERY_READING: Thresholds = Thresholds { channel: 0.0, direct: 0.0 };

/// How good the answers are, as Markdown. Without arguments, those about the tests' hospital ward.
#[derive(Debug, Parser)]
#[command(name = "answers")]
struct Arguments {
    /// The folder of role documents
    #[arg(long, value_name = "FOLDER", requires_all = ["questions", "chatter"])]
    corpus: Option<PathBuf>,
    /// Questions and what their answers have to hold, one JSON object a line
    #[arg(long, value_name = "FILE.jsonl", requires_all = ["corpus", "chatter"])]
    questions: Option<PathBuf>,
    /// Messages that want no answer, a line each: the source, a tab, the text
    #[arg(long, value_name = "FILE.tsv", requires_all = ["corpus", "questions"])]
    chatter: Option<PathBuf>,
    /// Cargo says so of every benchmark
    #[arg(long, hide = true)]
    bench: bool,
    /// What is quick enough for a test needs no other way
    #[arg(long, hide = true)]
    test: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let report = match report(&arguments) {
        Ok(report) => report,
        Err(fault) => {
            eprintln!("answers: {fault}");
            return ExitCode::from(2);
        }
    };
    // Whoever reads the output may have read enough.
    let _ = std::io::stdout().write_all(report.as_bytes());
    ExitCode::SUCCESS
}

fn report(arguments: &Arguments) -> Result<String, String> {
    let corpus = arguments.corpus.clone().unwrap_or(Path::new(WARD).join("corpus"));
    let questions = read(&arguments.questions, "questions.jsonl", questions)?;
    let chatter = read(&arguments.chatter, "chatter.tsv", chatter)?;
    let bot = |bounds| {
        let library = spaces::open(&corpus, None, |_, _| {}).map_err(|error| error.to_string())?;
        Ok::<App, String>(App::new(library, bounds))
    };
    let (rolecall, every_reading) = (bot(Thresholds::default())?, bot(EVERY_READING)?);
    let library = rolecall.knowledge(SpaceId::Global);
    let plain = Bm25::over(&library);
    let by_rolecall = |text: &str| Answer::from(rolecall.handle_text(text));
    let by_plain = |text: &str| plain.answer(text);
    let (score, plain_score) = (Score::of(&questions, by_rolecall), Score::of(&questions, by_plain));

    let mut out = String::from("# How good the answers are\n\n");
    let asked = format!("{} questions and {} lines of chatter", questions.len(), chatter.len());
    let _ = writeln!(
        out,
        "{asked}, put to {} documents. Plain BM25 ranks passages by all their words, search phrases included, and answers with the first.",
        library.documents().len()
    );
    by_kind(&mut out, &score, &plain_score);
    let all = chatter.len();
    let (ours, theirs) = (answered(&chatter, by_rolecall).len(), answered(&chatter, by_plain).len());
    let _ = writeln!(out, "\n## Chatter that is answered\n\n| | Rolecall | plain BM25 |\n|---|---:|---:|");
    let _ = writeln!(out, "| lines | {} | {} |", share(ours, all), share(theirs, all));
    calibration(&mut out, &every_reading, &questions, &chatter);
    wrong(&mut out, &every_reading, &score);
    Ok(out)
}

/// What a reader makes of a file; without one, of the ward's.
fn read<T>(file: &Option<PathBuf>, wards: &str, reader: impl Fn(&str) -> Result<T, String>) -> Result<T, String> {
    let file = file.clone().unwrap_or(Path::new(WARD).join(wards));
    let text = fs::read_to_string(&file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    reader(&text).map_err(|fault| format!("{}: {fault}", file.display()))
}

fn by_kind(out: &mut String, score: &Score<'_>, plain: &Score<'_>) {
    let _ =
        writeln!(out, "\n## Questions that are answered right\n\n| kind | Rolecall | plain BM25 |\n|---|---:|---:|");
    for ((kind, (right, all)), (plain_right, _)) in score.kinds.iter().zip(plain.kinds.values()) {
        let _ = writeln!(out, "| {kind} | {} | {} |", share(*right, *all), share(*plain_right, *all));
    }
    let ((right, all), (plain_right, _)) = (score.total(), plain.total());
    let _ = writeln!(out, "| **all** | **{}** | **{}** |", share(right, all), share(plain_right, all));
}

/// What fell into one tenth of confidence.
#[derive(Clone, Copy, Default)]
struct Tenth {
    wanted: usize,
    right: usize,
    unwanted: usize,
    chatter: usize,
}

/// What a confidence is worth. Readings that are no answer, such as that no figure is known, have no tenth.
fn calibration(out: &mut String, bot: &App, questions: &[Question], chatter: &[String]) {
    let mut tenths = [Tenth::default(); 10];
    let mut none = Tenth::default();
    let mut tenth_of = |text: &str, count: &dyn Fn(&mut Tenth, &Answer)| {
        let reply = bot.handle_text(text);
        let at = ((reply.confidence * 10.0) as usize).min(9);
        let tenth = if reply.answered { &mut tenths[at] } else { &mut none };
        count(tenth, &reply.into());
    };
    for question in questions {
        tenth_of(&question.q, &|tenth, answer| {
            tenth.wanted += usize::from(question.answer);
            tenth.right += usize::from(question.answer && question.error(answer).is_none());
            tenth.unwanted += usize::from(!question.answer);
        });
    }
    for line in chatter {
        tenth_of(line, &|tenth, _| tenth.chatter += 1);
    }
    let _ = writeln!(
        out,
        "\n## What a confidence is worth\n\nEvery reading of a question is answered here, however unsure.\n\n\
         | confidence | questions that want an answer | of them right | share right | questions that want none | chatter |\n\
         |---|---:|---:|---:|---:|---:|"
    );
    for (at, tenth) in tenths.iter().enumerate() {
        let Tenth { wanted, right, unwanted, chatter } = tenth;
        let (from, to) = (at as f64 / 10.0, (at + 1) as f64 / 10.0);
        let worth = percent(*right, *wanted);
        let _ = writeln!(out, "| {from:.1} to {to:.1} | {wanted} | {right} | {worth} | {unwanted} | {chatter} |");
    }
    let Tenth { wanted, unwanted, chatter, .. } = none;
    let _ = writeln!(out, "| no answer | {wanted} | | | {unwanted} | {chatter} |");
}

fn wrong(out: &mut String, every_reading: &App, score: &Score<'_>) {
    let _ = writeln!(
        out,
        "\n## Questions that are answered wrong\n\nKind and confidence are those of the reading, also where it was too unsure to be \
         answered.\n\n| id | question | what is wrong | kind | confidence |\n|---|---|---|---|---:|"
    );
    for (question, fault) in &score.wrong {
        let reply = every_reading.handle_text(&question.q);
        let (kind, sure) = (format!("{:?}", reply.kind).to_lowercase(), reply.confidence);
        let _ = writeln!(out, "| {} | {} | {} | {kind} | {sure:.3} |", question.id, cell(&question.q), cell(fault));
    }
}

/// Text that stays inside its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn share(part: usize, all: usize) -> String {
    format!("{} ({part}/{all})", percent(part, all))
}

fn percent(part: usize, all: usize) -> String {
    if all == 0 { String::new() } else { format!("{:.1} %", 100.0 * part as f64 / all as f64) }
}
