//! What buttons and menus carry: a request as text, so that it works however old the message is.

use crate::discord::protocol::limits::{MAX_CUSTOM_ID_LENGTH, utf16_len};
use crate::engine::request::Request;

/// The version of what a `custom_id` says; another one is from another time of this bot.
pub const CUSTOM_ID_PREFIX: &str = "1:";

/// What a menu's `custom_id` says after the version: the choice itself says what is asked.
pub const SELECT_MENU_TAG: &str = "menu";

/// A request as a button carries it; none where it would be too long, or read as another one.
pub fn custom_id(request: &Request) -> Option<String> {
    encode_request(request)
        .map(|text| format!("{CUSTOM_ID_PREFIX}{text}"))
        .filter(|id| utf16_len(id) <= MAX_CUSTOM_ID_LENGTH)
}

/// A request as text, where it is read as the same one again.
pub fn encode_request(request: &Request) -> Option<String> {
    let text = request.to_string();
    (!text.trim().is_empty() && Request::parse(&text).as_ref() == Ok(request)).then_some(text)
}
