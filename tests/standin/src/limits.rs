//! Discord's limits on messages and answers, so that what Discord would refuse fails in a test and not in a server.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use super::component_limits;
use super::upload::Upload;

/// What is wrong with a body, each with its place, in Discord's words.
#[derive(Debug, Default)]
pub struct Problems {
    found: Vec<(String, &'static str, String)>,
    empty_message: bool,
}

/// Length as the stricter of characters and UTF-16 code units, since Discord's own counts differ between places.
pub fn length(text: &str) -> usize {
    text.chars().count().max(text.encode_utf16().count())
}

/// The elements under a key; none where it is missing or no list.
pub fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

impl Problems {
    pub fn none(&self) -> bool {
        self.found.is_empty() && !self.empty_message
    }

    pub fn add(&mut self, path: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.found.push((path.into(), code, message.into()));
    }

    /// One line a problem, for the list of violations.
    pub fn lines(&self) -> Vec<String> {
        let empty = self.empty_message.then(|| "50006 Cannot send an empty message".to_owned());
        let found = self.found.iter().map(|(path, code, message)| format!("{path}: {code} {message}"));
        empty.into_iter().chain(found).collect()
    }

    /// The body of Discord's answer 400.
    pub fn to_json(&self) -> Value {
        if self.found.is_empty() {
            return json!({"message": "Cannot send an empty message", "code": 50006});
        }
        let mut errors = json!({});
        for (path, code, message) in &self.found {
            let mut place = &mut errors;
            for step in path.split('.').filter(|step| !step.is_empty()) {
                place = &mut place[step];
            }
            match place["_errors"].as_array_mut() {
                Some(list) => list.push(json!({"code": code, "message": message})),
                None => place["_errors"] = json!([{"code": code, "message": message}]),
            }
        }
        json!({"message": "Invalid Form Body", "code": 50035, "errors": errors})
    }

    /// A text that may be missing or empty.
    pub fn text(&mut self, path: &str, value: &Value, most: usize) {
        match value {
            Value::Null => {}
            Value::String(text) if length(text) > most => {
                self.add(path, "BASE_TYPE_MAX_LENGTH", format!("Must be {most} or fewer in length."));
            }
            Value::String(_) => {}
            other => self.add(path, "STRING_TYPE_CONVERT", format!("Could not interpret \"{other}\" as string.")),
        }
    }

    /// A text that must say something.
    pub fn required_text(&mut self, path: &str, value: &Value, most: usize) {
        match value {
            Value::Null => self.add(path, "BASE_TYPE_REQUIRED", "This field is required"),
            Value::String(text) if text.trim().is_empty() => {
                self.add(path, "BASE_TYPE_REQUIRED", "This field is required");
            }
            other => self.text(path, other, most),
        }
    }

    /// A number of elements, or a length, between two ends.
    pub fn count(&mut self, path: &str, number: usize, allowed: RangeInclusive<usize>) {
        if !allowed.contains(&number) {
            let (least, most) = (allowed.start(), allowed.end());
            self.add(path, "BASE_TYPE_BAD_LENGTH", format!("Must be between {least} and {most} in length."));
        }
    }

