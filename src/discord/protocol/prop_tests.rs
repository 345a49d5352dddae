//! Property tests: the body of any reply is within Discord's limits, mentions no one and cuts no link.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;

use crate::discord::protocol::custom_id::CustomId;
use crate::discord::protocol::decode;
use crate::discord::protocol::encode::{self, OutgoingMessage};
use crate::discord::protocol::limits::*;
use crate::discord::protocol::next_page;
use crate::discord::protocol::share;
use crate::discord::protocol::text::escape_markdown;
use crate::discord::protocol::vote;
use crate::engine::reply::{Block, Citation, Line, Menu, Reply, ReplyKind, SuggestedAction};
use crate::engine::request::{Request, SECTIONS};
use crate::i18n::Language;

/// Words of a corpus, ordinary and hostile.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z]{1,12}",
        1 => Just("@everyone".to_owned()),
        1 => Just("<@1100000000000000001>".to_owned()),
        1 => Just("[x](https://evil.example/a_b)".to_owned()),
        1 => Just("||hidden||".to_owned()),
        1 => Just("\n# head".to_owned()),
        1 => Just("\n\n- item\n1. item".to_owned()),
        1 => "https://example\\.org/[a-z_]{1,300}",
        1 => "[😀äß漢\u{202e}\u{7}*_`]{1,30}",
        1 => "\\PC{0,20}",
        1 => "[a-z]{200,1200}",
    ]
}

fn text(words: usize) -> impl Strategy<Value = String> {
    vec(word(), 0..words).prop_map(|words| words.join(" "))
}

fn line() -> impl Strategy<Value = Line> {
    let text = prop_oneof![12 => text(10), 1 => text(90)];
    (option::of(text_or_long()), text, vec(0..12_usize, 0..30)).prop_map(|(label, text, sources)| Line {
        label,
        text,
        sources,
    })
}

fn text_or_long() -> impl Strategy<Value = String> {
    prop_oneof![4 => text(4), 1 => text(60)]
}

fn block() -> impl Strategy<Value = Block> {
    prop_oneof![
        line().prop_map(Block::Paragraph),
        (option::of(text_or_long()), vec(line(), 0..25)).prop_map(|(heading, items)| Block::Bullets { heading, items }),
        vec(line(), 0..25).prop_map(Block::Fields),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        text(12).prop_map(|name| Request::Role { name }),
        text(3).prop_map(|name| Request::Duties { name }),
        (text(3), text(3)).prop_map(|(from, to)| Request::Path { from, to }),
        (text(3), text(3)).prop_map(|(one, other)| Request::Compare { one, other }),
        (text(3), any::<prop::sample::Index>())
            .prop_map(|(name, at)| Request::Section { name, section: SECTIONS[at.index(SECTIONS.len())].0 }),
        text(5).prop_map(|activity| Request::FindOwner { activity }),
        text(3).prop_map(|name| Request::Next { name }),
        text(12).prop_map(|question| Request::Ask { question }),
        Just(Request::Roles),
        Just(Request::Help),
    ]
}

fn language() -> impl Strategy<Value = Language> {
    prop::sample::select(&Language::ALL[..])
}

prop_compose! {
    fn reply()(
        title in text_or_long(),
        blocks in vec(block(), 0..6),
        sources in vec((text_or_long(), text(3), any::<usize>()), 0..30),
        suggestions in vec((text_or_long(), request()), 0..9),
        menu in option::of((text_or_long(), vec((text_or_long(), request()), 0..120))),
        answered in any::<bool>(),
        language in language(),
    ) -> Reply {
        let mut reply = Reply::new(language, ReplyKind::Role, title);
        reply.answered = answered;
        reply.blocks = blocks;
        reply.sources =
            sources.into_iter().map(|(title, file, line)| Citation { title, file, line }).collect();
        let actions = |list: Vec<(String, Request)>| list.into_iter().map(|(label, request)| SuggestedAction { label, request }).collect();
        reply.suggestions = actions(suggestions);
        reply.menu = menu.map(|(title, choices)| Menu { title, choices: actions(choices) });
        reply
    }
}

