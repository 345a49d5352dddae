//! Diagnostics for the authors of a corpus: file, line, what is wrong and how to fix it.

use std::fmt;

/// Maximum length of a message, in characters.
const MAX_MESSAGE_CHARS: usize = 600;

/// One fault in the corpus. It does not stop loading: the faulty part is left out and the rest is served.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// File name inside the corpus folder.
    pub file: String,
    /// Line in that file, from 1; 1 also for a fault of the whole file.
    pub line: usize,
    /// What is wrong and what to do about it.
    pub(crate) message: String,
}

impl Diagnostic {
    /// A diagnostic without a file name, which [`Diagnostic::with_file`] adds. Messages quote untrusted text: control characters
    /// are escaped, and the length is limited.
    pub(crate) fn at_line(line: usize, message: impl AsRef<str>) -> Self {
        Diagnostic {
            file: String::new(),
            line: line.max(1),
            message: truncate_middle(&escape_control(message.as_ref())),
        }
    }

    /// Sets the file name.
    pub(crate) fn with_file(mut self, file: &str) -> Self {
        self.file = file.to_owned();
        self
    }
}

/// Escapes line breaks, control characters, zero-width characters and bidirectional marks.
pub(crate) fn escape_control(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                out.extend(c.escape_unicode());
            }
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

/// Cuts a long message in the middle: its end holds the advice.
fn truncate_middle(message: &str) -> String {
    let length = message.chars().count();
    if length <= MAX_MESSAGE_CHARS {
        return message.to_owned();
    }
    let head = message.chars().take(MAX_MESSAGE_CHARS / 2);
    head.chain(['…']).chain(message.chars().skip(length - MAX_MESSAGE_CHARS / 2)).collect()
}

/// One log line about all diagnostics; `None` for an empty list.
pub fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    match diagnostics {
        [] => None,
        [one] => Some(format!("a problem in the corpus, the rest is served: {one}")),
        [first, ..] => Some(format!(
            "{} problems in the corpus, the rest is served; `rolecall check` lists them. The first: {first}",
            diagnostics.len()
        )),
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}
