//! Builds the reply to a request: one function for each kind.

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

pub(crate) use directory::usage_error;
pub(crate) use explain::explain;

use crate::engine::intent::interpret;
use crate::engine::question::{Question, Subject, Thresholds};
use crate::engine::reply::{Block, Line, Reply, ReplyKind};
use crate::engine::request::{Command, Request};
use crate::i18n::{Language, t};
use crate::knowledge::Knowledge;
use crate::search::query::Query;

/// Max words in a text of two names; each split costs two lookups.
const MAX_NAME_WORDS: usize = 32;

/// Answers a request in a language.
pub fn answer(knowledge: &Knowledge, request: &Request, thresholds: Thresholds, language: Language) -> Reply {
    let for_role = |name: &str, then: fn(&Knowledge, Language, usize) -> Reply| {
        with_role(knowledge, language, name, |role| then(knowledge, language, role))
    };
    match request {
        Request::Role { name } => for_role(name, role::card),
        Request::Section { name, section } => {
            with_role(knowledge, language, name, |role| section::card_section(knowledge, language, role, *section))
        }
        Request::Duties { name } => for_role(name, |knowledge, language, role| {
            role::duties(knowledge, language, &whole_role_question(ReplyKind::Duties, role))
        }),
        Request::Next { name } => for_role(name, |knowledge, language, role| {
            career::next(knowledge, language, &whole_role_question(ReplyKind::Next, role))
        }),
        Request::Compare { one, other } => {
            let missing = || t!(language, "compare-incomplete", usage = &usage("compare", language));
            with_two_roles(knowledge, language, (one, other), missing, compare::compare)
        }
        Request::FindOwner { activity } => {
            let text = activity.trim().trim_start_matches("who ").trim_end_matches('?');
            answer_text(knowledge, language, &format!("who {text}?"), thresholds)
        }
        Request::Path { from, to } => {
            let missing = || t!(language, "path-incomplete", usage = &usage("path", language));
            with_two_roles(knowledge, language, (from, to), missing, career::path)
        }
        Request::Ladder { family } => ladder::ladder(knowledge, language, family),
        Request::Ask { question } => answer_text(knowledge, language, question, thresholds),
        Request::Roles => directory::roles(knowledge, language),
        Request::Help => directory::help(knowledge, language),
    }
}

fn usage(command: &str, language: Language) -> String {
    Command::by_name(command).map_or(String::new(), |command| command.usage(language))
}

/// A question for everything about one role.
fn whole_role_question(kind: ReplyKind, role: usize) -> Question {
    let (query, hits) = (Query::default(), Vec::new());
    Question { kind, roles: vec![role], subject: Subject::All, query, hits, confidence: 1.0 }
}

fn answer_text(knowledge: &Knowledge, language: Language, text: &str, thresholds: Thresholds) -> Reply {
    let Some(question) = interpret(knowledge, text) else {
        return directory::no_answer(knowledge, language, text, false);
    };
    if question.confidence >= thresholds.channel {
        return answer_question(knowledge, language, &question, true);
    }
    let mut reply = match (&question.subject, question.roles.as_slice()) {
        (Subject::Measure(measure), [role, ..])
            if question.hits.is_empty() && !metrics::has_metric(knowledge, &question.roles, measure) =>
        {
            metrics::no_metric(knowledge, language, *role, measure)
        }
        _ if question.kind == ReplyKind::YesNo => answer_question(knowledge, language, &question, false),
        _ if question.confidence >= thresholds.direct => {
            mark_tentative(answer_question(knowledge, language, &question, false))
        }
        _ => directory::no_answer(knowledge, language, text, true),
    };
    reply.answered = false;
    reply.confidence = question.confidence;
    reply
}

/// Marks a reply as tentative: the nearest passages only.
fn mark_tentative(mut reply: Reply) -> Reply {
    reply.title = t!(reply.language, "perhaps", title = &reply.title);
    reply.blocks.insert(0, Block::Paragraph(Line::new(t!(reply.language, "perhaps-nearest"))));
    reply
}

/// Answers an interpreted question. If not `confident`, a yes-or-no question is left undecided.
fn answer_question(knowledge: &Knowledge, language: Language, question: &Question, confident: bool) -> Reply {
    let mut reply = match question.kind {
        ReplyKind::Path => career::path(knowledge, language, question.roles[0], question.roles[1]),
        ReplyKind::Compare => compare::compare(knowledge, language, question.roles[0], question.roles[1]),
        ReplyKind::Next => career::next(knowledge, language, question),
        ReplyKind::HowToBecome => career::how_to_become(knowledge, language, question),
        ReplyKind::Why => role::why(knowledge, language, question.roles[0]),
        ReplyKind::Duties => role::duties(knowledge, language, question),
        ReplyKind::FindOwner => search_answers::find_owner(knowledge, language, question),
        ReplyKind::YesNo => search_answers::yes_no(knowledge, language, question, confident),
        ReplyKind::Metric => metrics::metric(knowledge, language, question),
        ReplyKind::Topic => search_answers::topic(knowledge, language, question),
        ReplyKind::Disambiguate => role::disambiguate(knowledge, language, &question.roles),
        ReplyKind::Role => role::card(knowledge, language, question.roles[0]),
        ReplyKind::Ladder => match &question.subject {
            Subject::Family(family) => ladder::ladder(knowledge, language, family),
            _ => ladder::ladder(knowledge, language, ""),
        },
        ReplyKind::Roles | ReplyKind::Help | ReplyKind::NoAnswer => {
            directory::no_answer(knowledge, language, "", false)
        }
    };
    reply.confidence = question.confidence;
    reply
}

/// Calls `then` with the role of this name; asks back if there is none or several.
fn with_role(knowledge: &Knowledge, language: Language, name: &str, then: impl FnOnce(usize) -> Reply) -> Reply {
    let found: Vec<usize> =
        knowledge.names.find(name).into_iter().filter(|document| knowledge.document(*document).is_role()).collect();
    match found.as_slice() {
        [] => role::unknown_role(knowledge, language, name),
        [one] => then(*one),
        several => role::disambiguate(knowledge, language, several),
    }
}

/// Calls `then` with two roles. If `other` is empty, `one` holds both names; `missing` is the message for a single one.
fn with_two_roles(
    knowledge: &Knowledge,
    language: Language,
    (one, other): (&str, &str),
    missing: impl FnOnce() -> String,
    then: fn(&Knowledge, Language, usize, usize) -> Reply,
) -> Reply {
    let (one, other) = if other.is_empty() { split_names(knowledge, one) } else { (one.to_owned(), other.to_owned()) };
    if other.is_empty() && knowledge.names.find(&one).len() == 1 {
        return usage_error(language, &missing());
    }
    with_role(knowledge, language, &one, |one| {
        with_role(knowledge, language, &other, |other| then(knowledge, language, one, other))
    })
}

/// Splits a text at the first place where both halves are names.
fn split_names(knowledge: &Knowledge, text: &str) -> (String, String) {
    let words: Vec<&str> = text.split_whitespace().take(MAX_NAME_WORDS + 1).collect();
    let positions = if words.len() > MAX_NAME_WORDS { 0..0 } else { 1..words.len() };
    positions
        .map(|at| (words[..at].join(" "), words[at..].join(" ")))
        .find(|(from, to)| knowledge.names.find(from).len() == 1 && knowledge.names.find(to).len() == 1)
        .unwrap_or_else(|| (text.to_owned(), String::new()))
}
