//! Answers about careers: paths, next steps, how to become something.

use crate::engine::answer::builder::{
    cite_sources, passage_line, passage_lines, push_full_passage, suggest_role, suggest_roles, unique_slugs,
};
use crate::engine::question::{Question, Subject};
use crate::engine::reply::{Block, Line, Reply, ReplyKind};
use crate::engine::request::{Request, Section};
use crate::i18n::{Language, t};
use crate::knowledge::Knowledge;
use crate::knowledge::career_graph::Edge;
use crate::knowledge::graph_selection::GraphSelection;
use crate::model::document::{Direction, PassageKind};

/// The shortest career paths from one role to another, with the changes at each step of the first.
pub(crate) fn path(knowledge: &Knowledge, language: Language, from: usize, to: usize) -> Reply {
    let (start, goal) = (knowledge.document(from), knowledge.document(to));
    let titles = |path: &[usize]| join_titles(knowledge, path, " → ");
    if from == to {
        let mut reply = Reply::new(language, ReplyKind::Path, t!(language, "path-there", title = &start.title));
        reply.paragraph(t!(language, "path-same"));
        push_outgoing_steps(knowledge, &mut reply, from, |_| true);
        reply.roles = unique_slugs(knowledge, [from]);
        suggest_role(&mut reply, start);
        return reply;
    }
    let paths = knowledge.career_graph.shortest_paths(from, to);
    let Some(path) = paths.first() else { return no_path(knowledge, language, from, to) };
    let mut reply =
        Reply::new(language, ReplyKind::Path, t!(language, "path-title", from = &start.title, to = &goal.title));
    let count = path.len() - 1;
    reply.paragraph(t!(language, "path-steps", count = count, way = &titles(path)));
    for (number, pair) in path.windows(2).enumerate() {
        if let Some(edge) = knowledge.career_graph.edge_between(pair[0], pair[1]) {
            let heading = format!("{}. {}", number + 1, step_title(knowledge, language, edge));
            push_step(knowledge, &mut reply, edge, Some(&heading));
        }
    }
    for other in &paths[1..] {
        reply.labeled_paragraph(t!(language, "path-as-short"), titles(other));
    }
    reply.path = unique_slugs(knowledge, path.iter().copied());
    reply.diagram = Some(GraphSelection::ShortestPaths { from: start.slug.clone(), to: goal.slug.clone() });
    reply.roles.clone_from(&reply.path);
    suggest_roles(&mut reply, knowledge, path[1..].iter().copied(), usize::MAX);
    reply
}

/// The titles of roles in one text.
pub(crate) fn join_titles(knowledge: &Knowledge, roles: &[usize], separator: &str) -> String {
    roles.iter().map(|role| knowledge.document(*role).title.as_str()).collect::<Vec<_>>().join(separator)
}

fn no_path(knowledge: &Knowledge, language: Language, from: usize, to: usize) -> Reply {
    let (start, goal) = (knowledge.document(from), knowledge.document(to));
    let mut reply =
        Reply::new(language, ReplyKind::Path, t!(language, "path-title", from = &start.title, to = &goal.title));
    if let Some(path) = knowledge.career_graph.shortest_paths(to, from).first() {
        let way = join_titles(knowledge, path, " → ");
        reply.paragraph(t!(language, "path-down", from = &start.title, to = &goal.title, way = &way));
        reply.diagram = Some(GraphSelection::ShortestPaths { from: goal.slug.clone(), to: start.slug.clone() });
        reply.suggest(t!(language, "path-up"), Request::Path { from: goal.slug.clone(), to: start.slug.clone() });
    } else if let Some(shared) = knowledge.career_graph.nearest_common_source(from, to) {
        let shared = knowledge.document(shared);
        let (from, to) = (&start.title, &goal.title);
        reply.paragraph(t!(language, "path-common", from = from, to = to, common = &shared.title));
        reply.suggest(
            t!(language, "path-between", from = &shared.title, to = to),
            Request::Path { from: shared.slug.clone(), to: goal.slug.clone() },
        );
        suggest_role(&mut reply, shared);
    } else {
        reply.paragraph(t!(language, "path-none", from = &start.title, to = &goal.title));
    }
    reply.roles = unique_slugs(knowledge, [from, to]);
    suggest_role(&mut reply, start);
    suggest_role(&mut reply, goal);
    reply
}

