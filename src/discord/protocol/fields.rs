//! Short values below a text; and the list of sources, which stands there as one or two of them.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::discord::protocol::limits::{FIELD_VALUE, length};
use crate::discord::protocol::text::{escape, fit, one_line};
use crate::engine::reply::Citation;
use crate::i18n::{Language, say};

/// Fields that list sources.
pub const SOURCE_FIELDS: usize = 2;
/// The longest line in the list of sources, up to its place.
const SOURCE: usize = 300;
/// Room for "and 1234567 more" on a line of its own, in any language.
pub const NOTE: usize = 20;

/// A short value with a name.
#[derive(Clone, Debug, Serialize)]
pub struct Field {
    /// What it is.
    pub name: String,
    /// What it says.
    pub value: String,
    /// Beside others rather than below them.
    pub inline: bool,
}

impl Field {
    /// How long Discord takes it to be.
    pub fn length(&self) -> usize {
        length(&self.name) + length(&self.value)
    }
}

/// A list of sources.
#[derive(Debug)]
pub struct Listed {
    /// The list, at most [`SOURCE_FIELDS`] long.
    pub fields: Vec<Field>,
    /// How many did not go in; the list says so.
    pub left: usize,
}

/// Lists those of the sources that are `cited`, by position, each with its number, in a language.
pub fn listed(sources: &[Citation], cited: &BTreeSet<usize>, language: Language) -> Listed {
    let mut fields: Vec<Field> = Vec::new();
    for (done, at) in cited.iter().enumerate() {
        let Some(source) = sources.get(*at) else { continue };
        let place = format!("{}:{}", one_line(&source.file), source.line);
        let title = fit(&one_line(&source.title), SOURCE, escape);
        let line = format!("[{}] {title} ({})", at + 1, fit(&place, SOURCE, escape));
        let full = fields.len() == SOURCE_FIELDS;
        let reserve = if full { NOTE } else { 0 };
        match fields.last_mut() {
            Some(field) if length(&field.value) + 1 + length(&line) + reserve <= FIELD_VALUE => {
                field.value.push('\n');
                field.value.push_str(&line);
            }
            Some(field) if full => {
                let left = cited.len() - done;
                field.value.push('\n');
                field.value.push_str(&say!(language, "and-more", count = left));
                return Listed { fields, left };
            }
            before => {
                let name = match before {
                    None => say!(language, "sources"),
                    Some(_) => say!(language, "sources-continued"),
                };
                fields.push(Field { name, value: line, inline: false });
            }
        }
    }
    Listed { fields, left: 0 }
}
