//! What people ask in the soak, and what must come back: from a table that is made through the library before it begins.

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
/// A role that is in no other corpus; its document changes all the time.
pub const CHANGING: &str = "lighthouse-keeper";

/// The document of the changing role in its so-many-th version.
pub fn version(number: usize) -> String {
    format!("# Lighthouse Keeper\n\nKeeps a lighthouse.\n\n## Duties\n\n- Polishes lamp number {number}.\n")
}

/// The version that an answer about the changing role shows.
pub fn version_in(answer: &Value) -> Option<usize> {
    let text = answer.to_string();
    let from = text.split("lamp number ").nth(1)?;
    from.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// How a question is asked.
#[derive(Clone, Debug)]
pub enum Way {
    /// A slash command with options.
    Slash(String, Vec<(String, String)>),
    /// A message to the bot.
    Message(String),
    /// Somebody types a name.
    Typing(String),
    /// A message among people that is none of the bot's business.
    Chatter(String),
}

/// A question with what must come back.
#[derive(Clone, Debug)]
pub struct Asked {
    pub way: Way,
    /// The title of the answer.
    pub title: String,
    /// Where it stands in the table.
    pub at: usize,
}

/// All questions, and the answers that came to each.
pub struct Table {
    pub asked: Vec<Asked>,
    /// What came back the first time; it must not change.
    first: Mutex<HashMap<usize, Value>>,
}

/// A text as its letters and digits: what is escaped, cut at the end or set off is the same.
fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Table {
    /// Reads the corpus, and works out what must be answered to what.
    pub fn over(corpus: &Path) -> Result<Table, String> {
        let library = spaces::open(corpus, None, |_, _| {}).map_err(|error| error.to_string())?;
        let bot = App::new(library, Thresholds::default());
        let library = bot.knowledge(SpaceId::Global);
        let slug = |at: &usize| library.document(*at).slug.clone();
        let roles: Vec<String> = library.roles().iter().map(slug).filter(|slug| slug != CHANGING).collect();
        let mut ways = Vec::new();
        let slash = |name: &str, options: &[(&str, &str)]| {
            let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Way::Slash(name.to_owned(), options)
        };
        for (at, role) in roles.iter().enumerate() {
            let other = &roles[(at + 1) % roles.len()];
            ways.push((slash("role", &[("name", role)]), format!("/role {role}")));
            ways.push((slash("duties", &[("name", role)]), format!("/duties {role}")));
            ways.push((slash("next", &[("name", role)]), format!("/next {role}")));
            ways.push((slash("compare", &[("one", role), ("other", other)]), format!("/compare {role}, {other}")));
            ways.push((slash("path", &[("from", role), ("to", other)]), format!("/path {role}, {other}")));
            ways.push((Way::Typing(role[..3].to_owned()), "/help".to_owned()));
        }
        ways.push((slash("roles", &[]), "/roles".to_owned()));
        ways.push((slash("help", &[]), "/help".to_owned()));
        ways.push((slash("ladder", &[]), "/ladder".to_owned()));
        for line in QUESTIONS.lines() {
            let question: Value = serde_json::from_str(line).map_err(|fault| format!("{fault} in {line}"))?;
            let text = question["q"].as_str().unwrap_or_default().to_owned();
            let way = match ways.len() % 2 {
                0 => Way::Message(text.clone()),
                _ => slash("ask", &[("question", &text)]),
            };
            ways.push((way, if text.starts_with('/') { text } else { format!("/ask {text}") }));
        }
        let chatter = CHATTER.lines().filter_map(|line| line.split('\t').nth(1)).step_by(5);
        ways.extend(chatter.map(|text| (Way::Chatter(text.to_owned()), "/help".to_owned())));
        let title =
            |typed: &str| Request::parse(typed).map(|request| bot.handle(&Ask::global(bot.language(), &request)).title);
        let asked = ways.into_iter().enumerate().filter_map(|(at, (way, typed))| {
            // What is no request is refused in words of the front end's own.
            Some(Asked { way, title: title(&typed).ok()?, at })
        });
        Ok(Table { asked: asked.collect(), first: Mutex::default() })
    }

    /// What is wrong with an answer, where anything is.
    pub fn fault(&self, asked: &Asked, body: &Value) -> Option<String> {
        let data = if body["data"].is_object() { &body["data"] } else { body };
        if let Way::Typing(typed) = &asked.way {
            let choices = data["choices"].as_array().map_or(0, Vec::len);
            return (choices == 0).then(|| format!("no suggestion for {typed:?}: {body}"));
        }
        let (title, wanted) = (letters(data["embeds"][0]["title"].as_str().unwrap_or_default()), letters(&asked.title));
        if title.is_empty() || !wanted.starts_with(&title) {
            return Some(format!("{:?} was answered with {body}, and not with {:?}", asked.way, asked.title));
        }
        let mut shown = data["embeds"].clone();
        // A picture may come or not, by how much time there was.
        for embed in shown.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            embed.remove("image");
        }
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        let before = first.entry(asked.at).or_insert_with(|| shown.clone());
        (*before != shown).then(|| format!("{:?} was answered with {shown}, and before with {before}", asked.way))
    }

    /// How many different questions have been answered.
    pub fn different(&self) -> usize {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// The data of an interaction in which somebody types a role's name.
pub fn typing(typed: &str) -> Value {
    json!({"id": "1", "name": "role", "type": 1,
        "options": [{"name": "name", "type": 3, "value": typed, "focused": true}]})
}
