//! What monitoring sees: liveness, readiness and metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::flows::buttons;
use super::http;
use super::process::Process;
use crate::stage::{Place, kitchen};
use discord_standin::{CHANNEL, Context, Door, Fault, Message, OTHER_CHANNEL, Person, Setup, StandIn};

const PATIENCE: Duration = Duration::from_secs(30);
const SERVED: &str = "status on http://";

/// The status server of a running bot.
pub struct Status(String);

impl Status {
    /// Of a bot that was started with `ROLECALL_STATUS_ADDR=0`.
    pub async fn of(bot: &Process) -> Status {
        bot.until_it_says(SERVED).await;
        let said = bot.said();
        let at = said.find(SERVED).expect("it says so") + SERVED.len();
        Status(said[at..].split(": ").next().expect("an address").to_owned())
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.0)
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let response = reqwest::get(self.url(path)).await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("a text"))
    }

    /// The samples of `/metrics`, by name and labels.
    pub async fn metrics(&self) -> BTreeMap<String, f64> {
        samples(&self.get("/metrics").await.1)
    }

    /// Waits until a sample has a value.
    async fn until_it_counts(&self, name: &str, value: f64) {
        let began = Instant::now();
        loop {
            let metrics = self.metrics().await;
            if metrics.get(name) == Some(&value) {
                return;
            }
            let there = metrics.iter().filter(|(other, _)| other.split('{').next() == name.split('{').next());
            let there: Vec<_> = there.collect();
            assert!(began.elapsed() < PATIENCE, "{name} never was {value}; there are {there:?}");
            // The bot counts a delivery after Discord has confirmed it, and announces no count: metrics can only be
            // scraped.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Parses an OpenMetrics exposition and checks the rules of the format.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let (mut out, mut types) = (BTreeMap::new(), BTreeMap::new());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.last(), Some(&"# EOF"), "{text}");
    for line in &lines[..lines.len() - 1] {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a name and a kind");
            assert!(types.insert(name, kind).is_none(), "{name} twice");
            continue;
        }
        if line.starts_with("# HELP ") {
            continue;
        }
        let (series, value) = line.rsplit_once(' ').expect("a sample");
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        assert!(name.starts_with("rolecall_") && labels.ends_with('}'), "{line}");
        let family = types.keys().filter(|family| name.starts_with(**family)).max_by_key(|family| family.len());
        let family = family.unwrap_or_else(|| panic!("{line} has no TYPE before it"));
        let suffixes: &[&str] = match types[family] {
            "counter" => &["_total"],
            "gauge" => &[""],
            "info" => &["_info"],
            "histogram" => &["_bucket", "_sum", "_count"],
            other => panic!("{family} is a {other}"),
        };
        assert!(suffixes.contains(&&name[family.len()..]), "{line} in a {}", types[family]);
        let value: f64 = value.parse().expect("a number");
        assert!(out.insert(series.to_owned(), value).is_none(), "{series} twice");
    }
    let histograms: BTreeSet<String> =
        out.keys().filter_map(|name| name.strip_suffix(",le=\"+Inf\"}")).map(str::to_owned).collect();
    for histogram in histograms {
        let buckets = out.iter().filter(|(name, _)| name.starts_with(&format!("{histogram},le=")));
        let mut buckets: Vec<(f64, f64)> = buckets
            .map(|(name, count)| {
                let end = name.rsplit_once("le=\"").expect("an end").1.trim_end_matches("\"}");
                (end.parse().expect("a number, or +Inf"), *count)
            })
            .collect();
        buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
        assert!(buckets.is_sorted_by_key(|(_, count)| *count), "{histogram}: {buckets:?}");
        let count = format!("{}}}", histogram.replace("_bucket", "_count"));
        assert_eq!(out.get(&count), buckets.last().map(|(_, count)| count), "{count}");
    }
    out
}

/// A bot over the corpus of `place`, with a status server.
pub fn start(discord: &StandIn, place: &Place, settings: &[(&str, &str)]) -> Process {
    let (corpus, index) = (place.corpus(), place.index());
    let mut all = vec![
        ("ROLECALL_CORPUS", corpus.to_str().expect("a path")),
        ("ROLECALL_INDEX", index.to_str().expect("a path")),
        ("ROLECALL_STATUS_ADDR", "0"),
    ];
    all.extend_from_slice(settings);
    Process::start_with(discord, &all)
}

