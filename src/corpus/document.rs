//! Parses the text of one file into a [`Document`] and its diagnostics. No I/O.

use std::collections::HashSet;

use crate::corpus::front_matter::{self, MAX_NAME_CHARS};
use crate::corpus::markdown::{self, MAX_SOURCE_CHARS};
use crate::model::diagnostic::Diagnostic;
use crate::model::document::{Document, DocumentKind, Metric, MetricValue, Passage, PassageKind};

/// Maximum number of default sources: each statement without a source of its own stores them all.
const MAX_DEFAULT_SOURCES: usize = 20;
/// Maximum number of diagnostics reported for one file.
const MAX_DIAGNOSTICS: usize = 100;

/// Parses one document. `file` is its name inside the corpus folder.
pub fn parse(file: &str, text: &str) -> (Document, Vec<Diagnostic>) {
    let slug = file.strip_suffix(".md").unwrap_or(file).to_owned();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (yaml, body, body_line, mut diagnostics) = split_front_matter(text);
    let (mut front_matter, more) = front_matter::parse(yaml, 2);
    diagnostics.extend(more);
    let (body, more) = markdown::parse(body, body_line, front_matter.kind == DocumentKind::Topic);
    diagnostics.extend(more);

    let mut title = front_matter.title.clone().or(body.title).unwrap_or_else(|| {
        let message = "no title: add `title:` to the front matter or a first heading `# ...`";
        diagnostics.push(Diagnostic::at_line(1, message));
        title_from_slug(&slug)
    });
    if let Some((end, _)) = title.char_indices().nth(MAX_NAME_CHARS) {
        title.truncate(end);
        let message = format!("the title is longer than {MAX_NAME_CHARS} characters, the rest is left out; shorten it");
        diagnostics.push(Diagnostic::at_line(1, message));
    }
    let source_name =
        |source: &String| body.footnotes.get(source).unwrap_or(source).chars().take(MAX_SOURCE_CHARS).collect();
    let default_sources: Vec<String> = front_matter.sources.iter().take(MAX_DEFAULT_SOURCES).map(source_name).collect();
    if front_matter.sources.len() > MAX_DEFAULT_SOURCES {
        let message = format!(
            "more than {MAX_DEFAULT_SOURCES} `sources`, the rest is left out; name each where it is used, as a footnote"
        );
        diagnostics.push(Diagnostic::at_line(1, message));
    }
    let mut resolve = |labels: &[String], line: usize, from_front_matter: bool| -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        for label in labels.iter().filter(|label| seen.insert(*label)) {
            match body.footnotes.get(label) {
                Some(name) => names.push(name.clone()),
                None if label.contains(' ') => names.push(label.clone()),
                None if from_front_matter => diagnostics.push(Diagnostic::at_line(
                    line,
                    format!("source `{label}` is not defined; add a footnote `[^{label}]: ...` to the text, or name the source in full"),
                )),
                None => {}
            }
        }
        if names.is_empty() {
            names.clone_from(&default_sources);
        }
        names.dedup();
        names
    };
    for step in &mut front_matter.steps {
        step.sources = resolve(&step.sources, step.to.line, true);
    }
    let mut passages = Vec::new();
    for metric in &mut front_matter.metrics {
        metric.sources = resolve(&metric.sources, metric.line, true);
        passages.push(Passage {
            kind: PassageKind::Metric,
            heading: None,
            text: format_metric(metric),
            items: Vec::new(),
            search_phrases: metric.search_phrases.clone(),
            sources: metric.sources.clone(),
            line: metric.line,
        });
    }
    for mut passage in body.passages {
        passage.sources = resolve(&passage.sources, passage.line, false);
        passages.push(passage);
    }
    if passages.is_empty() {
        diagnostics.push(Diagnostic::at_line(
            1,
            "the document is empty; add a summary and responsibilities, or remove the file",
        ));
    }
    if diagnostics.len() > MAX_DIAGNOSTICS {
        diagnostics.sort();
        let line = diagnostics[MAX_DIAGNOSTICS].line;
        let message = format!(
            "there are {} more problems in this file; fix those above first",
            diagnostics.len() - MAX_DIAGNOSTICS
        );
        diagnostics.truncate(MAX_DIAGNOSTICS);
        diagnostics.push(Diagnostic::at_line(line, message));
    }
    let diagnostics = diagnostics.into_iter().map(|diagnostic| diagnostic.with_file(file)).collect();
    (Document { slug, file: file.to_owned(), title, front_matter, passages }, diagnostics)
}

/// Splits a text into the YAML, the body, the line that the body starts on, and diagnostics.
fn split_front_matter(text: &str) -> (&str, &str, usize, Vec<Diagnostic>) {
    let Some(rest) = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n")) else {
        return ("", text, 1, Vec::new());
    };
    let mut offset = 0;
    for (index, line) in rest.split_inclusive('\n').enumerate() {
        if line.trim_end() == "---" {
            return (&rest[..offset], &rest[offset + line.len()..], index + 3, Vec::new());
        }
        offset += line.len();
    }
    let diagnostic = Diagnostic::at_line(1, "the front matter has no end; add a line `---` below it");
    ("", rest, 2, vec![diagnostic])
}

/// Turns "ward-clerk" into "Ward Clerk".
fn title_from_slug(slug: &str) -> String {
    let capitalize = |word: &str| {
        let mut chars = word.chars();
        chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
    };
    slug.split(['-', '_']).map(capitalize).collect::<Vec<_>>().join(" ")
}

/// A metric as a sentence: "Median yearly pay: 81,900 US dollars a year (Lightcast)".
fn format_metric(metric: &Metric) -> String {
    let value = match &metric.value {
        MetricValue::Number(number) => format_thousands(*number),
        MetricValue::Range(from, to) => format!("{} to {}", format_thousands(*from), format_thousands(*to)),
        MetricValue::Text(text) => text.clone(),
    };
    let unit = metric.unit.as_deref().map_or(String::new(), |unit| match unit {
        "%" => "%".to_owned(),
        unit => format!(" {unit}"),
    });
    let note = metric.note.as_deref().map_or(String::new(), |note| format!(", {note}"));
    let origin: Vec<&str> =
        [&metric.reported_by, &metric.region, &metric.date].into_iter().flatten().map(String::as_str).collect();
    let origin = if origin.is_empty() { String::new() } else { format!(" ({})", origin.join(", ")) };
    format!("{}: {value}{unit}{note}{origin}", metric.label)
}

/// Formats a number with commas between thousands: 81,900; 11.6.
fn format_thousands(number: f64) -> String {
    let text = number.to_string();
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{sign}{out}{fraction}")
}
