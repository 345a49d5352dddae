//! Answers that a search gives: who does something, whether somebody does, what a subject is.

use crate::engine::answer::builder::{
    inline_passage, own_passage_line, primary_role, push_full_passage, push_responsibilities_by_group, suggest_role,
    unique_slugs, with_label,
};
use crate::engine::question::{MIN_EVIDENCE, Question, Subject};
use crate::engine::reply::{Block, Line, Reply, ReplyKind};
use crate::i18n::{Language, t};
use crate::knowledge::Library;
use crate::model::document::PassageKind;
use crate::search::retrieve::Hit;

/// Roles that are named beside the best one; more is a list, not an answer.
const MAX_ROLES: usize = 3;
/// Lines that a yes or no rests on.
const MAX_LINES: usize = 3;
/// How near to the best line another has to come to be told beside it, as a share of its score.
const MIN_RELATIVE_LINE_SCORE: f32 = 0.85;
/// How near to the best another answer has to come to be told, as a share of its score.
const MIN_RELATIVE_ROLE_SCORE: f32 = 0.82;

/// The roles that do something, each with the responsibility that says so.
pub fn find_owner(library: &Library, language: Language, question: &Question) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::FindOwner, "");
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let mut ranked: Vec<(usize, &Hit)> = Vec::new();
    for hit in question.hits.iter().filter(|hit| hit.score >= MIN_RELATIVE_ROLE_SCORE * best) {
        // A role's own document answers whom it has above it by whom it names.
        let own = question.roles.contains(&hit.document);
        let role =
            if own { library.searcher.mentioned_roles(hit).first().copied() } else { primary_role(library, hit) };
        if let Some(role) = role
            && ranked.iter().all(|(known, _)| *known != role)
        {
            ranked.push((role, hit));
        }
    }
    ranked.truncate(MAX_ROLES);
    let mut items = Vec::new();
    for (role, hit) in &ranked {
        let document = library.document(hit.document);
        let passage = library.passage(hit);
        let item = inline_passage(&mut reply, document, passage);
        items.push(with_label(library.document(*role).title.clone(), item));
    }
    let first = ranked.first().map(|(role, _)| *role);
    reply.title = match first {
        Some(role) if ranked.len() == 1 => library.document(role).title.clone(),
        Some(role) => t!(language, "who-first", title = &library.document(role).title),
        None => t!(language, "who-nobody"),
    };
    reply.bullets(None, items);
    let heirs: Vec<usize> = ranked
        .iter()
        .filter(|(role, hit)| *role == hit.document)
        .flat_map(|(role, _)| library.descendants(*role))
        .collect();
    let mut roles: Vec<usize> = ranked.iter().map(|(role, _)| *role).collect();
    for heir in heirs {
        if !roles.contains(&heir) {
            roles.push(heir);
            let text = t!(language, "who-heir");
            let lead = library.document(heir).title.clone();
            reply.blocks.push(Block::Paragraph(Line { label: Some(lead), text, sources: Vec::new() }));
        }
    }
    reply.roles = unique_slugs(library, roles.iter().copied());
    for role in roles.iter().take(4) {
        suggest_role(&mut reply, library.document(*role));
    }
    reply
}

