//! The YAML block on top of a document: names, place on the ladder, figures.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::{Error, Spanned as YamlSpanned};

use crate::model::diagnostic::Diagnostic;

/// Whether a document tells of a role or of a subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentKind {
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
pub struct Spanned {
    /// The word as written.
    pub text: String,
    /// Its line, counted from 1.
    pub line: usize,
}

/// A career step to another role.
#[derive(Clone, Debug, PartialEq)]
pub struct CareerStep {
    /// The slug of the role that the step leads to.
    pub to: Spanned,
    /// Up, sideways, or in from another field.
    pub direction: Direction,
    /// What comes on top with the step.
    pub adds: Vec<String>,
    /// What is left behind.
    pub drops: Vec<String>,
    /// Labels of the sources.
    pub sources: Vec<String>,
}

/// A figure's value.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum MetricValue {
    /// One number.
    Number(f64),
    /// From the first to the second, both included.
    Range(f64, f64),
    /// Words, where it is no number.
    Text(String),
}

/// A figure that the sources give.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// What the figure says, and of whom; readable alone.
    pub label: String,
    /// What kind of figure: pay, experience, growth, duration, count ...
    pub measure: Option<String>,
    /// The figure.
    pub value: MetricValue,
    /// What it is counted in ("US dollars a year").
    pub unit: Option<String>,
    /// Who counted.
    pub reported_by: Option<String>,
    /// Where it holds.
    pub region: Option<String>,
    /// When it was counted.
    pub date: Option<String>,
    /// What else has to be known to read it.
    pub note: Option<String>,
    /// Labels of the sources.
    pub sources: Vec<String>,
    /// Search phrases, never shown.
    pub search_phrases: Vec<String>,
    /// The line it stands on.
    pub line: usize,
}

impl Metric {
    /// True where it is a figure of this measure; an empty measure is any.
    pub fn has_measure(&self, measure: &str) -> bool {
        measure.is_empty() || self.measure.as_deref() == Some(measure)
    }
}

