//! An author's mistakes: each is told with its file, its line and what to do, and never hides the other documents.

use std::fs::File;

use insta::assert_snapshot;

use crate::stage::Place;

/// A document without a fault.
const BAKER: &str = "\
---
title: Baker
aliases: [bread maker]
---

# Baker

Bakes bread before the town wakes up.[^handbook]

## Responsibilities

- Kneads the dough at three in the morning.[^handbook]

[^handbook]: Bakery Handbook, \"Bread\"
";

/// What `check` lists for one more document beside the baker's; the baker is answered for all the same.
fn fault(text: impl AsRef<[u8]>) -> String {
    let place = Place::with(&[("baker.md", BAKER)]);
    place.write("corpus/cook.md", text);
    listing(&place)
}

fn listing(place: &Place) -> String {
    let check = place.run(&["check"]);
    assert_eq!(check.code, Some(1), "{check:?}");
    assert_eq!(check.err, "");

    let ask = place.run(&["ask", "--json", "/role bread maker"]);
    assert_eq!(ask.code, Some(0), "{ask:?}");
    assert!(ask.err.contains("in the corpus, the rest is served"), "{}", ask.err);
    let replies = ask.json_lines();
    assert_eq!(replies[0]["answered"], true);
    assert_eq!(replies[0]["roles"], serde_json::json!(["baker"]));
    assert_eq!(replies[0]["sources"][0]["file"], "baker.md");

    check.out
}

