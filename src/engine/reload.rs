//! What is served after a look at the corpus.

use crate::knowledge::Library;
pub use crate::model::diagnostic::{Diagnostic, summary};

/// What there is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReloadReport {
    /// False where all is as it was before.
    pub changed: bool,
    /// Roles.
    pub roles: usize,
    /// Documents about anything else.
    pub topics: usize,
    /// Passages of both.
    pub passages: usize,
    /// What is wrong in the corpus.
    pub diagnostics: Vec<Diagnostic>,
}

impl ReloadReport {
    /// What this library holds; `changed` where it was not served before.
    pub fn new(library: &Library, changed: bool) -> ReloadReport {
        let documents = library.documents();
        let roles = documents.iter().filter(|document| document.is_role()).count();
        let passages = documents.iter().map(|document| document.passages.len()).sum();
        let topics = documents.len() - roles;
        ReloadReport { changed, roles, topics, passages, diagnostics: library.diagnostics.clone() }
    }
}
