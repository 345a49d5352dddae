//! Lays a reply out in pages: which parts of it go onto which page, into which embed or field, and what is said where there is more.

use std::collections::BTreeSet;

use crate::discord::protocol::fields::{Field, MAX_SOURCE_FIELDS, source_fields};
use crate::discord::protocol::limits::{
    MAX_BUTTON_LABEL_LENGTH, MAX_EMBED_DESCRIPTION_LENGTH, MAX_EMBED_FIELDS, MAX_EMBEDS, MAX_FIELD_NAME_LENGTH,
    MAX_FIELD_VALUE_LENGTH, utf16_len,
};
use crate::discord::protocol::text::{ELLIPSIS, escape_markdown, sanitize, sanitize_line, split_text, truncate};
use crate::engine::reply::{Block, Citation, Line, Reply};
use crate::i18n::{Language, t};

/// The longest piece before it is drawn; drawn it is at most three times as long, and so always goes onto an empty page.
const MAX_FRAGMENT_LENGTH: usize = 600;
/// Room for "and 1234567 more", and a field's name above it, in any language.
pub const PAGE_NOTE_RESERVE: usize = 40;
/// Marks of sources behind one line.
const MAX_CITATION_MARKS: usize = 12;
/// Values on a page: the other fields are for what is left, and for sources.
const MAX_INLINE_FIELDS: usize = MAX_EMBED_FIELDS - MAX_SOURCE_FIELDS - 1;

/// A page of a reply, all but its title.
#[derive(Debug, Default)]
pub struct Page {
    /// The texts of its embeds.
    pub descriptions: Vec<String>,
    /// The values below, then the sources of what stands on it.
    pub fields: Vec<Field>,
    /// How many parts of the reply come after it, parts of a line not counted.
    pub remaining: usize,
}

/// A part that is shown whole or not at all.
#[derive(Debug)]
struct Fragment {
    content: FragmentContent,
    /// The sources that it marks, by position.
    sources: Vec<usize>,
}

#[derive(Debug)]
enum FragmentContent {
    Text {
        text: String,
        /// What stands above it and others.
        heading: Option<String>,
        /// It is the first below its heading.
        first_in_list: bool,
        /// What stands between the piece before and this one.
        separator: &'static str,
        /// False for the continuation of another piece.
        starts_item: bool,
    },
    Field(Field),
    /// A source that no piece marks.
    Source,
}

/// The pages of a reply, with at most so much `room` on each. There is one at least, and each piece stands on one page alone.
pub fn paginate(reply: &Reply, room: usize) -> Vec<Page> {
    let pieces = fragments(reply);
    let mut pages: Vec<Page> = Vec::new();
    let mut from = 0;
    loop {
        let mut sheet = PageBuilder::new(room, reply.language);
        let taken = pieces[from..].iter().take_while(|piece| sheet.try_push(piece, &reply.sources)).count();
        from += taken;
        pages.push(sheet.finish(&pieces[from..], &reply.sources));
        if from == pieces.len() {
            return pages;
        }
    }
}

/// A page that is being filled.
struct PageBuilder {
    capacity: usize,
    used: usize,
    descriptions: Vec<String>,
    /// How long the last description is.
    description_length: usize,
    inline_fields: Vec<Field>,
    cited: BTreeSet<usize>,
    /// How long the list of their sources is.
    source_list_length: usize,
    is_empty: bool,
    language: Language,
}

impl PageBuilder {
    fn new(room: usize, language: Language) -> PageBuilder {
        let (descriptions, values, cited) = (Vec::new(), Vec::new(), BTreeSet::new());
        PageBuilder {
            capacity: room,
            used: PAGE_NOTE_RESERVE,
            descriptions,
            description_length: 0,
            inline_fields: values,
            cited,
            source_list_length: 0,
            is_empty: true,
            language,
        }
    }

