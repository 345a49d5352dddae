//! Answers of several pages: each page is a click away, also after a restart of the bot and after the corpus has become
//! smaller.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::flows::{buttons, title};
use super::process::Process;
use discord_standin::{Context, Message, Person, Setup, StandIn};

const PRIVATE: u64 = 64;
/// A title so long that a command about it exceeds the limit of a `custom_id`.
const LONG: &str =
    "Keeper of the Keys to the Cupboards in which the Brooms and the Buckets of the Northern Wing are kept at Night";

/// A corpus of so many roles; one of them has a long title and 120 responsibilities.
fn company(roles: usize) -> TempDir {
    let corpus = tempfile::tempdir().expect("a folder");
    let write = |name: String, text: String| std::fs::write(corpus.path().join(name), text).expect("a document");
    for number in 1..roles {
        let title = format!("Inspector of Gate {number:03}");
        let text = format!(
            "---\nfamily: Gates\nlevel: {number}\naliases: [Gatekeeper {number:03}, Watch {number:03}]\n---\n# {title}\n\nInspects it.\n"
        );
        write(format!("gate-{number:03}.md"), text);
    }
    let duties: String = (0..120)
        .map(|number| format!("- Keeps key {number:03}, which opens a cupboard that nobody else may open\n"))
        .collect();
    write("keeper.md".to_owned(), format!("# {LONG}\n\nKeeps keys.\n\n## Responsibilities\n\n{duties}"));
    corpus
}

fn serving(discord: &StandIn, corpus: &TempDir) -> Process {
    Process::start_with(discord, &[("ROLECALL_CORPUS", &corpus.path().to_string_lossy())])
}

fn body(sent: &Value) -> &Value {
    if sent["data"].is_object() { &sent["data"] } else { sent }
}

fn text(sent: &Value) -> String {
    let embeds = body(sent)["embeds"].as_array().into_iter().flatten();
    embeds.filter_map(|embed| embed["description"].as_str()).collect::<Vec<_>>().join("\n")
}

fn more(sent: &Value) -> Option<String> {
    buttons(sent).into_iter().find(|id| id.starts_with("1m")).map(str::to_owned)
}

#[tokio::test]
async fn every_page_is_a_click_away_after_a_restart_of_the_bot() {
    let (discord, corpus) = (StandIn::start(Setup::default()).await, company(250));
    let mut bot = serving(&discord, &corpus);
    let mut pages = vec![discord.slash("roles", json!({}), &Context::server()).await];
    while let Some(next) = more(&pages[pages.len() - 1]) {
        drop(bot);
        bot = serving(&discord, &corpus);
        bot.until_it_says(" created, ").await;
        pages.push(discord.click(&next, &pages[pages.len() - 1], &Context::server()).await);
    }
    assert!(pages.len() > 2, "{} pages", pages.len());
    for (at, page) in pages.iter().enumerate() {
        assert_eq!(title(page), format!("250 roles · page {} of {}", at + 1, pages.len()));
        assert_eq!(page["data"]["flags"], PRIVATE, "ephemeral like the first page");
        let families = text(page).matches("**Gates**").count();
        assert_eq!(families, 1, "each page repeats the family");
    }
    let all: String = pages.iter().map(text).collect::<Vec<_>>().join("\n");
    let told: Vec<&str> =
        all.match_indices("Inspector of Gate ").map(|(at, name)| &all[at + name.len()..at + name.len() + 3]).collect();
    let expected: Vec<String> = (1..250).map(|number| format!("{number:03}")).collect();
    assert_eq!(told, expected);
    let label = |page: &Value| page.to_string().contains("more\"");
    assert!(label(&pages[0]) && !label(&pages[pages.len() - 1]), "the last page has no button to a next one");
    drop(bot);

    // With a smaller corpus, a button to a page beyond the last one shows the last one.
    let smaller = company(150);
    let bot = serving(&discord, &smaller);
    bot.until_it_says(" unchanged").await;
    let last = more(&pages[pages.len() - 2]).expect("a button");
    let page = discord.click(&last, &pages[pages.len() - 2], &Context::server()).await;
    let of = title(&page).strip_prefix("150 roles · page ").and_then(|page| page.split_once(" of "));
    assert!(of.is_some_and(|(page, of)| page == of) && more(&page).is_none(), "{}", title(&page));
    discord.settle().await;
}

#[tokio::test]
async fn the_share_button_posts_the_page_that_is_shown() {
    let (discord, corpus) = (StandIn::start(Setup::default()).await, company(250));
    let _bot = serving(&discord, &corpus);
    let first = discord.slash("roles", json!({}), &Context::server()).await;
    let second = discord.click(&more(&first).expect("a button"), &first, &Context::server()).await;
    let public = discord.click("1s:", &second, &Context::server()).await;
    assert_eq!((&public["data"]["flags"], &public["data"]["embeds"]), (&Value::Null, &second["data"]["embeds"]));
    // The next page of a shared one is ephemeral.
    let grace = Context::server().by(Person::named("grace"));
    let third = discord.click(&more(&public).expect("a button"), &public, &grace).await;
    assert_eq!(third["data"]["flags"], PRIVATE);
    assert!(title(&third).contains(" · page 3 of "), "{}", title(&third));
    discord.settle().await;
}

#[tokio::test]
async fn a_reply_has_pages_too_or_a_note_if_its_question_is_too_long_for_a_custom_id() {
    let (discord, corpus) = (StandIn::start(Setup::default()).await, company(2));
    let _bot = serving(&discord, &corpus);
    let first = discord.answer_to(Message::new("/duties keeper", Context::direct())).await;
    let second = discord.click(&more(&first).expect("a button"), &first, &Context::direct()).await;
    assert!(text(&second).contains("Keeps key 119") && !text(&second).contains("Keeps key 000"), "{}", text(&second));
    let asked = format!("/duties {LONG}");
    let long = discord.answer_to(Message::new(&asked, Context::direct())).await;
    assert!(text(&long).ends_with(" more*") && more(&long).is_none(), "{}", text(&long));
    assert!(!title(&long).contains("page"), "there is no second page");
    discord.settle().await;
}
