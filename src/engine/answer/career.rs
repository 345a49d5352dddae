//! Ways from role to role: a route, what comes next, how to get there.

use crate::corpus::front_matter::Direction;
use crate::corpus::markdown::Part;
use crate::engine::answer::builder::{cite, led, line, lines, offer_role, slugs, whole};
use crate::engine::question::{Question, Subject};
use crate::engine::reply::{Block, Kind, Line, Reply};
use crate::engine::request::{Request, Section};
use crate::i18n::{Language, say};
use crate::knowledge::Library;
use crate::knowledge::career_graph::Rung;
use crate::knowledge::graph_selection::Chart;

/// The steps from one role to another, and what changes at each.
pub fn path(library: &Library, language: Language, from: usize, to: usize) -> Reply {
    let (start, goal) = (library.document(from), library.document(to));
    if from == to {
        let mut reply = Reply::new(language, Kind::Path, say!(language, "path-there", title = &start.title));
        reply.paragraph(say!(language, "path-same"));
        steps_after(library, &mut reply, from, |_| true);
        reply.roles = slugs(library, [from]);
        offer_role(&mut reply, start);
        return reply;
    }
    let routes = library.ladder.routes(from, to);
    let Some(route) = routes.first() else { return no_route(library, language, from, to) };
    let mut reply =
        Reply::new(language, Kind::Path, say!(language, "path-title", from = &start.title, to = &goal.title));
    let count = route.len() - 1;
    let titles: Vec<&str> = route.iter().map(|role| library.document(*role).title.as_str()).collect();
    reply.paragraph(say!(language, "path-steps", count = count, way = &titles.join(" → ")));
    for (number, pair) in route.windows(2).enumerate() {
        if let Some(rung) = library.ladder.rung(pair[0], pair[1]) {
            let heading = format!("{}. {}", number + 1, step_title(library, language, rung));
            step(library, &mut reply, rung, Some(&heading));
        }
    }
    for other in &routes[1..] {
        let titles: Vec<&str> = other.iter().map(|role| library.document(*role).title.as_str()).collect();
        reply.blocks.push(Block::Paragraph(Line {
            lead: Some(say!(language, "path-as-short")),
            text: titles.join(" → "),
            sources: Vec::new(),
        }));
    }
    reply.path = slugs(library, route.iter().copied());
    reply.picture = Some(Chart::Route { from: start.slug.clone(), to: goal.slug.clone() });
    reply.roles.clone_from(&reply.path);
    for role in route.iter().skip(1) {
        offer_role(&mut reply, library.document(*role));
    }
    reply
}

fn no_route(library: &Library, language: Language, from: usize, to: usize) -> Reply {
    let (start, goal) = (library.document(from), library.document(to));
    let mut reply =
        Reply::new(language, Kind::Path, say!(language, "path-title", from = &start.title, to = &goal.title));
    if let Some(route) = library.ladder.routes(to, from).first() {
        let titles: Vec<&str> = route.iter().map(|role| library.document(*role).title.as_str()).collect();
        let way = titles.join(" → ");
        reply.paragraph(say!(language, "path-down", from = &start.title, to = &goal.title, way = &way));
        reply.picture = Some(Chart::Route { from: goal.slug.clone(), to: start.slug.clone() });
        reply.offer(say!(language, "path-up"), Request::Path { from: goal.slug.clone(), to: start.slug.clone() });
    } else if let Some(common) = library.ladder.common(from, to) {
        let common = library.document(common);
        let (from, to) = (&start.title, &goal.title);
        reply.paragraph(say!(language, "path-common", from = from, to = to, common = &common.title));
        reply.offer(
            say!(language, "path-between", from = &common.title, to = to),
            Request::Path { from: common.slug.clone(), to: goal.slug.clone() },
        );
        offer_role(&mut reply, common);
    } else {
        reply.paragraph(say!(language, "path-none", from = &start.title, to = &goal.title));
    }
    reply.roles = slugs(library, [from, to]);
    offer_role(&mut reply, start);
    offer_role(&mut reply, goal);
    reply
}

