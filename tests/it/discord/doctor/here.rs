//! The local checks: settings, corpus, index, and the address for interactions over HTTP.

use std::fs;
use std::net::{SocketAddr, TcpListener};

use rolecall::ops::doctor::finding::{Finding, Severity};
use rolecall::ops::doctor::local;
use serde_json::json;

use super::{Case, KEY, doctor, each_is_reported, healthy, lines, server};
use crate::stage::{Place, finish};
use discord_standin::{Setup, StandIn};

/// An invalid public key: not a point of the curve.
const NO_KEY: &str = "0200000000000000000000000000000000000000000000000000000000000000";

#[tokio::test]
async fn local_problems_are_reported_without_a_token_too() {
    let place = Place::with(&[("cook.md", "# Cook\n\nCooks.\n")]);
    place.write("corpus/baker.md", "---\nfamilly: Kitchen\n---\n# Baker\n\nBakes.\n");
    place.write("file", "");
    let run = |settings: &[(&str, &str)]| {
        let mut command = place.command(&["doctor"]);
        command.envs(settings.iter().copied());
        finish(command)
    };
    let outcome = run(&[]);
    assert_eq!(outcome.code, Some(1));
    assert_eq!(lines(&outcome, "FAIL").len(), 1, "{}", outcome.out);
    assert_eq!(lines(&outcome, "skip").len(), 9, "{}", outcome.out);
    assert!(
        outcome.out.contains("warn  corpus:       corpus holds 2 roles and 0 topics; problems: 1."),
        "{}",
        outcome.out
    );
    assert!(outcome.out.contains("ok    index:        the index was built, and index can be"), "{}", outcome.out);

    let outcome = run(&[("ROLECALL_INDEX", "file/index")]);
    assert!(outcome.out.contains("warn  index:        file/index cannot be written to"), "{}", outcome.out);
    assert!(outcome.out.contains("errors: 1, warnings: 2"), "{}", outcome.out);

    let outcome = run(&[("ROLECALL_CORPUS", "nowhere"), ("ROLECALL_INDEX", "file/index")]);
    assert!(outcome.out.contains("FAIL  corpus:       the corpus folder nowhere cannot be read"), "{}", outcome.out);
    assert!(outcome.out.contains("warn  index:        file/index cannot be written to"), "{}", outcome.out);
    let outcome = run(&[("ROLECALL_CORPUS", "nowhere")]);
    assert!(outcome.out.contains("skip  index:        index can be written to; nothing to index"), "{}", outcome.out);

    let kept = fs::read_dir(place.index()).expect("the index folder").count();
    assert_eq!(kept, 1, "the index of the test write is deleted");
    for folder in fs::read_dir(place.index()).expect("the index folder") {
        for file in fs::read_dir(folder.expect("an index").path()).expect("its files") {
            fs::write(file.expect("a file").path(), "damage").expect("a file that can be damaged");
        }
    }
    let outcome = run(&[]);
    assert!(outcome.out.contains("the index was damaged and has been rebuilt"), "{}", outcome.out);
}

#[tokio::test]
async fn invalid_settings_are_reported_and_the_other_checks_run() {
    let discord = StandIn::start(healthy().await).await;
    let settings = [("ROLECALL_ASK_CHANNELS", "general"), ("ROLECALL_SURE_CHANNEL", "much")];
    let outcome = doctor(&discord.origin(), &settings).await;
    assert_eq!((outcome.code, lines(&outcome, "FAIL").len()), (Some(1), 2), "{}", outcome.out);
    assert!(
        outcome.out.contains("FAIL  settings:     ROLECALL_ASK_CHANNELS: \"general\" is not a channel id"),
        "{}",
        outcome.out
    );
    assert!(outcome.out.contains("ok    token: "), "{}", outcome.out);
}

#[tokio::test]
async fn settings_that_belong_together_are_left_out_together() {
    let discord = StandIn::start(healthy().await).await;
    for (settings, what) in [
        (&[("ROLECALL_HTTP_ADDR", "8080")][..], "DISCORD_PUBLIC_KEY: missing"),
        (&[("ROLECALL_HTTP_ADDR", "8080"), ("DISCORD_PUBLIC_KEY", "e734")], "DISCORD_PUBLIC_KEY: not 64 hexadecimal"),
        (
            &[("ROLECALL_HTTP_ADDR", "here"), ("DISCORD_PUBLIC_KEY", KEY)],
            "ROLECALL_HTTP_ADDR: \"here\" is not an address",
        ),
        (&[("ROLECALL_GATEWAY", "off")], "ROLECALL_GATEWAY: off without interactions over HTTP"),
    ] {
        let outcome = doctor(&discord.origin(), settings).await;
        let told = lines(&outcome, "FAIL");
        assert_eq!((outcome.code, told.len()), (Some(1), 1), "{what}: {}", outcome.out);
        assert!(told[0].starts_with(&format!("FAIL  settings:     {what}")), "{what}: {}", outcome.out);
        assert!(outcome.out.contains("ok    token: ") && lines(&outcome, "warn").is_empty(), "{}", outcome.out);
    }
}

