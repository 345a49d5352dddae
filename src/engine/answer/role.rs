//! A role's card, its responsibilities, why a team has one; and what to say where a name fits none or several.

use crate::engine::answer::builder::{
    cite_sources, own_passage_line, passage_line, passage_lines, push_first_passage, push_passages,
    push_responsibilities_by_group, suggest_role, unique_slugs,
};
use crate::engine::answer::menu::section_menu;
use crate::engine::answer::search_answers;
use crate::engine::question::{Question, Subject};
use crate::engine::reply::{Block, Line, Reply, ReplyKind, SuggestedAction};
use crate::engine::request::{Request, Section};
use crate::i18n::{Language, t};
use crate::knowledge::Library;
use crate::model::document::{Direction, Document, PassageKind};

/// Responsibilities on a card; the rest is one question away.
const MAX_CARD_RESPONSIBILITIES: usize = 8;

/// What a role is.
pub fn card(library: &Library, language: Language, at: usize) -> Reply {
    let document = library.document(at);
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
    // Its own come before those that it has by being another one as well.
    if count > 0 {
        reply.suggest(t!(language, "all-responsibilities"), Request::Duties { name: document.slug.clone() });
    }
    push_inherited(library, &mut reply, at);
    let limits = passage_lines(&mut reply, document, PassageKind::OutOfScope);
    reply.bullets(Some(&Section::Limits.localized_name(language)), limits);
    let figures = passage_lines(&mut reply, document, PassageKind::Metric);
    reply.bullets(Some(&Section::Figures.localized_name(language)), figures);
    let places = ladder_position(library, language, at);
    if !places.is_empty() {
        reply.blocks.push(Block::Fields(places));
    }
    reply.roles = unique_slugs(library, [at]);
    for rung in library.career_graph.outgoing(at).into_iter().chain(library.career_graph.incoming(at)).take(4) {
        let other = if rung.from == at { rung.to } else { rung.from };
        suggest_role(&mut reply, library.document(other));
    }
    let neighbour = library
        .career_graph
        .outgoing(at)
        .into_iter()
        .map(|rung| rung.to)
        .chain(library.career_graph.incoming(at).into_iter().map(|rung| rung.from))
        .next();
    if let Some(neighbour) = neighbour.map(|role| library.document(role)) {
        let request = Request::Compare { one: document.slug.clone(), other: neighbour.slug.clone() };
        let label = t!(language, "card-compare", title = &neighbour.title);
        reply.suggestions.insert(1.min(reply.suggestions.len()), SuggestedAction { label, request });
    }
    reply.menu = section_menu(library, language, at);
    reply
}

/// The first responsibilities of every group in turn, so that a long list is shown in its breadth; in the order of the file.
fn round_robin(document: &Document, most: usize) -> impl Iterator<Item = &crate::model::document::Passage> {
    let duties: Vec<_> = document.passages_of_kind(PassageKind::Responsibility).collect();
    let mut ranks: Vec<(usize, usize)> = Vec::new();
    for (at, duty) in duties.iter().enumerate() {
        let before_in_group = duties[..at].iter().filter(|other| other.heading == duty.heading).count();
        ranks.push((before_in_group, at));
    }
    ranks.sort_unstable();
    let mut chosen: Vec<usize> = ranks.into_iter().take(most).map(|(_, at)| at).collect();
    chosen.sort_unstable();
    chosen.into_iter().map(move |at| duties[at])
}

/// What a role has by being another one as well.
pub fn push_inherited(library: &Library, reply: &mut Reply, at: usize) {
    let language = reply.language;
    for above in library.ancestors(at) {
        let other = library.document(*above);
        let text = t!(language, "card-also-all", title = &other.title);
        let lead = t!(language, "card-also");
        reply.blocks.push(Block::Paragraph(Line { label: Some(lead), text, sources: Vec::new() }));
        let label = t!(language, "all-responsibilities-of", title = &other.title);
        reply.suggest(label, Request::Duties { name: other.slug.clone() });
    }
}

