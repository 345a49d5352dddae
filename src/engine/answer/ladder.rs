//! The ladder as a list: every role with the steps from it. The picture beside it shows the same.

use crate::engine::answer::builder::{cite_sources, suggest_role, unique_slugs};
use crate::engine::answer::career::step_title;
use crate::engine::answer::directory::usage_error;
use crate::engine::reply::{Line, Reply, ReplyKind};
use crate::engine::request::Request;
use crate::i18n::{Language, t};
use crate::knowledge::Library;
use crate::knowledge::graph_selection::GraphSelection;

/// The ladder of a family, or of all roles where `family` is empty. A role's name stands for its family.
pub fn ladder(library: &Library, language: Language, family: &str) -> Reply {
    let families = library.families();
    let chart = if family.is_empty() {
        GraphSelection::All
    } else {
        match library.resolve_family(family) {
            Some(family) => GraphSelection::Family(family.to_owned()),
            None => return unknown_family(language, &families, family),
        }
    };
    let title = match &chart {
        GraphSelection::Family(family) => t!(language, "ladder-of", family = family),
        _ => t!(language, "ladder"),
    };
    let view = library.subgraph(&chart);
    let mut reply = Reply::new(language, ReplyKind::Ladder, title);
    let (mut last, mut alone): (Vec<Line>, Vec<Line>) = (Vec::new(), Vec::new());
    for at in &view.roles {
        let document = library.document(*at);
        let mut items: Vec<Line> = Vec::new();
        for rung in view.edges.iter().filter(|rung| rung.from == *at) {
            let step = &document.front_matter.steps[rung.step_index];
            let text = format!("→ {}", step_title(library, language, *rung));
            let sources = cite_sources(&mut reply, document, &step.sources, step.to.line);
            items.push(Line { label: None, text, sources });
        }
        if items.is_empty() {
            let reached = view.edges.iter().any(|rung| rung.to == *at);
            let line = Line { text: document.title.clone(), ..Line::default() };
            if reached { last.push(line) } else { alone.push(line) }
        }
        reply.bullets(Some(&document.title), items);
    }
    reply.bullets(Some(&t!(language, "ladder-last")), last);
    reply.bullets(Some(&t!(language, "ladder-alone")), alone);
    reply.roles = unique_slugs(library, view.roles.iter().copied());
    reply.diagram = Some(chart.clone());
    if chart == GraphSelection::All && families.len() > 1 {
        for family in families.iter().take(3) {
            reply.suggest(*family, Request::Ladder { family: (*family).to_owned() });
        }
    } else if chart != GraphSelection::All {
        reply.suggest(t!(language, "ladder-all"), Request::Ladder { family: String::new() });
    }
    for at in view.roles.iter().take(2) {
        suggest_role(&mut reply, library.document(*at));
    }
    reply
}

fn unknown_family(language: Language, families: &[&str], family: &str) -> Reply {
    let mut reply = usage_error(language, &t!(language, "family-unknown", name = family));
    reply.suggestions.clear();
    let items = families.iter().map(|family| Line { text: (*family).to_owned(), ..Line::default() }).collect();
    reply.bullets(Some(&t!(language, "families")), items);
    for family in families.iter().take(3) {
        reply.suggest(*family, Request::Ladder { family: (*family).to_owned() });
    }
    reply.suggest(t!(language, "ladder-whole"), Request::Ladder { family: String::new() });
    reply
}