/// Whether a role does something: yes or no with the line that says so. Where one line says that it does and another that it does
/// not, both are told and nothing is decided; nor is it where it is not `sure` that the lines answer.
pub fn yes_no(library: &Library, language: Language, question: &Question, sure: bool) -> Reply {
    if sure && question.subject == Subject::OtherRoles {
        return other_roles(library, language, question);
    }
    let at = question.roles[0];
    let document = library.document(at);
    let mut reply = Reply::new(language, ReplyKind::YesNo, String::new());
    reply.roles = unique_slugs(library, [at]);
    suggest_role(&mut reply, document);
    if !sure {
        reply.title = t!(language, "check-unsaid-title", title = &document.title);
        reply.paragraph(t!(language, "check-unsaid"));
        return reply;
    }
    if let [_, other] = question.roles.as_slice() {
        let other = library.document(*other);
        reply.title = t!(language, "check-yes-title", title = &document.title);
        reply.paragraph(t!(language, "check-inherited", title = &document.title, other = &other.title));
        suggest_role(&mut reply, other);
        return reply;
    }
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let told: Vec<&Hit> =
        question.hits.iter().filter(|hit| hit.score >= MIN_RELATIVE_LINE_SCORE * best).take(MAX_LINES).collect();
    let limit = |hit: &&Hit| library.passage(hit).kind == PassageKind::OutOfScope;
    // Why there is such a role, or a figure beside it, says neither that somebody does something nor that he does not.
    let beside = |hit: &&Hit| matches!(library.passage(hit).kind, PassageKind::Purpose | PassageKind::Metric);
    let title = &document.title;
    let (title, heading) = match (told.first(), told.iter().any(limit)) {
        (Some(first), _) if beside(first) || first.score < MIN_EVIDENCE => {
            (t!(language, "check-unsaid-title", title = title), t!(language, "check-nearest"))
        }
        (Some(first), _) if limit(first) => (t!(language, "check-no-title", title = title), t!(language, "check-no")),
        (_, true) => (t!(language, "check-depends-title", title = title), t!(language, "check-depends")),
        _ => (t!(language, "check-yes-title", title = title), t!(language, "check-yes")),
    };
    let items = told.iter().map(|hit| own_passage_line(library, &mut reply, at, hit)).collect();
    reply.title = title;
    reply.bullets(Some(&heading), items);
    reply
}

/// What others do, where a role was asked about and has nothing as close; with what it has.
pub fn other_roles(library: &Library, language: Language, question: &Question) -> Reply {
    let at = question.roles[0];
    let title = &library.document(at).title;
    let mut reply = Reply::new(language, question.kind, t!(language, "check-unsaid-title", title = title));
    let is_own = |hit: &&Hit| library.inherits(at, hit.document);
    let (own, others): (Vec<&Hit>, Vec<&Hit>) = question.hits.iter().partition(is_own);
    suggest_role(&mut reply, library.document(at));
    let mut items = Vec::new();
    for hit in &others {
        let owner = library.document(hit.document);
        let item = inline_passage(&mut reply, owner, library.passage(hit));
        items.push(with_label(owner.title.clone(), item));
        suggest_role(&mut reply, owner);
    }
    reply.bullets(Some(&t!(language, "check-elsewhere", title = title)), items);
    let near =
        own.iter().filter(|hit| hit.score >= MIN_EVIDENCE.max(MIN_RELATIVE_LINE_SCORE * own[0].score)).take(MAX_LINES);
    let near: Vec<Line> = near.map(|hit| own_passage_line(library, &mut reply, at, hit)).collect();
    if near.is_empty() && question.kind == ReplyKind::Duties {
        reply.paragraph(t!(language, "duties-all"));
        push_responsibilities_by_group(&mut reply, library.document(at));
    }
    reply.bullets(Some(&t!(language, "check-own", title = title)), near);
    reply.roles = unique_slugs(library, std::iter::once(at).chain(others.iter().map(|hit| hit.document)));
    reply
}

/// The passage about a subject.
pub fn topic(library: &Library, language: Language, question: &Question) -> Reply {
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let title = question.hits.first().map_or(String::new(), |hit| library.document(hit.document).title.clone());
    let mut reply = Reply::new(language, ReplyKind::Topic, title);
    let mut roles: Vec<usize> = Vec::new();
    for hit in question.hits.iter().filter(|hit| hit.score >= 0.8 * best).take(3) {
        let document = library.document(hit.document);
        push_full_passage(&mut reply, document, library.passage(hit));
        roles.extend(primary_role(library, hit));
        roles.extend(library.owning_roles(hit.document));
    }
    reply.roles = unique_slugs(library, roles.iter().copied());
    for at in roles.iter().take(3) {
        suggest_role(&mut reply, library.document(*at));
    }
    reply
}
