//! `rolecall doctor`: with everything right, and with each thing wrong, what it says and whether it is content.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rolecall::doctor::finding::{Finding, Verdict};
use rolecall::doctor::here;
use serde_json::{Value, json};

use super::process::{Process, verb};
use super::standin::{APPLICATION, CHANNEL, Fault, GUILD, OTHER_CHANNEL, Setup, StandIn, TOKEN};
use crate::stage::{Outcome, Place, SHIPPED, finish, kitchen};

/// A public key that is a point of the curve, and one that is none.
const KEY: &str = "e734ea6c2b6257de72355e472aa05a4c487e6b463c029ed306df2f01b5636b58";
const NO_KEY: &str = "0200000000000000000000000000000000000000000000000000000000000000";

/// A Discord where nothing is wrong: the commands are registered, and the first channel is a question channel.
async fn healthy() -> Setup {
    let discord = StandIn::start(Setup::default()).await;
    let outcome = verb(&discord.origin(), &["register"], &[]).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    let commands = discord.wait_commands().await.as_array().expect("a list").clone();
    Setup { commands, public_key: KEY.to_owned(), ..Setup::default() }
}

/// Runs the doctor at a place, with the first channel as a question channel and whatever else is set.
async fn doctor_at(place: &Place, origin: &str, settings: &[(&str, &str)]) -> Outcome {
    let channel = CHANNEL.to_string();
    let mut command = place.command(&["doctor"]);
    command.envs([("DISCORD_TOKEN", TOKEN), ("DISCORD_API_URL", origin), ("ROLECALL_ASK_CHANNELS", channel.as_str())]);
    command.envs(settings.iter().copied());
    let outcome = tokio::task::spawn_blocking(|| finish(command)).await.expect("the program runs");
    assert!(!outcome.out.contains(TOKEN) && !outcome.err.contains(TOKEN), "the token is not for the screen");
    assert_eq!(outcome.err, "");
    assert!(!outcome.out.contains('\u{1b}'), "no colours in a pipe");
    outcome
}

/// The same over two small documents.
async fn doctor(origin: &str, settings: &[(&str, &str)]) -> Outcome {
    doctor_at(&kitchen(), origin, settings).await
}

/// The lines about one thing, without their place in the table.
fn lines<'o>(outcome: &'o Outcome, word: &str) -> Vec<&'o str> {
    outcome.out.lines().filter(|line| line.starts_with(word)).collect()
}

#[tokio::test]
async fn where_everything_is_right_every_line_says_so() {
    let discord = StandIn::start(healthy().await).await;
    let place = Place::new();
    let outcome = doctor_at(&place, &discord.origin(), &[("ROLECALL_CORPUS", SHIPPED)]).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.out);
    insta::assert_snapshot!("everything right", outcome.out.replace(SHIPPED, "corpus"));
    let outcome = doctor_at(&place, &discord.origin(), &[("ROLECALL_CORPUS", SHIPPED)]).await;
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
    let token =
        json!({"check": "token", "verdict": "ok", "text": format!("Discord knows it as rolecall ({APPLICATION})")});
    assert!(found["checks"].as_array().is_some_and(|checks| checks.contains(&token)), "{found}");
}

/// One thing that is wrong with Discord or the settings, and what must be said of it.
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

    /// One of the channels is set.
    fn with(self, channel: u64) -> Self {
        self.set("ROLECALL_ASK_CHANNELS", channel.to_string())
    }
}

