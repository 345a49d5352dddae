//! The body of a document: Markdown in, passages out, each with its line, its sources and its search phrases.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::corpus::front_matter::split_phrases;
use crate::model::diagnostic::Diagnostic;

/// What a passage is in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PassageKind {
    /// What the role or topic is.
    Summary,
    /// Why a team has one.
    Purpose,
    /// A responsibility.
    Responsibility,
    /// What the role does not do.
    OutOfScope,
    /// What it takes to become one.
    Entry,
    /// Anything else, a section at a time.
    Section,
    /// A figure from the front matter.
    Metric,
}

/// A statement that can be found and shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// What it is in its document.
    pub kind: PassageKind,
    /// The group of a responsibility, or the heading of a section.
    pub heading: Option<String>,
    /// The text, without Markdown.
    pub text: String,
    /// The bullets of a section.
    pub items: Vec<String>,
    /// Search phrases, never shown.
    pub search_phrases: Vec<String>,
    /// Labels of footnotes, later the sources themselves.
    pub sources: Vec<String>,
    /// The line it starts on, counted from 1.
    pub line: usize,
}

/// All that a body says.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// The first heading.
    pub title: Option<String>,
    /// The passages in their order.
    pub passages: Vec<Passage>,
    /// Footnotes: label to source.
    pub footnotes: BTreeMap<String, String>,
}

/// The most paragraphs and bullets in a document: the longest shipped one has forty.
const MAX_STATEMENTS: usize = 2_000;
/// The most quotes and lists in one another.
const MAX_NESTING: usize = 30;
/// The longest heading, in characters.
const MAX_HEADING_CHARS: usize = 200;
/// The longest name of a source, in characters.
pub const MAX_SOURCE_CHARS: usize = 300;

/// Words in a heading that tell what stands below it; the first row that fits counts, and a heading that fits none opens a section.
const HEADING_PATTERNS: [(PassageKind, &[&str]); 4] = [
    (
        PassageKind::OutOfScope,
        &[
            "not part of",
            "does not",
            "doesn't",
            "do not",
            "don't",
            "out of scope",
            "limits",
            "not responsible",
            "won't",
        ],
    ),
    (PassageKind::Purpose, &["why ", "purpose", "reason for", "rationale"]),
    (
        PassageKind::Responsibility,
        &[
            "responsib",
            "dutie",
            "duty",
            "what you'll do",
            "what you will do",
            "what you’ll do",
            "what they do",
            "what the role does",
            "what we do",
            "accountab",
            "tasks",
            "day to day",
            "day-to-day",
            "key activities",
            "the work",
        ],
    ),
    (
        PassageKind::Entry,
        &[
            "getting in",
            "background",
            "requirement",
            "qualification",
            "experience",
            "how to become",
            "becoming",
            "ways in",
            "what you need",
            "what you'll need",
            "what you bring",
            "what it takes",
            "who you are",
            "training",
            "education",
        ],
    ),
];

fn classify_heading(heading: &str) -> PassageKind {
    let heading = heading.to_lowercase();
    let fits = |words: &&[&str]| words.iter().any(|word| heading.contains(word));
    HEADING_PATTERNS.iter().find(|(_, words)| fits(words)).map_or(PassageKind::Section, |(part, _)| *part)
}

/// Reads the body of a document. `first_line` is the line of the file that `text` starts on. In a `topic`, headings do not
/// make responsibilities: every section stays a whole.
pub fn parse(text: &str, first_line: usize, topic: bool) -> (Body, Vec<Diagnostic>) {
    let mut reader =
        BodyParser { line_starts: line_starts(text), first_line, is_topic: topic, ..BodyParser::default() };
    let mut text = text;
    if let Some(at) = reader.line_starts.iter().copied().find(|at| exceeds_max_nesting(&text[*at..])) {
        let message = format!(
            "more than {MAX_NESTING} quotes and lists in one another, the rest from here on is left out; write it flat"
        );
        reader.diagnostics.push(Diagnostic::at_line(reader.line_at(at), message));
        text = &text[..at];
    }
    for (event, span) in Parser::new_ext(text, Options::ENABLE_FOOTNOTES | Options::ENABLE_TABLES).into_offset_iter() {
        reader.handle_event(event, span);
    }
    reader.finish_section();
    (reader.body, reader.diagnostics)
}

