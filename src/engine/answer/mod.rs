//! A function a kind of question: from a library, a reply.

mod builder;
mod career;
mod compare;
mod directory;
mod explain;
mod ladder;
mod menu;
mod metrics;
mod role;
mod search_answers;
mod section;

pub use directory::mistake;
pub use explain::explain;

use crate::engine::intent::understand;
use crate::engine::question::{Bounds, Question, Subject};
use crate::engine::reply::{Block, Kind, Line, Reply};
use crate::engine::request::{Command, Request};
use crate::i18n::{Language, say};
use crate::knowledge::Library;
use crate::search::query::Query;

/// The most words of two names in one text.
const MOST_WORDS: usize = 32;

/// Answers a request in a language.
pub fn answer(library: &Library, request: &Request, bounds: Bounds, language: Language) -> Reply {
    let named = |name: &str, then: fn(&Library, Language, usize) -> Reply| {
        named(library, language, name, |at| then(library, language, at))
    };
    match request {
        Request::Role { name } => named(name, role::card),
        Request::Section { name, section } => {
            self::named(library, language, name, |at| section::section(library, language, at, *section))
        }
        Request::Duties { name } => {
            named(name, |library, language, at| role::duties(library, language, &whole(Kind::Duties, at)))
        }
        Request::Next { name } => {
            named(name, |library, language, at| career::next(library, language, &whole(Kind::Next, at)))
        }
        Request::Compare { one, other } => {
            let missing = || say!(language, "compare-incomplete", usage = &usage("compare", language));
            both_named(library, language, (one, other), missing, compare::compare)
        }
        Request::Who { does } => {
            let text = does.trim().trim_start_matches("who ").trim_end_matches('?');
            ask(library, language, &format!("who {text}?"), bounds)
        }
        Request::Path { from, to } => {
            let missing = || say!(language, "path-incomplete", usage = &usage("path", language));
            both_named(library, language, (from, to), missing, career::path)
        }
        Request::Ladder { family } => ladder::ladder(library, language, family),
        Request::Ask { question } => ask(library, language, question, bounds),
        Request::Roles => directory::roles(library, language),
        Request::Help => directory::help(library, language),
    }
}

fn usage(command: &str, language: Language) -> String {
    Command::named(command).map_or(String::new(), |command| command.usage(language))
}

/// A question for all that there is of one role.
fn whole(kind: Kind, role: usize) -> Question {
    let (query, hits) = (Query::default(), Vec::new());
    Question { kind, roles: vec![role], subject: Subject::Whole, query, hits, confidence: 1.0 }
}

fn ask(library: &Library, language: Language, text: &str, bounds: Bounds) -> Reply {
    let Some(question) = understand(library, text) else { return directory::nothing(library, language, text, false) };
    if question.confidence >= bounds.channel {
        return read(library, language, &question, true);
    }
    let mut reply = match (&question.subject, question.roles.as_slice()) {
        (Subject::Measure(measure), [role, ..])
            if question.hits.is_empty() && !metrics::any(library, &question.roles, measure) =>
        {
            metrics::without(library, language, *role, measure)
        }
        _ if question.kind == Kind::Check => read(library, language, &question, false),
        _ if question.confidence >= bounds.direct => hedged(read(library, language, &question, false)),
        _ => directory::nothing(library, language, text, true),
    };
    reply.answered = false;
    reply.confidence = question.confidence;
    reply
}

/// What comes nearest, for whoever asked the bot itself: said to be no more than that.
fn hedged(mut reply: Reply) -> Reply {
    reply.title = say!(reply.language, "perhaps", title = &reply.title);
    let text = say!(reply.language, "perhaps-nearest");
    reply.blocks.insert(0, Block::Paragraph(Line { text, ..Line::default() }));
    reply
}

/// The answer to a question as it was understood; a verdict of yes or no only where that is `sure`.
fn read(library: &Library, language: Language, question: &Question, sure: bool) -> Reply {
    let mut reply = match question.kind {
        Kind::Path => career::path(library, language, question.roles[0], question.roles[1]),
        Kind::Compare => compare::compare(library, language, question.roles[0], question.roles[1]),
        Kind::Next => career::next(library, language, question),
        Kind::Into => career::into(library, language, question),
        Kind::Why => role::why(library, language, question.roles[0]),
        Kind::Duties => role::duties(library, language, question),
        Kind::Who => search_answers::who(library, language, question),
        Kind::Check => search_answers::check(library, language, question, sure),
        Kind::Fact => metrics::fact(library, language, question),
        Kind::Topic => search_answers::topic(library, language, question),
        Kind::Which => role::which(library, language, &question.roles),
        Kind::Role => role::card(library, language, question.roles[0]),
        Kind::Ladder => match &question.subject {
            Subject::Family(family) => ladder::ladder(library, language, family),
            _ => ladder::ladder(library, language, ""),
        },
        Kind::Roles | Kind::Help | Kind::None => directory::nothing(library, language, "", false),
    };
    reply.confidence = question.confidence;
    reply
}

/// What `then` makes of the role with this name; a word back where there is none, or more than one.
fn named(library: &Library, language: Language, name: &str, then: impl FnOnce(usize) -> Reply) -> Reply {
    let found: Vec<usize> = library.names.find(name).into_iter().filter(|at| library.document(*at).is_role()).collect();
    match found.as_slice() {
        [] => role::unknown(library, language, name),
        [one] => then(*one),
        several => role::which(library, language, several),
    }
}

/// What `then` makes of two roles; the first name holds both where the second is empty, and what is `missing` is said where it does not.
fn both_named(
    library: &Library,
    language: Language,
    (one, other): (&str, &str),
    missing: impl FnOnce() -> String,
    then: fn(&Library, Language, usize, usize) -> Reply,
) -> Reply {
    let (one, other) = if other.is_empty() { split_names(library, one) } else { (one.to_owned(), other.to_owned()) };
    if other.is_empty() && library.names.find(&one).len() == 1 {
        return mistake(language, &missing());
    }
    named(library, language, &one, |one| named(library, language, &other, |other| then(library, language, one, other)))
}

/// Two names in one text without anything between: wherever both halves are names.
fn split_names(library: &Library, text: &str) -> (String, String) {
    let words: Vec<&str> = text.split_whitespace().take(MOST_WORDS + 1).collect();
    // Two names are not so long, and every place between two words costs two searches.
    let places = if words.len() > MOST_WORDS { 0..0 } else { 1..words.len() };
    places
        .map(|at| (words[..at].join(" "), words[at..].join(" ")))
        .find(|(from, to)| library.names.find(from).len() == 1 && library.names.find(to).len() == 1)
        .unwrap_or_else(|| (text.to_owned(), String::new()))
}
