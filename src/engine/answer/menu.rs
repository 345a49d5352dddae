//! The sections of a role's card, to choose from.

use crate::corpus::markdown::Part;
use crate::engine::reply::{Menu, NextStep};
use crate::engine::request::{Request, SECTIONS, Section};
use crate::i18n::{Language, say};
use crate::knowledge::Library;

/// The sections that a role's document has, to choose from.
pub fn menu(library: &Library, language: Language, at: usize) -> Option<Menu> {
    let document = library.document(at);
    let there = SECTIONS.iter().filter(|(section, _)| has(library, at, *section));
    let choices: Vec<NextStep> = there
        .map(|(section, _)| NextStep {
            label: section.called(language),
            request: Request::Section { name: document.slug.clone(), section: *section },
        })
        .collect();
    (choices.len() > 1).then(|| Menu { title: say!(language, "card-sections", title = &document.title), choices })
}

/// True where the corpus tells something in this section of a role.
pub fn has(library: &Library, at: usize, section: Section) -> bool {
    let any = |part: Part| library.document(at).part(part).next().is_some();
    match section {
        Section::Summary => any(Part::Summary),
        Section::Why => any(Part::Why),
        Section::Responsibilities => any(Part::Duty) || !library.inherited(at).is_empty(),
        Section::Limits => any(Part::Limit),
        Section::Figures => any(Part::Figure),
        Section::Entry => any(Part::Entry),
        Section::More => any(Part::Section),
        Section::Steps => !library.ladder.before(at).is_empty() || !library.ladder.after(at).is_empty(),
    }
}
