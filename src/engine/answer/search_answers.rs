//! Answers from search hits: who does something, whether a role does something, topics.

use crate::engine::answer::builder::{
    inline_passage, own_passage_line, primary_role, push_full_passage, push_responsibilities_by_group, suggest_role,
    suggest_roles, unique_slugs, with_label,
};
use crate::engine::question::{MIN_EVIDENCE, Question, Subject};
use crate::engine::reply::{Line, Reply, ReplyKind};
use crate::i18n::{Language, t};
use crate::knowledge::Knowledge;
use crate::model::document::PassageKind;
use crate::search::retrieve::Hit;

/// Max roles named as owners.
const MAX_ROLES: usize = 3;
/// Max lines that support a yes or no.
const MAX_LINES: usize = 3;
/// Min score of further lines, relative to the best one.
const MIN_RELATIVE_LINE_SCORE: f32 = 0.85;
/// Min score of further roles, relative to the best one.
const MIN_RELATIVE_ROLE_SCORE: f32 = 0.82;

/// The roles that do something, each with the matching passage.
pub(crate) fn find_owner(knowledge: &Knowledge, language: Language, question: &Question) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::FindOwner, "");
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let mut ranked: Vec<(usize, &Hit)> = Vec::new();
    for hit in question.hits.iter().filter(|hit| hit.score >= MIN_RELATIVE_ROLE_SCORE * best) {
        // In the document of the role asked about ("who does a cook report to"), the answer is the role mentioned.
        let own_document = question.roles.contains(&hit.document);
        let role = if own_document {
            knowledge.searcher.mentioned_roles(hit).first().copied()
        } else {
            primary_role(knowledge, hit)
        };
        if let Some(role) = role
            && ranked.iter().all(|(other, _)| *other != role)
        {
            ranked.push((role, hit));
        }
    }
    ranked.truncate(MAX_ROLES);
    let mut items = Vec::new();
    for (role, hit) in &ranked {
        let document = knowledge.document(hit.document);
        let passage = knowledge.passage(hit);
        let item = inline_passage(&mut reply, document, passage);
        items.push(with_label(knowledge.document(*role).title.clone(), item));
    }
    reply.title = match ranked.as_slice() {
        [] => t!(language, "who-nobody"),
        [(role, _)] => knowledge.document(*role).title.clone(),
        [(role, _), ..] => t!(language, "who-first", title = &knowledge.document(*role).title),
    };
    reply.bullets(None, items);
    let descendants: Vec<usize> = ranked
        .iter()
        .filter(|(role, hit)| *role == hit.document)
        .flat_map(|(role, _)| knowledge.descendants(*role))
        .collect();
    let mut roles: Vec<usize> = ranked.iter().map(|(role, _)| *role).collect();
    for descendant in descendants {
        if !roles.contains(&descendant) {
            roles.push(descendant);
            reply.labeled_paragraph(&knowledge.document(descendant).title, t!(language, "who-heir"));
        }
    }
    reply.roles = unique_slugs(knowledge, roles.iter().copied());
    suggest_roles(&mut reply, knowledge, roles, 4);
    reply
}

