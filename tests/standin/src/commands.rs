//! Application commands: registration routes, ids, versions and the count of creations.

use std::slice::from_ref;

use serde_json::{Value, json};

use super::command_limits;
use super::events::merge;
use super::limits::FormErrors;
use super::rest::{ApiRequest, ApiResponse};
use super::state::DiscordState;
use super::users::APPLICATION;

const ENTRY_POINT_REMOVED: &str = "You cannot remove this app's Entry Point command in a bulk update operation. Please include \
                                   the Entry Point command in your update request or delete it separately.";

/// Handles `/applications/{id}/commands` and `/applications/{id}/guilds/{id}/commands`.
pub fn handle(state: &mut DiscordState, request: &ApiRequest, guild: Option<&str>, id: Option<&str>) -> ApiResponse {
    state.command_requests += 1;
    for key in
        ["integration_types", "contexts"].into_iter().filter(|key| guild.is_some() && !request.body[key].is_null())
    {
        request.add_violation(state, &format!("{key} is only for global commands"));
    }
    let guild = guild.map_or(Value::Null, |guild| json!(guild));
    let in_scope = |command: &Value| command["guild_id"] == guild;
    match (request.method.as_str(), id) {
        ("GET", None) => {
            let localized = request.query.contains("with_localizations=true");
            ApiResponse::ok(state.commands.iter().filter(|c| in_scope(c)).map(|c| listed(c, localized)).collect())
        }
        ("PUT", None) => {
            let Some(new) = request.body.as_array() else {
                return ApiResponse::error(400, 50035, "Invalid Form Body");
            };
            let errors = command_limits::commands(new);
            if !errors.is_empty() {
                return request.reject_form(state, &errors);
            }
            let kept: Vec<&Value> = state.commands.iter().filter(|command| in_scope(command)).collect();
            let in_body = |kept: &Value| new.iter().any(|command| is_same(kept, command));
            if kept.iter().any(|command| command_limits::kind(command) == 4 && !in_body(command)) {
                return ApiResponse::error(400, 50240, ENTRY_POINT_REMOVED);
            }
            let creations = new.iter().filter(|command| !kept.iter().any(|kept| is_same(kept, command))).count();
            if let Some(response) = rejection(state, request, new, creations) {
                return response;
            }
            let old: Vec<Value> = state.commands.extract_if(.., |command| in_scope(command)).collect();
            for command in new {
                let previous = old.iter().find(|previous| is_same(previous, command)).cloned();
                store(state, command, previous, &guild);
            }
            ApiResponse::ok(state.commands.iter().filter(|c| in_scope(c)).cloned().collect())
        }
        ("POST", None) => {
            let at = state.commands.iter().position(|command| in_scope(command) && is_same(command, &request.body));
            let previous = at.map(|at| state.commands[at].clone());
            let others = state.commands.iter().filter(|kept| in_scope(kept) && !is_same(kept, &request.body));
            let all: Vec<Value> = others.chain([&request.body]).cloned().collect();
            let errors = Some(command_limits::command(&request.body)).filter(|errors| !errors.is_empty());
            let errors = errors.unwrap_or_else(|| command_limits::commands(&all));
            if !errors.is_empty() {
                return request.reject_form(state, &errors);
            }
            if let Some(response) = rejection(state, request, from_ref(&request.body), usize::from(at.is_none())) {
                return response;
            }
            if let Some(at) = at {
                state.commands.remove(at);
            }
            let created = previous.is_none();
            let command = store(state, &request.body, previous, &guild);
            ApiResponse { status: if created { 201 } else { 200 }, body: Some(command) }
        }
        (method, Some(id)) => {
            let Some(at) = state.commands.iter().position(|command| in_scope(command) && command["id"] == id) else {
                return ApiResponse::error(404, 10063, "Unknown application command");
            };
            match method {
                "GET" => ApiResponse::ok(state.commands[at].clone()),
                "DELETE" => {
                    state.commands.remove(at);
                    ApiResponse::no_content()
                }
                "PATCH" => {
                    let mut command = state.commands[at].clone();
                    merge(&mut command, &request.body);
                    let errors: FormErrors = command_limits::command(&command);
                    if !errors.is_empty() {
                        return request.reject_form(state, &errors);
                    }
                    if let Some(response) = rejection(state, request, from_ref(&command), 0) {
                        return response;
                    }
                    let previous = state.commands.remove(at);
                    ApiResponse::ok(store(state, &command, Some(previous), &guild))
                }
                _ => ApiResponse::method_not_allowed(),
            }
        }
        _ => ApiResponse::method_not_allowed(),
    }
}

