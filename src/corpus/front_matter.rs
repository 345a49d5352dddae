//! The YAML block on top of a document: names, place on the ladder, figures.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::{Error, Spanned};

use crate::model::diagnostic::Problem;

/// Whether a document tells of a role or of a subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Somebody's role, with responsibilities.
    #[default]
    Role,
    /// A subject, told in passages.
    Topic,
}

/// Where a step leads to on the ladder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// A promotion.
    #[default]
    Up,
    /// Another role at the same height.
    Sideways,
    /// A way in from a neighbouring field.
    Entry,
}

/// A word with the line that it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The word as written.
    pub text: String,
    /// Its line, counted from 1.
    pub line: usize,
}

/// A career step to another role.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The slug of the role that the step leads to.
    pub to: Located,
    /// Up, sideways, or in from another field.
    pub direction: Direction,
    /// What comes on top with the step.
    pub adds: Vec<String>,
    /// What is left behind.
    pub leaves: Vec<String>,
    /// Labels of the sources.
    pub sources: Vec<String>,
}

/// A figure's value.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// One number.
    Number(f64),
    /// From the first to the second, both included.
    Range(f64, f64),
    /// Words, where it is no number.
    Words(String),
}

/// A figure that the sources give.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// What the figure says, and of whom; readable alone.
    pub label: String,
    /// What kind of figure: pay, experience, growth, duration, count ...
    pub measure: Option<String>,
    /// The figure.
    pub value: Value,
    /// What it is counted in ("US dollars a year").
    pub unit: Option<String>,
    /// Who counted.
    pub by: Option<String>,
    /// Where it holds.
    pub region: Option<String>,
    /// When it was counted.
    pub date: Option<String>,
    /// What else has to be known to read it.
    pub note: Option<String>,
    /// Labels of the sources.
    pub sources: Vec<String>,
    /// Search phrases, never shown.
    pub asked: Vec<String>,
    /// The line it stands on.
    pub line: usize,
}

impl Fact {
    /// True where it is a figure of this measure; an empty measure is any.
    pub fn measures(&self, measure: &str) -> bool {
        measure.is_empty() || self.measure.as_deref() == Some(measure)
    }
}

/// All that the front matter of one document says.
#[derive(Clone, Debug, Default)]
pub struct FrontMatter {
    /// The name that is shown.
    pub title: Option<String>,
    /// Role or topic.
    pub kind: Kind,
    /// Other names.
    pub aliases: Vec<Located>,
    /// Names that could mean this document or another.
    pub ambiguous: Vec<Located>,
    /// The family of roles.
    pub family: Option<String>,
    /// Seniority; higher is more senior.
    pub level: Option<i64>,
    /// Slugs of the roles whose responsibilities this one has as well.
    pub inherits: Vec<Located>,
    /// Career steps from here.
    pub steps: Vec<Step>,
    /// Figures.
    pub facts: Vec<Fact>,
    /// In a topic: slugs of the roles whose work it is, the first one first.
    pub roles: Vec<Located>,
    /// Sources of every statement without one of its own.
    pub sources: Vec<String>,
}

/// A list, or one item standing for a list of one.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        OneOrMany::Many(Vec::new())
    }
}

impl<T> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            OneOrMany::Many(items) => items,
            OneOrMany::One(item) => vec![item],
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Raw {
    title: Option<String>,
    kind: Kind,
    aliases: Vec<Spanned<String>>,
    ambiguous: Vec<Spanned<String>>,
    family: Option<String>,
    level: Option<i64>,
    inherits: Vec<Spanned<String>>,
    steps: Vec<RawStep>,
    facts: Vec<Spanned<RawFact>>,
    roles: Vec<Spanned<String>>,
    sources: OneOrMany<String>,
}

#[derive(Deserialize)]
struct RawStep {
    to: Spanned<String>,
    #[serde(default)]
    kind: Direction,
    #[serde(default)]
    adds: OneOrMany<String>,
    #[serde(default)]
    leaves: OneOrMany<String>,
    #[serde(default)]
    source: OneOrMany<String>,
}

#[derive(Deserialize)]
struct RawFact {
    label: String,
    value: Value,
    measure: Option<String>,
    unit: Option<String>,
    by: Option<String>,
    region: Option<String>,
    #[serde(default)]
    date: Option<String>,
    note: Option<String>,
    #[serde(default)]
    source: OneOrMany<String>,
    #[serde(default)]
    asked: OneOrMany<String>,
}

const KEYS: [&str; 11] =
    ["title", "kind", "aliases", "ambiguous", "family", "level", "inherits", "steps", "facts", "roles", "sources"];
const STEP_KEYS: [&str; 5] = ["to", "kind", "adds", "leaves", "source"];
const FACT_KEYS: [&str; 10] = ["label", "value", "measure", "unit", "by", "region", "date", "note", "source", "asked"];

/// The most values, lists and keys of a front matter.
const MOST_VALUES: usize = 5_000;
/// The most text in it, in bytes.
const MOST_TEXT: usize = 256 * 1024;
/// References to anchors: each repeats what it refers to, and that may be the whole text.
const MOST_REFERENCES: usize = 20;
const TOO_MUCH: &str = "the front matter holds too much and is left out: the most is 5000 values, 256 KiB of text and 20 references \
                        to anchors; keep names, steps and figures in it, and put the rest into the text";

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 200;

