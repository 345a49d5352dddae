//! How we say it: every fixed phrase in every language that the bot speaks, from one catalogue a language. Knows no other room.
//!
//! What the corpus says stays in the language of the corpus; the catalogues hold the frame around it.

mod article;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| load_bundle("en", include_str!("en.ftl")));
static GERMAN: LazyLock<Bundle> = LazyLock::new(|| load_bundle("de", include_str!("de.ftl")));
static SPANISH: LazyLock<Bundle> = LazyLock::new(|| load_bundle("es", include_str!("es.ftl")));

/// A language that the bot speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// The language of the shipped corpus, and of what is understood.
    #[default]
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
}

/// What is put into a phrase.
#[derive(Clone, Copy, Debug)]
pub enum Argument<'a> {
    /// A text, as it is.
    Text(&'a str),
    /// How many; a phrase may differ for one and for several.
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

    /// Its tag in settings, and the name of its catalogue: `en`, `de`, `es`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
            Language::Spanish => "es",
        }
    }

    /// The language of a locale such as `de`, `en-GB` or `es-419`, where it is spoken here.
    pub fn from_locale(locale: &str) -> Option<Language> {
        let tag = locale.split(['-', '_']).next().unwrap_or_default();
        Language::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(tag))
    }

    /// The phrase with this key, or this `key.attribute`, with these arguments; inside the crate `t!` is the shorter way.
    /// A phrase that a catalogue lacks is said in English. A test holds that none lacks any, with what goes into it.
    pub fn translate(self, key: &str, arguments: &[(&'static str, Argument<'_>)]) -> String {
        let known = [self, Language::English].into_iter().find_map(|language| language.format_message(key, arguments));
        known.unwrap_or_else(|| key.to_owned())
    }

    fn format_message(self, key: &str, arguments: &[(&'static str, Argument<'_>)]) -> Option<String> {
        let catalogue: &Bundle = match self {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
            Language::Spanish => &SPANISH,
        };
        let (id, attribute) = key.split_once('.').map_or((key, None), |(id, attribute)| (id, Some(attribute)));
        let message = catalogue.get_message(id)?;
        let pattern = match attribute {
            Some(attribute) => message.get_attribute(attribute)?.value(),
            None => message.value()?,
        };
        let mut given = FluentArgs::with_capacity(arguments.len());
        for (name, argument) in arguments {
            match *argument {
                Argument::Text(text) => given.set(*name, text),
                Argument::Count(count) => given.set(*name, count),
            }
        }
        let mut faults = Vec::new();
        let said = catalogue.format_pattern(pattern, Some(&given), &mut faults).into_owned();
        debug_assert!(faults.is_empty(), "{key} in {self:?}: {faults:?}");
        Some(said)
    }
}

/// What somebody types who leaves capitals and accents out: `quién` and `Quien` are the same.
pub fn fold(text: &str) -> String {
    let bare = |letter: char| match letter {
        'á' | 'à' | 'ä' | 'â' => 'a',
        'é' | 'è' | 'ë' | 'ê' => 'e',
        'í' | 'ì' | 'ï' | 'î' => 'i',
        'ó' | 'ò' | 'ö' | 'ô' => 'o',
        'ú' | 'ù' | 'ü' | 'û' => 'u',
        'ñ' => 'n',
        other => other,
    };
    text.to_lowercase().chars().map(bare).collect()
}

/// A phrase in a language: `t!(language, "from-role", title = &document.title)`. The key is written out, so that a test can hold
/// that every catalogue has it.
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

/// What can be read of a catalogue; a test holds that this is all of it.
fn load_bundle(tag: &str, text: &str) -> Bundle {
    let mut catalogue = FluentBundle::new_concurrent(vec![tag.parse().unwrap_or_default()]);
    // Marks around what is put in would stand in messages, buttons and pictures as boxes.
    catalogue.set_use_isolating(false);
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(readable, _)| readable);
    catalogue.add_resource_overriding(resource);
    let added = catalogue
        .add_function("ARTICLE", |texts, _| map_string(texts, article::with_article))
        .and_then(|()| catalogue.add_function("LOWER", |texts, _| map_string(texts, lowercase_first)));
    debug_assert!(added.is_ok(), "{added:?}");
    catalogue
}

fn map_string<'v>(texts: &[FluentValue<'v>], change: fn(&str) -> String) -> FluentValue<'v> {
    match texts {
        [FluentValue::String(text)] => change(text).into(),
        _ => FluentValue::Error,
    }
}

/// Inside a sentence, where only its beginning is a capital.
fn lowercase_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}
