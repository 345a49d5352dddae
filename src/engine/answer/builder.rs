//! Parts of replies: passages as lines with citations, suggestions of roles.

use crate::engine::reply::{Block, Line, Reply};
use crate::engine::request::Request;
use crate::i18n::t;
use crate::knowledge::Knowledge;
use crate::model::document::{Document, Passage, PassageKind};
use crate::search::retrieve::Hit;

/// A passage as a line, without its bullets. Adds its sources to the reply.
pub(crate) fn passage_line(reply: &mut Reply, document: &Document, passage: &Passage) -> Line {
    Line {
        label: None,
        text: passage.text.clone(),
        sources: cite_sources(reply, document, &passage.sources, passage.line),
    }
}

/// A passage as a line, with its bullets joined by semicolons.
pub(crate) fn inline_passage(reply: &mut Reply, document: &Document, passage: &Passage) -> Line {
    let line = passage_line(reply, document, passage);
    if passage.items.is_empty() {
        return line;
    }
    Line { text: format!("{} {}", line.text, passage.items.join("; ")).trim().to_owned(), ..line }
}

/// Puts a label before a line.
pub(crate) fn with_label(label: impl Into<String>, line: Line) -> Line {
    Line { label: Some(label.into()), ..line }
}

/// A hit as a line about `role`; labeled with the other role if it is inherited from there.
pub(crate) fn own_passage_line(knowledge: &Knowledge, reply: &mut Reply, role: usize, hit: &Hit) -> Line {
    let owner = knowledge.document(hit.document);
    let line = inline_passage(reply, owner, knowledge.passage(hit));
    if hit.document == role { line } else { with_label(t!(reply.language, "as-every", title = &owner.title), line) }
}

/// All responsibilities of a document, a list for each group.
pub(crate) fn push_responsibilities_by_group(reply: &mut Reply, document: &Document) {
    let mut groups: Vec<(Option<&str>, Vec<Line>)> = Vec::new();
    for passage in document.passages_of_kind(PassageKind::Responsibility) {
        let line = passage_line(reply, document, passage);
        match groups.iter_mut().find(|(heading, _)| *heading == passage.heading.as_deref()) {
            Some((_, lines)) => lines.push(line),
            None => groups.push((passage.heading.as_deref(), vec![line])),
        }
    }
    for (heading, lines) in groups {
        reply.bullets(heading, lines);
    }
}

/// Adds sources to the reply and returns their positions. `line` is the line in the document, which is the source if
/// there is no other.
pub(crate) fn cite_sources(reply: &mut Reply, document: &Document, sources: &[String], line: usize) -> Vec<usize> {
    if sources.is_empty() {
        return vec![reply.cite(&document.title, &document.file, line)];
    }
    let mut cited: Vec<usize> = Vec::new();
    for source in sources {
        let position = reply.cite(source, &document.file, line);
        if !cited.contains(&position) {
            cited.push(position);
        }
    }
    cited
}

/// A passage in full: its text as a paragraph, its bullets as a list.
pub(crate) fn push_full_passage(reply: &mut Reply, document: &Document, passage: &Passage) {
    let mut line = passage_line(reply, document, passage);
    let heading = passage.heading.as_deref();
    if passage.items.is_empty() {
        line.label = heading.map(str::to_owned);
        reply.blocks.push(Block::Paragraph(line));
        return;
    }
    let sources = line.sources.clone();
    let has_text = !line.text.is_empty();
    if has_text {
        line.label = heading.map(str::to_owned);
        reply.blocks.push(Block::Paragraph(line));
    }
    let items = passage
        .items
        .iter()
        .map(|item| Line {
            label: None,
            text: item.clone(),
            sources: if has_text { Vec::new() } else { sources.clone() },
        })
        .collect();
    reply.bullets(heading.filter(|_| !has_text), items);
}

/// All passages of a kind, a line each.
pub(crate) fn passage_lines(reply: &mut Reply, document: &Document, kind: PassageKind) -> Vec<Line> {
    document.passages_of_kind(kind).map(|passage| passage_line(reply, document, passage)).collect()
}

/// All passages of a kind, a paragraph each.
pub(crate) fn push_passages(reply: &mut Reply, document: &Document, kind: PassageKind) {
    let lines = passage_lines(reply, document, kind);
    reply.blocks.extend(lines.into_iter().map(Block::Paragraph));
}

/// The first passage of a kind, as a paragraph.
pub(crate) fn push_first_passage(reply: &mut Reply, document: &Document, kind: PassageKind) {
    if let Some(passage) = document.passages_of_kind(kind).next() {
        let line = passage_line(reply, document, passage);
        reply.blocks.push(Block::Paragraph(line));
    }
}

/// Slugs of documents, in order, without duplicates.
pub(crate) fn unique_slugs(knowledge: &Knowledge, documents: impl IntoIterator<Item = usize>) -> Vec<String> {
    let mut slugs: Vec<String> = Vec::new();
    for document in documents {
        let slug = &knowledge.document(document).slug;
        if !slugs.contains(slug) {
            slugs.push(slug.clone());
        }
    }
    slugs
}

/// The role that a hit is about: its own document, if that is a role. For a topic: a role mentioned in the passage,
/// preferably one that owns the topic, else an owner.
pub(crate) fn primary_role(knowledge: &Knowledge, hit: &Hit) -> Option<usize> {
    if knowledge.document(hit.document).is_role() {
        return Some(hit.document);
    }
    let owners = knowledge.owning_roles(hit.document);
    let mentioned = knowledge.searcher.mentioned_roles(hit);
    let mentioned_owner = mentioned.iter().find(|role| owners.contains(role));
    mentioned_owner.or(mentioned.first()).or(owners.first()).copied()
}

/// Suggests the card of a role.
pub(crate) fn suggest_role(reply: &mut Reply, document: &Document) {
    reply.suggest(document.title.clone(), Request::Role { name: document.slug.clone() });
}

/// Suggests the cards of the first `max` roles.
pub(crate) fn suggest_roles(
    reply: &mut Reply,
    knowledge: &Knowledge,
    roles: impl IntoIterator<Item = usize>,
    max: usize,
) {
    for role in roles.into_iter().take(max) {
        suggest_role(reply, knowledge.document(role));
    }
}
