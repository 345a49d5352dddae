//! Parses the Markdown body of a document into passages with line, sources and search phrases.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::corpus::front_matter::split_phrases;
use crate::model::diagnostic::Diagnostic;
use crate::model::document::{Passage, PassageKind};

/// The parsed body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    /// The first heading.
    pub(crate) title: Option<String>,
    /// The passages in the order of the text.
    pub(crate) passages: Vec<Passage>,
    /// Footnotes: label to source.
    pub(crate) footnotes: BTreeMap<String, String>,
}

/// Maximum number of paragraphs and bullets in a document: the longest shipped one has forty.
const MAX_STATEMENTS: usize = 2_000;
/// Maximum depth of nested quotes and lists.
const MAX_NESTING: usize = 30;
/// Maximum length of a heading, in characters.
const MAX_HEADING_CHARS: usize = 200;
/// Maximum length of the name of a source, in characters.
pub(crate) const MAX_SOURCE_CHARS: usize = 300;

/// Substrings of a lower-case heading that set the kind of the text below it. The first matching row wins; without a match the kind is
/// `Section`.
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
    let matches = |patterns: &&[&str]| patterns.iter().any(|pattern| heading.contains(pattern));
    HEADING_PATTERNS.iter().find(|(_, patterns)| matches(patterns)).map_or(PassageKind::Section, |(kind, _)| *kind)
}

/// Parses the body of a document. `first_line` is the line of the file that `text` starts on. With `is_topic` every heading starts a
/// plain section.
pub(crate) fn parse(mut text: &str, first_line: usize, is_topic: bool) -> (Body, Vec<Diagnostic>) {
    let mut parser = BodyParser { line_starts: line_starts(text), first_line, is_topic, ..BodyParser::default() };
    if let Some(offset) = parser.line_starts.iter().copied().find(|offset| exceeds_max_nesting(&text[*offset..])) {
        let message = format!(
            "more than {MAX_NESTING} nested quotes and lists, the rest from here on is left out; write it without nesting"
        );
        parser.diagnostics.push(Diagnostic::at_line(parser.line_at(offset), message));
        text = &text[..offset];
    }
    for (event, span) in Parser::new_ext(text, Options::ENABLE_FOOTNOTES | Options::ENABLE_TABLES).into_offset_iter() {
        parser.handle_event(event, span);
    }
    parser.finish_section();
    (parser.body, parser.diagnostics)
}

/// True if the first line opens more than [`MAX_NESTING`] quotes and lists. At each following line the parser checks every open
/// container, so deep nesting is slow.
fn exceeds_max_nesting(text: &str) -> bool {
    let line = text.split('\n').next().unwrap_or_default();
    let content = line.trim_start_matches(|c: char| ">-*+.)\t ".contains(c) || c.is_ascii_digit());
    let markers = &line[..line.len() - content.len()];
    let quotes = markers.matches('>').count();
    // List markers without content are a thematic break.
    let lists = if content.trim().is_empty() {
        0
    } else {
        markers.split_whitespace().filter(|marker| !marker.starts_with('>')).count()
    };
    quotes + lists > MAX_NESTING
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(offset, _)| offset + 1)).collect()
}

#[derive(Default)]
struct BodyParser {
    line_starts: Vec<usize>,
    first_line: usize,
    is_topic: bool,
    body: Body,
    diagnostics: Vec<Diagnostic>,
    /// Kind of the current section; `None` before the first heading below the title, which means `Summary`.
    section_kind: Option<PassageKind>,
    heading: Option<String>,
    /// The open `Section` passage, which collects paragraphs and bullets.
    section: Option<Passage>,
    /// Depth of lists. Only an outermost bullet is a statement; nested ones join its text.
    list_depth: usize,
    in_heading: Option<HeadingLevel>,
    in_footnote: Option<String>,
    text: String,
    footnote_labels: Vec<String>,
    search_phrases: Vec<String>,
    html_comment: String,
    start_offset: usize,
    /// Number of bullets and paragraphs so far.
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

