//! What the library holds for a question, and how sure it is that it answers: passages of roles, of a subject, figures, doors into a
//! field.

use crate::corpus::markdown::Part;
use crate::engine::reply::Kind;
use crate::knowledge::Library;
use crate::search::query::Query;
use crate::search::retrieve::{Hit, sort};

/// Hits that a question is judged by.
const HITS: usize = 24;

/// What speaks for a passage answering a question of one kind, as a logistic regression has it that was fitted on questions with
/// known answers and on chatter, and rounded. The more a kind takes for granted (a role is named, yes or no is wanted), the less a
/// passage has to prove.
struct Evidence {
    bias: f32,
    coverage: f32,
    focus: f32,
    held: f32,
    in_terms: f32,
    unknown: f32,
    words: f32,
}

fn evidence(kind: Kind) -> Evidence {
    let of = |bias, coverage, focus, held, in_terms, unknown, words| Evidence {
        bias,
        coverage,
        focus,
        held,
        in_terms,
        unknown,
        words,
    };
    match kind {
        Kind::Who => of(-2.9, 0.55, 0.65, 2.7, 0.5, -0.8, 0.9),
        Kind::Fact => of(-3.8, 0.25, 0.15, 1.05, 0.5, -0.55, 1.5),
        Kind::Duties => of(-0.9, 0.55, 0.85, 1.15, 0.8, -0.4, 0.35),
        Kind::Check => of(-1.0, 2.0, 0.75, 0.9, 0.0, -1.0, 0.1),
        Kind::Into => of(-2.8, 1.5, 1.0, 1.5, 1.5, -0.8, 0.0),
        _ => of(-7.5, 3.2, 1.65, 1.15, 0.75, -0.9, 0.85),
    }
}

/// Words that a question and a statement share count up to here, beyond the first: more hardly say more.
const SHARED: usize = 4;
/// How strongly it speaks for a passage that it holds every word of the question: common words weigh little, but all of them together
/// are the whole of it.
const COMPLETE: f32 = 0.4;
/// How strongly it speaks for a passage that no other document comes near.
const ALONE: f32 = 0.9;

/// How sure it is that the best of these passages answers a question of this kind, 0 to 1; `push` speaks for or against it besides.
pub fn sureness(kind: Kind, hits: &[Hit], query: &Query, push: f32) -> f32 {
    let Some(best) = hits.first() else { return 0.0 };
    let by = evidence(kind);
    let unknown = query.unknown();
    let next = hits.iter().find(|hit| hit.document != best.document).map_or(0.0, |hit| hit.score);
    let ahead = ((best.score - next) / best.score.max(f32::EPSILON)).clamp(0.0, 1.0);
    let complete = if best.coverage > 0.9 && unknown == 0.0 { best.focus } else { 0.0 };
    let sum = by.bias
        + push
        + by.coverage * best.coverage
        + by.focus * best.focus
        + by.held * best.held.min(2.0)
        + by.in_terms * best.in_terms.min(1.0)
        + by.unknown * unknown
        + by.words * best.words.saturating_sub(1).min(SHARED) as f32
        + COMPLETE * complete
        + ALONE * ahead * best.coverage;
    1.0 / (1.0 + (-sum).exp())
}

/// The topics about the work of any of these roles.
pub fn topics_of<'l>(library: &'l Library, roles: &'l [usize]) -> impl Iterator<Item = usize> + 'l {
    let topics = (0..library.documents().len()).filter(|at| !library.document(*at).is_role());
    topics.filter(|at| library.roles_behind(*at).iter().any(|role| roles.contains(role)))
}

/// What a passage of a topic that the question names is worth by that alone.
const NAMED: f32 = 0.5;
/// What an answer is worth that stands elsewhere.
const ELSEWHERE: f32 = 0.75;
/// What it is worth more where its heading holds the question word.
const HEADED: f32 = 0.35;
/// A rest of a question that weighs less asks for the topic as a whole.
const WHOLE: f32 = 0.5;

