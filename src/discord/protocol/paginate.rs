//! Lays a reply out in pages: which parts of it go onto which page, into which embed or field, and what is said where there is more.

use std::collections::BTreeSet;

use crate::discord::protocol::fields::{Field, SOURCE_FIELDS, listed};
use crate::discord::protocol::limits::{DESCRIPTION, EMBEDS, FIELD_NAME, FIELD_VALUE, FIELDS, LABEL, length};
use crate::discord::protocol::text::{CUT, escape, fit, one_line, pieces, tidy};
use crate::engine::reply::{Block, Citation, Line, Reply};
use crate::i18n::{Language, say};

/// The longest piece before it is drawn; drawn it is at most three times as long, and so always goes onto an empty page.
const PIECE: usize = 600;
/// Room for "and 1234567 more", and a field's name above it, in any language.
pub const NOTE: usize = 40;
/// Marks of sources behind one line.
const MARKS: usize = 12;
/// Values on a page: the other fields are for what is left, and for sources.
const VALUES: usize = FIELDS - SOURCE_FIELDS - 1;

/// A page of a reply, all but its title.
#[derive(Debug, Default)]
pub struct Page {
    /// The texts of its embeds.
    pub descriptions: Vec<String>,
    /// The values below, then the sources of what stands on it.
    pub fields: Vec<Field>,
    /// How many parts of the reply come after it, parts of a line not counted.
    pub left: usize,
}

/// A part that is shown whole or not at all.
#[derive(Debug)]
struct Piece {
    form: Form,
    /// The sources that it marks, by position.
    sources: Vec<usize>,
}

#[derive(Debug)]
enum Form {
    Text {
        text: String,
        /// What stands above it and others.
        heading: Option<String>,
        /// It is the first below its heading.
        opens: bool,
        /// What stands between the piece before and this one.
        gap: &'static str,
        /// False for the continuation of another piece.
        begins: bool,
    },
    Value(Field),
    /// A source that no piece marks.
    Source,
}

/// The pages of a reply, with at most so much `room` on each. There is one at least, and each piece stands on one page alone.
pub fn pages(reply: &Reply, room: usize) -> Vec<Page> {
    let pieces = draw(reply);
    let mut pages: Vec<Page> = Vec::new();
    let mut from = 0;
    loop {
        let mut sheet = Sheet::new(room, reply.language);
        let taken = pieces[from..].iter().take_while(|piece| sheet.take(piece, &reply.sources)).count();
        from += taken;
        pages.push(sheet.page(&pieces[from..], &reply.sources));
        if from == pieces.len() {
            return pages;
        }
    }
}

/// A page that is being filled.
struct Sheet {
    room: usize,
    used: usize,
    descriptions: Vec<String>,
    /// How long the last description is.
    here: usize,
    values: Vec<Field>,
    cited: BTreeSet<usize>,
    /// How long the list of their sources is.
    list: usize,
    blank: bool,
    language: Language,
}

impl Sheet {
    fn new(room: usize, language: Language) -> Sheet {
        let (descriptions, values, cited) = (Vec::new(), Vec::new(), BTreeSet::new());
        Sheet { room, used: NOTE, descriptions, here: 0, values, cited, list: 0, blank: true, language }
    }

