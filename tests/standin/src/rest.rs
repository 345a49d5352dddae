//! The REST API: the routes that a bot uses, with Discord's responses and errors.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::{Body, to_bytes};
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::commands;
use super::events;
use super::fault_injection::Fault;
use super::gateway;
use super::limits::{self, FormErrors};
use super::multipart::{self, Upload};
use super::responses;
use super::state::{DiscordState, Post, PostKind, Request, SharedState};
use super::users::{self, APPLICATION, Person};

/// A parsed request.
pub struct ApiRequest {
    pub method: String,
    pub path: String,
    pub query: String,
    pub body: Value,
    pub files: Vec<Upload>,
    authorization: String,
    valid_json: bool,
}

/// A response: status and JSON.
pub struct ApiResponse {
    pub status: u16,
    pub body: Option<Value>,
}

impl ApiResponse {
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body) }
    }

    pub fn no_content() -> Self {
        Self { status: 204, body: None }
    }

    pub fn error(status: u16, code: u32, message: &str) -> Self {
        Self { status, body: Some(json!({"message": message, "code": code})) }
    }

    pub fn method_not_allowed() -> Self {
        Self::error(405, 0, "405: Method Not Allowed")
    }
}

impl IntoResponse for ApiResponse {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("a valid status");
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

impl ApiRequest {
    async fn read(request: HttpRequest<Body>) -> Self {
        let (head, body) = request.into_parts();
        let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let (authorization, content_type) = (text(header::AUTHORIZATION), text(header::CONTENT_TYPE));
        let bytes = to_bytes(body, 64 << 20).await.unwrap_or_default();
        let parsed = multipart::parse(&content_type, &bytes);
        let valid_json = parsed.is_some();
        let (body, files) = parsed.unwrap_or_default();
        let query = head.uri.query().unwrap_or_default().to_owned();
        let (method, path) = (head.method.to_string(), head.uri.path().to_owned());
        Self { method, path, query, body, files, authorization, valid_json }
    }

    /// The response of the bot's interactions endpoint.
    pub fn http_response(body: &Value, files: Vec<Upload>) -> Self {
        Self {
            method: "HTTP".to_owned(),
            path: "answer".to_owned(),
            query: String::new(),
            body: body.clone(),
            files,
            authorization: String::new(),
            valid_json: true,
        }
    }

    /// Records violations and responds with 400.
    pub fn reject_form(&self, state: &mut DiscordState, errors: &FormErrors) -> ApiResponse {
        errors.lines().iter().for_each(|line| self.add_violation(state, line));
        ApiResponse { status: 400, body: Some(errors.to_json()) }
    }

    /// Records a violation that Discord would accept.
    pub fn add_violation(&self, state: &mut DiscordState, violation: &str) {
        state.violations.push(format!("{} {}: {violation}", self.method, self.path));
    }

    /// The error response for invalid fields or files that are too large, if any.
    pub fn check_body(&self, state: &mut DiscordState, errors: &FormErrors) -> Option<ApiResponse> {
        if errors.is_empty() { self.too_large(state) } else { Some(self.reject_form(state, errors)) }
    }