/// Whether a role does something, with the lines that support it. Undecided if lines contradict each other, or if not
/// `confident`.
pub(crate) fn yes_no(knowledge: &Knowledge, language: Language, question: &Question, confident: bool) -> Reply {
    if confident && question.subject == Subject::OtherRoles {
        return other_roles(knowledge, language, question);
    }
    let role = question.roles[0];
    let document = knowledge.document(role);
    let mut reply = Reply::new(language, ReplyKind::YesNo, String::new());
    reply.roles = unique_slugs(knowledge, [role]);
    suggest_role(&mut reply, document);
    if !confident {
        reply.title = t!(language, "check-unsaid-title", title = &document.title);
        reply.paragraph(t!(language, "check-unsaid"));
        return reply;
    }
    if let [_, other] = question.roles.as_slice() {
        let other = knowledge.document(*other);
        reply.title = t!(language, "check-yes-title", title = &document.title);
        reply.paragraph(t!(language, "check-inherited", title = &document.title, other = &other.title));
        suggest_role(&mut reply, other);
        return reply;
    }
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let lines: Vec<&Hit> =
        question.hits.iter().filter(|hit| hit.score >= MIN_RELATIVE_LINE_SCORE * best).take(MAX_LINES).collect();
    let out_of_scope = |hit: &&Hit| knowledge.passage(hit).kind == PassageKind::OutOfScope;
    // Purposes and metrics support neither yes nor no.
    let is_neutral = |hit: &&Hit| matches!(knowledge.passage(hit).kind, PassageKind::Purpose | PassageKind::Metric);
    let title = &document.title;
    let (title, heading) = match (lines.first(), lines.iter().any(out_of_scope)) {
        (Some(first), _) if is_neutral(first) || first.score < MIN_EVIDENCE => {
            (t!(language, "check-unsaid-title", title = title), t!(language, "check-nearest"))
        }
        (Some(first), _) if out_of_scope(first) => {
            (t!(language, "check-no-title", title = title), t!(language, "check-no"))
        }
        (_, true) => (t!(language, "check-depends-title", title = title), t!(language, "check-depends")),
        _ => (t!(language, "check-yes-title", title = title), t!(language, "check-yes")),
    };
    let items = lines.iter().map(|hit| own_passage_line(knowledge, &mut reply, role, hit)).collect();
    reply.title = title;
    reply.bullets(Some(&heading), items);
    reply
}

/// Matching lines of other roles, for a role that has none as close; then its own nearest ones.
pub(crate) fn other_roles(knowledge: &Knowledge, language: Language, question: &Question) -> Reply {
    let role = question.roles[0];
    let title = &knowledge.document(role).title;
    let mut reply = Reply::new(language, question.kind, t!(language, "check-unsaid-title", title = title));
    let is_own = |hit: &&Hit| knowledge.inherits(role, hit.document);
    let (own, others): (Vec<&Hit>, Vec<&Hit>) = question.hits.iter().partition(is_own);
    suggest_role(&mut reply, knowledge.document(role));
    let mut items = Vec::new();
    for hit in &others {
        let owner = knowledge.document(hit.document);
        let item = inline_passage(&mut reply, owner, knowledge.passage(hit));
        items.push(with_label(owner.title.clone(), item));
        suggest_role(&mut reply, owner);
    }
    reply.bullets(Some(&t!(language, "check-elsewhere", title = title)), items);
    let near =
        own.iter().filter(|hit| hit.score >= MIN_EVIDENCE.max(MIN_RELATIVE_LINE_SCORE * own[0].score)).take(MAX_LINES);
    let near: Vec<Line> = near.map(|hit| own_passage_line(knowledge, &mut reply, role, hit)).collect();
    if near.is_empty() && question.kind == ReplyKind::Duties {
        reply.paragraph(t!(language, "duties-all"));
        push_responsibilities_by_group(&mut reply, knowledge.document(role));
    }
    reply.bullets(Some(&t!(language, "check-own", title = title)), near);
    reply.roles = unique_slugs(knowledge, std::iter::once(role).chain(others.iter().map(|hit| hit.document)));
    reply
}

/// Passages about a topic.
pub(crate) fn topic(knowledge: &Knowledge, language: Language, question: &Question) -> Reply {
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let title = question.hits.first().map_or(String::new(), |hit| knowledge.document(hit.document).title.clone());
    let mut reply = Reply::new(language, ReplyKind::Topic, title);
    let mut roles: Vec<usize> = Vec::new();
    for hit in question.hits.iter().filter(|hit| hit.score >= 0.8 * best).take(3) {
        let document = knowledge.document(hit.document);
        push_full_passage(&mut reply, document, knowledge.passage(hit));
        roles.extend(primary_role(knowledge, hit));
        roles.extend(knowledge.owning_roles(hit.document));
    }
    reply.roles = unique_slugs(knowledge, roles.iter().copied());
    suggest_roles(&mut reply, knowledge, roles, 3);
    reply
}
