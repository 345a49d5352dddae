//! The ladder as a list: every role with the steps from it. The picture beside it shows the same.

use crate::engine::answer::builder::{cite, offer_role, slugs};
use crate::engine::answer::career::step_title;
use crate::engine::answer::directory::mistake;
use crate::engine::reply::{Kind, Line, Reply};
use crate::engine::request::Request;
use crate::i18n::{Language, say};
use crate::knowledge::Library;
use crate::knowledge::graph_selection::Chart;

/// The ladder of a family, or of all roles where `family` is empty. A role's name stands for its family.
pub fn ladder(library: &Library, language: Language, family: &str) -> Reply {
    let families = library.families();
    let chart = if family.is_empty() {
        Chart::Whole
    } else {
        match library.family(family) {
            Some(family) => Chart::Family(family.to_owned()),
            None => return unknown(language, &families, family),
        }
    };
    let title = match &chart {
        Chart::Family(family) => say!(language, "ladder-of", family = family),
        _ => say!(language, "ladder"),
    };
    let view = library.view(&chart);
    let mut reply = Reply::new(language, Kind::Ladder, title);
    let (mut last, mut alone): (Vec<Line>, Vec<Line>) = (Vec::new(), Vec::new());
    for at in &view.roles {
        let document = library.document(*at);
        let mut items: Vec<Line> = Vec::new();
        for rung in view.rungs.iter().filter(|rung| rung.from == *at) {
            let step = &document.front.steps[rung.step];
            let text = format!("→ {}", step_title(library, language, *rung));
            let sources = cite(&mut reply, document, &step.sources, step.to.line);
            items.push(Line { lead: None, text, sources });
        }
        if items.is_empty() {
            let reached = view.rungs.iter().any(|rung| rung.to == *at);
            let line = Line { text: document.title.clone(), ..Line::default() };
            if reached { last.push(line) } else { alone.push(line) }
        }
        reply.bullets(Some(&document.title), items);
    }
    reply.bullets(Some(&say!(language, "ladder-last")), last);
    reply.bullets(Some(&say!(language, "ladder-alone")), alone);
    reply.roles = slugs(library, view.roles.iter().copied());
    reply.picture = Some(chart.clone());
    if chart == Chart::Whole && families.len() > 1 {
        for family in families.iter().take(3) {
            reply.offer(*family, Request::Ladder { family: (*family).to_owned() });
        }
    } else if chart != Chart::Whole {
        reply.offer(say!(language, "ladder-all"), Request::Ladder { family: String::new() });
    }
    for at in view.roles.iter().take(2) {
        offer_role(&mut reply, library.document(*at));
    }
    reply
}

fn unknown(language: Language, families: &[&str], family: &str) -> Reply {
    let mut reply = mistake(language, &say!(language, "family-unknown", name = family));
    reply.next.clear();
    let items = families.iter().map(|family| Line { text: (*family).to_owned(), ..Line::default() }).collect();
    reply.bullets(Some(&say!(language, "families")), items);
    for family in families.iter().take(3) {
        reply.offer(*family, Request::Ladder { family: (*family).to_owned() });
    }
    reply.offer(say!(language, "ladder-whole"), Request::Ladder { family: String::new() });
    reply
}
