//! Answers about one role: card, responsibilities, purpose; and unknown or ambiguous names.

use crate::engine::answer::builder::{
    cite_sources, own_passage_line, passage_line, passage_lines, push_first_passage, push_passages,
    push_responsibilities_by_group, suggest_role, suggest_roles, unique_slugs,
};
use crate::engine::answer::career::join_titles;
use crate::engine::answer::menu::section_menu;
use crate::engine::answer::search_answers;
use crate::engine::question::{Question, Subject};
use crate::engine::reply::{Block, Line, Reply, ReplyKind, SuggestedAction};
use crate::engine::request::{Request, Section};
use crate::i18n::{Language, t};
use crate::knowledge::Knowledge;
use crate::model::document::{Direction, Document, Passage, PassageKind};

/// Max responsibilities on a card.
const MAX_CARD_RESPONSIBILITIES: usize = 8;

/// The card of a role.
pub(crate) fn card(knowledge: &Knowledge, language: Language, role: usize) -> Reply {
    let document = knowledge.document(role);
    let mut reply = Reply::new(language, ReplyKind::Role, document.title.clone());
    push_first_passage(&mut reply, document, PassageKind::Summary);
    push_first_passage(&mut reply, document, PassageKind::Purpose);
    let count = document.passages_of_kind(PassageKind::Responsibility).count();
    let heading = if count > MAX_CARD_RESPONSIBILITIES {
        t!(language, "card-some", shown = MAX_CARD_RESPONSIBILITIES, count = count)
    } else {
        Section::Responsibilities.localized_name(language)
    };
    let items: Vec<Line> = round_robin(document, MAX_CARD_RESPONSIBILITIES)
        .map(|passage| passage_line(&mut reply, document, passage))
        .collect();
    reply.bullets(Some(&heading), items);
    // Suggest its own responsibilities before inherited ones.
    if count > 0 {
        reply.suggest(t!(language, "all-responsibilities"), Request::Duties { name: document.slug.clone() });
    }
    push_inherited(knowledge, &mut reply, role);
    let limits = passage_lines(&mut reply, document, PassageKind::OutOfScope);
    reply.bullets(Some(&Section::Limits.localized_name(language)), limits);
    let metrics = passage_lines(&mut reply, document, PassageKind::Metric);
    reply.bullets(Some(&Section::Figures.localized_name(language)), metrics);
    let position = ladder_position(knowledge, language, role);
    if !position.is_empty() {
        reply.blocks.push(Block::Fields(position));
    }
    reply.roles = unique_slugs(knowledge, [role]);
    let (next, previous) = (knowledge.career_graph.outgoing(role), knowledge.career_graph.incoming(role));
    let neighbours: Vec<usize> = next.iter().map(|edge| edge.to).chain(previous.iter().map(|edge| edge.from)).collect();
    suggest_roles(&mut reply, knowledge, neighbours.iter().copied(), 4);
    if let Some(neighbour) = neighbours.first().map(|role| knowledge.document(*role)) {
        let request = Request::Compare { one: document.slug.clone(), other: neighbour.slug.clone() };
        let label = t!(language, "card-compare", title = &neighbour.title);
        reply.suggestions.insert(1.min(reply.suggestions.len()), SuggestedAction { label, request });
    }
    reply.menu = section_menu(knowledge, language, role);
    reply
}

/// The first `max` responsibilities by position within their groups, in file order, so that each group is shown.
fn round_robin(document: &Document, max: usize) -> impl Iterator<Item = &Passage> {
    let responsibilities: Vec<_> = document.passages_of_kind(PassageKind::Responsibility).collect();
    let mut ranks: Vec<(usize, usize)> = Vec::new();
    for (index, passage) in responsibilities.iter().enumerate() {
        let before_in_group = responsibilities[..index].iter().filter(|other| other.heading == passage.heading).count();
        ranks.push((before_in_group, index));
    }
    ranks.sort_unstable();
    let mut chosen: Vec<usize> = ranks.into_iter().take(max).map(|(_, index)| index).collect();
    chosen.sort_unstable();
    chosen.into_iter().map(move |index| responsibilities[index])
}

/// The roles whose responsibilities a role inherits.
pub(crate) fn push_inherited(knowledge: &Knowledge, reply: &mut Reply, role: usize) {
    let language = reply.language;
    for ancestor in knowledge.ancestors(role) {
        let other = knowledge.document(*ancestor);
        let text = t!(language, "card-also-all", title = &other.title);
        reply.labeled_paragraph(t!(language, "card-also"), text);
        let label = t!(language, "all-responsibilities-of", title = &other.title);
        reply.suggest(label, Request::Duties { name: other.slug.clone() });
    }
}

