//! The picture beside an answer: sent with it, kept for the next one, and never in its way.

use serde_json::{Value, json};

use super::edits::edited;
use super::process::Process;
use super::{answer_to, pictured};
use discord_standin::{Context, Fault, Message, Setup, StandIn};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The pictures that came with every message so far, in order.
fn pictures(discord: &StandIn) -> Vec<Vec<u8>> {
    let files = discord.requests().into_iter().flat_map(|request| request.files);
    let picture = |file: discord_standin::Upload| {
        assert_eq!((file.part.as_str(), file.filename.as_str()), ("files[0]", "ladder.png"));
        assert!(file.content.starts_with(PNG) && (10_000..2_000_000).contains(&file.size), "{} bytes", file.size);
        file.content
    };
    files.map(picture).collect()
}

/// The words beside the picture of a message.
fn words(body: &Value) -> &str {
    assert_eq!(body["embeds"][0]["image"]["url"], "attachment://ladder.png", "{body}");
    body["attachments"][0]["description"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn the_ladder_and_a_path_come_with_a_picture() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let ladder = pictured(&discord, "ladder", json!({})).await;
    assert!(words(&ladder["data"]).contains("Product Manager leads up to Senior Product Manager"), "{ladder}");
    let path = pictured(&discord, "path", json!({"from": "apm", "to": "cpo"})).await;
    assert!(words(&path["data"]).contains("Highlighted: Associate Product Manager, then Product Manager"), "{path}");
    let said = answer_to(&discord, Message::new("/path apm, cpo", Context::direct())).await;
    assert_eq!(words(&said), words(&path["data"]));
    discord.settle().await;
    let pictures = pictures(&discord);
    assert_eq!(pictures.len(), 3);
    assert!(pictures[0] != pictures[1] && pictures[1] == pictures[2], "the same path, the same picture");
}

#[tokio::test]
async fn families_are_suggested_and_an_unknown_one_is_told() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let choices = discord.autocomplete("ladder", json!({"family": "TEAM"}), "family", &Context::server()).await;
    assert_eq!(choices, [json!({"name": "Product team", "value": "Product team"})]);
    let answer = pictured(&discord, "ladder", json!({"family": "Product team"})).await;
    assert!(words(&answer["data"]).starts_with("Career ladder: Product team."), "{answer}");
    let answer = discord.slash("ladder", json!({"family": "circus"}), &Context::server()).await;
    assert!(answer.to_string().contains("no family of roles called") && answer["data"]["attachments"].is_null());
}

#[tokio::test]
async fn a_picture_is_sent_again_with_its_answer_and_both_appear_once() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    pictured(&discord, "ladder", json!({})).await;
    for fault in [Fault::Status(502), Fault::AfterEffect(504)] {
        discord.fail_next("POST", "/callback", fault);
        let answer = discord.slash("ladder", json!({}), &Context::server()).await;
        assert!(!words(&answer["data"]).is_empty(), "{fault:?}");
        discord.fail_next("POST", "/messages", fault);
        let said = answer_to(&discord, Message::new("/ladder", Context::direct())).await;
        assert!(!words(&said).is_empty(), "{fault:?}");
    }
    discord.settle().await;
}

#[tokio::test]
async fn an_answer_goes_out_without_a_picture_that_is_refused() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    pictured(&discord, "ladder", json!({})).await;
    for status in [403, 413] {
        discord.fail_next("POST", "/messages", Fault::Status(status));
        let said = answer_to(&discord, Message::new("/ladder", Context::direct())).await;
        assert_eq!(said["embeds"][0]["title"], "Career ladder");
        assert!(said["attachments"].is_null() && said["embeds"][0]["image"].is_null(), "{said}");
    }
    bot.until_it_says("sending the reply without its diagram").await;
    discord.fail_next("POST", "/callback", Fault::Status(400));
    let answer = discord.slash("ladder", json!({}), &Context::server()).await;
    assert!(answer["data"]["attachments"].is_null() && answer["data"]["embeds"][0]["title"] == "Career ladder");
}

#[tokio::test]
async fn the_answer_to_an_edited_question_has_its_picture_and_not_the_old_one() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    // Both are drawn once, so that no edit waits for its picture.
    let path = pictured(&discord, "path", json!({"from": "apm", "to": "cpo"})).await;
    pictured(&discord, "ladder", json!({})).await;
    let answer = answer_to(&discord, Message::new("/role pd", Context::direct())).await;
    let changed = edited(&discord, &answer, "/path apm, cpo").await;
    assert_eq!(words(&changed), words(&path["data"]));
    let again = edited(&discord, &answer, "/ladder").await;
    assert!(words(&again).starts_with("Career ladder."), "{again}");
    let text = edited(&discord, &answer, "/role pm").await;
    assert_eq!((&text["attachments"], &text["embeds"][0]["image"]), (&json!([]), &Value::Null));
    let sent = pictures(&discord);
    assert!(sent.len() == 4 && sent[0] == sent[2] && sent[1] == sent[3], "{} pictures", sent.len());

    // Lost on the way, it is sent again; refused, the answer changes without it.
    discord.fail_next("PATCH", "/messages", Fault::Status(502));
    assert_eq!(words(&edited(&discord, &answer, "/path apm, cpo").await), words(&path["data"]));
    discord.fail_next("PATCH", "/messages", Fault::Status(403));
    let bare = edited(&discord, &answer, "/ladder").await;
    assert_eq!((&bare["attachments"], &bare["embeds"][0]["title"]), (&json!([]), &json!("Career ladder")));
    bot.until_it_says("editing the reply without its diagram").await;
    discord.settle().await;
}

#[tokio::test]
async fn an_answer_goes_out_without_a_picture_that_cannot_be_drawn_and_the_log_says_so_once() {
    let corpus = tempfile::tempdir().expect("a folder");
    std::fs::write(corpus.path().join("head.md"), "# 製品 Head\n\nLeads.\n").expect("a document");
    let discord = StandIn::start(Setup::default()).await;
    let folder = corpus.path().to_string_lossy().into_owned();
    let bot = Process::start_with(&discord, &[("ROLECALL_CORPUS", &folder)]);
    for _ in 0..2 {
        let answer = discord.slash("ladder", json!({}), &Context::server()).await;
        assert_eq!(answer["data"]["embeds"][0]["title"], "Career ladder");
        assert!(answer["data"]["attachments"].is_null(), "{answer}");
    }
    assert_eq!(bot.said().matches("answers are sent without this diagram").count(), 1, "{}", bot.said());
}
