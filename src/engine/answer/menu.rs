//! The sections of a role's card, to choose from.

use crate::engine::reply::{Menu, SuggestedAction};
use crate::engine::request::{Request, SECTIONS, Section};
use crate::i18n::{Language, t};
use crate::knowledge::Library;
use crate::model::document::PassageKind;

/// The sections that a role's document has, to choose from.
pub fn section_menu(library: &Library, language: Language, at: usize) -> Option<Menu> {
    let document = library.document(at);
    let there = SECTIONS.iter().filter(|(section, _)| has_section(library, at, *section));
    let choices: Vec<SuggestedAction> = there
        .map(|(section, _)| SuggestedAction {
            label: section.localized_name(language),
            request: Request::Section { name: document.slug.clone(), section: *section },
        })
        .collect();
    (choices.len() > 1).then(|| Menu { title: t!(language, "card-sections", title = &document.title), choices })
}

/// True where the corpus tells something in this section of a role.
pub fn has_section(library: &Library, at: usize, section: Section) -> bool {
    let any = |part: PassageKind| library.document(at).passages_of_kind(part).next().is_some();
    match section {
        Section::Summary => any(PassageKind::Summary),
        Section::Why => any(PassageKind::Purpose),
        Section::Responsibilities => any(PassageKind::Responsibility) || !library.ancestors(at).is_empty(),
        Section::Limits => any(PassageKind::OutOfScope),
        Section::Figures => any(PassageKind::Metric),
        Section::Entry => any(PassageKind::Entry),
        Section::More => any(PassageKind::Section),
        Section::Steps => {
            !library.career_graph.incoming(at).is_empty() || !library.career_graph.outgoing(at).is_empty()
        }
    }
}
