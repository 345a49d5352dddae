//! A reply's choices as menus.

use serde::Serialize;

use crate::discord::protocol::custom_id::{CUSTOM_ID_PREFIX, SELECT_MENU_TAG, encode_request};
use crate::discord::protocol::limits::{
    MAX_PLACEHOLDER_LENGTH, MAX_SELECT_OPTION_LENGTH, MAX_SELECT_OPTIONS, utf16_len,
};
use crate::discord::protocol::text::{sanitize_line, truncate};
use crate::engine::reply::Menu;
use crate::i18n::{Language, t};

/// Menus below a message; the rows that are left are for buttons.
const MAX_SELECT_MENUS: usize = 3;

/// A menu: one choice of several.
#[derive(Clone, Debug, Serialize)]
pub struct SelectMenu {
    #[serde(rename = "type")]
    kind: u8,
    custom_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    placeholder: String,
    options: Vec<SelectOption>,
}

#[derive(Clone, Debug, Serialize)]
struct SelectOption {
    label: String,
    value: String,
}

/// A reply's choices as menus, as many as it takes, up to three: the rows that are left are for buttons.
pub fn select_menus(menu: &Menu, language: Language) -> Vec<SelectMenu> {
    let picks: Vec<(String, String)> = menu
        .choices
        .iter()
        .filter_map(|step| {
            let label = truncate(&sanitize_line(&step.label), MAX_SELECT_OPTION_LENGTH, str::to_owned);
            let value = encode_request(&step.request).filter(|value| utf16_len(value) <= MAX_SELECT_OPTION_LENGTH)?;
            (!label.is_empty()).then_some((label, value))
        })
        .collect();
    let mut selects: Vec<SelectMenu> = Vec::new();
    let mut taken: Vec<&str> = Vec::new();
    for (at, picks) in picks.chunks(MAX_SELECT_OPTIONS).take(MAX_SELECT_MENUS).enumerate() {
        let mut options = Vec::new();
        for (label, value) in picks {
            if !taken.contains(&value.as_str()) {
                taken.push(value);
                options.push(SelectOption { label: label.clone(), value: value.clone() });
            }
        }
        let (Some(first), Some(last)) = (options.first(), options.last()) else { continue };
        let title = sanitize_line(&menu.title);
        let span = t!(language, "menu-span", title = &title, first = &first.label, last = &last.label);
        let placeholder = truncate(
            if at > 0 || picks.len() == MAX_SELECT_OPTIONS { &span } else { &title },
            MAX_PLACEHOLDER_LENGTH,
            str::to_owned,
        );
        selects.push(SelectMenu {
            kind: 3,
            custom_id: format!("{CUSTOM_ID_PREFIX}{SELECT_MENU_TAG}{at}"),
            placeholder,
            options,
        });
    }
    selects
}