/// The position of a role: aliases, family, previous and next roles.
pub(crate) fn ladder_position(knowledge: &Knowledge, language: Language, role: usize) -> Vec<Line> {
    let document = knowledge.document(role);
    let titles = |roles: Vec<usize>| join_titles(knowledge, &roles, ", ");
    let outgoing = knowledge.career_graph.outgoing(role);
    let reached_by = |direction: Direction| {
        outgoing.iter().filter(|edge| edge.direction == direction).map(|edge| edge.to).collect::<Vec<_>>()
    };
    let incoming = knowledge.career_graph.incoming(role).into_iter().map(|edge| edge.from).collect::<Vec<_>>();
    let aliases: Vec<&str> = document.front_matter.aliases.iter().map(|alias| alias.text.as_str()).take(6).collect();
    [
        (t!(language, "place-aliases"), aliases.join(", ")),
        (t!(language, "place-family"), document.front_matter.family.clone().unwrap_or_default()),
        (t!(language, "place-before"), titles(incoming)),
        (t!(language, "place-next"), titles(reached_by(Direction::Up))),
        (t!(language, "place-sideways"), titles(reached_by(Direction::Sideways))),
        (t!(language, "place-entry"), titles(reached_by(Direction::Entry))),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .map(|(label, text)| Line::labeled(label, text))
    .collect()
}

/// All responsibilities of a role by group, or those that the question asks for.
pub(crate) fn duties(knowledge: &Knowledge, language: Language, question: &Question) -> Reply {
    let role = question.roles[0];
    let document = knowledge.document(role);
    match question.subject {
        Subject::Narrowed => return matched_duties(knowledge, language, question),
        Subject::OtherRoles => return search_answers::other_roles(knowledge, language, question),
        _ => {}
    }
    let mut reply = Reply::new(language, ReplyKind::Duties, t!(language, "duties-title", title = &document.title));
    if question.subject == Subject::NoMatch {
        reply.paragraph(t!(language, "duties-unfound"));
        reply.paragraph(t!(language, "duties-all"));
    }
    if document.passages_of_kind(PassageKind::Responsibility).next().is_none() {
        push_first_passage(&mut reply, document, PassageKind::Summary);
        reply.paragraph(t!(language, "duties-none"));
    }
    push_responsibilities_by_group(&mut reply, document);
    push_inherited(knowledge, &mut reply, role);
    let limits = passage_lines(&mut reply, document, PassageKind::OutOfScope);
    reply.bullets(Some(&Section::Limits.localized_name(language)), limits);
    reply.roles = unique_slugs(knowledge, [role]);
    suggest_role(&mut reply, document);
    reply
}

/// The responsibilities that match the question.
fn matched_duties(knowledge: &Knowledge, language: Language, question: &Question) -> Reply {
    let role = question.roles[0];
    let document = knowledge.document(role);
    let mut reply = Reply::new(language, ReplyKind::Duties, document.title.clone());
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let hits = question.hits.iter().filter(|hit| hit.score >= 0.6 * best).take(4);
    let items = hits.map(|hit| own_passage_line(knowledge, &mut reply, role, hit)).collect();
    reply.bullets(None, items);
    reply.roles = unique_slugs(
        knowledge,
        [role].into_iter().chain(
            question.hits.iter().take(1).map(|hit| hit.document).filter(|role| knowledge.document(*role).is_role()),
        ),
    );
    reply.suggest(t!(language, "all-responsibilities"), Request::Duties { name: document.slug.clone() });
    suggest_role(&mut reply, document);
    reply
}

/// The purpose of a role.
pub(crate) fn why(knowledge: &Knowledge, language: Language, role: usize) -> Reply {
    let document = knowledge.document(role);
    let mut reply = Reply::new(language, ReplyKind::Why, t!(language, "why-title", title = &document.title));
    push_passages(&mut reply, document, PassageKind::Purpose);
    if reply.blocks.is_empty() {
        reply.paragraph(t!(language, "why-unsaid"));
        push_first_passage(&mut reply, document, PassageKind::Summary);
    }
    reply.roles = unique_slugs(knowledge, [role]);
    suggest_role(&mut reply, document);
    reply
}

/// Asks which of several roles is meant.
pub(crate) fn disambiguate(knowledge: &Knowledge, language: Language, roles: &[usize]) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::Disambiguate, t!(language, "which"));
    let mut items = Vec::new();
    for role in roles {
        let document = knowledge.document(*role);
        let summary = document.passages_of_kind(PassageKind::Summary).next();
        let sources =
            summary.map_or(Vec::new(), |passage| cite_sources(&mut reply, document, &passage.sources, passage.line));
        let text = summary.map_or(String::new(), |passage| first_sentence(&passage.text));
        items.push(Line { label: Some(document.title.clone()), text, sources });
        suggest_role(&mut reply, document);
    }
    reply.bullets(None, items);
    reply.roles = unique_slugs(knowledge, roles.iter().copied());
    reply
}

/// A name that no role has; suggests the nearest ones.
pub(crate) fn unknown_role(knowledge: &Knowledge, language: Language, name: &str) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::NoAnswer, t!(language, "role-unknown"));
    reply.confidence = 0.0;
    let shown: String = name.chars().take(80).collect();
    let near: Vec<usize> = knowledge
        .names
        .fuzzy_search(name, 6)
        .into_iter()
        .filter(|role| knowledge.document(*role).is_role())
        .take(3)
        .collect();
    if near.is_empty() {
        reply.paragraph(t!(language, "role-unknown-name", name = &shown));
    } else {
        reply.paragraph(t!(language, "role-unknown-near", name = &shown));
        reply.bullets(None, near.iter().map(|role| Line::new(&knowledge.document(*role).title)).collect());
        suggest_roles(&mut reply, knowledge, near, usize::MAX);
    }
    reply.suggest(t!(language, "all-roles"), Request::Roles);
    reply
}

/// The first sentence of a text.
pub(crate) fn first_sentence(text: &str) -> String {
    match text.find(". ") {
        Some(end) => text[..=end].to_owned(),
        None => text.to_owned(),
    }
}
