//! Two roles side by side: what they share, what only one does, scope, people, horizon.

use crate::engine::answer::builder::{cite_sources, passage_line, passage_lines, suggest_role, unique_slugs};
use crate::engine::answer::role::first_sentence;
use crate::engine::reply::{Block, Line, Reply, ReplyKind};
use crate::engine::request::Request;
use crate::i18n::{Language, t};
use crate::knowledge::Library;
use crate::model::document::{Document, Passage, PassageKind};

/// Responsibilities of each that are shown; the rest is one question away.
const MAX_RESPONSIBILITIES: usize = 6;

/// Headings that both have and that are shown side by side.
const MAX_SHARED_HEADINGS: usize = 3;

/// How two roles differ.
pub fn compare(library: &Library, language: Language, one: usize, other: usize) -> Reply {
    let (first, second) = (library.document(one), library.document(other));
    let mut reply = Reply::new(
        language,
        ReplyKind::Compare,
        t!(language, "compare-title", one = &first.title, other = &second.title),
    );
    let mut fields = Vec::new();
    for document in [first, second] {
        if let Some(summary) = document.passages_of_kind(PassageKind::Summary).next() {
            let whole = passage_line(&mut reply, document, summary);
            fields.push(Line {
                label: Some(document.title.clone()),
                text: first_sentence(&whole.text),
                sources: whole.sources,
            });
        }
    }
    reply.blocks.push(Block::Fields(fields));
    if let Some(text) = seniority(library, language, one, other) {
        reply.paragraph(text);
    }
    for (heir, above) in [(one, other), (other, one)] {
        if library.ancestors(heir).contains(&above) {
            let (heir, above) = (library.document(heir), library.document(above));
            let text = t!(language, "compare-shared-all", title = &heir.title, other = &above.title);
            let lead = Some(t!(language, "compare-shared"));
            reply.blocks.push(Block::Paragraph(Line { label: lead, text, sources: Vec::new() }));
        }
    }
    if let Some(rung) =
        library.career_graph.edge_between(one, other).or_else(|| library.career_graph.edge_between(other, one))
    {
        let from = library.document(rung.from);
        let step = &from.front_matter.steps[rung.step_index];
        let sources = cite_sources(&mut reply, from, &step.sources, step.to.line);
        let items =
            step.adds.iter().map(|text| Line { label: None, text: text.clone(), sources: sources.clone() }).collect();
        reply.bullets(Some(&t!(language, "compare-adds", title = &library.document(rung.to).title)), items);
        let items =
            step.drops.iter().map(|text| Line { label: None, text: text.clone(), sources: sources.clone() }).collect();
        reply.bullets(Some(&t!(language, "compare-leaves", title = &from.title)), items);
    }
    push_shared_sections(&mut reply, first, second);
    for document in [first, second] {
        push_responsibilities(&mut reply, document);
    }
    reply.roles = unique_slugs(library, [one, other]);
    for document in [first, second] {
        reply.suggest(
            t!(language, "all-responsibilities-of", title = &document.title),
            Request::Duties { name: document.slug.clone() },
        );
        suggest_role(&mut reply, document);
    }
    reply
}

/// What both documents tell under one heading (scope, people ...), and the figures that both have.
fn push_shared_sections(reply: &mut Reply, first: &Document, second: &Document) {
    let mut told = 0;
    for passage in first.passages_of_kind(PassageKind::Section) {
        let Some(heading) = passage.heading.as_deref().filter(|_| told < MAX_SHARED_HEADINGS) else { continue };
        let same = |other: &&Passage| other.heading.as_deref().is_some_and(|other| other.eq_ignore_ascii_case(heading));
        let Some(other) = second.passages_of_kind(PassageKind::Section).find(same) else { continue };
        let items = [(first, passage), (second, other)].map(|(document, passage)| {
            let whole = passage_line(reply, document, passage);
            Line { label: Some(document.title.clone()), text: first_sentence(&whole.text), sources: whole.sources }
        });
        reply.bullets(Some(heading), items.into());
        told += 1;
    }
    let measures: Vec<&str> = first.front_matter.metrics.iter().filter_map(|fact| fact.measure.as_deref()).collect();
    for measure in measures.into_iter().filter(|measure| second.metrics(measure).next().is_some()) {
        let mut items = Vec::new();
        for document in [first, second] {
            if let Some((_, passage)) = document.metrics(measure).next() {
                items.push(passage_line(reply, document, passage));
            }
        }
        reply.bullets(Some(&t!(reply.language, "compare-figures", measure = measure)), items);
    }
}

fn push_responsibilities(reply: &mut Reply, document: &Document) {
    let count = document.passages_of_kind(PassageKind::Responsibility).count();
    let items: Vec<Line> = document
        .passages_of_kind(PassageKind::Responsibility)
        .take(MAX_RESPONSIBILITIES)
        .map(|duty| passage_line(reply, document, duty))
        .collect();
    let title = &document.title;
    let heading = if count > MAX_RESPONSIBILITIES {
        t!(reply.language, "compare-some", title = title, shown = MAX_RESPONSIBILITIES, count = count)
    } else {
        title.clone()
    };
    reply.bullets(Some(&heading), items);
    let limits = passage_lines(reply, document, PassageKind::OutOfScope);
    reply.bullets(Some(&t!(reply.language, "compare-limits", title = title)), limits);
}

/// Which of the two stands above the other.
fn seniority(library: &Library, language: Language, one: usize, other: usize) -> Option<String> {
    let (first, second) = (library.document(one), library.document(other));
    let steps = |from, to| library.career_graph.shortest_paths(from, to).first().map(|route| route.len() - 1);
    let tell = |count: usize, above: &Document, below: &Document| {
        t!(language, "compare-height", above = &above.title, count = count, below = &below.title)
    };
    if let Some(count) = steps(one, other) {
        return Some(tell(count, second, first));
    }
    if let Some(count) = steps(other, one) {
        return Some(tell(count, first, second));
    }
    None
}
