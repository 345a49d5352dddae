//! Parses the YAML front matter of a document: names, career steps, metrics.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::{Error, Spanned as YamlSpanned};

use crate::model::diagnostic::Diagnostic;
use crate::model::document::{CareerStep, Direction, DocumentKind, FrontMatter, Metric, MetricValue, Spanned};

/// A list, or a single item in place of a list.
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

/// Maximum number of scalars, lists and maps in a front matter.
const MAX_YAML_NODES: usize = 5_000;
/// Maximum total length of its scalars, in bytes.
const MAX_YAML_TEXT_BYTES: usize = 256 * 1024;
/// Maximum number of references to anchors: each repeats its target, which may be most of the text.
const MAX_YAML_ALIASES: usize = 20;
const LIMIT_EXCEEDED_MESSAGE: &str = "the front matter is too large and is left out: the limits are 5000 values, 256 KiB of text and 20 references \
                        to anchors; keep names, steps and facts in it, and put the rest into the text";

/// Maximum length of a name, in characters.
pub(crate) const MAX_NAME_CHARS: usize = 200;

/// Deserializes YAML with limits: nested anchors can expand a few lines beyond the available memory.
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

/// Parses the YAML between the two `---` lines. `first_line` is the line of the file that `yaml` starts on; all lines in the result
/// count from the start of the file. Invalid YAML gives an empty front matter and a diagnostic.
pub(crate) fn parse(yaml: &str, first_line: usize) -> (FrontMatter, Vec<Diagnostic>) {
    if yaml.trim().is_empty() {
        return (FrontMatter::default(), Vec::new());
    }
    let to_file_line = yaml_to_file_line(yaml, first_line);
    let raw: RawFrontMatter = match deserialize_yaml(yaml) {
        Ok(raw) => raw,
        Err(error) => {
            let line = error.location().map_or(1, |location| location.line());
            if exceeds_limits(&error) {
                return (FrontMatter::default(), vec![Diagnostic::at_line(to_file_line(line), LIMIT_EXCEEDED_MESSAGE)]);
            }
            let reason = error.without_snippet().to_string();
            // The error's line counts from the start of the YAML, not of the file.
            let reason = reason.lines().next().unwrap_or("it is not valid YAML");
            let reason = reason.split_once(" at line ").map_or(reason, |(reason, _)| reason);
            let message = format!(
                "the front matter cannot be read and is left out ({reason}); fix this line, see the author's guide for the keys"
            );
            return (FrontMatter::default(), vec![Diagnostic::at_line(to_file_line(line), message)]);
        }
    };
    let to_spanned =
        |name: YamlSpanned<String>| Spanned { line: to_file_line(name.referenced.line()), text: name.value };
    let mut diagnostics = unknown_keys(yaml, first_line);
    let mut convert_names = |names: Vec<YamlSpanned<String>>| {
        let mut names: Vec<Spanned> = names.into_iter().map(to_spanned).collect();
        names.retain(|name| {
            let fits = name.text.chars().nth(MAX_NAME_CHARS).is_none();
            if !fits {
                let head: String = name.text.chars().take(40).collect();
                let message = format!(
                    "the name `{head}…` is longer than {MAX_NAME_CHARS} characters and is left out; shorten it"
                );
                diagnostics.push(Diagnostic::at_line(name.line, message));
            }
            fits
        });
        names
    };
    let front_matter = FrontMatter {
        title: raw.title.filter(|title| !title.trim().is_empty()),
        kind: raw.kind,
        aliases: convert_names(raw.aliases),
        ambiguous: convert_names(raw.ambiguous),
        family: raw.family,
        level: raw.level,
        inherits: convert_names(raw.inherits),
        roles: convert_names(raw.roles),
        sources: raw.sources.into_vec(),
        steps: raw
            .steps
            .into_iter()
            .map(|step| CareerStep {
                to: to_spanned(step.to),
                direction: step.kind,
                adds: step.adds.into_vec(),
                drops: step.leaves.into_vec(),
                sources: step.source.into_vec(),
            })
            .collect(),
        metrics: raw
            .facts
            .into_iter()
            .map(|metric| {
                let line = to_file_line(metric.referenced.line());
                let metric = metric.value;
                Metric {
                    label: metric.label,
                    measure: metric.measure.map(|measure| measure.to_lowercase()),
                    value: metric.value,
                    unit: metric.unit,
                    reported_by: metric.by,
                    region: metric.region,
                    date: metric.date,
                    note: metric.note,
                    sources: metric.source.into_vec(),
                    search_phrases: metric.asked.into_vec().iter().flat_map(|phrases| split_phrases(phrases)).collect(),
                    line,
                }
            })
            .collect(),
    };
    diagnostics.sort();
    (front_matter, diagnostics)
}

fn exceeds_limits(error: &Error) -> bool {
    match error {
        Error::AliasError { error, .. } => exceeds_limits(error),
        other => matches!(other, Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. }),
    }
}

/// Converts a line of the YAML to a line of the file. YAML also ends lines at a lone carriage return, so its numbers may exceed the
/// number of `\n`; they are clamped.
fn yaml_to_file_line(yaml: &str, first_line: usize) -> impl Fn(u64) -> usize + Copy {
    let lines = yaml.matches('\n').count();
    move |line| (line.max(1) as usize - 1).min(lines) + first_line
}

/// Splits the text of `asked` at semicolons into search phrases.
pub(crate) fn split_phrases(text: &str) -> Vec<String> {
    text.split(';')
        .map(|phrase| phrase.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|phrase| !phrase.is_empty())
        .collect()
}

/// A diagnostic for each unknown key: most are misspelt.
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
    let to_file_line = yaml_to_file_line(yaml, first_line);
    let mut diagnostics = Vec::new();
    let mut check = |keys: &Keys, known: &[&str], place: &str| {
        for key in keys.keys().filter(|key| !known.contains(&key.value.as_str())) {
            let line = to_file_line(key.referenced.line());
            let message = format!("unknown key `{}` in {place} is ignored; known are {}", key.value, known.join(", "));
            diagnostics.push(Diagnostic::at_line(line, message));
        }
    };
    check(&outer, &FRONT_MATTER_KEYS, "the front matter");
    inner.steps.iter().for_each(|step| check(step, &STEP_KEYS, "a step"));
    inner.facts.iter().for_each(|metric| check(metric, &METRIC_KEYS, "a fact"));
    diagnostics
}