/// In each case exactly the one line is not fine, beside lines that were skipped for it.
async fn each_says_what_is_wrong(cases: Vec<Case>) {
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

#[tokio::test]
async fn what_is_wrong_with_the_token_or_the_way_to_discord_is_told() {
    let wrong = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.Wrong.token";
    each_says_what_is_wrong(vec![
        Case::new("FAIL token: there is none that can be used", 1).set("DISCORD_TOKEN", ""),
        Case::new("FAIL token: it holds characters that no token has", 1).set("DISCORD_TOKEN", "t\u{7f}ken"),
        Case::new("FAIL token: Discord does not know the token in DISCORD_TOKEN: it is wrong or was reset", 1)
            .set("DISCORD_TOKEN", wrong),
        Case::new("FAIL token: Discord refuses it (HTTP 403, code 0", 1).fault("/users/@me", Fault::Status(403)),
        Case::new("FAIL token: Discord is in trouble (HTTP 503): look at https://discordstatus.com", 1)
            .fault("/users/@me", Fault::Status(503)),
        Case::new("FAIL token: Discord asks to wait (HTTP 429)", 1).fault("/users/@me", Fault::RateLimited(3600.0)),
        Case::new("FAIL token: Discord cannot be reached (no connection: ", 1)
            .set("DISCORD_API_URL", "http://127.0.0.1:9"),
        Case::new("FAIL token: Discord cannot be reached (no answer within 5 s): look at the network", 1)
            .fault("/users/@me", Fault::Hang),
        Case::new("FAIL token: Discord's answer cannot be read", 1).fault("/users/@me", Fault::Status(200)),
        Case::new("FAIL token: Discord's answer cannot be read", 1)
            .setup(|setup| setup.application = json!({"bot": null}))
            .fault("/users/@me", Fault::Status(200)),
    ])
    .await;
}

#[tokio::test]
async fn what_is_not_discord_is_not_taken_for_it() {
    let (address, _) = server("200 OK");
    let outcome = doctor(&format!("http://{address}"), &[]).await;
    assert_eq!(outcome.code, Some(1));
    let line = lines(&outcome, "FAIL");
    assert!(line[0].contains("token: ") && line[0].contains("what answers in its place is not Discord"), "{line:?}");
    let (address, _) = server("401 Unauthorized");
    let outcome = doctor(&format!("http://{address}"), &[]).await;
    assert!(outcome.out.contains("skip  clock:        Discord did not tell the time\n"), "{}", outcome.out);
}

#[tokio::test]
async fn a_short_wait_that_discord_asks_for_is_waited() {
    let discord = StandIn::start(healthy().await).await;
    discord.fail_next("GET", "/users/@me", Fault::RateLimited(0.1));
    let outcome = doctor(&discord.origin(), &[]).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.out);
}

#[tokio::test]
#[ignore = "takes half a minute: only time tells that it ends"]
async fn it_ends_however_long_discord_takes() {
    let discord = StandIn::start(healthy().await).await;
    let channels: Vec<String> = (0..20).map(|_| CHANNEL.to_string()).collect();
    channels.iter().for_each(|_| discord.fail_next("GET", "/channels/", Fault::Hang));
    let began = Instant::now();
    let outcome = doctor(&discord.origin(), &[("ROLECALL_ASK_CHANNELS", &channels.join(","))]).await;
    assert!(began.elapsed() < Duration::from_secs(45), "{:?}", began.elapsed());
    assert_eq!((outcome.code, lines(&outcome, "FAIL").len()), (Some(1), 20), "{}", outcome.out);
    assert!(outcome.out.contains("not asked, since the answers before took 30 s"), "{}", outcome.out);
}

