//! The choices of a reply as select menus.

use serde::Serialize;
use serenity::model::application::ComponentType;

use crate::discord::protocol::custom_id::{CustomId, encode_request};
use crate::discord::protocol::limits::{
    MAX_PLACEHOLDER_LENGTH, MAX_SELECT_OPTION_LENGTH, MAX_SELECT_OPTIONS, utf16_len,
};
use crate::discord::protocol::text::{sanitize_line, truncate};
use crate::engine::reply::Menu;
use crate::i18n::{Language, t};

/// Menus below a message; the remaining action rows are for buttons.
const MAX_SELECT_MENUS: usize = 3;

/// A string select menu with a single choice.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SelectMenu {
    #[serde(rename = "type")]
    kind: ComponentType,
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

/// The choices as at most three menus of 25 options. Choices that do not fit an option, or repeat one, are left out.
pub(crate) fn select_menus(menu: &Menu, language: Language) -> Vec<SelectMenu> {
    let all: Vec<SelectOption> = menu
        .choices
        .iter()
        .filter_map(|choice| {
            let label = truncate(&sanitize_line(&choice.label), MAX_SELECT_OPTION_LENGTH, str::to_owned);
            let value = encode_request(&choice.request).filter(|value| utf16_len(value) <= MAX_SELECT_OPTION_LENGTH)?;
            (!label.is_empty()).then_some(SelectOption { label, value })
        })
        .collect();
    let mut selects: Vec<SelectMenu> = Vec::new();
    let mut used: Vec<&str> = Vec::new();
    for (position, chunk) in all.chunks(MAX_SELECT_OPTIONS).take(MAX_SELECT_MENUS).enumerate() {
        let mut options = Vec::new();
        for option in chunk {
            if !used.contains(&option.value.as_str()) {
                used.push(&option.value);
                options.push(option.clone());
            }
        }
        let (Some(first), Some(last)) = (options.first(), options.last()) else { continue };
        let title = sanitize_line(&menu.title);
        let span = t!(language, "menu-span", title = &title, first = &first.label, last = &last.label);
        let placeholder = truncate(
            if position > 0 || chunk.len() == MAX_SELECT_OPTIONS { &span } else { &title },
            MAX_PLACEHOLDER_LENGTH,
            str::to_owned,
        );
        let custom_id = CustomId::SelectMenu(position).to_string();
        selects.push(SelectMenu { kind: ComponentType::StringSelect, custom_id, placeholder, options });
    }
    selects
}
