//! Search hits for each kind of question, and the confidence that they answer it.

use crate::engine::reply::ReplyKind;
use crate::knowledge::Knowledge;
use crate::model::document::PassageKind;
use crate::search::query::Query;
use crate::search::retrieve::{Hit, sort_by_score};

/// Max hits retrieved for a question.
const MAX_HITS: usize = 24;

/// Weights of a logistic regression for the probability that the best hit answers a question of one kind. Fitted on
/// questions with known answers and on chatter, then rounded. Kinds with strong preconditions (a role is named, yes or
/// no is asked) have a higher bias.
struct LogisticWeights {
    bias: f32,
    coverage: f32,
    statement_score: f32,
    query_weight_matched: f32,
    field_term_weight: f32,
    oov_weight: f32,
    matched_terms: f32,
}

fn logistic_weights(kind: ReplyKind) -> LogisticWeights {
    let weights =
        |bias, coverage, statement_score, query_weight_matched, field_term_weight, oov_weight, matched_terms| {
            LogisticWeights {
                bias,
                coverage,
                statement_score,
                query_weight_matched,
                field_term_weight,
                oov_weight,
                matched_terms,
            }
        };
    match kind {
        ReplyKind::FindOwner => weights(-2.9, 0.55, 0.65, 2.7, 0.5, -0.8, 0.9),
        ReplyKind::Metric => weights(-3.8, 0.25, 0.15, 1.05, 0.5, -0.55, 1.5),
        ReplyKind::Duties => weights(-0.9, 0.55, 0.85, 1.15, 0.8, -0.4, 0.35),
        ReplyKind::YesNo => weights(-1.0, 2.0, 0.75, 0.9, 0.0, -1.0, 0.1),
        ReplyKind::HowToBecome => weights(-2.8, 1.5, 1.0, 1.5, 1.5, -0.8, 0.0),
        _ => weights(-7.5, 3.2, 1.65, 1.15, 0.75, -0.9, 0.85),
    }
}

/// Cap on shared terms beyond the first.
const MAX_SHARED_TERMS: usize = 4;
/// Weight of a hit with all terms of the question; compensates for the low weights of common words.
const FULL_MATCH_WEIGHT: f32 = 0.4;
/// Weight of the relative margin to the best hit of another document.
const MARGIN_WEIGHT: f32 = 0.9;

/// Probability, 0 to 1, that the best hit answers a question of this kind. `bias` is added to the log-odds.
pub(crate) fn confidence(kind: ReplyKind, hits: &[Hit], query: &Query, bias: f32) -> f32 {
    let Some(best) = hits.first() else { return 0.0 };
    let weights = logistic_weights(kind);
    let oov_weight = query.oov_weight();
    let runner_up = hits.iter().find(|hit| hit.document != best.document).map_or(0.0, |hit| hit.score);
    let margin = ((best.score - runner_up) / best.score.max(f32::EPSILON)).clamp(0.0, 1.0);
    let full_match = if best.coverage > 0.9 && oov_weight == 0.0 { best.statement_score } else { 0.0 };
    let log_odds = weights.bias
        + bias
        + weights.coverage * best.coverage
        + weights.statement_score * best.statement_score
        + weights.query_weight_matched * best.query_weight_matched.min(2.0)
        + weights.field_term_weight * best.field_term_weight.min(1.0)
        + weights.oov_weight * oov_weight
        + weights.matched_terms * best.matched_terms.saturating_sub(1).min(MAX_SHARED_TERMS) as f32
        + FULL_MATCH_WEIGHT * full_match
        + MARGIN_WEIGHT * margin * best.coverage;
    1.0 / (1.0 + (-log_odds).exp())
}

/// The topics owned by any of these roles.
pub(crate) fn topics_of<'l>(knowledge: &'l Knowledge, roles: &'l [usize]) -> impl Iterator<Item = usize> + 'l {
    let topics = (0..knowledge.documents().len()).filter(|at| !knowledge.document(*at).is_role());
    topics.filter(|at| knowledge.owning_roles(*at).iter().any(|role| roles.contains(role)))
}

/// Base score of the passages of a named topic.
const NAMED_TOPIC_SCORE: f32 = 0.5;
/// Factor on hits in other documents if a topic is named.
const OTHER_DOCUMENT_FACTOR: f32 = 0.75;
/// Bonus if a passage's heading has the question word.
const HEADING_BONUS: f32 = 0.35;
/// A residue of less weight asks for the topic as a whole.
const MIN_RESIDUE_WEIGHT: f32 = 0.5;

