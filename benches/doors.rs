//! How fast the two doors are: the program itself, asked over the gateway and over HTTP in the same run, by a Discord that is
//! part of this benchmark. Prints Markdown.
//!
//! `cargo bench --bench doors` measures; without `--bench`, as `cargo test --benches` starts it, or with `--test`, a few
//! questions show that it runs.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Questions in a batch; the doors take turns, a batch each, so that what else the machine does meets both.
const BATCH: usize = 400;
const BATCHES: usize = 10;
/// How many are under way at once.
const AT_ONCE: [usize; 2] = [1, 8];
const PATIENCE: Duration = Duration::from_secs(60);
/// An application, and the token of its bot, good for nothing but this benchmark.
const APPLICATION: &str = "1100000000000000001";
const TOKEN: &str = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.Bench.only-the-benchmark-knows-this-one";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = arguments.iter().find(|argument| !["--bench", "--test"].contains(&argument.as_str())) {
        eprintln!("doors: {unknown} is no argument of it; it takes none, or --test for a few questions");
        return ExitCode::from(2);
    }
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let (batch, batches) = if given("--bench") && !given("--test") { (BATCH, BATCHES) } else { (8, 1) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let measured = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run(batch, batches)));
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("doors: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the benchmark's Discord knows.
#[derive(Default)]
struct Discord {
    /// Who waits for which callback.
    waiting: Mutex<HashMap<String, oneshot::Sender<usize>>>,
    /// What goes out on the socket.
    events: Mutex<Option<mpsc::UnboundedSender<Value>>>,
    origin: Mutex<String>,
    last_id: AtomicU64,
}

fn locked<T>(it: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Discord {
    async fn start() -> Outcome<Arc<Discord>> {
        let discord = Arc::new(Discord::default());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        *locked(&discord.origin) = listener.local_addr()?.to_string();
        let router = Router::new()
            .route("/", get(upgrade))
            .route("/api/v10/gateway/bot", get(gateway))
            .route("/api/v10/applications/{id}/commands", get(|| async { Json(json!([])) }).post(created))
            .route("/api/v10/interactions/{id}/{token}/callback", post(called_back))
            .with_state(Arc::clone(&discord));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(discord)
    }

    /// A slash command by somebody who has not asked yet, in a channel of their own: nobody is asked to slow down.
    fn interaction(&self) -> (String, Value) {
        let number = self.last_id.fetch_add(1, Ordering::Relaxed);
        let id = (1_200_000_000_000_000_000 + number).to_string();
        let user = json!({"id": (1_300_000_000_000_000_000 + number).to_string(), "username": "ada", "discriminator": "0", "avatar": null});
        let options = json!([{"name": "name", "type": 3, "value": "pm"}]);
        let interaction = json!({
            "id": id, "application_id": APPLICATION, "type": 2, "token": format!("token-{number}"), "version": 1,
            "data": {"id": "1", "name": "role", "type": 1, "options": options},
            "channel_id": (1_400_000_000_000_000_000 + number).to_string(), "user": user, "locale": "en-GB",
            "entitlements": [], "authorizing_integration_owners": {"0": "0"}, "attachment_size_limit": 20_971_520,
            "context": 1, "app_permissions": "562949953863680",
        });
        (id, interaction)
    }

    /// From an event on the socket to the callback; gives the size of what came.
    async fn ask(&self) -> Outcome<usize> {
        let (id, interaction) = self.interaction();
        let (tell, told) = oneshot::channel();
        locked(&self.waiting).insert(id, tell);
        let events = locked(&self.events).clone().ok_or("the bot is not at the gateway")?;
        events.send(json!({"op": 0, "t": "INTERACTION_CREATE", "d": interaction}))?;
        Ok(told.await?)
    }
}

async fn gateway(State(discord): State<Arc<Discord>>) -> Json<Value> {
    let limit = json!({"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1});
    Json(json!({"url": format!("ws://{}", locked(&discord.origin)), "shards": 1, "session_start_limit": limit}))
}

async fn created(Json(mut command): Json<Value>) -> Json<Value> {
    (command["id"], command["application_id"], command["version"]) = (json!("1"), json!(APPLICATION), json!("1"));
    Json(command)
}

async fn called_back(
    State(discord): State<Arc<Discord>>,
    Path((id, _)): Path<(String, String)>,
    body: axum::body::Bytes,
) -> StatusCode {
    if let Some(waiting) = locked(&discord.waiting).remove(&id) {
        let _ = waiting.send(body.len());
    }
    StatusCode::NO_CONTENT
}

async fn upgrade(State(discord): State<Arc<Discord>>, socket: WebSocketUpgrade) -> axum::response::Response {
    socket.on_upgrade(move |socket| async move {
        // Where the bot goes, there is nobody left to tell.
        let _ = serve(socket, &discord).await;
    })
}

/// A session: hello, ready, then events and heartbeats.
async fn serve(mut socket: WebSocket, discord: &Discord) -> Outcome<()> {
    let (tell, mut events) = mpsc::unbounded_channel();
    let mut number = 0;
    socket.send(Message::text(json!({"op": 10, "d": {"heartbeat_interval": 41_250}}).to_string())).await?;
    loop {
        let mut out: Value = tokio::select! {
            event = events.recv() => event.ok_or("no more events")?,
            heard = socket.recv() => {
                let heard = heard.ok_or("the bot is gone")??;
                let Message::Text(text) = heard else { continue };
                let heard: Value = serde_json::from_str(&text)?;
                match heard["op"].as_u64() {
                    Some(1) => json!({"op": 11}),
                    Some(2) => {
                        *locked(&discord.events) = Some(tell.clone());
                        let user = json!({"id": APPLICATION, "username": "rolecall", "discriminator": "0001", "avatar": null, "bot": true, "verified": true, "mfa_enabled": true, "email": null, "flags": 0});
                        json!({"op": 0, "t": "READY", "d": {
                            "v": 10, "user": user, "guilds": [], "session_id": "one", "shard": [0, 1],
                            "resume_gateway_url": format!("ws://{}", locked(&discord.origin)),
                            "application": {"id": APPLICATION, "flags": 0},
                        }})
                    }
                    _ => continue,
                }
            }
        };
        if out["op"] == 0 {
            number += 1;
            out["s"] = json!(number);
        }
        socket.send(Message::text(out.to_string())).await?;
    }
}

/// The program, at both doors.
struct Bot {
    child: Child,
    address: String,
    _home: tempfile::TempDir,
}

impl Bot {
    async fn start(origin: &str, public_key: &str) -> Outcome<Bot> {
        let home = tempfile::tempdir()?;
        let mut child = Command::new(env!("CARGO_BIN_EXE_rolecall"))
            .current_dir(home.path())
            .env_clear()
            .env("DISCORD_TOKEN", TOKEN)
            .env("DISCORD_API_URL", format!("http://{origin}"))
            .env("DISCORD_PUBLIC_KEY", public_key)
            .env("ROLECALL_HTTP_ADDR", "0")
            .env("ROLECALL_CORPUS", concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = child.stderr.take().ok_or("no standard error")?;
        let (tell, mut lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        let mut bot = Bot { child, address: String::new(), _home: home };
        let ready = async {
            while let Some(line) = lines.recv().await {
                if let Some((_, rest)) = line.split_once("http://") {
                    bot.address = rest.split('/').next().unwrap_or_default().to_owned();
                }
                if line.contains("commands: ") {
                    return Ok(());
                }
            }
            Err("the bot ended")
        };
        tokio::time::timeout(PATIENCE, ready).await.map_err(|_| "the bot is never ready")??;
        Ok(bot)
    }

    /// The time that the program has spent on processors; none where the system does not tell.
    fn spent(&self) -> Option<Duration> {
        const TICKS_A_SECOND: u64 = 100;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        Some(Duration::from_millis(ticks * 1000 / TICKS_A_SECOND))
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection that stays open, as a reverse proxy keeps one.
struct Line {
    stream: tokio::io::BufReader<TcpStream>,
    key: SigningKey,
}

impl Line {
    async fn open(address: &str, key: &SigningKey) -> Outcome<Line> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Line { stream: tokio::io::BufReader::new(stream), key: key.clone() })
    }

    /// From a post to its response; gives the size of what came.
    async fn ask(&mut self, discord: &Discord) -> Outcome<usize> {
        let body = discord.interaction().1.to_string();
        let timestamp = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().to_string();
        let signature = hex(&self.key.sign(format!("{timestamp}{body}").as_bytes()).to_bytes());
        let request = format!(
            "POST /interactions HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nX-Signature-Ed25519: {signature}\r\n\
             X-Signature-Timestamp: {timestamp}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let (mut line, mut length) = (String::new(), 0);
        self.stream.read_line(&mut line).await?;
        if !line.starts_with("HTTP/1.1 200") {
            return Err(format!("the bot said {line}").into());
        }
        while line != "\r\n" {
            line.clear();
            self.stream.read_line(&mut line).await?;
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer).await?;
        Ok(length)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Gateway,
    Http,
}

/// What one way took.
#[derive(Default)]
struct Taken {
    each: Vec<Duration>,
    in_all: Duration,
    spent: Duration,
    size: usize,
}

impl Taken {
    fn a_second(&self) -> f64 {
        self.each.len() as f64 / self.in_all.as_secs_f64()
    }

    /// The time that so many in a hundred kept within, in microseconds.
    fn percentile(&mut self, hundredths: usize) -> f64 {
        self.each.sort_unstable();
        let at = (self.each.len() * hundredths).div_ceil(100).max(1) - 1;
        self.each[at].as_secs_f64() * 1_000_000.0
    }
}

/// Asks a batch of questions, so many at once.
async fn ask(way: Way, discord: &Arc<Discord>, lines: &mut [Line], batch: usize, taken: &mut Taken) -> Outcome<()> {
    let left = AtomicU64::new(batch as u64);
    let began = Instant::now();
    let mut each = Vec::new();
    let mut askers = Vec::new();
    for line in lines.iter_mut() {
        let left = &left;
        askers.push(Box::pin(async move {
            let mut times = Vec::new();
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                let began = Instant::now();
                let size = match way {
                    Way::Gateway => discord.ask().await?,
                    Way::Http => line.ask(discord).await?,
                };
                times.push((began.elapsed(), size));
            }
            Outcome::Ok(times)
        }));
    }
    // All are polled in turn until each is done.
    let mut done = vec![false; askers.len()];
    std::future::poll_fn(|cx| {
        for (asker, done) in askers.iter_mut().zip(&mut done).filter(|(_, done)| !**done) {
            if let std::task::Poll::Ready(times) = asker.as_mut().poll(cx) {
                *done = true;
                each.push(times);
            }
        }
        if done.iter().all(|done| *done) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    taken.in_all += began.elapsed();
    for times in each {
        for (time, size) in times? {
            taken.each.push(time);
            taken.size = size;
        }
    }
    Ok(())
}

async fn run(batch: usize, batches: usize) -> Outcome<()> {
    let key = SigningKey::from_bytes(&[42; 32]);
    let discord = Discord::start().await?;
    let origin = locked(&discord.origin).clone();
    let bot = Bot::start(&origin, &hex(key.verifying_key().as_bytes())).await?;
    println!(
        "# How fast the doors are\n\n\
         `/role pm` in the program, from Discord's event or post to the whole answer, on loopback: no network, no TLS. Over the gateway \
         the answer is a request of the bot's own, over HTTP it is the response. {batches} batches of {batch} questions a way, taking \
         turns; the first is not counted. Discord is played by this benchmark, on the same machine: the ratio is what carries.\n"
    );
    println!(
        "| door | at once | questions | a second | median, µs | 99th percentile, µs | processor, µs each | bytes |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for at_once in AT_ONCE {
        let mut lines = Vec::new();
        for _ in 0..at_once {
            let mut line = Line::open(&bot.address, &key).await?;
            // A line that has not asked yet is cut off after seconds, and the gateway comes first.
            line.ask(&discord).await?;
            lines.push(line);
        }
        let mut taken = [(Way::Gateway, "gateway", Taken::default()), (Way::Http, "HTTP", Taken::default())];
        for round in 0..=batches {
            for (way, _, taken) in &mut taken {
                let before = bot.spent();
                let asked = ask(*way, &discord, &mut lines, batch, taken);
                tokio::time::timeout(PATIENCE, asked).await.map_err(|_| "the bot does not answer")??;
                taken.spent += bot.spent().zip(before).map_or(Duration::ZERO, |(after, before)| after - before);
                if round == 0 {
                    *taken = Taken::default();
                }
            }
        }
        for (_, name, taken) in &mut taken {
            let (median, late, count) = (taken.percentile(50), taken.percentile(99), taken.each.len());
            let (spent, rate) = (taken.spent.as_secs_f64() * 1_000_000.0 / count as f64, taken.a_second());
            println!(
                "| {name} | {at_once} | {count} | {rate:.0} | {median:.0} | {late:.0} | {spent:.0} | {} |",
                taken.size
            );
        }
        let [(.., gateway), (.., http)] = &mut taken;
        println!(
            "| HTTP to gateway | {at_once} | | {:.2} | {:.2} | {:.2} | {:.2} | |",
            http.a_second() / gateway.a_second(),
            http.percentile(50) / gateway.percentile(50),
            http.percentile(99) / gateway.percentile(99),
            http.spent.as_secs_f64() / gateway.spent.as_secs_f64().max(f64::MIN_POSITIVE),
        );
    }
    Ok(())
}