    /// The error response for files over 20 MiB, if any.
    fn too_large(&self, state: &mut DiscordState) -> Option<ApiResponse> {
        let size: usize = self.files.iter().map(|file| file.size).sum();
        (size > 20 << 20).then(|| {
            self.add_violation(state, "files over 20 MiB");
            ApiResponse::error(413, 40005, "Request entity too large")
        })
    }
}

pub async fn handle(State(shared): State<Arc<SharedState>>, request: HttpRequest<Body>) -> Response {
    let request = ApiRequest::read(request).await;
    let (probe, fault) = shared.update(|state| {
        let probe = responses::is_probe_response(state, &request.path);
        if probe {
            return (true, None);
        }
        state.request_events += 1;
        state.in_flight += 1;
        let fits = |(method, part, _): &(String, String, Fault)| {
            *method == request.method && request.path.contains(part.as_str())
        };
        let at = state.faults.iter().position(fits);
        (false, at.map(|at| state.faults.remove(at).2))
    });
    let process = || shared.update(|state| route(state, &request));
    if let Some(Fault::Slow(milliseconds)) = fault {
        // The fault is a delay of the response, which the bot measures against its own timeouts.
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
    let reply = match fault {
        None | Some(Fault::Slow(_)) => Some(process()),
        Some(Fault::Reset(true) | Fault::Garbage(..400)) => {
            process();
            None
        }
        Some(Fault::Hang | Fault::Reset(false) | Fault::Garbage(_)) => None,
        Some(Fault::Refusal(status, code)) => Some(ApiResponse::error(status, code, "injected fault")),
        Some(Fault::RateLimitedBlindly) => Some(ApiResponse::error(429, 0, "You are being rate limited.")),
        Some(Fault::Status(status)) => Some(ApiResponse::error(status, 0, &format!("{status}: injected fault"))),
        Some(Fault::AfterEffect(status)) => {
            process();
            Some(ApiResponse::error(status, 0, &format!("{status}: injected fault")))
        }
        Some(Fault::RateLimited(seconds)) => {
            let body = json!({"message": "You are being rate limited.", "retry_after": seconds, "global": false});
            Some(ApiResponse { status: 429, body: Some(body) })
        }
    };
    let status = reply.as_ref().map_or(0, |reply| reply.status);
    shared.update(|state| {
        if !probe {
            state.request_events += 1;
            state.in_flight -= 1;
            let ApiRequest { method, path, body, files, .. } = request;
            state.requests.push(Request { method, path, body, files, status });
        }
    });
    let mut response = match (reply, fault) {
        (Some(reply), _) => reply.into_response(),
        (None, Some(Fault::Garbage(status))) => {
            let status = StatusCode::from_u16(status).expect("a valid status");
            (status, "<html>not JSON").into_response()
        }
        // Unwinding the task drops the connection without a response.
        (None, Some(Fault::Reset(_))) => std::panic::resume_unwind(Box::new("connection reset")),
        (None, _) => std::future::pending().await,
    };
    response.headers_mut().insert(header::DATE, date(shared.lock().setup.clock_ahead));
    response
}

/// The `Date` header of a clock that is ahead by this number of seconds.
fn date(ahead: i64) -> HeaderValue {
    let span = Duration::from_secs(ahead.unsigned_abs());
    let now = SystemTime::now();
    let date = httpdate::fmt_http_date(if ahead < 0 { now - span } else { now + span });
    HeaderValue::from_str(&date).expect("a date")
}

fn route(state: &mut DiscordState, request: &ApiRequest) -> ApiResponse {
    let Some(path) = request.path.strip_prefix("/api/v10/") else {
        return unknown_route(state, request);
    };
    let segments: Vec<&str> = path.split('/').collect();
    let unauthenticated = matches!(segments[0], "interactions" | "webhooks") || segments == ["gateway"];
    if !unauthenticated && request.authorization != format!("Bot {}", state.setup.token) {
        return ApiResponse::error(401, 0, "401: Unauthorized");
    }
    if !request.valid_json {
        request.add_violation(state, "the body is no valid JSON");
        return ApiResponse::error(400, 50109, "The request body contains invalid JSON.");
    }
    let application = APPLICATION.to_string();
    let owner = segments.get(1).copied().unwrap_or_default();
    if matches!(segments[0], "applications" | "webhooks") && ![application.as_str(), "@me"].contains(&owner) {
        request.add_violation(state, "the id of another application");
        return ApiResponse::error(403, 20012, "You are not authorized to perform this action on this application");
    }
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["gateway"]) => ApiResponse::ok(json!({"url": state.gateway_url()})),
        ("GET", ["gateway", "bot"]) => ApiResponse::ok(json!({
            "url": state.gateway_url(), "shards": state.setup.shards,
            "session_start_limit": {
                "total": 1000, "remaining": state.setup.identifies_left, "reset_after": 14_400_000, "max_concurrency": 1,
            },
        })),
        ("GET", ["users", "@me"]) => ApiResponse::ok(events::bot_user()),
        ("GET", ["applications", "@me"] | ["oauth2", "applications", "@me"]) => {
            ApiResponse::ok(application_info(state))
        }
        (_, ["applications", _, "commands"]) => commands::handle(state, request, None, None),
        (_, ["applications", _, "commands", id]) => commands::handle(state, request, None, Some(id)),
        (_, ["applications", _, "guilds", guild, "commands", ..]) if !users::is_bot_guild(guild) => {
            users::guild_error(guild)
        }
        (_, ["applications", _, "guilds", guild, "commands"]) => commands::handle(state, request, Some(guild), None),
        (_, ["applications", _, "guilds", guild, "commands", id]) => {
            commands::handle(state, request, Some(guild), Some(id))
        }
        ("POST", ["interactions", id, token, "callback"]) => responses::callback(state, request, id, token),
        ("POST", ["webhooks", _, token]) => responses::follow_up(state, request, token),
        (_, ["webhooks", _, token, "messages", which]) => responses::message(state, request, token, which),
        ("GET", ["guilds", guild, ..]) if !users::is_bot_guild(guild) => users::guild_error(guild),
        ("GET", ["guilds", _]) => ApiResponse::ok(events::guild_object(&state.setup.server)),
        ("GET", ["guilds", _, "members", user]) if *user == application => {
            ApiResponse::ok(events::member_object(&state.setup.member))
        }
        ("GET", ["guilds", _, "members", _]) => ApiResponse::error(404, 10007, "Unknown Member"),
        (_, ["channels", id, rest @ ..]) => channel_route(state, request, id, rest),
        _ => unknown_route(state, request),
    }
}

