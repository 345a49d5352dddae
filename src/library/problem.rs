//! What is wrong in a document, told to its author: where, what, and what to do.

use std::fmt;

/// One fault in the corpus. A problem never hides the rest: the document is served without the faulty part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file's name inside the corpus folder.
    pub file: String,
    /// The line in that file, counted from 1; 1 also where the fault is the file's as a whole.
    pub line: usize,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl Problem {
    /// A problem in a file that is named later, by [`Problem::inside`].
    pub fn at(line: usize, message: impl Into<String>) -> Self {
        Problem { file: String::new(), line: line.max(1), message: message.into() }
    }

    /// The same problem with its file named.
    pub fn inside(mut self, file: &str) -> Self {
        self.file = file.to_owned();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}