/// The first page of a reply, without page number and button.
fn first_page(reply: &Reply) -> OutgoingMessage {
    encode::render_page(reply, 0, |_| false).message
}

/// The links in a reply, escaped.
fn links(reply: &Reply) -> BTreeSet<String> {
    format!("{reply:?}")
        .split(|letter: char| !letter.is_ascii_lowercase() && !"_:/.".contains(letter))
        .filter(|word| word.starts_with("https://example.org/"))
        .map(|word| escape_markdown(word.trim_end_matches([':', '.'])))
        .collect()
}

/// Checks that no link was cut.
fn check_links(body: &Value, links: &BTreeSet<String>) {
    let all = body.to_string().replace("\\\\", "\\");
    for (at, _) in all.match_indices(r"https\://example") {
        let end = all[at..].find(|letter: char| !letter.is_ascii_lowercase() && !r"_:/.\".contains(letter));
        let found = &all[at..end.map_or(all.len(), |end| at + end)];
        let is_complete = |link: &String| {
            found
                .strip_prefix(link.as_str())
                .is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '_'))
        };
        assert!(links.iter().any(is_complete), "a part of a link: {found}");
    }
}

/// Checks that a text is present, not blank and at most `max` long; returns its length.
fn check_length(text: &Value, max: usize) -> usize {
    let text = text.as_str().expect("a text");
    assert!(!text.trim().is_empty(), "an empty text");
    let length = utf16_len(text).max(text.chars().count());
    assert!(length <= max, "{length} is longer than {max}: {text}");
    length
}

fn json_array<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn check_body(body: &Value) {
    assert_eq!(body["allowed_mentions"], serde_json::json!({"parse": []}));
    let embeds = json_array(body, "embeds");
    assert!((1..=MAX_EMBEDS).contains(&embeds.len()));
    let mut total = 0;
    let mut texts: Vec<&str> = Vec::new();
    for embed in embeds {
        for (key, max) in [("title", MAX_EMBED_TITLE_LENGTH), ("description", MAX_EMBED_DESCRIPTION_LENGTH)] {
            if !embed[key].is_null() {
                total += check_length(&embed[key], max);
                texts.extend(embed[key].as_str());
            }
        }
        assert!(json_array(embed, "fields").len() <= MAX_EMBED_FIELDS);
        for field in json_array(embed, "fields") {
            total += check_length(&field["name"], MAX_FIELD_NAME_LENGTH)
                + check_length(&field["value"], MAX_FIELD_VALUE_LENGTH);
            texts.extend([&field["name"], &field["value"]].into_iter().filter_map(Value::as_str));
        }
        let has_text =
            !embed["title"].is_null() || !embed["description"].is_null() || !json_array(embed, "fields").is_empty();
        assert!(has_text, "an empty embed");
    }
    assert!(total <= MAX_EMBED_TOTAL_LENGTH, "{total} in all embeds");
    let rows = json_array(body, "components");
    assert!(rows.len() <= 5);
    let mut ids = BTreeSet::new();
    for row in rows {
        assert!((1..=MAX_BUTTONS_PER_ROW).contains(&json_array(row, "components").len()));
        for part in json_array(row, "components") {
            check_length(&part["custom_id"], MAX_CUSTOM_ID_LENGTH);
            assert!(ids.insert(part["custom_id"].to_string()), "the same custom_id twice");
            if part["type"] == 2 {
                check_length(&part["label"], MAX_BUTTON_LABEL_LENGTH);
                continue;
            }
            assert!(part["type"] == 3 && json_array(row, "components").len() == 1, "a menu has a row of its own");
            if !part["placeholder"].is_null() {
                check_length(&part["placeholder"], MAX_PLACEHOLDER_LENGTH);
            }
            let mut values = BTreeSet::new();
            assert!((1..=MAX_SELECT_OPTIONS).contains(&json_array(part, "options").len()));
            for option in json_array(part, "options") {
                check_length(&option["label"], MAX_SELECT_OPTION_LENGTH);
                check_length(&option["value"], MAX_SELECT_OPTION_LENGTH);
                assert!(values.insert(option["value"].to_string()), "the same choice twice");
            }
        }
    }
    for text in texts {
        // Unescaped, these would be a mention, a link, a spoiler or code.
        for (at, mark) in ["@", "<", "|", "`", "_", "~", "://"].iter().flat_map(|mark| text.match_indices(mark)) {
            let backslashes = text[..at].chars().rev().take_while(|letter| *letter == '\\').count();
            assert!(backslashes % 2 == 1, "{mark} at {at} in {text}");
        }
        assert!(!text.contains("](") || text.contains("\\]("), "a link in {text}");
    }
}

