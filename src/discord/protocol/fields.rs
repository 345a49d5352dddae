//! Short values below a text; and the list of sources, which stands there as one or two of them.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::discord::protocol::limits::{MAX_FIELD_VALUE_LENGTH, utf16_len};
use crate::discord::protocol::text::{escape_markdown, sanitize_line, truncate};
use crate::engine::reply::Citation;
use crate::i18n::{Language, t};

/// Fields that list sources.
pub const MAX_SOURCE_FIELDS: usize = 2;
/// The longest line in the list of sources, up to its place.
const MAX_SOURCE_PART_LENGTH: usize = 300;
/// Room for "and 1234567 more" on a line of its own, in any language.
pub const SOURCE_NOTE_RESERVE: usize = 20;

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
    pub fn utf16_len(&self) -> usize {
        utf16_len(&self.name) + utf16_len(&self.value)
    }
}

/// A list of sources.
#[derive(Debug)]
pub struct SourceFields {
    /// The list, at most [`SOURCE_FIELDS`] long.
    pub fields: Vec<Field>,
    /// How many did not go in; the list says so.
    pub omitted: usize,
}

/// Lists those of the sources that are `cited`, by position, each with its number, in a language.
pub fn source_fields(sources: &[Citation], cited: &BTreeSet<usize>, language: Language) -> SourceFields {
    let mut fields: Vec<Field> = Vec::new();
    for (done, at) in cited.iter().enumerate() {
        let Some(source) = sources.get(*at) else { continue };
        let place = format!("{}:{}", sanitize_line(&source.file), source.line);
        let title = truncate(&sanitize_line(&source.title), MAX_SOURCE_PART_LENGTH, escape_markdown);
        let line = format!("[{}] {title} ({})", at + 1, truncate(&place, MAX_SOURCE_PART_LENGTH, escape_markdown));
        let full = fields.len() == MAX_SOURCE_FIELDS;
        let reserve = if full { SOURCE_NOTE_RESERVE } else { 0 };
        match fields.last_mut() {
            Some(field) if utf16_len(&field.value) + 1 + utf16_len(&line) + reserve <= MAX_FIELD_VALUE_LENGTH => {
                field.value.push('\n');
                field.value.push_str(&line);
            }
            Some(field) if full => {
                let left = cited.len() - done;
                field.value.push('\n');
                field.value.push_str(&t!(language, "and-more", count = left));
                return SourceFields { fields, omitted: left };
            }
            before => {
                let name = match before {
                    None => t!(language, "sources"),
                    Some(_) => t!(language, "sources-continued"),
                };
                fields.push(Field { name, value: line, inline: false });
            }
        }
    }
    SourceFields { fields, omitted: 0 }
}
