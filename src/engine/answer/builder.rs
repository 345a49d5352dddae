//! What every answer needs: a statement of the corpus as a line of the reply, with its source.

use crate::engine::reply::{Block, Line, Reply};
use crate::engine::request::Request;
use crate::i18n::t;
use crate::knowledge::Library;
use crate::model::document::{Document, Passage, PassageKind};
use crate::search::retrieve::Hit;

/// A passage as a line of the reply; its sources go into the reply's.
pub fn passage_line(reply: &mut Reply, document: &Document, passage: &Passage) -> Line {
    Line {
        label: None,
        text: passage.text.clone(),
        sources: cite_sources(reply, document, &passage.sources, passage.line),
    }
}

/// The same with the passage's bullets in the running text.
pub fn inline_passage(reply: &mut Reply, document: &Document, passage: &Passage) -> Line {
    let line = passage_line(reply, document, passage);
    if passage.items.is_empty() {
        return line;
    }
    Line { text: format!("{} {}", line.text, passage.items.join("; ")).trim().to_owned(), ..line }
}

/// A line with what it is about in front.
pub fn with_label(lead: impl Into<String>, line: Line) -> Line {
    Line { label: Some(lead.into()), ..line }
}

/// What a search found of a role's own, or of another that it is as well.
pub fn own_passage_line(library: &Library, reply: &mut Reply, role: usize, hit: &Hit) -> Line {
    let owner = library.document(hit.document);
    let item = inline_passage(reply, owner, library.passage(hit));
    if hit.document == role { item } else { with_label(t!(reply.language, "as-every", title = &owner.title), item) }
}

/// All responsibilities of a document, as it groups them.
pub fn push_responsibilities_by_group(reply: &mut Reply, document: &Document) {
    let mut groups: Vec<(Option<&str>, Vec<Line>)> = Vec::new();
    for passage in document.passages_of_kind(PassageKind::Responsibility) {
        let item = passage_line(reply, document, passage);
        match groups.iter_mut().find(|(heading, _)| *heading == passage.heading.as_deref()) {
            Some((_, items)) => items.push(item),
            None => groups.push((passage.heading.as_deref(), vec![item])),
        }
    }
    for (heading, items) in groups {
        reply.bullets(heading, items);
    }
}

/// Puts sources into the reply and gives their positions; a statement without one has its document for a source.
pub fn cite_sources(reply: &mut Reply, document: &Document, sources: &[String], at: usize) -> Vec<usize> {
    if sources.is_empty() {
        return vec![reply.cite(&document.title, &document.file, at)];
    }
    let mut cited: Vec<usize> = Vec::new();
    for source in sources {
        let position = reply.cite(source, &document.file, at);
        if !cited.contains(&position) {
            cited.push(position);
        }
    }
    cited
}

/// A passage whole: its text, and its bullets below.
pub fn push_full_passage(reply: &mut Reply, document: &Document, passage: &Passage) {
    let mut text = passage_line(reply, document, passage);
    let heading = passage.heading.as_deref();
    if passage.items.is_empty() {
        text.label = heading.map(str::to_owned);
        reply.blocks.push(Block::Paragraph(text));
        return;
    }
    let sources = text.sources.clone();
    let introduced = !text.text.is_empty();
    if introduced {
        text.label = heading.map(str::to_owned);
        reply.blocks.push(Block::Paragraph(text));
    }
    let items = passage
        .items
        .iter()
        .map(|item| Line {
            label: None,
            text: item.clone(),
            sources: if introduced { Vec::new() } else { sources.clone() },
        })
        .collect();
    reply.bullets(heading.filter(|_| !introduced), items);
}

/// All passages of a part, a line each.
pub fn passage_lines(reply: &mut Reply, document: &Document, part: PassageKind) -> Vec<Line> {
    document.passages_of_kind(part).map(|passage| passage_line(reply, document, passage)).collect()
}

/// All passages of a part, a paragraph each.
pub fn push_passages(reply: &mut Reply, document: &Document, part: PassageKind) {
    let lines = passage_lines(reply, document, part);
    reply.blocks.extend(lines.into_iter().map(Block::Paragraph));
}

/// The first passage of a part, as a paragraph.
pub fn push_first_passage(reply: &mut Reply, document: &Document, part: PassageKind) {
    if let Some(passage) = document.passages_of_kind(part).next() {
        let line = passage_line(reply, document, passage);
        reply.blocks.push(Block::Paragraph(line));
    }
}

/// The slugs of documents, in order, each once.
pub fn unique_slugs(library: &Library, documents: impl IntoIterator<Item = usize>) -> Vec<String> {
    let mut slugs: Vec<String> = Vec::new();
    for at in documents {
        let slug = &library.document(at).slug;
        if !slugs.contains(slug) {
            slugs.push(slug.clone());
        }
    }
    slugs
}

/// The role that a hit speaks of first: its own; in a topic, one that the passage names, best one whose work the topic is.
pub fn primary_role(library: &Library, hit: &Hit) -> Option<usize> {
    if library.document(hit.document).is_role() {
        return Some(hit.document);
    }
    let behind = library.owning_roles(hit.document);
    let told = library.searcher.mentioned_roles(hit);
    let both = told.iter().find(|role| behind.contains(role));
    both.or(told.first()).or(behind.first()).copied()
}

/// Offers the card of a role.
pub fn suggest_role(reply: &mut Reply, document: &Document) {
    reply.suggest(document.title.clone(), Request::Role { name: document.slug.clone() });
}
