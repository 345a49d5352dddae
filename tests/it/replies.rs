//! Every reply over the four fixture corpora, as a digest of its JSON and of the message that Discord gets: a change that should
//! change no reply shows that it changes none, and one that should shows which.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rolecall::discord::protocol::encode::render_page;
use rolecall::engine::app::{App, Ask};
use rolecall::engine::request::Request;
use rolecall::engine::spaces::SpaceId;
use rolecall::i18n::Language;

use crate::measures::{chatter, questions};
use crate::stage::bot;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// Questions, chatter, and every command about every role and about every role and its neighbour in the folder.
fn texts(folder: &Path, bot: &App) -> Vec<String> {
    let read = |file: &str| fs::read_to_string(folder.join(file)).expect("a file of the fixture");
    let mut texts: Vec<String> =
        questions(&read("questions.jsonl")).expect("questions").into_iter().map(|question| question.q).collect();
    texts.extend(chatter(&read("chatter.tsv")).expect("chatter"));
    texts.extend(["", "/help", "/roles", "/ladder", "/who plans", "/role", "/path", "/horoscope"].map(str::to_owned));
    let library = bot.knowledge(SpaceId::Global);
    let slugs: Vec<&str> = library.documents().iter().map(|document| document.slug.as_str()).collect();
    for (slug, next) in slugs.iter().zip(slugs.iter().cycle().skip(1)) {
        for command in ["role", "duties", "next", "ladder"] {
            texts.push(format!("/{command} {slug}"));
        }
        texts.extend([format!("/path {slug} {next}"), format!("/compare {slug} {next}")]);
    }
    texts
}

/// What a text is answered with, in every language: as JSON, and as the first page on Discord.
fn digest(bot: &App, text: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    for language in Language::ALL {
        let reply = match Request::parse(text) {
            Ok(request) => bot.handle(&Ask::global(language, &request)),
            Err(_) => bot.handle_text(text),
        };
        hasher.update(reply.to_json(text).to_string().as_bytes());
        let message = render_page(&reply, 0, |_| true).message;
        hasher.update(&serde_json::to_vec(&message).expect("a message is JSON"));
    }
    let reply = bot.handle_text(text);
    let digest = &hasher.finalize().to_hex()[..12];
    format!("{digest} {:9} {:.2}", reply.kind.as_str(), reply.confidence)
}

/// A line a text.
fn digests(fixture: &str) -> String {
    let folder = Path::new(FIXTURES).join(fixture);
    let bot = bot(&folder.join("corpus"));
    texts(&folder, &bot).iter().fold(String::new(), |mut lines, text| {
        let _ = writeln!(lines, "{} {}", digest(&bot, text), text.replace(['\n', '\r'], " "));
        lines
    })
}

#[test]
fn replies_about_the_ward_are_as_they_were() {
    insta::assert_snapshot!(digests("ward"));
}

#[test]
fn replies_about_the_software_company_are_as_they_were() {
    insta::assert_snapshot!(digests("software"));
}

#[test]
fn replies_about_the_theatre_are_as_they_were() {
    insta::assert_snapshot!(digests("theatre"));
}

#[test]
fn replies_about_the_newsroom_are_as_they_were() {
    insta::assert_snapshot!(digests("newsroom"));
}
