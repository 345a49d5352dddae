//! Another trade: what is measured on a hospital ward's documents holds for any corpus, not for the shipped one alone.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use rolecall::bot::Bot;

use crate::measures::{Answer, Plain, Question, Score, answered, chatter, questions};
use crate::stage::{WARD, bot};

/// The least share of questions that has to be right.
const QUESTIONS: f64 = 0.95;
/// The most of the chatter that may be answered.
const CHATTER: f64 = 0.003;

static BOT: LazyLock<Bot> = LazyLock::new(|| bot(Path::new(WARD)));

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(WARD).with_file_name(file)).expect("a file of the ward")
}

fn by_the_bot(text: &str) -> Answer {
    BOT.handle_text(text).into()
}

/// The share of questions that are right; with `name`, and what went wrong, on the test's output.
fn share_right(name: &str, score: &Score<'_>) -> f64 {
    for (question, fault) in &score.wrong {
        println!("{name}: {} {:?}: {fault}", question.id, question.q);
    }
    let (right, all) = score.total();
    let share = right as f64 / all as f64;
    let kinds: Vec<String> = score.kinds.iter().map(|(kind, (right, all))| format!("{kind} {right}/{all}")).collect();
    println!("{name}: {share:.3} right of {all}: {}", kinds.join(", "));
    share
}

/// The share of lines that are answered; with `name`, and which, on the test's output.
fn share_answered(name: &str, lines: &[String], answer: impl Fn(&str) -> Answer) -> f64 {
    let answered = answered(lines, answer);
    let share = answered.len() as f64 / lines.len() as f64;
    println!("{name}: {share:.3} answered of {}: {answered:?}", lines.len());
    share
}

#[test]
fn questions_about_another_trade_are_answered_right_more_often_than_by_plain_bm25() {
    let questions = questions(&read("questions.jsonl")).expect("questions");
    let library = BOT.library();
    let plain = Plain::over(&library);
    let bm25 = share_right("BM25", &Score::of(&questions, |text| plain.answer(text)));
    let bot = share_right("Rolecall", &Score::of(&questions, by_the_bot));
    assert!(bot >= QUESTIONS, "{bot:.3} of the questions are answered right, {QUESTIONS} is the least");
    assert!(bot > bm25, "plain BM25 is right in {bm25:.3}, Rolecall in {bot:.3}");
}

#[test]
fn chatter_on_a_ward_is_left_alone_more_often_than_by_plain_bm25() {
    let chatter = chatter(&read("chatter.tsv")).expect("chatter");
    let library = BOT.library();
    let plain = Plain::over(&library);
    let bm25 = share_answered("BM25", &chatter, |text| plain.answer(text));
    let bot = share_answered("Rolecall", &chatter, by_the_bot);
    assert!(bot <= CHATTER, "{bot:.3} of the chatter is answered, {CHATTER} is the most");
    assert!(bot < bm25, "plain BM25 answers {bm25:.3} of the chatter, Rolecall {bot:.3}");
}

#[test]
fn questions_and_chatter_are_read_or_refused_with_their_line() {
    let question = |pattern: &str| {
        format!(
            r#"{{"id":"x","q":"who?","type":"who","top":[],"all":[],"path":[],"mention":["{pattern}"],"answer":true}}"#
        )
    };
    assert_eq!(questions(&format!("{}\n\n{}\n", question("bed"), question("bay"))).map(|read| read.len()), Ok(2));
    for (text, line) in [(format!("{}\n{{}}", question("bed")), "line 2 "), (question("("), "line 1 ")] {
        let fault = questions(&text).map(|read| read.len()).expect_err("it is refused");
        assert!(fault.starts_with(line), "{fault}");
    }
    let texts = |texts: &[&str]| Ok(texts.iter().map(|text| (*text).to_owned()).collect());
    assert_eq!(chatter("source\ttext\nbay\tmorning\tall\n"), texts(&["morning\tall"]));
    assert_eq!(
        chatter("bay\tmorning\nsource\ttext\n"),
        texts(&["morning", "text"]),
        "a header stands on top or nowhere"
    );
    assert!(chatter("source\ttext\nmorning").is_err_and(|fault| fault.starts_with("line 2 ")));
}

#[test]
fn the_scorer_tells_right_from_wrong() {
    let question = |answer: bool| Question {
        id: "x".to_owned(),
        q: "who?".to_owned(),
        kind: "who".to_owned(),
        top: vec!["porter".to_owned(), "matron".to_owned()],
        all: vec!["matron".to_owned()],
        path: vec!["porter".to_owned(), "matron".to_owned()],
        mention: vec!["bed|bay".to_owned()],
        answer,
    };
    let slugs = |slugs: &[&str]| slugs.iter().map(|slug| (*slug).to_owned()).collect::<Vec<_>>();
    let both = ["porter", "matron"];
    let answer = |roles: &[&str], path: &[&str], text: &str| Answer {
        answered: true,
        roles: slugs(roles),
        path: slugs(path),
        text: text.to_owned(),
    };
    assert_eq!(question(true).fault(&answer(&both, &both, "A BED.")), None);
    assert_eq!(question(false).fault(&Answer::default()), None);
    assert!(question(true).fault(&Answer::default()).is_some());
    assert!(question(false).fault(&answer(&both, &both, "A bed.")).is_some());
    assert!(question(true).fault(&answer(&["nurse", "matron"], &both, "A bed.")).is_some());
    assert!(question(true).fault(&answer(&["porter"], &both, "A bed.")).is_some());
    assert!(question(true).fault(&answer(&both, &["matron", "porter"], "A bed.")).is_some());
    assert!(question(true).fault(&answer(&both, &both, "A chair.")).is_some());
}
