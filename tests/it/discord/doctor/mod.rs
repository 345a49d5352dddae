//! `rolecall doctor`: its checks without a problem, and with one problem each.

mod application;
mod channels;
mod here;

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::process::{Process, verb};
use crate::stage::{Outcome, Place, finish, kitchen};
use crate::ward;
use discord_standin::{APPLICATION, CHANNEL, Fault, Setup, StandIn, TOKEN};

/// A valid public key: a point of the curve.
const KEY: &str = "e734ea6c2b6257de72355e472aa05a4c487e6b463c029ed306df2f01b5636b58";

/// A Discord without a problem: the commands are registered.
async fn healthy() -> Setup {
    let discord = StandIn::start(Setup::default()).await;
    let outcome = verb(&discord.origin(), &["register"], &[]).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    let commands = discord.wait_commands().await.as_array().expect("a list").clone();
    Setup { commands, public_key: KEY.to_owned(), ..Setup::default() }
}

/// Runs the doctor in a folder, with the first channel as a question channel, and more settings.
async fn doctor_at(place: &Place, origin: &str, settings: &[(&str, &str)]) -> Outcome {
    let channel = CHANNEL.to_string();
    let mut command = place.command(&["doctor"]);
    command.envs([("DISCORD_TOKEN", TOKEN), ("DISCORD_API_URL", origin), ("ROLECALL_ASK_CHANNELS", channel.as_str())]);
    command.envs(settings.iter().copied());
    let outcome = tokio::task::spawn_blocking(|| finish(command)).await.expect("the program runs");
    assert!(!outcome.out.contains(TOKEN) && !outcome.err.contains(TOKEN), "the output contains the token");
    assert_eq!(outcome.err, "");
    assert!(!outcome.out.contains('\u{1b}'), "no colours in a pipe");
    outcome
}

/// The same over two small documents.
async fn doctor(origin: &str, settings: &[(&str, &str)]) -> Outcome {
    doctor_at(&kitchen(), origin, settings).await
}

/// The lines that start with this word.
fn lines<'o>(outcome: &'o Outcome, word: &str) -> Vec<&'o str> {
    outcome.out.lines().filter(|line| line.starts_with(word)).collect()
}

/// One problem of Discord or the settings, and the line that must report it.
struct Case {
    setup: fn(&mut Setup),
    fault: Option<(&'static str, Fault)>,
    settings: Vec<(&'static str, String)>,
    line: &'static str,
    code: i32,
}

impl Case {
    fn new(line: &'static str, code: i32) -> Self {
        Case { setup: |_| {}, fault: None, settings: Vec::new(), line, code }
    }

    fn setup(self, setup: fn(&mut Setup)) -> Self {
        Case { setup, ..self }
    }

    fn fault(self, path: &'static str, fault: Fault) -> Self {
        Case { fault: Some((path, fault)), ..self }
    }

    fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.settings.push((name, value.into()));
        self
    }

    /// Sets the question channel.
    fn with(self, channel: u64) -> Self {
        self.set("ROLECALL_ASK_CHANNELS", channel.to_string())
    }
}

/// Checks that in each case exactly one line reports a problem; other checks may be skipped.
async fn each_is_reported(cases: Vec<Case>) {
    let healthy = healthy().await;
    for Case { setup: change, fault, settings, line, code } in cases {
        let mut setup = healthy.clone();
        change(&mut setup);
        let discord = StandIn::start(setup).await;
        if let Some((path, fault)) = fault {
            discord.fail_next("GET", path, fault);
        }
        let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let outcome = doctor(&discord.origin(), &settings).await;
        assert_eq!(outcome.code, Some(code), "{line}: {}", outcome.out);
        let told = [lines(&outcome, "FAIL"), lines(&outcome, "warn")].concat();
        assert_eq!(told.len(), 1, "{line}: {}", outcome.out);
        let words: Vec<&str> = told[0].split_whitespace().collect();
        assert!(words.join(" ").contains(line), "{line}: {}", outcome.out);
        assert!(discord.requests().iter().all(|request| request.method == "GET"), "it changes nothing");
    }
}

/// A server that answers one request with this status and keeps the request.
fn server(status: &'static str) -> (SocketAddr, Arc<Mutex<String>>) {
    use std::io::{Read, Write};
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let asked = Arc::new(Mutex::new(String::new()));
    let keep = Arc::clone(&asked);
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut read = [0; 1024];
        let length = stream.read(&mut read).expect("a request");
        keep.lock().expect("what was asked").push_str(&String::from_utf8_lossy(&read[..length]));
        write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").expect("an answer");
    });
    (address, asked)
}

#[tokio::test]
async fn without_a_problem_every_check_is_ok() {
    let discord = StandIn::start(healthy().await).await;
    let place = Place::new();
    let outcome = doctor_at(&place, &discord.origin(), &[("ROLECALL_CORPUS", ward::CORPUS)]).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.out);
    insta::assert_snapshot!("everything right", outcome.out.replace(ward::CORPUS, "corpus"));
    let outcome = doctor_at(&place, &discord.origin(), &[("ROLECALL_CORPUS", ward::CORPUS)]).await;
    assert!(
        outcome.out.contains("ok    index:        the index opens, and index can be written to"),
        "{}",
        outcome.out
    );
    assert!(discord.requests().iter().all(|request| request.method == "GET"), "it changes nothing");
    assert!(!discord.requests().iter().any(|request| request.status >= 400), "{:#?}", discord.requests());

    let json = verb(&discord.origin(), &["doctor", "--json"], &[]).await;
    let found = &json.json_lines()[0];
    assert_eq!((json.code, &found["ok"]), (Some(0), &json!(true)));
    let token = json!({"check": "token", "verdict": "ok", "text": format!("valid for rolecall ({APPLICATION})")});
    assert!(found["checks"].as_array().is_some_and(|checks| checks.contains(&token)), "{found}");
}

#[tokio::test]
async fn without_a_problem_every_check_over_http_is_ok_while_the_bot_runs() {
    let posted = json!({"interactions_endpoint_url": "https://rolecall.example/interactions"});
    let discord = StandIn::start(Setup { application: posted, ..healthy().await }).await;
    let bot = Process::start_with(&discord, &[("ROLECALL_HTTP_ADDR", "127.0.0.1:0"), ("DISCORD_PUBLIC_KEY", KEY)]);
    bot.until_it_says("answering interactions on http://").await;
    let said = bot.said();
    let address = said.split("answering interactions on http://").nth(1).and_then(|rest| rest.split('/').next());
    let address = address.expect("an address");
    let settings = [
        ("ROLECALL_HTTP_ADDR", address),
        ("DISCORD_PUBLIC_KEY", KEY),
        ("ROLECALL_GATEWAY", "off"),
        ("ROLECALL_ASK_CHANNELS", ""),
    ];
    let outcome = doctor(&discord.origin(), &settings).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.out);
    insta::assert_snapshot!("everything right over http", outcome.out.replace(address, "ADDRESS"));
}