/// The same reply with numbered words in its text, and the count of numbers. Fields may be truncated: they have one, at their start.
fn number_lines(mut reply: Reply) -> (Reply, usize) {
    let mut count = 0;
    let plain = |text: &str| text.replace(['№', '['], "");
    let mut number = |line: &mut Line, often: bool| {
        let mut text = String::new();
        for (at, word) in plain(&line.text).split(' ').enumerate() {
            if at == 0 || often && at % 5 == 0 {
                text.push_str(&format!("№{count}№ "));
                count += 1;
            }
            text.push_str(word);
            text.push(' ');
        }
        line.text = text;
        line.label = line.label.as_deref().map(plain);
    };
    for block in &mut reply.blocks {
        match block {
            Block::Paragraph(line) => number(line, true),
            Block::Bullets { items, heading } => {
                *heading = heading.as_deref().map(plain);
                items.iter_mut().for_each(|line| number(line, true));
            }
            Block::Fields(lines) => lines.iter_mut().for_each(|line| number(line, false)),
        }
    }
    (reply, count)
}

/// All pages of a reply, as a member pages through it.
fn all_pages(reply: &Reply, request: &Request) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = Some(0);
    while let Some(page) = next {
        let rendered = encode::render_page(reply, page, |pages| next_page::all_pages_reachable(request, pages));
        assert_eq!(rendered.page, page);
        let button = rendered.remaining.and_then(|left| next_page::button(request, page + 1, left, reply.language));
        let buttons = button.into_iter().chain(share::button(reply, request, page)).chain(vote::buttons(reply));
        all.push(serde_json::to_value(rendered.message.with_button_row(buttons.collect())).expect("JSON"));
        next = rendered.remaining.map(|_| page + 1);
    }
    all
}

/// The text of a body without its title and its sources.
fn body_text(body: &Value) -> String {
    let mut out = String::new();
    for embed in json_array(body, "embeds") {
        out.push_str(embed["description"].as_str().unwrap_or_default());
        for field in json_array(embed, "fields").iter().filter(|field| !is_source_field(field)) {
            out.push_str(&format!("\n{}", field["value"].as_str().unwrap_or_default()));
        }
        out.push('\n');
    }
    out
}

fn is_source_field(field: &Value) -> bool {
    field["value"].as_str().is_some_and(|value| value.starts_with('[')) && field["inline"] == false
}

fn source_list(body: &Value) -> String {
    let fields = json_array(body, "embeds").iter().flat_map(|embed| json_array(embed, "fields"));
    fields.filter(|field| is_source_field(field)).filter_map(|field| field["value"].as_str()).collect()
}

