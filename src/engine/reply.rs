//! What comes back: one plain value that each front end draws in its own way. As text and as JSON here.

use std::fmt::Write as _;

use serde::Serialize;

use crate::engine::request::Request;
use crate::i18n::{Language, t};
pub use crate::knowledge::graph_selection::GraphSelection;

/// What kind of answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReplyKind {
    /// What a role is.
    Role,
    /// What a role is responsible for.
    Duties,
    /// Which role does something.
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
    /// A figure.
    Metric,
    /// Why a team has a role.
    Why,
    /// A passage about a subject.
    Topic,
    /// The career ladder.
    Ladder,
    /// The directory.
    Roles,
    /// What can be asked.
    Help,
    /// A question back: which of these is meant?
    Disambiguate,
    /// No answer.
    NoAnswer,
}

impl ReplyKind {
    /// The word for it, in JSON, in buttons and in metrics.
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

/// A piece of text with what it stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// What it is about, emphasised: a role's title, a label.
    pub label: Option<String>,
    /// The text itself; plain, without any markup.
    pub text: String,
    /// Positions in the reply's sources.
    pub sources: Vec<usize>,
}

/// A part of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Running text.
    Paragraph(Line),
    /// Items below an optional heading.
    Bullets {
        /// What the items have in common.
        heading: Option<String>,
        /// The items.
        items: Vec<Line>,
    },
    /// Short labelled values: a label in `lead`, a value in `text`.
    Fields(Vec<Line>),
}

/// Where a statement comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// The source's document and section.
    pub title: String,
    /// The file of the corpus that says so.
    pub file: String,
    /// The first line there that this reply takes from.
    pub line: usize,
}

/// A question that follows naturally.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuggestedAction {
    /// What it is called on a button.
    pub label: String,
    /// What it asks.
    pub request: Request,
}

/// Questions to choose one from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu {
    /// What is chosen.
    pub title: String,
    /// What there is to choose.
    pub choices: Vec<SuggestedAction>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The language of its frame: of everything but what the corpus says.
    pub language: Language,
    /// What kind of answer it is.
    pub kind: ReplyKind,
    /// False where the corpus does not know: a front end that nobody addressed keeps silent.
    pub answered: bool,
    /// How sure the bot is that this answers the question, 0 to 1.
    pub confidence: f32,
    /// One line on top.
    pub title: String,
    /// The answer's parts.
    pub blocks: Vec<Block>,
    /// Where the answer comes from.
    pub sources: Vec<Citation>,
    /// Questions that follow naturally.
    pub suggestions: Vec<SuggestedAction>,
    /// Questions to choose from, besides; for front ends that have menus.
    pub menu: Option<Menu>,
    /// Slugs of the roles that it speaks of, best first.
    pub roles: Vec<String>,
    /// Slugs of a route in order, or none.
    pub path: Vec<String>,
    /// What a picture beside it would show. The text says the same.
    pub diagram: Option<GraphSelection>,
}

impl Reply {
    /// An answer without content as yet.
    pub fn new(language: Language, kind: ReplyKind, title: impl Into<String>) -> Self {
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

    /// Adds running text.
    pub fn paragraph(&mut self, text: impl Into<String>) -> &mut Self {
        self.blocks.push(Block::Paragraph(Line { text: text.into(), ..Line::default() }));
        self
    }

    /// Adds items, where there are any.
    pub fn bullets(&mut self, heading: Option<&str>, items: Vec<Line>) -> &mut Self {
        if !items.is_empty() {
            self.blocks.push(Block::Bullets { heading: heading.map(str::to_owned), items });
        }
        self
    }

    /// Offers a question that follows naturally.
    pub fn suggest(&mut self, label: impl Into<String>, request: Request) -> &mut Self {
        let step = SuggestedAction { label: label.into(), request };
        if self.suggestions.iter().all(|other| other.request != step.request) {
            self.suggestions.push(step);
        }
        self
    }

    /// Adds a source, once, and gives its position.
    pub fn cite(&mut self, title: &str, file: &str, line: usize) -> usize {
        if let Some(at) = self.sources.iter().position(|source| source.title == title && source.file == file) {
            self.sources[at].line = self.sources[at].line.min(line);
            return at;
        }
        self.sources.push(Citation { title: title.to_owned(), file: file.to_owned(), line });
        self.sources.len() - 1
    }

    /// The reply as text, as a terminal shows it. `style` says how to set each part off; [`Style::PLAIN`] does not.
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
            for step in &self.suggestions {
                out.push_str(&style.wrap(&(style.command)(&step.request.to_command_text(self.language)), "  ", "    "));
            }
        }
        out
    }

    /// The reply as the JSON that scripts rely on.
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

/// How a terminal sets the parts of a reply off.
#[derive(Clone, Copy)]
pub struct Style {
    /// The line on top.
    pub title: fn(&str) -> String,
    /// A heading inside.
    pub heading: fn(&str) -> String,
    /// What a line is about.
    pub label: fn(&str) -> String,
    /// What matters less: marks of sources.
    pub muted: fn(&str) -> String,
    /// Something to type.
    pub command: fn(&str) -> String,
    /// Where lines are broken, in columns; not at all where there is none.
    pub width: Option<usize>,
}

impl std::fmt::Debug for Style {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Style").field("width", &self.width).finish_non_exhaustive()
    }
}

impl Style {
    /// Nothing set off, no line broken: for pipes and JSON.
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
            Some(lead) if line.text.is_empty() => (self.label)(lead),
            Some(lead) => format!("{}: {}", (self.label)(lead), line.text),
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
