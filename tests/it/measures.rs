//! Scoring of answers: questions with expected answers, chatter that must stay unanswered, and a BM25 baseline. Shared by the tests
//! and the answers benchmark.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use regex::Regex;
use rolecall::engine::reply::{Reply, Style};
use rolecall::knowledge::Knowledge;
use rolecall::model::document::{Document, Passage};
use rolecall::search::text::english::tokenize;
use serde::Deserialize;

/// A question and its expected answer; an empty list is not checked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The name of the question.
    pub id: String,
    /// The text of the question.
    pub q: String,
    /// The expected kind of answer.
    #[serde(rename = "type")]
    pub kind: String,
    /// The first role of the answer must be one of these.
    pub top: Vec<String>,
    /// The roles of the answer must include all of these.
    pub all: Vec<String>,
    /// The expected path.
    pub path: Vec<String>,
    /// Regular expressions that the lower-case text of the answer must match.
    pub mention: Vec<String>,
    /// False if the question must stay unanswered.
    pub answer: bool,
}

/// The scored parts of an answer.
#[derive(Debug, Default)]
pub struct Answer {
    /// False if there is no answer.
    pub answered: bool,
    /// The slugs of its roles, best first.
    pub roles: Vec<String>,
    /// The slugs of its path, in order.
    pub path: Vec<String>,
    /// The text.
    pub text: String,
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Answer {
        let text = reply.to_text(&Style::PLAIN);
        Answer { answered: reply.answered, roles: reply.roles, path: reply.path, text }
    }
}

impl Question {
    /// What is wrong with an answer; `None` if it is right.
    pub fn error(&self, answer: &Answer) -> Option<String> {
        if answer.answered != self.answer {
            return Some(if self.answer { "silent" } else { "answered" }.to_owned());
        }
        if !self.answer {
            return None;
        }
        if !self.top.is_empty() && !answer.roles.first().is_some_and(|first| self.top.contains(first)) {
            return Some(format!("first is {}", answer.roles.first().map_or("nobody", String::as_str)));
        }
        if let Some(missing) = self.all.iter().find(|slug| !answer.roles.contains(slug)) {
            return Some(format!("{missing} is missing"));
        }
        if !self.path.is_empty() && self.path != answer.path {
            return Some(format!("the path is {}", answer.path.join(" > ")));
        }
        let text = answer.text.to_lowercase();
        let missing = |pattern: &&String| !Regex::new(pattern).expect("a pattern").is_match(&text);
        self.mention.iter().find(missing).map(|pattern| format!("{pattern} is not said"))
    }
}

/// Reads questions, one JSON object per line.
///
/// # Errors
/// If a line is no question, or one of its patterns is no regular expression.
pub fn questions(text: &str) -> Result<Vec<Question>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(at, line)| {
        let invalid = |error: &dyn std::fmt::Display| format!("line {} is no question: {error}", at + 1);
        let question: Question = serde_json::from_str(line).map_err(|error| invalid(&error))?;
        match question.mention.iter().find_map(|pattern| Regex::new(pattern).err()) {
            Some(error) => Err(invalid(&error)),
            None => Ok(question),
        }
    };
    lines.map(read).collect()
}

/// The optional first line of a chatter file.
const HEADER: &str = "source\ttext";

/// Reads the texts of a chatter file; a line is a source, a tab and a text.
///
/// # Errors
/// If a line has no tab.
pub fn chatter(text: &str) -> Result<Vec<String>, String> {
    let lines = text.lines().enumerate().filter(|(at, line)| !line.is_empty() && (*at, *line) != (0, HEADER));
    let read = |(at, line): (usize, &str)| {
        let (_, text) = line.split_once('\t').ok_or(format!("line {} has no tab after its source", at + 1))?;
        Ok(text.to_owned())
    };
    lines.map(read).collect()
}

/// How many questions are answered right, and the wrong answers.
#[derive(Debug, Default)]
pub struct Score<'q> {
    /// For each kind of question: (right answers, questions).
    pub kinds: BTreeMap<&'q str, (usize, usize)>,
    /// The questions that are answered wrong, each with the reason.
    pub wrong: Vec<(&'q Question, String)>,
}