/// Where a role stands: family, steps before and after.
pub fn ladder_position(library: &Library, language: Language, at: usize) -> Vec<Line> {
    let document = library.document(at);
    let titles = |rungs: Vec<usize>| {
        rungs.into_iter().map(|role| library.document(role).title.as_str()).collect::<Vec<_>>().join(", ")
    };
    let after = library.career_graph.outgoing(at);
    let of = |direction: Direction| {
        after.iter().filter(|rung| rung.direction == direction).map(|rung| rung.to).collect::<Vec<_>>()
    };
    let before = library.career_graph.incoming(at).into_iter().map(|rung| rung.from).collect::<Vec<_>>();
    let aliases: Vec<&str> = document.front_matter.aliases.iter().map(|alias| alias.text.as_str()).take(6).collect();
    [
        (t!(language, "place-aliases"), aliases.join(", ")),
        (t!(language, "place-family"), document.front_matter.family.clone().unwrap_or_default()),
        (t!(language, "place-before"), titles(before)),
        (t!(language, "place-next"), titles(of(Direction::Up))),
        (t!(language, "place-sideways"), titles(of(Direction::Sideways))),
        (t!(language, "place-entry"), titles(of(Direction::Entry))),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .map(|(lead, text)| Line { label: Some(lead), text, sources: Vec::new() })
    .collect()
}

/// All that a role is responsible for, by group; or what of it a question asks about.
pub fn duties(library: &Library, language: Language, question: &Question) -> Reply {
    let at = question.roles[0];
    let document = library.document(at);
    match question.subject {
        Subject::Narrowed => return matched_duties(library, language, question),
        Subject::OtherRoles => return search_answers::other_roles(library, language, question),
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
    push_inherited(library, &mut reply, at);
    let limits = passage_lines(&mut reply, document, PassageKind::OutOfScope);
    reply.bullets(Some(&Section::Limits.localized_name(language)), limits);
    reply.roles = unique_slugs(library, [at]);
    suggest_role(&mut reply, document);
    reply
}

/// What a role does about one thing.
fn matched_duties(library: &Library, language: Language, question: &Question) -> Reply {
    let at = question.roles[0];
    let document = library.document(at);
    let mut reply = Reply::new(language, ReplyKind::Duties, document.title.clone());
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let told = question.hits.iter().filter(|hit| hit.score >= 0.6 * best).take(4);
    let items = told.map(|hit| own_passage_line(library, &mut reply, at, hit)).collect();
    reply.bullets(None, items);
    reply.roles = unique_slugs(
        library,
        [at].into_iter()
            .chain(question.hits.iter().take(1).map(|hit| hit.document).filter(|at| library.document(*at).is_role())),
    );
    reply.suggest(t!(language, "all-responsibilities"), Request::Duties { name: document.slug.clone() });
    suggest_role(&mut reply, document);
    reply
}

/// Why a team has a role.
pub fn why(library: &Library, language: Language, at: usize) -> Reply {
    let document = library.document(at);
    let mut reply = Reply::new(language, ReplyKind::Why, t!(language, "why-title", title = &document.title));
    push_passages(&mut reply, document, PassageKind::Purpose);
    if reply.blocks.is_empty() {
        reply.paragraph(t!(language, "why-unsaid"));
        push_first_passage(&mut reply, document, PassageKind::Summary);
    }
    reply.roles = unique_slugs(library, [at]);
    suggest_role(&mut reply, document);
    reply
}

/// A name that several roles share.
pub fn disambiguate(library: &Library, language: Language, roles: &[usize]) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::Disambiguate, t!(language, "which"));
    let mut items = Vec::new();
    for at in roles {
        let document = library.document(*at);
        let summary = document.passages_of_kind(PassageKind::Summary).next();
        let sources =
            summary.map_or(Vec::new(), |passage| cite_sources(&mut reply, document, &passage.sources, passage.line));
        let text = summary.map_or(String::new(), |passage| first_sentence(&passage.text));
        items.push(Line { label: Some(document.title.clone()), text, sources });
        suggest_role(&mut reply, document);
    }
    reply.bullets(None, items);
    reply.roles = unique_slugs(library, roles.iter().copied());
    reply
}

/// A name that nobody bears: the nearest ones.
pub fn unknown_role(library: &Library, language: Language, name: &str) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::NoAnswer, t!(language, "role-unknown"));
    reply.confidence = 0.0;
    let shown: String = name.chars().take(80).collect();
    let near: Vec<usize> =
        library.names.fuzzy_search(name, 6).into_iter().filter(|at| library.document(*at).is_role()).take(3).collect();
    if near.is_empty() {
        reply.paragraph(t!(language, "role-unknown-name", name = &shown));
    } else {
        reply.paragraph(t!(language, "role-unknown-near", name = &shown));
        let items =
            near.iter().map(|at| Line { text: library.document(*at).title.clone(), ..Line::default() }).collect();
        reply.bullets(None, items);
        near.iter().for_each(|at| suggest_role(&mut reply, library.document(*at)));
    }
    reply.suggest(t!(language, "all-roles"), Request::Roles);
    reply
}

/// The first sentence of a text.
pub fn first_sentence(text: &str) -> String {
    match text.find(". ") {
        Some(end) => text[..=end].to_owned(),
        None => text.to_owned(),
    }
}
