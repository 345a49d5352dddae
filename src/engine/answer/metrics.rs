//! Figures: pay, years, growth ...; compared where several roles are asked for.

use crate::engine::answer::builder::{passage_line, push_full_passage, suggest_role, unique_slugs, with_label};
use crate::engine::question::{Question, Subject};
use crate::engine::reply::{Block, Line, Reply, ReplyKind};
use crate::engine::request::Request;
use crate::i18n::{Language, t};
use crate::knowledge::Library;
use crate::model::document::{Metric, MetricValue, Passage};

/// The figure that is asked for.
pub fn metric(library: &Library, language: Language, question: &Question) -> Reply {
    let measure = match &question.subject {
        Subject::Measure(measure) => measure.as_str(),
        _ => "",
    };
    if question.hits.is_empty() {
        return metrics_of_roles(library, language, &question.roles, measure);
    }
    let mut reply = Reply::new(language, ReplyKind::Metric, String::new());
    let best = question.hits[0].score;
    let mut roles = Vec::new();
    for hit in question.hits.iter().filter(|hit| hit.score >= 0.8 * best).take(3) {
        let document = library.document(hit.document);
        if reply.title.is_empty() {
            reply.title.clone_from(&document.title);
        }
        push_full_passage(&mut reply, document, library.passage(hit));
        roles.extend(library.owning_roles(hit.document).into_iter().take(1));
    }
    reply.roles = unique_slugs(library, roles.iter().copied());
    for at in roles.iter().take(2) {
        suggest_role(&mut reply, library.document(*at));
    }
    reply
}

/// The figures of one measure that the named roles have, the highest first where several are named.
fn metrics_of_roles(library: &Library, language: Language, roles: &[usize], measure: &str) -> Reply {
    let figures = |at: &usize| {
        library.document(*at).metrics(measure).map(|(fact, passage)| (*at, fact, passage)).collect::<Vec<_>>()
    };
    let mut found: Vec<(usize, &Metric, &Passage)> = roles.iter().flat_map(figures).collect();
    if roles.len() > 1 {
        found.sort_by(|(_, one, _), (_, other, _)| max_value(other).total_cmp(&max_value(one)));
    }
    let title = found.first().map_or(String::new(), |(at, ..)| library.document(*at).title.clone());
    let title = if roles.len() > 1 { t!(language, "figure-first", title = &title) } else { title };
    let mut reply = Reply::new(language, ReplyKind::Metric, title);
    let mut items = Vec::new();
    for (at, _, passage) in &found {
        let document = library.document(*at);
        let line = passage_line(&mut reply, document, passage);
        items.push(if roles.len() > 1 { with_label(document.title.clone(), line) } else { line });
    }
    reply.bullets(None, items);
    let without: Vec<&str> = roles
        .iter()
        .filter(|at| found.iter().all(|(known, ..)| known != *at))
        .map(|at| library.document(*at).title.as_str())
        .collect();
    for title in without {
        let text = t!(language, "figure-none");
        reply.blocks.push(Block::Paragraph(Line { label: Some(title.to_owned()), text, sources: Vec::new() }));
    }
    let spoken_of: Vec<usize> =
        found.iter().map(|(at, ..)| *at).chain(roles.iter().copied()).flat_map(|at| library.owning_roles(at)).collect();
    reply.roles = unique_slugs(library, spoken_of.iter().copied());
    for at in spoken_of.iter().take(2) {
        suggest_role(&mut reply, library.document(*at));
    }
    reply
}

/// True where any of these has a figure of this measure.
pub fn has_metric(library: &Library, documents: &[usize], measure: &str) -> bool {
    documents.iter().any(|at| library.document(*at).metrics(measure).next().is_some())
}

fn max_value(fact: &Metric) -> f64 {
    match fact.value {
        MetricValue::Number(number) | MetricValue::Range(_, number) => number,
        MetricValue::Text(_) => f64::NEG_INFINITY,
    }
}

/// No such figure for a role: said plainly, with the roles that have one.
pub fn no_metric(library: &Library, language: Language, role: usize, measure: &str) -> Reply {
    let document = library.document(role);
    let mut reply = Reply::new(language, ReplyKind::NoAnswer, t!(language, "figure-unsaid-title"));
    reply.confidence = 0.0;
    let title = &document.title;
    let (unsaid, heading) = match measure {
        "" => (t!(language, "figure-unsaid-any", title = title), t!(language, "figure-others-any")),
        _ => (
            t!(language, "figure-unsaid", measure = measure, title = title),
            t!(language, "figure-others", measure = measure),
        ),
    };
    reply.paragraph(unsaid);
    let others: Vec<usize> =
        library.roles().iter().copied().filter(|at| has_metric(library, &[*at], measure)).collect();
    if !others.is_empty() {
        let items =
            others.iter().map(|at| Line { text: library.document(*at).title.clone(), ..Line::default() }).collect();
        reply.bullets(Some(&heading), items);
        for at in others.iter().take(3) {
            suggest_role(&mut reply, library.document(*at));
        }
    }
    reply.suggest(document.title.clone(), Request::Role { name: document.slug.clone() });
    reply
}
