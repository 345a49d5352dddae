//! Interaction responses: the initial response, once and in time, then edits and follow-up messages.

use std::time::Instant;

use serde_json::{Value, json};

use super::events;
use super::gateway;
use super::limits;
use super::rest::{ApiRequest, ApiResponse, edit_message};
use super::state::{DiscordState, Interaction, Post, PostKind};

const EPHEMERAL: u64 = 64;

/// Returns true if a request responds to a probe.
pub fn is_probe_response(state: &DiscordState, path: &str) -> bool {
    path.split('/').any(|step| state.interactions.get(step).is_some_and(|interaction| interaction.probe))
}

/// `POST /interactions/{id}/{token}/callback`.
pub fn callback(state: &mut DiscordState, request: &ApiRequest, id: &str, token: &str) -> ApiResponse {
    let known = state.interactions.get(token).filter(|interaction| interaction.id.to_string() == id);
    let Some(interaction) = known else {
        return ApiResponse::error(404, 10062, "Unknown interaction");
    };
    if interaction.callback.is_some() {
        return ApiResponse::error(400, 40060, "Interaction has already been acknowledged.");
    }
    if interaction.sent_at.elapsed() > state.setup.answer_within {
        request.add_violation(state, "answered too late");
        return ApiResponse::error(404, 10062, "Unknown interaction");
    }
    if let Err(error) = accept(state, request, token) {
        return error;
    }
    if request.query.contains("with_response=true") {
        let interaction = &state.interactions[token];
        let message = interaction.original_message.and_then(|id| state.message(id));
        return ApiResponse::ok(json!({
            "interaction": {"id": id, "type": interaction.kind, "response_message_id": message.map(|m| &m["id"])},
            "resource": {"type": request.body["type"], "message": message},
        }));
    }
    ApiResponse::no_content()
}

/// Checks and stores the initial response, from the callback route or from HTTP.
pub fn accept(state: &mut DiscordState, request: &ApiRequest, token: &str) -> Result<(), ApiResponse> {
    let interaction = &state.interactions[token];
    let errors = limits::callback(&request.body, &request.files, interaction.kind);
    if let Some(error) = request.check_body(state, &errors) {
        return Err(error);
    }
    let data = &request.body["data"];
    let kind = request.body["type"].as_u64().unwrap_or_default();
    if matches!(kind, 4 | 7)
        && let Some(violation) = limits::mention_violation(data)
    {
        request.add_violation(state, &violation);
    }
    let mut interaction = state.interactions.remove(token).expect("a known token");
    interaction.original_message = match kind {
        4 => Some(create_message(state, data, &interaction)),
        5 => {
            let mut loading = data.clone();
            loading["flags"] = json!(data["flags"].as_u64().unwrap_or(0) | 128);
            Some(create_message(state, &loading, &interaction))
        }
        6 | 7 => interaction.clicked_message,
        _ => None,
    };
    if kind == 7 {
        let clicked_message = interaction.clicked_message.map(|id| id.to_string()).unwrap_or_default();
        if let Some(message) = state.messages.iter_mut().find(|message| message["id"] == clicked_message.as_str()) {
            events::apply_body(message, data);
        }
    }
    if !interaction.probe {
        state.posts.push(Post {
            kind: PostKind::Callback,
            channel: interaction.context.channel(),
            message: interaction.original_message,
            interaction: Some(token.to_owned()),
            body: request.body.clone(),
            claimed: false,
        });
    }
    interaction.callback = Some(request.body.clone());
    interaction.responded_at = Some(Instant::now());
    state.interactions.insert(token.to_owned(), interaction);
    Ok(())
}

/// Creates the message of a response; dispatches MESSAGE_CREATE unless it is ephemeral or the bot cannot see the channel.
fn create_message(state: &mut DiscordState, body: &Value, interaction: &Interaction) -> u64 {
    let id = state.new_id();
    let message = events::bot_message(id, interaction.context.channel(), body, Some(interaction));
    state.messages.push(message.clone());
    let ephemeral = body["flags"].as_u64().unwrap_or(0) & EPHEMERAL != 0;
    if !ephemeral && !interaction.context.is_user_install_only() {
        gateway::message_create(state, message, interaction.context.guild());
    }
    id
}

/// `POST /webhooks/{application}/{token}`: a follow-up message.
pub fn follow_up(state: &mut DiscordState, request: &ApiRequest, token: &str) -> ApiResponse {
    let Some(interaction) = state.interactions.get(token).filter(|interaction| interaction.callback.is_some()) else {
        return ApiResponse::error(404, 10015, "Unknown Webhook");
    };
    if interaction.context.is_user_install_only() && interaction.follow_ups >= 5 {
        request.add_violation(state, "more than 5 follow-up messages with a user install");
        return ApiResponse::error(400, 40094, "This interaction has hit the maximum number of follow up messages");
    }
    let errors = limits::message(&request.body, &request.files, true);
    if let Some(error) = request.check_body(state, &errors) {
        return error;
    }
    if let Some(violation) = limits::mention_violation(&request.body) {
        request.add_violation(state, &violation);
    }
    let mut interaction = state.interactions.remove(token).expect("a known token");
    interaction.follow_ups += 1;
    let id = create_message(state, &request.body, &interaction);
    state.posts.push(Post {
        kind: PostKind::FollowUp,
        channel: interaction.context.channel(),
        message: Some(id),
        interaction: Some(token.to_owned()),
        body: request.body.clone(),
        claimed: false,
    });
    state.interactions.insert(token.to_owned(), interaction);
    ApiResponse::ok(state.message(id).cloned().unwrap_or_default())
}

/// Gets, edits or deletes the message of the initial response (`@original`) or a follow-up message.
pub fn message(state: &mut DiscordState, request: &ApiRequest, token: &str, which: &str) -> ApiResponse {
    let Some(interaction) = state.interactions.get(token).filter(|interaction| interaction.callback.is_some()) else {
        return ApiResponse::error(404, 10015, "Unknown Webhook");
    };
    let id = if which == "@original" { interaction.original_message } else { which.parse().ok() };
    let id = id.map(|id| id.to_string()).unwrap_or_default();
    let Some(at) = state.messages.iter().position(|message| message["id"] == id.as_str()) else {
        return ApiResponse::error(404, 10008, "Unknown Message");
    };
    match request.method.as_str() {
        "GET" => ApiResponse::ok(state.messages[at].clone()),
        "PATCH" => edit_message(state, request, at, Some(token)),
        "DELETE" => {
            state.messages.remove(at);
            ApiResponse::no_content()
        }
        _ => ApiResponse::method_not_allowed(),
    }
}
