//! Ways from role to role: a route, what comes next, how to get there.

use crate::engine::answer::builder::{
    cite_sources, passage_line, passage_lines, push_full_passage, suggest_role, unique_slugs, with_label,
};
use crate::engine::question::{Question, Subject};
use crate::engine::reply::{Block, Line, Reply, ReplyKind};
use crate::engine::request::{Request, Section};
use crate::i18n::{Language, t};
use crate::knowledge::Library;
use crate::knowledge::career_graph::Edge;
use crate::knowledge::graph_selection::GraphSelection;
use crate::model::document::{Direction, PassageKind};

/// The steps from one role to another, and what changes at each.
pub fn path(library: &Library, language: Language, from: usize, to: usize) -> Reply {
    let (start, goal) = (library.document(from), library.document(to));
    if from == to {
        let mut reply = Reply::new(language, ReplyKind::Path, t!(language, "path-there", title = &start.title));
        reply.paragraph(t!(language, "path-same"));
        push_outgoing_steps(library, &mut reply, from, |_| true);
        reply.roles = unique_slugs(library, [from]);
        suggest_role(&mut reply, start);
        return reply;
    }
    let routes = library.career_graph.shortest_paths(from, to);
    let Some(route) = routes.first() else { return no_path(library, language, from, to) };
    let mut reply =
        Reply::new(language, ReplyKind::Path, t!(language, "path-title", from = &start.title, to = &goal.title));
    let count = route.len() - 1;
    let titles: Vec<&str> = route.iter().map(|role| library.document(*role).title.as_str()).collect();
    reply.paragraph(t!(language, "path-steps", count = count, way = &titles.join(" → ")));
    for (number, pair) in route.windows(2).enumerate() {
        if let Some(rung) = library.career_graph.edge_between(pair[0], pair[1]) {
            let heading = format!("{}. {}", number + 1, step_title(library, language, rung));
            push_step(library, &mut reply, rung, Some(&heading));
        }
    }
    for other in &routes[1..] {
        let titles: Vec<&str> = other.iter().map(|role| library.document(*role).title.as_str()).collect();
        reply.blocks.push(Block::Paragraph(Line {
            label: Some(t!(language, "path-as-short")),
            text: titles.join(" → "),
            sources: Vec::new(),
        }));
    }
    reply.path = unique_slugs(library, route.iter().copied());
    reply.diagram = Some(GraphSelection::ShortestPaths { from: start.slug.clone(), to: goal.slug.clone() });
    reply.roles.clone_from(&reply.path);
    for role in route.iter().skip(1) {
        suggest_role(&mut reply, library.document(*role));
    }
    reply
}

fn no_path(library: &Library, language: Language, from: usize, to: usize) -> Reply {
    let (start, goal) = (library.document(from), library.document(to));
    let mut reply =
        Reply::new(language, ReplyKind::Path, t!(language, "path-title", from = &start.title, to = &goal.title));
    if let Some(route) = library.career_graph.shortest_paths(to, from).first() {
        let titles: Vec<&str> = route.iter().map(|role| library.document(*role).title.as_str()).collect();
        let way = titles.join(" → ");
        reply.paragraph(t!(language, "path-down", from = &start.title, to = &goal.title, way = &way));
        reply.diagram = Some(GraphSelection::ShortestPaths { from: goal.slug.clone(), to: start.slug.clone() });
        reply.suggest(t!(language, "path-up"), Request::Path { from: goal.slug.clone(), to: start.slug.clone() });
    } else if let Some(common) = library.career_graph.nearest_common_source(from, to) {
        let common = library.document(common);
        let (from, to) = (&start.title, &goal.title);
        reply.paragraph(t!(language, "path-common", from = from, to = to, common = &common.title));
        reply.suggest(
            t!(language, "path-between", from = &common.title, to = to),
            Request::Path { from: common.slug.clone(), to: goal.slug.clone() },
        );
        suggest_role(&mut reply, common);
    } else {
        reply.paragraph(t!(language, "path-none", from = &start.title, to = &goal.title));
    }
    reply.roles = unique_slugs(library, [from, to]);
    suggest_role(&mut reply, start);
    suggest_role(&mut reply, goal);
    reply
}

