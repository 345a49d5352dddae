//! Answers that a search gives: who does something, whether somebody does, what a subject is.

use crate::corpus::markdown::Part;
use crate::engine::answer::builder::{duties_by_group, flat, led, offer_role, own_line, slugs, spoken_of, whole};
use crate::engine::question::{PLAIN, Question, Subject};
use crate::engine::reply::{Block, Kind, Line, Reply};
use crate::i18n::{Language, say};
use crate::knowledge::Library;
use crate::search::retrieve::Hit;

/// Roles that are named beside the best one; more is a list, not an answer.
const MOST_ROLES: usize = 3;
/// Lines that a yes or no rests on.
const MOST_LINES: usize = 3;
/// How near to the best line another has to come to be told beside it, as a share of its score.
const NEAR_ENOUGH_TO_TELL: f32 = 0.85;
/// How near to the best another answer has to come to be told, as a share of its score.
const NEAR: f32 = 0.82;

/// The roles that do something, each with the responsibility that says so.
pub fn who(library: &Library, language: Language, question: &Question) -> Reply {
    let mut reply = Reply::new(language, Kind::Who, "");
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let mut ranked: Vec<(usize, &Hit)> = Vec::new();
    for hit in question.hits.iter().filter(|hit| hit.score >= NEAR * best) {
        // A role's own document answers whom it has above it by whom it names.
        let own = question.roles.contains(&hit.document);
        let role = if own { library.search.told_of(hit).first().copied() } else { spoken_of(library, hit) };
        if let Some(role) = role
            && ranked.iter().all(|(known, _)| *known != role)
        {
            ranked.push((role, hit));
        }
    }
    ranked.truncate(MOST_ROLES);
    let mut items = Vec::new();
    for (role, hit) in &ranked {
        let document = library.document(hit.document);
        let passage = library.passage(hit);
        let item = flat(&mut reply, document, passage);
        items.push(led(library.document(*role).title.clone(), item));
    }
    let first = ranked.first().map(|(role, _)| *role);
    reply.title = match first {
        Some(role) if ranked.len() == 1 => library.document(role).title.clone(),
        Some(role) => say!(language, "who-first", title = &library.document(role).title),
        None => say!(language, "who-nobody"),
    };
    reply.bullets(None, items);
    let heirs: Vec<usize> =
        ranked.iter().filter(|(role, hit)| *role == hit.document).flat_map(|(role, _)| library.heirs(*role)).collect();
    let mut roles: Vec<usize> = ranked.iter().map(|(role, _)| *role).collect();
    for heir in heirs {
        if !roles.contains(&heir) {
            roles.push(heir);
            let text = say!(language, "who-heir");
            let lead = library.document(heir).title.clone();
            reply.blocks.push(Block::Paragraph(Line { lead: Some(lead), text, sources: Vec::new() }));
        }
    }
    reply.roles = slugs(library, roles.iter().copied());
    for role in roles.iter().take(4) {
        offer_role(&mut reply, library.document(*role));
    }
    reply
}

/// Whether a role does something: yes or no with the line that says so. Where one line says that it does and another that it does
/// not, both are told and nothing is decided; nor is it where it is not `sure` that the lines answer.
pub fn check(library: &Library, language: Language, question: &Question, sure: bool) -> Reply {
    if sure && question.subject == Subject::Elsewhere {
        return elsewhere(library, language, question);
    }
    let at = question.roles[0];
    let document = library.document(at);
    let mut reply = Reply::new(language, Kind::Check, String::new());
    reply.roles = slugs(library, [at]);
    offer_role(&mut reply, document);
    if !sure {
        reply.title = say!(language, "check-unsaid-title", title = &document.title);
        reply.paragraph(say!(language, "check-unsaid"));
        return reply;
    }
    if let [_, other] = question.roles.as_slice() {
        let other = library.document(*other);
        reply.title = say!(language, "check-yes-title", title = &document.title);
        reply.paragraph(say!(language, "check-inherited", title = &document.title, other = &other.title));
        offer_role(&mut reply, other);
        return reply;
    }
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let told: Vec<&Hit> =
        question.hits.iter().filter(|hit| hit.score >= NEAR_ENOUGH_TO_TELL * best).take(MOST_LINES).collect();
    let limit = |hit: &&Hit| library.passage(hit).part == Part::Limit;
    // Why there is such a role, or a figure beside it, says neither that somebody does something nor that he does not.
    let beside = |hit: &&Hit| matches!(library.passage(hit).part, Part::Why | Part::Figure);
    let title = &document.title;
    let (title, heading) = match (told.first(), told.iter().any(limit)) {
        (Some(first), _) if beside(first) || first.score < PLAIN => {
            (say!(language, "check-unsaid-title", title = title), say!(language, "check-nearest"))
        }
        (Some(first), _) if limit(first) => {
            (say!(language, "check-no-title", title = title), say!(language, "check-no"))
        }
        (_, true) => (say!(language, "check-depends-title", title = title), say!(language, "check-depends")),
        _ => (say!(language, "check-yes-title", title = title), say!(language, "check-yes")),
    };
    let items = told.iter().map(|hit| own_line(library, &mut reply, at, hit)).collect();
    reply.title = title;
    reply.bullets(Some(&heading), items);
    reply
}

/// What others do, where a role was asked about and has nothing as close; with what it has.
pub fn elsewhere(library: &Library, language: Language, question: &Question) -> Reply {
    let at = question.roles[0];
    let title = &library.document(at).title;
    let mut reply = Reply::new(language, question.kind, say!(language, "check-unsaid-title", title = title));
    let is_own = |hit: &&Hit| library.is_also(at, hit.document);
    let (own, others): (Vec<&Hit>, Vec<&Hit>) = question.hits.iter().partition(is_own);
    offer_role(&mut reply, library.document(at));
    let mut items = Vec::new();
    for hit in &others {
        let owner = library.document(hit.document);
        let item = flat(&mut reply, owner, library.passage(hit));
        items.push(led(owner.title.clone(), item));
        offer_role(&mut reply, owner);
    }
    reply.bullets(Some(&say!(language, "check-elsewhere", title = title)), items);
    let near = own.iter().filter(|hit| hit.score >= PLAIN.max(NEAR_ENOUGH_TO_TELL * own[0].score)).take(MOST_LINES);
    let near: Vec<Line> = near.map(|hit| own_line(library, &mut reply, at, hit)).collect();
    if near.is_empty() && question.kind == Kind::Duties {
        reply.paragraph(say!(language, "duties-all"));
        duties_by_group(&mut reply, library.document(at));
    }
    reply.bullets(Some(&say!(language, "check-own", title = title)), near);
    reply.roles = slugs(library, std::iter::once(at).chain(others.iter().map(|hit| hit.document)));
    reply
}

/// The passage about a subject.
pub fn topic(library: &Library, language: Language, question: &Question) -> Reply {
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let title = question.hits.first().map_or(String::new(), |hit| library.document(hit.document).title.clone());
    let mut reply = Reply::new(language, Kind::Topic, title);
    let mut roles: Vec<usize> = Vec::new();
    for hit in question.hits.iter().filter(|hit| hit.score >= 0.8 * best).take(3) {
        let document = library.document(hit.document);
        whole(&mut reply, document, library.passage(hit));
        roles.extend(spoken_of(library, hit));
        roles.extend(library.roles_behind(hit.document));
    }
    reply.roles = slugs(library, roles.iter().copied());
    for at in roles.iter().take(3) {
        offer_role(&mut reply, library.document(*at));
    }
    reply
}