/// All that the front matter of one document says.
#[derive(Clone, Debug, Default)]
pub struct FrontMatter {
    /// The name that is shown.
    pub title: Option<String>,
    /// Role or topic.
    pub kind: DocumentKind,
    /// Other names.
    pub aliases: Vec<Spanned>,
    /// Names that could mean this document or another.
    pub ambiguous: Vec<Spanned>,
    /// The family of roles.
    pub family: Option<String>,
    /// Seniority; higher is more senior.
    pub level: Option<i64>,
    /// Slugs of the roles whose responsibilities this one has as well.
    pub inherits: Vec<Spanned>,
    /// Career steps from here.
    pub steps: Vec<CareerStep>,
    /// Figures.
    pub metrics: Vec<Metric>,
    /// In a topic: slugs of the roles whose work it is, the first one first.
    pub roles: Vec<Spanned>,
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
struct RawFrontMatter {
    title: Option<String>,
    kind: DocumentKind,
    aliases: Vec<YamlSpanned<String>>,
    ambiguous: Vec<YamlSpanned<String>>,
    family: Option<String>,
    level: Option<i64>,
    inherits: Vec<YamlSpanned<String>>,
    steps: Vec<RawStep>,
    facts: Vec<YamlSpanned<RawMetric>>,
    roles: Vec<YamlSpanned<String>>,
    sources: OneOrMany<String>,
}

#[derive(Deserialize)]
struct RawStep {
    to: YamlSpanned<String>,
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
struct RawMetric {
    label: String,
    value: MetricValue,
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

const FRONT_MATTER_KEYS: [&str; 11] =
    ["title", "kind", "aliases", "ambiguous", "family", "level", "inherits", "steps", "facts", "roles", "sources"];
const STEP_KEYS: [&str; 5] = ["to", "kind", "adds", "leaves", "source"];
const METRIC_KEYS: [&str; 10] =
    ["label", "value", "measure", "unit", "by", "region", "date", "note", "source", "asked"];

/// The most values, lists and keys of a front matter.
const MAX_YAML_NODES: usize = 5_000;
/// The most text in it, in bytes.
const MAX_YAML_TEXT_BYTES: usize = 256 * 1024;
/// References to anchors: each repeats what it refers to, and that may be the whole text.
const MAX_YAML_ALIASES: usize = 20;
const LIMIT_EXCEEDED_MESSAGE: &str = "the front matter holds too much and is left out: the most is 5000 values, 256 KiB of text and 20 references \
                        to anchors; keep names, steps and figures in it, and put the rest into the text";

/// The longest name, in characters.
pub const MAX_NAME_CHARS: usize = 200;

/// Reads YAML within bounds: a few lines of it can unfold to more than any memory holds.
fn deserialize_yaml<'y, T: Deserialize<'y>>(yaml: &'y str) -> Result<T, Error> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: MAX_YAML_NODES,
            max_events: 4 * MAX_YAML_NODES,
            max_total_scalar_bytes: MAX_YAML_TEXT_BYTES,
            max_aliases: MAX_YAML_ALIASES,
            max_merge_keys: MAX_YAML_ALIASES,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_YAML_NODES,
        },
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(yaml, options)
}

/// Reads the YAML between the two `---` lines. `first_line` is the line of the file that `yaml` starts on; problems and
/// positions are counted in the file's lines. Where the YAML cannot be read at all, what comes back is empty.
pub fn parse(yaml: &str, first_line: usize) -> (FrontMatter, Vec<Diagnostic>) {
    if yaml.trim().is_empty() {
        return (FrontMatter::default(), Vec::new());
    }
    let in_file = yaml_to_file_line(yaml, first_line);
    let raw: RawFrontMatter = match deserialize_yaml(yaml) {
        Ok(raw) => raw,
        Err(error) => {
            let line = error.location().map_or(1, |at| at.line());
            if exceeds_limits(&error) {
                return (FrontMatter::default(), vec![Diagnostic::at_line(in_file(line), LIMIT_EXCEEDED_MESSAGE)]);
            }
            let reason = error.without_snippet().to_string();
            // Its own place is counted from the first line of the YAML, and would contradict ours.
            let reason = reason.lines().next().unwrap_or("it is not valid YAML");
            let reason = reason.split_once(" at line ").map_or(reason, |(reason, _)| reason);
            let message = format!(
                "the front matter cannot be read and is left out ({reason}); mend this line, see the author's guide for the keys"
            );
            return (FrontMatter::default(), vec![Diagnostic::at_line(in_file(line), message)]);
        }
    };
    let located = |word: YamlSpanned<String>| Spanned { line: in_file(word.referenced.line()), text: word.value };
    let mut problems = unknown_keys(yaml, first_line);
    let mut all = |words: Vec<YamlSpanned<String>>| {
        let mut words: Vec<Spanned> = words.into_iter().map(located).collect();
        words.retain(|word| {
            let fits = word.text.chars().nth(MAX_NAME_CHARS).is_none();
            if !fits {
                let begin: String = word.text.chars().take(40).collect();
                let message = format!(
                    "the name `{begin}…` is longer than {MAX_NAME_CHARS} characters and is left out; shorten it"
                );
                problems.push(Diagnostic::at_line(word.line, message));
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
            .map(|step| CareerStep {
                to: located(step.to),
                direction: step.kind,
                adds: step.adds.into_vec(),
                drops: step.leaves.into_vec(),
                sources: step.source.into_vec(),
            })
            .collect(),
        metrics: raw
            .facts
            .into_iter()
            .map(|fact| {
                let line = in_file(fact.referenced.line());
                let fact = fact.value;
                Metric {
                    label: fact.label,
                    measure: fact.measure.map(|measure| measure.to_lowercase()),
                    value: fact.value,
                    unit: fact.unit,
                    reported_by: fact.by,
                    region: fact.region,
                    date: fact.date,
                    note: fact.note,
                    sources: fact.source.into_vec(),
                    search_phrases: fact.asked.into_vec().iter().flat_map(|phrases| split_phrases(phrases)).collect(),
                    line,
                }
            })
            .collect(),
    };
    problems.sort();
    (front, problems)
}

fn exceeds_limits(error: &Error) -> bool {
    match error {
        Error::AliasError { error, .. } => exceeds_limits(error),
        other => matches!(other, Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. }),
    }
}

/// Lines of the YAML as lines of the file. YAML ends a line at a carriage return too, where no editor does: what it counts may lie
/// behind the end.
fn yaml_to_file_line(yaml: &str, first_line: usize) -> impl Fn(u64) -> usize + Copy {
    let lines = yaml.matches('\n').count();
    move |line| (line.max(1) as usize - 1).min(lines) + first_line
}

/// The phrases of an `asked` text, which semicolons divide.
pub fn split_phrases(text: &str) -> Vec<String> {
    text.split(';')
        .map(|phrase| phrase.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|phrase| !phrase.is_empty())
        .collect()
}

/// Keys that nobody reads, each with its line: most are a typing error, and what they say would be lost without a word.
fn unknown_keys(yaml: &str, first_line: usize) -> Vec<Diagnostic> {
    type Keys = HashMap<YamlSpanned<String>, IgnoredAny>;
    #[derive(Deserialize)]
    struct NestedKeys {
        #[serde(default)]
        steps: Vec<Keys>,
        #[serde(default)]
        facts: Vec<Keys>,
    }
    let outer: Keys = deserialize_yaml(yaml).unwrap_or_default();
    let inner = deserialize_yaml(yaml).unwrap_or(NestedKeys { steps: Vec::new(), facts: Vec::new() });
    let in_file = yaml_to_file_line(yaml, first_line);
    let mut problems = Vec::new();
    let mut check = |keys: &Keys, known: &[&str], place: &str| {
        for key in keys.keys().filter(|key| !known.contains(&key.value.as_str())) {
            let line = in_file(key.referenced.line());
            let message = format!("unknown key `{}` in {place} is ignored; known are {}", key.value, known.join(", "));
            problems.push(Diagnostic::at_line(line, message));
        }
    };
    check(&outer, &FRONT_MATTER_KEYS, "the front matter");
    inner.steps.iter().for_each(|step| check(step, &STEP_KEYS, "a step"));
    inner.facts.iter().for_each(|fact| check(fact, &METRIC_KEYS, "a fact"));
    problems
}
