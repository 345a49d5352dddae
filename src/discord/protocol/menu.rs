//! A reply's choices as menus.

use serde::Serialize;

use crate::discord::protocol::custom_id::{MENU_ID, VERSION, readable};
use crate::discord::protocol::limits::{MENU, MENU_CHOICE, PLACEHOLDER, length};
use crate::discord::protocol::text::{fit, one_line};
use crate::engine::reply::Menu;
use crate::i18n::{Language, say};

/// Menus below a message; the rows that are left are for buttons.
const MENUS: usize = 3;

/// A menu: one choice of several.
#[derive(Clone, Debug, Serialize)]
pub struct Select {
    #[serde(rename = "type")]
    kind: u8,
    custom_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    placeholder: String,
    options: Vec<Pick>,
}

#[derive(Clone, Debug, Serialize)]
struct Pick {
    label: String,
    value: String,
}

/// A reply's choices as menus, as many as it takes, up to three: the rows that are left are for buttons.
pub fn selects(menu: &Menu, language: Language) -> Vec<Select> {
    let picks: Vec<(String, String)> = menu
        .choices
        .iter()
        .filter_map(|step| {
            let label = fit(&one_line(&step.label), MENU_CHOICE, str::to_owned);
            let value = readable(&step.request).filter(|value| length(value) <= MENU_CHOICE)?;
            (!label.is_empty()).then_some((label, value))
        })
        .collect();
    let mut selects: Vec<Select> = Vec::new();
    let mut taken: Vec<&str> = Vec::new();
    for (at, picks) in picks.chunks(MENU).take(MENUS).enumerate() {
        let mut options = Vec::new();
        for (label, value) in picks {
            if !taken.contains(&value.as_str()) {
                taken.push(value);
                options.push(Pick { label: label.clone(), value: value.clone() });
            }
        }
        let (Some(first), Some(last)) = (options.first(), options.last()) else { continue };
        let title = one_line(&menu.title);
        let span = say!(language, "menu-span", title = &title, first = &first.label, last = &last.label);
        let placeholder = fit(if at > 0 || picks.len() == MENU { &span } else { &title }, PLACEHOLDER, str::to_owned);
        selects.push(Select { kind: 3, custom_id: format!("{VERSION}{MENU_ID}{at}"), placeholder, options });
    }
    selects
}