#[tokio::test]
async fn what_is_wrong_with_the_clock_is_told() {
    each_says_what_is_wrong(vec![
        Case::new("s behind Discord's: let the system keep the time", 1).setup(|setup| setup.clock_ahead = 90),
        Case::new("s ahead of Discord's: let the system keep the time", 1).setup(|setup| setup.clock_ahead = -90),
    ])
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_the_application_is_told() {
    each_says_what_is_wrong(vec![
        Case::new("FAIL application: Discord is in trouble (HTTP 500)", 1)
            .fault("/applications/@me", Fault::Status(500)),
        Case::new(
            "warn application: Rolecall (1100000000000000001) is in no server: open https://discord.com/oauth2/",
            0,
        )
        .setup(|setup| {
            setup.application = json!({"approximate_guild_count": 0, "approximate_user_install_count": 0});
        }),
        Case::new("FAIL endpoint: Discord posts commands to https://old.example/interactions, and none comes", 1)
            .setup(|setup| {
                setup.application = json!({"interactions_endpoint_url": "https://old.example/interactions"});
            }),
        Case::new("FAIL intents: the channels in ROLECALL_ASK_CHANNELS will not work: switch on Message Content", 1)
            .setup(|setup| setup.refuse_message_content = true),
        Case::new(
            "FAIL commands: missing: /compare; different: /who; left over: /team. `rolecall register` mends that",
            1,
        )
        .setup(|setup| {
            setup.commands.retain(|command| command["name"] != "compare");
            setup.commands.push(json!({"name": "team", "description": "from an earlier version"}));
            let who = setup.commands.iter_mut().find(|command| command["name"] == "who").expect("a command");
            who["description"] = json!("What it was before");
        }),
        Case::new("FAIL commands: Discord is in trouble (HTTP 502)", 1).fault("/commands", Fault::Status(502)),
        Case::new("FAIL commands: Discord's answer cannot be read", 1).fault("/commands", Fault::Status(200)),
        Case::new("FAIL sessions: Discord's answer cannot be read", 1).fault("/gateway/bot", Fault::Status(200)),
        Case::new("FAIL sessions: 20 of 1000 starts of a day are left, for 240 minutes: find out what starts", 1)
            .setup(|setup| setup.identifies_left = 20),
        Case::new("warn sessions: 249 of 1000 starts of a day are left, for 240 minutes: find out what starts", 0)
            .setup(|setup| setup.identifies_left = 249),
        Case::new("FAIL sessions: Discord is in trouble (HTTP 500)", 1).fault("/gateway/bot", Fault::Status(500)),
    ])
    .await;
}

/// The overwrites of a channel that take something from everybody.
fn without(bits: u64) -> Value {
    json!({"permission_overwrites": [{"id": GUILD.to_string(), "type": 0, "allow": "0", "deny": bits.to_string()}]})
}

#[tokio::test]
async fn what_is_wrong_with_a_channel_is_told() {
    const PARENT: u64 = OTHER_CHANNEL;
    each_says_what_is_wrong(vec![
        Case::new("FAIL channel: there is no channel 77: right-click the one that is meant, Copy Channel ID", 1).with(77),
        Case::new("FAIL channel: the bot does not see 1100000000000000200: give its role View Channel there", 1)
            .fault("/channels/", Fault::Status(403)),
        Case::new("FAIL channel: 1100000000000000200: Discord is in trouble (HTTP 500)", 1)
            .fault("/channels/", Fault::Status(500)),
        Case::new("FAIL channel: 1100000000000000200: Discord cannot be reached (no answer within 5 s)", 1)
            .fault("/guilds/", Fault::Hang),
        Case::new(
            "FAIL channel: #general (1100000000000000200) of The Guild: the bot may not Send Messages, Embed Links: give",
            1,
        )
        .setup(|setup| setup.channel_facts = vec![(CHANNEL, without(1 << 11 | 1 << 14))]),
        Case::new("the bot may not View Channel: give that to its role", 1)
            .setup(|setup| setup.channel_facts = vec![(CHANNEL, without(1 << 10))]),
        Case::new("the bot may not Read Message History: give that to its role", 1)
            .setup(|setup| setup.channel_facts = vec![(CHANNEL, without(1 << 16))]),
        Case::new("warn channel: #general (1100000000000000200) of The Guild: the bot may not Attach Files, so answers", 0)
            .setup(|setup| setup.channel_facts = vec![(CHANNEL, without(1 << 15))]),
        Case::new("the bot may not Connect: give that", 1).setup(|setup| {
            let mut voice = without(1 << 20);
            voice["type"] = json!(2);
            setup.channel_facts = vec![(CHANNEL, voice)];
        }),
        Case::new("the bot may not Send Messages in Threads: give that", 1).setup(|setup| {
            let thread = json!({"type": 11, "parent_id": PARENT.to_string(), "permission_overwrites": null});
            setup.channel_facts = vec![(CHANNEL, thread), (PARENT, without(1 << 38))];
        }),
        Case::new("of The Guild: the thread is locked, and the bot cannot write there: unlock it", 1).setup(|setup| {
            let lock = json!({"archived": true, "locked": true});
            let thread = json!({"type": 12, "parent_id": PARENT.to_string(), "thread_metadata": lock});
            setup.channel_facts = vec![(CHANNEL, thread)];
        }),
        Case::new("#general (1100000000000000200) is a forum, and its posts have ids of their own", 1)
            .setup(|setup| setup.channel_facts = vec![(CHANNEL, json!({"type": 15}))]),
        Case::new("#general (1100000000000000200) is nothing that people write in: name its channels", 1)
            .setup(|setup| setup.channel_facts = vec![(CHANNEL, json!({"type": 4}))]),
        Case::new("warn channel: 1100000000000000200 is a conversation outside servers", 0)
            .setup(|setup| setup.channel_facts = vec![(CHANNEL, json!({"type": 1}))]),
        Case::new("somebody has timed the bot out until 2999-01-01T00:00:00Z: right-click it, Remove Timeout", 1)
            .setup(|setup| setup.member = json!({"communication_disabled_until": "2999-01-01T00:00:00+00:00"})),
    ])
    .await;
}

#[tokio::test]
async fn what_a_role_or_the_bot_itself_is_given_counts() {
    let deny_all = |more: Value| {
        let everyone = json!({"id": GUILD.to_string(), "type": 0, "allow": "0", "deny": u64::MAX.to_string()});
        json!({"permission_overwrites": [everyone, more]})
    };
    let bot = json!({"id": APPLICATION.to_string(), "type": 1, "allow": "117760", "deny": "0"});
    let role = json!({"id": "555", "type": 0, "allow": "117760", "deny": "0"});
    let member = json!({"roles": ["555"]});
    let healthy = healthy().await;
    for (facts, member, code) in
        [(deny_all(bot), Value::Null, 0), (deny_all(role.clone()), member, 0), (deny_all(role), Value::Null, 1)]
    {
        let discord = StandIn::start(Setup { channel_facts: vec![(CHANNEL, facts)], member, ..healthy.clone() }).await;
        let outcome = doctor(&discord.origin(), &[]).await;
        assert_eq!(outcome.code, Some(code), "{}", outcome.out);
    }
}

#[tokio::test]
async fn each_channel_has_its_line() {
    let discord = StandIn::start(healthy().await).await;
    let channels = format!("{CHANNEL},{OTHER_CHANNEL},77");
    let outcome = doctor(&discord.origin(), &[("ROLECALL_ASK_CHANNELS", &channels)]).await;
    assert_eq!((outcome.code, outcome.out.matches("  channel: ").count()), (Some(1), 3), "{}", outcome.out);
    let servers =
        discord.requests().iter().filter(|request| request.path.ends_with(&format!("/guilds/{GUILD}"))).count();
    assert_eq!(servers, 1, "a server is asked for once");
    let outcome = doctor(&discord.origin(), &[("ROLECALL_ASK_CHANNELS", "")]).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.out);
    assert!(outcome.out.contains("skip  channel: "), "{}", outcome.out);
}

