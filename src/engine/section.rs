//! The sections of a role's card, with their names and option values.

use crate::i18n::{Language, fold};

/// A section of a role's card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    /// What the role is.
    Summary,
    /// Why a team has one.
    Why,
    /// What it is responsible for.
    Responsibilities,
    /// What it does not do.
    Limits,
    /// Its metrics.
    Figures,
    /// What is needed to become one.
    Entry,
    /// The steps before and after it.
    Steps,
    /// The other sections of its document.
    More,
}

/// The sections with their English option values.
pub const SECTIONS: [(Section, &str); 8] = [
    (Section::Summary, "summary"),
    (Section::Why, "why"),
    (Section::Responsibilities, "responsibilities"),
    (Section::Limits, "limits"),
    (Section::Figures, "figures"),
    (Section::Entry, "entry"),
    (Section::Steps, "steps"),
    (Section::More, "more"),
];

impl Section {
    fn key(self) -> &'static str {
        SECTIONS.iter().find(|(section, _)| *section == self).map_or("summary", |(_, key)| key)
    }

    /// Its name in a language.
    pub fn localized_name(self, language: Language) -> String {
        language.translate(&format!("section-{}", self.key()), &[])
    }

    /// Its value of the option `section` in a language.
    pub fn option_value(self, language: Language) -> String {
        match language {
            Language::English => self.key().to_owned(),
            other => other.translate(&format!("section-{}.word", self.key()), &[]),
        }
    }

    /// The section with this option value in any language.
    pub(crate) fn from_option_value(value: &str) -> Option<Section> {
        let folded = fold(value);
        let candidates =
            Language::ALL.into_iter().flat_map(|language| SECTIONS.map(|(section, _)| (section, language)));
        candidates
            .filter(|_| !folded.is_empty())
            .find(|(section, language)| fold(&section.option_value(*language)) == folded)
            .map(|(section, _)| section)
    }
}
