//! Another trade: what is measured on a hospital ward's documents holds for any corpus, not for the shipped one alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use rolecall::bot::Bot;
use rolecall::bot::reply::Style;
use rolecall::library::Library;
use rolecall::library::english::words;
use rolecall::library::markdown::Passage;
use serde::Deserialize;

use crate::stage::{WARD, bot};

/// The least share of questions that has to be right.
const QUESTIONS: f64 = 0.75;
/// The most of the chatter that may be answered.
const CHATTER: f64 = 0.03;

static BOT: LazyLock<Bot> = LazyLock::new(|| bot(Path::new(WARD)));

/// A question and what its answer has to hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    id: String,
    q: String,
    #[serde(rename = "type")]
    kind: String,
    top: Vec<String>,
    all: Vec<String>,
    path: Vec<String>,
    mention: Vec<String>,
    answer: bool,
}

/// Of an answer, what is scored.
#[derive(Debug, Default)]
struct Answer {
    answered: bool,
    roles: Vec<String>,
    path: Vec<String>,
    text: String,
}

impl Question {
    /// What is wrong with an answer to it; nothing where all is right.
    fn fault(&self, answer: &Answer) -> Option<String> {
        if answer.answered != self.answer {
            return Some(if self.answer { "silent" } else { "answered" }.to_owned());
        }
        if !self.answer {
            return None;
        }
        if !self.top.is_empty() && !answer.roles.first().is_some_and(|first| self.top.contains(first)) {
            return Some(format!("first is {:?}", answer.roles.first()));
        }
        if let Some(missing) = self.all.iter().find(|slug| !answer.roles.contains(slug)) {
            return Some(format!("{missing} is missing"));
        }
        if !self.path.is_empty() && self.path != answer.path {
            return Some(format!("the path is {:?}", answer.path));
        }
        let text = answer.text.to_lowercase();
        let said = |pattern: &&String| !Regex::new(pattern).expect("a pattern").is_match(&text);
        self.mention.iter().find(said).map(|pattern| format!("{pattern} is not said"))
    }
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(WARD).with_file_name(file)).expect("a file of the ward")
}

fn questions() -> Vec<Question> {
    read("questions.jsonl").lines().map(|line| serde_json::from_str(line).expect("a question")).collect()
}

fn chatter() -> Vec<String> {
    read("chatter.tsv").lines().skip(1).filter_map(|line| Some(line.split_once('\t')?.1.to_owned())).collect()
}

/// The share of questions answered right; with `name`, and what went wrong, on the test's output.
fn score(name: &str, questions: &[Question], answer: impl Fn(&str) -> Answer) -> f64 {
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for question in questions {
        let fault = question.fault(&answer(&question.q));
        let (right, all) = kinds.entry(&question.kind).or_default();
        *right += usize::from(fault.is_none());
        *all += 1;
        if let Some(fault) = fault {
            println!("{name}: {} {:?}: {fault}", question.id, question.q);
        }
    }
    let right: usize = kinds.values().map(|(right, _)| right).sum();
    let share = right as f64 / questions.len() as f64;
    let kinds: Vec<String> = kinds.iter().map(|(kind, (right, all))| format!("{kind} {right}/{all}")).collect();
    println!("{name}: {share:.3} right of {}: {}", questions.len(), kinds.join(", "));
    share
}

/// The share of lines that are answered.
fn answered(name: &str, lines: &[String], answer: impl Fn(&str) -> Answer) -> f64 {
    let answered: Vec<&String> = lines.iter().filter(|line| answer(line).answered).collect();
    let share = answered.len() as f64 / lines.len() as f64;
    println!("{name}: {share:.3} answered of {}: {answered:?}", lines.len());
    share
}

fn by_the_bot(text: &str) -> Answer {
    let reply = BOT.handle_text(text);
    let text = reply.text(&Style::PLAIN);
    Answer { answered: reply.answered, roles: reply.roles, path: reply.path, text }
}