#[tokio::test]
async fn it_is_alive_before_it_is_ready() {
    let mut bot = Process::start_at("http://127.0.0.1:9", &[("ROLECALL_STATUS_ADDR", "127.0.0.1:0")]);
    let status = Status::of(&bot).await;
    assert_eq!(status.get("/healthz").await, (200, "alive\n".to_owned()));
    bot.until_it_says("Discord cannot be reached").await;
    assert_eq!(status.get("/readyz").await, (503, "the gateway URL is not known yet\n".to_owned()));
    assert_eq!(status.get("/").await.0, 404);
    let client = reqwest::Client::new();
    for path in ["/healthz", "/readyz", "/metrics"] {
        let refused = client.post(status.url(path)).body("x").send().await.expect("an answer");
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["allow"]),
            (405, &"GET, HEAD".parse().expect("a value"))
        );
        let head = client.head(status.url(path)).send().await.expect("an answer");
        assert!(head.text().await.expect("no text").is_empty());
    }
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0), "{}", bot.said());
}

#[tokio::test]
async fn it_is_ready_as_long_as_every_shard_is_connected() {
    let place = kitchen();
    let discord = StandIn::start(Setup::default()).await;
    let bot = start(&discord, &place, &[]);
    let status = Status::of(&bot).await;
    bot.until_it_says("online as rolecall").await;
    assert_eq!(status.get("/readyz").await, (200, "ready\n".to_owned()));
    let metrics = status.metrics().await;
    assert_eq!(metrics["rolecall_shards{state=\"connected\"}"], 1.0, "{metrics:#?}");
    assert!(metrics.contains_key("rolecall_shard_silence_seconds{shard=\"0\"}"), "{metrics:#?}");

    discord.wait_identified().await;
    discord.close_on_identify(Some(4000));
    discord.invalidate_session(false).await;
    discord.wait_identified().await;
    let (code, reason) = status.get("/readyz").await;
    assert!(code == 503 && reason.starts_with("shard 0 is not connected to Discord: "), "{code} {reason}");
    let metrics = status.metrics().await;
    let connected = metrics.get("rolecall_shards{state=\"connected\"}").copied().unwrap_or_default();
    assert_eq!(connected, 0.0, "{metrics:#?}");
    assert_eq!(status.get("/healthz").await.0, 200);
    discord.close_on_identify(None);
    discord.wait_connected().await;
    // Its answer comes after READY.
    discord.slash("roles", json!({}), &Context::server()).await;
    assert_eq!(status.get("/readyz").await, (200, "ready\n".to_owned()));
}

#[tokio::test]
async fn with_http_alone_it_is_ready_once_the_endpoint_accepts_requests() {
    let key = Door::public_key();
    let [address, key] = http::settings(&key);
    let bot =
        Process::start_at("http://127.0.0.1:9", &[address, key, ("DISCORD_TOKEN", ""), ("ROLECALL_STATUS_ADDR", "0")]);
    let status = Status::of(&bot).await;
    let door = http::door_of(&bot).await;
    for id in 1..=3 {
        assert_eq!(door.post(&http::role(id)).await.status, 200);
    }
    assert_eq!(status.get("/readyz").await, (200, "ready\n".to_owned()));
    assert_eq!(door.post_with("", "", "{}").await.status, 401);
    let metrics = status.metrics().await;
    assert_eq!(metrics["rolecall_answer_seconds_count{door=\"http\",asked=\"command\"}"], 3.0, "{metrics:#?}");
    assert_eq!(metrics["rolecall_requests_total{kind=\"role\",outcome=\"answered\"}"], 3.0, "{metrics:#?}");
    assert!(!metrics.keys().any(|name| name.contains("identifies_left")), "known from the gateway only: {metrics:#?}");
}

