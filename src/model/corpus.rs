//! Documents that are served together.

use crate::model::diagnostic::Diagnostic;
use crate::model::document::Document;

/// Documents with what is wrong in them, wherever they come from.
#[derive(Debug)]
pub struct Corpus {
    /// The documents, sorted by slug.
    pub documents: Vec<Document>,
    /// Sorted by file and line.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Identifies names and texts: equal for equal documents. Names the index on disk.
    pub(crate) fingerprint: String,
}
