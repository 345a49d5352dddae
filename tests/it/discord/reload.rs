//! Reloads of a corpus that changes while the bot runs: questions are answered all the time, soon from the new
//! documents.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::flows::title;
use super::process::Process;
use super::status::{self, Status};
use crate::stage::{Place, kitchen};
use discord_standin::{Context, Person, Setup, StandIn};

/// The outcomes of a reload, as the log names them. Each is counted before it is logged.
const CHANGED: &str = "corpus reloaded ";
const FAILED: &str = "cannot be reloaded";
const UNCHANGED: &str = "the corpus is unchanged";

/// The number of reloads with an outcome in `/metrics`.
async fn counted(status: &Status, outcome: &str) -> f64 {
    status.metrics().await[&format!("rolecall_reloads_total{{outcome=\"{outcome}\"}}")]
}

/// A bot over the corpus of `place` that logs every reload.
fn start(discord: &StandIn, place: &Place, settings: &[(&str, &str)]) -> Process {
    status::start(discord, place, &[&[("RUST_LOG", "rolecall=debug")], settings].concat())
}

/// The document of a baker with this responsibility.
fn baker(does: &str) -> String {
    format!("# Baker\n\nBakes bread.\n\n## Duties\n\n- {does}\n")
}

/// The answer to `/role baker`, for a member of that number, because of the rate limits.
async fn card(discord: &StandIn, number: usize) -> String {
    let context = Context::direct().by(Person::named(&format!("guest-{number}")));
    let answer = discord.slash("role", json!({"name": "baker"}), &context).await;
    assert_eq!(title(&answer), "Baker");
    answer.to_string()
}

#[tokio::test]
async fn an_edited_file_is_reloaded_while_the_bot_runs() {
    let (place, discord) = (kitchen(), StandIn::start(Setup::default()).await);
    let bot = start(&discord, &place, &[]);
    let status = Status::of(&bot).await;
    assert!(card(&discord, 0).await.contains("Kneads dough at dawn"));
    // The watcher starts with a reload, for changes before it watched.
    bot.until_it_says(UNCHANGED).await;

    place.write("corpus/baker.md", baker("Glazes the buns"));
    bot.until_it_says("corpus reloaded roles=2 topics=0").await;
    assert_eq!(counted(&status, "changed").await, 1.0);
    assert!(card(&discord, 1).await.contains("Glazes the buns"));

    // Editors write another file and rename it.
    place.write("corpus/.baker.md.swp", baker("Sifts flour"));
    fs::rename(place.path("corpus/.baker.md.swp"), place.path("corpus/baker.md")).expect("a rename");
    bot.until_it_says_times(CHANGED, 2).await;
    assert!(card(&discord, 2).await.contains("Sifts flour"));

    fs::remove_file(place.path("corpus/cook.md")).expect("a file less");
    bot.until_it_says("corpus reloaded roles=1 topics=0").await;
    assert_eq!(status.metrics().await["rolecall_corpus_documents{kind=\"role\"}"], 1.0);
}

#[tokio::test]
async fn sighup_reloads_the_corpus_and_does_not_end_the_process() {
    let place = kitchen();
    let corpus = place.corpus();
    let index = place.index();
    // Also before Discord can be reached.
    let settings = [
        ("ROLECALL_CORPUS", corpus.to_str().expect("a path")),
        ("ROLECALL_INDEX", index.to_str().expect("a path")),
        ("ROLECALL_STATUS_ADDR", "0"),
        ("ROLECALL_WATCH", "off"),
        ("RUST_LOG", "rolecall=debug"),
    ];
    let mut bot = Process::start_at("http://127.0.0.1:9", &settings);
    let status = Status::of(&bot).await;
    bot.until_it_says("Discord cannot be reached").await;
    bot.signal("-HUP");
    bot.until_it_says("the corpus is unchanged").await;
    place.write("corpus/baker.md", baker("Glazes the buns"));
    bot.signal("-HUP");
    bot.until_it_says(CHANGED).await;
    assert_eq!(counted(&status, "unchanged").await, 1.0, "the watcher is off");
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0), "{}", bot.said());
}

#[tokio::test]
async fn a_malformed_file_is_left_out_and_logged() {
    let (place, discord) = (kitchen(), StandIn::start(Setup::default()).await);
    let bot = start(&discord, &place, &[]);
    let status = Status::of(&bot).await;
    place.write("corpus/cook.md", b"# Cook\n\xff\n");
    bot.until_it_says("a problem in the corpus, the rest is served: cook.md:2: ").await;
    assert_eq!(status.metrics().await["rolecall_corpus_problems"], 1.0);
    assert!(card(&discord, 0).await.contains("Kneads dough at dawn"));
    // The fingerprint of the corpus stays the same, since the file is left out both times.
    place.write("corpus/cook.md", b"# Cook\n\nCooks.\n\xff\n");
    bot.until_it_says("a problem in the corpus, the rest is served: cook.md:4: ").await;
}