    pub fn at_most(&mut self, path: &str, number: usize, most: usize) {
        if number > most {
            self.add(path, "BASE_TYPE_MAX_LENGTH", format!("Must be {most} or fewer in length."));
        }
    }
}

/// Checks the body of a message, new or an edit.
pub fn message(body: &Value, files: &[Upload], new: bool) -> Problems {
    let mut problems = Problems::default();
    check_message(&mut problems, "", body, files, new);
    problems
}

/// Checks an answer to an interaction of the given type.
pub fn callback(body: &Value, files: &[Upload], interaction: u8) -> Problems {
    let mut problems = Problems::default();
    let data = &body["data"];
    let Some(kind) = body["type"].as_u64() else {
        problems.add("type", "BASE_TYPE_REQUIRED", "This field is required");
        return problems;
    };
    let fits = match interaction {
        2 => matches!(kind, 4 | 5 | 9),
        3 => matches!(kind, 4..=7 | 9),
        4 => kind == 8,
        5 => matches!(kind, 4..=7),
        _ => kind == 1,
    };
    match kind {
        _ if !fits => problems.add(
            "type",
            "INTERACTION_APPLICATION_COMMAND_INVALID_RESPONSE_TYPE",
            format!("Response type {kind} does not answer an interaction of type {interaction}"),
        ),
        4 => check_message(&mut problems, "data.", data, files, true),
        7 => check_message(&mut problems, "data.", data, files, false),
        8 => check_choices(&mut problems, data),
        9 => component_limits::check_modal(&mut problems, data),
        _ => {}
    }
    problems
}

/// Why a message would ping someone, if it would: missing `allowed_mentions` means that everything in the text pings.
pub fn pings(body: &Value) -> Option<String> {
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

/// Whether a message shows nothing at all.
pub fn shows_nothing(body: &Value, files: &[Upload]) -> bool {
    let blank = body["content"].as_str().is_none_or(|text| text.trim().is_empty());
    let parts = ["embeds", "components", "sticker_ids"];
    blank && files.is_empty() && body["poll"].is_null() && parts.iter().all(|key| list(body, key).is_empty())
}

fn check_message(problems: &mut Problems, at: &str, body: &Value, files: &[Upload], new: bool) {
    if !body.is_object() {
        problems.add(at.trim_end_matches('.'), "BASE_TYPE_REQUIRED", "This field is required");
        return;
    }
    problems.empty_message = new && shows_nothing(body, files);
    problems.text(&format!("{at}content"), &body["content"], 2000);
    if matches!(&body["nonce"], Value::String(nonce) if length(nonce) > 25) {
        problems.add(format!("{at}nonce"), "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer in length.");
    }
    for (n, attachment) in list(body, "attachments").iter().enumerate() {
        problems.text(&format!("{at}attachments.{n}.description"), &attachment["description"], 1024);
        let part = format!("files[{}]", attachment["id"]);
        if !files.is_empty()
            && !files.iter().any(|file| file.part == part && attachment["filename"] == file.filename.as_str())
        {
            let message = format!("No uploaded file {part} of that name");
            problems.add(format!("{at}attachments.{n}.id"), "ATTACHMENT_NOT_FOUND", message);
        }
    }
    check_embeds(problems, &format!("{at}embeds"), list(body, "embeds"), files);
    component_limits::check_rows(problems, &format!("{at}components"), list(body, "components"));
}

fn check_embeds(problems: &mut Problems, at: &str, embeds: &[Value], files: &[Upload]) {
    problems.at_most(at, embeds.len(), 10);
    let mut total = 0;
    for (n, embed) in embeds.iter().enumerate() {
        let path = |key: &str| format!("{at}.{n}.{key}");
        problems.text(&path("title"), &embed["title"], 256);
        problems.text(&path("description"), &embed["description"], 4096);
        problems.text(&path("footer.text"), &embed["footer"]["text"], 2048);
        problems.text(&path("author.name"), &embed["author"]["name"], 256);
        let fields = list(embed, "fields");
        problems.at_most(&path("fields"), fields.len(), 25);
        for (m, field) in fields.iter().enumerate() {
            problems.required_text(&path(&format!("fields.{m}.name")), &field["name"], 256);
            problems.required_text(&path(&format!("fields.{m}.value")), &field["value"], 1024);
        }
        let texts = [&embed["title"], &embed["description"], &embed["footer"]["text"], &embed["author"]["name"]];
        let of_fields = fields.iter().flat_map(|field| [&field["name"], &field["value"]]);
        let texts = texts.into_iter().chain(of_fields).filter_map(Value::as_str);
        let size: usize = texts.map(length).sum();
        if size == 0 && embed["image"].is_null() && embed["thumbnail"].is_null() {
            problems.add(path("description"), "BASE_TYPE_REQUIRED", "This field is required");
        }
        total += size;
        for key in ["url", "image.url", "thumbnail.url", "author.url", "author.icon_url", "footer.icon_url"] {
            let url = key.split('.').fold(embed, |value, step| &value[step]);
            check_url(problems, &path(key), url, files);
        }
    }
    if total > 6000 {
        problems.add(at, "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000");
    }
}

pub fn check_url(problems: &mut Problems, at: &str, url: &Value, files: &[Upload]) {
    let Some(url) = url.as_str() else { return };
    problems.at_most(at, length(url), 2048);
    if let Some(name) = url.strip_prefix("attachment://") {
        let drawable = [".png", ".jpg", ".jpeg", ".webp", ".gif"].iter().any(|ending| name.ends_with(ending));
        if !drawable || !files.iter().any(|file| file.filename == name) {
            problems.add(at, "URL_TYPE_INVALID_URL", format!("No picture named \"{name}\" was sent along."));
        }
    } else if !url.starts_with("https://") && !url.starts_with("http://") {
        problems.add(
            at,
            "URL_TYPE_INVALID_SCHEME",
            format!("Scheme of \"{url}\" must be one of ('http', 'https', 'attachment')."),
        );
    }
}

fn check_choices(problems: &mut Problems, data: &Value) {
    if !data["choices"].is_array() {
        problems.add("data.choices", "BASE_TYPE_REQUIRED", "This field is required");
    }
    let choices = list(data, "choices");
    problems.at_most("data.choices", choices.len(), 25);
    for (n, choice) in choices.iter().enumerate() {
        let at = format!("data.choices.{n}");
        problems.count(&format!("{at}.name"), choice["name"].as_str().map_or(0, length), 1..=100);
        if !choice["value"].is_number() {
            problems.count(&format!("{at}.value"), choice["value"].as_str().map_or(0, length), 1..=100);
        }
    }
}
