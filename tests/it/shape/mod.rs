//! The structure of the source: dependencies between modules, size of files, vocabulary, and no rule about the shipped corpus.

mod dependencies;
mod style;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A source file as the tests need it.
#[derive(Debug)]
struct Source {
    /// Its path below the top folder, such as `src/engine/reply.rs`.
    path: String,
    /// Its code: no comments, strings empty, nothing from `#[cfg(test)]` on.
    code: String,
    /// Its string literals with their lines, without those of tests.
    strings: Vec<(usize, String)>,
}

/// Every Rust file of the repository: its path below the top folder, and its text.
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
        let (code, strings) = split_strings(text.split("#[cfg(test)]").next().unwrap_or_default());
        Source { path: path.clone(), code, strings }
    });
    let sources: Vec<Source> = sources.collect();
    assert!(sources.len() > 20, "the sources are found");
    sources
});

fn collect(folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        // cargo-fuzz builds below the tests.
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            files.insert(path.strip_prefix(ROOT).expect("below the top").to_string_lossy().into_owned(), text);
        }
    }
}

/// Splits code from string literals, and drops comments.
fn split_strings(text: &str) -> (String, Vec<(usize, String)>) {
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

const NONE: [String; 0] = [];

#[test]
fn strings_and_comments_are_split_from_code() {
    let text =
        "let a = \"x // y\"; // tokio \"z\"\nlet b = 'c'; /* \"d\" */ fn f<'a>() { r#\"e \"f\"\"#; '\"'; \"\\\"g\" }";
    let (code, strings) = split_strings(text);
    assert_eq!(code, "let a = \"\"; \nlet b = ;  fn f<'a>() { \"\"; ; \"\" }");
    let strings: Vec<(usize, &str)> = strings.iter().map(|(line, text)| (*line, text.as_str())).collect();
    assert_eq!(strings, [(1, "x // y"), (2, "e \"f\""), (2, "\\\"g")]);
}
