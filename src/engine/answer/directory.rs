//! The list of roles, the help, and replies without an answer.

use crate::engine::answer::builder::{suggest_roles, unique_slugs};
use crate::engine::intent::sentence::Sentence;
use crate::engine::reply::{Line, Menu, Reply, ReplyKind, SuggestedAction};
use crate::engine::request::{COMMANDS, Request};
use crate::i18n::{Language, t};
use crate::knowledge::Knowledge;
use crate::model::document::Direction;

/// All roles, by family.
pub(crate) fn roles(knowledge: &Knowledge, language: Language) -> Reply {
    let roles = knowledge.roles();
    let mut reply = Reply::new(language, ReplyKind::Roles, t!(language, "roles-title", count = roles.len()));
    let mut families: Vec<(Option<String>, Vec<Line>)> = Vec::new();
    for role in roles {
        let document = knowledge.document(*role);
        let aliases: Vec<&str> =
            document.front_matter.aliases.iter().map(|alias| alias.text.as_str()).take(3).collect();
        let line = Line::labeled(&document.title, aliases.join(", "));
        match families.iter_mut().find(|(family, _)| *family == document.front_matter.family) {
            Some((_, lines)) => lines.push(line),
            None => families.push((document.front_matter.family.clone(), vec![line])),
        }
    }
    for (family, lines) in families {
        reply.bullets(family.as_deref(), lines);
    }
    reply.roles = unique_slugs(knowledge, roles.iter().copied());
    let choices = roles.iter().map(|role| knowledge.document(*role)).map(|document| SuggestedAction {
        label: document.title.clone(),
        request: Request::Role { name: document.slug.clone() },
    });
    reply.menu = Some(Menu { title: t!(language, "roles-open"), choices: choices.collect() });
    suggest_roles(&mut reply, knowledge, roles.iter().copied(), 3);
    reply.suggest(t!(language, "help"), Request::Help);
    reply
}

/// Help: commands and questions, with roles of this snapshot as examples.
pub(crate) fn help(knowledge: &Knowledge, language: Language) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::Help, t!(language, "help-title"));
    reply.paragraph(t!(language, "help-intro"));
    let (role, first, last) = example_roles(knowledge);
    let items = COMMANDS
        .iter()
        .map(|command| {
            let example = command.example(language, &role, (&first, &last));
            Line::labeled(example, command.description(language))
        })
        .collect();
    reply.bullets(Some(&t!(language, "help-commands")), items);
    let titles =
        |slug: &str| knowledge.by_slug(slug).map_or(String::new(), |role| knowledge.document(role).title.clone());
    let (role_title, first_title, last_title) = (titles(&role), titles(&first), titles(&last));
    let questions = [
        t!(language, "help-question-role", title = &role_title),
        t!(language, "help-question-path", from = &first_title, to = &last_title),
        t!(language, "help-question-compare", one = &first_title, other = &role_title),
        t!(language, "help-question-next", title = &first_title),
        t!(language, "help-question-why", title = &role_title),
    ];
    let items = questions.map(Line::new).into();
    reply.bullets(Some(&t!(language, "help-questions")), items);
    reply.suggest(t!(language, "all-roles"), Request::Roles);
    reply.suggest(role_title, Request::Role { name: role });
    reply.suggest(
        t!(language, "path-between", from = &first_title, to = &last_title),
        Request::Path { from: first, to: last },
    );
    reply
}

/// Slugs for the examples: some role, and both ends of the longest chain of promotions.
fn example_roles(knowledge: &Knowledge) -> (String, String, String) {
    let roles = knowledge.roles();
    let slug = |role: usize| knowledge.document(role).slug.clone();
    let promotion =
        |role: usize| knowledge.career_graph.outgoing(role).into_iter().find(|edge| edge.direction == Direction::Up);
    let chain_from = |from: usize| {
        let mut chain = vec![from];
        // Stop at cycles.
        while let Some(edge) = chain.last().and_then(|role| promotion(*role)).filter(|edge| !chain.contains(&edge.to)) {
            chain.push(edge.to);
        }
        chain
    };
    let starts = roles
        .iter()
        .copied()
        .filter(|role| knowledge.career_graph.incoming(*role).iter().all(|edge| edge.direction != Direction::Up));
    let longest_chain =
        starts.map(chain_from).max_by_key(|chain| (chain.len(), std::cmp::Reverse(chain.first().copied())));
    let ends =
        longest_chain.and_then(|chain| Some((*chain.first()?, *chain.last()?))).filter(|(first, last)| first != last);
    let first = ends.map_or(roles.first().copied().unwrap_or(0), |(first, _)| first);
    let other = roles.iter().copied().find(|role| *role != first).unwrap_or(first);
    let last = ends.map_or(other, |(_, last)| last);
    let role = roles.iter().copied().find(|role| *role != first && *role != last).unwrap_or(first);
    (slug(role), slug(first), slug(last))
}

/// Max documents suggested where there is no answer.
const MAX_SUGGESTIONS: usize = 3;

/// No answer. Suggests documents that the text names and, if `is_question`, those that a search finds.
pub(crate) fn no_answer(knowledge: &Knowledge, language: Language, text: &str, is_question: bool) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::NoAnswer, t!(language, "nothing-title"));
    reply.confidence = 0.0;
    reply.paragraph(t!(language, "nothing"));
    for document in nearest_documents(knowledge, text, is_question) {
        let document = knowledge.document(document);
        if document.is_role() {
            let label = t!(language, "nothing-role", title = &document.title);
            reply.suggest(label, Request::Role { name: document.slug.clone() });
        } else {
            // Questions are understood in English only.
            let question = t!(Language::English, "nothing-topic", title = &document.title);
            reply.suggest(t!(language, "nothing-topic", title = &document.title), Request::Ask { question });
        }
    }
    reply.suggest(t!(language, "all-roles"), Request::Roles);
    reply.suggest(t!(language, "help-title"), Request::Help);
    reply
}

/// The documents that the text names, then, if `is_question`, those that match most of its words.
fn nearest_documents(knowledge: &Knowledge, text: &str, is_question: bool) -> Vec<usize> {
    let sentence = Sentence::parse(knowledge, text);
    let named = sentence.mentions.iter().flat_map(|mention| mention.documents.iter().copied());
    let found = if is_question {
        knowledge.searcher.search(&knowledge.searcher.build_query(&sentence.tokens), 8 * MAX_SUGGESTIONS)
    } else {
        Vec::new()
    };
    let mut nearest: Vec<usize> = Vec::new();
    for document in named.chain(found.into_iter().filter(|hit| hit.coverage > 0.3).map(|hit| hit.document)) {
        if !nearest.contains(&document) {
            nearest.push(document);
        }
    }
    nearest.truncate(MAX_SUGGESTIONS);
    nearest
}

/// A command with an error.
pub(crate) fn usage_error(language: Language, text: &str) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::NoAnswer, t!(language, "mistake-title"));
    reply.confidence = 0.0;
    reply.paragraph(text);
    reply.suggest(t!(language, "help-title"), Request::Help);
    reply
}