#[tokio::test]
async fn what_is_wrong_here_is_told_without_a_token_too() {
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
    assert!(outcome.out.contains("1 to mend, 2 to look at"), "{}", outcome.out);

    let outcome = run(&[("ROLECALL_CORPUS", "nowhere"), ("ROLECALL_INDEX", "file/index")]);
    assert!(outcome.out.contains("FAIL  corpus:       the corpus folder nowhere cannot be read"), "{}", outcome.out);
    assert!(outcome.out.contains("warn  index:        file/index cannot be written to"), "{}", outcome.out);
    let outcome = run(&[("ROLECALL_CORPUS", "nowhere")]);
    assert!(outcome.out.contains("skip  index:        index can be written to; nothing to index"), "{}", outcome.out);

    let kept = fs::read_dir(place.index()).expect("the index folder").count();
    assert_eq!(kept, 1, "what was tried is gone");
    for folder in fs::read_dir(place.index()).expect("the index folder") {
        for file in fs::read_dir(folder.expect("an index").path()).expect("its files") {
            fs::write(file.expect("a file").path(), "damage").expect("a file that can be damaged");
        }
    }
    let outcome = run(&[]);
    assert!(outcome.out.contains("the index was damaged and has been built anew"), "{}", outcome.out);
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_told_and_the_rest_is_looked_at() {
    let discord = StandIn::start(healthy().await).await;
    let settings = [("ROLECALL_ASK_CHANNELS", "general"), ("ROLECALL_SURE_CHANNEL", "much")];
    let outcome = doctor(&discord.origin(), &settings).await;
    assert_eq!((outcome.code, lines(&outcome, "FAIL").len()), (Some(1), 2), "{}", outcome.out);
    assert!(
        outcome.out.contains("FAIL  settings:     ROLECALL_ASK_CHANNELS: \"general\" is no channel id"),
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
        (&[("DISCORD_PUBLIC_KEY", KEY)], "ROLECALL_HTTP_ADDR: missing"),
        (&[("ROLECALL_HTTP_ADDR", "8080"), ("DISCORD_PUBLIC_KEY", "e734")], "DISCORD_PUBLIC_KEY: not 64 hexadecimal"),
        (&[("ROLECALL_HTTP_ADDR", "here"), ("DISCORD_PUBLIC_KEY", KEY)], "ROLECALL_HTTP_ADDR: \"here\" is no address"),
        (&[("ROLECALL_GATEWAY", "off")], "ROLECALL_GATEWAY: off, and nobody could ask"),
    ] {
        let outcome = doctor(&discord.origin(), settings).await;
        let told = lines(&outcome, "FAIL");
        assert_eq!((outcome.code, told.len()), (Some(1), 1), "{what}: {}", outcome.out);
        assert!(told[0].starts_with(&format!("FAIL  settings:     {what}")), "{what}: {}", outcome.out);
        assert!(outcome.out.contains("ok    token: "), "{}", outcome.out);
    }
}

#[tokio::test]
async fn what_is_wrong_with_interactions_over_http_is_told() {
    const URL: &str = "https://rolecall.example/interactions";
    let http = |case: Case| case.set("ROLECALL_HTTP_ADDR", "127.0.0.1:0").set("DISCORD_PUBLIC_KEY", KEY);
    let posted = |setup: &mut Setup| setup.application = json!({"interactions_endpoint_url": URL});
    each_says_what_is_wrong(vec![
        http(Case::new("warn endpoint: commands come over the gateway, and nothing over HTTP: put the bot's", 0)),
        http(Case::new("FAIL endpoint: no command reaches the bot: put its https address", 1))
            .set("ROLECALL_GATEWAY", "off")
            .set("ROLECALL_ASK_CHANNELS", ""),
        http(Case::new("FAIL intents: messages come over the gateway alone, and it is switched off", 1))
            .setup(posted)
            .set("ROLECALL_GATEWAY", "off"),
        http(Case::new("FAIL public key: it is another application's, and no command would be taken: copy", 1)).setup(
            |setup| {
                setup.application = json!({"interactions_endpoint_url": URL, "verify_key": KEY.replace('7', "8")});
            },
        ),
        http(Case::new("FAIL public key: it is the key of nobody: copy Public Key", 1))
            .setup(posted)
            .set("DISCORD_PUBLIC_KEY", NO_KEY),
        http(Case::new("FAIL public key: it is the key of nobody: copy Public Key", 1))
            .setup(posted)
            .set("DISCORD_PUBLIC_KEY", "00".repeat(32)),
        http(Case::new("warn token: DISCORD_TOKEN is not set: commands that come over HTTP are answered", 0))
            .set("DISCORD_TOKEN", ""),
        http(Case::new("FAIL address: this machine has no address 192.0.2.1: set ROLECALL_HTTP_ADDR", 1))
            .setup(posted)
            .set("ROLECALL_HTTP_ADDR", "192.0.2.1:8080"),
    ])
    .await;
}

#[tokio::test]
async fn where_everything_is_right_over_http_it_says_so_while_the_bot_runs() {
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

#[test]
fn what_is_wrong_with_an_address_is_told() {
    let look = |address: SocketAddr| {
        let Finding { verdict, text, .. } = here::address("address", "ROLECALL_HTTP_ADDR", address);
        (verdict, text)
    };
    let free = TcpListener::bind("127.0.0.1:0").and_then(|held| held.local_addr()).expect("a free port");
    assert_eq!(look(free), (Verdict::Fine, format!("{free} is free")));

    let (verdict, text) = look("192.0.2.1:8080".parse().expect("an address"));
    assert!(
        verdict == Verdict::Wrong && text.contains("this machine has no address 192.0.2.1: set ROLECALL_HTTP_ADDR"),
        "{text}"
    );

    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("an address");
    let (verdict, text) = look(address);
    assert!(verdict == Verdict::Wrong && text.contains("does not answer"), "{text}");

    for (status, verdict, what) in [
        ("401 Unauthorized", Verdict::Fine, "asks for Discord's signature: the bot is running"),
        ("404 Not Found", Verdict::Wrong, "another program listens on"),
    ] {
        let (address, asked) = server(status);
        let (found, text) = look(address);
        assert!(found == verdict && text.contains(what), "{text}");
        let asked = asked.lock().expect("what was asked").clone();
        assert!(asked.starts_with("POST /interactions HTTP/1.1\r\n"), "{asked}");
    }
}

/// A server that answers once, with this status, and keeps what it was asked.
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
