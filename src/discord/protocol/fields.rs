//! Embed fields, and the list of sources as one or two of them.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::discord::protocol::limits::{MAX_FIELD_VALUE_LENGTH, utf16_len};
use crate::discord::protocol::text::{escape_markdown, sanitize_line, truncate};
use crate::engine::reply::Citation;
use crate::i18n::{Language, t};

/// Fields for the list of sources.
pub(crate) const MAX_SOURCE_FIELDS: usize = 2;
/// Maximum length of a source's title, and of its file and line.
const MAX_SOURCE_PART_LENGTH: usize = 300;
/// Length reserved for the line "and 1234567 more", in any language.
pub const SOURCE_NOTE_RESERVE: usize = 20;

/// A field of an embed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Field {
    /// The name, shown above the value.
    pub(crate) name: String,
    /// The value.
    pub(crate) value: String,
    /// Whether Discord may show it beside other fields.
    pub(crate) inline: bool,
}

impl Field {
    /// The length of name and value, in UTF-16 code units.
    pub(crate) fn utf16_len(&self) -> usize {
        utf16_len(&self.name) + utf16_len(&self.value)
    }
}

/// The list of sources.
#[derive(Debug)]
pub(crate) struct SourceFields {
    /// At most [`MAX_SOURCE_FIELDS`] fields.
    pub(crate) fields: Vec<Field>,
    /// Number of sources that did not fit; the last line of the list states it.
    pub(crate) omitted: usize,
}

/// Lists the `cited` sources, given by position: number, title, file and line of each.
pub(crate) fn source_fields(sources: &[Citation], cited: &BTreeSet<usize>, language: Language) -> SourceFields {
    let mut fields: Vec<Field> = Vec::new();
    for (listed, at) in cited.iter().enumerate() {
        let Some(source) = sources.get(*at) else { continue };
        let location = format!("{}:{}", sanitize_line(&source.file), source.line);
        let title = truncate(&sanitize_line(&source.title), MAX_SOURCE_PART_LENGTH, escape_markdown);
        let line = format!("[{}] {title} ({})", at + 1, truncate(&location, MAX_SOURCE_PART_LENGTH, escape_markdown));
        let is_last_field = fields.len() == MAX_SOURCE_FIELDS;
        let reserve = if is_last_field { SOURCE_NOTE_RESERVE } else { 0 };
        match fields.last_mut() {
            Some(field) if utf16_len(&field.value) + 1 + utf16_len(&line) + reserve <= MAX_FIELD_VALUE_LENGTH => {
                field.value.push('\n');
                field.value.push_str(&line);
            }
            Some(field) if is_last_field => {
                let omitted = cited.len() - listed;
                field.value.push('\n');
                field.value.push_str(&t!(language, "and-more", count = omitted));
                return SourceFields { fields, omitted };
            }
            last => {
                let name = match last {
                    None => t!(language, "sources"),
                    Some(_) => t!(language, "sources-continued"),
                };
                fields.push(Field { name, value: line, inline: false });
            }
        }
    }
    SourceFields { fields, omitted: 0 }
}
