//! A function a kind of question: from a library, a reply.

mod career;
mod compare;
mod directory;
mod draft;
mod explain;
mod figures;
mod find;
mod ladder;
mod menu;
mod role;
mod section;

pub use directory::mistake;
pub use explain::explain;

use crate::bot::question::{Bounds, Question, Subject};
use crate::bot::reply::{Block, Kind, Line, Reply};
use crate::bot::request::Request;
use crate::bot::understand::understand;
use crate::library::Library;
use crate::library::query::Query;

/// Answers a request.
pub fn answer(library: &Library, request: &Request, bounds: Bounds) -> Reply {
    match request {
        Request::Role { name } => named(library, name, |at| role::card(library, at)),
        Request::Section { name, section } => named(library, name, |at| section::section(library, at, *section)),
        Request::Duties { name } => named(library, name, |at| role::duties(library, &whole(Kind::Duties, at))),
        Request::Next { name } => named(library, name, |at| career::next(library, &whole(Kind::Next, at))),
        Request::Compare { one, other } => {
            let missing = "A comparison needs two roles. For example: /compare <one> <other>";
            both_named(library, (one, other), missing, |one, other| compare::compare(library, one, other))
        }
        Request::Who { does } => {
            let text = does.trim().trim_start_matches("who ").trim_end_matches('?');
            ask(library, &format!("who {text}?"), bounds)
        }
        Request::Path { from, to } => {
            let missing =
                "A path needs two roles: the one to start from, and the one to reach. For example: /path <from> <to>";
            both_named(library, (from, to), missing, |from, to| career::path(library, from, to))
        }
        Request::Ladder { family } => ladder::ladder(library, family),
        Request::Ask { question } => ask(library, question, bounds),
        Request::Roles => directory::roles(library),
        Request::Help => directory::help(library),
    }
}

/// A question for all that there is of one role.
fn whole(kind: Kind, role: usize) -> Question {
    let (query, hits) = (Query::default(), Vec::new());
    Question { kind, roles: vec![role], subject: Subject::Whole, query, hits, confidence: 1.0 }
}

fn ask(library: &Library, text: &str, bounds: Bounds) -> Reply {
    let Some(question) = understand(library, text) else { return directory::nothing(library, text, false) };
    if question.confidence >= bounds.channel {
        return read(library, &question, true);
    }
    let mut reply = match (&question.subject, question.roles.as_slice()) {
        (Subject::Measure(measure), [role, ..])
            if question.hits.is_empty() && !figures::any(library, &question.roles, measure) =>
        {
            figures::without(library, *role, measure)
        }
        _ if question.kind == Kind::Check => read(library, &question, false),
        _ if question.confidence >= bounds.direct => hedged(read(library, &question, false)),
        _ => directory::nothing(library, text, true),
    };
    reply.answered = false;
    reply.confidence = question.confidence;
    reply
}

/// What comes nearest, for whoever asked the bot itself: said to be no more than that.
fn hedged(mut reply: Reply) -> Reply {
    reply.title = format!("Perhaps: {}", reply.title);
    let text = "I am not sure that this is what you ask. What comes nearest in my documents:".to_owned();
    reply.blocks.insert(0, Block::Paragraph(Line { text, ..Line::default() }));
    reply
}

/// The answer to a question as it was understood; a verdict of yes or no only where that is `sure`.
fn read(library: &Library, question: &Question, sure: bool) -> Reply {
    let mut reply = match question.kind {
        Kind::Path => career::path(library, question.roles[0], question.roles[1]),
        Kind::Compare => compare::compare(library, question.roles[0], question.roles[1]),
        Kind::Next => career::next(library, question),
        Kind::Into => career::into(library, question),
        Kind::Why => role::why(library, question.roles[0]),
        Kind::Duties => role::duties(library, question),
        Kind::Who => find::who(library, question),
        Kind::Check => find::check(library, question, sure),
        Kind::Fact => figures::fact(library, question),
        Kind::Topic => find::topic(library, question),
        Kind::Which => role::which(library, &question.roles),
        Kind::Role => role::card(library, question.roles[0]),
        Kind::Ladder | Kind::Roles | Kind::Help | Kind::None => directory::nothing(library, "", false),
    };
    reply.confidence = question.confidence;
    reply
}

/// What `then` makes of the role with this name; a word back where there is none, or more than one.
fn named(library: &Library, name: &str, then: impl FnOnce(usize) -> Reply) -> Reply {
    let found: Vec<usize> = library.names.find(name).into_iter().filter(|at| library.document(*at).is_role()).collect();
    match found.as_slice() {
        [] => role::unknown(library, name),
        [one] => then(*one),
        several => role::which(library, several),
    }
}

/// What `then` makes of two roles; the first name holds both where the second is empty, and what is `missing` is said where it does not.
fn both_named(
    library: &Library,
    (one, other): (&str, &str),
    missing: &str,
    then: impl FnOnce(usize, usize) -> Reply,
) -> Reply {
    let (one, other) = if other.is_empty() { split_names(library, one) } else { (one.to_owned(), other.to_owned()) };
    if other.is_empty() && library.names.find(&one).len() == 1 {
        return mistake(missing);
    }
    named(library, &one, |one| named(library, &other, |other| then(one, other)))
}

/// Two names in one text without anything between: wherever both halves are names.
fn split_names(library: &Library, text: &str) -> (String, String) {
    let words: Vec<&str> = text.split_whitespace().collect();
    (1..words.len())
        .map(|at| (words[..at].join(" "), words[at..].join(" ")))
        .find(|(from, to)| library.names.find(from).len() == 1 && library.names.find(to).len() == 1)
        .unwrap_or_else(|| (text.to_owned(), String::new()))
}
