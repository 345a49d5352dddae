//! The shape of the source: who may name whom, how long a file may be, and that no rule knows the shipped corpus.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use rolecall::corpus::folder;

use crate::stage::SHIPPED;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// The most lines that a file may have.
const LONGEST: usize = 400;

/// A source file as the tests read it.
#[derive(Debug)]
struct Source {
    /// Its path below the top folder, such as `src/engine/reply.rs`.
    path: String,
    /// Its code: no comments, strings empty, nothing from `#[cfg(test)]` on.
    code: String,
    /// What stands in its strings, each with its line; without those of tests.
    strings: Vec<(usize, String)>,
}

/// Every file of Rust that is kept here, tests and benchmarks too: its path below the top folder, and its text.
static FILES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let mut files = BTreeMap::new();
    for folder in ["src", "tests", "benches"] {
        let before = files.len();
        collect(&Path::new(ROOT).join(folder), &mut files);
        assert!(files.len() > before, "the files of {folder} are found");
    }
    files
});

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let sources = FILES.iter().filter(|(path, _)| path.starts_with("src/")).map(|(path, text)| {
        let (code, strings) = read(text.split("#[cfg(test)]").next().unwrap_or_default());
        Source { path: path.clone(), code, strings }
    });
    let sources: Vec<Source> = sources.collect();
    assert!(sources.len() > 20, "the sources are found");
    sources
});

fn collect(folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        // What cargo-fuzz builds below the tests is nobody's to read.
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            files.insert(path.strip_prefix(ROOT).expect("below the top").to_string_lossy().into_owned(), text);
        }
    }
}

/// Parts code from strings, and drops comments.
fn read(text: &str) -> (String, Vec<(usize, String)>) {
    static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
        let comment = r"//[^\n]*|(?s:/\*.*?\*/)";
        let string = r##"b?r#"(?s:(?P<raw>.*?))"#|b?r"(?P<bare>[^"]*)"|b?"(?P<plain>(?:[^"\\]|\\(?s:.))*)""##;
        let letter = r"b?'(?:[^'\\\n]|\\[^\n]+?)'";
        Regex::new(&format!("{comment}|{string}|{letter}")).expect("a pattern")
    });
    let (mut code, mut strings, mut end) = (String::new(), Vec::new(), 0);
    for found in TOKEN.captures_iter(text) {
        let whole = found.get(0).expect("a match");
        code.push_str(&text[end..whole.start()]);
        end = whole.end();
        if let Some(string) = ["raw", "bare", "plain"].into_iter().find_map(|name| found.name(name)) {
            code.push_str("\"\"");
            strings.push((text[..whole.start()].matches('\n').count() + 1, string.as_str().to_owned()));
        }
    }
    code.push_str(&text[end..]);
    (code, strings)
}

/// Files outside `allowed` whose code names `what` as a path's beginning or part.
fn naming(what: &str, within: &[&str], allowed: &[&str]) -> Vec<String> {
    let pattern = Regex::new(&format!(r"\b{what}\b")).expect("a pattern");
    let inside = |path: &str, folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
    SOURCES
        .iter()
        .filter(|source| inside(&source.path, within) && !inside(&source.path, allowed))
        .filter(|source| pattern.is_match(&source.code))
        .map(|source| format!("{} names {what}", source.path))
        .collect()
}

const NOBODY: [String; 0] = [];

/// The rooms, and which each may use. `main`, `cli` and `ops` may use any.
const ROOMS: [(&str, &[&str]); 13] = [
    ("model", &[]),
    ("i18n", &[]),
    ("metrics", &[]),
    ("secret", &[]),
    ("corpus", &["model"]),
    ("search", &["model"]),
    ("knowledge", &["model", "search"]),
    ("engine", &["model", "corpus", "search", "knowledge", "i18n", "metrics"]),
    ("diagram", &["model", "knowledge", "i18n"]),
    ("console", &["engine", "i18n"]),
    ("web", &["engine", "metrics"]),
    ("discord", &["engine", "knowledge", "i18n", "diagram", "metrics", "secret"]),
    ("ops", &["model", "corpus", "search", "knowledge", "engine", "i18n", "discord", "web", "metrics", "secret"]),
];

