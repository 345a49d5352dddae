//! The result of a reload: what the snapshot holds.

use crate::knowledge::Knowledge;
pub(crate) use crate::model::diagnostic::{Diagnostic, summary};

/// What the snapshot holds after a reload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReloadReport {
    /// False if the corpus was unchanged and the snapshot was kept.
    pub(crate) changed: bool,
    /// Number of roles.
    pub(crate) roles: usize,
    /// Number of documents that are not roles.
    pub(crate) topics: usize,
    /// Number of passages.
    pub(crate) passages: usize,
    /// Diagnostics of the corpus.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl ReloadReport {
    /// The report on a snapshot; `changed`: it replaces another one.
    pub(crate) fn new(knowledge: &Knowledge, changed: bool) -> ReloadReport {
        let documents = knowledge.documents();
        let roles = documents.iter().filter(|document| document.is_role()).count();
        let passages = documents.iter().map(|document| document.passages.len()).sum();
        let topics = documents.len() - roles;
        ReloadReport { changed, roles, topics, passages, diagnostics: knowledge.diagnostics.clone() }
    }
}
