//! Languages: messages, locales, localized commands, and replies of which only the fixed phrases differ.

mod article;
mod catalogues;

use std::collections::{BTreeMap, BTreeSet};

use rolecall::diagram::alt_text;
use rolecall::discord::protocol::encode;
use rolecall::discord::protocol::fields;
use rolecall::discord::protocol::limits::utf16_len;
use rolecall::discord::protocol::paginate;
use rolecall::engine::app::Ask;
use rolecall::engine::reply::{Block, Reply, Style};
use rolecall::engine::request::{COMMANDS, Command, Request, SECTIONS};
use rolecall::engine::spaces::SpaceId;
use rolecall::i18n::Language;

use crate::stage::{BOT, Place, SHIPPED, feed, finish, shipped};

#[test]
fn messages_use_plurals_articles_and_arguments() {
    let steps = |language: Language, count: usize| {
        language.translate("path-steps", &[("count", count.into()), ("way", "Cook → Baker".into())])
    };
    assert_eq!(steps(Language::English, 1), "1 step: Cook → Baker");
    assert_eq!(steps(Language::English, 12), "12 steps: Cook → Baker");
    assert_eq!(steps(Language::German, 1), "1 Schritt: Cook → Baker");
    assert_eq!(steps(Language::Spanish, 1_000_000), "1000000 pasos: Cook → Baker");
    let into = |title: &str| Language::English.translate("into-title", &[("title", title.into())]);
    assert_eq!([into("Cook"), into("Usher")], ["How to become a Cook", "How to become an Usher"]);
    let section = |language: Language| {
        let (title, section) = ("Cook".into(), SECTIONS[2].0.localized_name(language));
        language.translate("card-section", &[("title", title), ("section", section.as_str().into())])
    };
    assert_eq!(Language::ALL.map(section), ["Cook: responsibilities", "Cook: Aufgaben", "Cook: responsabilidades"]);
    // An argument is inserted verbatim, even if it looks like Fluent syntax.
    let odd = "{ $x } { ARTICLE($y) }\n.about = *";
    assert_eq!(Language::German.translate("from-role", &[("title", odd.into())]), format!("Von {odd}"));
}

#[test]
fn a_locale_maps_to_a_language() {
    let of = |locale: &str| Language::from_locale(locale);
    for (locale, language) in [("de", Language::German), ("es-ES", Language::Spanish), ("es-419", Language::Spanish)] {
        assert_eq!(of(locale), Some(language));
    }
    for locale in ["en-US", "en-GB", "EN"] {
        assert_eq!(of(locale), Some(Language::English));
    }
    for locale in ["fr", "", "-", "deu", "pt-BR"] {
        assert_eq!(of(locale), None);
    }
}

#[test]
fn no_command_name_is_shared_by_two_commands() {
    let mut all: BTreeMap<String, &str> = BTreeMap::new();
    for language in Language::ALL {
        let mut here = BTreeSet::new();
        for command in &COMMANDS {
            let name = command.localized_name(language);
            assert!(here.insert(name.clone()), "{name} twice in {language:?}");
            assert_eq!(*all.entry(name.clone()).or_insert(command.name), command.name, "{name}");
            let (found, _) = Command::by_localized_name(&name).expect("a command");
            assert_eq!(found.name, command.name);
        }
        let words: BTreeSet<String> = SECTIONS.iter().map(|(section, _)| section.option_value(language)).collect();
        assert_eq!(words.len(), SECTIONS.len(), "{language:?}");
        for (section, _) in SECTIONS {
            let typed = format!("/role cook section:{}", section.option_value(language));
            let name = "cook".to_owned();
            assert_eq!(Request::parse(&typed), Ok(Request::Section { name, section }), "{typed}");
        }
    }
    assert_eq!(Language::ALL.map(|language| COMMANDS[0].localized_name(language)), ["role", "rolle", "rol"]);
}

