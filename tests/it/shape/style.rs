//! Size and names of files, vocabulary, text for members, and no rule about the shipped corpus.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use rolecall::corpus::folder;

use super::{FILES, NONE, SOURCES};
use crate::stage::SHIPPED;

/// Maximum lines of a file.
const MAX_LINES: usize = 400;

/// Words of a private language for which Discord, serenity, tantivy, tokio or the textbook have a term.
const FORMER_WORDS: [&str; 32] = [
    "ailment",
    "ails",
    "allowance",
    "anew",
    "beaten",
    "desk",
    "gallery",
    "goes on",
    "heard",
    "hears",
    "heed",
    "insist",
    "judged",
    "keeper",
    "knock",
    "ledger",
    "lest",
    "lettering",
    "nought",
    "of ours",
    "parted",
    "rung",
    "sealed",
    "sheet",
    "squeeze",
    "sureness",
    "told of",
    "turnstile",
    "undertakings",
    "whereabouts",
    "whoever",
    "wires",
];

/// Word lists of English, in which any word may stand.
const WORD_LISTS: [&str; 2] = ["src/search/text/", "src/engine/intent/cues.rs"];

#[test]
fn no_private_word_replaces_a_technical_term() {
    let former = Regex::new(&format!(r"(?i)\b({})\b", FORMER_WORDS.join("|"))).expect("a pattern");
    let mut found = Vec::new();
    for (path, text) in FILES.iter().filter(|(path, _)| path.starts_with("src/")) {
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        if !WORD_LISTS.iter().any(|list| path.starts_with(list)) {
            let lines = text.lines().enumerate().filter(|(_, line)| former.is_match(line));
            found.extend(lines.map(|(at, line)| format!("{path}:{}: {}", at + 1, line.trim())));
        }
    }
    assert_eq!(found, NONE, "use the term of the field");
}

/// Two words or more, or one with a capital; placeholders do not count.
fn is_phrase(string: &str) -> bool {
    static FILLED_IN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{[^}]*\}").expect("a pattern"));
    let string = FILLED_IN.replace_all(string, "-");
    let word = |word: &&str| word.chars().filter(|letter| letter.is_alphabetic()).count() > 1;
    let words: Vec<&str> = string.split_whitespace().filter(word).collect();
    words.len() > 1 || words.first().is_some_and(|word| word.starts_with(char::is_uppercase))
}

#[test]
fn what_a_member_reads_is_in_the_catalogues() {
    // Input of `intent`, which is English; the name of a command at Discord; and files that no member reads.
    let others = ["decides what gets built next", "who decides what gets built next?", "Answer this", "Style"];
    let unread =
        ["src/engine/answer/explain.rs", "src/discord/protocol/multipart.rs", "src/discord/protocol/prop_tests.rs"];
    let modules = [
        "src/engine/answer/",
        "src/engine/request.rs",
        "src/engine/section.rs",
        "src/engine/reply.rs",
        "src/discord/protocol/",
        "src/diagram/alt_text.rs",
        "src/diagram/graph.rs",
    ];
    let mut phrases = Vec::new();
    for source in SOURCES.iter().filter(|source| modules.iter().any(|module| source.path.starts_with(module))) {
        let read = source
            .strings
            .iter()
            .filter(|(_, string)| !string.contains("::") && is_phrase(string) && !others.contains(&string.as_str()));
        phrases.extend(read.map(|(line, string)| format!("{}:{line} says {string:?}", source.path)));
    }
    phrases.retain(|found| !unread.iter().any(|path| found.starts_with(path)));
    assert_eq!(phrases, NONE, "members read this: put it into src/i18n/*.ftl, and t!(language, \"its-key\")");
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let long: Vec<String> = FILES
        .iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .map(|(path, lines)| format!("{path} has {lines} lines"))
        .collect();
    assert_eq!(long, NONE);
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    const EMPTY: [&str; 11] =
        ["util", "utils", "common", "types", "helper", "helpers", "misc", "error", "errors", "shared", "stuff"];
    for path in FILES.keys() {
        for part in path.trim_end_matches(".rs").split('/') {
            assert!(!EMPTY.contains(&part), "{path}: name it for what it is to the user");
        }
    }
}

#[test]
fn every_file_begins_with_its_purpose() {
    for (path, text) in FILES.iter() {
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! ") && first.len() > 20, "{path} opens with {first:?}");
    }
}

#[test]
fn no_rule_names_a_role_of_the_shipped_corpus() {
    let corpus = folder::read(Path::new(SHIPPED)).expect("the shipped corpus");
    let names: BTreeSet<String> = corpus
        .documents
        .iter()
        .filter(|document| document.is_role())
        .flat_map(|role| [role.slug.clone(), role.slug.replace('-', " "), role.title.to_lowercase()])
        .collect();
    let mut named = Vec::new();
    for source in SOURCES.iter().filter(|source| {
        ["src/engine/", "src/knowledge/", "src/search/", "src/corpus/", "src/diagram/"]
            .iter()
            .any(|module| source.path.starts_with(module))
    }) {
        for (line, string) in &source.strings {
            let string = string.to_lowercase();
            if let Some(name) = names.iter().find(|name| string.contains(name.as_str())) {
                named.push(format!("{}:{line} names {name}", source.path));
            }
        }
    }
    assert_eq!(named, NONE);
}