#[tokio::test]
async fn a_corpus_without_roles_is_not_ready() {
    let place = Place::with(&[("soup.md", "---\nkind: topic\n---\n\n# Soup\n\nSoup is hot.\n")]);
    let discord = StandIn::start(Setup::default()).await;
    let bot = start(&discord, &place, &[]);
    let status = Status::of(&bot).await;
    bot.until_it_says("online as rolecall").await;
    let (code, reason) = status.get("/readyz").await;
    assert!(code == 503 && reason.contains("the corpus has no roles"), "{code} {reason}");
    place.write("corpus/cook.md", "# Cook\n\nCooks lunch.\n");
    bot.until_it_says("corpus reloaded roles=1 topics=1").await;
    assert_eq!(status.get("/readyz").await, (200, "ready\n".to_owned()));
}

#[tokio::test]
async fn requests_and_deliveries_are_counted() {
    let place = kitchen();
    place.write("corpus/odd.md", "---\nlevel: high\n---\n\n# Porter\n\nCarries.\n");
    let discord = StandIn::start(Setup::default()).await;
    let channel = CHANNEL.to_string();
    let bot = start(&discord, &place, &[("ROLECALL_ASK_CHANNELS", &channel)]);
    let status = Status::of(&bot).await;
    bot.until_it_says(" created, ").await;
    let by = |name: &str| Context::server().by(Person::named(name));

    let card = discord.slash("role", json!({"name": "baker"}), &by("ada")).await;
    discord.slash("role", json!({"name": "cook"}), &by("ada")).await;
    discord.slash("role", json!({"name": "astronaut"}), &by("ada")).await;
    discord.autocomplete("role", json!({"name": "ba"}), "name", &by("ben")).await;
    let ids: Vec<String> = buttons(&card).into_iter().map(str::to_owned).collect();
    for mark in ["1+:", "1-:"] {
        let id = ids.iter().find(|id| id.starts_with(mark)).expect("a button");
        let form = discord.click(id, &card, &by("cleo")).await;
        if let Some(form) = form["data"]["custom_id"].as_str() {
            discord.submit(form, &[("text", "too short")], &by("cleo")).await;
        }
    }
    discord.fail_next("POST", "/callback", Fault::Status(502));
    discord.fail_next("POST", "/callback", Fault::RateLimited(0.05));
    discord.slash("roles", json!({}), &by("dan")).await;
    discord.answer_to(Message::new("/roles", by("eve")).mentioning_the_bot()).await;
    assert_eq!(discord.message(Message::new("what is the weather like on the moon?", by("eve"))).await, None);
    let (mut helped, mut refused) = (0.0, 0.0);
    for _ in 0..7 {
        let finn = Context::in_channel(OTHER_CHANNEL).by(Person::named("finn"));
        let answer = discord.slash("help", json!({}), &finn).await;
        *(if answer["data"]["embeds"].is_array() { &mut helped } else { &mut refused }) += 1.0;
    }
    assert!(refused > 0.0, "seven at once exceed the rate limit");

    for (name, value) in [
        ("rolecall_requests_total{kind=\"role\",outcome=\"answered\"}", 2.0),
        ("rolecall_requests_total{kind=\"none\",outcome=\"abstained\"}", 1.0),
        ("rolecall_requests_total{kind=\"none\",outcome=\"silent\"}", 1.0),
        ("rolecall_requests_total{kind=\"roles\",outcome=\"answered\"}", 2.0),
        ("rolecall_requests_total{kind=\"help\",outcome=\"answered\"}", helped),
        ("rolecall_too_many_total", refused),
        ("rolecall_feedback_total{verdict=\"right\"}", 1.0),
        ("rolecall_feedback_total{verdict=\"wrong\"}", 1.0),
        ("rolecall_answer_seconds_count{door=\"gateway\",asked=\"command\"}", 11.0),
        ("rolecall_answer_seconds_count{door=\"gateway\",asked=\"click\"}", 2.0),
        ("rolecall_answer_seconds_count{door=\"gateway\",asked=\"form\"}", 1.0),
        ("rolecall_answer_seconds_count{door=\"gateway\",asked=\"message\"}", 1.0),
        ("rolecall_rest_answers_total{class=\"5xx\"}", 1.0),
        ("rolecall_rest_answers_total{class=\"429\"}", 1.0),
        ("rolecall_rest_answers_total{class=\"4xx\"}", 0.0),
        ("rolecall_corpus_documents{kind=\"role\"}", 3.0),
        ("rolecall_corpus_documents{kind=\"topic\"}", 0.0),
        ("rolecall_corpus_problems", 1.0),
        ("rolecall_identifies_total", 1.0),
        ("rolecall_identifies_left{per=\"day\"}", 999.0),
    ] {
        status.until_it_counts(name, value).await;
    }
    let metrics = status.metrics().await;
    assert!(metrics["rolecall_answer_seconds_count{door=\"gateway\",asked=\"typing\"}"] >= 1.0, "{metrics:#?}");
    assert!(metrics["rolecall_rest_answers_total{class=\"2xx\"}"] > 10.0, "{metrics:#?}");
    assert!(!metrics.keys().any(|name| name.contains("ada") || name.contains(&channel)), "{metrics:#?}");
}