fn unknown_route(state: &mut DiscordState, request: &ApiRequest) -> ApiResponse {
    request.add_violation(state, "unknown route");
    ApiResponse::error(404, 0, "404: Not Found")
}

fn channel_route(state: &mut DiscordState, request: &ApiRequest, id: &str, rest: &[&str]) -> ApiResponse {
    let known = id.parse().ok().and_then(|id: u64| Some((id, state.channels.get(&id)?.clone())));
    let Some((id, channel)) = known else {
        return ApiResponse::error(404, 10003, "Unknown Channel");
    };
    if !channel.reachable {
        return ApiResponse::error(403, 50001, "Missing Access");
    }
    match (request.method.as_str(), rest) {
        ("GET", []) => {
            let mut object = events::channel(id, &channel, &Person::named("ada"));
            for (_, fields) in state.setup.channel_facts.iter().filter(|(channel, _)| *channel == id) {
                events::merge(&mut object, fields);
            }
            ApiResponse::ok(object)
        }
        ("POST", ["typing"]) => ApiResponse::no_content(),
        ("POST", ["messages"]) => create_message(state, request, id, channel.guild),
        (method @ ("GET" | "PATCH" | "DELETE"), ["messages", message]) => {
            let fits = |kept: &Value| kept["id"] == *message && kept["channel_id"] == id.to_string().as_str();
            let Some(at) = state.messages.iter().position(fits) else {
                return ApiResponse::error(404, 10008, "Unknown Message");
            };
            let own = state.messages[at]["author"]["id"] == APPLICATION.to_string().as_str();
            match method {
                "GET" => ApiResponse::ok(state.messages[at].clone()),
                _ if !own => ApiResponse::error(403, 50005, "Cannot edit a message authored by another user"),
                "PATCH" => edit_message(state, request, at, None),
                _ => {
                    state.messages.remove(at);
                    ApiResponse::no_content()
                }
            }
        }
        _ => unknown_route(state, request),
    }
}