/// The next steps from a role.
pub(crate) fn next(knowledge: &Knowledge, language: Language, question: &Question) -> Reply {
    let role = question.roles[0];
    let document = knowledge.document(role);
    let mut reply = Reply::new(language, ReplyKind::Next, t!(language, "next-title", title = &document.title));
    let sideways = question.subject == Subject::Sideways;
    let outgoing = knowledge.career_graph.outgoing(role);
    let is_wanted = |edge: &Edge| !sideways || edge.direction == Direction::Sideways;
    if outgoing.iter().any(is_wanted) {
        push_outgoing_steps(knowledge, &mut reply, role, is_wanted);
        reply.roles = unique_slugs(knowledge, outgoing.iter().filter(|edge| is_wanted(edge)).map(|edge| edge.to));
    } else {
        reply.paragraph(if sideways {
            t!(language, "next-none-sideways", title = &document.title)
        } else {
            t!(language, "next-none", title = &document.title)
        });
        reply.roles = unique_slugs(knowledge, [role]);
    }
    suggest_roles(&mut reply, knowledge, outgoing.iter().map(|edge| edge.to), 4);
    suggest_role(&mut reply, document);
    reply
}

fn push_outgoing_steps(knowledge: &Knowledge, reply: &mut Reply, role: usize, is_wanted: impl Fn(&Edge) -> bool) {
    for edge in knowledge.career_graph.outgoing(role).into_iter().filter(|edge| is_wanted(edge)) {
        let heading = step_title(knowledge, reply.language, edge);
        push_step(knowledge, reply, edge, Some(&heading));
    }
}

/// The title of a step: the role that it leads to.
pub(crate) fn step_title(knowledge: &Knowledge, language: Language, edge: Edge) -> String {
    let to = &knowledge.document(edge.to).title;
    match edge.direction {
        Direction::Up => to.clone(),
        Direction::Sideways => t!(language, "step-sideways", title = to),
        Direction::Entry => t!(language, "step-entry", title = to),
    }
}

/// Adds what a step adds and drops.
pub(crate) fn push_step(knowledge: &Knowledge, reply: &mut Reply, edge: Edge, heading: Option<&str>) {
    let document = knowledge.document(edge.from);
    let step = &document.front_matter.steps[edge.step_index];
    let sources = cite_sources(reply, document, &step.sources, step.to.line);
    let (added, dropped) = (t!(reply.language, "step-new"), t!(reply.language, "step-left"));
    let adds = step.adds.iter().map(|text| (&added, text));
    let drops = step.drops.iter().map(|text| (&dropped, text));
    let mut items: Vec<Line> = adds
        .chain(drops)
        .map(|(label, text)| Line { label: Some(label.clone()), text: text.clone(), sources: sources.clone() })
        .collect();
    if items.is_empty() {
        items.push(Line::new(t!(reply.language, "step-unsaid")));
    }
    reply.bullets(heading, items);
}

/// How to become something: entry requirements and previous roles; without a role, passages on entry into the field.
pub(crate) fn how_to_become(knowledge: &Knowledge, language: Language, question: &Question) -> Reply {
    let Some(&role) = question.roles.first() else { return how_to_enter_field(knowledge, language, question) };
    let document = knowledge.document(role);
    let mut reply = Reply::new(language, ReplyKind::HowToBecome, t!(language, "into-title", title = &document.title));
    let requirements = passage_lines(&mut reply, document, PassageKind::Entry);
    let metrics: Vec<Line> =
        document.metrics("experience").map(|(_, passage)| passage_line(&mut reply, document, passage)).collect();
    let incoming = knowledge.career_graph.incoming(role);
    let is_empty = requirements.is_empty() && metrics.is_empty() && incoming.is_empty();
    reply.bullets(Some(&Section::Entry.localized_name(language)), requirements.into_iter().chain(metrics).collect());
    for edge in &incoming {
        let from = knowledge.document(edge.from);
        push_step(knowledge, &mut reply, *edge, Some(&t!(language, "from-role", title = &from.title)));
    }
    if is_empty {
        reply.paragraph(t!(language, "into-unsaid"));
    }
    reply.roles = unique_slugs(knowledge, [role].into_iter().chain(incoming.iter().map(|edge| edge.from)));
    suggest_role(&mut reply, document);
    suggest_roles(&mut reply, knowledge, incoming.iter().map(|edge| edge.from), 3);
    reply
}

fn how_to_enter_field(knowledge: &Knowledge, language: Language, question: &Question) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::HowToBecome, t!(language, "ways-in"));
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let mut roles = Vec::new();
    for hit in question.hits.iter().filter(|hit| hit.score >= 0.75 * best).take(3) {
        let document = knowledge.document(hit.document);
        let passage = knowledge.passage(hit);
        push_full_passage(&mut reply, document, passage);
        roles.extend(knowledge.owning_roles(hit.document));
    }
    if let Some(first) = roles.first() {
        let title = knowledge.document(*first).title.clone();
        reply.blocks.push(Block::Fields(vec![Line::labeled(t!(language, "ways-in-first"), title)]));
    }
    reply.roles = unique_slugs(knowledge, roles.iter().copied());
    suggest_roles(&mut reply, knowledge, roles, 3);
    reply
}