    fn push_separator(&mut self, separator: &str) {
        if !self.text.trim().is_empty() {
            let end = self.text.trim_end().trim_end_matches([':', '.', ';']).len();
            if separator != " " {
                self.text.truncate(end);
            }
            self.text.push_str(separator);
        }
    }

    /// `<!-- asked: a; b -->`: search phrases for the preceding statement. The parser delivers a comment in one or more events.
    fn handle_html(&mut self, html: &str) {
        // The end marker may span two events.
        let searched = self.html_comment.len().saturating_sub(2);
        self.html_comment.push_str(html);
        let ends = self.html_comment.as_bytes()[searched..].windows(3).any(|bytes| bytes == b"-->");
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

    /// The line of the file at a byte offset in the body.
    fn line_at(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset) + self.first_line - 1
    }

    fn take_text(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".")
    }

    fn start_section(&mut self, level: HeadingLevel, offset: usize) {
        let heading = self.take_text();
        let heading = self.truncate_with_diagnostic(&heading, MAX_HEADING_CHARS, "heading", offset);
        self.footnote_labels.clear();
        self.in_heading = None;
        self.finish_section();
        if self.body.title.is_none() {
            self.body.title = Some(heading);
            return;
        }
        let kind = classify_heading(&heading);
        let is_responsibility_group = level > HeadingLevel::H2
            && self.section_kind == Some(PassageKind::Responsibility)
            && kind != PassageKind::OutOfScope;
        if !is_responsibility_group {
            self.section_kind = Some(if self.is_topic { PassageKind::Section } else { kind });
        }
        let keeps_heading = self.section_kind == Some(PassageKind::Section) || is_responsibility_group;
        self.heading = keeps_heading.then_some(heading);
    }

    fn finish_section(&mut self) {
        self.finish_statement(false);
        if let Some(section) = self.section.take() {
            self.body.passages.push(section);
        }
    }

    /// Limits a text that is copied into many passages to `max` characters.
    fn truncate_with_diagnostic(&mut self, text: &str, max: usize, what: &str, offset: usize) -> String {
        let Some((end, _)) = text.char_indices().nth(max) else { return text.to_owned() };
        let message = format!("this {what} is longer than {max} characters, the rest of it is left out; shorten it");
        self.diagnostics.push(Diagnostic::at_line(self.line_at(offset), message));
        text[..end].to_owned()
    }

    /// Ends the current paragraph or bullet.
    fn finish_statement(&mut self, is_bullet: bool) {
        let text = self.take_text();
        let sources = std::mem::take(&mut self.footnote_labels);
        let search_phrases = std::mem::take(&mut self.search_phrases);
        if text.is_empty() {
            return;
        }
        let line = self.line_at(self.start_offset);
        self.statement_count += 1;
        if self.statement_count > MAX_STATEMENTS {
            if self.statement_count == MAX_STATEMENTS + 1 {
                let message = format!(
                    "more than {MAX_STATEMENTS} statements, the rest from here on is left out; split the file into one document per role"
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
        // A paragraph above the bullets introduces them; it is not a responsibility.
        let kind = match self.section_kind.unwrap_or(PassageKind::Summary) {
            PassageKind::Responsibility if !is_bullet => PassageKind::Section,
            kind => kind,
        };
        let heading = self.heading.clone();
        if kind == PassageKind::Section {
            let section = self.section.get_or_insert_with(|| Passage {
                kind,
                heading,
                text: String::new(),
                items: Vec::new(),
                search_phrases: Vec::new(),
                sources: Vec::new(),
                line,
            });
            if is_bullet {
                section.items.push(text);
            } else {
                if !section.text.is_empty() {
                    section.text.push('\n');
                }
                section.text.push_str(&text);
            }
            section.search_phrases.extend(search_phrases);
            section.sources.extend(sources);
            section.sources.dedup();
            return;
        }
        self.body.passages.push(Passage { kind, heading, text, items: Vec::new(), search_phrases, sources, line });
    }
}

/// Labels of footnotes without a definition, which the parser leaves in the text as `[^label]`.
fn undefined_footnotes(text: &str) -> Vec<&str> {
    text.split("[^").skip(1).filter_map(|rest| rest.split_once(']')).map(|(label, _)| label).collect()
}