/// Every next step of a role.
pub fn next(library: &Library, language: Language, question: &Question) -> Reply {
    let at = question.roles[0];
    let document = library.document(at);
    let mut reply = Reply::new(language, Kind::Next, say!(language, "next-title", title = &document.title));
    let sideways = question.subject == Subject::Sideways;
    let all = library.ladder.after(at);
    let wanted = |rung: &Rung| !sideways || rung.direction == Direction::Sideways;
    if all.iter().any(wanted) {
        steps_after(library, &mut reply, at, wanted);
        reply.roles = slugs(library, all.iter().filter(|rung| wanted(rung)).map(|rung| rung.to));
    } else {
        reply.paragraph(if sideways {
            say!(language, "next-none-sideways", title = &document.title)
        } else {
            say!(language, "next-none", title = &document.title)
        });
        reply.roles = slugs(library, [at]);
    }
    for rung in all.iter().take(4) {
        offer_role(&mut reply, library.document(rung.to));
    }
    offer_role(&mut reply, document);
    reply
}

fn steps_after(library: &Library, reply: &mut Reply, at: usize, wanted: impl Fn(&Rung) -> bool) {
    for rung in library.ladder.after(at).into_iter().filter(|rung| wanted(rung)) {
        let heading = step_title(library, reply.language, rung);
        step(library, reply, rung, Some(&heading));
    }
}

/// A step by the role that it leads to.
pub fn step_title(library: &Library, language: Language, rung: Rung) -> String {
    let to = &library.document(rung.to).title;
    match rung.direction {
        Direction::Up => to.clone(),
        Direction::Sideways => say!(language, "step-sideways", title = to),
        Direction::Entry => say!(language, "step-entry", title = to),
    }
}

/// What changes at one step.
pub fn step(library: &Library, reply: &mut Reply, rung: Rung, heading: Option<&str>) {
    let document = library.document(rung.from);
    let step = &document.front.steps[rung.step];
    let sources = cite(reply, document, &step.sources, step.to.line);
    let (new, left) = (say!(reply.language, "step-new"), say!(reply.language, "step-left"));
    let adds = step.adds.iter().map(|text| (&new, text));
    let leaves = step.leaves.iter().map(|text| (&left, text));
    let mut items: Vec<Line> = adds
        .chain(leaves)
        .map(|(lead, text)| Line { lead: Some(lead.clone()), text: text.clone(), sources: sources.clone() })
        .collect();
    if items.is_empty() {
        items.push(Line { text: say!(reply.language, "step-unsaid"), ..Line::default() });
    }
    reply.bullets(heading, items);
}

/// How to become something: the roles before it and what it takes; or, where no role is named, the passages that say.
pub fn into(library: &Library, language: Language, question: &Question) -> Reply {
    let Some(&at) = question.roles.first() else { return ways_in(library, language, question) };
    let document = library.document(at);
    let mut reply = Reply::new(language, Kind::Into, say!(language, "into-title", title = &document.title));
    let takes = lines(&mut reply, document, Part::Entry);
    let figures = document.figures("experience").map(|(_, passage)| line(&mut reply, document, passage));
    let figures: Vec<Line> = figures.collect();
    let before = library.ladder.before(at);
    let nothing = takes.is_empty() && figures.is_empty() && before.is_empty();
    reply.bullets(Some(&Section::Entry.called(language)), takes.into_iter().chain(figures).collect());
    for rung in &before {
        let from = library.document(rung.from);
        step(library, &mut reply, *rung, Some(&say!(language, "from-role", title = &from.title)));
    }
    if nothing {
        reply.paragraph(say!(language, "into-unsaid"));
    }
    reply.roles = slugs(library, [at].into_iter().chain(before.iter().map(|rung| rung.from)));
    offer_role(&mut reply, document);
    for rung in before.iter().take(3) {
        offer_role(&mut reply, library.document(rung.from));
    }
    reply
}

fn ways_in(library: &Library, language: Language, question: &Question) -> Reply {
    let mut reply = Reply::new(language, Kind::Into, say!(language, "ways-in"));
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let mut roles = Vec::new();
    for hit in question.hits.iter().filter(|hit| hit.score >= 0.75 * best).take(3) {
        let document = library.document(hit.document);
        let passage = library.passage(hit);
        whole(&mut reply, document, passage);
        roles.extend(library.roles_behind(hit.document));
    }
    if let Some(first) = roles.first() {
        let text = library.document(*first).title.clone();
        let first = led(say!(language, "ways-in-first"), Line { text, ..Line::default() });
        reply.blocks.push(Block::Fields(vec![first]));
    }
    reply.roles = slugs(library, roles.iter().copied());
    for at in roles.iter().take(3) {
        offer_role(&mut reply, library.document(*at));
    }
    reply
}