/// Every next step of a role.
pub fn next(library: &Library, language: Language, question: &Question) -> Reply {
    let at = question.roles[0];
    let document = library.document(at);
    let mut reply = Reply::new(language, ReplyKind::Next, t!(language, "next-title", title = &document.title));
    let sideways = question.subject == Subject::Sideways;
    let all = library.career_graph.outgoing(at);
    let wanted = |rung: &Edge| !sideways || rung.direction == Direction::Sideways;
    if all.iter().any(wanted) {
        push_outgoing_steps(library, &mut reply, at, wanted);
        reply.roles = unique_slugs(library, all.iter().filter(|rung| wanted(rung)).map(|rung| rung.to));
    } else {
        reply.paragraph(if sideways {
            t!(language, "next-none-sideways", title = &document.title)
        } else {
            t!(language, "next-none", title = &document.title)
        });
        reply.roles = unique_slugs(library, [at]);
    }
    for rung in all.iter().take(4) {
        suggest_role(&mut reply, library.document(rung.to));
    }
    suggest_role(&mut reply, document);
    reply
}

fn push_outgoing_steps(library: &Library, reply: &mut Reply, at: usize, wanted: impl Fn(&Edge) -> bool) {
    for rung in library.career_graph.outgoing(at).into_iter().filter(|rung| wanted(rung)) {
        let heading = step_title(library, reply.language, rung);
        push_step(library, reply, rung, Some(&heading));
    }
}

/// A step by the role that it leads to.
pub fn step_title(library: &Library, language: Language, rung: Edge) -> String {
    let to = &library.document(rung.to).title;
    match rung.direction {
        Direction::Up => to.clone(),
        Direction::Sideways => t!(language, "step-sideways", title = to),
        Direction::Entry => t!(language, "step-entry", title = to),
    }
}

/// What changes at one step.
pub fn push_step(library: &Library, reply: &mut Reply, rung: Edge, heading: Option<&str>) {
    let document = library.document(rung.from);
    let step = &document.front_matter.steps[rung.step_index];
    let sources = cite_sources(reply, document, &step.sources, step.to.line);
    let (new, left) = (t!(reply.language, "step-new"), t!(reply.language, "step-left"));
    let adds = step.adds.iter().map(|text| (&new, text));
    let leaves = step.drops.iter().map(|text| (&left, text));
    let mut items: Vec<Line> = adds
        .chain(leaves)
        .map(|(lead, text)| Line { label: Some(lead.clone()), text: text.clone(), sources: sources.clone() })
        .collect();
    if items.is_empty() {
        items.push(Line { text: t!(reply.language, "step-unsaid"), ..Line::default() });
    }
    reply.bullets(heading, items);
}

/// How to become something: the roles before it and what it takes; or, where no role is named, the passages that say.
pub fn how_to_become(library: &Library, language: Language, question: &Question) -> Reply {
    let Some(&at) = question.roles.first() else { return how_to_enter_field(library, language, question) };
    let document = library.document(at);
    let mut reply = Reply::new(language, ReplyKind::HowToBecome, t!(language, "into-title", title = &document.title));
    let takes = passage_lines(&mut reply, document, PassageKind::Entry);
    let figures = document.metrics("experience").map(|(_, passage)| passage_line(&mut reply, document, passage));
    let figures: Vec<Line> = figures.collect();
    let before = library.career_graph.incoming(at);
    let nothing = takes.is_empty() && figures.is_empty() && before.is_empty();
    reply.bullets(Some(&Section::Entry.localized_name(language)), takes.into_iter().chain(figures).collect());
    for rung in &before {
        let from = library.document(rung.from);
        push_step(library, &mut reply, *rung, Some(&t!(language, "from-role", title = &from.title)));
    }
    if nothing {
        reply.paragraph(t!(language, "into-unsaid"));
    }
    reply.roles = unique_slugs(library, [at].into_iter().chain(before.iter().map(|rung| rung.from)));
    suggest_role(&mut reply, document);
    for rung in before.iter().take(3) {
        suggest_role(&mut reply, library.document(rung.from));
    }
    reply
}

fn how_to_enter_field(library: &Library, language: Language, question: &Question) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::HowToBecome, t!(language, "ways-in"));
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let mut roles = Vec::new();
    for hit in question.hits.iter().filter(|hit| hit.score >= 0.75 * best).take(3) {
        let document = library.document(hit.document);
        let passage = library.passage(hit);
        push_full_passage(&mut reply, document, passage);
        roles.extend(library.owning_roles(hit.document));
    }
    if let Some(first) = roles.first() {
        let text = library.document(*first).title.clone();
        let first = with_label(t!(language, "ways-in-first"), Line { text, ..Line::default() });
        reply.blocks.push(Block::Fields(vec![first]));
    }
    reply.roles = unique_slugs(library, roles.iter().copied());
    for at in roles.iter().take(3) {
        suggest_role(&mut reply, library.document(*at));
    }
    reply
}
