//! What the library holds for a question, and how sure it is that it answers: passages of roles, of a subject, figures, doors into a
//! field.

use crate::engine::reply::ReplyKind;
use crate::knowledge::Library;
use crate::model::document::PassageKind;
use crate::search::query::Query;
use crate::search::retrieve::{Hit, sort_by_score};

/// Hits that a question is judged by.
const MAX_HITS: usize = 24;

/// What speaks for a passage answering a question of one kind, as a logistic regression has it that was fitted on questions with
/// known answers and on chatter, and rounded. The more a kind takes for granted (a role is named, yes or no is wanted), the less a
/// passage has to prove.
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
    let of = |bias, coverage, focus, held, in_terms, unknown, words| LogisticWeights {
        bias,
        coverage,
        statement_score: focus,
        query_weight_matched: held,
        field_term_weight: in_terms,
        oov_weight: unknown,
        matched_terms: words,
    };
    match kind {
        ReplyKind::FindOwner => of(-2.9, 0.55, 0.65, 2.7, 0.5, -0.8, 0.9),
        ReplyKind::Metric => of(-3.8, 0.25, 0.15, 1.05, 0.5, -0.55, 1.5),
        ReplyKind::Duties => of(-0.9, 0.55, 0.85, 1.15, 0.8, -0.4, 0.35),
        ReplyKind::YesNo => of(-1.0, 2.0, 0.75, 0.9, 0.0, -1.0, 0.1),
        ReplyKind::HowToBecome => of(-2.8, 1.5, 1.0, 1.5, 1.5, -0.8, 0.0),
        _ => of(-7.5, 3.2, 1.65, 1.15, 0.75, -0.9, 0.85),
    }
}

/// Words that a question and a statement share count up to here, beyond the first: more hardly say more.
const MAX_SHARED_TERMS: usize = 4;
/// How strongly it speaks for a passage that it holds every word of the question: common words weigh little, but all of them together
/// are the whole of it.
const FULL_MATCH_WEIGHT: f32 = 0.4;
/// How strongly it speaks for a passage that no other document comes near.
const MARGIN_WEIGHT: f32 = 0.9;

/// How sure it is that the best of these passages answers a question of this kind, 0 to 1; `push` speaks for or against it besides.
pub fn confidence(kind: ReplyKind, hits: &[Hit], query: &Query, push: f32) -> f32 {
    let Some(best) = hits.first() else { return 0.0 };
    let by = logistic_weights(kind);
    let unknown = query.oov_weight();
    let next = hits.iter().find(|hit| hit.document != best.document).map_or(0.0, |hit| hit.score);
    let ahead = ((best.score - next) / best.score.max(f32::EPSILON)).clamp(0.0, 1.0);
    let complete = if best.coverage > 0.9 && unknown == 0.0 { best.statement_score } else { 0.0 };
    let sum = by.bias
        + push
        + by.coverage * best.coverage
        + by.statement_score * best.statement_score
        + by.query_weight_matched * best.query_weight_matched.min(2.0)
        + by.field_term_weight * best.field_term_weight.min(1.0)
        + by.oov_weight * unknown
        + by.matched_terms * best.matched_terms.saturating_sub(1).min(MAX_SHARED_TERMS) as f32
        + FULL_MATCH_WEIGHT * complete
        + MARGIN_WEIGHT * ahead * best.coverage;
    1.0 / (1.0 + (-sum).exp())
}

/// The topics about the work of any of these roles.
pub fn topics_of<'l>(library: &'l Library, roles: &'l [usize]) -> impl Iterator<Item = usize> + 'l {
    let topics = (0..library.documents().len()).filter(|at| !library.document(*at).is_role());
    topics.filter(|at| library.owning_roles(*at).iter().any(|role| roles.contains(role)))
}

/// What a passage of a topic that the question names is worth by that alone.
const NAMED_TOPIC_SCORE: f32 = 0.5;
/// What an answer is worth that stands elsewhere.
const OTHER_DOCUMENT_FACTOR: f32 = 0.75;
/// What it is worth more where its heading holds the question word.
const HEADING_BONUS: f32 = 0.35;
/// A rest of a question that weighs less asks for the topic as a whole.
const MIN_RESIDUE_WEIGHT: f32 = 0.5;

