//! Two roles side by side: what they share, what only one does, scope, people, horizon.

use crate::corpus::document::Document;
use crate::corpus::markdown::{Part, Passage};
use crate::engine::answer::builder::{cite, line, lines, offer_role, slugs};
use crate::engine::answer::role::sentence;
use crate::engine::reply::{Block, Kind, Line, Reply};
use crate::engine::request::Request;
use crate::i18n::{Language, say};
use crate::knowledge::Library;

/// Responsibilities of each that are shown; the rest is one question away.
const OF_EACH: usize = 6;

/// Headings that both have and that are shown side by side.
const SIDE_BY_SIDE: usize = 3;

/// How two roles differ.
pub fn compare(library: &Library, language: Language, one: usize, other: usize) -> Reply {
    let (first, second) = (library.document(one), library.document(other));
    let mut reply =
        Reply::new(language, Kind::Compare, say!(language, "compare-title", one = &first.title, other = &second.title));
    let mut fields = Vec::new();
    for document in [first, second] {
        if let Some(summary) = document.part(Part::Summary).next() {
            let whole = line(&mut reply, document, summary);
            fields.push(Line {
                lead: Some(document.title.clone()),
                text: sentence(&whole.text),
                sources: whole.sources,
            });
        }
    }
    reply.blocks.push(Block::Fields(fields));
    if let Some(text) = height(library, language, one, other) {
        reply.paragraph(text);
    }
    for (heir, above) in [(one, other), (other, one)] {
        if library.inherited(heir).contains(&above) {
            let (heir, above) = (library.document(heir), library.document(above));
            let text = say!(language, "compare-shared-all", title = &heir.title, other = &above.title);
            let lead = Some(say!(language, "compare-shared"));
            reply.blocks.push(Block::Paragraph(Line { lead, text, sources: Vec::new() }));
        }
    }
    if let Some(rung) = library.ladder.rung(one, other).or_else(|| library.ladder.rung(other, one)) {
        let from = library.document(rung.from);
        let step = &from.front.steps[rung.step];
        let sources = cite(&mut reply, from, &step.sources, step.to.line);
        let items =
            step.adds.iter().map(|text| Line { lead: None, text: text.clone(), sources: sources.clone() }).collect();
        reply.bullets(Some(&say!(language, "compare-adds", title = &library.document(rung.to).title)), items);
        let items =
            step.leaves.iter().map(|text| Line { lead: None, text: text.clone(), sources: sources.clone() }).collect();
        reply.bullets(Some(&say!(language, "compare-leaves", title = &from.title)), items);
    }
    side_by_side(&mut reply, first, second);
    for document in [first, second] {
        only(&mut reply, document);
    }
    reply.roles = slugs(library, [one, other]);
    for document in [first, second] {
        reply.offer(
            say!(language, "all-responsibilities-of", title = &document.title),
            Request::Duties { name: document.slug.clone() },
        );
        offer_role(&mut reply, document);
    }
    reply
}

/// What both documents tell under one heading (scope, people ...), and the figures that both have.
fn side_by_side(reply: &mut Reply, first: &Document, second: &Document) {
    let mut told = 0;
    for passage in first.part(Part::Section) {
        let Some(heading) = passage.heading.as_deref().filter(|_| told < SIDE_BY_SIDE) else { continue };
        let same = |other: &&Passage| other.heading.as_deref().is_some_and(|other| other.eq_ignore_ascii_case(heading));
        let Some(other) = second.part(Part::Section).find(same) else { continue };
        let items = [(first, passage), (second, other)].map(|(document, passage)| {
            let whole = line(reply, document, passage);
            Line { lead: Some(document.title.clone()), text: sentence(&whole.text), sources: whole.sources }
        });
        reply.bullets(Some(heading), items.into());
        told += 1;
    }
    let measures: Vec<&str> = first.front.facts.iter().filter_map(|fact| fact.measure.as_deref()).collect();
    for measure in measures.into_iter().filter(|measure| second.figures(measure).next().is_some()) {
        let mut items = Vec::new();
        for document in [first, second] {
            if let Some((_, passage)) = document.figures(measure).next() {
                items.push(line(reply, document, passage));
            }
        }
        reply.bullets(Some(&say!(reply.language, "compare-figures", measure = measure)), items);
    }
}

fn only(reply: &mut Reply, document: &Document) {
    let count = document.part(Part::Duty).count();
    let items: Vec<Line> = document.part(Part::Duty).take(OF_EACH).map(|duty| line(reply, document, duty)).collect();
    let title = &document.title;
    let heading = if count > OF_EACH {
        say!(reply.language, "compare-some", title = title, shown = OF_EACH, count = count)
    } else {
        title.clone()
    };
    reply.bullets(Some(&heading), items);
    let limits = lines(reply, document, Part::Limit);
    reply.bullets(Some(&say!(reply.language, "compare-limits", title = title)), limits);
}

/// Which of the two stands above the other.
fn height(library: &Library, language: Language, one: usize, other: usize) -> Option<String> {
    let (first, second) = (library.document(one), library.document(other));
    let steps = |from, to| library.ladder.routes(from, to).first().map(|route| route.len() - 1);
    let tell = |count: usize, above: &Document, below: &Document| {
        say!(language, "compare-height", above = &above.title, count = count, below = &below.title)
    };
    if let Some(count) = steps(one, other) {
        return Some(tell(count, second, first));
    }
    if let Some(count) = steps(other, one) {
        return Some(tell(count, first, second));
    }
    None
}
