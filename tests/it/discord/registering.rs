//! Registration of the commands, at a start and with `rolecall register`: one GET, one bulk overwrite if anything
//! differs, and single requests if Discord rejects that.

use rolecall::engine::request::COMMANDS;
use serde_json::{Value, json};

use super::process::{Process, verb};
use discord_standin::{Fault, GUILD, Setup, StandIn};

/// All slash commands and the message command.
const ALL: usize = COMMANDS.len() + 1;

/// The commands after a first `rolecall register`.
async fn complete() -> Vec<Value> {
    let discord = StandIn::start(Setup::default()).await;
    let outcome = verb(&discord.origin(), &["register"], &[]).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    discord.wait_commands().await.as_array().expect("a list").clone()
}

fn named<'c>(commands: &'c mut [Value], name: &str) -> &'c mut Value {
    commands.iter_mut().find(|command| command["name"] == name).expect("a command of that name")
}

/// The commands of another version: one is obsolete, one is missing, two differ.
async fn another_version() -> Vec<Value> {
    let mut commands = complete().await;
    commands.retain(|command| command["name"] != "compare");
    named(&mut commands, "roles")["name"] = json!("team");
    named(&mut commands, "who")["description"] = json!("What it was before");
    let path = named(&mut commands, "path");
    path["contexts"] = json!([0]);
    path["options"][0]["max_length"] = json!(90);
    path["options"].as_array_mut().expect("options").pop();
    commands
}

/// Name and id of each command, sorted.
fn ids(commands: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let commands = commands.as_array().expect("a list").iter();
    let mut ids: Vec<_> = commands.map(|command| (text(&command["name"]), text(&command["id"]))).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn a_dry_run_prints_the_changes_and_makes_none() {
    let discord = StandIn::start(Setup { commands: another_version().await, ..Setup::default() }).await;
    let outcome = verb(&discord.origin(), &["register", "--dry-run"], &[]).await;
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!("difference", outcome.out);
    assert_eq!(discord.command_requests(), ["GET"]);
}

#[tokio::test]
async fn differences_are_registered_and_a_second_run_changes_nothing() {
    let discord = StandIn::start(Setup { commands: another_version().await, ..Setup::default() }).await;
    let shown = verb(&discord.origin(), &["register", "--dry-run"], &[]).await;
    let before = ids(&discord.wait_commands().await);
    let done = verb(&discord.origin(), &["register"], &[]).await;
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""));
    let steps = |out: &str| out.lines().rev().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(steps(&done.out), steps(&shown.out), "what is done is what was shown");
    let kept = ALL - 4;
    assert!(
        done.out.ends_with(&format!("commands: 2 created, 2 edited, 1 deleted, {kept} unchanged\n")),
        "{}",
        done.out
    );
    assert_eq!(discord.command_requests(), ["GET", "GET", "PUT"]);
    let after = ids(&discord.wait_commands().await);
    let stayed = before.iter().filter(|command| after.contains(command)).count();
    assert_eq!((stayed, after.len()), (ALL - 2, ALL), "mentions of these commands in messages stay valid");

    let again = verb(&discord.origin(), &["register"], &[]).await;
    assert_eq!(again.out, format!("commands: 0 created, 0 edited, 0 deleted, {ALL} unchanged\n"));
    let again = verb(&discord.origin(), &["register", "--dry-run"], &[]).await;
    assert_eq!(again.out, format!("no changes: {ALL} commands are registered as they should be\n"));
    assert_eq!(discord.command_requests(), ["GET", "GET", "PUT", "GET", "GET"]);
}

