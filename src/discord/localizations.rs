//! Discord's locale codes, and the localization objects of command names and descriptions.

use serde_json::{Value, json};

use crate::i18n::Language;

/// Discord's locale codes for the languages other than English. For all other locales Discord shows the default, English.
pub(crate) const LOCALES: [(&str, Language); 3] =
    [("de", Language::German), ("es-ES", Language::Spanish), ("es-419", Language::Spanish)];

/// A `*_localizations` object: locale code -> phrase, without English.
pub(crate) fn localizations(phrase: impl Fn(Language) -> String) -> Value {
    LOCALES.iter().map(|(locale, language)| ((*locale).to_owned(), json!(phrase(*language)))).collect()
}