#[tokio::test]
async fn an_empty_folder_keeps_the_previous_corpus_and_is_logged_once() {
    let (place, discord) = (kitchen(), StandIn::start(Setup::default()).await);
    let bot = start(&discord, &place, &[]);
    let status = Status::of(&bot).await;
    bot.until_it_says(UNCHANGED).await;
    for name in ["baker.md", "cook.md"] {
        fs::remove_file(place.path("corpus").join(name)).expect("a file less");
    }
    bot.until_it_says("the previous one is still served error=the corpus folder").await;
    bot.until_it_says("put a Markdown file per role into it").await;
    let failed = bot.said().matches(FAILED).count();
    bot.signal("-HUP");
    bot.until_it_says_times(FAILED, failed + 1).await;
    assert!(counted(&status, "failed").await > failed as f64);
    assert_eq!(bot.said().matches("is still served").count(), 1, "{}", bot.said());
    assert!(card(&discord, 0).await.contains("Kneads dough at dawn"));
    place.write("corpus/baker.md", baker("Glazes the buns"));
    bot.until_it_says(CHANGED).await;
    assert!(card(&discord, 1).await.contains("Glazes the buns"));
}

#[tokio::test]
async fn a_folder_that_is_renamed_or_created_again_is_reloaded() {
    let (place, discord) = (kitchen(), StandIn::start(Setup::default()).await);
    let bot = start(&discord, &place, &[]);
    bot.until_it_says(UNCHANGED).await;
    fs::rename(place.corpus(), place.path("elsewhere")).expect("a rename");
    bot.until_it_says("cannot be read: No such file or directory").await;
    place.write("elsewhere/baker.md", baker("Glazes the buns"));
    fs::rename(place.path("elsewhere"), place.corpus()).expect("a rename");
    bot.until_it_says(CHANGED).await;

    let failed = bot.said().matches(FAILED).count();
    fs::remove_dir_all(place.corpus()).expect("gone");
    bot.until_it_says_times(FAILED, failed + 1).await;
    let changed = bot.said().matches(CHANGED).count();
    fs::create_dir(place.corpus()).expect("a folder");
    place.write("corpus/baker.md", baker("Sifts flour"));
    bot.until_it_says_times(CHANGED, changed + 1).await;
    // The new folder is watched.
    place.write("corpus/cook.md", "# Cook\n\nCooks lunch.\n");
    bot.until_it_says_times(CHANGED, changed + 2).await;
    assert!(card(&discord, 0).await.contains("Sifts flour"));
}

#[cfg(unix)]
fn link(target: impl AsRef<Path>, place: &Place, name: &str) {
    let aside = place.path("link-aside");
    std::os::unix::fs::symlink(target, &aside).expect("a link");
    fs::rename(aside, place.path(name)).expect("a rename");
}

