//! Discord's limits of messages, embeds and interaction responses.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use super::component_limits;
use super::multipart::Upload;

/// Errors of a request body: field path, error code and message.
#[derive(Debug, Default)]
pub struct FormErrors {
    fields: Vec<(String, &'static str, String)>,
    empty_message: bool,
}

/// The larger of the number of characters and of UTF-16 code units: Discord counts differently in different fields.
pub fn length(text: &str) -> usize {
    text.chars().count().max(text.encode_utf16().count())
}

/// The array under a key; empty if there is none.
pub fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

impl FormErrors {
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && !self.empty_message
    }

    pub fn add(&mut self, path: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.fields.push((path.into(), code, message.into()));
    }

    /// One line per error, for the violations.
    pub fn lines(&self) -> Vec<String> {
        let empty = self.empty_message.then(|| "50006 Cannot send an empty message".to_owned());
        let fields = self.fields.iter().map(|(path, code, message)| format!("{path}: {code} {message}"));
        empty.into_iter().chain(fields).collect()
    }

    /// The body of the response 400.
    pub fn to_json(&self) -> Value {
        if self.fields.is_empty() {
            return json!({"message": "Cannot send an empty message", "code": 50006});
        }
        let mut errors = json!({});
        for (path, code, message) in &self.fields {
            let mut node = &mut errors;
            for key in path.split('.').filter(|key| !key.is_empty()) {
                node = &mut node[key];
            }
            match node["_errors"].as_array_mut() {
                Some(list) => list.push(json!({"code": code, "message": message})),
                None => node["_errors"] = json!([{"code": code, "message": message}]),
            }
        }
        json!({"message": "Invalid Form Body", "code": 50035, "errors": errors})
    }

    /// Checks an optional string.
    pub fn text(&mut self, path: &str, value: &Value, max: usize) {
        match value {
            Value::Null => {}
            Value::String(text) if length(text) > max => {
                self.add(path, "BASE_TYPE_MAX_LENGTH", format!("Must be {max} or fewer in length."));
            }
            Value::String(_) => {}
            other => self.add(path, "STRING_TYPE_CONVERT", format!("Could not interpret \"{other}\" as string.")),
        }
    }

    /// Checks a required string that is not blank.
    pub fn required_text(&mut self, path: &str, value: &Value, max: usize) {
        match value {
            Value::Null => self.add(path, "BASE_TYPE_REQUIRED", "This field is required"),
            Value::String(text) if text.trim().is_empty() => {
                self.add(path, "BASE_TYPE_REQUIRED", "This field is required");
            }
            other => self.text(path, other, max),
        }
    }

    /// Checks a number of elements or a length against a range.
    pub fn count(&mut self, path: &str, number: usize, allowed: RangeInclusive<usize>) {
        if !allowed.contains(&number) {
            let (min, max) = (allowed.start(), allowed.end());
            self.add(path, "BASE_TYPE_BAD_LENGTH", format!("Must be between {min} and {max} in length."));
        }
    }

    /// Checks a number of elements or a length against a maximum.
    pub fn at_most(&mut self, path: &str, number: usize, max: usize) {
        if number > max {
            self.add(path, "BASE_TYPE_MAX_LENGTH", format!("Must be {max} or fewer in length."));
        }
    }
}

/// Checks the body of a new or edited message.
pub fn message(body: &Value, files: &[Upload], new: bool) -> FormErrors {
    let mut errors = FormErrors::default();
    check_message(&mut errors, "", body, files, new);
    errors
}

/// Checks an initial response to an interaction of this type.
pub fn callback(body: &Value, files: &[Upload], interaction: u8) -> FormErrors {
    let mut errors = FormErrors::default();
    let data = &body["data"];
    let Some(kind) = body["type"].as_u64() else {
        errors.add("type", "BASE_TYPE_REQUIRED", "This field is required");
        return errors;
    };
    let allowed = match interaction {
        2 => matches!(kind, 4 | 5 | 9),
        3 => matches!(kind, 4..=7 | 9),
        4 => kind == 8,
        5 => matches!(kind, 4..=7),
        _ => kind == 1,
    };
    match kind {
        _ if !allowed => errors.add(
            "type",
            "INTERACTION_APPLICATION_COMMAND_INVALID_RESPONSE_TYPE",
            format!("Response type {kind} does not answer an interaction of type {interaction}"),
        ),
        4 => check_message(&mut errors, "data.", data, files, true),
        7 => check_message(&mut errors, "data.", data, files, false),
        8 => check_choices(&mut errors, data),
        9 => component_limits::check_modal(&mut errors, data),
        _ => {}
    }
    errors
}

/// A violation if the message may ping. Without `allowed_mentions` every mention in the content pings.
pub fn mention_violation(body: &Value) -> Option<String> {
    let mentions = &body["allowed_mentions"];
    let empty = |key: &str| mentions[key].is_null() || mentions[key] == json!([]);
    if !mentions.is_object() {
        Some("pings: allowed_mentions is missing".to_owned())
    } else if mentions["parse"] != json!([]) || !empty("users") || !empty("roles") || mentions["replied_user"] == true {
        Some(format!("pings: allowed_mentions is {mentions}"))
    } else {
        None
    }
}

