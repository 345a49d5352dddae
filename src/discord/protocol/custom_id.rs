//! What buttons and menus carry: a request as text, so that it works however old the message is.

use crate::discord::protocol::limits::{CUSTOM_ID, length};
use crate::engine::request::Request;

/// The version of what a `custom_id` says; another one is from another time of this bot.
pub const VERSION: &str = "1:";

/// What a menu's `custom_id` says after the version: the choice itself says what is asked.
pub const MENU_ID: &str = "menu";

/// A request as a button carries it; none where it would be too long, or read as another one.
pub fn custom_id(request: &Request) -> Option<String> {
    readable(request).map(|text| format!("{VERSION}{text}")).filter(|id| length(id) <= CUSTOM_ID)
}

/// A request as text, where it is read as the same one again.
pub fn readable(request: &Request) -> Option<String> {
    let text = request.to_string();
    (!text.trim().is_empty() && Request::parse(&text).as_ref() == Ok(request)).then_some(text)
}
