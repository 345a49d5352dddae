//! What members type, the plain, the odd and the hostile: a command or a sentence in, a fitting reply out, whatever it is.

use proptest::prelude::*;
use rolecall::engine::app::{App, Ask};
use rolecall::engine::question::Thresholds;
use rolecall::engine::reply::{Reply, ReplyKind, Style};
use rolecall::engine::request::{COMMANDS, SECTIONS};
use rolecall::engine::spaces;
use rolecall::i18n::Language;

use crate::stage::BOT;

fn ask(typed: &str) -> Reply {
    BOT.handle_text(typed)
}

fn text(reply: &Reply) -> String {
    reply.to_text(&Style::PLAIN)
}

const LADDER: [&str; 6] = [
    "associate-product-manager",
    "product-manager",
    "senior-product-manager",
    "group-product-manager",
    "head-of-product",
    "chief-product-officer",
];

#[test]
fn a_role_is_found_by_slug_title_and_abbreviation() {
    let names = ["product-designer", "Product Designer", "pd", "PD", " product  designers ", "prodcut desinger"];
    for name in names {
        let reply = ask(&format!("/role {name}"));
        assert_eq!((reply.kind, reply.answered), (ReplyKind::Role, true), "{name}");
        assert_eq!(reply.roles, ["product-designer"], "{name}");
        assert!(reply.sources.iter().any(|source| source.file == "product-designer.md"), "{name}");
    }
}

#[test]
fn a_path_names_every_role_on_the_way() {
    for typed in ["/path apm cpo", "/path apm -> cpo", "/path from apm to cpo", "/path junior pm, vp of product"] {
        let reply = ask(typed);
        assert_eq!((reply.kind, reply.answered), (ReplyKind::Path, true), "{typed}");
        assert_eq!(reply.path, LADDER, "{typed}");
        assert!(!reply.sources.is_empty(), "{typed}");
    }
}

#[test]
fn a_path_takes_names_with_spaces_in_them() {
    let reply = ask("/path product designer group pm");
    let way: Vec<&str> = ["product-designer"].into_iter().chain(LADDER[..4].iter().copied()).collect();
    assert_eq!(reply.path, way);
}

#[test]
fn a_path_from_a_role_to_itself_is_answered_without_steps() {
    let reply = ask("/path apm apm");
    assert_eq!((reply.kind, reply.answered), (ReplyKind::Path, true));
    assert!(reply.path.len() <= 1, "{:?}", reply.path);
    assert_eq!(reply.roles, ["associate-product-manager"]);
}

#[test]
fn a_path_downwards_says_so_and_shows_the_way_up() {
    let reply = ask("/path cpo apm");
    assert_eq!((reply.kind, reply.answered), (ReplyKind::Path, true));
    assert!(reply.path.is_empty() || reply.path == LADDER, "no steps lead down: {:?}", reply.path);
    let shown = text(&reply);
    let at = |title: &str| shown.rfind(title).unwrap_or_else(|| panic!("{title} is not in {shown}"));
    assert!(at("Senior Product Manager") < at("Head of Product"), "the way up is shown in its order: {shown}");
}

#[test]
fn a_name_that_nobody_bears_is_met_with_suggestions() {
    for (typed, near) in [
        ("/role chief product wizard", "chief-product-officer"),
        ("/duties growth product wrangler", "growth-product-manager"),
        ("/path apm chief product wizard", "chief-product-officer"),
    ] {
        let reply = ask(typed);
        assert_eq!((reply.kind, reply.answered), (ReplyKind::NoAnswer, false), "{typed}");
        let offered = reply.suggestions.iter().any(|step| step.request.to_string().contains(near));
        assert!(offered, "{typed}: {:?}", reply.suggestions);
    }
}

#[test]
fn a_name_that_is_like_none_is_met_with_the_directory() {
    let reply = ask("/role xyzzy");
    assert!(!reply.answered);
    assert!(reply.suggestions.iter().any(|step| step.request.to_string() == "/roles"), "{:?}", reply.suggestions);
}

#[test]
fn an_unknown_command_is_met_with_the_commands_that_there_are() {
    let reply = ask("/rollo apm");
    assert!(!reply.answered);
    let shown = text(&reply);
    assert!(COMMANDS.iter().all(|command| shown.contains(&format!("/{}", command.name))), "{shown}");
}

#[test]
fn a_command_without_what_it_needs_says_what_is_missing() {
    for command in COMMANDS.iter().filter(|command| command.options.iter().any(|option| option.required)) {
        for typed in [format!("/{}", command.name), format!("/{}  ", command.name.to_uppercase())] {
            let reply = ask(&typed);
            assert!(!reply.answered, "{typed}");
            assert!(text(&reply).contains(command.options[0].name), "{typed}: {}", text(&reply));
        }
    }
}