#[tokio::test]
async fn an_unused_public_key_is_a_warning() {
    let discord = StandIn::start(healthy().await).await;
    for key in [KEY, "e734"] {
        let outcome = doctor(&discord.origin(), &[("DISCORD_PUBLIC_KEY", key)]).await;
        let told = lines(&outcome, "warn");
        assert_eq!((outcome.code, told.len()), (Some(0), 1), "{}", outcome.out);
        let unused = "warn  settings:     DISCORD_PUBLIC_KEY: not used, because ROLECALL_HTTP_ADDR is not set";
        assert!(told[0].starts_with(unused), "{}", outcome.out);
    }
}

#[tokio::test]
async fn problems_of_interactions_over_http_are_reported() {
    const URL: &str = "https://rolecall.example/interactions";
    let http = |case: Case| case.set("ROLECALL_HTTP_ADDR", "127.0.0.1:0").set("DISCORD_PUBLIC_KEY", KEY);
    let posted = |setup: &mut Setup| setup.application = json!({"interactions_endpoint_url": URL});
    each_is_reported(vec![
        http(Case::new("warn endpoint: interactions come over the gateway, none over HTTP: put the bot's", 0)),
        http(Case::new("FAIL endpoint: no interaction reaches the bot: put its https address", 1))
            .set("ROLECALL_GATEWAY", "off")
            .set("ROLECALL_ASK_CHANNELS", ""),
        http(Case::new("FAIL intents: messages only come over the gateway, which is switched off", 1))
            .setup(posted)
            .set("ROLECALL_GATEWAY", "off"),
        http(Case::new("FAIL public key: not this application's, so every interaction would be rejected: copy", 1))
            .setup(|setup| {
                setup.application = json!({"interactions_endpoint_url": URL, "verify_key": KEY.replace('7', "8")});
            }),
        http(Case::new("FAIL public key: not a valid Ed25519 public key: copy Public Key", 1))
            .setup(posted)
            .set("DISCORD_PUBLIC_KEY", NO_KEY),
        http(Case::new("FAIL public key: not a valid Ed25519 public key: copy Public Key", 1))
            .setup(posted)
            .set("DISCORD_PUBLIC_KEY", "00".repeat(32)),
        http(Case::new("warn token: DISCORD_TOKEN is not set: interactions over HTTP are answered", 0))
            .set("DISCORD_TOKEN", ""),
        http(Case::new("FAIL address: this machine has no address 192.0.2.1: set ROLECALL_HTTP_ADDR", 1))
            .setup(posted)
            .set("ROLECALL_HTTP_ADDR", "192.0.2.1:8080"),
    ])
    .await;
}

#[test]
fn problems_of_an_address_are_reported() {
    let look = |address: SocketAddr| {
        let Finding { severity: verdict, text, .. } =
            local::check_listen_address("address", "ROLECALL_HTTP_ADDR", address);
        (verdict, text)
    };
    let free = TcpListener::bind("127.0.0.1:0").and_then(|held| held.local_addr()).expect("a free port");
    assert_eq!(look(free), (Severity::Ok, format!("{free} is free")));

    let (verdict, text) = look("192.0.2.1:8080".parse().expect("an address"));
    assert!(
        verdict == Severity::Error && text.contains("this machine has no address 192.0.2.1: set ROLECALL_HTTP_ADDR"),
        "{text}"
    );

    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("an address");
    let (verdict, text) = look(address);
    assert!(verdict == Severity::Error && text.contains("does not answer"), "{text}");

    for (status, verdict, what) in [
        ("401 Unauthorized", Severity::Ok, "requires Discord's signature: the bot is running"),
        ("404 Not Found", Severity::Error, "another program listens on"),
    ] {
        let (address, asked) = server(status);
        let (found, text) = look(address);
        assert!(found == verdict && text.contains(what), "{text}");
        let asked = asked.lock().expect("what was asked").clone();
        assert!(asked.starts_with("POST /interactions HTTP/1.1\r\n"), "{asked}");
    }
}
