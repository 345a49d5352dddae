//! The REST half of the stand-in: the routes that a bot uses, each answering and refusing as Discord does.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::{Body, to_bytes};
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::events;
use super::gateway;
use super::limits::{self, Problems};
use super::people::{self, APPLICATION, Person};
use super::registry;
use super::upload::{self, Upload};
use super::webhooks;
use super::world::{Fault, Post, PostKind, Request, Shared, World};

/// A request, read.
pub struct Call {
    pub method: String,
    pub path: String,
    pub query: String,
    pub body: Value,
    pub files: Vec<Upload>,
    authorization: String,
    readable: bool,
}

/// An answer, not yet written.
pub struct Reply {
    pub status: u16,
    pub body: Option<Value>,
}

impl Reply {
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body) }
    }

    pub fn nothing() -> Self {
        Self { status: 204, body: None }
    }

    pub fn error(status: u16, code: u32, message: &str) -> Self {
        Self { status, body: Some(json!({"message": message, "code": code})) }
    }

    pub fn method_not_allowed() -> Self {
        Self::error(405, 0, "405: Method Not Allowed")
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("a status that exists");
        match self.body {
            None => status.into_response(),
            Some(body) => {
                let retry = body["retry_after"].as_f64().map(|seconds| seconds.ceil().to_string());
                let mut response = (status, axum::Json(body)).into_response();
                if let Some(value) = retry.and_then(|seconds| seconds.parse().ok()) {
                    response.headers_mut().insert(header::RETRY_AFTER, value);
                }
                response
            }
        }
    }
}

impl Call {
    async fn read(request: HttpRequest<Body>) -> Self {
        let (head, body) = request.into_parts();
        let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let (authorization, content_type) = (text(header::AUTHORIZATION), text(header::CONTENT_TYPE));
        let bytes = to_bytes(body, 64 << 20).await.unwrap_or_default();
        let read = upload::parse(&content_type, &bytes);
        let readable = read.is_some();
        let (body, files) = read.unwrap_or_default();
        let query = head.uri.query().unwrap_or_default().to_owned();
        let (method, path) = (head.method.to_string(), head.uri.path().to_owned());
        Self { method, path, query, body, files, authorization, readable }
    }

    /// What the bot's own endpoint answered to an interaction that was posted to it.
    pub fn answer_over_http(body: &Value, files: Vec<Upload>) -> Self {
        Self {
            method: "HTTP".to_owned(),
            path: "answer".to_owned(),
            query: String::new(),
            body: body.clone(),
            files,
            authorization: String::new(),
            readable: true,
        }
    }

    /// Refuses the body with 400, and tells the test.
    pub fn refuse(&self, world: &mut World, problems: &Problems) -> Reply {
        for line in problems.lines() {
            world.violations.push(format!("{} {}: {line}", self.method, self.path));
        }
        Reply { status: 400, body: Some(problems.to_json()) }
    }

    /// Tells the test of something that Discord would accept.
    pub fn blame(&self, world: &mut World, line: &str) {
        world.violations.push(format!("{} {}: {line}", self.method, self.path));
    }

    /// What Discord answers to a message that it does not take, for its texts or its files.
    pub fn refused(&self, world: &mut World, problems: &Problems) -> Option<Reply> {
        if problems.none() { self.too_large(world) } else { Some(self.refuse(world, problems)) }
    }

    /// Checks the sizes of files, which Discord refuses in another way than texts.
    fn too_large(&self, world: &mut World) -> Option<Reply> {
        let size: usize = self.files.iter().map(|file| file.size).sum();
        (size > 20 << 20).then(|| {
            self.blame(world, "files over 20 MiB");
            Reply::error(413, 40005, "Request entity too large")
        })
    }
}

