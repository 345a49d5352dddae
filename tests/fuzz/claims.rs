//! What holds whatever comes in: a function for each entrance, the same for fuzzing and for `cargo test`. A claim that does not
//! hold is a panic.

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

/// Each language has the same entrances; one is enough to try them.
const SPOKEN: Language = Language::English;
/// What a document may become in memory beside a multiple of its own length, in bytes: every statement carries its heading and its sources.
const STATEMENTS: usize = 32 * 1024 * 1024;

/// Reads a file of the corpus. What comes out lies inside it, is told in single lines, and is not much more than came in.
pub fn document(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let lines = 1..=text.matches('\n').count() + 1;
    let (document, problems) = document::parse("any.md", &text);
    for problem in &problems {
        assert!(problem.file == "any.md" && lines.contains(&problem.line), "{problem}");
        let shown = problem.to_string();
        assert!(!shown.contains(char::is_control) && utf16_len(&shown) < 2000, "{shown:?}");
    }
    let mut kept = 0;
    for passage in &document.passages {
        assert!(lines.contains(&passage.line), "{passage:?}");
        let texts = [&passage.items, &passage.search_phrases, &passage.sources].into_iter().flatten();
        let texts = texts.chain([&passage.text]).chain(&passage.heading);
        kept += texts.map(String::len).sum::<usize>();
    }
    assert!(kept <= STATEMENTS + 4 * data.len(), "{kept} bytes out of {}", data.len());
    let spoken: String = document.passages.first().map(|passage| passage.text.clone()).unwrap_or_default();
    let documents = [document];
    let names = NameIndex::new(&documents);
    let (ladder, _) = CareerGraph::new(&documents);
    assert!(ladder.outgoing(0).is_empty() || documents[0].front_matter.steps.iter().any(|step| step.to.text == "any"));
    for mention in names.find_mentions(&tokenize(&spoken), &|_| false) {
        assert!(mention.start < mention.end && mention.documents == [0], "{mention:?}");
    }
    assert!(names.find(&documents[0].title).len() <= 1);
}

/// Answers what somebody typed.
pub fn sentence(bot: &App, data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let asked = Request::parse(&text).map_err(|mistake| mistake.message(SPOKEN));
    said(bot, &asked);
    let explained = bot.explain(&text);
    assert!(!explained.is_empty());
}

/// Reads what a button or a menu carries. What it asks, it asks again when it is put on a button.
pub fn custom_id(bot: &App, data: &[u8]) {
    let id = String::from_utf8_lossy(data);
    let button = touched(json!({"custom_id": id, "component_type": 2}));
    let menu = touched(json!({"custom_id": "1:menu0", "component_type": 3, "values": [id]}));
    let below = touched(json!({"custom_id": id, "component_type": 3, "values": ["/roles"]}));
    for data in [button, menu, below].iter().flatten() {
        clicked(bot, data);
    }
}

