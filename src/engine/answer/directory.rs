//! What there is: the roles, the commands, and what to say where there is no answer.

use crate::engine::answer::builder::{suggest_role, unique_slugs};
use crate::engine::intent::sentence::Sentence;
use crate::engine::reply::{Block, Line, Menu, Reply, ReplyKind, SuggestedAction};
use crate::engine::request::{COMMANDS, Request};
use crate::i18n::{Language, t};
use crate::knowledge::Library;
use crate::model::document::Direction;

/// All roles, by family.
pub fn roles(library: &Library, language: Language) -> Reply {
    let roles = library.roles();
    let mut reply = Reply::new(language, ReplyKind::Roles, t!(language, "roles-title", count = roles.len()));
    let mut families: Vec<(Option<String>, Vec<Line>)> = Vec::new();
    for at in roles {
        let document = library.document(*at);
        let aliases: Vec<&str> =
            document.front_matter.aliases.iter().map(|alias| alias.text.as_str()).take(3).collect();
        let item = Line { label: Some(document.title.clone()), text: aliases.join(", "), sources: Vec::new() };
        match families.iter_mut().find(|(family, _)| *family == document.front_matter.family) {
            Some((_, items)) => items.push(item),
            None => families.push((document.front_matter.family.clone(), vec![item])),
        }
    }
    for (family, items) in families {
        reply.bullets(family.as_deref(), items);
    }
    reply.roles = unique_slugs(library, roles.iter().copied());
    let choices = roles.iter().map(|at| library.document(*at)).map(|document| SuggestedAction {
        label: document.title.clone(),
        request: Request::Role { name: document.slug.clone() },
    });
    reply.menu = Some(Menu { title: t!(language, "roles-open"), choices: choices.collect() });
    for at in roles.iter().take(3) {
        suggest_role(&mut reply, library.document(*at));
    }
    reply.suggest(t!(language, "help"), Request::Help);
    reply
}

/// What can be asked, with examples from the corpus that is served.
pub fn help(library: &Library, language: Language) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::Help, t!(language, "help-title"));
    reply.paragraph(t!(language, "help-intro"));
    let (role, first, last) = example_roles(library);
    let items = COMMANDS
        .iter()
        .map(|command| {
            let example = command.example(language, &role, (&first, &last));
            Line { label: Some(example), text: command.description(language), sources: Vec::new() }
        })
        .collect();
    reply.bullets(Some(&t!(language, "help-commands")), items);
    let titles = |slug: &str| library.by_slug(slug).map_or(String::new(), |at| library.document(at).title.clone());
    let (role_title, first_title, last_title) = (titles(&role), titles(&first), titles(&last));
    let questions = [
        t!(language, "help-question-role", title = &role_title),
        t!(language, "help-question-path", from = &first_title, to = &last_title),
        t!(language, "help-question-compare", one = &first_title, other = &role_title),
        t!(language, "help-question-next", title = &first_title),
        t!(language, "help-question-why", title = &role_title),
    ];
    let items = questions.iter().map(|text| Line { text: text.clone(), ..Line::default() }).collect();
    reply.bullets(Some(&t!(language, "help-questions")), items);
    reply.suggest(t!(language, "all-roles"), Request::Roles);
    reply.suggest(role_title, Request::Role { name: role });
    reply.suggest(
        t!(language, "path-between", from = &first_title, to = &last_title),
        Request::Path { from: first, to: last },
    );
    reply
}

/// A role to show, and the two ends of a long way up: what the examples of this corpus are made of.
fn example_roles(library: &Library) -> (String, String, String) {
    let roles = library.roles();
    let slug = |at: usize| library.document(at).slug.clone();
    let up = |at: usize| library.career_graph.outgoing(at).into_iter().find(|rung| rung.direction == Direction::Up);
    let climb = |from: usize| {
        let mut way = vec![from];
        // No way is longer than there are roles, even where promotions go in a circle.
        while let Some(rung) = way.last().and_then(|at| up(*at)).filter(|rung| !way.contains(&rung.to)) {
            way.push(rung.to);
        }
        way
    };
    let starts = roles
        .iter()
        .copied()
        .filter(|at| library.career_graph.incoming(*at).iter().all(|rung| rung.direction != Direction::Up));
    let longest = starts.map(climb).max_by_key(|way| (way.len(), std::cmp::Reverse(way.first().copied())));
    let ends = longest.and_then(|way| Some((*way.first()?, *way.last()?))).filter(|(first, last)| first != last);
    let first = ends.map_or(roles.first().copied().unwrap_or(0), |(first, _)| first);
    let other = roles.iter().copied().find(|at| *at != first).unwrap_or(first);
    let last = ends.map_or(other, |(_, last)| last);
    let role = roles.iter().copied().find(|at| *at != first && *at != last).unwrap_or(first);
    (slug(role), slug(first), slug(last))
}

/// Nearest questions that are offered where there is no answer.
const MAX_SUGGESTIONS: usize = 3;

/// Nothing that the corpus knows was said, or `asked`: the nearest questions that it does answer.
pub fn no_answer(library: &Library, language: Language, text: &str, asked: bool) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::NoAnswer, t!(language, "nothing-title"));
    reply.confidence = 0.0;
    reply.paragraph(t!(language, "nothing"));
    for at in nearest_documents(library, text, asked) {
        let document = library.document(at);
        if document.is_role() {
            let label = t!(language, "nothing-role", title = &document.title);
            reply.suggest(label, Request::Role { name: document.slug.clone() });
        } else {
            // What is asked is English, since no other language is understood.
            let question = t!(Language::English, "nothing-topic", title = &document.title);
            reply.suggest(t!(language, "nothing-topic", title = &document.title), Request::Ask { question });
        }
    }
    reply.suggest(t!(language, "all-roles"), Request::Roles);
    reply.suggest(t!(language, "help-title"), Request::Help);
    reply
}

/// The documents nearest to what was said: those that it names, then, where it asks, those that hold most of it.
fn nearest_documents(library: &Library, text: &str, asked: bool) -> Vec<usize> {
    let sentence = Sentence::parse(library, text);
    let named = sentence.mentions.iter().flat_map(|mention| mention.documents.iter().copied());
    let found = if asked {
        library.searcher.search(&library.searcher.build_query(&sentence.tokens), 8 * MAX_SUGGESTIONS)
    } else {
        Vec::new()
    };
    let mut nearest: Vec<usize> = Vec::new();
    for at in named.chain(found.into_iter().filter(|hit| hit.coverage > 0.3).map(|hit| hit.document)) {
        if !nearest.contains(&at) {
            nearest.push(at);
        }
    }
    nearest.truncate(MAX_SUGGESTIONS);
    nearest
}

/// A command that cannot be read.
pub fn usage_error(language: Language, text: &str) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::NoAnswer, t!(language, "mistake-title"));
    reply.confidence = 0.0;
    reply.blocks.push(Block::Paragraph(Line { text: text.to_owned(), ..Line::default() }));
    reply.suggest(t!(language, "help-title"), Request::Help);
    reply
}
