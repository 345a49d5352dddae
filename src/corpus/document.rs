//! A document of the corpus: text in, a [`Document`] and its problems out. Pure.

use std::collections::HashSet;

use crate::corpus::front_matter::{self, Fact, FrontMatter, Kind, LONGEST_NAME, Value};
use crate::corpus::markdown::{self, LONGEST_SOURCE, Part, Passage};
use crate::model::diagnostic::Problem;

/// The most sources that stand for every statement of a document: each statement names them all.
const MOST_SOURCES: usize = 20;
/// The most problems of one file that are told: who wrote it mends those, and sees what is left.
const MOST_PROBLEMS: usize = 100;

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
    pub front: FrontMatter,
    /// Everything that can be found, in the order of the file; figures first.
    pub passages: Vec<Passage>,
}

impl Document {
    /// The passages of one part, in the order of the file.
    pub fn part(&self, part: Part) -> impl Iterator<Item = &Passage> {
        self.passages.iter().filter(move |passage| passage.part == part)
    }

    /// The figures of one measure, each with its passage; an empty measure is any. Figures are the first passages, in their order.
    pub fn figures(&self, measure: &str) -> impl Iterator<Item = (&Fact, &Passage)> {
        self.front.facts.iter().zip(&self.passages).filter(move |(fact, _)| fact.measures(measure))
    }

    /// True for a role, false for a topic.
    pub fn is_role(&self) -> bool {
        self.front.kind == Kind::Role
    }
}

/// Reads one document. `file` is its name inside the corpus folder; the slug is that without `.md`.
pub fn parse(file: &str, text: &str) -> (Document, Vec<Problem>) {
    let slug = file.strip_suffix(".md").unwrap_or(file).to_owned();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (yaml, body, body_line, mut problems) = split(text);
    let (mut front, more) = front_matter::parse(yaml, 2);
    problems.extend(more);
    let (body, more) = markdown::parse(body, body_line, front.kind == Kind::Topic);
    problems.extend(more);

    let mut title = front.title.clone().or(body.title).unwrap_or_else(|| {
        let message = "no title: add `title:` to the front matter or a first heading `# ...`";
        problems.push(Problem::at(1, message));
        title_from(&slug)
    });
    if let Some((end, _)) = title.char_indices().nth(LONGEST_NAME) {
        title.truncate(end);
        let message = format!("the title is longer than {LONGEST_NAME} characters, the rest is left out; shorten it");
        problems.push(Problem::at(1, message));
    }
    let named = |source: &String| body.footnotes.get(source).unwrap_or(source).chars().take(LONGEST_SOURCE).collect();
    let everywhere: Vec<String> = front.sources.iter().take(MOST_SOURCES).map(named).collect();
    if front.sources.len() > MOST_SOURCES {
        let message = format!(
            "more than {MOST_SOURCES} `sources`, the rest is left out; name each where it is used, as a footnote"
        );
        problems.push(Problem::at(1, message));
    }
    let mut resolve = |labels: &[String], line: usize, from_front_matter: bool| -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        for label in labels.iter().filter(|label| seen.insert(*label)) {
            match body.footnotes.get(label) {
                Some(name) => names.push(name.clone()),
                None if label.contains(' ') => names.push(label.clone()),
                None if from_front_matter => problems.push(Problem::at(
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
    for fact in &mut front.facts {
        fact.sources = resolve(&fact.sources, fact.line, true);
        passages.push(Passage {
            part: Part::Figure,
            heading: None,
            text: figure_text(fact),
            items: Vec::new(),
            asked: fact.asked.clone(),
            sources: fact.sources.clone(),
            line: fact.line,
        });
    }
    for mut passage in body.passages {
        passage.sources = resolve(&passage.sources, passage.line, false);
        passages.push(passage);
    }
    if passages.is_empty() {
        problems.push(Problem::at(1, "nothing is said here; add a summary and responsibilities, or remove the file"));
    }
    if problems.len() > MOST_PROBLEMS {
        problems.sort();
        let line = problems[MOST_PROBLEMS].line;
        let message =
            format!("there are {} more problems in this file; mend those above first", problems.len() - MOST_PROBLEMS);
        problems.truncate(MOST_PROBLEMS);
        problems.push(Problem::at(line, message));
    }
    let problems = problems.into_iter().map(|problem| problem.inside(file)).collect();
    let file = file.to_owned();
    let document = Document { slug, file, title, front, passages };
    (document, problems)
}

/// Cuts a text into its front matter and its body: the YAML, the body, the line that the body starts on.
fn split(text: &str) -> (&str, &str, usize, Vec<Problem>) {
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
    let problem = Problem::at(1, "the front matter has no end; add a line `---` below it");
    ("", rest, 2, vec![problem])
}

/// "ward-clerk" as a title: "Ward Clerk".
fn title_from(slug: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    };
    slug.split(['-', '_']).map(capital).collect::<Vec<_>>().join(" ")
}

/// A figure as a sentence: "Median yearly pay: 81,900 US dollars a year (Lightcast)".
fn figure_text(fact: &Fact) -> String {
    let value = match &fact.value {
        Value::Number(number) => grouped(*number),
        Value::Range(from, to) => format!("{} to {}", grouped(*from), grouped(*to)),
        Value::Words(words) => words.clone(),
    };
    let unit = fact.unit.as_deref().map_or(String::new(), |unit| match unit {
        "%" => "%".to_owned(),
        unit => format!(" {unit}"),
    });
    let note = fact.note.as_deref().map_or(String::new(), |note| format!(", {note}"));
    let origin: Vec<&str> = [&fact.by, &fact.region, &fact.date].into_iter().flatten().map(String::as_str).collect();
    let origin = if origin.is_empty() { String::new() } else { format!(" ({})", origin.join(", ")) };
    format!("{}: {value}{unit}{note}{origin}", fact.label)
}

/// A number with thousands divided by commas: 81,900; 11.6.
fn grouped(number: f64) -> String {
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
