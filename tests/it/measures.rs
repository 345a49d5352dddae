//! What answers are measured by: questions with what a right answer holds, chatter that wants none, and plain BM25 to
//! compare with. The tests and the benchmark of answers share it, so that both mean the same by "right".

use std::collections::{BTreeMap, BTreeSet, HashMap};

use regex::Regex;
use rolecall::engine::reply::{Reply, Style};
use rolecall::knowledge::Knowledge;
use rolecall::model::document::{Document, Passage};
use rolecall::search::text::english::tokenize;
use serde::Deserialize;

/// A question and what its answer has to hold; an empty list is not looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name.
    pub id: String,
    /// The question as it is typed.
    pub q: String,
    /// The kind of answer it wants.
    #[serde(rename = "type")]
    pub kind: String,
    /// The first role of the answer is one of these.
    pub top: Vec<String>,
    /// All of these are among the roles of the answer.
    pub all: Vec<String>,
    /// The path of the answer.
    pub path: Vec<String>,
    /// Patterns, each of which the text of the answer, in lower case, holds.
    pub mention: Vec<String>,
    /// False where silence is right.
    pub answer: bool,
}

/// Of an answer, what is scored.
#[derive(Debug, Default)]
pub struct Answer {
    /// False where it is none.
    pub answered: bool,
    /// Slugs of the roles that it speaks of, best first.
    pub roles: Vec<String>,
    /// Slugs of a route in order, or none.
    pub path: Vec<String>,
    /// All that it says.
    pub text: String,
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Answer {
        let text = reply.to_text(&Style::PLAIN);
        Answer { answered: reply.answered, roles: reply.roles, path: reply.path, text }
    }
}

impl Question {
    /// What is wrong with an answer to it; nothing where all is right.
    pub fn fault(&self, answer: &Answer) -> Option<String> {
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
        let said = |pattern: &&String| !Regex::new(pattern).expect("a pattern").is_match(&text);
        self.mention.iter().find(said).map(|pattern| format!("{pattern} is not said"))
    }
}

/// Reads questions, one JSON object a line.
///
/// # Errors
/// Where a line is no question, or one of its patterns is none.
pub fn questions(text: &str) -> Result<Vec<Question>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(at, line)| {
        let fault = |fault: &dyn std::fmt::Display| format!("line {} is no question: {fault}", at + 1);
        let question: Question = serde_json::from_str(line).map_err(|error| fault(&error))?;
        match question.mention.iter().find_map(|pattern| Regex::new(pattern).err()) {
            Some(error) => Err(fault(&error)),
            None => Ok(question),
        }
    };
    lines.map(read).collect()
}

/// The line that may stand on top of a file of chatter.
const HEADER: &str = "source\ttext";

/// Reads chatter, a source and a text a line with a tab between: the texts.
///
/// # Errors
/// Where a line has no tab.
pub fn chatter(text: &str) -> Result<Vec<String>, String> {
    let lines = text.lines().enumerate().filter(|(at, line)| !line.is_empty() && (*at, *line) != (0, HEADER));
    let read = |(at, line): (usize, &str)| {
        let (_, text) = line.split_once('\t').ok_or(format!("line {} has no tab after its source", at + 1))?;
        Ok(text.to_owned())
    };
    lines.map(read).collect()
}

/// How many questions are answered right, and what is wrong with the answers to the others.
#[derive(Debug, Default)]
pub struct Score<'q> {
    /// By kind of question: how many are right, and how many there are.
    pub kinds: BTreeMap<&'q str, (usize, usize)>,
    /// The questions that are answered wrong, each with what is wrong.
    pub wrong: Vec<(&'q Question, String)>,
}

impl<'q> Score<'q> {
    /// The score of whoever gives these answers.
    pub fn of(questions: &'q [Question], answer: impl Fn(&str) -> Answer) -> Score<'q> {
        let mut score = Score::default();
        for question in questions {
            let fault = question.fault(&answer(&question.q));
            let (right, all) = score.kinds.entry(&question.kind).or_default();
            *right += usize::from(fault.is_none());
            *all += 1;
            score.wrong.extend(fault.map(|fault| (question, fault)));
        }
        score
    }

    /// How many are right, and how many there are.
    pub fn total(&self) -> (usize, usize) {
        self.kinds.values().fold((0, 0), |(right, all), kind| (right + kind.0, all + kind.1))
    }
}

/// The lines that are answered.
pub fn answered(lines: &[String], answer: impl Fn(&str) -> Answer) -> Vec<&str> {
    lines.iter().map(String::as_str).filter(|line| answer(line).answered).collect()
}

/// BM25 as the textbook has it, over all words of a passage: its document's names, its heading, its text and its search
/// phrases.
#[derive(Debug)]
pub struct Plain<'l> {
    library: &'l Knowledge,
    /// A passage with the number of its document, how often it holds each stem, and how many words it has.
    passages: Vec<(usize, &'l Passage, HashMap<String, f64>, f64)>,
}

impl<'l> Plain<'l> {
    /// Counts the words of a library.
    pub fn over(library: &'l Knowledge) -> Plain<'l> {
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
        Plain { library, passages }
    }

    /// The passage that ranks first, as an answer; none where no passage holds any of the words.
    pub fn answer(&self, text: &str) -> Answer {
        let (k1, b) = (1.2, 0.75);
        let count = self.passages.len() as f64;
        let average = self.passages.iter().map(|(.., length)| length).sum::<f64>() / count;
        let stems: BTreeSet<String> = tokenize(text).into_iter().map(|word| word.stem).collect();
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
