//! Diagrams: attached to answers, cached, and left out where they cannot be rendered or sent.
//!
//! An answer goes out without a diagram that takes longer than 1.5 s. The corpus here has four roles, whose diagram
//! takes some 50 ms even unoptimised, so that every answer has its diagram on a busy machine too.

use serde_json::{Value, json};

use super::process::Process;
use crate::stage::Place;
use discord_standin::{Context, Fault, Message, Setup, StandIn};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A corpus with one career of three roles, and a role of another family.
pub fn restaurant() -> Place {
    let role = |title: &str, family: &str, level: u8, next: &str| {
        let steps = if next.is_empty() { String::new() } else { format!("steps:\n  - to: {next}\n") };
        format!("---\nfamily: {family}\nlevel: {level}\n{steps}---\n# {title}\n\nWorks in the restaurant.\n")
    };
    Place::with(&[
        ("apprentice.md", &role("Apprentice", "Kitchen", 1, "cook")),
        ("cook.md", &role("Cook", "Kitchen", 2, "chef")),
        ("chef.md", &role("Chef", "Kitchen", 3, "")),
        ("waiter.md", &role("Waiter", "Service", 1, "")),
    ])
}

/// A bot over that corpus, with its commands registered.
async fn start(discord: &StandIn, place: &Place) -> Process {
    let bot = Process::start_with(discord, &[("ROLECALL_CORPUS", &place.corpus().to_string_lossy())]);
    bot.until_it_says(" created, ").await;
    bot
}

/// The files that were sent with all messages so far, in order.
fn files(discord: &StandIn) -> Vec<Vec<u8>> {
    let files = discord.requests().into_iter().flat_map(|request| request.files);
    let content = |file: discord_standin::Upload| {
        assert_eq!((file.part.as_str(), file.filename.as_str()), ("files[0]", "ladder.png"));
        assert!(file.content.starts_with(PNG) && (2_000..2_000_000).contains(&file.size), "{} bytes", file.size);
        file.content
    };
    files.map(content).collect()
}

/// The alternative text of the diagram of a message.
pub fn alt_text(sent: &Value) -> &str {
    let body = if sent["data"].is_object() { &sent["data"] } else { sent };
    assert_eq!(body["embeds"][0]["image"]["url"], "attachment://ladder.png", "{body}");
    body["attachments"][0]["description"].as_str().unwrap_or_default()
}

fn way() -> Value {
    json!({"from": "apprentice", "to": "chef"})
}

#[tokio::test]
async fn the_ladder_and_a_path_have_a_diagram() {
    let (discord, place) = (StandIn::start(Setup::default()).await, restaurant());
    let _bot = start(&discord, &place).await;
    let ladder = discord.slash("ladder", json!({}), &Context::server()).await;
    assert!(alt_text(&ladder).contains("Apprentice leads up to Cook"), "{ladder}");
    let path = discord.slash("path", way(), &Context::server()).await;
    assert!(alt_text(&path).contains("Highlighted: Apprentice, then Cook"), "{path}");
    let message = discord.answer_to(Message::new("/path apprentice, chef", Context::direct())).await;
    assert_eq!(alt_text(&message), alt_text(&path));
    discord.settle().await;
    let files = files(&discord);
    assert_eq!(files.len(), 3);
    assert!(files[0] != files[1] && files[1] == files[2], "the same path has the same diagram");
}

#[tokio::test]
async fn the_ladder_of_a_family_has_a_diagram_and_an_unknown_family_has_none() {
    let (discord, place) = (StandIn::start(Setup::default()).await, restaurant());
    let _bot = start(&discord, &place).await;
    let choices = discord.autocomplete("ladder", json!({"family": "KITCH"}), "family", &Context::server()).await;
    assert_eq!(choices, [json!({"name": "Kitchen", "value": "Kitchen"})]);
    let answer = discord.slash("ladder", json!({"family": "Kitchen"}), &Context::server()).await;
    assert!(alt_text(&answer).starts_with("Career ladder: Kitchen."), "{answer}");
    let answer = discord.slash("ladder", json!({"family": "circus"}), &Context::server()).await;
    assert!(answer.to_string().contains("no family of roles called") && answer["data"]["attachments"].is_null());
}