fn create_message(state: &mut DiscordState, request: &ApiRequest, channel: u64, guild: Option<u64>) -> ApiResponse {
    let body = &request.body;
    let mut errors = limits::message(body, &request.files, true);
    let reference = &body["message_reference"];
    let replied = reference["message_id"].as_str().and_then(|id| state.message(id.parse().ok()?).cloned());
    if !reference.is_null() && replied.is_none() && reference["fail_if_not_exists"] != false {
        errors.add("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message");
    }
    if let Some(response) = request.check_body(state, &errors) {
        return response;
    }
    if body["enforce_nonce"] == true && !body["nonce"].is_null() {
        let bot = APPLICATION.to_string();
        let channel_id = channel.to_string();
        let duplicate = |kept: &&Value| {
            kept["nonce"] == body["nonce"]
                && kept["author"]["id"] == bot.as_str()
                && kept["channel_id"] == channel_id.as_str()
        };
        if let Some(kept) = state.messages.iter().find(duplicate) {
            return ApiResponse::ok(kept.clone());
        }
    }
    if let Some(violation) = limits::mention_violation(body) {
        request.add_violation(state, &violation);
    }
    let id = state.new_id();
    let mut message = events::bot_message(id, channel, body, None);
    if let Some(mut replied) = replied {
        if let Some(fields) = replied.as_object_mut() {
            fields.remove("referenced_message");
        }
        message["type"] = json!(19);
        message["message_reference"] =
            json!({"type": 0, "channel_id": replied["channel_id"], "message_id": replied["id"]});
        message["referenced_message"] = replied;
    }
    state.messages.push(message.clone());
    let kind = PostKind::Message;
    state.posts.push(Post { kind, channel, message: Some(id), interaction: None, body: body.clone(), claimed: false });
    gateway::message_create(state, message.clone(), guild);
    ApiResponse::ok(message)
}

/// Edits the message at this index; also for messages of interaction responses.
pub fn edit_message(
    state: &mut DiscordState,
    request: &ApiRequest,
    at: usize,
    interaction: Option<&str>,
) -> ApiResponse {
    let mut errors = limits::message(&request.body, &request.files, false);
    let mut message = state.messages[at].clone();
    events::apply_body(&mut message, &request.body);
    if errors.is_empty() && limits::is_empty_message(&message, &request.files) {
        errors = limits::message(&message, &request.files, true);
    }
    if let Some(response) = request.check_body(state, &errors) {
        return response;
    }
    if let Some(violation) = limits::mention_violation(&request.body) {
        request.add_violation(state, &violation);
    }
    let number = |key: &str| message[key].as_str().and_then(|id| id.parse().ok());
    state.posts.push(Post {
        kind: PostKind::Edit,
        channel: number("channel_id").expect("a message with a channel"),
        message: number("id"),
        interaction: interaction.map(str::to_owned),
        body: request.body.clone(),
        claimed: false,
    });
    state.messages[at] = message.clone();
    ApiResponse::ok(message)
}

fn application_info(state: &DiscordState) -> Value {
    let mut application = json!({
        "id": APPLICATION.to_string(), "name": "Rolecall", "icon": null, "description": "", "summary": "", "type": null,
        "bot_public": true, "bot_require_code_grant": false, "verify_key": state.setup.public_key, "team": null,
        "owner": Person::named("owner").user(), "flags": state.application_flags(), "hook": true,
        "is_monetized": false, "redirect_uris": [], "interactions_endpoint_url": null, "bot": events::bot_user(),
        "role_connections_verification_url": null, "approximate_guild_count": 1, "approximate_user_install_count": 1,
        "integration_types_config": {
            "0": {"oauth2_install_params": {"scopes": ["applications.commands", "bot"], "permissions": "2048"}},
            "1": {"oauth2_install_params": {"scopes": ["applications.commands"], "permissions": "0"}},
        },
    });
    events::merge(&mut application, &state.setup.application);
    application
}
