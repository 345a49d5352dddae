//! Invariants for arbitrary input: a function for each kind of input, used by the fuzz targets and by `cargo test`. A violated
//! invariant panics.

use std::collections::HashSet;

use rolecall::corpus::document;
use rolecall::discord::protocol::custom_id::{CustomId, Vote};
use rolecall::discord::protocol::decode::{self, DecodeResult};
use rolecall::discord::protocol::encode::{self, AutocompleteChoices, RenderedPage};
use rolecall::discord::protocol::limits::{
    MAX_AUTOCOMPLETE_CHOICES, MAX_BUTTON_LABEL_LENGTH, MAX_CHOICE_LENGTH, MAX_CUSTOM_ID_LENGTH, MAX_EMBED_TOTAL_LENGTH,
    utf16_len,
};
use rolecall::discord::protocol::next_page;
use rolecall::discord::protocol::share;
use rolecall::discord::protocol::vote;
use rolecall::engine::answer::answer;
use rolecall::engine::app::App;
use rolecall::engine::question::Thresholds;
use rolecall::engine::reply::Reply;
use rolecall::engine::request::Request;
use rolecall::engine::spaces::SpaceId;
use rolecall::i18n::Language;
use rolecall::knowledge::career_graph::CareerGraph;
use rolecall::search::names::NameIndex;
use rolecall::search::text::english::tokenize;
use serde_json::{Value, json};
use serenity::model::application::{ComponentInteractionData, Interaction};
use serenity::model::id::UserId;

/// One language is enough: all have the same code paths.
const LANGUAGE: Language = Language::English;
/// Maximum size of the parsed text in bytes, beyond four times the input: every passage has a copy of its heading and sources.
const MAX_COPIES: usize = 32 * 1024 * 1024;

/// Parses a document. Line numbers are in range, diagnostics are single lines, and the size is bounded.
pub fn document(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let lines = 1..=text.matches('\n').count() + 1;
    let (document, diagnostics) = document::parse("any.md", &text);
    for diagnostic in &diagnostics {
        assert!(diagnostic.file == "any.md" && lines.contains(&diagnostic.line), "{diagnostic}");
        let text = diagnostic.to_string();
        assert!(!text.contains(char::is_control) && utf16_len(&text) < 2000, "{text:?}");
    }
    let mut size = 0;
    for passage in &document.passages {
        assert!(lines.contains(&passage.line), "{passage:?}");
        let texts = [&passage.items, &passage.search_phrases, &passage.sources].into_iter().flatten();
        let texts = texts.chain([&passage.text]).chain(&passage.heading);
        size += texts.map(String::len).sum::<usize>();
    }
    assert!(size <= MAX_COPIES + 4 * data.len(), "{size} bytes from {}", data.len());
    let first_passage: String = document.passages.first().map(|passage| passage.text.clone()).unwrap_or_default();
    let documents = [document];
    let names = NameIndex::new(&documents);
    let (graph, _) = CareerGraph::new(&documents);
    assert!(graph.outgoing(0).is_empty() || documents[0].front_matter.steps.iter().any(|step| step.to.text == "any"));
    for mention in names.find_mentions(&tokenize(&first_passage), &|_| false) {
        assert!(mention.start < mention.end && mention.documents == [0], "{mention:?}");
    }
    assert!(names.find(&documents[0].title).len() <= 1);
}

/// Answers a question or a text command.
pub fn sentence(engine: &App, data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let request = Request::parse(&text).map_err(|error| error.message(LANGUAGE));
    check_reply(engine, &request);
    let explanation = engine.explain(&text);
    assert!(!explanation.is_empty());
}

/// Decodes a `custom_id` and a value of a select menu, and answers the request.
pub fn custom_id(engine: &App, data: &[u8]) {
    let id = String::from_utf8_lossy(data);
    let button = component_data(json!({"custom_id": id, "component_type": 2}));
    let menu = component_data(json!({"custom_id": "1:menu0", "component_type": 3, "values": [id]}));
    let menu_with_id = component_data(json!({"custom_id": id, "component_type": 3, "values": ["/roles"]}));
    for data in [button, menu, menu_with_id].iter().flatten() {
        check_component(engine, data);
    }
}