#[tokio::test]
async fn commands_of_a_guild_are_registered_and_removed() {
    let discord = StandIn::start(Setup { commands: complete().await, ..Setup::default() }).await;
    let guild = GUILD.to_string();
    let created = verb(&discord.origin(), &["register", "--guild", &guild], &[]).await;
    assert_eq!((created.code, created.err.as_str()), (Some(0), ""));
    assert!(created.out.ends_with(&format!("commands: {ALL} created, 0 edited, 0 deleted, 0 unchanged\n")));
    let again = verb(&discord.origin(), &["register", "--guild", &guild], &[]).await;
    assert_eq!(again.out, format!("commands: 0 created, 0 edited, 0 deleted, {ALL} unchanged\n"));
    let of_the_server = |commands: &Value| {
        let commands = commands.as_array().expect("a list");
        (commands.len(), commands.iter().filter(|command| command["guild_id"] == guild.as_str()).count())
    };
    assert_eq!(of_the_server(&discord.wait_commands().await), (2 * ALL, ALL));

    let removed = verb(&discord.origin(), &["register", "--guild", &guild, "--remove"], &[]).await;
    assert!(removed.out.ends_with(&format!("commands: 0 created, 0 edited, {ALL} deleted, 0 unchanged\n")));
    assert_eq!(of_the_server(&discord.wait_commands().await), (ALL, 0));
    assert_eq!(discord.command_requests(), ["GET", "PUT", "GET", "GET", "PUT"]);
    let mut about_commands = discord.requests().into_iter().filter(|request| request.path.ends_with("/commands"));
    assert!(about_commands.all(|request| request.path.contains(&format!("/guilds/{guild}/"))));
}

#[tokio::test]
async fn the_entry_point_command_of_an_activity_is_kept() {
    let mut commands = another_version().await;
    commands.push(json!({"type": 4, "name": "launch", "name_localizations": {"de": "starten"}, "handler": 2}));
    let discord = StandIn::start(Setup { commands, ..Setup::default() }).await;
    let launch = async || {
        let mut commands = discord.wait_commands().await.as_array().expect("a list").clone();
        named(&mut commands, "launch").clone()
    };
    assert_eq!(verb(&discord.origin(), &["register", "--dry-run"], &[]).await.code, Some(0));
    let before = launch().await;
    let outcome = verb(&discord.origin(), &["register"], &[]).await;
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    assert_eq!(launch().await, before);
    assert_eq!(discord.command_requests(), ["GET", "GET", "PUT"]);
}

#[tokio::test]
async fn a_rejected_command_keeps_no_other_from_being_registered_and_the_log_names_it() {
    let rejected_commands = vec!["ask".to_owned()];
    let discord = StandIn::start(Setup { rejected_commands: rejected_commands.clone(), ..Setup::default() }).await;
    let bot = Process::start(&discord);
    let others = ALL - 1;
    bot.until_it_says(&format!("commands: {others} created, 0 edited, 0 deleted, 0 unchanged, 1 rejected")).await;
    let said = bot.said();
    assert!(said.contains("Discord rejected the bulk overwrite; each change is sent alone"), "{said}");
    let line = said
        .lines()
        .find(|line| line.contains("Discord rejected a command change=creating /ask"))
        .expect("a line of the log");
    assert!(line.contains("HTTP 400, code 50035: Invalid Form Body name: Command name is invalid"), "{line}");
    assert_eq!(discord.command_requests(), [&["GET", "PUT"][..], &["POST"; ALL]].concat());
    let commands = discord.wait_commands().await.as_array().expect("a list").clone();
    assert_eq!(commands.len(), others);
    drop((bot, discord));

    let discord = StandIn::start(Setup { commands, rejected_commands, ..Setup::default() }).await;
    let bot = Process::start(&discord);
    bot.until_it_says(&format!("commands: 0 created, 0 edited, 0 deleted, {others} unchanged, 1 rejected")).await;
    assert_eq!(discord.command_requests(), ["GET", "PUT", "POST"]);
}

#[tokio::test]
async fn the_register_subcommand_names_the_changes_that_discord_rejected() {
    let discord = StandIn::start(Setup {
        commands: another_version().await,
        rejected_commands: vec!["who".to_owned()],
        ..Setup::default()
    })
    .await;
    let outcome = verb(&discord.origin(), &["register"], &[]).await;
    assert_eq!(outcome.code, Some(1));
    let kept = ALL - 4;
    let summary = format!("commands: 2 created, 1 edited, 1 deleted, {kept} unchanged, 1 rejected\n");
    assert!(outcome.out.ends_with(&summary), "{}", outcome.out);
    assert!(
        outcome.err.contains("rolecall: Discord rejected 1 of 5 changes: editing /who (HTTP 400"),
        "{}",
        outcome.err
    );
    assert_eq!(discord.command_requests(), ["GET", "PUT", "DELETE", "PATCH", "PATCH", "POST", "POST"]);
}

