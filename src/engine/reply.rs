//! The reply: one value for all front ends, rendered here as text and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use crate::engine::request::Request;
use crate::i18n::{Language, t};
pub(crate) use crate::knowledge::graph_selection::GraphSelection;

/// What kind of answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReplyKind {
    /// What a role is.
    Role,
    /// What a role is responsible for.
    Duties,
    /// Which roles do something.
    FindOwner,
    /// Whether a role does something.
    YesNo,
    /// Two roles side by side.
    Compare,
    /// The steps from one role to another.
    Path,
    /// What comes after a role.
    Next,
    /// How to become something.
    HowToBecome,
    /// A metric: pay, years of experience, ...
    Metric,
    /// Why a team has a role.
    Why,
    /// Passages about a topic.
    Topic,
    /// The career ladder.
    Ladder,
    /// The list of roles.
    Roles,
    /// What can be asked.
    Help,
    /// A question to the user: which of these roles is meant?
    Disambiguate,
    /// No answer.
    NoAnswer,
}

impl ReplyKind {
    /// Its name in JSON, in custom ids and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            ReplyKind::Role => "role",
            ReplyKind::Duties => "duties",
            ReplyKind::FindOwner => "who",
            ReplyKind::YesNo => "check",
            ReplyKind::Compare => "compare",
            ReplyKind::Path => "path",
            ReplyKind::Next => "next",
            ReplyKind::HowToBecome => "into",
            ReplyKind::Metric => "fact",
            ReplyKind::Why => "why",
            ReplyKind::Topic => "topic",
            ReplyKind::Ladder => "ladder",
            ReplyKind::Roles => "roles",
            ReplyKind::Help => "help",
            ReplyKind::Disambiguate => "which",
            ReplyKind::NoAnswer => "none",
        }
    }
}

/// A text with its label and its citations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Shown emphasized before the text: a role's title, a field's name.
    pub(crate) label: Option<String>,
    /// Plain text, without markup.
    pub text: String,
    /// Positions in [`Reply::sources`].
    pub sources: Vec<usize>,
}

impl Line {
    /// A text without label and citations.
    pub(crate) fn new(text: impl Into<String>) -> Line {
        Line { text: text.into(), ..Line::default() }
    }

    /// A text with a label and no citations.
    pub(crate) fn labeled(label: impl Into<String>, text: impl Into<String>) -> Line {
        Line { label: Some(label.into()), ..Line::new(text) }
    }
}

/// A part of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Line),
    /// A list with an optional heading.
    Bullets {
        /// The heading.
        heading: Option<String>,
        /// The items.
        items: Vec<Line>,
    },
    /// Short values, each with a label.
    Fields(Vec<Line>),
}

/// The source of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// Title of the source.
    pub title: String,
    /// File in the corpus.
    pub file: String,
    /// First line, counted from 1, of the passages cited from it.
    pub line: usize,
}

/// A follow-up question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuggestedAction {
    /// Text of the button.
    pub label: String,
    /// The request that it sends.
    pub request: Request,
}

/// A select menu of requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Menu {
    /// Placeholder of the menu.
    pub(crate) title: String,
    /// The options.
    pub(crate) choices: Vec<SuggestedAction>,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Language of the fixed phrases; quotations of the corpus stay in theirs.
    pub language: Language,
    /// What kind of answer it is.
    pub kind: ReplyKind,
    /// False if the corpus has no answer. Front ends send nothing then, unless the bot was addressed.
    pub answered: bool,
    /// Confidence, 0 to 1, that this answers the question.
    pub confidence: f32,
    /// Title, one line.
    pub title: String,
    /// Content.
    pub blocks: Vec<Block>,
    /// Sources of the content.
    pub sources: Vec<Citation>,
    /// Follow-up questions.
    pub suggestions: Vec<SuggestedAction>,
    /// A select menu, for front ends that have one.
    pub(crate) menu: Option<Menu>,
    /// Slugs of the roles in the answer, best first.
    pub roles: Vec<String>,
    /// Slugs of a career path, in order; empty in other kinds of replies.
    pub path: Vec<String>,
    /// The part of the career graph to draw. The text has the same content.
    pub diagram: Option<GraphSelection>,
}

impl Reply {
    /// An empty reply with confidence 1.
    pub(crate) fn new(language: Language, kind: ReplyKind, title: impl Into<String>) -> Self {
        Reply {
            language,
            kind,
            answered: kind != ReplyKind::NoAnswer,
            confidence: 1.0,
            title: title.into(),
            blocks: Vec::new(),
            sources: Vec::new(),
            suggestions: Vec::new(),
            menu: None,
            roles: Vec::new(),
            path: Vec::new(),
            diagram: None,
        }
    }

    /// Adds a paragraph.
    pub(crate) fn paragraph(&mut self, text: impl Into<String>) -> &mut Self {
        self.blocks.push(Block::Paragraph(Line::new(text)));
        self
    }

    /// Adds a paragraph with a label and no citation.
    pub(crate) fn labeled_paragraph(&mut self, label: impl Into<String>, text: impl Into<String>) -> &mut Self {
        self.blocks.push(Block::Paragraph(Line::labeled(label, text)));
        self
    }