/// Decodes and answers an interaction.
pub fn interaction(engine: &App, data: &[u8]) {
    let Ok(interaction) = serde_json::from_slice::<Interaction>(data) else { return };
    match interaction {
        Interaction::Command(it) => {
            let _ = decode::wants_public_response(&it.data);
            let bot_id = UserId::new(it.application_id.get());
            check_reply(
                engine,
                &decode::message_command(&it.data, bot_id, LANGUAGE)
                    .unwrap_or_else(|| decode::slash_command(&it.data, LANGUAGE)),
            );
        }
        Interaction::Component(it) => {
            check_component(engine, &it.data);
            check_body(&json(&share::public_copy(&it.message, LANGUAGE).into_callback())["data"], false);
        }
        Interaction::Modal(it) => {
            if let Some((target, text)) = vote::parse_submission(&it.data) {
                assert!(utf16_len(&text) <= 1000 && !text.contains('\n') && !target.kind.contains(char::is_whitespace));
            }
        }
        Interaction::Autocomplete(it) => {
            let choices = json(&AutocompleteChoices::callback(decode::autocomplete_choices(
                &it.data,
                engine.space(SpaceId::Global),
            )));
            let choices = choices["data"]["choices"].as_array().cloned().unwrap_or_default();
            assert!(choices.len() <= MAX_AUTOCOMPLETE_CHOICES);
            for text in choices.iter().flat_map(|choice| [&choice["name"], &choice["value"]]) {
                assert!((1..=MAX_CHOICE_LENGTH).contains(&utf16_len(text.as_str().unwrap_or_default())), "{text}");
            }
        }
        _ => {}
    }
}

fn json(body: &impl serde::Serialize) -> Value {
    serde_json::to_value(body).unwrap_or_else(|error| panic!("the body cannot be serialized: {error}"))
}

fn component_data(data: Value) -> Option<ComponentInteractionData> {
    serde_json::from_value(data).ok()
}

fn check_component(engine: &App, data: &ComponentInteractionData) {
    match CustomId::parse(&data.custom_id) {
        Ok(CustomId::Vote(Vote::Right(target) | Vote::Wrong(target))) => {
            let _ = json(&vote::modal(target, LANGUAGE));
        }
        Ok(CustomId::Share(Some(request)) | CustomId::Page(request, _)) => check_reply(engine, &Ok(request)),
        _ => {}
    }
    check_reply(engine, &decode::component(data, LANGUAGE));
}

/// Answers a request. Discord accepts every page of the reply, and the `custom_id` of the request decodes to the request.
fn check_reply(engine: &App, request: &DecodeResult) {
    let reply = match request {
        // Bypasses the engine's recovery from panics.
        Ok(request) => answer(&engine.knowledge(SpaceId::Global), request, Thresholds::default(), LANGUAGE),
        Err(error) => decode::usage_error(LANGUAGE, error),
    };
    check_fields(&reply);
    let mut next = Some(0);
    while let Some(number) = next {
        let reachable = |pages| request.as_ref().is_ok_and(|request| next_page::all_pages_reachable(request, pages));
        let RenderedPage { message, page, remaining } = encode::render_page(&reply, number, reachable);
        assert_eq!(page, number, "{reply:?}");
        next = remaining.map(|_| page + 1);
        let buttons = request.iter().flat_map(|request| {
            let next = remaining.and_then(|count| next_page::button(request, page + 1, count, LANGUAGE));
            next.into_iter().chain(share::button(&reply, request, page))
        });
        check_body(&json(&message.with_button_row(buttons.chain(vote::buttons(&reply)).collect())), true);
    }
    if let Ok(valid) = request
        && let Some(id) = CustomId::Request(valid.clone()).encode()
    {
        let decoded = component_data(json!({"custom_id": id, "component_type": 2}))
            .map(|data| decode::component(&data, LANGUAGE));
        assert_eq!(decoded.as_ref(), Some(request), "{id:?}");
    }
}

fn check_fields(reply: &Reply) {
    assert!((0.0..=1.0).contains(&reply.confidence), "{reply:?}");
    assert!(!reply.title.trim().is_empty(), "{reply:?}");
    assert!(reply.to_json("x").is_object());
}

/// Checks a message body against Discord's limits; `generated` is false for a copy of a message from the interaction.
fn check_body(body: &Value, generated: bool) {
    assert_eq!(body["allowed_mentions"], json!({"parse": []}));
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| utf16_len(value.as_str().unwrap_or_default());
    let embeds = list(body, "embeds");
    let fields = embeds.iter().flat_map(|embed| list(embed, "fields"));
    let field_total: usize = fields.map(|field| text(&field["name"]) + text(&field["value"])).sum();
    let total: usize = embeds.iter().map(|embed| text(&embed["title"]) + text(&embed["description"])).sum();
    assert!(!generated || total + field_total <= MAX_EMBED_TOTAL_LENGTH, "{body}");
    let rows = list(body, "components");
    assert!(rows.len() <= 5, "{body}");
    let mut custom_ids = HashSet::new();
    for component in rows.iter().flat_map(|row| list(row, "components")) {
        assert!(!generated || custom_ids.insert(component["custom_id"].to_string()), "duplicate: {component}");
        assert!(!generated || (1..=MAX_CUSTOM_ID_LENGTH).contains(&text(&component["custom_id"])), "{component}");
        assert!(!generated || text(&component["label"]) <= MAX_BUTTON_LABEL_LENGTH, "{component}");
    }
}