/// What the roles through which people come in say on what it takes.
pub fn doors(library: &Library) -> Vec<Hit> {
    let entries = library.entry_roles().into_iter().flat_map(|at| {
        let passages = library.document(at).passages.iter().enumerate();
        passages
            .filter(|(_, passage)| passage.part == Part::Entry)
            .map(move |(number, _)| Hit::unmeasured(at, number, 1.0))
    });
    entries.collect()
}

/// True for a hit that is a figure of this very measure.
pub fn is_figure_of(library: &Library, hit: &Hit, measure: &str) -> bool {
    let fact = library.document(hit.document).front.facts.get(hit.passage);
    !measure.is_empty() && fact.is_some_and(|fact| fact.measures(measure))
}

/// The first passage of these roles that tells a figure in a sentence: one of the `words` of its measure, and a number.
pub fn told_figure(library: &Library, roles: &[usize], words: impl Iterator<Item = &'static str>) -> Option<Hit> {
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
    Some(Hit::unmeasured(role, at, 1.0))
}

/// Figures anywhere that answer a query, those of the measure first.
pub fn figure_hits(library: &Library, query: &Query, measure: &str, roles: &[usize]) -> Vec<Hit> {
    let mut hits: Vec<Hit> = library.search.find(query, HITS * 2);
    hits.retain_mut(|hit| {
        let document = library.document(hit.document);
        let passage = library.passage(hit);
        let is_figure = passage.part == Part::Figure;
        if is_figure_of(library, hit, measure) {
            hit.score = (hit.score * 1.15).min(1.0);
        } else if !is_figure {
            hit.score *= 0.8;
        }
        // A question that names a role is answered by what speaks of it.
        roles.is_empty() || !document.is_role() || roles.contains(&hit.document)
    });
    sort(&mut hits);
    hits
}

/// What a passage is worth of a role to which something is done: who coaches the leads is hardly told by the leads' own document.
const OBJECT: f32 = 0.7;

/// Passages of roles that say who does something. A topic speaks for the roles whose work it is, a little less loudly.
/// What somebody does not do answers only where that is asked.
pub fn role_hits(library: &Library, query: &Query, objects: &[usize], denied: bool) -> Vec<Hit> {
    let mut hits = library.search.find(query, HITS);
    hits.retain_mut(|hit| {
        let document = library.document(hit.document);
        let part = library.passage(hit).part;
        hit.score *= match part {
            Part::Duty => 1.0,
            Part::Limit => 1.05,
            Part::Summary | Part::Section if document.is_role() => 0.95,
            Part::Summary | Part::Section => 0.85,
            Part::Why => 0.9,
            Part::Entry => 0.75,
            Part::Figure => 0.6,
        };
        if objects.contains(&hit.document) {
            hit.score *= OBJECT;
        }
        let names_somebody = document.is_role() || !document.front.roles.is_empty();
        names_somebody && (denied || part != Part::Limit)
    });
    sort(&mut hits);
    hits
}

/// Passages of one role, and of those whose responsibilities it has as well.
pub fn own_hits(library: &Library, query: &Query, role: usize) -> Vec<Hit> {
    let documents = [&[role], library.inherited(role)].concat();
    let mut hits = library.search.among(query, &documents, HITS);
    hits.retain_mut(|hit| {
        let inherited = hit.document != role;
        let part = library.passage(hit).part;
        hit.score *= match part {
            Part::Duty if inherited => 0.92,
            Part::Duty | Part::Limit => 1.0,
            // What is told around the responsibilities is less to the point.
            _ => 0.88,
        };
        !inherited || part == Part::Duty
    });
    sort(&mut hits);
    hits
}

/// How close to a question another role's responsibility has to be, as a score, for it to be told instead of this one's.
const CLOSE: f32 = 0.6;
/// How much closer to a question another role's responsibility has to be for it to be that role's and not this one's.
const CLOSER: f32 = 1.25;