#[tokio::test]
async fn a_start_retries_the_registration_after_server_errors_and_rate_limits() {
    let discord = StandIn::start(Setup::default()).await;
    discord.fail_next("PUT", "/commands", Fault::Status(502));
    discord.fail_next("PUT", "/commands", Fault::RateLimitedBlindly);
    let bot = Process::start(&discord);
    bot.until_it_says(&format!("commands: {ALL} created, 0 edited, 0 deleted, 0 unchanged")).await;
    assert_eq!(bot.said().matches("the commands could not be registered").count(), 2);
    assert_eq!(discord.command_requests(), ["GET", "PUT"].repeat(3));
}

#[tokio::test]
async fn a_failed_request_is_reported_with_the_progress_and_the_next_run_continues() {
    let discord = StandIn::start(Setup { commands: another_version().await, ..Setup::default() }).await;
    let fails = async |what: &str, done: usize| {
        let outcome = verb(&discord.origin(), &["register"], &[]).await;
        assert_eq!(outcome.code, Some(1));
        assert!(outcome.err.contains(&format!("rolecall: {what} failed: HTTP 500")), "{}", outcome.err);
        assert!(outcome.err.contains(&format!("{done} of 5 changes are confirmed; run it again")), "{}", outcome.err);
    };
    discord.fail_next("PUT", "/commands", Fault::Status(500));
    fails("the bulk overwrite", 0).await;
    discord.fail_next("PUT", "/commands", Fault::Refusal(400, 50035));
    discord.fail_next("PATCH", "/commands/", Fault::Status(500));
    fails("editing /path", 1).await;
    let outcome = verb(&discord.origin(), &["register"], &[]).await;
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    let kept = ALL - 4;
    assert!(outcome.out.ends_with(&format!("commands: 2 created, 2 edited, 0 deleted, {kept} unchanged\n")));
}

#[tokio::test]
async fn the_daily_limit_of_creations_leaves_the_other_changes_done() {
    let discord =
        StandIn::start(Setup { commands: another_version().await, command_creations_left: 1, ..Setup::default() })
            .await;
    let outcome = verb(&discord.origin(), &["register"], &[]).await;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.err.contains("rolecall: creating /roles failed: HTTP 400, code 30034"), "{}", outcome.err);
    assert!(outcome.err.contains("4 of 5 changes are confirmed; run it again"), "{}", outcome.err);
    assert_eq!(discord.command_requests(), ["GET", "PUT", "DELETE", "PATCH", "PATCH", "POST", "POST"]);
}

#[tokio::test]
async fn errors_of_the_register_subcommand_say_what_to_do() {
    let discord = StandIn::start(Setup::default()).await;
    let origin = discord.origin();
    let wrong = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.Wrong.token";
    let no_server = (GUILD + 7).to_string();
    let wrongly = async |arguments: &[&str], settings: &[(&str, &str)], what: &str| {
        let outcome = verb(&origin, arguments, settings).await;
        assert_eq!((outcome.code, outcome.out.as_str()), (Some(1), ""), "{what}");
        assert!(outcome.err.contains(what) && !outcome.err.contains("Wrong.token"), "{what}: {}", outcome.err);
    };
    wrongly(&["register"], &[("DISCORD_TOKEN", "")], "set DISCORD_TOKEN").await;
    wrongly(&["register"], &[("DISCORD_TOKEN", wrong)], "it is wrong or was reset. Copy a new one").await;
    wrongly(&["register"], &[("DISCORD_API_URL", "http://127.0.0.1:9")], "cannot be fetched: no connection").await;
    wrongly(&["register", "--guild", &no_server], &[], "(HTTP 403, code 50001: Missing Access). Is the id right").await;
    wrongly(&["register", "--guild", "77"], &[], "(HTTP 404, code 10004: Unknown Guild). Is the id right").await;
    assert!(discord.requests().iter().all(|request| request.method == "GET"), "nothing was changed");
}

#[tokio::test]
async fn invalid_arguments_are_usage_errors() {
    for arguments in [
        &["register", "--guild", "general"][..],
        &["register", "--guild", "0"],
        &["register", "--remove"],
        &["register", "now"],
    ] {
        assert_eq!(verb("http://127.0.0.1:9", arguments, &[]).await.code, Some(2), "{arguments:?}");
    }
}
