//! A document of the corpus: text in, a [`Document`] and its problems out. Pure.

use std::collections::HashSet;

use crate::corpus::front_matter::{self, DocumentKind, FrontMatter, MAX_NAME_CHARS, Metric, MetricValue};
use crate::corpus::markdown::{self, MAX_SOURCE_CHARS, Passage, PassageKind};
use crate::model::diagnostic::Diagnostic;

/// The most sources that stand for every statement of a document: each statement names them all.
const MAX_DEFAULT_SOURCES: usize = 20;
/// The most problems of one file that are told: who wrote it mends those, and sees what is left.
const MAX_DIAGNOSTICS: usize = 100;

/// One role or topic, as its author wrote it.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file's name without `.md`; other documents refer to it by this.
    pub slug: String,
    /// The file's name inside the corpus folder.
    pub file: String,
    /// The name that is shown.
    pub title: String,
    /// What its front matter says: names, place on the ladder, figures.
    pub front_matter: FrontMatter,
    /// Everything that can be found, in the order of the file; figures first.
    pub passages: Vec<Passage>,
}

impl Document {
    /// The passages of one part, in the order of the file.
    pub fn passages_of_kind(&self, part: PassageKind) -> impl Iterator<Item = &Passage> {
        self.passages.iter().filter(move |passage| passage.kind == part)
    }

    /// The figures of one measure, each with its passage; an empty measure is any. Figures are the first passages, in their order.
    pub fn metrics(&self, measure: &str) -> impl Iterator<Item = (&Metric, &Passage)> {
        self.front_matter.metrics.iter().zip(&self.passages).filter(move |(fact, _)| fact.has_measure(measure))
    }

    /// True for a role, false for a topic.
    pub fn is_role(&self) -> bool {
        self.front_matter.kind == DocumentKind::Role
    }
}

/// Reads one document. `file` is its name inside the corpus folder; the slug is that without `.md`.
pub fn parse(file: &str, text: &str) -> (Document, Vec<Diagnostic>) {
    let slug = file.strip_suffix(".md").unwrap_or(file).to_owned();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (yaml, body, body_line, mut problems) = split_front_matter(text);
    let (mut front, more) = front_matter::parse(yaml, 2);
    problems.extend(more);
    let (body, more) = markdown::parse(body, body_line, front.kind == DocumentKind::Topic);
    problems.extend(more);

    let mut title = front.title.clone().or(body.title).unwrap_or_else(|| {
        let message = "no title: add `title:` to the front matter or a first heading `# ...`";
        problems.push(Diagnostic::at_line(1, message));
        title_from_slug(&slug)
    });
    if let Some((end, _)) = title.char_indices().nth(MAX_NAME_CHARS) {
        title.truncate(end);
        let message = format!("the title is longer than {MAX_NAME_CHARS} characters, the rest is left out; shorten it");
        problems.push(Diagnostic::at_line(1, message));
    }
    let named = |source: &String| body.footnotes.get(source).unwrap_or(source).chars().take(MAX_SOURCE_CHARS).collect();
    let everywhere: Vec<String> = front.sources.iter().take(MAX_DEFAULT_SOURCES).map(named).collect();
    if front.sources.len() > MAX_DEFAULT_SOURCES {
        let message = format!(
            "more than {MAX_DEFAULT_SOURCES} `sources`, the rest is left out; name each where it is used, as a footnote"
        );
        problems.push(Diagnostic::at_line(1, message));
    }
    let mut resolve = |labels: &[String], line: usize, from_front_matter: bool| -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        for label in labels.iter().filter(|label| seen.insert(*label)) {
            match body.footnotes.get(label) {
                Some(name) => names.push(name.clone()),
                None if label.contains(' ') => names.push(label.clone()),
                None if from_front_matter => problems.push(Diagnostic::at_line(
                    line,
                    format!("source `{label}` is not defined; add a footnote `[^{label}]: ...` to the text, or name the source in full"),
                )),
                None => {}
            }
        }
        if names.is_empty() {
            names.clone_from(&everywhere);
        }
        names.dedup();
        names
    };
    for step in &mut front.steps {
        step.sources = resolve(&step.sources, step.to.line, true);
    }
    let mut passages = Vec::new();
    for fact in &mut front.metrics {
        fact.sources = resolve(&fact.sources, fact.line, true);
        passages.push(Passage {
            kind: PassageKind::Metric,
            heading: None,
            text: format_metric(fact),
            items: Vec::new(),
            search_phrases: fact.search_phrases.clone(),
            sources: fact.sources.clone(),
            line: fact.line,
        });
    }
    for mut passage in body.passages {
        passage.sources = resolve(&passage.sources, passage.line, false);
        passages.push(passage);
    }
    if passages.is_empty() {
        problems.push(Diagnostic::at_line(
            1,
            "nothing is said here; add a summary and responsibilities, or remove the file",
        ));
    }
    if problems.len() > MAX_DIAGNOSTICS {
        problems.sort();
        let line = problems[MAX_DIAGNOSTICS].line;
        let message = format!(
            "there are {} more problems in this file; mend those above first",
            problems.len() - MAX_DIAGNOSTICS
        );
        problems.truncate(MAX_DIAGNOSTICS);
        problems.push(Diagnostic::at_line(line, message));
    }
    let problems = problems.into_iter().map(|problem| problem.with_file(file)).collect();
    let file = file.to_owned();
    let document = Document { slug, file, title, front_matter: front, passages };
    (document, problems)
}

/// Cuts a text into its front matter and its body: the YAML, the body, the line that the body starts on.
fn split_front_matter(text: &str) -> (&str, &str, usize, Vec<Diagnostic>) {
    let Some(rest) = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n")) else {
        return ("", text, 1, Vec::new());
    };
    let mut at = 0;
    for (number, line) in rest.split_inclusive('\n').enumerate() {
        if line.trim_end() == "---" {
            return (&rest[..at], &rest[at + line.len()..], number + 3, Vec::new());
        }
        at += line.len();
    }
    let problem = Diagnostic::at_line(1, "the front matter has no end; add a line `---` below it");
    ("", rest, 2, vec![problem])
}

/// "ward-clerk" as a title: "Ward Clerk".
fn title_from_slug(slug: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    };
    slug.split(['-', '_']).map(capital).collect::<Vec<_>>().join(" ")
}

/// A figure as a sentence: "Median yearly pay: 81,900 US dollars a year (Lightcast)".
fn format_metric(fact: &Metric) -> String {
    let value = match &fact.value {
        MetricValue::Number(number) => format_thousands(*number),
        MetricValue::Range(from, to) => format!("{} to {}", format_thousands(*from), format_thousands(*to)),
        MetricValue::Text(words) => words.clone(),
    };
    let unit = fact.unit.as_deref().map_or(String::new(), |unit| match unit {
        "%" => "%".to_owned(),
        unit => format!(" {unit}"),
    });
    let note = fact.note.as_deref().map_or(String::new(), |note| format!(", {note}"));
    let origin: Vec<&str> =
        [&fact.reported_by, &fact.region, &fact.date].into_iter().flatten().map(String::as_str).collect();
    let origin = if origin.is_empty() { String::new() } else { format!(" ({})", origin.join(", ")) };
    format!("{}: {value}{unit}{note}{origin}", fact.label)
}

/// A number with thousands divided by commas: 81,900; 11.6.
fn format_thousands(number: f64) -> String {
    let text = number.to_string();
    let (whole, rest) =
        text.split_once('.').map_or((text.as_str(), String::new()), |(whole, rest)| (whole, format!(".{rest}")));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{sign}{out}{rest}")
}
