//! The select menu of a role's sections.

use crate::engine::reply::{Menu, SuggestedAction};
use crate::engine::request::{Request, SECTIONS, Section};
use crate::i18n::{Language, t};
use crate::knowledge::Knowledge;
use crate::model::document::PassageKind;

/// The menu of the sections that a role's document has; `None` for fewer than two.
pub(crate) fn section_menu(knowledge: &Knowledge, language: Language, role: usize) -> Option<Menu> {
    let document = knowledge.document(role);
    let sections = SECTIONS.iter().filter(|(section, _)| has_section(knowledge, role, *section));
    let choices: Vec<SuggestedAction> = sections
        .map(|(section, _)| SuggestedAction {
            label: section.localized_name(language),
            request: Request::Section { name: document.slug.clone(), section: *section },
        })
        .collect();
    (choices.len() > 1).then(|| Menu { title: t!(language, "card-sections", title = &document.title), choices })
}

/// True if the corpus has content for this section of a role.
pub(crate) fn has_section(knowledge: &Knowledge, role: usize, section: Section) -> bool {
    let has = |kind: PassageKind| knowledge.document(role).passages_of_kind(kind).next().is_some();
    match section {
        Section::Summary => has(PassageKind::Summary),
        Section::Why => has(PassageKind::Purpose),
        Section::Responsibilities => has(PassageKind::Responsibility) || !knowledge.ancestors(role).is_empty(),
        Section::Limits => has(PassageKind::OutOfScope),
        Section::Figures => has(PassageKind::Metric),
        Section::Entry => has(PassageKind::Entry),
        Section::More => has(PassageKind::Section),
        Section::Steps => {
            !knowledge.career_graph.incoming(role).is_empty() || !knowledge.career_graph.outgoing(role).is_empty()
        }
    }
}