/// Reads YAML within bounds: a few lines of it can unfold to more than any memory holds.
fn read<'y, T: Deserialize<'y>>(yaml: &'y str) -> Result<T, Error> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: MOST_VALUES,
            max_events: 4 * MOST_VALUES,
            max_total_scalar_bytes: MOST_TEXT,
            max_aliases: MOST_REFERENCES,
            max_merge_keys: MOST_REFERENCES,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MOST_VALUES,
        },
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(yaml, options)
}

/// Reads the YAML between the two `---` lines. `first_line` is the line of the file that `yaml` starts on; problems and
/// positions are counted in the file's lines. Where the YAML cannot be read at all, what comes back is empty.
pub fn parse(yaml: &str, first_line: usize) -> (FrontMatter, Vec<Problem>) {
    if yaml.trim().is_empty() {
        return (FrontMatter::default(), Vec::new());
    }
    let in_file = lines_in_file(yaml, first_line);
    let raw: Raw = match read(yaml) {
        Ok(raw) => raw,
        Err(error) => {
            let line = error.location().map_or(1, |at| at.line());
            if holds_too_much(&error) {
                return (FrontMatter::default(), vec![Problem::at(in_file(line), TOO_MUCH)]);
            }
            let reason = error.without_snippet().to_string();
            // Its own place is counted from the first line of the YAML, and would contradict ours.
            let reason = reason.lines().next().unwrap_or("it is not valid YAML");
            let reason = reason.split_once(" at line ").map_or(reason, |(reason, _)| reason);
            let message = format!(
                "the front matter cannot be read and is left out ({reason}); mend this line, see the author's guide for the keys"
            );
            return (FrontMatter::default(), vec![Problem::at(in_file(line), message)]);
        }
    };
    let located = |word: Spanned<String>| Located { line: in_file(word.referenced.line()), text: word.value };
    let mut problems = unknown_keys(yaml, first_line);
    let mut all = |words: Vec<Spanned<String>>| {
        let mut words: Vec<Located> = words.into_iter().map(located).collect();
        words.retain(|word| {
            let fits = word.text.chars().nth(LONGEST_NAME).is_none();
            if !fits {
                let begin: String = word.text.chars().take(40).collect();
                let message =
                    format!("the name `{begin}…` is longer than {LONGEST_NAME} characters and is left out; shorten it");
                problems.push(Problem::at(word.line, message));
            }
            fits
        });
        words
    };
    let front = FrontMatter {
        title: raw.title.filter(|title| !title.trim().is_empty()),
        kind: raw.kind,
        aliases: all(raw.aliases),
        ambiguous: all(raw.ambiguous),
        family: raw.family,
        level: raw.level,
        inherits: all(raw.inherits),
        roles: all(raw.roles),
        sources: raw.sources.into_vec(),
        steps: raw
            .steps
            .into_iter()
            .map(|step| Step {
                to: located(step.to),
                direction: step.kind,
                adds: step.adds.into_vec(),
                leaves: step.leaves.into_vec(),
                sources: step.source.into_vec(),
            })
            .collect(),
        facts: raw
            .facts
            .into_iter()
            .map(|fact| {
                let line = in_file(fact.referenced.line());
                let fact = fact.value;
                Fact {
                    label: fact.label,
                    measure: fact.measure.map(|measure| measure.to_lowercase()),
                    value: fact.value,
                    unit: fact.unit,
                    by: fact.by,
                    region: fact.region,
                    date: fact.date,
                    note: fact.note,
                    sources: fact.source.into_vec(),
                    asked: fact.asked.into_vec().iter().flat_map(|phrases| phrases_of(phrases)).collect(),
                    line,
                }
            })
            .collect(),
    };
    problems.sort();
    (front, problems)
}

fn holds_too_much(error: &Error) -> bool {
    match error {
        Error::AliasError { error, .. } => holds_too_much(error),
        other => matches!(other, Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. }),
    }
}

/// Lines of the YAML as lines of the file. YAML ends a line at a carriage return too, where no editor does: what it counts may lie
/// behind the end.
fn lines_in_file(yaml: &str, first_line: usize) -> impl Fn(u64) -> usize + Copy {
    let lines = yaml.matches('\n').count();
    move |line| (line.max(1) as usize - 1).min(lines) + first_line
}

/// The phrases of an `asked` text, which semicolons divide.
pub fn phrases_of(text: &str) -> Vec<String> {
    text.split(';')
        .map(|phrase| phrase.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|phrase| !phrase.is_empty())
        .collect()
}

/// Keys that nobody reads, each with its line: most are a typing error, and what they say would be lost without a word.
fn unknown_keys(yaml: &str, first_line: usize) -> Vec<Problem> {
    type Keys = HashMap<Spanned<String>, IgnoredAny>;
    #[derive(Deserialize)]
    struct Inner {
        #[serde(default)]
        steps: Vec<Keys>,
        #[serde(default)]
        facts: Vec<Keys>,
    }
    let outer: Keys = read(yaml).unwrap_or_default();
    let inner = read(yaml).unwrap_or(Inner { steps: Vec::new(), facts: Vec::new() });
    let in_file = lines_in_file(yaml, first_line);
    let mut problems = Vec::new();
    let mut check = |keys: &Keys, known: &[&str], place: &str| {
        for key in keys.keys().filter(|key| !known.contains(&key.value.as_str())) {
            let line = in_file(key.referenced.line());
            let message = format!("unknown key `{}` in {place} is ignored; known are {}", key.value, known.join(", "));
            problems.push(Problem::at(line, message));
        }
    };
    check(&outer, &KEYS, "the front matter");
    inner.steps.iter().for_each(|step| check(step, &STEP_KEYS, "a step"));
    inner.facts.iter().for_each(|fact| check(fact, &FACT_KEYS, "a fact"));
    problems
}