/// BM25 as the textbook has it, over all words of a passage: its document's names, its heading, its text and its search phrases.
struct Plain<'l> {
    library: &'l Library,
    /// A passage with the number of its document, how often it holds each stem, and how many words it has.
    passages: Vec<(usize, &'l Passage, HashMap<String, f64>, f64)>,
}

impl<'l> Plain<'l> {
    fn over(library: &'l Library) -> Plain<'l> {
        let mut passages = Vec::new();
        for (at, document) in library.documents().iter().enumerate() {
            let names = document.front.aliases.iter().map(|name| name.text.as_str()).chain([document.title.as_str()]);
            let names = names.collect::<Vec<_>>().join(" ");
            for passage in &document.passages {
                let heading = passage.heading.as_deref().unwrap_or_default();
                let all = [&names, heading, &text_of(passage), &passage.asked.join(" ")].join(" ");
                let mut counts: HashMap<String, f64> = HashMap::new();
                words(&all).into_iter().for_each(|word| *counts.entry(word.stem).or_default() += 1.0);
                let length = counts.values().sum();
                passages.push((at, passage, counts, length));
            }
        }
        Plain { library, passages }
    }

    fn answer(&self, text: &str) -> Answer {
        let (k1, b) = (1.2, 0.75);
        let count = self.passages.len() as f64;
        let average = self.passages.iter().map(|(.., length)| length).sum::<f64>() / count;
        let stems: BTreeSet<String> = words(text).into_iter().map(|word| word.stem).collect();
        let mut scores = vec![0.0; self.passages.len()];
        for stem in &stems {
            let holders = self.passages.iter().filter(|(.., counts, _)| counts.contains_key(stem)).count() as f64;
            let rarity = (1.0 + (count - holders + 0.5) / (holders + 0.5)).ln();
            for (score, (.., counts, length)) in scores.iter_mut().zip(&self.passages) {
                let often = counts.get(stem).copied().unwrap_or_default();
                *score += rarity * often * (k1 + 1.0) / (often + k1 * (1.0 - b + b * length / average));
            }
        }
        let best = (0..scores.len()).max_by(|one, other| scores[*one].total_cmp(&scores[*other]));
        let Some(best) = best.filter(|best| scores[*best] > 0.0) else { return Answer::default() };
        let (at, passage, ..) = &self.passages[best];
        let document = self.library.document(*at);
        let topic_of = document.front.roles.iter().map(|role| role.text.clone());
        let roles = if document.is_role() { vec![document.slug.clone()] } else { topic_of.collect() };
        let text = format!("{}\n{}", document.title, text_of(passage));
        Answer { answered: true, roles, path: Vec::new(), text }
    }
}

fn text_of(passage: &Passage) -> String {
    format!("{}\n{}", passage.text, passage.items.join("\n"))
}

#[test]
fn questions_about_another_trade_are_answered_right_more_often_than_by_plain_bm25() {
    let questions = questions();
    let library = BOT.library();
    let plain = Plain::over(&library);
    let bm25 = score("BM25", &questions, |text| plain.answer(text));
    let bot = score("Rolecall", &questions, by_the_bot);
    assert!(bot >= QUESTIONS, "{bot:.3} of the questions are answered right, {QUESTIONS} is the least");
    assert!(bot > bm25, "plain BM25 is right in {bm25:.3}, Rolecall in {bot:.3}");
}

#[test]
fn chatter_on_a_ward_is_left_alone_more_often_than_by_plain_bm25() {
    let chatter = chatter();
    let library = BOT.library();
    let plain = Plain::over(&library);
    let bm25 = answered("BM25", &chatter, |text| plain.answer(text));
    let bot = answered("Rolecall", &chatter, by_the_bot);
    assert!(bot <= CHATTER, "{bot:.3} of the chatter is answered, {CHATTER} is the most");
    assert!(bot < bm25, "plain BM25 answers {bm25:.3} of the chatter, Rolecall {bot:.3}");
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
