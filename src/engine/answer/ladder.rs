//! The career ladder as a list of roles with their steps; the diagram has the same content.

use crate::engine::answer::builder::{cite_sources, suggest_roles, unique_slugs};
use crate::engine::answer::career::step_title;
use crate::engine::answer::directory::usage_error;
use crate::engine::reply::{Line, Reply, ReplyKind};
use crate::engine::request::Request;
use crate::i18n::{Language, t};
use crate::knowledge::Knowledge;
use crate::knowledge::graph_selection::GraphSelection;

/// The ladder of a family, or of all roles if `family` is empty. A role's name selects its family.
pub(crate) fn ladder(knowledge: &Knowledge, language: Language, family: &str) -> Reply {
    let families = knowledge.families();
    let selection = if family.is_empty() {
        GraphSelection::All
    } else {
        match knowledge.resolve_family(family) {
            Some(family) => GraphSelection::Family(family.to_owned()),
            None => return unknown_family(language, &families, family),
        }
    };
    let title = match &selection {
        GraphSelection::Family(family) => t!(language, "ladder-of", family = family),
        _ => t!(language, "ladder"),
    };
    let subgraph = knowledge.subgraph(&selection);
    let mut reply = Reply::new(language, ReplyKind::Ladder, title);
    let (mut terminal, mut isolated): (Vec<Line>, Vec<Line>) = (Vec::new(), Vec::new());
    for role in &subgraph.roles {
        let document = knowledge.document(*role);
        let mut items: Vec<Line> = Vec::new();
        for edge in subgraph.edges.iter().filter(|edge| edge.from == *role) {
            let step = &document.front_matter.steps[edge.step_index];
            let text = format!("→ {}", step_title(knowledge, language, *edge));
            let sources = cite_sources(&mut reply, document, &step.sources, step.to.line);
            items.push(Line { label: None, text, sources });
        }
        if items.is_empty() {
            let has_incoming = subgraph.edges.iter().any(|edge| edge.to == *role);
            let line = Line::new(&document.title);
            if has_incoming { terminal.push(line) } else { isolated.push(line) }
        }
        reply.bullets(Some(&document.title), items);
    }
    reply.bullets(Some(&t!(language, "ladder-last")), terminal);
    reply.bullets(Some(&t!(language, "ladder-alone")), isolated);
    reply.roles = unique_slugs(knowledge, subgraph.roles.iter().copied());
    reply.diagram = Some(selection.clone());
    if selection == GraphSelection::All && families.len() > 1 {
        for family in families.iter().take(3) {
            reply.suggest(*family, Request::Ladder { family: (*family).to_owned() });
        }
    } else if selection != GraphSelection::All {
        reply.suggest(t!(language, "ladder-all"), Request::Ladder { family: String::new() });
    }
    suggest_roles(&mut reply, knowledge, subgraph.roles.iter().copied(), 2);
    reply
}

fn unknown_family(language: Language, families: &[&str], family: &str) -> Reply {
    let mut reply = usage_error(language, &t!(language, "family-unknown", name = family));
    reply.suggestions.clear();
    let items = families.iter().copied().map(Line::new).collect();
    reply.bullets(Some(&t!(language, "families")), items);
    for family in families.iter().take(3) {
        reply.suggest(*family, Request::Ladder { family: (*family).to_owned() });
    }
    reply.suggest(t!(language, "ladder-whole"), Request::Ladder { family: String::new() });
    reply
}