/// Returns true for a message without content, embeds, components, stickers, files and poll.
pub fn is_empty_message(body: &Value, files: &[Upload]) -> bool {
    let blank = body["content"].as_str().is_none_or(|text| text.trim().is_empty());
    let parts = ["embeds", "components", "sticker_ids"];
    blank && files.is_empty() && body["poll"].is_null() && parts.iter().all(|key| list(body, key).is_empty())
}

fn check_message(errors: &mut FormErrors, prefix: &str, body: &Value, files: &[Upload], new: bool) {
    if !body.is_object() {
        errors.add(prefix.trim_end_matches('.'), "BASE_TYPE_REQUIRED", "This field is required");
        return;
    }
    errors.empty_message = new && is_empty_message(body, files);
    errors.text(&format!("{prefix}content"), &body["content"], 2000);
    if matches!(&body["nonce"], Value::String(nonce) if length(nonce) > 25) {
        errors.add(format!("{prefix}nonce"), "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer in length.");
    }
    for (n, attachment) in list(body, "attachments").iter().enumerate() {
        errors.text(&format!("{prefix}attachments.{n}.description"), &attachment["description"], 1024);
        let part = format!("files[{}]", attachment["id"]);
        if !files.is_empty()
            && !files.iter().any(|file| file.part == part && attachment["filename"] == file.filename.as_str())
        {
            let message = format!("No uploaded file {part} of that name");
            errors.add(format!("{prefix}attachments.{n}.id"), "ATTACHMENT_NOT_FOUND", message);
        }
    }
    check_embeds(errors, &format!("{prefix}embeds"), list(body, "embeds"), files);
    component_limits::check_rows(errors, &format!("{prefix}components"), list(body, "components"));
}

fn check_embeds(errors: &mut FormErrors, prefix: &str, embeds: &[Value], files: &[Upload]) {
    errors.at_most(prefix, embeds.len(), 10);
    let mut total = 0;
    for (n, embed) in embeds.iter().enumerate() {
        let path = |key: &str| format!("{prefix}.{n}.{key}");
        errors.text(&path("title"), &embed["title"], 256);
        errors.text(&path("description"), &embed["description"], 4096);
        errors.text(&path("footer.text"), &embed["footer"]["text"], 2048);
        errors.text(&path("author.name"), &embed["author"]["name"], 256);
        let fields = list(embed, "fields");
        errors.at_most(&path("fields"), fields.len(), 25);
        for (m, field) in fields.iter().enumerate() {
            errors.required_text(&path(&format!("fields.{m}.name")), &field["name"], 256);
            errors.required_text(&path(&format!("fields.{m}.value")), &field["value"], 1024);
        }
        let texts = [&embed["title"], &embed["description"], &embed["footer"]["text"], &embed["author"]["name"]];
        let field_texts = fields.iter().flat_map(|field| [&field["name"], &field["value"]]);
        let texts = texts.into_iter().chain(field_texts).filter_map(Value::as_str);
        let size: usize = texts.map(length).sum();
        if size == 0 && embed["image"].is_null() && embed["thumbnail"].is_null() {
            errors.add(path("description"), "BASE_TYPE_REQUIRED", "This field is required");
        }
        total += size;
        for key in ["url", "image.url", "thumbnail.url", "author.url", "author.icon_url", "footer.icon_url"] {
            let url = key.split('.').fold(embed, |value, key| &value[key]);
            check_url(errors, &path(key), url, files);
        }
    }
    if total > 6000 {
        errors.add(prefix, "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000");
    }
}

/// Checks a URL; `attachment://` has to name an uploaded image.
pub fn check_url(errors: &mut FormErrors, path: &str, url: &Value, files: &[Upload]) {
    let Some(url) = url.as_str() else { return };
    errors.at_most(path, length(url), 2048);
    if let Some(name) = url.strip_prefix("attachment://") {
        let is_image = [".png", ".jpg", ".jpeg", ".webp", ".gif"].iter().any(|ending| name.ends_with(ending));
        if !is_image || !files.iter().any(|file| file.filename == name) {
            errors.add(path, "URL_TYPE_INVALID_URL", format!("No image named \"{name}\" was uploaded."));
        }
    } else if !url.starts_with("https://") && !url.starts_with("http://") {
        errors.add(
            path,
            "URL_TYPE_INVALID_SCHEME",
            format!("Scheme of \"{url}\" must be one of ('http', 'https', 'attachment')."),
        );
    }
}

fn check_choices(errors: &mut FormErrors, data: &Value) {
    if !data["choices"].is_array() {
        errors.add("data.choices", "BASE_TYPE_REQUIRED", "This field is required");
    }
    let choices = list(data, "choices");
    errors.at_most("data.choices", choices.len(), 25);
    for (n, choice) in choices.iter().enumerate() {
        let path = format!("data.choices.{n}");
        errors.count(&format!("{path}.name"), choice["name"].as_str().map_or(0, length), 1..=100);
        if !choice["value"].is_number() {
            errors.count(&format!("{path}.value"), choice["value"].as_str().map_or(0, length), 1..=100);
        }
    }
}
