//! Tests of the limits of autocomplete choices, modals and commands, at the limit and one beyond it.

use serde_json::{Value, json};

use super::super::{command_limits, events, limits};
use super::message_limits::{is_refused_at, long, many, row};

#[test]
fn choices_and_modals_are_checked() {
    let choices = |number, name, value| {
        let choice = json!({"name": long(name), "value": long(value)});
        json!({"type": 8, "data": {"choices": many(number, |_| choice.clone())}})
    };
    let modal = |title: usize, number: usize, more: Value| {
        let input = |n: usize| {
            let mut input = json!({"type": 4, "style": 1, "label": "x", "custom_id": n.to_string()});
            events::merge(&mut input, &more);
            row(json!([input]))
        };
        json!({"type": 9, "data": {"custom_id": "x", "title": long(title), "components": many(number, input)}})
    };
    let path = "data.components.0.components.0";
    let cases = [
        (4, "data.choices".to_owned(), choices(25, 100, 100), choices(26, 1, 1)),
        (4, "data.choices.0.name".to_owned(), choices(1, 1, 1), choices(1, 0, 1)),
        (4, "data.choices.0.name".to_owned(), choices(1, 1, 1), choices(1, 101, 1)),
        (4, "data.choices.0.value".to_owned(), choices(0, 1, 1), choices(1, 1, 0)),
        (4, "data.choices.0.value".to_owned(), choices(1, 1, 1), choices(1, 1, 101)),
        (2, "data.title".to_owned(), modal(45, 5, json!({})), modal(46, 5, json!({}))),
        (2, "data.components".to_owned(), modal(1, 5, json!({})), modal(1, 6, json!({}))),
        (2, format!("{path}.label"), modal(1, 1, json!({"label": long(45)})), modal(1, 1, json!({"label": long(46)}))),
        (
            2,
            format!("{path}.value"),
            modal(1, 1, json!({"value": long(4000)})),
            modal(1, 1, json!({"value": long(4001)})),
        ),
        (
            2,
            format!("{path}.placeholder"),
            modal(1, 1, json!({"placeholder": long(100)})),
            modal(1, 1, json!({"placeholder": long(101)})),
        ),
        (
            2,
            format!("{path}.max_length"),
            modal(1, 1, json!({"max_length": 4000})),
            modal(1, 1, json!({"max_length": 4001})),
        ),
        (2, "type".to_owned(), modal(1, 1, json!({})), choices(1, 1, 1)),
        (2, "data.content".to_owned(), modal(1, 1, json!({})), json!({"type": 4, "data": {"content": long(2001)}})),
        (3, "data.content".to_owned(), json!({"type": 6}), json!({"type": 7, "data": {"content": long(2001)}})),
    ];
    for (kind, place, good, bad) in cases {
        let errors = limits::callback(&good, &[], kind);
        assert!(errors.is_empty(), "{place}: {:?}", errors.lines());
        let answer = limits::callback(&bad, &[], kind).to_json();
        assert!(is_refused_at(&answer, &place), "{place}: {answer}");
    }
}

#[test]
fn commands_are_checked() {
    let command = |more: Value| {
        let mut command = json!({"name": "x", "description": "x"});
        events::merge(&mut command, &more);
        command
    };
    let option = |name: &str, more: Value| {
        let mut option = json!({"type": 3, "name": name, "description": "x"});
        events::merge(&mut option, &more);
        option
    };
    let options = |number: usize| many(number, |n| option(&format!("o{n}"), json!({})));
    let choices = |number: usize, name: usize| {
        let choices = many(number, |n| json!({"name": long(name), "value": n.to_string()}));
        command(json!({"options": [option("o", json!({"choices": choices}))]}))
    };
    let one = |one: Value| command(json!({"options": [one]}));
    let required = json!({"required": true});
    let (first, last) = (option("a", required), option("b", json!({})));
    let cases = [
        ("name", command(json!({"name": long(32)})), command(json!({"name": long(33)}))),
        ("name", command(json!({"name": "wer-bin_ich'1"})), command(json!({"name": "Who"}))),
        ("name", command(json!({"name": "भूमिका"})), command(json!({"name": "a b"}))),
        (
            "name_localizations.de",
            command(json!({"name_localizations": {"de": "rolle"}})),
            command(json!({"name_localizations": {"de": "Rolle!"}})),
        ),
        (
            "name_localizations.xx",
            command(json!({"name_localizations": {"da": "x"}})),
            command(json!({"name_localizations": {"xx": "x"}})),
        ),
        ("description", command(json!({"description": long(100)})), command(json!({"description": long(101)}))),
        ("description", command(json!({})), command(json!({"description": ""}))),
        (
            "description",
            json!({"type": 3, "name": "Explain This"}),
            json!({"type": 3, "name": "x", "description": "x"}),
        ),
        ("options", command(json!({"options": options(25)})), command(json!({"options": options(26)}))),
        ("options.1", command(json!({"options": [first, last]})), command(json!({"options": [last, first]}))),
        ("options.1", command(json!({"options": [first, last]})), command(json!({"options": [first, first]}))),
        ("options.0.choices", choices(25, 100), choices(26, 1)),
        ("options.0.choices.0.name", choices(1, 1), choices(1, 101)),
        ("options.0.name", one(option("o", json!({}))), one(option("O", json!({})))),
        ("options.0.description", one(option("o", json!({}))), one(option("o", json!({"description": ""})))),
        (
            "options.0.autocomplete",
            one(option("o", json!({"autocomplete": true}))),
            one(option("o", json!({"autocomplete": true, "type": 5}))),
        ),
        ("contexts", command(json!({"contexts": [0, 1, 2]})), command(json!({"contexts": [3]}))),
        (
            "integration_types",
            command(json!({"integration_types": [0, 1]})),
            command(json!({"integration_types": [2]})),
        ),
        ("options.0.type", one(option("o", json!({"type": 1}))), one(option("o", json!({"type": 12})))),
    ];
    for (place, good, bad) in cases {
        let errors = command_limits::command(&good);
        assert!(errors.is_empty(), "{place}: {:?}", errors.lines());
        let answer = command_limits::command(&bad).to_json();
        assert!(is_refused_at(&answer, place), "{place}: {answer}");
    }
    // Names, descriptions and values: 1 + 1 of the command, 3 * 2 of the options, 25 + 14 choices of 200, one of 100 + last.
    let big = |last: usize| {
        let full = |number| many(number, |_| json!({"name": long(100), "value": long(100)}));
        let rest = json!([{"name": long(100), "value": long(last)}]);
        let option = |name, choices: Value| option(name, json!({"choices": choices}));
        command(json!({"options": [option("a", full(25)), option("b", full(14)), option("c", rest)]}))
    };
    let (max, over) = (command_limits::command(&big(92)), command_limits::command(&big(93)));
    assert!(max.is_empty(), "{:?}", max.lines());
    assert!(over.lines()[0].contains("APPLICATION_COMMAND_TOO_LARGE"), "{:?}", over.lines());
    let named = |kind: u64, number: usize| -> Vec<Value> {
        (0..number)
            .map(|n| json!({"type": kind, "name": format!("x{n}"), "description": if kind == 1 { "x" } else { "" }}))
            .collect()
    };
    for (kind, max) in [(1, 100), (2, 15), (3, 15)] {
        assert!(command_limits::commands(&named(kind, max)).is_empty());
        assert!(!command_limits::commands(&named(kind, max + 1)).is_empty());
    }
    assert!(!command_limits::commands(&[command(json!({})), command(json!({}))]).is_empty());
}