#[test]
fn each_room_names_those_that_it_may() {
    let mut rooms: Vec<&str> = SOURCES.iter().filter_map(|source| source.path.strip_prefix("src/")).collect();
    rooms = rooms.into_iter().filter_map(|path| path.split(['/', '.']).next()).collect();
    rooms.retain(|room| !["main", "lib", "cli"].contains(room) && !ROOMS.iter().any(|(known, _)| known == room));
    assert!(rooms.is_empty(), "rooms that nobody may know yet: {rooms:?}");
    for (room, may) in ROOMS {
        let within = [format!("src/{room}/"), format!("src/{room}.rs")];
        for (other, _) in ROOMS.iter().filter(|(other, _)| *other != room && !may.contains(other)) {
            assert_eq!(naming(&format!("crate::{other}"), &[&within[0], &within[1]], &[]), NOBODY);
        }
    }
}

/// What is known in one place alone.
const AT_HOME: [(&str, &[&str]); 7] = [
    ("src/search/", &["tantivy"]),
    ("src/corpus/", &["pulldown_cmark", "serde_saphyr"]),
    ("src/knowledge/", &["petgraph"]),
    ("src/i18n/", &["fluent_bundle", "fluent_syntax", "include_str!"]),
    ("src/diagram/", &["resvg", "skrifa", "notosans"]),
    ("src/metrics/", &["prometheus_client"]),
    ("src/ops/", &["notify_debouncer_full"]),
];

#[test]
fn what_is_foreign_is_named_in_one_room_alone() {
    for (home, names) in AT_HOME {
        for name in names {
            assert_eq!(naming(name, &["src/"], &[home]), NOBODY);
        }
    }
    for name in ["serenity", "axum", "tokio_tungstenite", "reqwest"] {
        assert_eq!(naming(name, &["src/"], &["src/discord/", "src/ops/doctor/"]), NOBODY);
    }
    for name in ["hyper", "hyper_util"] {
        assert_eq!(naming(name, &["src/"], &["src/discord/", "src/web/"]), NOBODY);
    }
}

#[test]
fn answers_and_diagrams_use_no_runtime_and_no_network() {
    for name in ["tokio", "serenity", "reqwest", "hyper", "async", "await"] {
        assert_eq!(
            naming(
                name,
                &[
                    "src/engine/",
                    "src/knowledge/",
                    "src/search/",
                    "src/corpus/",
                    "src/model/",
                    "src/diagram/",
                    "src/i18n/"
                ],
                &[]
            ),
            NOBODY
        );
    }
}

/// Two words or more, or one that begins like a heading; what is filled in is none.
fn is_phrase(string: &str) -> bool {
    static FILLED_IN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{[^}]*\}").expect("a pattern"));
    let string = FILLED_IN.replace_all(string, "-");
    let word = |word: &&str| word.chars().filter(|letter| letter.is_alphabetic()).count() > 1;
    let words: Vec<&str> = string.split_whitespace().filter(word).collect();
    words.len() > 1 || words.first().is_some_and(|word| word.starts_with(char::is_uppercase))
}

#[test]
fn what_a_member_reads_stands_in_the_catalogues() {
    // What is asked of `understand`, which knows English; what Discord calls a command; and files that no member reads.
    let others = ["decides what gets built next", "who decides what gets built next?", "Answer this", "Style"];
    let unread =
        ["src/engine/answer/explain.rs", "src/discord/protocol/multipart.rs", "src/discord/protocol/prop_tests.rs"];
    let rooms = [
        "src/engine/answer/",
        "src/engine/request.rs",
        "src/engine/section.rs",
        "src/engine/reply.rs",
        "src/discord/protocol/",
        "src/diagram/alt_text.rs",
        "src/diagram/graph.rs",
    ];
    let mut phrases = Vec::new();
    for source in SOURCES.iter().filter(|source| rooms.iter().any(|room| source.path.starts_with(room))) {
        let read = source
            .strings
            .iter()
            .filter(|(_, string)| !string.contains("::") && is_phrase(string) && !others.contains(&string.as_str()));
        phrases.extend(read.map(|(line, string)| format!("{}:{line} says {string:?}", source.path)));
    }
    phrases.retain(|found| !unread.iter().any(|path| found.starts_with(path)));
    assert_eq!(phrases, NOBODY, "members read this: put it into src/speech/*.ftl, and t!(language, \"its-key\")");
}

#[test]
fn only_main_sees_settings() {
    for name in ["crate::ops::config", "rolecall::ops::config", "config::Config"] {
        assert_eq!(naming(name, &["src/"], &["src/main.rs", "src/cli/", "src/ops/config.rs"]), NOBODY);
    }
    for name in ["env::var", "env::var_os", "dotenvy"] {
        assert_eq!(naming(name, &["src/"], &["src/main.rs"]), NOBODY);
    }
}