/// The numbers in the text of a body.
fn line_numbers(body: &Value) -> Vec<usize> {
    body_text(body).split('№').skip(1).step_by(2).filter_map(|number| number.parse().ok()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_reply_becomes_a_valid_body(reply in reply(), request in request(), id in any::<u64>()) {
        let message = serde_json::to_value(first_page(&reply).replying_to(id)).expect("JSON");
        check_body(&message);
        check_links(&message, &links(&reply));
        assert!(utf16_len(message["nonce"].as_str().expect("a nonce")) <= 25);
        let buttons = share::button(&reply, &request, 0).into_iter().chain(vote::buttons(&reply)).collect();
        check_body(&serde_json::to_value(first_page(&reply).with_button_row(buttons).to_edit()).expect("JSON"));
        let callback = serde_json::to_value(first_page(&reply).ephemeral().into_callback()).expect("JSON");
        check_body(&callback["data"]);
        assert_eq!(callback["data"]["flags"], 64);
    }

    #[test]
    fn the_pages_show_everything_once_and_in_order(reply in reply(), request in request()) {
        let (reply, count) = number_lines(reply);
        let (all, links) = (all_pages(&reply, &request), links(&reply));
        let numbers: Vec<usize> = all.iter().flat_map(line_numbers).collect();
        prop_assert_eq!(numbers, (0..count).collect::<Vec<_>>());
        for (at, body) in all.iter().enumerate() {
            check_body(body);
            check_links(body, &links);
            let text = body_text(body);
            let sources = source_list(body);
            // The last line states the number of omitted sources, in any language.
            let omits_some = sources.lines().last().is_some_and(|line| !line.starts_with('['));
            for mark in text.match_indices(" [").map(|(at, _)| &text[at + 1..]) {
                let mark = &mark[..=mark.find(']').expect("a mark")];
                prop_assert!(sources.contains(mark) || omits_some, "{mark} on page {at}: {sources}");
            }
        }
        // A page beyond the end gives the last one.
        let beyond = encode::render_page(&reply, all.len() + 3, |_| true);
        prop_assert_eq!((beyond.page, beyond.remaining), (all.len() - 1, None));
    }

    #[test]
    fn a_click_on_a_button_gives_its_request(request in request()) {
        if let Some(id) = CustomId::Request(request.clone()).encode() {
            let data = serde_json::json!({"custom_id": id, "component_type": 2});
            let click = decode::component(&serde_json::from_value(data).expect("a click"), Language::English);
            assert_eq!(click, Ok(request));
        }
    }

    #[test]
    fn decoding_a_component_never_panics(id in "\\PC{0,100}") {
        for id in [id.clone(), format!("1:{id}"), format!("1:/{id}")] {
            let data = serde_json::json!({"custom_id": id, "component_type": 2});
            let _ = decode::component(&serde_json::from_value(data).expect("a click"), Language::English);
        }
    }
}

#[test]
fn the_generic_error_is_a_valid_body() {
    for language in Language::ALL {
        let error = serde_json::to_value(encode::OutgoingMessage::generic_error(language)).expect("JSON");
        check_length(&error["content"], 2000);
        assert_eq!(error["allowed_mentions"], serde_json::json!({"parse": []}));
    }
}

#[test]
fn the_note_counts_the_items_of_other_pages() {
    let mut reply = Reply::new(Language::English, ReplyKind::Duties, "Much to do");
    let item = |n: usize| Line { text: format!("Duty {n} {}", "and so on ".repeat(20)), ..Line::default() };
    reply.bullets(Some("Duties"), (0..100).map(item).collect());
    let body = serde_json::to_value(first_page(&reply)).expect("JSON");
    let all: String = json_array(&body, "embeds").iter().filter_map(|embed| embed["description"].as_str()).collect();
    let shown = all.matches("Duty ").count();
    assert!(shown > 20);
    assert!(all.ends_with(&format!("*… and {} more*", 100 - shown)), "{all}");
}

#[test]
fn pages_are_filled_up_to_the_limit() {
    for width in 1..60 {
        let mut reply = Reply::new(Language::English, ReplyKind::Duties, "Much to do");
        let item = |_| Line { text: "x".repeat(width), ..Line::default() };
        reply.bullets(None, (0..4000).map(item).collect());
        let body = serde_json::to_value(first_page(&reply)).expect("JSON");
        check_body(&body);
        let text = |embed: &Value| utf16_len(embed["description"].as_str().unwrap_or_default());
        let used: usize = json_array(&body, "embeds").iter().map(text).sum();
        assert!(used > MAX_EMBED_TOTAL_LENGTH - 150, "only {used} of {MAX_EMBED_TOTAL_LENGTH} are used");
    }
}