/// True where the first line opens so many quotes and lists in one another that the parser, which looks through all of them at each
/// line below, would take for ever.
fn exceeds_max_nesting(text: &str) -> bool {
    let line = text.split('\n').next().unwrap_or_default();
    let said = line.trim_start_matches(|mark: char| ">-*+.)\t ".contains(mark) || mark.is_ascii_digit());
    let marks = &line[..line.len() - said.len()];
    let quotes = marks.matches('>').count();
    // Without anything behind them, marks of lists are a line across the page.
    let lists =
        if said.trim().is_empty() { 0 } else { marks.split_whitespace().filter(|mark| !mark.starts_with('>')).count() };
    quotes + lists > MAX_NESTING
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

#[derive(Default)]
struct BodyParser {
    line_starts: Vec<usize>,
    first_line: usize,
    is_topic: bool,
    body: Body,
    diagnostics: Vec<Diagnostic>,
    /// What the section at hand is; summary before the first second-level heading.
    section_kind: Option<PassageKind>,
    heading: Option<String>,
    /// A section that is not finished: its paragraphs and bullets become one passage.
    section: Option<Passage>,
    /// Depth of lists; only the outermost bullet is a statement, deeper ones join its text.
    list_depth: usize,
    in_heading: Option<HeadingLevel>,
    in_footnote: Option<String>,
    text: String,
    footnote_labels: Vec<String>,
    search_phrases: Vec<String>,
    html_comment: String,
    start_offset: usize,
    /// Bullets and paragraphs so far.
    statement_count: usize,
}

impl BodyParser {
    fn handle_event(&mut self, event: Event<'_>, span: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                self.finish_statement(false);
                self.in_heading = Some(level);
            }
            Event::End(TagEnd::Heading(level)) => self.start_section(level, span.start),
            Event::Start(Tag::FootnoteDefinition(label)) => {
                self.finish_statement(false);
                self.in_footnote = Some(label.to_string());
            }
            Event::End(TagEnd::FootnoteDefinition) => {
                let text = self.take_text();
                if let Some(label) = self.in_footnote.take() {
                    let text = self.truncate_with_diagnostic(&text, MAX_SOURCE_CHARS, "source", span.start);
                    self.body.footnotes.insert(label, text);
                }
            }
            Event::Start(Tag::List(_)) => {
                if self.list_depth == 0 {
                    self.finish_statement(false);
                } else {
                    self.push_separator(": ");
                }
                self.list_depth += 1;
            }
            Event::End(TagEnd::List(_)) => self.list_depth -= 1,
            Event::Start(Tag::Item) if self.list_depth == 1 => self.start_offset = span.start,
            Event::Start(Tag::Item) if !self.text.ends_with(": ") => self.push_separator("; "),
            Event::End(TagEnd::Item) if self.list_depth == 1 => self.finish_statement(true),
            Event::Start(Tag::Paragraph) if self.list_depth == 0 && self.in_footnote.is_none() => {
                self.finish_statement(false);
                self.start_offset = span.start;
            }
            Event::End(TagEnd::Paragraph) if self.list_depth == 0 && self.in_footnote.is_none() => {
                self.finish_statement(false)
            }
            Event::Start(Tag::Paragraph) => self.push_separator(" "),
            Event::Start(Tag::TableCell) => self.push_separator(" "),
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => {
                self.start_offset = span.start;
                self.finish_statement(true);
            }
            Event::Text(text) | Event::Code(text) => {
                if self.text.is_empty() && self.in_heading.is_none() && self.list_depth == 0 {
                    self.start_offset = span.start;
                }
                self.text.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            Event::FootnoteReference(label) => self.footnote_labels.push(label.to_string()),
            Event::Html(html) | Event::InlineHtml(html) => self.handle_html(&html),
            _ => {}
        }
    }

    fn push_separator(&mut self, joint: &str) {
        if !self.text.trim().is_empty() {
            let end = self.text.trim_end().trim_end_matches([':', '.', ';']).len();
            if joint != " " {
                self.text.truncate(end);
            }
            self.text.push_str(joint);
        }
    }

    /// `<!-- asked: a; b -->`: search phrases for what stands before. The parser hands over a comment in one piece or several.
    fn handle_html(&mut self, html: &str) {
        // Its end may be cut in two; what was looked at before need not be looked at again.
        let seen = self.html_comment.len().saturating_sub(2);
        self.html_comment.push_str(html);
        let ends = self.html_comment.as_bytes()[seen..].windows(3).any(|mark| mark == b"-->");
        if self.html_comment.starts_with("<!--") && !ends {
            return;
        }
        let comment = std::mem::take(&mut self.html_comment);
        let inner = comment.trim().trim_start_matches("<!--").trim_end_matches("-->").trim();
        let Some(phrases) = inner.strip_prefix("asked:").filter(|_| self.statement_count <= MAX_STATEMENTS) else {
            return;
        };
        if !self.text.trim().is_empty() {
            self.search_phrases.extend(split_phrases(phrases));
        } else if let Some(passage) = self.section.as_mut().or(self.body.passages.last_mut()) {
            passage.search_phrases.extend(split_phrases(phrases));
        }
    }

    fn line_at(&self, at: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= at) + self.first_line - 1
    }

    fn take_text(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".")
    }

    fn start_section(&mut self, level: HeadingLevel, at: usize) {
        let heading = self.take_text();
        let heading = self.truncate_with_diagnostic(&heading, MAX_HEADING_CHARS, "heading", at);
        self.footnote_labels.clear();
        self.in_heading = None;
        self.finish_section();
        if self.body.title.is_none() {
            self.body.title = Some(heading);
            return;
        }
        let part = classify_heading(&heading);
        let group_of_duties = level > HeadingLevel::H2
            && self.section_kind == Some(PassageKind::Responsibility)
            && part != PassageKind::OutOfScope;
        if !group_of_duties {
            self.section_kind = Some(if self.is_topic { PassageKind::Section } else { part });
        }
        let names_itself = matches!(self.section_kind, Some(PassageKind::Section)) || group_of_duties;
        self.heading = names_itself.then_some(heading);
    }

    fn finish_section(&mut self) {
        self.finish_statement(false);
        if let Some(section) = self.section.take() {
            self.body.passages.push(section);
        }
    }

    /// A text that many statements repeat, up to a length: repeated, it would fill the memory.
    fn truncate_with_diagnostic(&mut self, text: &str, most: usize, what: &str, at: usize) -> String {
        let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
        let message = format!("this {what} is longer than {most} characters, the rest of it is left out; shorten it");
        self.diagnostics.push(Diagnostic::at_line(self.line_at(at), message));
        text[..end].to_owned()
    }

    /// Ends the paragraph or bullet at hand.
    fn finish_statement(&mut self, bullet: bool) {
        let text = self.take_text();
        let (sources, asked) = (std::mem::take(&mut self.footnote_labels), std::mem::take(&mut self.search_phrases));
        if text.is_empty() {
            return;
        }
        let line = self.line_at(self.start_offset);
        self.statement_count += 1;
        if self.statement_count > MAX_STATEMENTS {
            if self.statement_count == MAX_STATEMENTS + 1 {
                let message = format!(
                    "more than {MAX_STATEMENTS} statements, the rest from here on is left out; split the file into a document a role"
                );
                self.diagnostics.push(Diagnostic::at_line(line, message));
            }
            return;
        }
        for label in undefined_footnotes(&text) {
            let message =
                format!("the footnote [^{label}] is not defined; add a line `[^{label}]: where it comes from`");
            self.diagnostics.push(Diagnostic::at_line(line, message));
        }
        let part = self.section_kind.unwrap_or(PassageKind::Summary);
        // A line of prose above the bullets introduces them; it is no responsibility itself.
        let part = if part == PassageKind::Responsibility && !bullet { PassageKind::Section } else { part };
        if part == PassageKind::Section {
            let heading = self.heading.clone();
            let section = self.section.get_or_insert_with(|| Passage {
                kind: part,
                heading,
                text: String::new(),
                items: Vec::new(),
                search_phrases: Vec::new(),
                sources: Vec::new(),
                line,
            });
            if bullet {
                section.items.push(text);
            } else {
                if !section.text.is_empty() {
                    section.text.push('\n');
                }
                section.text.push_str(&text);
            }
            section.search_phrases.extend(asked);
            section.sources.extend(sources);
            section.sources.dedup();
            return;
        }
        let heading = self.heading.clone();
        self.body.passages.push(Passage {
            kind: part,
            heading,
            text,
            items: Vec::new(),
            search_phrases: asked,
            sources,
            line,
        });
    }
}

/// Labels that look like footnotes in text that is left over: the parser reads a mark without a definition as plain text.
fn undefined_footnotes(text: &str) -> Vec<&str> {
    text.split("[^").skip(1).filter_map(|rest| rest.split_once(']')).map(|(label, _)| label).collect()
}
