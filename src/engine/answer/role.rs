//! A role's card, its responsibilities, why a team has one; and what to say where a name fits none or several.

use crate::corpus::document::Document;
use crate::corpus::front_matter::Direction;
use crate::corpus::markdown::Part;
use crate::engine::answer::builder::{
    cite, duties_by_group, first, line, lines, offer_role, own_line, paragraphs, slugs,
};
use crate::engine::answer::menu::menu;
use crate::engine::answer::search_answers;
use crate::engine::question::{Question, Subject};
use crate::engine::reply::{Block, Kind, Line, NextStep, Reply};
use crate::engine::request::{Request, Section};
use crate::i18n::{Language, say};
use crate::knowledge::Library;

/// Responsibilities on a card; the rest is one question away.
const ON_A_CARD: usize = 8;

/// What a role is.
pub fn card(library: &Library, language: Language, at: usize) -> Reply {
    let document = library.document(at);
    let mut reply = Reply::new(language, Kind::Role, document.title.clone());
    first(&mut reply, document, Part::Summary);
    first(&mut reply, document, Part::Why);
    let count = document.part(Part::Duty).count();
    let heading = if count > ON_A_CARD {
        say!(language, "card-some", shown = ON_A_CARD, count = count)
    } else {
        Section::Responsibilities.called(language)
    };
    let items: Vec<Line> = spread(document, ON_A_CARD).map(|passage| line(&mut reply, document, passage)).collect();
    reply.bullets(Some(&heading), items);
    // Its own come before those that it has by being another one as well.
    if count > 0 {
        reply.offer(say!(language, "all-responsibilities"), Request::Duties { name: document.slug.clone() });
    }
    inherited_line(library, &mut reply, at);
    let limits = lines(&mut reply, document, Part::Limit);
    reply.bullets(Some(&Section::Limits.called(language)), limits);
    let figures = lines(&mut reply, document, Part::Figure);
    reply.bullets(Some(&Section::Figures.called(language)), figures);
    let places = places(library, language, at);
    if !places.is_empty() {
        reply.blocks.push(Block::Fields(places));
    }
    reply.roles = slugs(library, [at]);
    for rung in library.ladder.after(at).into_iter().chain(library.ladder.before(at)).take(4) {
        let other = if rung.from == at { rung.to } else { rung.from };
        offer_role(&mut reply, library.document(other));
    }
    let neighbour = library
        .ladder
        .after(at)
        .into_iter()
        .map(|rung| rung.to)
        .chain(library.ladder.before(at).into_iter().map(|rung| rung.from))
        .next();
    if let Some(neighbour) = neighbour.map(|role| library.document(role)) {
        let request = Request::Compare { one: document.slug.clone(), other: neighbour.slug.clone() };
        let label = say!(language, "card-compare", title = &neighbour.title);
        reply.next.insert(1.min(reply.next.len()), NextStep { label, request });
    }
    reply.menu = menu(library, language, at);
    reply
}

