//! The questions of the soak test, with the expected title of each answer, computed by the engine beforehand.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rolecall::engine::app::{App, Ask};
use rolecall::engine::question::Thresholds;
use rolecall::engine::request::Request;
use rolecall::engine::spaces;
use rolecall::engine::spaces::SpaceId;
use serde_json::{Value, json};

const QUESTIONS: &str = include_str!("../../tests/fixtures/product/questions.jsonl");
const CHATTER: &str = include_str!("../../tests/fixtures/product/chatter.tsv");
/// The slug of a role whose document is rewritten periodically.
pub const CHANGING_ROLE: &str = "lighthouse-keeper";

/// The text of this version of the changing document.
pub fn version(number: usize) -> String {
    format!("# Lighthouse Keeper\n\nKeeps a lighthouse.\n\n## Duties\n\n- Polishes lamp number {number}.\n")
}

/// The version in an answer about the changing role.
pub fn version_in(answer: &Value) -> Option<usize> {
    let text = answer.to_string();
    let from = text.split("lamp number ").nth(1)?;
    from.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// The way a question is sent.
#[derive(Clone, Debug)]
pub enum Input {
    /// A slash command with its options.
    Slash(String, Vec<(String, String)>),
    /// A direct message.
    Message(String),
    /// An autocomplete request with this value.
    Autocomplete(String),
    /// A message in a guild channel that is not meant for the bot.
    Chatter(String),
}

/// A question and its expected answer.
#[derive(Clone, Debug)]
pub struct Question {
    pub input: Input,
    /// The expected title of the answer.
    pub title: String,
    /// Index in the table.
    pub index: usize,
}

/// All questions and the first answer to each.
pub struct QuestionTable {
    pub questions: Vec<Question>,
    /// The embeds of the first answer; later ones have to be equal.
    first_answers: Mutex<HashMap<usize, Value>>,
}

/// Lower-case letters and digits only: ignores escapes and truncation marks.
fn normalize(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl QuestionTable {
    /// Opens the corpus and computes the expected titles.
    pub fn new(corpus: &Path) -> Result<QuestionTable, String> {
        let knowledge = spaces::open(corpus, None, |_, _| {}).map_err(|error| error.to_string())?;
        let engine = App::new(knowledge, Thresholds::default());
        let knowledge = engine.knowledge(SpaceId::Global);
        let slug = |at: &usize| knowledge.document(*at).slug.clone();
        let roles: Vec<String> = knowledge.roles().iter().map(slug).filter(|slug| slug != CHANGING_ROLE).collect();
        let mut inputs = Vec::new();
        let slash = |name: &str, options: &[(&str, &str)]| {
            let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Input::Slash(name.to_owned(), options)
        };
        for (at, role) in roles.iter().enumerate() {
            let other = &roles[(at + 1) % roles.len()];
            inputs.push((slash("role", &[("name", role)]), format!("/role {role}")));
            inputs.push((slash("duties", &[("name", role)]), format!("/duties {role}")));
            inputs.push((slash("next", &[("name", role)]), format!("/next {role}")));
            inputs.push((slash("compare", &[("one", role), ("other", other)]), format!("/compare {role}, {other}")));
            inputs.push((slash("path", &[("from", role), ("to", other)]), format!("/path {role}, {other}")));
            inputs.push((Input::Autocomplete(role[..3].to_owned()), "/help".to_owned()));
        }
        inputs.push((slash("roles", &[]), "/roles".to_owned()));
        inputs.push((slash("help", &[]), "/help".to_owned()));
        inputs.push((slash("ladder", &[]), "/ladder".to_owned()));
        for line in QUESTIONS.lines() {
            let question: Value = serde_json::from_str(line).map_err(|error| format!("{error} in {line}"))?;
            let text = question["q"].as_str().unwrap_or_default().to_owned();
            let input = match inputs.len() % 2 {
                0 => Input::Message(text.clone()),
                _ => slash("ask", &[("question", &text)]),
            };
            inputs.push((input, if text.starts_with('/') { text } else { format!("/ask {text}") }));
        }
        let chatter = CHATTER.lines().filter_map(|line| line.split('\t').nth(1)).step_by(5);
        inputs.extend(chatter.map(|text| (Input::Chatter(text.to_owned()), "/help".to_owned())));
        let title = |text: &str| {
            Request::parse(text).map(|request| engine.handle(&Ask::global(engine.language(), &request)).title)
        };
        let questions = inputs.into_iter().enumerate().filter_map(|(index, (input, text))| {
            // The front end answers invalid requests.
            Some(Question { input, title: title(&text).ok()?, index })
        });
        Ok(QuestionTable { questions: questions.collect(), first_answers: Mutex::default() })
    }

    /// The error of an answer, if any.
    pub fn check(&self, question: &Question, body: &Value) -> Option<String> {
        let data = if body["data"].is_object() { &body["data"] } else { body };
        if let Input::Autocomplete(value) = &question.input {
            let choices = data["choices"].as_array().map_or(0, Vec::len);
            return (choices == 0).then(|| format!("no choices for {value:?}: {body}"));
        }
        let (title, expected) =
            (normalize(data["embeds"][0]["title"].as_str().unwrap_or_default()), normalize(&question.title));
        if title.is_empty() || !expected.starts_with(&title) {
            return Some(format!("{:?} was answered with {body} instead of {:?}", question.input, question.title));
        }
        let mut embeds = data["embeds"].clone();
        // The image is omitted if it is not rendered in time.
        for embed in embeds.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            embed.remove("image");
        }
        let mut first_answers = self.first_answers.lock().unwrap_or_else(PoisonError::into_inner);
        let first = first_answers.entry(question.index).or_insert_with(|| embeds.clone());
        (*first != embeds).then(|| format!("{:?} was answered with {embeds}, at first with {first}", question.input))
    }

    /// The number of different questions that were answered.
    pub fn distinct(&self) -> usize {
        self.first_answers.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// The data of an autocomplete request for a role name.
pub fn autocomplete(value: &str) -> Value {
    json!({"id": "1", "name": "role", "type": 1,
        "options": [{"name": "name", "type": 3, "value": value, "focused": true}]})
}