/// What the roles through which people come in say on what it takes.
pub fn entry_passages(library: &Library) -> Vec<Hit> {
    let entries = library.entry_roles().into_iter().flat_map(|at| {
        let passages = library.document(at).passages.iter().enumerate();
        passages
            .filter(|(_, passage)| passage.kind == PassageKind::Entry)
            .map(move |(number, _)| Hit::unscored(at, number, 1.0))
    });
    entries.collect()
}

/// True for a hit that is a figure of this very measure.
pub fn is_metric_of(library: &Library, hit: &Hit, measure: &str) -> bool {
    let fact = library.document(hit.document).front_matter.metrics.get(hit.passage);
    !measure.is_empty() && fact.is_some_and(|fact| fact.has_measure(measure))
}

/// The first passage of these roles that tells a figure in a sentence: one of the `words` of its measure, and a number.
pub fn metric_in_text(library: &Library, roles: &[usize], words: impl Iterator<Item = &'static str>) -> Option<Hit> {
    let measured: Vec<&str> = words.filter(|word| !word.contains(' ')).collect();
    let tells = |text: &str| {
        let words = || text.split(|letter: char| !letter.is_alphanumeric());
        let counted = words().any(|word| word.len() > 1 && word.chars().all(|letter| letter.is_ascii_digit()));
        counted && words().any(|word| measured.contains(&word.to_lowercase().as_str()))
    };
    let mut passages = roles.iter().flat_map(|role| {
        let passages = library.document(*role).passages.iter().enumerate();
        passages.map(|(at, passage)| (*role, at, passage))
    });
    let (role, at, _) = passages.find(|(.., passage)| tells(&passage.text))?;
    Some(Hit::unscored(role, at, 1.0))
}

/// Figures anywhere that answer a query, those of the measure first.
pub fn metric_hits(library: &Library, query: &Query, measure: &str, roles: &[usize]) -> Vec<Hit> {
    let mut hits: Vec<Hit> = library.searcher.search(query, MAX_HITS * 2);
    hits.retain_mut(|hit| {
        let document = library.document(hit.document);
        let passage = library.passage(hit);
        let is_figure = passage.kind == PassageKind::Metric;
        if is_metric_of(library, hit, measure) {
            hit.score = (hit.score * 1.15).min(1.0);
        } else if !is_figure {
            hit.score *= 0.8;
        }
        // A question that names a role is answered by what speaks of it.
        roles.is_empty() || !document.is_role() || roles.contains(&hit.document)
    });
    sort_by_score(&mut hits);
    hits
}

/// What a passage is worth of a role to which something is done: who coaches the leads is hardly told by the leads' own document.
const OBJECT_ROLE_FACTOR: f32 = 0.7;

