//! What Discord calls the languages, and how a phrase goes to it in several.

use serde_json::{Value, json};

use crate::i18n::Language;

/// The languages beside English by Discord's names; in every other one Discord shows the English names.
pub const LOCALES: [(&str, Language); 3] =
    [("de", Language::German), ("es-ES", Language::Spanish), ("es-419", Language::Spanish)];

/// A phrase in every language but English, as Discord takes it beside the English one.
pub fn localizations(phrase: impl Fn(Language) -> String) -> Value {
    LOCALES.iter().map(|(locale, language)| ((*locale).to_owned(), json!(phrase(*language)))).collect()
}