impl<'q> Score<'q> {
    /// Scores an answering function.
    pub fn of(questions: &'q [Question], answer: impl Fn(&str) -> Answer) -> Score<'q> {
        let mut score = Score::default();
        for question in questions {
            let error = question.error(&answer(&question.q));
            let (right, all) = score.kinds.entry(&question.kind).or_default();
            *right += usize::from(error.is_none());
            *all += 1;
            score.wrong.extend(error.map(|error| (question, error)));
        }
        score
    }

    /// (right answers, questions) of all kinds.
    pub fn total(&self) -> (usize, usize) {
        self.kinds.values().fold((0, 0), |(right, all), kind| (right + kind.0, all + kind.1))
    }
}

/// The lines that are answered.
pub fn answered(lines: &[String], answer: impl Fn(&str) -> Answer) -> Vec<&str> {
    lines.iter().map(String::as_str).filter(|line| answer(line).answered).collect()
}

/// The BM25 baseline, over all words of a passage: the names of its document, its heading, text and search phrases.
#[derive(Debug)]
pub struct Bm25<'l> {
    library: &'l Knowledge,
    /// For each passage: document index, passage, frequency of each stem, number of words.
    passages: Vec<(usize, &'l Passage, HashMap<String, f64>, f64)>,
}

impl<'l> Bm25<'l> {
    /// Builds the baseline over a library.
    pub fn over(library: &'l Knowledge) -> Bm25<'l> {
        let mut passages = Vec::new();
        for (at, document) in library.documents().iter().enumerate() {
            for passage in &document.passages {
                let mut counts: HashMap<String, f64> = HashMap::new();
                let all = all_text(document, passage);
                tokenize(&all).into_iter().for_each(|word| *counts.entry(word.stem).or_default() += 1.0);
                let length = counts.values().sum();
                passages.push((at, passage, counts, length));
            }
        }
        Bm25 { library, passages }
    }

    /// The passage that ranks first, as an answer; unanswered if no passage has any of the words.
    pub fn answer(&self, text: &str) -> Answer {
        let (k1, b) = (1.2, 0.75);
        let count = self.passages.len() as f64;
        let average = self.passages.iter().map(|(.., length)| length).sum::<f64>() / count;
        let stems: BTreeSet<String> = tokenize(text).into_iter().map(|word| word.stem).collect();
        let mut scores = vec![0.0; self.passages.len()];
        for stem in &stems {
            let document_frequency =
                self.passages.iter().filter(|(.., counts, _)| counts.contains_key(stem)).count() as f64;
            let idf = (1.0 + (count - document_frequency + 0.5) / (document_frequency + 0.5)).ln();
            for (score, (.., counts, length)) in scores.iter_mut().zip(&self.passages) {
                let term_frequency = counts.get(stem).copied().unwrap_or_default();
                *score += idf * term_frequency * (k1 + 1.0) / (term_frequency + k1 * (1.0 - b + b * length / average));
            }
        }
        let best = (0..scores.len()).max_by(|one, other| scores[*one].total_cmp(&scores[*other]));
        let Some(best) = best.filter(|best| scores[*best] > 0.0) else { return Answer::default() };
        let (at, passage, ..) = &self.passages[best];
        let document = self.library.document(*at);
        let topic_of = document.front_matter.roles.iter().map(|role| role.text.clone());
        let roles = if document.is_role() { vec![document.slug.clone()] } else { topic_of.collect() };
        let text = format!("{}\n{}", document.title, shown_text(passage));
        Answer { answered: true, roles, path: Vec::new(), text }
    }
}

fn all_text(document: &Document, passage: &Passage) -> String {
    let names = document.front_matter.aliases.iter().map(|name| name.text.as_str()).chain([document.title.as_str()]);
    let names = names.collect::<Vec<_>>().join(" ");
    let heading = passage.heading.as_deref().unwrap_or_default();
    [&names, heading, &shown_text(passage), &passage.search_phrases.join(" ")].join(" ")
}

fn shown_text(passage: &Passage) -> String {
    format!("{}\n{}", passage.text, passage.items.join("\n"))
}
