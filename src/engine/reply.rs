//! What comes back: one plain value that each front end draws in its own way. As text and as JSON here.

use std::fmt::Write as _;

use serde::Serialize;

use crate::engine::request::Request;
use crate::i18n::{Language, say};
pub use crate::knowledge::graph_selection::Chart;

/// What kind of answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What a role is.
    Role,
    /// What a role is responsible for.
    Duties,
    /// Which role does something.
    Who,
    /// Whether a role does something.
    Check,
    /// Two roles side by side.
    Compare,
    /// The steps from one role to another.
    Path,
    /// What comes after a role.
    Next,
    /// How to become something.
    Into,
    /// A figure.
    Fact,
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
    Which,
    /// No answer.
    None,
}

impl Kind {
    /// The word for it, in JSON, in buttons and in metrics.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Role => "role",
            Kind::Duties => "duties",
            Kind::Who => "who",
            Kind::Check => "check",
            Kind::Compare => "compare",
            Kind::Path => "path",
            Kind::Next => "next",
            Kind::Into => "into",
            Kind::Fact => "fact",
            Kind::Why => "why",
            Kind::Topic => "topic",
            Kind::Ladder => "ladder",
            Kind::Roles => "roles",
            Kind::Help => "help",
            Kind::Which => "which",
            Kind::None => "none",
        }
    }
}

/// A piece of text with what it stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// What it is about, emphasised: a role's title, a label.
    pub lead: Option<String>,
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
pub struct NextStep {
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
    pub choices: Vec<NextStep>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The language of its frame: of everything but what the corpus says.
    pub language: Language,
    /// What kind of answer it is.
    pub kind: Kind,
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
    pub next: Vec<NextStep>,
    /// Questions to choose from, besides; for front ends that have menus.
    pub menu: Option<Menu>,
    /// Slugs of the roles that it speaks of, best first.
    pub roles: Vec<String>,
    /// Slugs of a route in order, or none.
    pub path: Vec<String>,
    /// What a picture beside it would show. The text says the same.
    pub picture: Option<Chart>,
}

impl Reply {
    /// An answer without content as yet.
    pub fn new(language: Language, kind: Kind, title: impl Into<String>) -> Self {
        Reply {
            language,
            kind,
            answered: kind != Kind::None,
            confidence: 1.0,
            title: title.into(),
            blocks: Vec::new(),
            sources: Vec::new(),
            next: Vec::new(),
            menu: None,
            roles: Vec::new(),
            path: Vec::new(),
            picture: None,
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
    pub fn offer(&mut self, label: impl Into<String>, request: Request) -> &mut Self {
        let step = NextStep { label: label.into(), request };
        if self.next.iter().all(|other| other.request != step.request) {
            self.next.push(step);
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
    pub fn text(&self, style: &Style) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "{}", (style.title)(&self.title));
        for block in &self.blocks {
            match block {
                Block::Paragraph(line) => {
                    let _ = write!(out, "\n{}", style.wrapped(&style.line(line), "", ""));
                }
                Block::Bullets { heading, items } => {
                    out.push('\n');
                    if let Some(heading) = heading {
                        let _ = writeln!(out, "{}", (style.heading)(heading));
                    }
                    for item in items {
                        out.push_str(&style.wrapped(&style.line(item), "  • ", "    "));
                    }
                }
                Block::Fields(fields) => {
                    out.push('\n');
                    for field in fields {
                        out.push_str(&style.wrapped(&style.line(field), "  ", "    "));
                    }
                }
            }
        }
        if !self.sources.is_empty() {
            let _ = writeln!(out, "\n{}", (style.heading)(&say!(self.language, "sources")));
            for (at, source) in self.sources.iter().enumerate() {
                let text = format!("[{}] {} ({}:{})", at + 1, source.title, source.file, source.line);
                out.push_str(&style.wrapped(&(style.faint)(&text), "  ", "      "));
            }
        }
        if !self.next.is_empty() {
            let _ = writeln!(out, "\n{}", (style.heading)(&say!(self.language, "ask-next")));
            for step in &self.next {
                out.push_str(&style.wrapped(&(style.command)(&step.request.typed(self.language)), "  ", "    "));
            }
        }
        out
    }

    /// The reply as the JSON that scripts rely on.
    pub fn to_json(&self, question: &str) -> serde_json::Value {
        serde_json::json!({
            "question": question,
            "answered": self.answered,
            "kind": self.kind.word(),
            "roles": self.roles,
            "path": self.path,
            "text": self.text(&Style::PLAIN),
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
    pub lead: fn(&str) -> String,
    /// What matters less: marks of sources.
    pub faint: fn(&str) -> String,
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
        lead: str::to_owned,
        faint: str::to_owned,
        command: str::to_owned,
        width: None,
    };

    fn line(&self, line: &Line) -> String {
        let mut out = match &line.lead {
            Some(lead) if line.text.is_empty() => (self.lead)(lead),
            Some(lead) => format!("{}: {}", (self.lead)(lead), line.text),
            None => line.text.clone(),
        };
        if !line.sources.is_empty() {
            let marks: String = line.sources.iter().map(|at| format!("[{}]", at + 1)).collect();
            let _ = write!(out, " {}", (self.faint)(&marks));
        }
        out
    }

    fn wrapped(&self, text: &str, first: &str, rest: &str) -> String {
        let Some(width) = self.width else {
            return format!("{first}{}\n", text.replace('\n', &format!("\n{rest}")));
        };
        let options = textwrap::Options::new(width).initial_indent(first).subsequent_indent(rest).break_words(false);
        textwrap::fill(text, options) + "\n"
    }
}
