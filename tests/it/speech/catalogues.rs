//! Each catalogue has every phrase that is said, with what goes into it, and none that is not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;
use regex::Regex;
use rolecall::engine::request::{COMMANDS, SECTIONS};
use rolecall::i18n::Language;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What goes into each phrase, by its key, or its `key.attribute`.
type Phrases = BTreeMap<String, BTreeSet<String>>;

/// The phrases of a language, as its file has them.
fn catalogue(language: Language) -> Phrases {
    let path = format!("{ROOT}/src/i18n/{}.ftl", language.tag());
    let text = fs::read_to_string(&path).expect("a catalogue");
    let resource = parser::parse(text.as_str()).unwrap_or_else(|(_, faults)| panic!("{path}: {faults:?}"));
    let mut phrases = Phrases::new();
    let mut add = |key: String, pattern: &Pattern<&str>| {
        let (mut names, mut letters) = (BTreeSet::new(), 0);
        read(pattern, &mut names, &mut letters);
        assert!(letters > 0, "{path}: {key} says nothing");
        assert!(phrases.insert(key.clone(), names).is_none(), "{path}: {key} is there twice");
    };
    for entry in &resource.body {
        match entry {
            Entry::Message(message) => {
                let pattern = message.value.as_ref().unwrap_or_else(|| panic!("{path}: {} is empty", message.id.name));
                add(message.id.name.to_owned(), pattern);
                for attribute in &message.attributes {
                    add(format!("{}.{}", message.id.name, attribute.id.name), &attribute.value);
                }
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            other => panic!("{path}: {other:?} is no phrase"),
        }
    }
    phrases
}

/// Adds the names of what goes into a pattern, and counts the letters of its own.
fn read(pattern: &Pattern<&str>, names: &mut BTreeSet<String>, letters: &mut usize) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => *letters += value.chars().filter(|c| !c.is_whitespace()).count(),
            PatternElement::Placeable { expression: Expression::Inline(inline) } => name(inline, names),
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                name(selector, names);
                variants.iter().for_each(|variant| read(&variant.value, names, letters));
            }
        }
    }
}

fn name(expression: &InlineExpression<&str>, names: &mut BTreeSet<String>) {
    match expression {
        InlineExpression::VariableReference { id } => drop(names.insert(id.name.to_owned())),
        InlineExpression::FunctionReference { id, arguments } => {
            assert!(["ARTICLE", "LOWER"].contains(&id.name), "{} is no function", id.name);
            arguments.positional.iter().for_each(|expression| name(expression, names));
        }
        other => panic!("{other:?} is not used here"),
    }
}

/// Every phrase that the program says: what is written in `say!`, with what it is given, and what the tables stand for.
fn said() -> Phrases {
    let mut said = Phrases::new();
    let mut folders = vec![Path::new(ROOT).join("src")];
    let call = Regex::new(r"\bt!\(").expect("a pattern");
    let key = Regex::new(r#"^"([a-z.-]+)"$"#).expect("a pattern");
    let given = Regex::new(r"^([a-z_]+)\s*=[^=]").expect("a pattern");
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let text = fs::read_to_string(&entry).expect("a file");
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            for found in call.find_iter(&code) {
                let parts = arguments(&code[found.end()..]);
                let key = key.captures(&parts[1]).unwrap_or_else(|| panic!("{entry:?}: no key in {parts:?}"));
                let names = parts[2..].iter().filter(|part| !part.is_empty()).map(|part| {
                    let name = given.captures(part).unwrap_or_else(|| panic!("{entry:?}: {part:?}"));
                    name[1].to_owned()
                });
                let names: BTreeSet<String> = names.collect();
                if let Some(before) = said.insert(key[1].to_owned(), names.clone()) {
                    assert_eq!(before, names, "{entry:?}: {} is given something else elsewhere", &key[1]);
                }
            }
        }
    }
    let mut table = |key: String| drop(said.insert(key, BTreeSet::new()));
    for command in &COMMANDS {
        table(format!("command-{}", command.name));
        table(format!("command-{}.about", command.name));
        for option in command.options {
            table(format!("option-{}", option.name));
            table(format!("option-{}.about", option.name));
        }
    }
    for (_, word) in SECTIONS {
        table(format!("section-{word}"));
        table(format!("section-{word}.word"));
    }
    said
}

/// What stands between the brackets of a call, up to the one that closes it, parted at its commas.
fn arguments(text: &str) -> Vec<String> {
    let (mut parts, mut depth, mut quoted) = (vec![String::new()], 0, false);
    for letter in text.chars() {
        quoted ^= letter == '"';
        match letter {
            ')' if depth == 0 && !quoted => break,
            ',' if depth == 0 && !quoted => {
                parts.push(String::new());
                continue;
            }
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
        parts.last_mut().expect("a part").push(letter);
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

#[test]
fn every_catalogue_has_what_is_said_and_nothing_else() {
    let said = said();
    assert!(said.len() > 150, "the phrases are found");
    for language in Language::ALL {
        let there = catalogue(language);
        let keys = |phrases: &Phrases| phrases.keys().cloned().collect::<BTreeSet<_>>();
        let missing: Vec<String> = keys(&said).difference(&keys(&there)).cloned().collect();
        assert!(missing.is_empty(), "{}.ftl lacks {missing:?}", language.tag());
        let unused: Vec<String> = keys(&there).difference(&keys(&said)).cloned().collect();
        assert!(unused.is_empty(), "nobody says {unused:?} of {}.ftl", language.tag());
        for (key, names) in &there {
            assert_eq!(names, &said[key], "what goes into {key} of {}.ftl", language.tag());
        }
    }
}

#[test]
fn no_language_leaves_a_phrase_as_it_is_in_english() {
    // What is the same in one of them and in English.
    let same = ["command-roles", "option-name", "card-section", "check-no-title", "roles-title"];
    for language in [Language::German, Language::Spanish] {
        let mut left = Vec::new();
        for (key, names) in catalogue(language) {
            let given: Vec<(&'static str, rolecall::i18n::Argument<'_>)> = names
                .iter()
                .map(|name| match name.as_str() {
                    "count" | "shown" => (&*String::leak(name.clone()), 7.into()),
                    _ => (&*String::leak(name.clone()), "Cook".into()),
                })
                .collect();
            let own = language.translate(&key, &given);
            let allowed = key.starts_with("help-question-") || same.contains(&key.as_str());
            if own == Language::English.translate(&key, &given) && !allowed {
                left.push(format!("{key}: {own}"));
            }
        }
        assert!(left.is_empty(), "{language:?} says as English does: {left:?}");
    }
}