#[tokio::test]
async fn an_undelivered_answer_is_counted() {
    let place = kitchen();
    let discord = StandIn::start(Setup::default()).await;
    let bot = start(&discord, &place, &[]);
    let status = Status::of(&bot).await;
    bot.until_it_says(" created, ").await;
    discord.fail_next("POST", "/messages", Fault::Status(403));
    assert_eq!(discord.message(Message::new("/roles", Context::direct())).await, None);
    bot.until_it_says("a message was not answered").await;
    let metrics = status.metrics().await;
    for name in
        ["rolecall_undelivered_total{door=\"gateway\",asked=\"message\"}", "rolecall_rest_answers_total{class=\"4xx\"}"]
    {
        assert_eq!(metrics[name], 1.0, "{name}");
    }
}

#[tokio::test]
async fn a_slow_status_request_times_out_and_others_are_answered_meanwhile() {
    let bot = Process::start_at("http://127.0.0.1:9", &[("ROLECALL_STATUS_ADDR", "0")]);
    let status = Status::of(&bot).await;
    let mut slow = TcpStream::connect(&status.0).await.expect("a connection");
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost:").await.expect("half a request");
    assert_eq!(status.get("/healthz").await.0, 200);
    let mut rest = Vec::new();
    tokio::time::timeout(PATIENCE, slow.read_to_end(&mut rest)).await.expect("a timeout of the bot").expect("an end");
}

#[tokio::test]
async fn a_status_address_in_use_ends_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let mut bot = Process::start_at("http://127.0.0.1:9", &[("ROLECALL_STATUS_ADDR", &port)]);
    assert_eq!(bot.ended().await, Some(1));
    let said = bot.said();
    assert!(
        said.contains("rolecall: ROLECALL_STATUS_ADDR: 127.0.0.1:") && said.contains("choose another port"),
        "{said}"
    );
}

#[tokio::test]
async fn there_is_no_status_server_without_the_setting() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    assert!(!bot.said().contains("status on"), "{}", bot.said());
}

#[tokio::test]
async fn one_address_serves_the_status_and_the_interactions() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = free.local_addr().expect("an address").to_string();
    drop(free);
    let key = Door::public_key();
    let [_, key] = http::settings(&key);
    let settings = [("ROLECALL_HTTP_ADDR", &*address), key, ("DISCORD_TOKEN", ""), ("ROLECALL_STATUS_ADDR", &address)];
    let mut bot = Process::start_at("http://127.0.0.1:9", &settings);
    let door = http::door_of(&bot).await;
    let status = Status::of(&bot).await;
    assert_eq!(door.url, status.url("/interactions"));
    assert_eq!(door.post(&http::role(1)).await.status, 200);
    assert_eq!(status.get("/readyz").await, (200, "ready\n".to_owned()));
    assert_eq!(status.get("/").await.0, 404);
    let client = reqwest::Client::new();
    for (path, method) in [("/interactions", "POST"), ("/healthz", "GET, HEAD")] {
        let refused = client.put(status.url(path)).send().await.expect("an answer");
        assert_eq!((refused.status().as_u16(), &refused.headers()["allow"]), (405, &method.parse().expect("a value")));
    }
    bot.terminate();
    assert_eq!(bot.ended().await, Some(0), "{}", bot.said());
}