    /// Takes a piece, where it goes in. The first one always does.
    fn take(&mut self, piece: &Piece, citations: &[Citation]) -> bool {
        let (mut list, mut whole) = (self.list, true);
        if piece.sources.iter().any(|source| !self.cited.contains(source)) {
            let cited = self.cited.iter().chain(&piece.sources).copied().collect();
            let listed = listed(citations, &cited, self.language);
            (list, whole) = (listed.fields.iter().map(Field::length).sum(), listed.left == 0);
        }
        let mut text = piece.form.drawn(self.blank, self.here > 0);
        let opens_embed = self.here == 0 || self.here + length(&text) + NOTE > DESCRIPTION;
        if opens_embed && self.here > 0 {
            text = piece.form.drawn(false, false);
        }
        let (cost, fits) = match &piece.form {
            Form::Text { .. } => (length(&text), !opens_embed || self.descriptions.len() < EMBEDS),
            Form::Value(field) => (field.length(), self.values.len() < VALUES),
            Form::Source => (0, true),
        };
        let fits = fits && whole && self.used + cost + list <= self.room;
        if !fits && !self.blank {
            return false;
        }
        match &piece.form {
            Form::Text { .. } => {
                self.here = if opens_embed { cost } else { self.here + cost };
                match self.descriptions.last_mut().filter(|_| !opens_embed) {
                    Some(last) => last.push_str(&text),
                    None => self.descriptions.push(text),
                }
            }
            Form::Value(field) => self.values.push(field.clone()),
            Form::Source => {}
        }
        (self.used, self.list, self.blank) = (self.used + cost, list, false);
        self.cited.extend(&piece.sources);
        true
    }

    /// The page, with a note of what comes after it.
    fn page(self, rest: &[Piece], citations: &[Citation]) -> Page {
        let Sheet { mut descriptions, values: mut fields, cited, language, .. } = self;
        if rest.first().is_some_and(|piece| !piece.form.begins())
            && let Some(text) = descriptions.last_mut()
        {
            text.push_str(CUT);
        }
        let left = rest.iter().filter(|piece| piece.form.begins()).count();
        let more = || say!(language, "and-more", count = left);
        if left > 0 && !fields.is_empty() {
            fields.push(Field { name: say!(language, "more"), value: more(), inline: false });
        } else if left > 0 {
            let note = format!("*{CUT} {}*", more());
            match descriptions.last_mut() {
                Some(text) => {
                    text.push_str("\n\n");
                    text.push_str(&note);
                }
                None => descriptions.push(note),
            }
        }
        fields.extend(listed(citations, &cited, language).fields);
        Page { descriptions, fields, left }
    }
}

impl Form {
    /// False for the continuation of another piece.
    fn begins(&self) -> bool {
        !matches!(self, Form::Text { begins: false, .. })
    }

    /// A text as it stands at the `top` of a page, where its heading is told again, or below another one.
    fn drawn(&self, top: bool, below: bool) -> String {
        let Form::Text { text, heading, opens, gap, begins } = self else { return String::new() };
        let mut out = if below { (*gap).to_owned() } else { String::new() };
        if let Some(heading) = heading.as_ref().filter(|_| *opens || top) {
            out.push_str(heading);
            out.push('\n');
        }
        if top && !begins {
            out.push_str(CUT);
            out.push(' ');
        }
        out.push_str(text);
        out
    }
}

/// All pieces of a reply, in order: its blocks, the values that it ends with, and the sources that none of those marks.
fn draw(reply: &Reply) -> Vec<Piece> {
    let sources = reply.sources.len();
    let (blocks, values) = values_at_the_end(&reply.blocks);
    let mut out = Vec::new();
    for block in blocks {
        match block {
            Block::Paragraph(line) => draw_line(&mut out, line, "", "\n\n", sources),
            Block::Bullets { heading, items } => draw_list(&mut out, heading.as_deref(), items, sources),
            Block::Fields(fields) => {
                for (at, field) in fields.iter().enumerate() {
                    draw_line(&mut out, field, "", if at == 0 { "\n\n" } else { "\n" }, sources);
                }
            }
        }
    }
    for line in values {
        let name = fit(&one_line(line.lead.as_deref().unwrap_or_default()), FIELD_NAME, escape);
        let marks = marks(line, sources);
        let value = fit(&tidy(&line.text), FIELD_VALUE - length(&marks), escape) + &marks;
        let inline = length(&value) <= LABEL;
        out.push(Piece { form: Form::Value(Field { name, value, inline }), sources: marked(line, sources).collect() });
    }
    let marked: BTreeSet<usize> = out.iter().flat_map(|piece| piece.sources.iter().copied()).collect();
    let others = (0..sources).filter(|at| !marked.contains(at));
    out.extend(others.map(|at| Piece { form: Form::Source, sources: vec![at] }));
    out
}