/// Entry passages of the roles through which people enter the field.
pub(crate) fn entry_passages(knowledge: &Knowledge) -> Vec<Hit> {
    let entries = knowledge.entry_roles().into_iter().flat_map(|at| {
        let passages = knowledge.document(at).passages.iter().enumerate();
        passages
            .filter(|(_, passage)| passage.kind == PassageKind::Entry)
            .map(move |(number, _)| Hit::unscored(at, number, 1.0))
    });
    entries.collect()
}

/// True if a hit is a metric of this measure.
pub(crate) fn is_metric_of(knowledge: &Knowledge, hit: &Hit, measure: &str) -> bool {
    let metric = knowledge.document(hit.document).front_matter.metrics.get(hit.passage);
    !measure.is_empty() && metric.is_some_and(|metric| metric.has_measure(measure))
}

/// The first passage of these roles with a number and one of the `words` of a measure.
pub(crate) fn metric_in_text(
    knowledge: &Knowledge,
    roles: &[usize],
    words: impl Iterator<Item = &'static str>,
) -> Option<Hit> {
    let single_words: Vec<&str> = words.filter(|word| !word.contains(' ')).collect();
    let has_metric = |text: &str| {
        let words = || text.split(|letter: char| !letter.is_alphanumeric());
        let has_number = words().any(|word| word.len() > 1 && word.chars().all(|letter| letter.is_ascii_digit()));
        has_number && words().any(|word| single_words.contains(&word.to_lowercase().as_str()))
    };
    let mut passages = roles.iter().flat_map(|role| {
        let passages = knowledge.document(*role).passages.iter().enumerate();
        passages.map(|(at, passage)| (*role, at, passage))
    });
    let (role, at, _) = passages.find(|(.., passage)| has_metric(&passage.text))?;
    Some(Hit::unscored(role, at, 1.0))
}

/// Hits for a metric, those of the measure first.
pub(crate) fn metric_hits(knowledge: &Knowledge, query: &Query, measure: &str, roles: &[usize]) -> Vec<Hit> {
    let mut hits: Vec<Hit> = knowledge.searcher.search(query, MAX_HITS * 2);
    hits.retain_mut(|hit| {
        let document = knowledge.document(hit.document);
        let passage = knowledge.passage(hit);
        let is_figure = passage.kind == PassageKind::Metric;
        if is_metric_of(knowledge, hit, measure) {
            hit.score = (hit.score * 1.15).min(1.0);
        } else if !is_figure {
            hit.score *= 0.8;
        }
        // If roles are named, drop the documents of other roles.
        roles.is_empty() || !document.is_role() || roles.contains(&hit.document)
    });
    sort_by_score(&mut hits);
    hits
}

/// Factor on the document of a role that is the object: who coaches the leads is rarely stated in the leads' own
/// document.
const OBJECT_ROLE_FACTOR: f32 = 0.7;

/// Hits on who does something: in roles, and slightly weaker in topics with owners. Out-of-scope passages count only if
/// the question is `negated`.
pub(crate) fn role_hits(knowledge: &Knowledge, query: &Query, objects: &[usize], negated: bool) -> Vec<Hit> {
    let mut hits = knowledge.searcher.search(query, MAX_HITS);
    hits.retain_mut(|hit| {
        let document = knowledge.document(hit.document);
        let kind = knowledge.passage(hit).kind;
        hit.score *= match kind {
            PassageKind::Responsibility => 1.0,
            PassageKind::OutOfScope => 1.05,
            PassageKind::Summary | PassageKind::Section if document.is_role() => 0.95,
            PassageKind::Summary | PassageKind::Section => 0.85,
            PassageKind::Purpose => 0.9,
            PassageKind::Entry => 0.75,
            PassageKind::Metric => 0.6,
        };
        if objects.contains(&hit.document) {
            hit.score *= OBJECT_ROLE_FACTOR;
        }
        let has_role = document.is_role() || !document.front_matter.roles.is_empty();
        has_role && (negated || kind != PassageKind::OutOfScope)
    });
    sort_by_score(&mut hits);
    hits
}

/// Hits in a role's document, and in the responsibilities that it inherits.
pub(crate) fn own_hits(knowledge: &Knowledge, query: &Query, role: usize) -> Vec<Hit> {
    let documents = [&[role], knowledge.ancestors(role)].concat();
    let mut hits = knowledge.searcher.search_in(query, &documents, MAX_HITS);
    hits.retain_mut(|hit| {
        let inherited = hit.document != role;
        let kind = knowledge.passage(hit).kind;
        hit.score *= match kind {
            PassageKind::Responsibility if inherited => 0.92,
            PassageKind::Responsibility | PassageKind::OutOfScope => 1.0,
            // Other passages are less specific.
            _ => 0.88,
        };
        !inherited || kind == PassageKind::Responsibility
    });
    sort_by_score(&mut hits);
    hits
}

