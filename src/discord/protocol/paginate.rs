//! Splits a reply into pages of embeds and fields within Discord's limits. Each page notes how many items follow.

use std::collections::BTreeSet;

use crate::discord::protocol::fields::{Field, MAX_SOURCE_FIELDS, source_fields};
use crate::discord::protocol::limits::{
    MAX_BUTTON_LABEL_LENGTH, MAX_EMBED_DESCRIPTION_LENGTH, MAX_EMBED_FIELDS, MAX_EMBEDS, MAX_FIELD_NAME_LENGTH,
    MAX_FIELD_VALUE_LENGTH, utf16_len,
};
use crate::discord::protocol::text::{ELLIPSIS, escape_markdown, sanitize, sanitize_line, split_text, truncate};
use crate::engine::reply::{Block, Citation, Line, Reply};
use crate::i18n::{Language, t};

/// Maximum length of a fragment before escaping. Escaping at most triples it, so that it always fits an empty page.
const MAX_FRAGMENT_LENGTH: usize = 600;
/// Length reserved for "and 1234567 more", and the name of a field with it, in any language.
pub const PAGE_NOTE_RESERVE: usize = 40;
/// Citation marks after one line.
const MAX_CITATION_MARKS: usize = 12;
/// Value fields on a page; the others are for the note and the sources.
const MAX_INLINE_FIELDS: usize = MAX_EMBED_FIELDS - MAX_SOURCE_FIELDS - 1;

/// A page of a reply, without its title.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The descriptions of its embeds.
    pub(crate) descriptions: Vec<String>,
    /// The value fields, the note, then the sources cited on this page.
    pub(crate) fields: Vec<Field>,
    /// Number of items after this page; the continuation of an item does not count.
    pub(crate) remaining: usize,
}

/// The smallest unit of a reply: it is on one page as a whole.
#[derive(Debug)]
struct Fragment {
    content: FragmentContent,
    /// The cited sources, by position.
    sources: Vec<usize>,
}

#[derive(Debug)]
enum FragmentContent {
    Text {
        text: String,
        /// Heading above this fragment and others.
        heading: Option<String>,
        /// Whether it is the first one below its heading.
        first_in_list: bool,
        /// Separator before this fragment.
        separator: &'static str,
        /// False for the continuation of another fragment.
        starts_item: bool,
    },
    Field(Field),
    /// A source that no fragment cites.
    Source,
}

/// The pages of a reply, at least one, each at most `capacity` long. Each fragment is on exactly one page.
pub(crate) fn paginate(reply: &Reply, capacity: usize) -> Vec<Page> {
    let fragments = fragments(reply);
    let mut pages: Vec<Page> = Vec::new();
    let mut start = 0;
    loop {
        let mut page = PageBuilder::new(capacity, reply.language);
        start += fragments[start..].iter().take_while(|fragment| page.try_push(fragment, &reply.sources)).count();
        pages.push(page.finish(&fragments[start..], &reply.sources));
        if start == fragments.len() {
            return pages;
        }
    }
}

/// A page in the making.
struct PageBuilder {
    capacity: usize,
    used: usize,
    descriptions: Vec<String>,
    /// Length of the last description.
    description_length: usize,
    inline_fields: Vec<Field>,
    cited: BTreeSet<usize>,
    /// Length of the list of the cited sources.
    source_list_length: usize,
    is_empty: bool,
    language: Language,
}

impl PageBuilder {
    fn new(capacity: usize, language: Language) -> PageBuilder {
        PageBuilder {
            capacity,
            used: PAGE_NOTE_RESERVE,
            descriptions: Vec::new(),
            description_length: 0,
            inline_fields: Vec::new(),
            cited: BTreeSet::new(),
            source_list_length: 0,
            is_empty: true,
            language,
        }
    }