/// Passages of roles that say who does something. A topic speaks for the roles whose work it is, a little less loudly.
/// What somebody does not do answers only where that is asked.
pub fn role_hits(library: &Library, query: &Query, objects: &[usize], denied: bool) -> Vec<Hit> {
    let mut hits = library.searcher.search(query, MAX_HITS);
    hits.retain_mut(|hit| {
        let document = library.document(hit.document);
        let part = library.passage(hit).kind;
        hit.score *= match part {
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
        let names_somebody = document.is_role() || !document.front_matter.roles.is_empty();
        names_somebody && (denied || part != PassageKind::OutOfScope)
    });
    sort_by_score(&mut hits);
    hits
}

/// Passages of one role, and of those whose responsibilities it has as well.
pub fn own_hits(library: &Library, query: &Query, role: usize) -> Vec<Hit> {
    let documents = [&[role], library.ancestors(role)].concat();
    let mut hits = library.searcher.search_in(query, &documents, MAX_HITS);
    hits.retain_mut(|hit| {
        let inherited = hit.document != role;
        let part = library.passage(hit).kind;
        hit.score *= match part {
            PassageKind::Responsibility if inherited => 0.92,
            PassageKind::Responsibility | PassageKind::OutOfScope => 1.0,
            // What is told around the responsibilities is less to the point.
            _ => 0.88,
        };
        !inherited || part == PassageKind::Responsibility
    });
    sort_by_score(&mut hits);
    hits
}

/// How close to a question another role's responsibility has to be, as a score, for it to be told instead of this one's.
const MIN_OTHER_ROLE_SCORE: f32 = 0.6;
/// How much closer to a question another role's responsibility has to be for it to be that role's and not this one's.
const MIN_OTHER_ROLE_RATIO: f32 = 1.25;

/// How near to the best of these another has to come to be told beside it, as a share of its score.
const MIN_RELATIVE_SCORE: f32 = 0.85;
/// Lines of other roles that are told.
const MAX_OTHER_ROLE_HITS: usize = 3;

/// Responsibilities of other roles, where they fit a question much better than the best of what a role has itself: `own`, best first.
pub fn better_hits_of_other_roles(library: &Library, query: &Query, role: usize, own: &[Hit]) -> Option<Vec<Hit>> {
    let best = |hits: &[Hit]| hits.first().map_or(0.0, |hit| hit.score);
    let much_better = MIN_OTHER_ROLE_SCORE.max(MIN_OTHER_ROLE_RATIO * best(own));
    if much_better >= 1.0 {
        return None;
    }
    let mut hits = library.searcher.search(query, MAX_HITS);
    hits.retain_mut(|hit| {
        // Measured as a role's own lines are.
        hit.score = hit.combined_score();
        let theirs = library.document(hit.document).is_role() && !library.inherits(role, hit.document);
        theirs && library.passage(hit).kind == PassageKind::Responsibility
    });
    sort_by_score(&mut hits);
    let theirs = best(&hits);
    hits.retain(|hit| hit.score >= MIN_RELATIVE_SCORE * theirs);
    hits.truncate(MAX_OTHER_ROLE_HITS);
    (theirs > much_better).then_some(hits)
}

/// Passages on what it takes.
pub fn entry_hits(library: &Library, query: &Query) -> Vec<Hit> {
    let mut hits = library.searcher.search(query, MAX_HITS);
    hits.retain_mut(|hit| {
        let document = library.document(hit.document);
        hit.score *= match library.passage(hit).kind {
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

/// Passages about a subject; those of a topic that the question names first. They need not say its name again: the `rest` of the
/// question picks among them, or the question word that stands in their heading ("when").
pub fn topic_hits(library: &Library, query: &Query, rest: &Query, named: &[usize], asked: &[&str]) -> Vec<Hit> {
    let mut hits: Vec<Hit> = library.searcher.search(query, MAX_HITS);
    for hit in &mut hits {
        if !named.is_empty() {
            hit.score *= OTHER_DOCUMENT_FACTOR;
        } else if library.document(hit.document).is_role() {
            hit.score *= 0.9;
        }
    }
    hits.retain(|hit| !named.contains(&hit.document));
    let by_rest = library.searcher.search_in(rest, named, usize::MAX);
    let by_name = library.searcher.search_in(query, named, usize::MAX);
    for topic in named {
        for (at, passage) in library.document(*topic).passages.iter().enumerate() {
            let here = |hit: &&Hit| (hit.document, hit.passage) == (*topic, at);
            let mut hit = by_name.iter().find(here).cloned().unwrap_or(Hit::unscored(*topic, at, 0.0));
            let (fit, held) = by_rest.iter().find(here).map_or((0.0, 0.0), |hit| (hit.score, hit.query_weight_matched));
            let heading = passage.heading.as_deref().unwrap_or_default().to_lowercase();
            let headed = heading.split_whitespace().any(|word| asked.contains(&word));
            // All of it is asked for: what says the name itself comes first.
            let fit = if rest.total_weight() < MIN_RESIDUE_WEIGHT { 0.4 + 0.6 * hit.score } else { fit };
            hit.score = NAMED_TOPIC_SCORE + (1.0 - NAMED_TOPIC_SCORE) * fit + if headed { HEADING_BONUS } else { 0.0 };
            if passage.kind == PassageKind::Metric {
                hit.score *= 0.8;
            }
            if query.total_weight() > 0.0 {
                hit.coverage =
                    hit.coverage.max((query.total_weight() - rest.total_weight() + held) / query.total_weight());
                hit.statement_score = hit.statement_score.max(0.75 * hit.coverage);
            }
            hits.push(hit);
        }
    }
    hits.iter_mut().for_each(|hit| hit.score = hit.score.min(1.0));
    sort_by_score(&mut hits);
    hits
}