#[test]
fn a_section_that_there_is_not_is_met_with_those_that_there_are() {
    let reply = ask("/role pm section:horoscope");
    assert!(!reply.answered && text(&reply).contains("responsibilities"), "{}", text(&reply));
    for (_, word) in SECTIONS {
        let reply = ask(&format!("/role associate product manager section:{word}"));
        assert!(reply.answered && reply.roles == ["associate-product-manager"], "{word}: {}", text(&reply));
    }
}

#[test]
fn every_command_answers_its_own_example() {
    for language in Language::ALL {
        for command in &COMMANDS {
            let typed = command.example(language, "pm", ("apm", "cpo"));
            let reply = ask(&typed);
            assert!(reply.answered, "{typed}: {}", text(&reply));
        }
    }
}

#[test]
fn what_a_reply_offers_next_is_answered() {
    let asked = ["/help", "/roles", "/role pm", "/duties spm", "/path apm cpo", "/role xyzzy", "who owns the roadmap?"];
    for typed in asked {
        for step in ask(typed).suggestions {
            assert!(
                BOT.handle(&Ask::global(BOT.language(), &step.request)).answered,
                "{typed} offers {}",
                step.request
            );
            let again = step.request.to_string();
            assert_eq!(
                text(&BOT.handle(&Ask::global(BOT.language(), &step.request))),
                text(&ask(&again)),
                "{again} typed is another request"
            );
        }
    }
}

#[test]
fn who_owns_the_roadmap_is_answered_with_a_source() {
    let reply = ask("who owns the roadmap?");
    assert!(reply.answered);
    assert_eq!(reply.roles.first().map(String::as_str), Some("product-manager"));
    assert!(!reply.sources.is_empty());
}

#[test]
fn what_a_role_inherits_counts_as_its_own() {
    let reply = ask("does a senior pm look after the backlog?");
    assert!(reply.answered);
    assert_eq!(reply.roles.first().map(String::as_str), Some("senior-product-manager"));
    assert!(reply.sources.iter().any(|source| source.file == "product-manager.md"), "{:?}", reply.sources);
}

#[test]
fn a_figure_that_is_there_is_not_denied_where_the_rest_of_the_question_is_not_understood() {
    let reply = ask("how much did the principal pm at acme corp in berlin get paid in salary");
    assert!(!reply.answered && !text(&reply).contains("They give no"), "{}", text(&reply));

    let reply = ask("how many suppliers did the sourcing people at acme berlin shout at");
    assert!(!reply.answered && !text(&reply).contains("They give no"), "{}", text(&reply));
    assert!(!text(&reply).contains("/role sourcing"), "{}", text(&reply));
}

#[test]
fn a_figure_that_is_not_there_is_said_to_be_missing_with_the_roles_that_have_one() {
    let reply = ask("how much does a growth pm earn?");
    assert!(
        !reply.answered && text(&reply).contains("They give no pay for Growth Product Manager."),
        "{}",
        text(&reply)
    );
    assert!(text(&reply).contains("/role principal-product-manager"), "{}", text(&reply));
}

#[test]
fn a_word_without_sense_is_declined_politely() {
    let reply = ask("asdf");
    assert_eq!((reply.kind, reply.answered), (ReplyKind::NoAnswer, false));
    assert!(reply.sources.is_empty() && reply.roles.is_empty(), "{reply:?}");
    assert!(!reply.suggestions.is_empty(), "it offers a way on");
}

#[test]
fn what_is_not_sure_is_told_as_what_comes_nearest() {
    let typed = "who works out what we ought to charge";
    let reply = ask(typed);
    assert!(!reply.answered && reply.kind == ReplyKind::FindOwner && reply.confidence < 0.5, "{reply:?}");
    assert!(text(&reply).starts_with("Perhaps: ") && text(&reply).contains("I am not sure"), "{}", text(&reply));

    let shipped = spaces::open(crate::stage::SHIPPED.as_ref(), None, |_, _| {}).expect("the shipped corpus");
    let firm = App::new(shipped, Thresholds { channel: 0.5, direct: 0.5 });
    let reply = firm.handle_text(typed);
    assert!(!reply.answered && reply.kind == ReplyKind::NoAnswer, "{}", text(&reply));
}

#[test]
fn yes_or_no_is_not_said_where_the_sources_do_not() {
    let reply = ask("does a product manager read private mail of colleagues");
    assert!(
        !reply.answered && text(&reply).contains("The sources do not say so, nor the opposite"),
        "{}",
        text(&reply)
    );
}

#[test]
fn where_there_is_no_answer_the_nearest_questions_are_offered() {
    let reply = ask("our growth pm asked for a raise yesterday lol");
    let labels: Vec<&str> = reply.suggestions.iter().map(|step| step.label.as_str()).collect();
    assert!(!reply.answered && labels.contains(&"What does a Growth Product Manager do?"), "{labels:?}");
}

