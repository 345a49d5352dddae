//! Whoever means harm: documents, questions, buttons and interactions made to break the bot. What holds of each is said once, in
//! `tests/fuzz/claims.rs`, and looked for here among the seeds and among what chance makes of them; `cargo fuzz` looks further.

mod corpora;
mod growth;
mod questions;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;

use crate::stage::BOT;

#[path = "../../fuzz/claims.rs"]
mod claims;

/// Every seed of a target, in a fixed order.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds").join(target);
    let mut paths: Vec<_> = fs::read_dir(folder).expect("seeds").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(paths.len() > 10, "the seeds are found");
    paths.iter().map(|path| fs::read(path).expect("a seed")).collect()
}

/// What chance does to a text: a piece of it cut out, repeated, or replaced.
#[derive(Clone, Debug)]
struct Change {
    from: prop::sample::Index,
    length: usize,
    times: usize,
    put: Vec<u8>,
}

fn change() -> impl Strategy<Value = Change> {
    let odd = prop::sample::select(vec![
        "---\n",
        "\n\n",
        "- ",
        "  ",
        "> ",
        "[^a]",
        "<!--",
        "-->",
        "asked:",
        "&a ",
        "*a",
        "<<: ",
        "{",
        "]",
        "/",
        "1:",
        "1s:",
        "1-:",
        "pm",
        " to ",
        "?",
        "\u{202e}",
        "\u{200b}",
        "\u{301}",
        "’",
        "İ",
        "ß",
        "\u{feff}",
        "\0",
        "\u{1b}[2J",
        "null",
        "\"",
        "99999999999999999999",
        "-1",
        "\r",
    ]);
    let put = prop_oneof![odd.prop_map(|text| text.as_bytes().to_vec()), prop::collection::vec(any::<u8>(), 0..8)];
    (any::<prop::sample::Index>(), 0..40_usize, prop_oneof![4 => 0..3_usize, 1 => 3..200_usize], put)
        .prop_map(|(from, length, times, put)| Change { from, length, times, put })
}

/// A seed of this target after a few changes.
fn changed(target: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let seed = prop::sample::select(seeds(target));
    (seed, prop::collection::vec(change(), 0..6)).prop_map(|(mut text, changes)| {
        for change in changes {
            let from = change.from.index(text.len() + 1);
            let end = (from + change.length).min(text.len());
            let piece = [change.put, text[from..end].to_vec()].concat();
            text.splice(from..end, piece.repeat(change.times));
        }
        text
    })
}

/// A seed that is JSON, with one value in it replaced: by another one's, by nothing, by too much, by what nests too deep.
fn other_values(target: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let seed = prop::sample::select(seeds(target));
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        Just(Value::from("x".repeat(6000))),
        (1..300_usize).prop_map(|depth| (0..depth).fold(Value::Null, |inside, _| Value::Array(vec![inside]))),
        (1..100_usize)
            .prop_map(|depth| (0..depth).fold(Value::Null, |inside, _| serde_json::json!({"options": [inside]}))),
        Just(Value::Array(vec![serde_json::json!({"name": "role", "type": 3, "value": "pm"}); 300])),
    ];
    (seed, value, any::<prop::sample::Index>()).prop_map(|(seed, value, which)| {
        let mut whole: Value = serde_json::from_slice(&seed).expect("a seed that is JSON");
        let mut paths = Vec::new();
        places(&whole, String::new(), &mut paths);
        if let Some(place) = whole.pointer_mut(&paths[which.index(paths.len())]) {
            *place = value;
        }
        whole.to_string().into_bytes()
    })
}

fn places(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, inside)| places(inside, format!("{path}/{key}"), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, inside)| places(inside, format!("{path}/{at}"), found));
        }
        _ => {}
    }
    found.push(path);
}

#[test]
fn every_seed_is_borne() {
    seeds("document").iter().for_each(|seed| claims::document(seed));
    seeds("sentence").iter().for_each(|seed| claims::sentence(&BOT, seed));
    seeds("custom_id").iter().for_each(|seed| claims::custom_id(&BOT, seed));
    seeds("interaction").iter().for_each(|seed| claims::interaction(&BOT, seed));
}

#[test]
fn every_seed_of_an_interaction_is_one() {
    use serenity::model::application::Interaction;
    for seed in seeds("interaction") {
        let read = serde_json::from_slice::<Interaction>(&seed);
        assert!(read.is_ok(), "{read:?} of {}", String::from_utf8_lossy(&seed));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_document_is_borne(text in changed("document")) {
        claims::document(&text);
    }

    #[test]
    fn any_sentence_is_borne(text in changed("sentence")) {
        claims::sentence(&BOT, &text);
    }

    #[test]
    fn any_custom_id_is_borne(text in changed("custom_id")) {
        claims::custom_id(&BOT, &text);
    }

    #[test]
    fn a_custom_id_cut_short_is_borne(id in prop::sample::select(seeds("custom_id")), end in any::<prop::sample::Index>()) {
        claims::custom_id(&BOT, &id[..end.index(id.len() + 1)]);
    }

    #[test]
    fn any_interaction_is_borne(text in prop_oneof![other_values("interaction"), changed("interaction")]) {
        claims::interaction(&BOT, &text);
    }
}