/// The blocks without the labelled values that they end with, and those: only at the end does Discord show them in columns.
fn values_at_the_end(blocks: &[Block]) -> (&[Block], Vec<&Line>) {
    let complete =
        |line: &Line| line.lead.as_ref().is_some_and(|lead| !one_line(lead).is_empty()) && !tidy(&line.text).is_empty();
    let fit = |block: &&Block| matches!(block, Block::Fields(lines) if lines.iter().all(complete));
    let count = blocks.iter().rev().take_while(fit).count();
    let (blocks, fields) = blocks.split_at(blocks.len() - count);
    let lines = fields.iter().flat_map(|block| if let Block::Fields(lines) = block { lines.as_slice() } else { &[] });
    (blocks, lines.collect())
}

fn draw_list(out: &mut Vec<Piece>, title: Option<&str>, items: &[Line], sources: usize) {
    let title = title.map(one_line).filter(|title| !title.is_empty());
    let title = title.map(|title| format!("**{}**", fit(&title, FIELD_NAME, escape)));
    let first = out.len();
    for item in items {
        let gap = if out.len() == first { "\n\n" } else { "\n" };
        draw_line(out, item, "- ", gap, sources);
    }
    match title {
        Some(text) if out.len() == first => {
            let form = Form::Text { text, heading: None, opens: false, gap: "\n\n", begins: true };
            out.push(Piece { form, sources: Vec::new() });
        }
        title => {
            for (at, piece) in out[first..].iter_mut().enumerate() {
                if let Form::Text { heading, opens, .. } = &mut piece.form {
                    (*heading, *opens) = (title.clone(), at == 0);
                }
            }
        }
    }
}

fn draw_line(out: &mut Vec<Piece>, line: &Line, before: &str, gap: &'static str, sources: usize) {
    let lead = line.lead.as_deref().map(one_line).filter(|lead| !lead.is_empty());
    let text = tidy(&line.text);
    let first = match &lead {
        Some(lead) if text.is_empty() => format!("{before}**{}**", fit(lead, FIELD_NAME, escape)),
        Some(lead) => format!("{before}**{}**: ", fit(lead, FIELD_NAME, escape)),
        None if text.is_empty() => return,
        None => before.to_owned(),
    };
    // A line of a list goes on indented, else its second line would end the list.
    let inside = if before.is_empty() { "\n" } else { "\n  " };
    let parts = pieces(&text, PIECE);
    let last = parts.len().saturating_sub(1);
    for at in 0..=last {
        let mut text = if at == 0 { first.clone() } else { String::new() };
        text.push_str(&escape(parts.get(at).unwrap_or(&"")).replace('\n', inside));
        let mut marked_here = Vec::new();
        if at == last {
            text.push_str(&marks(line, sources));
            marked_here.extend(marked(line, sources));
        }
        let gap = if at == 0 { gap } else { " " };
        let form = Form::Text { text, heading: None, opens: false, gap, begins: at == 0 };
        out.push(Piece { form, sources: marked_here });
    }
}

/// The sources that a line marks, by position.
fn marked(line: &Line, sources: usize) -> impl Iterator<Item = usize> {
    line.sources.iter().copied().filter(move |at| *at < sources).take(MARKS)
}

/// The marks of a line's sources: `[1][3]`. Not a link to Discord, since no bracket follows.
fn marks(line: &Line, sources: usize) -> String {
    let marks: String = marked(line, sources).map(|at| format!("[{}]", at + 1)).collect();
    if marks.is_empty() { marks } else { format!(" {marks}") }
}