#[test]
fn commands_are_parsed_in_each_language() {
    let same = |typed: &str, as_well: &str| {
        let (one, other) = (Request::parse(typed), Request::parse(as_well));
        assert!(one.is_ok() && one == other, "{typed} is {one:?}, {as_well} is {other:?}");
    };
    same("/rolle pd", "/role pd");
    same("/Pfad apm cpo", "/path apm cpo");
    same("/pfad von product manager nach cpo", "/path from product manager to cpo");
    same("/ruta desde product manager hasta cpo", "/path from product manager to cpo");
    same("/vergleich product manager und cpo", "/compare product manager and cpo");
    same("/comparar product manager y cpo", "/compare product manager and cpo");
    same("/quién plans the launch", "/who plans the launch");
    same("/QUIEN plans the launch", "/who plans the launch");
    same("/rolle pd abschnitt:warum", "/role pd section:why");
    same("/rol pd seccion:porque", "/role pd section:why");
    same("/rolle pd section:überblick", "/role pd section:summary");
    same("/hilfe", "/help");
    assert!(Request::parse("/hilfee").is_err());
}

/// Requests of every kind over the shipped corpus.
fn requests() -> Vec<Request> {
    let library = BOT.knowledge(SpaceId::Global);
    let mut requests: Vec<Request> = Vec::new();
    for &at in library.roles() {
        let name = library.document(at).slug.clone();
        requests.extend(SECTIONS.map(|(section, _)| Request::Section { name: name.clone(), section }));
        requests.push(Request::Duties { name: name.clone() });
        requests.push(Request::Next { name: name.clone() });
        requests.push(Request::Ask { question: format!("how do I become a {}?", library.document(at).title) });
        requests.push(Request::Ask { question: format!("why do we have a {}?", library.document(at).title) });
        requests.push(Request::Path { from: "pm".to_owned(), to: name.clone() });
        requests.push(Request::Path { from: "pd".to_owned(), to: name.clone() });
        requests.push(Request::Compare { one: "spm".to_owned(), other: name.clone() });
        requests.push(Request::Role { name });
    }
    let asked = [
        "who decides what gets built next?",
        "do principal PMs manage people?",
        "does a cpo write code?",
        "how tall is mount everest?",
        "how much does a principal earn?",
        "how much does a developer earn?",
        "what should a road map contain?",
        "apm vs pm",
        "how do I get into product management?",
        "who holds the budget of one portfolio?",
        "is a senior pm a product manager?",
    ];
    requests.extend(asked.map(|question| Request::Ask { question: question.to_owned() }));
    requests.extend(["astronaut", "head", "produt desinger"].map(|name| Request::Role { name: name.to_owned() }));
    let typed = ["/roles", "/help", "/ladder", "/ladder circus", "/ladder product team", "/path pm", "/compare pm"];
    requests.extend(typed.map(|typed| Request::parse(typed).expect("a command")));
    requests
}

/// Answers a request, and checks that each suggested command parses to its request.
fn answered(request: &Request, language: Language) -> Reply {
    let reply = BOT.handle(&Ask::global(language, request));
    assert_eq!(reply.language, language);
    for step in &reply.suggestions {
        let typed = step.request.to_command_text(language);
        assert_eq!(Request::parse(&typed).as_ref(), Ok(&step.request), "{typed}");
        assert!(!step.label.is_empty(), "{typed}");
    }
    reply
}