#[cfg(unix)]
#[tokio::test]
async fn a_replaced_symbolic_link_is_reloaded_each_time() {
    let (place, discord) = (Place::new(), StandIn::start(Setup::default()).await);
    for number in 0..3 {
        fs::create_dir_all(place.path(&format!("v{number}/corpus"))).expect("folders");
        place.write(&format!("v{number}/corpus/baker.md"), baker(&format!("Bakes batch {number}")));
    }
    // Deployments replace a link to a parent folder of the corpus.
    link("v0", &place, "now");
    std::os::unix::fs::symlink("now/corpus", place.corpus()).expect("a link");
    let bot = start(&discord, &place, &[]);
    bot.until_it_says(UNCHANGED).await;
    for number in 1..3 {
        link(format!("v{number}"), &place, "now");
        bot.until_it_says_times(CHANGED, number).await;
        assert!(card(&discord, number).await.contains(&format!("Bakes batch {number}")));
    }
    place.write("v2/corpus/baker.md", baker("Bakes batch 3"));
    bot.until_it_says_times(CHANGED, 3).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_replaced_kubernetes_config_map_is_reloaded() {
    let (place, discord) = (Place::new(), StandIn::start(Setup::default()).await);
    let folder = |number: usize| format!("corpus/..2026_0{number}");
    let put = |number: usize| {
        fs::create_dir_all(place.path(&folder(number))).expect("a folder");
        place.write(&format!("{}/baker.md", folder(number)), baker(&format!("Bakes batch {number}")));
        link(format!("..2026_0{number}"), &place, "corpus/..data");
    };
    put(1);
    std::os::unix::fs::symlink("..data/baker.md", place.path("corpus/baker.md")).expect("a link");
    let bot = start(&discord, &place, &[]);
    bot.until_it_says(UNCHANGED).await;
    for number in 2..4 {
        put(number);
        fs::remove_dir_all(place.path(&folder(number - 1))).expect("the old one goes");
        bot.until_it_says_times(CHANGED, number - 1).await;
        assert!(card(&discord, number).await.contains(&format!("Bakes batch {number}")));
    }
}

#[tokio::test]
async fn answers_during_a_reload_come_from_the_old_or_the_new_corpus() {
    let (place, discord) = (kitchen(), StandIn::start(Setup::default()).await);
    place.write("corpus/baker.md", baker("Bakes batch 0."));
    let bot = start(&discord, &place, &[("ROLECALL_WATCH", "off")]);
    let status = Status::of(&bot).await;
    bot.until_it_says(" created, ").await;
    let mut asked = 0;
    for number in 1..=20 {
        place.write("corpus/baker.md", baker(&format!("Bakes batch {number}.")));
        bot.signal("-HUP");
        let begun = asked;
        let questions = async {
            let mut answers = Vec::new();
            while answers.len() < 5 {
                answers.push(card(&discord, begun + answers.len()).await);
            }
            answers
        };
        let (answers, ()) = tokio::join!(questions, bot.until_it_says_times(CHANGED, number));
        asked += answers.len();
        let new = format!("Bakes batch {number}.");
        let old = format!("Bakes batch {}.", number - 1);
        for answer in answers {
            assert!(answer.contains(&new) != answer.contains(&old), "{answer}");
        }
        assert!(card(&discord, 1000 + number).await.contains(&new));
    }
    assert_eq!(asked, 100);
    assert_eq!(counted(&status, "failed").await, 0.0);
    let kept = fs::read_dir(place.index()).expect("indexes").count();
    assert!(kept <= 6, "{kept} indexes are kept");
}

/// The title and the description of an ephemeral answer.
fn told(answer: &Value) -> String {
    assert_eq!(answer["data"]["flags"], 64, "ephemeral: {answer}");
    format!("{}: {}", title(answer), answer["data"]["embeds"][0]["description"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn the_reload_command_is_for_members_who_manage_the_server() {
    let (place, discord) = (kitchen(), StandIn::start(Setup::default()).await);
    let bot = start(&discord, &place, &[("ROLECALL_WATCH", "off"), ("ROLECALL_RELOAD_COMMAND", "on")]);
    bot.until_it_says(" created, ").await;
    let commands = discord.wait_commands().await;
    let reload = commands.as_array().into_iter().flatten().find(|command| command["name"] == "reload");
    let reload = reload.expect("a command");
    assert_eq!(
        (&reload["default_member_permissions"], &reload["contexts"], &reload["integration_types"]),
        (&json!("32"), &json!([0]), &json!([0]))
    );

    place.write("corpus/baker.md", baker("Glazes the buns"));
    place.write("corpus/odd.md", "---\nlevel: @everyone *high*\n---\n\n# Porter\n\nCarries.\n");
    let refused = told(&discord.slash("reload", json!({}), &Context::server()).await);
    assert!(refused.starts_with("That is for those who manage the server: "), "{refused}");
    assert!(card(&discord, 0).await.contains("Kneads dough at dawn"), "nothing was read");

    let manager = Context::server().managing();
    let done = told(&discord.slash("reload", json!({}), &manager).await);
    assert!(done.starts_with("Read anew: I know 3 roles and 0 topics."), "{done}");
    assert!(done.contains("To mend") && done.contains("odd.md:2"), "{done}");
    assert!(card(&discord, 1).await.contains("Glazes the buns"));
    let again = told(&discord.slash("reload", json!({}), &manager).await);
    assert!(again.starts_with("Nothing has changed: I know 3 roles"), "{again}");

    fs::rename(place.corpus(), place.path("elsewhere")).expect("a rename");
    let failed = discord.slash("reload", json!({}), &manager).await;
    assert!(told(&failed).starts_with("I could not read the role documents: I go on"), "{failed}");
    assert!(!failed.to_string().contains(place.path("").to_str().expect("a path")), "{failed}");
    bot.until_it_says("No such file or directory").await;
}

#[tokio::test]
async fn without_its_setting_the_reload_command_is_deleted() {
    let (place, discord) = (kitchen(), StandIn::start(Setup::default()).await);
    let before = StandIn::start(Setup::default()).await;
    let bot = start(&before, &place, &[("ROLECALL_RELOAD_COMMAND", "on")]);
    bot.until_it_says(" created, ").await;
    let commands = before.wait_commands().await.as_array().expect("a list").clone();
    drop((bot, before, discord));
    let discord = StandIn::start(Setup { commands, ..Setup::default() }).await;
    let bot = start(&discord, &place, &[]);
    bot.until_it_says(", 0 edited, 1 deleted, ").await;
    let commands = discord.wait_commands().await;
    assert!(commands.as_array().into_iter().flatten().all(|command| command["name"] != "reload"), "{commands}");
}
