//! The sections of a role's card: what each is called, and its word in a command.

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
    /// Figures about it.
    Figures,
    /// What it takes to become one.
    Entry,
    /// The steps before and after it.
    Steps,
    /// Everything else that its document tells.
    More,
}

/// The sections, each with its word in a command.
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
        SECTIONS.iter().find(|(section, _)| *section == self).map_or("summary", |(_, word)| word)
    }

    /// What it is called.
    pub fn localized_name(self, language: Language) -> String {
        language.translate(&format!("section-{}", self.key()), &[])
    }

    /// Its word in a command.
    pub fn option_value(self, language: Language) -> String {
        match language {
            Language::English => self.key().to_owned(),
            other => other.translate(&format!("section-{}.word", self.key()), &[]),
        }
    }

    /// The section with this word, in whatever language it is.
    pub fn from_option_value(word: &str) -> Option<Section> {
        let typed = fold(word);
        let all = Language::ALL.into_iter().flat_map(|language| SECTIONS.map(|(section, _)| (section, language)));
        all.filter(|_| !typed.is_empty())
            .find(|(section, language)| fold(&section.option_value(*language)) == typed)
            .map(|(section, _)| section)
    }
}