#[test]
fn every_source_of_an_answer_stands_where_it_says() {
    for typed in ["/role pm", "/duties cpo", "/path apm cpo", "who owns the roadmap?", "how much does an apm earn?"] {
        let reply = ask(typed);
        assert!(!reply.sources.is_empty(), "{typed}");
        for source in &reply.sources {
            let path = std::path::Path::new(crate::stage::SHIPPED).join(&source.file);
            let file = std::fs::read_to_string(path).expect("a source is a file of the corpus");
            let line = file.lines().nth(source.line - 1).unwrap_or_default();
            assert!(!line.trim().is_empty(), "{typed}: {}:{} is empty", source.file, source.line);
            let defined = file.lines().any(|line| line.starts_with("[^") && line.ends_with(&source.title));
            assert!(defined, "{typed}: {} names no source \"{}\"", source.file, source.title);
        }
    }
}

/// Whatever is typed: a reply, not a failure, the same each time; the text is not empty.
fn sound(typed: &str) -> Reply {
    let reply = ask(typed);
    assert_eq!(reply, ask(typed), "{typed:?} is answered in two ways");
    let shown = text(&reply);
    assert!(!shown.trim().is_empty(), "{typed:?} is answered with nothing");
    assert!(!shown.contains("Something went wrong"), "{typed:?} went wrong inside");
    assert!((0.0..=1.0).contains(&reply.confidence), "{typed:?}: confidence {}", reply.confidence);
    assert!(!reply.answered || reply.kind != ReplyKind::NoAnswer, "{typed:?}");
    let marks = reply.blocks.iter().flat_map(|block| match block {
        rolecall::engine::reply::Block::Paragraph(line) => vec![line],
        rolecall::engine::reply::Block::Bullets { items, .. } => items.iter().collect(),
        rolecall::engine::reply::Block::Fields(fields) => fields.iter().collect(),
    });
    for line in marks {
        assert!(line.sources.iter().all(|at| *at < reply.sources.len()), "{typed:?}: a mark without its source");
    }
    reply
}

#[test]
fn ten_thousand_characters_are_a_question_too() {
    let long = ["a".repeat(10_000), "who owns the roadmap? ".repeat(455), "é".repeat(10_000), "/".repeat(10_000)];
    for typed in &long {
        sound(typed);
        sound(&format!("/role {typed}"));
        sound(&format!("/path {typed}"));
    }
}

#[test]
fn what_is_no_question_is_declined() {
    let noise = [
        "",
        " ",
        "\t",
        "🦀",
        "👩‍👩‍👧‍👦🏳️‍🌈🙂",
        "?!?!?!",
        "...",
        "\"",
        "((((",
        "title:",
        "^[*]$",
        "\0",
        "\0\0\0",
        "\u{200f}\u{202e}\u{2066}",
        "\u{7f}\u{1b}[31m",
        "\u{feff}",
        "/",
        "//",
        "/ role",
        "@everyone",
        "<@&1234>",
        "<@1234567890>",
        "-- ; DROP",
        "𝕳𝖊𝖑𝖑𝖔",
    ];
    for typed in noise {
        let reply = sound(typed);
        assert!(!reply.answered, "{typed:?}: {}", text(&reply));
    }
}

#[test]
fn signs_of_a_query_language_are_read_as_words() {
    let odd = [
        "title:(* AND",
        "text:product AND NOT (",
        "\"product manager",
        "who +owns -the \"roadmap~2^9 [a TO",
        "what does a pm do\0?",
        "what \u{202e}does\u{202c} a pm do?",
        "w\u{0301}hat does a pm do",
        "/role pm\0",
        "/role \u{200b}",
        "/role ../../etc/passwd",
        "/path -> ->",
        "/path , ",
        "/path apm ->",
        "/path -> cpo",
        "/path a b c d e f g h",
        "what does @everyone do",
        "İstanbul PM ǅ ß ﬁ",
        "who does a/b/c a/ /b a/'x",
        "don't 'd 's ''' ’’",
        "1/2 3/4 ½ ²",
        "pm's' pms' ies s' ss",
    ];
    for typed in odd {
        sound(typed);
    }
    assert!(sound("what does a pm do\0?").answered);
}

/// Words that reach deep into the program, to be mixed with noise.
const WORDS: [&str; 40] = [
    "who",
    "what",
    "does",
    "is",
    "a",
    "the",
    "pm",
    "apm",
    "product",
    "manager",
    "senior",
    "designer",
    "owns",
    "decides",
    "roadmap",
    "backlog",
    "earn",
    "how",
    "much",
    "become",
    "after",
    "between",
    "and",
    "why",
    "not",
    "from",
    "to",
    "/role",
    "/path",
    "/duties",
    "/ask",
    "->",
    ",",
    "?",
    "'s",
    "years",
    "growth",
    "cpo",
    "whose",
    "associate",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_string_whatever_gets_one_reply(typed in prop_oneof![
        prop::collection::vec(any::<char>(), 0..120).prop_map(String::from_iter),
        prop::collection::vec(prop_oneof![
            4 => prop::sample::select(&WORDS[..]).prop_map(str::to_owned),
            1 => prop::collection::vec(any::<char>(), 0..6).prop_map(String::from_iter),
        ], 0..14).prop_map(|words| words.join(" ")),
    ]) {
        sound(&typed);
    }
}