#[test]
fn front_matter_that_is_no_yaml_is_told() {
    assert_snapshot!(fault("---\ntitle: Cook\naliases: [chef\n---\n\n# Cook\n\nCooks.\n"), @r#"
    corpus/cook.md:3: the front matter cannot be read and is left out (unclosed bracket '['); fix this line, see the author's guide for the keys
    2 documents, 1 problem
    "#);
}

#[test]
fn a_value_of_the_wrong_kind_is_told() {
    assert_snapshot!(fault("---\ntitle: Cook\nlevel: high\n---\n\n# Cook\n\nCooks.\n"), @r#"
    corpus/cook.md:3: the front matter cannot be read and is left out (invalid i64); fix this line, see the author's guide for the keys
    2 documents, 1 problem
    "#);
}

#[test]
fn an_unknown_key_is_told() {
    assert_snapshot!(fault("---\ntitle: Cook\nalias: [chef]\n---\n\n# Cook\n\nCooks.\n"), @r#"
    corpus/cook.md:3: unknown key `alias` in the front matter is ignored; known are title, kind, aliases, ambiguous, family, level, inherits, steps, facts, roles, sources
    2 documents, 1 problem
    "#);
}

#[test]
fn an_unknown_key_in_a_step_is_told() {
    let text = "---\ntitle: Cook\nsteps:\n  - to: baker\n    add: Rises early\n---\n\n# Cook\n\nCooks.\n";
    assert_snapshot!(fault(text), @r#"
    corpus/cook.md:5: unknown key `add` in a step is ignored; known are to, kind, adds, leaves, source
    2 documents, 1 problem
    "#);
}

#[test]
fn an_unknown_key_in_a_fact_is_told() {
    let text = "---\ntitle: Cook\nfacts:\n  - label: Pay\n    value: 9\n    units: pounds\n---\n\n# Cook\n\nCooks.\n";
    assert_snapshot!(fault(text), @r#"
    corpus/cook.md:6: unknown key `units` in a fact is ignored; known are label, value, measure, unit, by, region, date, note, source, asked
    2 documents, 1 problem
    "#);
}

#[test]
fn a_step_to_a_role_that_does_not_exist_is_told() {
    assert_snapshot!(fault("---\ntitle: Cook\nsteps:\n  - to: head-chef\n---\n\n# Cook\n\nCooks.\n"), @r#"
    corpus/cook.md:4: a step to `head-chef`: there is no head-chef.md; correct the slug or add the document
    2 documents, 1 problem
    "#);
}

#[test]
fn a_step_to_itself_is_told() {
    assert_snapshot!(fault("---\ntitle: Cook\nsteps:\n  - to: cook\n---\n\n# Cook\n\nCooks.\n"), @r#"
    corpus/cook.md:4: a step to `cook` refers to the role itself; name another role
    2 documents, 1 problem
    "#);
}

#[test]
fn a_step_to_a_topic_is_told() {
    let place = Place::with(&[
        ("baker.md", BAKER),
        ("bread.md", "---\ntitle: Bread\nkind: topic\n---\n\n# Bread\n\nFlour and water.\n"),
        ("cook.md", "---\ntitle: Cook\nsteps:\n  - to: bread\n---\n\n# Cook\n\nCooks.\n"),
    ]);
    assert_snapshot!(listing(&place), @r#"
    corpus/cook.md:4: a step to `bread` refers to a topic; name a role
    3 documents, 1 problem
    "#);
}

#[test]
fn a_circle_of_promotions_is_told_once() {
    let place = Place::with(&[
        ("baker.md", BAKER),
        ("commis.md", "---\ntitle: Commis\nsteps:\n  - to: cook\n---\n\n# Commis\n\nPeels.\n"),
        ("cook.md", "---\ntitle: Cook\nsteps:\n  - to: sous-chef\n---\n\n# Cook\n\nCooks.\n"),
        ("sous-chef.md", "---\ntitle: Sous-chef\nsteps:\n  - to: commis\n---\n\n# Sous-chef\n\nPlates.\n"),
    ]);
    assert_snapshot!(listing(&place), @r#"
    corpus/commis.md:4: the promotions between commis, cook, sous-chef form a cycle; change or remove one of these steps
    4 documents, 1 problem
    "#);
}

#[test]
fn inheriting_from_a_role_that_does_not_exist_is_told() {
    assert_snapshot!(fault("---\ntitle: Cook\ninherits: [kitchen-hand]\n---\n\n# Cook\n\nCooks.\n"), @r#"
    corpus/cook.md:3: inheriting from `kitchen-hand`: there is no kitchen-hand.md; correct the slug or add the document
    2 documents, 1 problem
    "#);
}

#[test]
fn an_alias_that_two_roles_claim_is_told() {
    assert_snapshot!(fault("---\ntitle: Cook\naliases: [chef, Bread Maker]\n---\n\n# Cook\n\nCooks.\n"), @r#"
    corpus/cook.md:3: the alias `Bread Maker` is already used by baker.md; keep it in one, or list it under `ambiguous` in both
    2 documents, 1 problem
    "#);
}

#[test]
fn an_alias_that_is_the_title_of_another_role_is_told() {
    assert_snapshot!(fault("---\ntitle: Cook\naliases:\n  - chef\n  - baker\n---\n\n# Cook\n\nCooks.\n"), @r#"
    corpus/cook.md:5: the alias `baker` is already used by baker.md; keep it in one, or list it under `ambiguous` in both
    2 documents, 1 problem
    "#);
}

#[test]
fn a_file_that_is_not_utf8_is_told_with_the_line() {
    assert_snapshot!(fault(b"# Cook\n\nCooks cr\xe8me br\xfbl\xe9e.\n"), @r#"
    corpus/cook.md:3: the file is not UTF-8 from this line on; save it again with the encoding UTF-8
    1 documents, 1 problem
    "#);
}

#[test]
fn an_empty_file_is_told() {
    assert_snapshot!(fault(" \n\n"), @r#"
    corpus/cook.md:1: the file is empty; write the role into it or remove it
    1 documents, 1 problem
    "#);
}

#[test]
fn a_file_of_fifty_megabytes_is_told_and_not_read() {
    let place = Place::with(&[("baker.md", BAKER)]);
    let file = File::create(place.path("corpus/cook.md")).expect("a file");
    file.set_len(50 * 1024 * 1024).expect("a sparse file");
    assert_snapshot!(listing(&place), @r#"
    corpus/cook.md:1: the file has 50 MiB, the limit is 2 MiB; split it into one document per role
    1 documents, 1 problem
    "#);
}

#[test]
fn a_folder_that_is_called_like_a_document_is_told() {
    let place = Place::with(&[("baker.md", BAKER)]);
    std::fs::create_dir(place.path("corpus/cook.md")).expect("a folder");
    assert_snapshot!(listing(&place), @r#"
    corpus/cook.md:1: this is not a regular file; keep folders out of the corpus
    1 documents, 1 problem
    "#);
}

#[test]
fn a_link_that_leads_nowhere_is_told() {
    let place = Place::with(&[("baker.md", BAKER)]);
    std::os::unix::fs::symlink("/nowhere/cook.md", place.path("corpus/cook.md")).expect("a link");
    assert_snapshot!(listing(&place), @r#"
    corpus/cook.md:1: the file cannot be read (No such file or directory (os error 2)); fix its permissions or remove it
    1 documents, 1 problem
    "#);
}

#[test]
fn a_footnote_that_is_not_defined_is_told() {
    assert_snapshot!(fault("# Cook\n\nCooks.[^book]\n\n## Duties\n\n- Tastes.[^bok]\n\n[^book]: Book\n"), @r#"
    corpus/cook.md:7: the footnote [^bok] is not defined; add a line `[^bok]: where it comes from`
    2 documents, 1 problem
    "#);
}

#[test]
fn a_source_that_no_footnote_defines_is_told() {
    let text = "---\ntitle: Cook\nsteps:\n  - to: baker\n    source: survey\nfacts:\n  - label: Pay\n    value: 9\n    \
                source: suvrey\n---\n\n# Cook\n\nCooks.[^survey]\n\n[^survey]: Survey\n";
    assert_snapshot!(fault(text), @r#"
    corpus/cook.md:7: source `suvrey` is not defined; add a footnote `[^suvrey]: ...` to the text, or name the source in full
    2 documents, 1 problem
    "#);
}

#[test]
fn front_matter_without_an_end_is_told() {
    assert_snapshot!(fault("---\ntitle: Cook\n\n# Cook\n\nCooks.\n"), @r#"
    corpus/cook.md:1: the front matter has no end; add a line `---` below it
    2 documents, 1 problem
    "#);
}

#[test]
fn a_document_without_a_title_is_told() {
    assert_snapshot!(fault("Cooks.\n"), @r#"
    corpus/cook.md:1: no title: add `title:` to the front matter or a first heading `# ...`
    2 documents, 1 problem
    "#);
}

#[test]
fn a_document_that_says_nothing_is_told() {
    assert_snapshot!(fault("---\ntitle: Cook\n---\n\n# Cook\n"), @r#"
    corpus/cook.md:1: the document is empty; add a summary and responsibilities, or remove the file
    1 documents, 1 problem
    "#);
}

#[test]
fn two_faults_are_told_in_the_order_of_the_lines() {
    let text = "---\ntitle: Cook\ncolour: white\nsteps:\n  - to: head-chef\n---\n\n# Cook\n\nCooks.[^none]\n";
    assert_snapshot!(fault(text), @r#"
    corpus/cook.md:3: unknown key `colour` in the front matter is ignored; known are title, kind, aliases, ambiguous, family, level, inherits, steps, facts, roles, sources
    corpus/cook.md:5: a step to `head-chef`: there is no head-chef.md; correct the slug or add the document
    corpus/cook.md:10: the footnote [^none] is not defined; add a line `[^none]: where it comes from`
    2 documents, 3 problems
    "#);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_no_fault() {
    let windows = format!("\u{feff}{}", BAKER.replace('\n', "\r\n"));
    let place = Place::with(&[("baker.md", windows.as_str())]);
    let check = place.run(&["check"]);
    assert_eq!((check.code, check.out.as_str()), (Some(0), "1 documents, no problems\n"));

    let unix = Place::with(&[("baker.md", BAKER)]).run(&["ask", "--json", "/duties bread maker"]);
    assert_eq!(place.run(&["ask", "--json", "/duties bread maker"]).out, unix.out);
}

#[test]
fn a_fault_in_a_file_with_windows_line_ends_has_the_same_line() {
    let text = "---\ntitle: Cook\naliases:\n  - chef\n  - bread maker\n---\n\n# Cook\n\nCooks.[^none]\n";
    let lines = |listing: String| -> Vec<String> {
        listing.lines().filter_map(|line| line.split_once(": ")).map(|(place, _)| place.to_owned()).collect()
    };
    let told = lines(fault(text.replace('\n', "\r\n")));
    assert_eq!(told, ["corpus/cook.md:5", "corpus/cook.md:10"]);
    assert_eq!(told, lines(fault(text)));
}

#[test]
fn an_empty_folder_is_told_with_what_to_do() {
    let place = Place::with(&[]);
    for verb in [&["check"][..], &["index"], &["ask", "anything"], &["console"], &[]] {
        let outcome = place.run(verb);
        assert_eq!((outcome.code, outcome.out.as_str()), (Some(1), ""), "{verb:?}");
        assert_eq!(
            outcome.err.trim_end(),
            "rolecall: the corpus folder corpus holds no document that can be served; put a Markdown file per role into it, \
             such as pastry-chef.md",
            "{verb:?}"
        );
    }
}

#[test]
fn a_missing_folder_is_told_with_what_to_do() {
    let place = Place::new();
    for verb in [&["check"][..], &["index"], &["ask", "anything"], &["console"], &[]] {
        let outcome = place.run(verb);
        assert_eq!((outcome.code, outcome.out.as_str()), (Some(1), ""), "{verb:?}");
        assert_eq!(
            outcome.err.trim_end(),
            "rolecall: the corpus folder corpus cannot be read: No such file or directory (os error 2); set ROLECALL_CORPUS \
             to the folder with the role documents",
            "{verb:?}"
        );
    }
}

#[test]
fn one_source_for_a_whole_document_may_be_the_label_of_a_footnote_or_named_in_full() {
    let cook = |source: &str| {
        format!(
            "---\nsources: {source}\n---\n\n# Cook\n\nCooks lunch.\n\n## Duties\n\n- Fries fish.\n\n[^book]: Kitchen Book, \"Fish\"\n"
        )
    };
    for (source, shown) in [("[book]", "Kitchen Book, \"Fish\""), ("A letter of the cook's", "A letter of the cook's")]
    {
        let place = Place::with(&[("cook.md", cook(source).as_str())]);
        let answer = place.run(&["ask", "--json", "who fries fish?"]).json_lines().remove(0);
        assert_eq!(answer["sources"][0]["title"], shown, "{answer}");
    }
}

#[test]
fn plain_markdown_without_front_matter_is_enough() {
    let text = "# Night Porter\n\nMinds the door.\n\n## What you'll do\n\n- Carries luggage\n- Locks up at two\n\n## Kit\n\nA torch.\n";
    let place = Place::with(&[("night-porter.md", text), ("README.md", "[^a] no document"), ("notes.txt", "neither")]);
    let check = place.run(&["check"]);
    assert_eq!((check.code, check.out.as_str()), (Some(0), "1 documents, no problems\n"));

    let library = place.library();
    let document = library.document(0);
    assert_eq!((document.slug.as_str(), document.title.as_str()), ("night-porter", "Night Porter"));
    let duties: Vec<(&str, usize)> = document
        .passages_of_kind(rolecall::model::document::PassageKind::Responsibility)
        .map(|passage| (passage.text.as_str(), passage.line))
        .collect();
    assert_eq!(duties, [("Carries luggage", 7), ("Locks up at two", 8)]);

    let reply = &place.run(&["ask", "--json", "/duties night porter"]).json_lines()[0];
    assert!(reply["text"].as_str().is_some_and(|text| text.contains("Locks up at two") && !text.contains("torch")));
}
