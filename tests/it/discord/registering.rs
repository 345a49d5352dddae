//! `rolecall register`: what differs is shown and registered, for everybody or for one server, and nothing else is touched.

use rolecall::bot::request::COMMANDS;
use serde_json::{Value, json};

use super::process::verb;
use super::standin::{Fault, GUILD, Setup, StandIn};

/// The commands of the table, and the one on messages.
const ALL: usize = COMMANDS.len() + 1;

/// What Discord has after a first `rolecall register`.
async fn complete() -> Vec<Value> {
    let discord = StandIn::start(Setup::default()).await;
    let outcome = verb(&discord.origin(), &["register"], &[]).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    discord.wait_commands().await.as_array().expect("a list").clone()
}

fn named<'c>(commands: &'c mut [Value], name: &str) -> &'c mut Value {
    commands.iter_mut().find(|command| command["name"] == name).expect("a command of that name")
}

/// What Discord has from another version: one command is old, one is missing, two differ.
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

/// The methods of all requests that change something.
fn changing(discord: &StandIn) -> Vec<String> {
    let changing = |method: &String| method != "GET";
    discord.requests().into_iter().map(|request| request.method).filter(changing).collect()
}

#[tokio::test]
async fn a_dry_run_shows_the_difference_and_changes_nothing() {
    let discord = StandIn::start(Setup { commands: another_version().await, ..Setup::default() }).await;
    let outcome = verb(&discord.origin(), &["register", "--dry-run"], &[]).await;
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!("difference", outcome.out);
    assert_eq!(changing(&discord), [""; 0]);
}

#[tokio::test]
async fn what_differs_is_registered_and_the_second_run_finds_nothing_to_do() {
    let discord = StandIn::start(Setup { commands: another_version().await, ..Setup::default() }).await;
    let shown = verb(&discord.origin(), &["register", "--dry-run"], &[]).await;
    let done = verb(&discord.origin(), &["register"], &[]).await;
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""));
    let steps = |out: &str| out.lines().rev().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(steps(&done.out), steps(&shown.out), "what is done is what was shown");
    let kept = ALL - 4;
    assert!(
        done.out.ends_with(&format!("commands: 2 created, 2 changed, 1 deleted, {kept} as they were\n")),
        "{}",
        done.out
    );
    assert_eq!(changing(&discord), ["DELETE", "PATCH", "POST", "PATCH", "POST"]);

    let again = verb(&discord.origin(), &["register"], &[]).await;
    assert_eq!(again.out, format!("commands: 0 created, 0 changed, 0 deleted, {ALL} as they were\n"));
    let again = verb(&discord.origin(), &["register", "--dry-run"], &[]).await;
    assert_eq!(again.out, format!("nothing differs: {ALL} commands are as they should be\n"));
    assert_eq!(changing(&discord).len(), 5);
}

#[tokio::test]
async fn one_server_has_its_own_commands_and_they_can_be_taken_away_again() {
    let discord = StandIn::start(Setup { commands: complete().await, ..Setup::default() }).await;
    let guild = GUILD.to_string();
    let created = verb(&discord.origin(), &["register", "--guild", &guild], &[]).await;
    assert_eq!((created.code, created.err.as_str()), (Some(0), ""));
    assert!(created.out.ends_with(&format!("commands: {ALL} created, 0 changed, 0 deleted, 0 as they were\n")));
    let again = verb(&discord.origin(), &["register", "--guild", &guild], &[]).await;
    assert_eq!(again.out, format!("commands: 0 created, 0 changed, 0 deleted, {ALL} as they were\n"));
    let of_the_server = |commands: &Value| {
        let commands = commands.as_array().expect("a list");
        (commands.len(), commands.iter().filter(|command| command["guild_id"] == guild.as_str()).count())
    };
    assert_eq!(of_the_server(&discord.wait_commands().await), (2 * ALL, ALL));

    let removed = verb(&discord.origin(), &["register", "--guild", &guild, "--remove"], &[]).await;
    assert!(removed.out.ends_with(&format!("commands: 0 created, 0 changed, {ALL} deleted, 0 as they were\n")));
    assert_eq!(of_the_server(&discord.wait_commands().await), (ALL, 0));
}

#[tokio::test]
async fn a_change_that_fails_is_told_with_what_is_done_and_the_next_run_does_the_rest() {
    let discord = StandIn::start(Setup { commands: another_version().await, ..Setup::default() }).await;
    discord.fail_next("PATCH", "/commands/", Fault::Status(500));
    let outcome = verb(&discord.origin(), &["register"], &[]).await;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.err.starts_with("rolecall: changing /path failed: HTTP 500"), "{}", outcome.err);
    assert!(outcome.err.contains("1 of 5 changes are made; run it again"), "{}", outcome.err);
    let outcome = verb(&discord.origin(), &["register"], &[]).await;
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    let kept = ALL - 4;
    assert!(outcome.out.ends_with(&format!("commands: 2 created, 2 changed, 0 deleted, {kept} as they were\n")));
}

#[tokio::test]
async fn what_keeps_it_from_registering_is_told_with_what_to_do() {
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
    wrongly(&["register"], &[("DISCORD_API_URL", "http://127.0.0.1:9")], "cannot be read: no connection").await;
    wrongly(&["register", "--guild", &no_server], &[], "(HTTP 403, code 50001: Missing Access). Is the id right").await;
    wrongly(&["register", "--guild", "77"], &[], "(HTTP 404, code 10004: Unknown Guild). Is the id right").await;
    assert_eq!(changing(&discord), [""; 0]);
}

#[tokio::test]
async fn what_makes_no_sense_is_wrong_usage() {
    for arguments in [
        &["register", "--guild", "general"][..],
        &["register", "--guild", "0"],
        &["register", "--remove"],
        &["register", "now"],
    ] {
        assert_eq!(verb("http://127.0.0.1:9", arguments, &[]).await.code, Some(2), "{arguments:?}");
    }
}
