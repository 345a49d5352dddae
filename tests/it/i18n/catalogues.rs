//! Every Fluent file has exactly the messages that the code uses, with the same arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;
use regex::Regex;
use rolecall::engine::request::{COMMANDS, SECTIONS};
use rolecall::i18n::{Argument, Language};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The argument names of each message, by `key` or `key.attribute`.
type Phrases = BTreeMap<String, BTreeSet<String>>;

/// The messages that the file of a language defines.
fn catalogue(language: Language) -> Phrases {
    let path = format!("{ROOT}/src/i18n/{}.ftl", language.tag());
    let text = fs::read_to_string(&path).expect("a catalogue");
    let resource = parser::parse(text.as_str()).unwrap_or_else(|(_, errors)| panic!("{path}: {errors:?}"));
    let mut phrases = Phrases::new();
    let mut add = |key: String, pattern: &Pattern<&str>| {
        let (mut names, mut letters) = (BTreeSet::new(), 0);
        read(pattern, &mut names, &mut letters);
        assert!(letters > 0, "{path}: {key} has no text");
        assert!(phrases.insert(key.clone(), names).is_none(), "{path}: {key} is defined twice");
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
            other => panic!("{path}: {other:?} is no message"),
        }
    }
    phrases
}

/// Collects the argument names of a pattern, and counts the characters of its text.
fn read(pattern: &Pattern<&str>, names: &mut BTreeSet<String>, letters: &mut usize) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => *letters += value.chars().filter(|c| !c.is_whitespace()).count(),
            PatternElement::Placeable { expression: Expression::Inline(inline) } => collect_names(inline, names),
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                collect_names(selector, names);
                variants.iter().for_each(|variant| read(&variant.value, names, letters));
            }
        }
    }
}

fn collect_names(expression: &InlineExpression<&str>, names: &mut BTreeSet<String>) {
    match expression {
        InlineExpression::VariableReference { id } => drop(names.insert(id.name.to_owned())),
        InlineExpression::FunctionReference { id, arguments } => {
            assert!(["ARTICLE", "LOWER"].contains(&id.name), "{} is no function", id.name);
            arguments.positional.iter().for_each(|expression| collect_names(expression, names));
        }
        other => panic!("{other:?} is not supported here"),
    }
}

/// Every message that the code uses: the calls of `t!` with their arguments, and the keys made from the command tables.
fn used() -> Phrases {
    let mut used = Phrases::new();
    let mut folders = vec![Path::new(ROOT).join("src")];
    let call_pattern = Regex::new(r"\bt!\(").expect("a pattern");
    let key = Regex::new(r#"^"([a-z.-]+)"$"#).expect("a pattern");
    let argument = Regex::new(r"^([a-z_]+)\s*=[^=]").expect("a pattern");
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let text = fs::read_to_string(&entry).expect("a file");
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            for call_site in call_pattern.find_iter(&code) {
                let parts = arguments(&code[call_site.end()..]);
                let key = key.captures(&parts[1]).unwrap_or_else(|| panic!("{entry:?}: no key in {parts:?}"));
                let names = parts[2..].iter().filter(|part| !part.is_empty()).map(|part| {
                    let name = argument.captures(part).unwrap_or_else(|| panic!("{entry:?}: {part:?}"));
                    name[1].to_owned()
                });
                let names: BTreeSet<String> = names.collect();
                if let Some(previous) = used.insert(key[1].to_owned(), names.clone()) {
                    assert_eq!(previous, names, "{entry:?}: {} has other arguments elsewhere", &key[1]);
                }
            }
        }
    }
    let mut table = |key: String| drop(used.insert(key, BTreeSet::new()));
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
    used
}

/// Splits the arguments of a call at commas, up to the closing parenthesis.
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
fn every_language_has_exactly_the_messages_in_use() {
    let used = used();
    assert!(used.len() > 150, "calls of t! are found");
    for language in Language::ALL {
        let defined = catalogue(language);
        let keys = |phrases: &Phrases| phrases.keys().cloned().collect::<BTreeSet<_>>();
        let missing: Vec<String> = keys(&used).difference(&keys(&defined)).cloned().collect();
        assert!(missing.is_empty(), "{}.ftl lacks {missing:?}", language.tag());
        let unused: Vec<String> = keys(&defined).difference(&keys(&used)).cloned().collect();
        assert!(unused.is_empty(), "no code uses {unused:?} of {}.ftl", language.tag());
        for (key, names) in &defined {
            assert_eq!(names, &used[key], "the arguments of {key} in {}.ftl", language.tag());
        }
    }
}

#[test]
fn every_message_is_translated() {
    // Messages that are identical in English and another language.
    let identical = ["command-roles", "option-name", "card-section", "check-no-title", "roles-title"];
    for language in [Language::German, Language::Spanish] {
        let mut untranslated = Vec::new();
        for (key, names) in catalogue(language) {
            let arguments: Vec<(&'static str, Argument<'_>)> = names
                .iter()
                .map(|name| match name.as_str() {
                    "count" | "shown" => (&*String::leak(name.clone()), 7.into()),
                    _ => (&*String::leak(name.clone()), "Cook".into()),
                })
                .collect();
            let translated = language.translate(&key, &arguments);
            let allowed = key.starts_with("help-question-") || identical.contains(&key.as_str());
            if translated == Language::English.translate(&key, &arguments) && !allowed {
                untranslated.push(format!("{key}: {translated}"));
            }
        }
        assert!(untranslated.is_empty(), "{language:?} has English text: {untranslated:?}");
    }
}