    /// Takes a piece, where it goes in. The first one always does.
    fn try_push(&mut self, piece: &Fragment, citations: &[Citation]) -> bool {
        let (mut list, mut whole) = (self.source_list_length, true);
        if piece.sources.iter().any(|source| !self.cited.contains(source)) {
            let cited = self.cited.iter().chain(&piece.sources).copied().collect();
            let listed = source_fields(citations, &cited, self.language);
            (list, whole) = (listed.fields.iter().map(Field::utf16_len).sum(), listed.omitted == 0);
        }
        let mut text = piece.content.render(self.is_empty, self.description_length > 0);
        let opens_embed = self.description_length == 0
            || self.description_length + utf16_len(&text) + PAGE_NOTE_RESERVE > MAX_EMBED_DESCRIPTION_LENGTH;
        if opens_embed && self.description_length > 0 {
            text = piece.content.render(false, false);
        }
        let (cost, fits) = match &piece.content {
            FragmentContent::Text { .. } => (utf16_len(&text), !opens_embed || self.descriptions.len() < MAX_EMBEDS),
            FragmentContent::Field(field) => (field.utf16_len(), self.inline_fields.len() < MAX_INLINE_FIELDS),
            FragmentContent::Source => (0, true),
        };
        let fits = fits && whole && self.used + cost + list <= self.capacity;
        if !fits && !self.is_empty {
            return false;
        }
        match &piece.content {
            FragmentContent::Text { .. } => {
                self.description_length = if opens_embed { cost } else { self.description_length + cost };
                match self.descriptions.last_mut().filter(|_| !opens_embed) {
                    Some(last) => last.push_str(&text),
                    None => self.descriptions.push(text),
                }
            }
            FragmentContent::Field(field) => self.inline_fields.push(field.clone()),
            FragmentContent::Source => {}
        }
        (self.used, self.source_list_length, self.is_empty) = (self.used + cost, list, false);
        self.cited.extend(&piece.sources);
        true
    }

    /// The page, with a note of what comes after it.
    fn finish(self, rest: &[Fragment], citations: &[Citation]) -> Page {
        let PageBuilder { mut descriptions, inline_fields: mut fields, cited, language, .. } = self;
        if rest.first().is_some_and(|piece| !piece.content.starts_item())
            && let Some(text) = descriptions.last_mut()
        {
            text.push_str(ELLIPSIS);
        }
        let left = rest.iter().filter(|piece| piece.content.starts_item()).count();
        let more = || t!(language, "and-more", count = left);
        if left > 0 && !fields.is_empty() {
            fields.push(Field { name: t!(language, "more"), value: more(), inline: false });
        } else if left > 0 {
            let note = format!("*{ELLIPSIS} {}*", more());
            match descriptions.last_mut() {
                Some(text) => {
                    text.push_str("\n\n");
                    text.push_str(&note);
                }
                None => descriptions.push(note),
            }
        }
        fields.extend(source_fields(citations, &cited, language).fields);
        Page { descriptions, fields, remaining: left }
    }
}

impl FragmentContent {
    /// False for the continuation of another piece.
    fn starts_item(&self) -> bool {
        !matches!(self, FragmentContent::Text { starts_item: false, .. })
    }

    /// A text as it stands at the `top` of a page, where its heading is told again, or below another one.
    fn render(&self, top: bool, below: bool) -> String {
        let FragmentContent::Text { text, heading, first_in_list: opens, separator: gap, starts_item: begins } = self
        else {
            return String::new();
        };
        let mut out = if below { (*gap).to_owned() } else { String::new() };
        if let Some(heading) = heading.as_ref().filter(|_| *opens || top) {
            out.push_str(heading);
            out.push('\n');
        }
        if top && !begins {
            out.push_str(ELLIPSIS);
            out.push(' ');
        }
        out.push_str(text);
        out
    }
}

/// All pieces of a reply, in order: its blocks, the values that it ends with, and the sources that none of those marks.
fn fragments(reply: &Reply) -> Vec<Fragment> {
    let sources = reply.sources.len();
    let (blocks, values) = split_trailing_fields(&reply.blocks);
    let mut out = Vec::new();
    for block in blocks {
        match block {
            Block::Paragraph(line) => push_line(&mut out, line, "", "\n\n", sources),
            Block::Bullets { heading, items } => push_list(&mut out, heading.as_deref(), items, sources),
            Block::Fields(fields) => {
                for (at, field) in fields.iter().enumerate() {
                    push_line(&mut out, field, "", if at == 0 { "\n\n" } else { "\n" }, sources);
                }
            }
        }
    }
    for line in values {
        let name =
            truncate(&sanitize_line(line.label.as_deref().unwrap_or_default()), MAX_FIELD_NAME_LENGTH, escape_markdown);
        let marks = citation_marks(line, sources);
        let value =
            truncate(&sanitize(&line.text), MAX_FIELD_VALUE_LENGTH - utf16_len(&marks), escape_markdown) + &marks;
        let inline = utf16_len(&value) <= MAX_BUTTON_LABEL_LENGTH;
        out.push(Fragment {
            content: FragmentContent::Field(Field { name, value, inline }),
            sources: cited_sources(line, sources).collect(),
        });
    }
    let marked: BTreeSet<usize> = out.iter().flat_map(|piece| piece.sources.iter().copied()).collect();
    let others = (0..sources).filter(|at| !marked.contains(at));
    out.extend(others.map(|at| Fragment { content: FragmentContent::Source, sources: vec![at] }));
    out
}

