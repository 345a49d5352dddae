//! Compares two roles: seniority, shared sections and metrics, responsibilities.

use crate::engine::answer::builder::{cite_sources, passage_line, passage_lines, suggest_role, unique_slugs};
use crate::engine::answer::role::first_sentence;
use crate::engine::reply::{Block, Line, Reply, ReplyKind};
use crate::engine::request::Request;
use crate::i18n::{Language, t};
use crate::knowledge::Knowledge;
use crate::model::document::{Document, Passage, PassageKind};

/// Max responsibilities shown of each role.
const MAX_RESPONSIBILITIES: usize = 6;

/// Max shared headings shown.
const MAX_SHARED_HEADINGS: usize = 3;

/// Compares two roles.
pub(crate) fn compare(knowledge: &Knowledge, language: Language, one: usize, other: usize) -> Reply {
    let (first, second) = (knowledge.document(one), knowledge.document(other));
    let mut reply = Reply::new(
        language,
        ReplyKind::Compare,
        t!(language, "compare-title", one = &first.title, other = &second.title),
    );
    let mut fields = Vec::new();
    for document in [first, second] {
        if let Some(summary) = document.passages_of_kind(PassageKind::Summary).next() {
            fields.push(first_sentence_line(&mut reply, document, summary));
        }
    }
    reply.blocks.push(Block::Fields(fields));
    if let Some(text) = seniority(knowledge, language, one, other) {
        reply.paragraph(text);
    }
    for (descendant, ancestor) in [(one, other), (other, one)] {
        if knowledge.ancestors(descendant).contains(&ancestor) {
            let (descendant, ancestor) = (knowledge.document(descendant), knowledge.document(ancestor));
            let text = t!(language, "compare-shared-all", title = &descendant.title, other = &ancestor.title);
            reply.labeled_paragraph(t!(language, "compare-shared"), text);
        }
    }
    if let Some(edge) =
        knowledge.career_graph.edge_between(one, other).or_else(|| knowledge.career_graph.edge_between(other, one))
    {
        let from = knowledge.document(edge.from);
        let step = &from.front_matter.steps[edge.step_index];
        let sources = cite_sources(&mut reply, from, &step.sources, step.to.line);
        let lines = |texts: &[String]| {
            texts.iter().map(|text| Line { sources: sources.clone(), ..Line::new(text) }).collect::<Vec<_>>()
        };
        reply.bullets(
            Some(&t!(language, "compare-adds", title = &knowledge.document(edge.to).title)),
            lines(&step.adds),
        );
        reply.bullets(Some(&t!(language, "compare-leaves", title = &from.title)), lines(&step.drops));
    }
    push_shared_sections(&mut reply, first, second);
    for document in [first, second] {
        push_responsibilities(&mut reply, document);
    }
    reply.roles = unique_slugs(knowledge, [one, other]);
    for document in [first, second] {
        reply.suggest(
            t!(language, "all-responsibilities-of", title = &document.title),
            Request::Duties { name: document.slug.clone() },
        );
        suggest_role(&mut reply, document);
    }
    reply
}

/// The first sentence of a passage, labeled with the document's title.
fn first_sentence_line(reply: &mut Reply, document: &Document, passage: &Passage) -> Line {
    let line = passage_line(reply, document, passage);
    Line { label: Some(document.title.clone()), text: first_sentence(&line.text), sources: line.sources }
}

/// Sections with the same heading in both documents (scope, people ...), and metrics of the same measure.
fn push_shared_sections(reply: &mut Reply, first: &Document, second: &Document) {
    let mut shown = 0;
    for passage in first.passages_of_kind(PassageKind::Section) {
        let Some(heading) = passage.heading.as_deref().filter(|_| shown < MAX_SHARED_HEADINGS) else { continue };
        let same_heading =
            |other: &&Passage| other.heading.as_deref().is_some_and(|other| other.eq_ignore_ascii_case(heading));
        let Some(other) = second.passages_of_kind(PassageKind::Section).find(same_heading) else { continue };
        let items = [(first, passage), (second, other)]
            .map(|(document, passage)| first_sentence_line(reply, document, passage));
        reply.bullets(Some(heading), items.into());
        shown += 1;
    }
    let measures: Vec<&str> =
        first.front_matter.metrics.iter().filter_map(|metric| metric.measure.as_deref()).collect();
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
        .map(|passage| passage_line(reply, document, passage))
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

/// States which role is above the other on the career ladder, and by how many steps.
fn seniority(knowledge: &Knowledge, language: Language, one: usize, other: usize) -> Option<String> {
    let (first, second) = (knowledge.document(one), knowledge.document(other));
    let steps = |from, to| knowledge.career_graph.shortest_paths(from, to).first().map(|path| path.len() - 1);
    let describe = |count: usize, above: &Document, below: &Document| {
        t!(language, "compare-height", above = &above.title, count = count, below = &below.title)
    };
    steps(one, other)
        .map(|count| describe(count, second, first))
        .or_else(|| steps(other, one).map(|count| describe(count, first, second)))
}