/// How near to the best of these another has to come to be told beside it, as a share of its score.
const AS_CLOSE: f32 = 0.85;
/// Lines of other roles that are told.
const OTHERS: usize = 3;

/// Responsibilities of other roles, where they fit a question much better than the best of what a role has itself: `own`, best first.
pub fn better_elsewhere(library: &Library, query: &Query, role: usize, own: &[Hit]) -> Option<Vec<Hit>> {
    let best = |hits: &[Hit]| hits.first().map_or(0.0, |hit| hit.score);
    let much_better = CLOSE.max(CLOSER * best(own));
    if much_better >= 1.0 {
        return None;
    }
    let mut hits = library.search.find(query, HITS);
    hits.retain_mut(|hit| {
        // Measured as a role's own lines are.
        hit.score = hit.fit();
        let theirs = library.document(hit.document).is_role() && !library.is_also(role, hit.document);
        theirs && library.passage(hit).part == Part::Duty
    });
    sort(&mut hits);
    let theirs = best(&hits);
    hits.retain(|hit| hit.score >= AS_CLOSE * theirs);
    hits.truncate(OTHERS);
    (theirs > much_better).then_some(hits)
}

/// Passages on what it takes.
pub fn entry_hits(library: &Library, query: &Query) -> Vec<Hit> {
    let mut hits = library.search.find(query, HITS);
    hits.retain_mut(|hit| {
        let document = library.document(hit.document);
        hit.score *= match library.passage(hit).part {
            Part::Entry => 1.1,
            Part::Summary | Part::Section => 1.0,
            _ => 0.7,
        };
        hit.score = hit.score.min(1.0);
        document.is_role() || !document.front.roles.is_empty()
    });
    sort(&mut hits);
    hits
}

/// Passages about a subject; those of a topic that the question names first. They need not say its name again: the `rest` of the
/// question picks among them, or the question word that stands in their heading ("when").
pub fn topic_hits(library: &Library, query: &Query, rest: &Query, named: &[usize], asked: &[&str]) -> Vec<Hit> {
    let mut hits: Vec<Hit> = library.search.find(query, HITS);
    for hit in &mut hits {
        if !named.is_empty() {
            hit.score *= ELSEWHERE;
        } else if library.document(hit.document).is_role() {
            hit.score *= 0.9;
        }
    }
    hits.retain(|hit| !named.contains(&hit.document));
    let by_rest = library.search.among(rest, named, usize::MAX);
    let by_name = library.search.among(query, named, usize::MAX);
    for topic in named {
        for (at, passage) in library.document(*topic).passages.iter().enumerate() {
            let here = |hit: &&Hit| (hit.document, hit.passage) == (*topic, at);
            let mut hit = by_name.iter().find(here).cloned().unwrap_or(Hit::unmeasured(*topic, at, 0.0));
            let (fit, held) = by_rest.iter().find(here).map_or((0.0, 0.0), |hit| (hit.score, hit.held));
            let heading = passage.heading.as_deref().unwrap_or_default().to_lowercase();
            let headed = heading.split_whitespace().any(|word| asked.contains(&word));
            // All of it is asked for: what says the name itself comes first.
            let fit = if rest.weight() < WHOLE { 0.4 + 0.6 * hit.score } else { fit };
            hit.score = NAMED + (1.0 - NAMED) * fit + if headed { HEADED } else { 0.0 };
            if passage.part == Part::Figure {
                hit.score *= 0.8;
            }
            if query.weight() > 0.0 {
                hit.coverage = hit.coverage.max((query.weight() - rest.weight() + held) / query.weight());
                hit.focus = hit.focus.max(0.75 * hit.coverage);
            }
            hits.push(hit);
        }
    }
    hits.iter_mut().for_each(|hit| hit.score = hit.score.min(1.0));
    sort(&mut hits);
    hits
}