/// The blocks without the labelled values that they end with, and those: only at the end does Discord show them in columns.
fn split_trailing_fields(blocks: &[Block]) -> (&[Block], Vec<&Line>) {
    let complete = |line: &Line| {
        line.label.as_ref().is_some_and(|lead| !sanitize_line(lead).is_empty()) && !sanitize(&line.text).is_empty()
    };
    let fit = |block: &&Block| matches!(block, Block::Fields(lines) if lines.iter().all(complete));
    let count = blocks.iter().rev().take_while(fit).count();
    let (blocks, fields) = blocks.split_at(blocks.len() - count);
    let lines = fields.iter().flat_map(|block| if let Block::Fields(lines) = block { lines.as_slice() } else { &[] });
    (blocks, lines.collect())
}

fn push_list(out: &mut Vec<Fragment>, title: Option<&str>, items: &[Line], sources: usize) {
    let title = title.map(sanitize_line).filter(|title| !title.is_empty());
    let title = title.map(|title| format!("**{}**", truncate(&title, MAX_FIELD_NAME_LENGTH, escape_markdown)));
    let first = out.len();
    for item in items {
        let gap = if out.len() == first { "\n\n" } else { "\n" };
        push_line(out, item, "- ", gap, sources);
    }
    match title {
        Some(text) if out.len() == first => {
            let form = FragmentContent::Text {
                text,
                heading: None,
                first_in_list: false,
                separator: "\n\n",
                starts_item: true,
            };
            out.push(Fragment { content: form, sources: Vec::new() });
        }
        title => {
            for (at, piece) in out[first..].iter_mut().enumerate() {
                if let FragmentContent::Text { heading, first_in_list: opens, .. } = &mut piece.content {
                    (*heading, *opens) = (title.clone(), at == 0);
                }
            }
        }
    }
}

fn push_line(out: &mut Vec<Fragment>, line: &Line, before: &str, gap: &'static str, sources: usize) {
    let lead = line.label.as_deref().map(sanitize_line).filter(|lead| !lead.is_empty());
    let text = sanitize(&line.text);
    let first = match &lead {
        Some(lead) if text.is_empty() => {
            format!("{before}**{}**", truncate(lead, MAX_FIELD_NAME_LENGTH, escape_markdown))
        }
        Some(lead) => format!("{before}**{}**: ", truncate(lead, MAX_FIELD_NAME_LENGTH, escape_markdown)),
        None if text.is_empty() => return,
        None => before.to_owned(),
    };
    // A line of a list goes on indented, else its second line would end the list.
    let inside = if before.is_empty() { "\n" } else { "\n  " };
    let parts = split_text(&text, MAX_FRAGMENT_LENGTH);
    let last = parts.len().saturating_sub(1);
    for at in 0..=last {
        let mut text = if at == 0 { first.clone() } else { String::new() };
        text.push_str(&escape_markdown(parts.get(at).unwrap_or(&"")).replace('\n', inside));
        let mut marked_here = Vec::new();
        if at == last {
            text.push_str(&citation_marks(line, sources));
            marked_here.extend(cited_sources(line, sources));
        }
        let gap = if at == 0 { gap } else { " " };
        let form =
            FragmentContent::Text { text, heading: None, first_in_list: false, separator: gap, starts_item: at == 0 };
        out.push(Fragment { content: form, sources: marked_here });
    }
}

/// The sources that a line marks, by position.
fn cited_sources(line: &Line, sources: usize) -> impl Iterator<Item = usize> {
    line.sources.iter().copied().filter(move |at| *at < sources).take(MAX_CITATION_MARKS)
}

/// The marks of a line's sources: `[1][3]`. Not a link to Discord, since no bracket follows.
fn citation_marks(line: &Line, sources: usize) -> String {
    let marks: String = cited_sources(line, sources).map(|at| format!("[{}]", at + 1)).collect();
    if marks.is_empty() { marks } else { format!(" {marks}") }
}