/// Min score of other roles' responsibilities to replace this role's.
const MIN_OTHER_ROLE_SCORE: f32 = 0.6;
/// Min ratio of their score to that of this role's best passage.
const MIN_OTHER_ROLE_RATIO: f32 = 1.25;

/// Min score of further ones, relative to the best.
const MIN_RELATIVE_SCORE: f32 = 0.85;
/// Max number of them.
const MAX_OTHER_ROLE_HITS: usize = 3;

/// Responsibilities of other roles, if they match much better than the role's `own` hits (best first); else `None`.
pub(crate) fn better_hits_of_other_roles(
    knowledge: &Knowledge,
    query: &Query,
    role: usize,
    own: &[Hit],
) -> Option<Vec<Hit>> {
    let best_score = |hits: &[Hit]| hits.first().map_or(0.0, |hit| hit.score);
    let threshold = MIN_OTHER_ROLE_SCORE.max(MIN_OTHER_ROLE_RATIO * best_score(own));
    if threshold >= 1.0 {
        return None;
    }
    let mut hits = knowledge.searcher.search(query, MAX_HITS);
    hits.retain_mut(|hit| {
        // The same score as for the role's own passages.
        hit.score = hit.combined_score();
        let is_other_role = knowledge.document(hit.document).is_role() && !knowledge.inherits(role, hit.document);
        is_other_role && knowledge.passage(hit).kind == PassageKind::Responsibility
    });
    sort_by_score(&mut hits);
    let best = best_score(&hits);
    hits.retain(|hit| hit.score >= MIN_RELATIVE_SCORE * best);
    hits.truncate(MAX_OTHER_ROLE_HITS);
    (best > threshold).then_some(hits)
}

/// Hits on entry requirements.
pub(crate) fn entry_hits(knowledge: &Knowledge, query: &Query) -> Vec<Hit> {
    let mut hits = knowledge.searcher.search(query, MAX_HITS);
    hits.retain_mut(|hit| {
        let document = knowledge.document(hit.document);
        hit.score *= match knowledge.passage(hit).kind {
            PassageKind::Entry => 1.1,
            PassageKind::Summary | PassageKind::Section => 1.0,
            _ => 0.7,
        };
        hit.score = hit.score.min(1.0);
        document.is_role() || !document.front_matter.roles.is_empty()
    });
    sort_by_score(&mut hits);
    hits
}

/// Hits on a topic, passages of named `topics` first. Those need not repeat the topic's name: they are ranked by the
/// `residue` of the question, or by a question word in their heading ("when").
pub(crate) fn topic_hits(
    knowledge: &Knowledge,
    query: &Query,
    residue: &Query,
    topics: &[usize],
    question_words: &[&str],
) -> Vec<Hit> {
    let mut hits: Vec<Hit> = knowledge.searcher.search(query, MAX_HITS);
    for hit in &mut hits {
        if !topics.is_empty() {
            hit.score *= OTHER_DOCUMENT_FACTOR;
        } else if knowledge.document(hit.document).is_role() {
            hit.score *= 0.9;
        }
    }
    hits.retain(|hit| !topics.contains(&hit.document));
    let by_residue = knowledge.searcher.search_in(residue, topics, usize::MAX);
    let by_name = knowledge.searcher.search_in(query, topics, usize::MAX);
    for topic in topics {
        for (at, passage) in knowledge.document(*topic).passages.iter().enumerate() {
            let here = |hit: &&Hit| (hit.document, hit.passage) == (*topic, at);
            let mut hit = by_name.iter().find(here).cloned().unwrap_or(Hit::unscored(*topic, at, 0.0));
            let (score, matched_weight) =
                by_residue.iter().find(here).map_or((0.0, 0.0), |hit| (hit.score, hit.query_weight_matched));
            let heading = passage.heading.as_deref().unwrap_or_default().to_lowercase();
            let heading_matches = heading.split_whitespace().any(|word| question_words.contains(&word));
            // The topic as a whole: rank by its name.
            let score = if residue.total_weight() < MIN_RESIDUE_WEIGHT { 0.4 + 0.6 * hit.score } else { score };
            hit.score = NAMED_TOPIC_SCORE
                + (1.0 - NAMED_TOPIC_SCORE) * score
                + if heading_matches { HEADING_BONUS } else { 0.0 };
            if passage.kind == PassageKind::Metric {
                hit.score *= 0.8;
            }
            if query.total_weight() > 0.0 {
                hit.coverage = hit
                    .coverage
                    .max((query.total_weight() - residue.total_weight() + matched_weight) / query.total_weight());
                hit.statement_score = hit.statement_score.max(0.75 * hit.coverage);
            }
            hits.push(hit);
        }
    }
    hits.iter_mut().for_each(|hit| hit.score = hit.score.min(1.0));
    sort_by_score(&mut hits);
    hits
}
