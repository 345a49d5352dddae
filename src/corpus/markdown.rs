//! The body of a document: Markdown in, passages out, each with its line, its sources and its search phrases.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::corpus::front_matter::phrases_of;
use crate::model::diagnostic::Problem;

/// What a passage is in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// What the role or topic is.
    Summary,
    /// Why a team has one.
    Why,
    /// A responsibility.
    Duty,
    /// What the role does not do.
    Limit,
    /// What it takes to become one.
    Entry,
    /// Anything else, a section at a time.
    Section,
    /// A figure from the front matter.
    Figure,
}

/// A statement that can be found and shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// What it is in its document.
    pub part: Part,
    /// The group of a responsibility, or the heading of a section.
    pub heading: Option<String>,
    /// The text, without Markdown.
    pub text: String,
    /// The bullets of a section.
    pub items: Vec<String>,
    /// Search phrases, never shown.
    pub asked: Vec<String>,
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
const MOST_STATEMENTS: usize = 2_000;
/// The most quotes and lists in one another.
const DEEPEST: usize = 30;
/// The longest heading, in characters.
const LONGEST_HEADING: usize = 200;
/// The longest name of a source, in characters.
pub const LONGEST_SOURCE: usize = 300;

/// Words in a heading that tell what stands below it; the first row that fits counts, and a heading that fits none opens a section.
const HEADINGS: [(Part, &[&str]); 4] = [
    (
        Part::Limit,
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
    (Part::Why, &["why ", "purpose", "reason for", "rationale"]),
    (
        Part::Duty,
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
        Part::Entry,
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

fn part_under(heading: &str) -> Part {
    let heading = heading.to_lowercase();
    let fits = |words: &&[&str]| words.iter().any(|word| heading.contains(word));
    HEADINGS.iter().find(|(_, words)| fits(words)).map_or(Part::Section, |(part, _)| *part)
}

/// Reads the body of a document. `first_line` is the line of the file that `text` starts on. In a `topic`, headings do not
/// make responsibilities: every section stays a whole.
pub fn parse(text: &str, first_line: usize, topic: bool) -> (Body, Vec<Problem>) {
    let mut reader = Reader { line_starts: line_starts(text), first_line, topic, ..Reader::default() };
    let mut text = text;
    if let Some(at) = reader.line_starts.iter().copied().find(|at| nests_too_deep(&text[*at..])) {
        let message = format!(
            "more than {DEEPEST} quotes and lists in one another, the rest from here on is left out; write it flat"
        );
        reader.problems.push(Problem::at(reader.line(at), message));
        text = &text[..at];
    }
    for (event, span) in Parser::new_ext(text, Options::ENABLE_FOOTNOTES | Options::ENABLE_TABLES).into_offset_iter() {
        reader.read(event, span);
    }
    reader.finish_section();
    (reader.body, reader.problems)
}

/// True where the first line opens so many quotes and lists in one another that the parser, which looks through all of them at each
/// line below, would take for ever.
fn nests_too_deep(text: &str) -> bool {
    let line = text.split('\n').next().unwrap_or_default();
    let said = line.trim_start_matches(|mark: char| ">-*+.)\t ".contains(mark) || mark.is_ascii_digit());
    let marks = &line[..line.len() - said.len()];
    let quotes = marks.matches('>').count();
    // Without anything behind them, marks of lists are a line across the page.
    let lists =
        if said.trim().is_empty() { 0 } else { marks.split_whitespace().filter(|mark| !mark.starts_with('>')).count() };
    quotes + lists > DEEPEST
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

#[derive(Default)]
struct Reader {
    line_starts: Vec<usize>,
    first_line: usize,
    topic: bool,
    body: Body,
    problems: Vec<Problem>,
    /// What the section at hand is; summary before the first second-level heading.
    part: Option<Part>,
    heading: Option<String>,
    /// A section that is not finished: its paragraphs and bullets become one passage.
    section: Option<Passage>,
    /// Depth of lists; only the outermost bullet is a statement, deeper ones join its text.
    depth: usize,
    in_heading: Option<HeadingLevel>,
    in_footnote: Option<String>,
    text: String,
    labels: Vec<String>,
    asked: Vec<String>,
    comment: String,
    start: usize,
    /// Bullets and paragraphs so far.
    statements: usize,
}

impl Reader {
    fn read(&mut self, event: Event<'_>, span: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                self.flush(false);
                self.in_heading = Some(level);
            }
            Event::End(TagEnd::Heading(level)) => self.open_heading(level, span.start),
            Event::Start(Tag::FootnoteDefinition(label)) => {
                self.flush(false);
                self.in_footnote = Some(label.to_string());
            }
            Event::End(TagEnd::FootnoteDefinition) => {
                let text = self.take_text();
                if let Some(label) = self.in_footnote.take() {
                    let text = self.shortened(&text, LONGEST_SOURCE, "source", span.start);
                    self.body.footnotes.insert(label, text);
                }
            }
            Event::Start(Tag::List(_)) => {
                if self.depth == 0 {
                    self.flush(false);
                } else {
                    self.push_joint(": ");
                }
                self.depth += 1;
            }
            Event::End(TagEnd::List(_)) => self.depth -= 1,
            Event::Start(Tag::Item) if self.depth == 1 => self.start = span.start,
            Event::Start(Tag::Item) if !self.text.ends_with(": ") => self.push_joint("; "),
            Event::End(TagEnd::Item) if self.depth == 1 => self.flush(true),
            Event::Start(Tag::Paragraph) if self.depth == 0 && self.in_footnote.is_none() => {
                self.flush(false);
                self.start = span.start;
            }
            Event::End(TagEnd::Paragraph) if self.depth == 0 && self.in_footnote.is_none() => self.flush(false),
            Event::Start(Tag::Paragraph) => self.push_joint(" "),
            Event::Start(Tag::TableCell) => self.push_joint(" "),
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => {
                self.start = span.start;
                self.flush(true);
            }
            Event::Text(text) | Event::Code(text) => {
                if self.text.is_empty() && self.in_heading.is_none() && self.depth == 0 {
                    self.start = span.start;
                }
                self.text.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            Event::FootnoteReference(label) => self.labels.push(label.to_string()),
            Event::Html(html) | Event::InlineHtml(html) => self.read_html(&html),
            _ => {}
        }
    }

    fn push_joint(&mut self, joint: &str) {
        if !self.text.trim().is_empty() {
            let end = self.text.trim_end().trim_end_matches([':', '.', ';']).len();
            if joint != " " {
                self.text.truncate(end);
            }
            self.text.push_str(joint);
        }
    }

    /// `<!-- asked: a; b -->`: search phrases for what stands before. The parser hands over a comment in one piece or several.
    fn read_html(&mut self, html: &str) {
        // Its end may be cut in two; what was looked at before need not be looked at again.
        let seen = self.comment.len().saturating_sub(2);
        self.comment.push_str(html);
        let ends = self.comment.as_bytes()[seen..].windows(3).any(|mark| mark == b"-->");
        if self.comment.starts_with("<!--") && !ends {
            return;
        }
        let comment = std::mem::take(&mut self.comment);
        let inner = comment.trim().trim_start_matches("<!--").trim_end_matches("-->").trim();
        let Some(phrases) = inner.strip_prefix("asked:").filter(|_| self.statements <= MOST_STATEMENTS) else { return };
        if !self.text.trim().is_empty() {
            self.asked.extend(phrases_of(phrases));
        } else if let Some(passage) = self.section.as_mut().or(self.body.passages.last_mut()) {
            passage.asked.extend(phrases_of(phrases));
        }
    }

    fn line(&self, at: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= at) + self.first_line - 1
    }

    fn take_text(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".")
    }

    fn open_heading(&mut self, level: HeadingLevel, at: usize) {
        let heading = self.take_text();
        let heading = self.shortened(&heading, LONGEST_HEADING, "heading", at);
        self.labels.clear();
        self.in_heading = None;
        self.finish_section();
        if self.body.title.is_none() {
            self.body.title = Some(heading);
            return;
        }
        let part = part_under(&heading);
        let group_of_duties = level > HeadingLevel::H2 && self.part == Some(Part::Duty) && part != Part::Limit;
        if !group_of_duties {
            self.part = Some(if self.topic { Part::Section } else { part });
        }
        let names_itself = matches!(self.part, Some(Part::Section)) || group_of_duties;
        self.heading = names_itself.then_some(heading);
    }

    fn finish_section(&mut self) {
        self.flush(false);
        if let Some(section) = self.section.take() {
            self.body.passages.push(section);
        }
    }

    /// A text that many statements repeat, up to a length: repeated, it would fill the memory.
    fn shortened(&mut self, text: &str, most: usize, what: &str, at: usize) -> String {
        let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
        let message = format!("this {what} is longer than {most} characters, the rest of it is left out; shorten it");
        self.problems.push(Problem::at(self.line(at), message));
        text[..end].to_owned()
    }

    /// Ends the paragraph or bullet at hand.
    fn flush(&mut self, bullet: bool) {
        let text = self.take_text();
        let (sources, asked) = (std::mem::take(&mut self.labels), std::mem::take(&mut self.asked));
        if text.is_empty() {
            return;
        }
        let line = self.line(self.start);
        self.statements += 1;
        if self.statements > MOST_STATEMENTS {
            if self.statements == MOST_STATEMENTS + 1 {
                let message = format!(
                    "more than {MOST_STATEMENTS} statements, the rest from here on is left out; split the file into a document a role"
                );
                self.problems.push(Problem::at(line, message));
            }
            return;
        }
        for label in undefined_footnotes(&text) {
            let message =
                format!("the footnote [^{label}] is not defined; add a line `[^{label}]: where it comes from`");
            self.problems.push(Problem::at(line, message));
        }
        let part = self.part.unwrap_or(Part::Summary);
        // A line of prose above the bullets introduces them; it is no responsibility itself.
        let part = if part == Part::Duty && !bullet { Part::Section } else { part };
        if part == Part::Section {
            let heading = self.heading.clone();
            let section = self.section.get_or_insert_with(|| Passage {
                part,
                heading,
                text: String::new(),
                items: Vec::new(),
                asked: Vec::new(),
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
            section.asked.extend(asked);
            section.sources.extend(sources);
            section.sources.dedup();
            return;
        }
        let heading = self.heading.clone();
        self.body.passages.push(Passage { part, heading, text, items: Vec::new(), asked, sources, line });
    }
}

/// Labels that look like footnotes in text that is left over: the parser reads a mark without a definition as plain text.
fn undefined_footnotes(text: &str) -> Vec<&str> {
    text.split("[^").skip(1).filter_map(|rest| rest.split_once(']')).map(|(label, _)| label).collect()
}
