//! Answers with metrics: pay, years of experience, growth ...; several roles are compared.

use crate::engine::answer::builder::{
    passage_line, push_full_passage, suggest_role, suggest_roles, unique_slugs, with_label,
};
use crate::engine::question::{Question, Subject};
use crate::engine::reply::{Line, Reply, ReplyKind};
use crate::i18n::{Language, t};
use crate::knowledge::Knowledge;
use crate::model::document::{Metric, MetricValue, Passage};

/// The metric that is asked for.
pub(crate) fn metric(knowledge: &Knowledge, language: Language, question: &Question) -> Reply {
    let measure = match &question.subject {
        Subject::Measure(measure) => measure.as_str(),
        _ => "",
    };
    if question.hits.is_empty() {
        return metrics_of_roles(knowledge, language, &question.roles, measure);
    }
    let mut reply = Reply::new(language, ReplyKind::Metric, String::new());
    let best = question.hits[0].score;
    let mut roles = Vec::new();
    for hit in question.hits.iter().filter(|hit| hit.score >= 0.8 * best).take(3) {
        let document = knowledge.document(hit.document);
        if reply.title.is_empty() {
            reply.title.clone_from(&document.title);
        }
        push_full_passage(&mut reply, document, knowledge.passage(hit));
        roles.extend(knowledge.owning_roles(hit.document).into_iter().take(1));
    }
    reply.roles = unique_slugs(knowledge, roles.iter().copied());
    suggest_roles(&mut reply, knowledge, roles, 2);
    reply
}

/// The metrics of one measure that these roles have; for several roles, the highest value first.
fn metrics_of_roles(knowledge: &Knowledge, language: Language, roles: &[usize], measure: &str) -> Reply {
    let metrics = |document: &usize| {
        knowledge
            .document(*document)
            .metrics(measure)
            .map(|(metric, passage)| (*document, metric, passage))
            .collect::<Vec<_>>()
    };
    let mut found: Vec<(usize, &Metric, &Passage)> = roles.iter().flat_map(metrics).collect();
    if roles.len() > 1 {
        found.sort_by(|(_, one, _), (_, other, _)| max_value(other).total_cmp(&max_value(one)));
    }
    let title = found.first().map_or(String::new(), |(document, ..)| knowledge.document(*document).title.clone());
    let title = if roles.len() > 1 { t!(language, "figure-first", title = &title) } else { title };
    let mut reply = Reply::new(language, ReplyKind::Metric, title);
    let mut items = Vec::new();
    for (document, _, passage) in &found {
        let document = knowledge.document(*document);
        let line = passage_line(&mut reply, document, passage);
        items.push(if roles.len() > 1 { with_label(document.title.clone(), line) } else { line });
    }
    reply.bullets(None, items);
    let without: Vec<&str> = roles
        .iter()
        .filter(|document| found.iter().all(|(other, ..)| other != *document))
        .map(|document| knowledge.document(*document).title.as_str())
        .collect();
    for title in without {
        reply.labeled_paragraph(title, t!(language, "figure-none"));
    }
    let owners: Vec<usize> = found
        .iter()
        .map(|(document, ..)| *document)
        .chain(roles.iter().copied())
        .flat_map(|document| knowledge.owning_roles(document))
        .collect();
    reply.roles = unique_slugs(knowledge, owners.iter().copied());
    suggest_roles(&mut reply, knowledge, owners, 2);
    reply
}

/// True if any of these documents has a metric of this measure.
pub(crate) fn has_metric(knowledge: &Knowledge, documents: &[usize], measure: &str) -> bool {
    documents.iter().any(|document| knowledge.document(*document).metrics(measure).next().is_some())
}

fn max_value(metric: &Metric) -> f64 {
    match metric.value {
        MetricValue::Number(number) | MetricValue::Range(_, number) => number,
        MetricValue::Text(_) => f64::NEG_INFINITY,
    }
}

/// No such metric for a role; lists the roles that have one.
pub(crate) fn no_metric(knowledge: &Knowledge, language: Language, role: usize, measure: &str) -> Reply {
    let document = knowledge.document(role);
    let mut reply = Reply::new(language, ReplyKind::NoAnswer, t!(language, "figure-unsaid-title"));
    reply.confidence = 0.0;
    let title = &document.title;
    let (text, heading) = match measure {
        "" => (t!(language, "figure-unsaid-any", title = title), t!(language, "figure-others-any")),
        _ => (
            t!(language, "figure-unsaid", measure = measure, title = title),
            t!(language, "figure-others", measure = measure),
        ),
    };
    reply.paragraph(text);
    let others: Vec<usize> =
        knowledge.roles().iter().copied().filter(|document| has_metric(knowledge, &[*document], measure)).collect();
    if !others.is_empty() {
        let items = others.iter().map(|document| Line::new(&knowledge.document(*document).title)).collect();
        reply.bullets(Some(&heading), items);
        suggest_roles(&mut reply, knowledge, others, 3);
    }
    suggest_role(&mut reply, document);
    reply
}