#[tokio::test]
async fn a_failed_request_is_retried_with_its_diagram_and_both_appear_once() {
    let (discord, place) = (StandIn::start(Setup::default()).await, restaurant());
    let _bot = start(&discord, &place).await;
    for fault in [Fault::Status(502), Fault::AfterEffect(504)] {
        discord.fail_next("POST", "/callback", fault);
        let answer = discord.slash("ladder", json!({}), &Context::server()).await;
        assert!(!alt_text(&answer).is_empty(), "{fault:?}");
        discord.fail_next("POST", "/messages", fault);
        let message = discord.answer_to(Message::new("/ladder", Context::direct())).await;
        assert!(!alt_text(&message).is_empty(), "{fault:?}");
    }
    discord.settle().await;
}

#[tokio::test]
async fn a_reply_is_sent_without_a_diagram_that_discord_rejects() {
    let (discord, place) = (StandIn::start(Setup::default()).await, restaurant());
    let bot = start(&discord, &place).await;
    for status in [403, 413] {
        discord.fail_next("POST", "/messages", Fault::Status(status));
        let message = discord.answer_to(Message::new("/ladder", Context::direct())).await;
        assert_eq!(message["embeds"][0]["title"], "Career ladder");
        assert!(message["attachments"].is_null() && message["embeds"][0]["image"].is_null(), "{message}");
    }
    bot.until_it_says("sending the reply without its diagram").await;
    discord.fail_next("POST", "/callback", Fault::Status(400));
    let answer = discord.slash("ladder", json!({}), &Context::server()).await;
    assert!(answer["data"]["attachments"].is_null() && answer["data"]["embeds"][0]["title"] == "Career ladder");
}

#[tokio::test]
async fn an_edited_reply_gets_the_diagram_of_its_new_question() {
    let (discord, place) = (StandIn::start(Setup::default()).await, restaurant());
    let bot = start(&discord, &place).await;
    let answer = discord.answer_to(Message::new("/role cook", Context::direct())).await;
    let path = discord.edited(&answer, "/path apprentice, chef").await;
    assert!(alt_text(&path).contains("Highlighted: Apprentice, then Cook"), "{path}");
    let ladder = discord.edited(&answer, "/ladder").await;
    assert!(alt_text(&ladder).starts_with("Career ladder."), "{ladder}");
    let text = discord.edited(&answer, "/role waiter").await;
    assert_eq!((&text["attachments"], &text["embeds"][0]["image"]), (&json!([]), &Value::Null));
    assert_eq!(files(&discord).len(), 2);

    discord.fail_next("PATCH", "/messages", Fault::Status(502));
    assert_eq!(alt_text(&discord.edited(&answer, "/path apprentice, chef").await), alt_text(&path));
    discord.fail_next("PATCH", "/messages", Fault::Status(403));
    let rejected = discord.edited(&answer, "/ladder").await;
    assert_eq!((&rejected["attachments"], &rejected["embeds"][0]["title"]), (&json!([]), &json!("Career ladder")));
    bot.until_it_says("editing the reply without its diagram").await;
    discord.settle().await;
}

#[tokio::test]
async fn an_answer_goes_out_without_a_diagram_that_cannot_be_rendered_and_that_is_logged_once() {
    let (discord, place) =
        (StandIn::start(Setup::default()).await, Place::with(&[("head.md", "# 製品 Head\n\nLeads.\n")]));
    let bot = start(&discord, &place).await;
    for _ in 0..2 {
        let answer = discord.slash("ladder", json!({}), &Context::server()).await;
        assert_eq!(answer["data"]["embeds"][0]["title"], "Career ladder");
        assert!(answer["data"]["attachments"].is_null(), "{answer}");
    }
    assert_eq!(bot.said().matches("answers are sent without this diagram").count(), 1, "{}", bot.said());
}
