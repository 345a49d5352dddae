//! Localization: the fixed phrases of every language, from one Fluent file each. Uses no other module of the crate.
//!
//! Statements of the corpus are not translated.

mod article;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| load_bundle("en", include_str!("en.ftl")));
static GERMAN: LazyLock<Bundle> = LazyLock::new(|| load_bundle("de", include_str!("de.ftl")));
static SPANISH: LazyLock<Bundle> = LazyLock::new(|| load_bundle("es", include_str!("es.ftl")));

/// A supported language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English: also the language of the shipped corpus, and the only one in which questions are understood.
    #[default]
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
}

/// An argument of a message.
#[derive(Clone, Copy, Debug)]
pub enum Argument<'a> {
    /// A text, inserted verbatim.
    Text(&'a str),
    /// A number, which selects the plural form.
    Count(usize),
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(text: &'a str) -> Self {
        Argument::Text(text)
    }
}

impl<'a> From<&'a String> for Argument<'a> {
    fn from(text: &'a String) -> Self {
        Argument::Text(text)
    }
}

impl From<usize> for Argument<'_> {
    fn from(count: usize) -> Self {
        Argument::Count(count)
    }
}

impl Language {
    /// Every language.
    pub const ALL: [Language; 3] = [Language::English, Language::German, Language::Spanish];

    /// The language tag in settings and file names: `en`, `de`, `es`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
            Language::Spanish => "es",
        }
    }

    /// The language of a locale such as `de`, `en-GB` or `es-419`, if supported.
    pub fn from_locale(locale: &str) -> Option<Language> {
        let tag = locale.split(['-', '_']).next().unwrap_or_default();
        Language::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(tag))
    }

    /// Formats the message with this key, or `key.attribute`; the macro `t!` is the short form. Falls back to English, then to the
    /// key. A test checks that every language has every key, with the same arguments.
    pub fn translate(self, key: &str, arguments: &[(&'static str, Argument<'_>)]) -> String {
        let translation =
            [self, Language::English].into_iter().find_map(|language| language.format_message(key, arguments));
        translation.unwrap_or_else(|| key.to_owned())
    }

    fn format_message(self, key: &str, arguments: &[(&'static str, Argument<'_>)]) -> Option<String> {
        let bundle: &Bundle = match self {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
            Language::Spanish => &SPANISH,
        };
        let (id, attribute) = key.split_once('.').map_or((key, None), |(id, attribute)| (id, Some(attribute)));
        let message = bundle.get_message(id)?;
        let pattern = match attribute {
            Some(attribute) => message.get_attribute(attribute)?.value(),
            None => message.value()?,
        };
        let mut args = FluentArgs::with_capacity(arguments.len());
        for (name, argument) in arguments {
            match *argument {
                Argument::Text(text) => args.set(*name, text),
                Argument::Count(count) => args.set(*name, count),
            }
        }
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        debug_assert!(errors.is_empty(), "{key} in {self:?}: {errors:?}");
        Some(text)
    }
}

/// Removes case and accents, so that `quién` equals `Quien`.
pub(crate) fn fold(text: &str) -> String {
    let base = |letter: char| match letter {
        'á' | 'à' | 'ä' | 'â' => 'a',
        'é' | 'è' | 'ë' | 'ê' => 'e',
        'í' | 'ì' | 'ï' | 'î' => 'i',
        'ó' | 'ò' | 'ö' | 'ô' => 'o',
        'ú' | 'ù' | 'ü' | 'û' => 'u',
        'ñ' => 'n',
        other => other,
    };
    text.to_lowercase().chars().map(base).collect()
}

/// Formats a message: `t!(language, "from-role", title = &document.title)`. The key is a literal, so that a test can check that
/// every language has it.
macro_rules! t {
    ($language:expr, $key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::i18n::Language::translate(
            $language,
            $key,
            &[$((stringify!($name), $crate::i18n::Argument::from($value))),*],
        )
    };
}
pub(crate) use t;

/// Loads a Fluent file, without entries that do not parse; a test checks that all do.
fn load_bundle(tag: &str, text: &str) -> Bundle {
    let mut bundle = FluentBundle::new_concurrent(vec![tag.parse().unwrap_or_default()]);
    // Discord and the diagrams show bidi isolation marks as boxes.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(partial, _)| partial);
    bundle.add_resource_overriding(resource);
    let added = bundle
        .add_function("ARTICLE", |texts, _| map_string(texts, article::with_article))
        .and_then(|()| bundle.add_function("LOWER", |texts, _| map_string(texts, lowercase_first)));
    debug_assert!(added.is_ok(), "{added:?}");
    bundle
}

fn map_string<'v>(texts: &[FluentValue<'v>], map: fn(&str) -> String) -> FluentValue<'v> {
    match texts {
        [FluentValue::String(text)] => map(text).into(),
        _ => FluentValue::Error,
    }
}

/// Lower-cases the first letter, for use inside a sentence.
fn lowercase_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}