#[test]
fn nobody_groups_imports_from_several_rooms() {
    assert_eq!(naming(r"use crate::\{", &["src/"], &[]), NOBODY, "the tests above read whole paths");
    assert_eq!(naming(r"super::super", &["src/"], &[]), NOBODY);
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let long: Vec<String> = FILES
        .iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(path, lines)| format!("{path} has {lines} lines"))
        .collect();
    assert_eq!(long, NOBODY);
}

#[test]
fn nothing_is_called_by_what_it_is_not() {
    const EMPTY: [&str; 11] =
        ["util", "utils", "common", "types", "helper", "helpers", "misc", "error", "errors", "shared", "stuff"];
    for path in FILES.keys() {
        for part in path.trim_end_matches(".rs").split('/') {
            assert!(!EMPTY.contains(&part), "{path}: name it for what it is to the user");
        }
    }
}

#[test]
fn every_file_opens_with_why_it_exists() {
    for (path, text) in FILES.iter() {
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! ") && first.len() > 20, "{path} opens with {first:?}");
    }
}

/// The file that a path such as `crate::engine::reply::Kind` leads to.
fn file_of(path: &str, files: &BTreeSet<&str>) -> Option<String> {
    let parts: Vec<&str> = path.split("::").skip(1).collect();
    (1..=parts.len()).rev().find_map(|length| {
        let stem = format!("src/{}", parts[..length].join("/"));
        [format!("{stem}.rs"), format!("{stem}/mod.rs")].into_iter().find(|file| files.contains(file.as_str()))
    })
}

/// Every file, with the files that its code names by full path.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let files: BTreeSet<&str> = SOURCES.iter().map(|source| source.path.as_str()).collect();
    let path = Regex::new(r"crate(?:::[a-z_0-9]+)+(?:::\{[^;]*)?").expect("a pattern");
    let inner = Regex::new(r"(?:^|[{,]\s*)([a-z_0-9]+(?:::[a-z_0-9]+)*)").expect("a pattern");
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in SOURCES.iter() {
        let out = arrows.entry(source.path.clone()).or_default();
        for found in path.find_iter(&source.code) {
            let (stem, group) = found.as_str().split_once("::{").unwrap_or((found.as_str(), ""));
            let inside = inner.captures_iter(group).map(|part| format!("{stem}::{}", &part[1]));
            for named in std::iter::once(stem.to_owned()).chain(inside) {
                out.extend(file_of(&named, &files).filter(|file| *file != source.path));
            }
        }
    }
    arrows
}

#[test]
fn no_files_name_each_other_in_a_circle() {
    let mut arrows = arrows();
    assert!(arrows.values().map(BTreeSet::len).sum::<usize>() > 50, "the arrows are found");
    // Whoever names nobody that is left is in no circle; what cannot be taken away is.
    while let Some(free) = arrows.iter().find(|(_, named)| named.is_empty()).map(|(file, _)| file.clone()) {
        arrows.remove(&free);
        arrows.values_mut().for_each(|named| named.retain(|file| *file != free));
    }
    let leads_back: Vec<(&String, &BTreeSet<String>)> = arrows.iter().collect();
    assert!(leads_back.is_empty(), "these name each other in a circle, or name such files: {leads_back:#?}");
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
            .any(|room| source.path.starts_with(room))
    }) {
        for (line, string) in &source.strings {
            let string = string.to_lowercase();
            if let Some(name) = names.iter().find(|name| string.contains(name.as_str())) {
                named.push(format!("{}:{line} names {name}", source.path));
            }
        }
    }
    assert_eq!(named, NOBODY);
}

#[test]
fn the_reader_parts_code_from_strings_and_comments() {
    let text =
        "let a = \"x // y\"; // tokio \"z\"\nlet b = 'c'; /* \"d\" */ fn f<'a>() { r#\"e \"f\"\"#; '\"'; \"\\\"g\" }";
    let (code, strings) = read(text);
    assert_eq!(code, "let a = \"\"; \nlet b = ;  fn f<'a>() { \"\"; ; \"\" }");
    let strings: Vec<(usize, &str)> = strings.iter().map(|(line, text)| (*line, text.as_str())).collect();
    assert_eq!(strings, [(1, "x // y"), (2, "e \"f\""), (2, "\\\"g")]);
}