/// The first responsibilities of every group in turn, so that a long list is shown in its breadth; in the order of the file.
fn spread(document: &Document, most: usize) -> impl Iterator<Item = &crate::corpus::markdown::Passage> {
    let duties: Vec<_> = document.part(Part::Duty).collect();
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
pub fn inherited_line(library: &Library, reply: &mut Reply, at: usize) {
    let language = reply.language;
    for above in library.inherited(at) {
        let other = library.document(*above);
        let text = say!(language, "card-also-all", title = &other.title);
        let lead = say!(language, "card-also");
        reply.blocks.push(Block::Paragraph(Line { lead: Some(lead), text, sources: Vec::new() }));
        let label = say!(language, "all-responsibilities-of", title = &other.title);
        reply.offer(label, Request::Duties { name: other.slug.clone() });
    }
}

/// Where a role stands: family, steps before and after.
pub fn places(library: &Library, language: Language, at: usize) -> Vec<Line> {
    let document = library.document(at);
    let titles = |rungs: Vec<usize>| {
        rungs.into_iter().map(|role| library.document(role).title.as_str()).collect::<Vec<_>>().join(", ")
    };
    let after = library.ladder.after(at);
    let of = |direction: Direction| {
        after.iter().filter(|rung| rung.direction == direction).map(|rung| rung.to).collect::<Vec<_>>()
    };
    let before = library.ladder.before(at).into_iter().map(|rung| rung.from).collect::<Vec<_>>();
    let aliases: Vec<&str> = document.front.aliases.iter().map(|alias| alias.text.as_str()).take(6).collect();
    [
        (say!(language, "place-aliases"), aliases.join(", ")),
        (say!(language, "place-family"), document.front.family.clone().unwrap_or_default()),
        (say!(language, "place-before"), titles(before)),
        (say!(language, "place-next"), titles(of(Direction::Up))),
        (say!(language, "place-sideways"), titles(of(Direction::Sideways))),
        (say!(language, "place-entry"), titles(of(Direction::Entry))),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .map(|(lead, text)| Line { lead: Some(lead), text, sources: Vec::new() })
    .collect()
}

/// All that a role is responsible for, by group; or what of it a question asks about.
pub fn duties(library: &Library, language: Language, question: &Question) -> Reply {
    let at = question.roles[0];
    let document = library.document(at);
    match question.subject {
        Subject::Narrowed => return narrowed(library, language, question),
        Subject::Elsewhere => return search_answers::elsewhere(library, language, question),
        _ => {}
    }
    let mut reply = Reply::new(language, Kind::Duties, say!(language, "duties-title", title = &document.title));
    if question.subject == Subject::Unfound {
        reply.paragraph(say!(language, "duties-unfound"));
        reply.paragraph(say!(language, "duties-all"));
    }
    if document.part(Part::Duty).next().is_none() {
        first(&mut reply, document, Part::Summary);
        reply.paragraph(say!(language, "duties-none"));
    }
    duties_by_group(&mut reply, document);
    inherited_line(library, &mut reply, at);
    let limits = lines(&mut reply, document, Part::Limit);
    reply.bullets(Some(&Section::Limits.called(language)), limits);
    reply.roles = slugs(library, [at]);
    offer_role(&mut reply, document);
    reply
}

/// What a role does about one thing.
fn narrowed(library: &Library, language: Language, question: &Question) -> Reply {
    let at = question.roles[0];
    let document = library.document(at);
    let mut reply = Reply::new(language, Kind::Duties, document.title.clone());
    let best = question.hits.first().map_or(0.0, |hit| hit.score);
    let told = question.hits.iter().filter(|hit| hit.score >= 0.6 * best).take(4);
    let items = told.map(|hit| own_line(library, &mut reply, at, hit)).collect();
    reply.bullets(None, items);
    reply.roles = slugs(
        library,
        [at].into_iter()
            .chain(question.hits.iter().take(1).map(|hit| hit.document).filter(|at| library.document(*at).is_role())),
    );
    reply.offer(say!(language, "all-responsibilities"), Request::Duties { name: document.slug.clone() });
    offer_role(&mut reply, document);
    reply
}

/// Why a team has a role.
pub fn why(library: &Library, language: Language, at: usize) -> Reply {
    let document = library.document(at);
    let mut reply = Reply::new(language, Kind::Why, say!(language, "why-title", title = &document.title));
    paragraphs(&mut reply, document, Part::Why);
    if reply.blocks.is_empty() {
        reply.paragraph(say!(language, "why-unsaid"));
        first(&mut reply, document, Part::Summary);
    }
    reply.roles = slugs(library, [at]);
    offer_role(&mut reply, document);
    reply
}

/// A name that several roles share.
pub fn which(library: &Library, language: Language, roles: &[usize]) -> Reply {
    let mut reply = Reply::new(language, Kind::Which, say!(language, "which"));
    let mut items = Vec::new();
    for at in roles {
        let document = library.document(*at);
        let summary = document.part(Part::Summary).next();
        let sources = summary.map_or(Vec::new(), |passage| cite(&mut reply, document, &passage.sources, passage.line));
        let text = summary.map_or(String::new(), |passage| sentence(&passage.text));
        items.push(Line { lead: Some(document.title.clone()), text, sources });
        offer_role(&mut reply, document);
    }
    reply.bullets(None, items);
    reply.roles = slugs(library, roles.iter().copied());
    reply
}

/// A name that nobody bears: the nearest ones.
pub fn unknown(library: &Library, language: Language, name: &str) -> Reply {
    let mut reply = Reply::new(language, Kind::None, say!(language, "role-unknown"));
    reply.confidence = 0.0;
    let shown: String = name.chars().take(80).collect();
    let near: Vec<usize> =
        library.names.nearest(name, 6).into_iter().filter(|at| library.document(*at).is_role()).take(3).collect();
    if near.is_empty() {
        reply.paragraph(say!(language, "role-unknown-name", name = &shown));
    } else {
        reply.paragraph(say!(language, "role-unknown-near", name = &shown));
        let items =
            near.iter().map(|at| Line { text: library.document(*at).title.clone(), ..Line::default() }).collect();
        reply.bullets(None, items);
        near.iter().for_each(|at| offer_role(&mut reply, library.document(*at)));
    }
    reply.offer(say!(language, "all-roles"), Request::Roles);
    reply
}

/// The first sentence of a text.
pub fn sentence(text: &str) -> String {
    match text.find(". ") {
        Some(end) => text[..=end].to_owned(),
        None => text.to_owned(),
    }
}