/// Registers the commands of the configuration.
pub fn register_configured(state: &mut DiscordState) {
    for command in state.setup.commands.clone() {
        store(state, &command, None, &Value::Null);
    }
    state.command_creations = 0;
}

/// The configured error response, if any: a command is in `rejected_commands`, or the daily limit is exceeded. No violation.
fn rejection(state: &DiscordState, request: &ApiRequest, commands: &[Value], creations: usize) -> Option<ApiResponse> {
    let mut errors = FormErrors::default();
    for (n, command) in commands.iter().enumerate() {
        if state.setup.rejected_commands.iter().any(|name| command["name"] == name.as_str()) {
            let path = if request.body.is_array() { format!("{n}.name") } else { "name".to_owned() };
            errors.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
        }
    }
    if !errors.is_empty() {
        return Some(ApiResponse { status: 400, body: Some(errors.to_json()) });
    }
    let too_many = state.command_creations + creations > state.setup.command_creations_left;
    too_many.then(|| {
        ApiResponse::error(400, 30034, "Max number of daily application command creates has been reached (200)")
    })
}

fn is_same(one: &Value, other: &Value) -> bool {
    one["name"] == other["name"] && command_limits::kind(one) == command_limits::kind(other)
}

/// Stores a command with an id, a version and default fields. An unchanged command keeps its version.
fn store(state: &mut DiscordState, new: &Value, previous: Option<Value>, guild: &Value) -> Value {
    let id = previous.as_ref().map_or_else(|| json!(state.new_id().to_string()), |previous| previous["id"].clone());
    state.command_creations += usize::from(previous.is_none());
    let mut command = json!({
        "type": 1, "description": "", "name_localizations": null, "description_localizations": null, "nsfw": false,
        "default_member_permissions": null, "dm_permission": true, "contexts": null, "integration_types": [0],
    });
    for (key, value) in new.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        command[key] = value.clone();
    }
    strip_defaults(&mut command, "options");
    command["id"] = id;
    command["application_id"] = json!(APPLICATION.to_string());
    if !guild.is_null() {
        command["guild_id"] = guild.clone();
    }
    command["version"] = Value::Null;
    let version = previous.as_ref().map(|previous| previous["version"].clone());
    let unchanged = previous.is_some_and(|mut previous| {
        previous["version"] = Value::Null;
        previous == command
    });
    let version = version.filter(|_| unchanged).unwrap_or_else(|| json!(state.new_id().to_string()));
    command["version"] = version;
    state.commands.push(command.clone());
    command
}

/// Removes empty lists and `false` inside options. That Discord does so for every option is an assumption; a bot that
/// compares commands has to handle both.
fn strip_defaults(item: &mut Value, key: &str) {
    let Some(object) = item.as_object_mut() else { return };
    if object.get(key).is_some_and(|list| *list == json!([])) {
        object.remove(key);
    }
    for option in object.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(fields) = option.as_object_mut() {
            fields.retain(|name, value| {
                !value.is_null() && *value != json!(false) && *value != json!([]) || name == "value"
            });
        }
        strip_defaults(option, "options");
    }
}

/// A command in a list: localizations only on request.
fn listed(command: &Value, localized: bool) -> Value {
    match command {
        Value::Object(object) if !localized => {
            let kept = object.iter().filter(|(key, _)| !key.ends_with("_localizations"));
            Value::Object(kept.map(|(key, value)| (key.clone(), listed(value, false))).collect())
        }
        Value::Array(list) => list.iter().map(|value| listed(value, localized)).collect(),
        other => other.clone(),
    }
}