#[test]
fn statements_of_the_corpus_are_not_translated() {
    let statements = |reply: &Reply| -> Vec<String> {
        let lines = reply.blocks.iter().flat_map(|block| match block {
            Block::Paragraph(line) => vec![line],
            Block::Bullets { items, .. } | Block::Fields(items) => items.iter().collect(),
        });
        lines.filter(|line| !line.sources.is_empty()).map(|line| line.text.clone()).collect()
    };
    for request in requests() {
        let english = answered(&request, Language::English);
        for language in [Language::German, Language::Spanish] {
            let other = answered(&request, language);
            assert_eq!(statements(&other).len(), statements(&english).len(), "{request}");
            // An entry step starts with an arrow and has a translated word in brackets.
            for (one, other) in
                statements(&english).iter().zip(statements(&other)).filter(|(one, _)| !one.starts_with('→'))
            {
                assert_eq!(*one, other, "{request}");
            }
            let facts = |reply: &Reply| {
                (
                    reply.kind,
                    reply.answered,
                    reply.roles.clone(),
                    reply.path.clone(),
                    reply.sources.clone(),
                    reply.diagram.clone(),
                )
            };
            assert_eq!(facts(&other), facts(&english), "{request}");
            let next = |reply: &Reply| reply.suggestions.iter().map(|step| step.request.clone()).collect::<Vec<_>>();
            assert_eq!(next(&other), next(&english), "{request}");
        }
    }
}

#[test]
fn the_example_questions_of_help_are_answered() {
    for language in Language::ALL {
        let help = BOT.handle(&Ask::global(language, &Request::Help));
        let Some(Block::Bullets { items, .. }) = help.blocks.last() else { panic!("{help:?}") };
        assert_eq!(items.len(), 5);
        for item in items {
            assert!(BOT.handle_text(&item.text).answered, "{}", item.text);
        }
    }
}

#[test]
fn the_reserved_lengths_hold_large_counts() {
    for language in Language::ALL {
        let count = [("count", 1_234_567.into())];
        let more = utf16_len(&language.translate("and-more", &count));
        let name = utf16_len(&language.translate("more", &[]));
        assert!(more + name.max(utf16_len("…\n\n*… *")) <= paginate::PAGE_NOTE_RESERVE, "{language:?}");
        assert!(utf16_len("\n") + more <= fields::SOURCE_NOTE_RESERVE, "{language:?}");
        let page = language.translate("page-of", &[("page", 123.into()), ("count", 4567.into())]);
        assert!(utf16_len(" · ") + utf16_len(&page) <= encode::PAGE_LABEL_RESERVE, "{language:?}");
        assert!(utf16_len(&language.translate("words-more", &count)) <= alt_text::OVERFLOW_NOTE_LEN, "{language:?}");
    }
}

#[test]
fn the_console_uses_the_configured_language() {
    let mut german = shipped(&["console"]);
    german.env("ROLECALL_LANGUAGE", "de");
    let outcome = feed(german, "/rolle pd\n/path apm apm\n");
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    for text in ["Aufgaben", "Quellen", "Frag als Nächstes\n  /aufgaben product-designer", "Du bist schon da"] {
        assert!(outcome.out.contains(text), "{text}: {}", outcome.out);
    }
    let mut spanish = shipped(&["ladder", "apm", "cpo", "--svg", "-"]);
    spanish.env("ROLECALL_LANGUAGE", "ES");
    assert!(finish(spanish).out.contains("De Associate Product Manager"));
    let place = Place::new();
    place.write(".env", "ROLECALL_LANGUAGE=fr\n");
    let wrong = place.run(&["--corpus", SHIPPED, "ask", "/help"]);
    let message = "ROLECALL_LANGUAGE: \"fr\" is not a supported language; write one of en, de, es, or leave it out";
    assert!(wrong.code == Some(1) && wrong.err.contains(message), "{}", wrong.err);
}

#[test]
fn a_text_reply_has_no_english_phrases_in_another_language() {
    // English phrases that no document contains in this form.
    let english =
        ["\nSources\n", "Ask next", "Also called", "In figures", "Not part of the job", "What it takes", "Left behind"];
    for request in requests() {
        for language in [Language::German, Language::Spanish] {
            let text = BOT.handle(&Ask::global(language, &request)).to_text(&Style::PLAIN);
            for word in english {
                assert!(!text.contains(word), "{request} in {language:?} says {word}:\n{text}");
            }
        }
    }
}
