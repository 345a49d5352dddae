//! What is wrong in a document, told to its author: where, what, and what to do.

use std::fmt;

/// The longest message, in characters.
const MAX_MESSAGE_CHARS: usize = 600;

/// One fault in the corpus. A problem never hides the rest: the document is served without the faulty part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file's name inside the corpus folder.
    pub file: String,
    /// The line in that file, counted from 1; 1 also where the fault is the file's as a whole.
    pub line: usize,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl Diagnostic {
    /// A problem in a file that is named later, by [`Problem::inside`]. What the message quotes of a document may be anything:
    /// it is told in one line that no terminal obeys, and not at any length.
    pub fn at_line(line: usize, message: impl AsRef<str>) -> Self {
        Diagnostic {
            file: String::new(),
            line: line.max(1),
            message: truncate_middle(&escape_control(message.as_ref())),
        }
    }

    /// The same problem with its file named.
    pub fn with_file(mut self, file: &str) -> Self {
        self.file = file.to_owned();
        self
    }
}

/// A text with its line breaks, control characters and marks that turn the direction of writing as escapes.
pub fn escape_control(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                out.extend(letter.escape_unicode());
            }
            letter if letter.is_control() => out.extend(letter.escape_default()),
            letter => out.push(letter),
        }
    }
    out
}

/// A message without the middle of what it quotes, where that is long: its end says what to do.
fn truncate_middle(message: &str) -> String {
    let length = message.chars().count();
    if length <= MAX_MESSAGE_CHARS {
        return message.to_owned();
    }
    let begin = message.chars().take(MAX_MESSAGE_CHARS / 2);
    begin.chain(['…']).chain(message.chars().skip(length - MAX_MESSAGE_CHARS / 2)).collect()
}

/// Problems in a line for whoever runs the bot; nothing where there are none.
pub fn summary(problems: &[Diagnostic]) -> Option<String> {
    match problems {
        [] => None,
        [one] => Some(format!("a problem in the corpus, the rest is served: {one}")),
        [first, ..] => Some(format!(
            "{} problems in the corpus, the rest is served; `rolecall check` lists them. The first: {first}",
            problems.len()
        )),
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}