    /// Adds a list, unless it is empty.
    pub(crate) fn bullets(&mut self, heading: Option<&str>, items: Vec<Line>) -> &mut Self {
        if !items.is_empty() {
            self.blocks.push(Block::Bullets { heading: heading.map(str::to_owned), items });
        }
        self
    }

    /// Adds a follow-up question, unless there is one with the same request.
    pub(crate) fn suggest(&mut self, label: impl Into<String>, request: Request) -> &mut Self {
        let action = SuggestedAction { label: label.into(), request };
        if self.suggestions.iter().all(|other| other.request != action.request) {
            self.suggestions.push(action);
        }
        self
    }

    /// Adds a source unless it is there already; returns its position.
    pub(crate) fn cite(&mut self, title: &str, file: &str, line: usize) -> usize {
        if let Some(position) = self.sources.iter().position(|source| source.title == title && source.file == file) {
            self.sources[position].line = self.sources[position].line.min(line);
            return position;
        }
        self.sources.push(Citation { title: title.to_owned(), file: file.to_owned(), line });
        self.sources.len() - 1
    }

    /// Renders the reply as text, with `style` for the terminal or [`Style::PLAIN`].
    pub fn to_text(&self, style: &Style) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "{}", (style.title)(&self.title));
        for block in &self.blocks {
            match block {
                Block::Paragraph(line) => {
                    let _ = write!(out, "\n{}", style.wrap(&style.format_line(line), "", ""));
                }
                Block::Bullets { heading, items } => {
                    out.push('\n');
                    if let Some(heading) = heading {
                        let _ = writeln!(out, "{}", (style.heading)(heading));
                    }
                    for item in items {
                        out.push_str(&style.wrap(&style.format_line(item), "  • ", "    "));
                    }
                }
                Block::Fields(fields) => {
                    out.push('\n');
                    for field in fields {
                        out.push_str(&style.wrap(&style.format_line(field), "  ", "    "));
                    }
                }
            }
        }
        if !self.sources.is_empty() {
            let _ = writeln!(out, "\n{}", (style.heading)(&t!(self.language, "sources")));
            for (at, source) in self.sources.iter().enumerate() {
                let text = format!("[{}] {} ({}:{})", at + 1, source.title, source.file, source.line);
                out.push_str(&style.wrap(&(style.muted)(&text), "  ", "      "));
            }
        }
        if !self.suggestions.is_empty() {
            let _ = writeln!(out, "\n{}", (style.heading)(&t!(self.language, "ask-next")));
            for action in &self.suggestions {
                out.push_str(&style.wrap(
                    &(style.command)(&action.request.to_command_text(self.language)),
                    "  ",
                    "    ",
                ));
            }
        }
        out
    }

    /// Renders the reply as JSON, a stable format for scripts.
    pub fn to_json(&self, question: &str) -> serde_json::Value {
        serde_json::json!({
            "question": question,
            "answered": self.answered,
            "kind": self.kind.as_str(),
            "roles": self.roles,
            "path": self.path,
            "text": self.to_text(&Style::PLAIN),
            "sources": self.sources,
            "confidence": (f64::from(self.confidence) * 100.0).round() / 100.0,
        })
    }
}

/// How a terminal renders the parts of a reply.
#[derive(Clone, Copy)]
pub struct Style {
    /// The title.
    pub(crate) title: fn(&str) -> String,
    /// A heading of a list.
    pub(crate) heading: fn(&str) -> String,
    /// A label.
    pub(crate) label: fn(&str) -> String,
    /// Citation marks and sources.
    pub(crate) muted: fn(&str) -> String,
    /// A command.
    pub(crate) command: fn(&str) -> String,
    /// Columns to wrap at; `None`: no wrapping.
    pub(crate) width: Option<usize>,
}

impl std::fmt::Debug for Style {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Style").field("width", &self.width).finish_non_exhaustive()
    }
}

impl Style {
    /// No styling and no wrapping: for pipes and JSON.
    pub const PLAIN: Style = Style {
        title: str::to_owned,
        heading: str::to_owned,
        label: str::to_owned,
        muted: str::to_owned,
        command: str::to_owned,
        width: None,
    };

    fn format_line(&self, line: &Line) -> String {
        let mut out = match &line.label {
            Some(label) if line.text.is_empty() => (self.label)(label),
            Some(label) => format!("{}: {}", (self.label)(label), line.text),
            None => line.text.clone(),
        };
        if !line.sources.is_empty() {
            let marks: String = line.sources.iter().map(|at| format!("[{}]", at + 1)).collect();
            let _ = write!(out, " {}", (self.muted)(&marks));
        }
        out
    }

    fn wrap(&self, text: &str, first: &str, rest: &str) -> String {
        let Some(width) = self.width else {
            return format!("{first}{}\n", text.replace('\n', &format!("\n{rest}")));
        };
        let options = textwrap::Options::new(width).initial_indent(first).subsequent_indent(rest).break_words(false);
        textwrap::fill(text, options) + "\n"
    }
}
