//! The types of a document: front matter, passages, metrics, career steps.

use serde::Deserialize;

/// One role or topic.
#[derive(Clone, Debug)]
pub struct Document {
    /// File name without `.md`; other documents refer to it by this.
    pub slug: String,
    /// File name inside the corpus folder.
    pub file: String,
    /// Display name.
    pub title: String,
    /// Names, career steps, metrics.
    pub front_matter: FrontMatter,
    /// One passage for each metric, in their order, then those of the body in the order of the file.
    pub passages: Vec<Passage>,
}

impl Document {
    /// The passages of one kind, in the order of the file.
    pub fn passages_of_kind(&self, kind: PassageKind) -> impl Iterator<Item = &Passage> {
        self.passages.iter().filter(move |passage| passage.kind == kind)
    }

    /// The metrics of one measure, each with its passage; an empty `measure` means all.
    pub(crate) fn metrics(&self, measure: &str) -> impl Iterator<Item = (&Metric, &Passage)> {
        self.front_matter.metrics.iter().zip(&self.passages).filter(move |(metric, _)| metric.has_measure(measure))
    }

    /// True for a role, false for a topic.
    pub fn is_role(&self) -> bool {
        self.front_matter.kind == DocumentKind::Role
    }
}

/// The kind of a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PassageKind {
    /// What the role or topic is.
    Summary,
    /// Why the role exists.
    Purpose,
    /// A responsibility.
    Responsibility,
    /// What the role does not do.
    OutOfScope,
    /// Requirements for the role.
    Entry,
    /// Any other text; one passage per section.
    Section,
    /// A metric from the front matter.
    Metric,
}

/// The unit of search and display: one statement or one section.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// The kind.
    pub(crate) kind: PassageKind,
    /// The group of a responsibility, or the heading of a section.
    pub heading: Option<String>,
    /// The text, without Markdown.
    pub text: String,
    /// The bullets of a section.
    pub items: Vec<String>,
    /// Search phrases, never shown.
    pub search_phrases: Vec<String>,
    /// Names of the sources; footnote labels before they are resolved.
    pub sources: Vec<String>,
    /// The line that it starts on, from 1.
    pub line: usize,
}

/// Whether a document describes a role or a subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DocumentKind {
    /// A role with responsibilities.
    #[default]
    Role,
    /// A subject.
    Topic,
}

/// The direction of a career step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// A promotion.
    #[default]
    Up,
    /// Another role of the same seniority.
    Sideways,
    /// An entry from a neighbouring field.
    Entry,
}

/// A text with its line in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned {
    /// The text as written.
    pub text: String,
    /// The line, from 1.
    pub line: usize,
}

/// A career step to another role.
#[derive(Clone, Debug, PartialEq)]
pub struct CareerStep {
    /// The slug of the target role.
    pub to: Spanned,
    /// Promotion, sideways move, or entry from another field.
    pub direction: Direction,
    /// New duties in the target role.
    pub adds: Vec<String>,
    /// Duties that end with the step.
    pub(crate) drops: Vec<String>,
    /// Names of the sources; footnote labels before they are resolved.
    pub sources: Vec<String>,
}

/// The value of a metric.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum MetricValue {
    /// One number.
    Number(f64),
    /// From the first to the second, both included.
    Range(f64, f64),
    /// A value that is not a number.
    Text(String),
}

/// A figure from the sources, such as pay or years of experience.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// What the value describes, and for whom; readable on its own.
    pub label: String,
    /// Category in lower case: pay, experience, growth, duration, count ...
    pub measure: Option<String>,
    /// The value.
    pub value: MetricValue,
    /// The unit, such as "US dollars a year".
    pub unit: Option<String>,
    /// The organisation that published the value.
    pub reported_by: Option<String>,
    /// The region that the value applies to.
    pub(crate) region: Option<String>,
    /// The date of the value.
    pub(crate) date: Option<String>,
    /// A caveat.
    pub(crate) note: Option<String>,
    /// Names of the sources; footnote labels before they are resolved.
    pub sources: Vec<String>,
    /// Search phrases, never shown.
    pub(crate) search_phrases: Vec<String>,
    /// The line in the file, from 1.
    pub line: usize,
}

impl Metric {
    /// True if the metric has this measure; an empty `measure` matches all.
    pub(crate) fn has_measure(&self, measure: &str) -> bool {
        measure.is_empty() || self.measure.as_deref() == Some(measure)
    }
}

/// The front matter of one document.
#[derive(Clone, Debug, Default)]
pub struct FrontMatter {
    /// Display name.
    pub(crate) title: Option<String>,
    /// Role or topic.
    pub(crate) kind: DocumentKind,
    /// Other names.
    pub aliases: Vec<Spanned>,
    /// Names that this document shares with others.
    pub(crate) ambiguous: Vec<Spanned>,
    /// The family of roles.
    pub(crate) family: Option<String>,
    /// Seniority; higher is more senior.
    pub(crate) level: Option<i64>,
    /// Slugs of the roles whose responsibilities this role includes.
    pub(crate) inherits: Vec<Spanned>,
    /// Career steps from this role.
    pub steps: Vec<CareerStep>,
    /// Metrics.
    pub metrics: Vec<Metric>,
    /// In a topic: slugs of the roles that own it, the main owner first.
    pub roles: Vec<Spanned>,
    /// Default sources: used for statements without a source of their own.
    pub(crate) sources: Vec<String>,
}