pub async fn answer(State(shared): State<Arc<Shared>>, request: HttpRequest<Body>) -> Response {
    let call = Call::read(request).await;
    let (fence, fault) = shared.change(|world| {
        let fence = webhooks::is_fence(world, &call.path);
        if fence {
            return (true, None);
        }
        world.activity += 1;
        world.in_flight += 1;
        let fits =
            |(method, part, _): &(String, String, Fault)| *method == call.method && call.path.contains(part.as_str());
        let at = world.faults.iter().position(fits);
        (false, at.map(|at| world.faults.remove(at).2))
    });
    let act = || shared.change(|world| route(world, &call));
    if let Some(Fault::Slow(milliseconds)) = fault {
        // The fault is a delay of the response, which the bot measures against its own timeouts.
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
    let reply = match fault {
        None | Some(Fault::Slow(_)) => Some(act()),
        Some(Fault::Reset(true) | Fault::Garbage(..400)) => {
            act();
            None
        }
        Some(Fault::Hang | Fault::Reset(false) | Fault::Garbage(_)) => None,
        Some(Fault::Refusal(status, code)) => Some(Reply::error(status, code, "as the test wished")),
        Some(Fault::RateLimitedBlindly) => Some(Reply::error(429, 0, "You are being rate limited.")),
        Some(Fault::Status(status)) => Some(Reply::error(status, 0, &format!("{status}: as the test wished"))),
        Some(Fault::AfterEffect(status)) => {
            act();
            Some(Reply::error(status, 0, &format!("{status}: as the test wished")))
        }
        Some(Fault::RateLimited(seconds)) => {
            let body = json!({"message": "You are being rate limited.", "retry_after": seconds, "global": false});
            Some(Reply { status: 429, body: Some(body) })
        }
    };
    let status = reply.as_ref().map_or(0, |reply| reply.status);
    shared.change(|world| {
        if !fence {
            world.activity += 1;
            world.in_flight -= 1;
            let Call { method, path, body, files, .. } = call;
            world.requests.push(Request { method, path, body, files, status });
        }
    });
    let mut response = match (reply, fault) {
        (Some(reply), _) => reply.into_response(),
        (None, Some(Fault::Garbage(status))) => {
            let status = StatusCode::from_u16(status).expect("a status that exists");
            (status, "<html>this is no JSON").into_response()
        }
        // A task that ends like this drops its line without a word.
        (None, Some(Fault::Reset(_))) => std::panic::resume_unwind(Box::new("the line is cut")),
        (None, _) => std::future::pending().await,
    };
    response.headers_mut().insert(header::DATE, date(shared.look().setup.clock_ahead));
    response
}

/// What a clock that is ahead of ours says.
fn date(ahead: i64) -> HeaderValue {
    let span = Duration::from_secs(ahead.unsigned_abs());
    let now = SystemTime::now();
    let date = httpdate::fmt_http_date(if ahead < 0 { now - span } else { now + span });
    HeaderValue::from_str(&date).expect("a date")
}

fn route(world: &mut World, call: &Call) -> Reply {
    let Some(path) = call.path.strip_prefix("/api/v10/") else {
        return unknown(world, call);
    };
    let steps: Vec<&str> = path.split('/').collect();
    let open = matches!(steps[0], "interactions" | "webhooks") || steps == ["gateway"];
    if !open && call.authorization != format!("Bot {}", world.setup.token) {
        return Reply::error(401, 0, "401: Unauthorized");
    }
    if !call.readable {
        call.blame(world, "a body that is no JSON");
        return Reply::error(400, 50109, "The request body contains invalid JSON.");
    }
    let application = APPLICATION.to_string();
    let owner = steps.get(1).copied().unwrap_or_default();
    if matches!(steps[0], "applications" | "webhooks") && ![application.as_str(), "@me"].contains(&owner) {
        call.blame(world, "the id of another application");
        return Reply::error(403, 20012, "You are not authorized to perform this action on this application");
    }
    match (call.method.as_str(), steps.as_slice()) {
        ("GET", ["gateway"]) => Reply::ok(json!({"url": world.gateway_url()})),
        ("GET", ["gateway", "bot"]) => Reply::ok(json!({
            "url": world.gateway_url(), "shards": world.setup.shards,
            "session_start_limit": {
                "total": 1000, "remaining": world.setup.identifies_left, "reset_after": 14_400_000, "max_concurrency": 1,
            },
        })),
        ("GET", ["users", "@me"]) => Reply::ok(events::bot_user()),
        ("GET", ["applications", "@me"] | ["oauth2", "applications", "@me"]) => Reply::ok(application_info(world)),
        (_, ["applications", _, "commands"]) => registry::answer(world, call, None, None),
        (_, ["applications", _, "commands", id]) => registry::answer(world, call, None, Some(id)),
        (_, ["applications", _, "guilds", guild, "commands", ..]) if !people::is_here(guild) => people::strange(guild),
        (_, ["applications", _, "guilds", guild, "commands"]) => registry::answer(world, call, Some(guild), None),
        (_, ["applications", _, "guilds", guild, "commands", id]) => {
            registry::answer(world, call, Some(guild), Some(id))
        }
        ("POST", ["interactions", id, token, "callback"]) => webhooks::callback(world, call, id, token),
        ("POST", ["webhooks", _, token]) => webhooks::follow_up(world, call, token),
        (_, ["webhooks", _, token, "messages", which]) => webhooks::message(world, call, token, which),
        ("GET", ["guilds", guild, ..]) if !people::is_here(guild) => people::strange(guild),
        ("GET", ["guilds", _]) => Reply::ok(events::server(&world.setup.server)),
        ("GET", ["guilds", _, "members", who]) if *who == application => {
            Reply::ok(events::membership(&world.setup.member))
        }
        ("GET", ["guilds", _, "members", _]) => Reply::error(404, 10007, "Unknown Member"),
        (_, ["channels", id, rest @ ..]) => in_channel(world, call, id, rest),
        _ => unknown(world, call),
    }
}

fn unknown(world: &mut World, call: &Call) -> Reply {
    call.blame(world, "a route that the stand-in does not know");
    Reply::error(404, 0, "404: Not Found")
}

fn in_channel(world: &mut World, call: &Call, id: &str, rest: &[&str]) -> Reply {
    let known = id.parse().ok().and_then(|id: u64| Some((id, world.channels.get(&id)?.clone())));
    let Some((id, channel)) = known else {
        return Reply::error(404, 10003, "Unknown Channel");
    };
    if !channel.reachable {
        return Reply::error(403, 50001, "Missing Access");
    }
    match (call.method.as_str(), rest) {
        ("GET", []) => {
            let mut shown = events::channel(id, &channel, &Person::named("ada"));
            for (_, facts) in world.setup.channel_facts.iter().filter(|(about, _)| *about == id) {
                events::merge(&mut shown, facts);
            }
            Reply::ok(shown)
        }
        ("POST", ["typing"]) => Reply::nothing(),
        ("POST", ["messages"]) => create_message(world, call, id, channel.guild),
        (method @ ("GET" | "PATCH" | "DELETE"), ["messages", message]) => {
            let fits = |kept: &Value| kept["id"] == *message && kept["channel_id"] == id.to_string().as_str();
            let Some(at) = world.messages.iter().position(fits) else {
                return Reply::error(404, 10008, "Unknown Message");
            };
            let own = world.messages[at]["author"]["id"] == APPLICATION.to_string().as_str();
            match method {
                "GET" => Reply::ok(world.messages[at].clone()),
                _ if !own => Reply::error(403, 50005, "Cannot edit a message authored by another user"),
                "PATCH" => edit_message(world, call, at, None),
                _ => {
                    world.messages.remove(at);
                    Reply::nothing()
                }
            }
        }
        _ => unknown(world, call),
    }
}

fn create_message(world: &mut World, call: &Call, channel: u64, guild: Option<u64>) -> Reply {
    let body = &call.body;
    let mut problems = limits::message(body, &call.files, true);
    let reference = &body["message_reference"];
    let replied = reference["message_id"].as_str().and_then(|id| world.message(id.parse().ok()?).cloned());
    if !reference.is_null() && replied.is_none() && reference["fail_if_not_exists"] != false {
        problems.add("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message");
    }
    if let Some(reply) = call.refused(world, &problems) {
        return reply;
    }
    if body["enforce_nonce"] == true && !body["nonce"].is_null() {
        let bot = APPLICATION.to_string();
        let place = channel.to_string();
        let again = |kept: &&Value| {
            kept["nonce"] == body["nonce"]
                && kept["author"]["id"] == bot.as_str()
                && kept["channel_id"] == place.as_str()
        };
        if let Some(kept) = world.messages.iter().find(again) {
            return Reply::ok(kept.clone());
        }
    }
    if let Some(line) = limits::pings(body) {
        call.blame(world, &line);
    }
    let id = world.new_id();
    let mut message = events::posted(id, channel, body, None);
    if let Some(mut replied) = replied {
        if let Some(fields) = replied.as_object_mut() {
            fields.remove("referenced_message");
        }
        message["type"] = json!(19);
        message["message_reference"] =
            json!({"type": 0, "channel_id": replied["channel_id"], "message_id": replied["id"]});
        message["referenced_message"] = replied;
    }
    world.messages.push(message.clone());
    let kind = PostKind::Message;
    world.posts.push(Post { kind, channel, message: Some(id), interaction: None, body: body.clone(), claimed: false });
    gateway::deliver(world, message.clone(), guild);
    Reply::ok(message)
}

/// Edits the message at this place of the list; also for the messages of interactions.
pub fn edit_message(world: &mut World, call: &Call, at: usize, interaction: Option<&str>) -> Reply {
    let mut problems = limits::message(&call.body, &call.files, false);
    let mut message = world.messages[at].clone();
    events::show(&mut message, &call.body);
    if problems.none() && limits::shows_nothing(&message, &call.files) {
        problems = limits::message(&message, &call.files, true);
    }
    if let Some(reply) = call.refused(world, &problems) {
        return reply;
    }
    if let Some(line) = limits::pings(&call.body) {
        call.blame(world, &line);
    }
    let number = |key: &str| message[key].as_str().and_then(|id| id.parse().ok());
    world.posts.push(Post {
        kind: PostKind::Edit,
        channel: number("channel_id").expect("a message with a channel"),
        message: number("id"),
        interaction: interaction.map(str::to_owned),
        body: call.body.clone(),
        claimed: false,
    });
    world.messages[at] = message.clone();
    Reply::ok(message)
}

fn application_info(world: &World) -> Value {
    let mut application = json!({
        "id": APPLICATION.to_string(), "name": "Rolecall", "icon": null, "description": "", "summary": "", "type": null,
        "bot_public": true, "bot_require_code_grant": false, "verify_key": world.setup.public_key, "team": null,
        "owner": Person::named("owner").user(), "flags": world.application_flags(), "hook": true,
        "is_monetized": false, "redirect_uris": [], "interactions_endpoint_url": null, "bot": events::bot_user(),
        "role_connections_verification_url": null, "approximate_guild_count": 1, "approximate_user_install_count": 1,
        "integration_types_config": {
            "0": {"oauth2_install_params": {"scopes": ["applications.commands", "bot"], "permissions": "2048"}},
            "1": {"oauth2_install_params": {"scopes": ["applications.commands"], "permissions": "0"}},
        },
    });
    events::merge(&mut application, &world.setup.application);
    application
}