/// Takes an interaction as Discord sends it, and answers it.
pub fn interaction(bot: &App, data: &[u8]) {
    let Ok(interaction) = serde_json::from_slice::<Interaction>(data) else { return };
    match interaction {
        Interaction::Command(it) => {
            let _ = decode::wants_public_response(&it.data);
            let me = UserId::new(it.application_id.get());
            said(
                bot,
                &decode::message_command(&it.data, me, SPOKEN)
                    .unwrap_or_else(|| decode::slash_command(&it.data, SPOKEN)),
            );
        }
        Interaction::Component(it) => {
            clicked(bot, &it.data);
            taken(&json(&share::public_copy(&it.message, SPOKEN).into_callback())["data"], false);
        }
        Interaction::Modal(it) => {
            if let Some((judged, text)) = vote::parse_submission(&it.data) {
                assert!(utf16_len(&text) <= 1000 && !text.contains('\n') && !judged.kind.contains(char::is_whitespace));
            }
        }
        Interaction::Autocomplete(it) => {
            let choices = json(&AutocompleteChoices::callback(decode::autocomplete_choices(
                &it.data,
                bot.space(SpaceId::Global),
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
    serde_json::to_value(body).unwrap_or_else(|why| panic!("a body that is no JSON: {why}"))
}

fn touched(data: Value) -> Option<ComponentInteractionData> {
    serde_json::from_value(data).ok()
}

fn clicked(bot: &App, data: &ComponentInteractionData) {
    match CustomId::parse(&data.custom_id) {
        Ok(CustomId::Vote(Vote::Right(target) | Vote::Wrong(target))) => {
            let _ = json(&vote::modal(target, SPOKEN));
        }
        Ok(CustomId::Share(Some(request)) | CustomId::Page(request, _)) => said(bot, &Ok(request)),
        _ => {}
    }
    said(bot, &decode::component(data, SPOKEN));
}

/// The answer to what was asked is one that Discord takes, on every page of it, and its buttons ask what they say.
fn said(bot: &App, asked: &DecodeResult) {
    let reply = match asked {
        // Past the bot's own net for panics, so that none is missed here.
        Ok(request) => answer(&bot.knowledge(SpaceId::Global), request, Thresholds::default(), SPOKEN),
        Err(why) => decode::usage_error(SPOKEN, why),
    };
    sound(&reply);
    let mut next = Some(0);
    while let Some(wanted) = next {
        let reaches = |pages| asked.as_ref().is_ok_and(|request| next_page::all_pages_reachable(request, pages));
        let RenderedPage { message, page, remaining: left } = encode::render_page(&reply, wanted, reaches);
        assert_eq!(page, wanted, "{reply:?}");
        next = left.map(|_| page + 1);
        let buttons = asked.iter().flat_map(|request| {
            let more = left.and_then(|left| next_page::button(request, page + 1, left, SPOKEN));
            more.into_iter().chain(share::button(&reply, request, page))
        });
        taken(&json(&message.with_button_row(buttons.chain(vote::buttons(&reply)).collect())), true);
    }
    if let Ok(request) = asked
        && let Some(id) = CustomId::Request(request.clone()).encode()
    {
        let again = touched(json!({"custom_id": id, "component_type": 2})).map(|data| decode::component(&data, SPOKEN));
        assert_eq!(again.as_ref(), Some(asked), "{id:?}");
    }
}

fn sound(reply: &Reply) {
    assert!((0.0..=1.0).contains(&reply.confidence), "{reply:?}");
    assert!(!reply.title.trim().is_empty(), "{reply:?}");
    assert!(reply.to_json("x").is_object());
}

/// A body that Discord takes, as far as its texts go; `ours` where every text in it is.
fn taken(body: &Value, ours: bool) {
    assert_eq!(body["allowed_mentions"], json!({"parse": []}));
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| utf16_len(value.as_str().unwrap_or_default());
    let embeds = list(body, "embeds");
    let fields = embeds.iter().flat_map(|embed| list(embed, "fields"));
    let in_fields: usize = fields.map(|field| text(&field["name"]) + text(&field["value"])).sum();
    let total: usize = embeds.iter().map(|embed| text(&embed["title"]) + text(&embed["description"])).sum();
    assert!(!ours || total + in_fields <= MAX_EMBED_TOTAL_LENGTH, "{body}");
    let rows = list(body, "components");
    assert!(rows.len() <= 5, "{body}");
    let mut seen = HashSet::new();
    for part in rows.iter().flat_map(|row| list(row, "components")) {
        assert!(!ours || seen.insert(part["custom_id"].to_string()), "twice: {part}");
        assert!(!ours || (1..=MAX_CUSTOM_ID_LENGTH).contains(&text(&part["custom_id"])), "{part}");
        assert!(!ours || text(&part["label"]) <= MAX_BUTTON_LABEL_LENGTH, "{part}");
    }
}
