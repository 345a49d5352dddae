//! Folders of documents made to break the program. Each is told of in `check`, file and line, and the baker is answered for all
//! the same.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;
use rolecall::corpus::{document, folder};
use rolecall::engine::spaces;
use rolecall::knowledge::career_graph::CareerGraph;

use crate::hostile::claims;
use crate::stage::{Place, UNWRITABLE};

const BAKER: &str =
    "---\naliases: [bread maker]\n---\n\n# Baker\n\nBakes.\n\n## Duties\n\n- Kneads dough before dawn\n";

/// What `check` says of one more document beside the baker's.
fn told(text: impl AsRef<[u8]>) -> String {
    let place = Place::with(&[("baker.md", BAKER)]);
    place.write("corpus/cook.md", text);
    listing(&place)
}

fn listing(place: &Place) -> String {
    let check = place.run(&["check"]);
    assert_eq!((check.code, check.err.as_str()), (Some(1), ""), "{}", check.out);
    let ask = place.run(&["--index", UNWRITABLE, "ask", "--json", "/duties bread maker"]);
    assert_eq!(ask.code, Some(0), "{}", ask.err);
    assert_eq!(ask.json_lines()[0]["roles"], serde_json::json!(["baker"]));
    check.out
}

#[test]
fn a_few_lines_of_yaml_do_not_unfold_to_millions() {
    let mut yaml = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_owned();
    for at in 1..12 {
        let before = format!("*a{}, ", at - 1).repeat(10);
        yaml += &format!("a{at}: &a{at} [{}]\n", before.trim_end_matches(", "));
    }
    assert_snapshot!(told(format!("---\n{yaml}aliases: *a11\n---\n\n# Cook\n\nCooks.\n")), @r#"
    corpus/cook.md:5: the front matter is too large and is left out: the limits are 5000 values, 256 KiB of text and 20 references to anchors; keep names, steps and facts in it, and put the rest into the text
    2 documents, 1 problem
    "#);
}

#[test]
fn a_long_text_is_not_repeated_by_reference() {
    let yaml = format!("title: &t {}\naliases: [{}]\n", "ha ".repeat(60_000), "*t, ".repeat(5_000));
    assert_snapshot!(told(format!("---\n{yaml}---\n\n# Cook\n\nCooks.\n")), @r#"
    corpus/cook.md:3: the front matter is too large and is left out: the limits are 5000 values, 256 KiB of text and 20 references to anchors; keep names, steps and facts in it, and put the rest into the text
    2 documents, 1 problem
    "#);
}

#[test]
fn a_hundred_thousand_aliases_are_told_and_left_out() {
    let aliases: String = (0..100_000).map(|at| format!("  - cook {at}\n")).collect();
    assert_snapshot!(told(format!("---\naliases:\n{aliases}---\n\n# Cook\n\nCooks.\n")), @r#"
    corpus/cook.md:5000: the front matter is too large and is left out: the limits are 5000 values, 256 KiB of text and 20 references to anchors; keep names, steps and facts in it, and put the rest into the text
    2 documents, 1 problem
    "#);
}

#[test]
fn yaml_nested_too_deep_is_told() {
    for nested in ["[".repeat(50_000), "- ".repeat(50_000), "{a: ".repeat(50_000), "? ".repeat(50_000)] {
        let listing = told(format!("---\ntitle: {nested}\n---\n\n# Cook\n\nCooks.\n"));
        assert!(listing.starts_with("corpus/cook.md:"), "{listing}");
        assert!(listing.ends_with("2 documents, 1 problem\n") && listing.len() < 1000, "{listing}");
    }
}

#[test]
fn markdown_nested_too_deep_is_borne() {
    for nested in [">", "- ", "[", "![", "*", "_a ", "`", "<a ", "1. ", "[^a]: ", "(", "**a *"] {
        claims::document(format!("# Cook\n\n{}x\n", nested.repeat(20_000)).as_bytes());
    }
}

#[test]
fn quotes_and_lists_without_end_are_told() {
    let nested = format!("# Cook\n\nCooks.\n\n{}\n{}x\n\nMore.\n", "* ".repeat(200), "> - ".repeat(20));
    assert_snapshot!(told(nested), @r#"
    corpus/cook.md:6: more than 30 nested quotes and lists, the rest from here on is left out; write it without nesting
    2 documents, 1 problem
    "#);
}

#[test]
fn a_file_full_of_anything_is_borne() {
    let pieces = [
        "a",
        "a ",
        "a\n\n",
        "- a\n",
        "# a\n",
        "## a\n\n- b\n\n",
        "[^a]",
        "- a[^a]\n",
        "<!--\n",
        "\n",
        "| a | b |\n",
        "&amp;",
        "\\",
        "a\u{301}",
        "---\n",
        "cook ",
        "~~~\n",
        "<b>\n",
    ];
    for piece in pieces {
        let (source, filling) = ("s".repeat(9_000), piece.repeat(190_000 / piece.len()));
        let text = format!("---\ntitle: Cook\n---\n# Cook\n\n[^a]: {source}\n\n{filling}");
        claims::document(text.as_bytes());
    }
}

#[test]
fn what_every_statement_repeats_is_bounded() {
    let long = "z".repeat(90_000);
    assert_snapshot!(told(format!("# Cook\n\nCooks.[^a]\n\n## {long}\n\n- a[^a]\n\n[^a]: {long}\n")), @r#"
    corpus/cook.md:5: this heading is longer than 200 characters, the rest of it is left out; shorten it
    corpus/cook.md:9: this source is longer than 300 characters, the rest of it is left out; shorten it
    2 documents, 2 problems
    "#);
    let yaml = format!("title: {long}\naliases: [{long}]\nsources: [{}]\n", "a, ".repeat(30));
    assert_snapshot!(told(format!("---\n{yaml}---\n\nCooks.\n")), @r#"
    corpus/cook.md:1: more than 20 `sources`, the rest is left out; name each where it is used, as a footnote
    corpus/cook.md:1: the title is longer than 200 characters, the rest is left out; shorten it
    corpus/cook.md:3: the name `zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz…` is longer than 200 characters and is left out; shorten it
    2 documents, 3 problems
    "#);
}

#[test]
fn statements_without_end_are_told_once() {
    assert_snapshot!(told(format!("# Cook\n\nCooks.\n\n## Duties\n\n{}", "- Tastes the soup\n".repeat(50_000))), @r#"
    corpus/cook.md:2006: more than 2000 statements, the rest from here on is left out; split the file into one document per role
    2 documents, 1 problem
    "#);
}

#[test]
fn problems_without_end_are_counted() {
    let listing = told(format!("# Cook\n\nCooks.\n\n## Duties\n\n{}", "- Tastes [^soup]\n".repeat(1_500)));
    assert_eq!(listing.lines().count(), 102);
    assert_snapshot!(listing.lines().skip(99).collect::<Vec<_>>().join("\n"), @r#"
    corpus/cook.md:106: the footnote [^soup] is not defined; add a line `[^soup]: where it comes from`
    corpus/cook.md:107: there are 1400 more problems in this file; fix those above first
    2 documents, 101 problems
    "#);
}

#[test]
fn what_a_document_says_cannot_command_the_terminal_of_whoever_checks_it() {
    let text = "---\n\"ti\\e[2J\\ntle\": Cook\n---\n\n# Cook\n\nCooks.[^\u{1b}]0;x\u{7}\u{202e}]\n";
    assert_snapshot!(told(text), @r#"
    corpus/cook.md:2: unknown key `ti\u{1b}[2J\ntle` in the front matter is ignored; known are title, kind, aliases, ambiguous, family, level, inherits, steps, facts, roles, sources
    corpus/cook.md:7: the footnote [^\u{1b}] is not defined; add a line `[^\u{1b}]: where it comes from`
    2 documents, 2 problems
    "#);
}

#[test]
fn file_names_that_cannot_be_typed_are_told() {
    let place = Place::with(&[("baker.md", BAKER)]);
    for name in [
        &b"coo\nk.md"[..],
        "co\u{202e}ok.md".as_bytes(),
        b"coo\x1b[2Jk.md",
        b"coo\xffk.md",
        "co\u{200b}ok.md".as_bytes(),
    ] {
        fs::write(place.corpus().join(OsStr::from_bytes(name)), "# Cook\n\nCooks.\n").expect("a file");
    }
    assert_snapshot!(listing(&place), @r#"
    corpus/co\u{200b}ok.md:1: the file's name holds invalid or invisible characters; rename it to letters, digits and hyphens
    corpus/co\u{202e}ok.md:1: the file's name holds invalid or invisible characters; rename it to letters, digits and hyphens
    corpus/coo\nk.md:1: the file's name holds invalid or invisible characters; rename it to letters, digits and hyphens
    corpus/coo\u{1b}[2Jk.md:1: the file's name holds invalid or invisible characters; rename it to letters, digits and hyphens
    corpus/coo�k.md:1: the file's name holds invalid or invisible characters; rename it to letters, digits and hyphens
    1 documents, 5 problems
    "#);
}

#[test]
fn links_in_a_circle_are_told() {
    let place = Place::with(&[("baker.md", BAKER)]);
    symlink("cook.md", place.path("corpus/cook.md")).expect("a link");
    symlink("../corpus", place.path("corpus/more.md")).expect("a link");
    assert_snapshot!(listing(&place), @r#"
    corpus/cook.md:1: the file cannot be read (Too many levels of symbolic links (os error 40)); fix its permissions or remove it
    corpus/more.md:1: this is not a regular file; keep folders out of the corpus
    1 documents, 2 problems
    "#);
}

#[test]
fn a_ladder_of_ten_thousand_rungs_is_climbed() {
    let step = "---\nsteps: [{to: next}]\n---\n\nWorks.\n";
    let role = document::parse("role.md", step).0;
    let rung = |at: usize| {
        let mut rung = role.clone();
        rung.slug = format!("r{at}");
        rung.front_matter.steps[0].to.text = format!("r{}", at + 1);
        rung
    };
    let documents: Vec<_> = (0..10_000).map(rung).collect();
    let (ladder, problems) = CareerGraph::new(&documents);
    assert_eq!(problems, []);
    assert_eq!(ladder.shortest_paths(0, 9_999).iter().map(Vec::len).collect::<Vec<_>>(), [10_000]);
}

#[test]
fn more_ways_than_there_is_memory_are_not_all_walked() {
    // Thirty floors of ten roles, every step to each on the next floor: 10 to the power of 28 ways.
    let role = |at: usize| {
        let next = 10 * (at / 10 + 1);
        let steps: String = (next..next + 10).map(|to| format!("  - to: r{to:03}\n")).collect();
        document::parse(&format!("r{at:03}.md"), &format!("---\ntitle: R{at}\nsteps:\n{steps}---\n\nWorks.\n")).0
    };
    let documents: Vec<_> = (0..300).map(role).collect();
    let routes = CareerGraph::new(&documents).0.shortest_paths(0, 295);
    assert_eq!(routes.len(), 8);
    assert!(routes.iter().all(|route| route.len() == 30 && route[0] == 0 && route[29] == 295));
}

#[test]
fn names_made_of_names_are_bounded() {
    let place = Place::with(&[("baker.md", BAKER)]);
    let aliases = |begin: &str| (0..2_000).map(|at| format!("{begin}{at}")).collect::<Vec<_>>().join(", ");
    place.write("corpus/cook.md", format!("---\ntitle: Line Cook\naliases: [{}]\n---\n\nCooks.\n", aliases("x")));
    place.write("corpus/chef.md", format!("---\ntitle: Chef\naliases: [{}]\n---\n\nRuns.\n", aliases("line cook ")));
    let library = spaces::open(&place.corpus(), None, |_, _| {}).expect("a library");
    assert_eq!(library.diagnostics, []);
    let chef = library.by_slug("chef").expect("the chef");
    assert_eq!(library.names.find("x0 7"), [chef], "a short name of the cook's stands in the chef's");
}

#[test]
fn a_corpus_of_hostile_files_is_read_to_the_end() {
    let place = Place::with(&[("baker.md", BAKER)]);
    place.write("corpus/letters.md", format!("# {}\n\n{}\n", "x".repeat(100_000), "x".repeat(200_000)));
    place.write("corpus/words.md", format!("# {}\n\n{}\n", "baker ".repeat(20_000), "bread maker ".repeat(2_000)));
    let found = folder::read(&place.corpus()).expect("a corpus");
    assert_eq!(found.documents.len(), 3);
    let library = spaces::open(&place.corpus(), None, |_, _| {}).expect("a library");
    assert_eq!(library.documents().len(), 3);
}