    /// Adds a fragment and returns true where it fits. An empty page takes any fragment.
    fn try_push(&mut self, fragment: &Fragment, citations: &[Citation]) -> bool {
        let (mut source_list_length, mut lists_all) = (self.source_list_length, true);
        if fragment.sources.iter().any(|source| !self.cited.contains(source)) {
            let cited = self.cited.iter().chain(&fragment.sources).copied().collect();
            let list = source_fields(citations, &cited, self.language);
            source_list_length = list.fields.iter().map(Field::utf16_len).sum();
            lists_all = list.omitted == 0;
        }
        let mut text = fragment.content.render(self.is_empty, self.description_length > 0);
        let opens_embed = self.description_length == 0
            || self.description_length + utf16_len(&text) + PAGE_NOTE_RESERVE > MAX_EMBED_DESCRIPTION_LENGTH;
        if opens_embed && self.description_length > 0 {
            text = fragment.content.render(false, false);
        }
        let (length, fits) = match &fragment.content {
            FragmentContent::Text { .. } => (utf16_len(&text), !opens_embed || self.descriptions.len() < MAX_EMBEDS),
            FragmentContent::Field(field) => (field.utf16_len(), self.inline_fields.len() < MAX_INLINE_FIELDS),
            FragmentContent::Source => (0, true),
        };
        let fits = fits && lists_all && self.used + length + source_list_length <= self.capacity;
        if !fits && !self.is_empty {
            return false;
        }
        match &fragment.content {
            FragmentContent::Text { .. } => {
                self.description_length = if opens_embed { length } else { self.description_length + length };
                match self.descriptions.last_mut().filter(|_| !opens_embed) {
                    Some(last) => last.push_str(&text),
                    None => self.descriptions.push(text),
                }
            }
            FragmentContent::Field(field) => self.inline_fields.push(field.clone()),
            FragmentContent::Source => {}
        }
        (self.used, self.source_list_length, self.is_empty) = (self.used + length, source_list_length, false);
        self.cited.extend(&fragment.sources);
        true
    }

    /// The page, with a note of how many items the `rest` has.
    fn finish(self, rest: &[Fragment], citations: &[Citation]) -> Page {
        let PageBuilder { mut descriptions, inline_fields: mut fields, cited, language, .. } = self;
        if rest.first().is_some_and(|fragment| !fragment.content.starts_item())
            && let Some(text) = descriptions.last_mut()
        {
            text.push_str(ELLIPSIS);
        }
        let remaining = rest.iter().filter(|fragment| fragment.content.starts_item()).count();
        let more = || t!(language, "and-more", count = remaining);
        if remaining > 0 && !fields.is_empty() {
            fields.push(Field { name: t!(language, "more"), value: more(), inline: false });
        } else if remaining > 0 {
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
        Page { descriptions, fields, remaining }
    }
}

impl FragmentContent {
    /// False for the continuation of another fragment.
    fn starts_item(&self) -> bool {
        !matches!(self, FragmentContent::Text { starts_item: false, .. })
    }

    /// The text of a text fragment. At the `top` of a page it repeats its heading; after another text it begins with its separator.
    fn render(&self, top: bool, after_text: bool) -> String {
        let FragmentContent::Text { text, heading, first_in_list, separator, starts_item } = self else {
            return String::new();
        };
        let mut out = if after_text { (*separator).to_owned() } else { String::new() };
        if let Some(heading) = heading.as_ref().filter(|_| *first_in_list || top) {
            out.push_str(heading);
            out.push('\n');
        }
        if top && !starts_item {
            out.push_str(ELLIPSIS);
            out.push(' ');
        }
        out.push_str(text);
        out
    }
}

/// All fragments of a reply, in order: its blocks, its trailing fields, and the sources that neither cites.
fn fragments(reply: &Reply) -> Vec<Fragment> {
    let sources = reply.sources.len();
    let (blocks, fields) = split_trailing_fields(&reply.blocks);
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
    for line in fields {
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
    let cited: BTreeSet<usize> = out.iter().flat_map(|fragment| fragment.sources.iter().copied()).collect();
    let uncited = (0..sources).filter(|at| !cited.contains(at));
    out.extend(uncited.map(|at| Fragment { content: FragmentContent::Source, sources: vec![at] }));
    out
}

/// The blocks up to the trailing field blocks, and the lines of those. Only these become embed fields, which Discord shows after the
/// description.
fn split_trailing_fields(blocks: &[Block]) -> (&[Block], Vec<&Line>) {
    let complete = |line: &Line| {
        line.label.as_ref().is_some_and(|label| !sanitize_line(label).is_empty()) && !sanitize(&line.text).is_empty()
    };
    let is_fields = |block: &&Block| matches!(block, Block::Fields(lines) if lines.iter().all(complete));
    let count = blocks.iter().rev().take_while(is_fields).count();
    let (blocks, fields) = blocks.split_at(blocks.len() - count);
    let lines = fields.iter().flat_map(|block| if let Block::Fields(lines) = block { lines.as_slice() } else { &[] });
    (blocks, lines.collect())
}

fn push_list(out: &mut Vec<Fragment>, title: Option<&str>, items: &[Line], sources: usize) {
    let title = title.map(sanitize_line).filter(|title| !title.is_empty());
    let title = title.map(|title| format!("**{}**", truncate(&title, MAX_FIELD_NAME_LENGTH, escape_markdown)));
    let first = out.len();
    for item in items {
        let separator = if out.len() == first { "\n\n" } else { "\n" };
        push_line(out, item, "- ", separator, sources);
    }
    match title {
        Some(text) if out.len() == first => {
            let separator = "\n\n";
            let content =
                FragmentContent::Text { text, heading: None, first_in_list: false, separator, starts_item: true };
            out.push(Fragment { content, sources: Vec::new() });
        }
        title => {
            for (at, fragment) in out[first..].iter_mut().enumerate() {
                if let FragmentContent::Text { heading, first_in_list, .. } = &mut fragment.content {
                    (*heading, *first_in_list) = (title.clone(), at == 0);
                }
            }
        }
    }
}

fn push_line(out: &mut Vec<Fragment>, line: &Line, marker: &str, separator: &'static str, sources: usize) {
    let label = line.label.as_deref().map(sanitize_line).filter(|label| !label.is_empty());
    let text = sanitize(&line.text);
    let prefix = match &label {
        Some(label) => {
            let label = truncate(label, MAX_FIELD_NAME_LENGTH, escape_markdown);
            format!("{marker}**{label}**{}", if text.is_empty() { "" } else { ": " })
        }
        None if text.is_empty() => return,
        None => marker.to_owned(),
    };
    // Without the indent the second line of an item would end the list.
    let line_break = if marker.is_empty() { "\n" } else { "\n  " };
    let parts = split_text(&text, MAX_FRAGMENT_LENGTH);
    let last = parts.len().saturating_sub(1);
    for at in 0..=last {
        let mut text = if at == 0 { prefix.clone() } else { String::new() };
        text.push_str(&escape_markdown(parts.get(at).unwrap_or(&"")).replace('\n', line_break));
        let mut cited = Vec::new();
        if at == last {
            text.push_str(&citation_marks(line, sources));
            cited.extend(cited_sources(line, sources));
        }
        let separator = if at == 0 { separator } else { " " };
        let content =
            FragmentContent::Text { text, heading: None, first_in_list: false, separator, starts_item: at == 0 };
        out.push(Fragment { content, sources: cited });
    }
}

/// The sources that a line cites, by position.
fn cited_sources(line: &Line, sources: usize) -> impl Iterator<Item = usize> {
    line.sources.iter().copied().filter(move |at| *at < sources).take(MAX_CITATION_MARKS)
}

/// The citation marks of a line: `[1][3]`. Discord shows no link, since no parenthesis follows.
fn citation_marks(line: &Line, sources: usize) -> String {
    let marks: String = cited_sources(line, sources).map(|at| format!("[{}]", at + 1)).collect();
    if marks.is_empty() { marks } else { format!(" {marks}") }
}
