//! What a look at one thing found: a line for people, an object for scripts.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// It was not looked at; the text says why.
    Skipped,
    /// The bot works, less well than it could.
    Doubtful,
    /// The bot does not do what it is set up for.
    Wrong,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Verdict::Fine => "ok",
            Verdict::Skipped => "skip",
            Verdict::Doubtful => "warn",
            Verdict::Wrong => "FAIL",
        }
    }

    fn style(self) -> Style {
        match self {
            Verdict::Fine => AnsiColor::Green.on_default(),
            Verdict::Skipped => Style::new().dimmed(),
            Verdict::Doubtful => AnsiColor::Yellow.on_default(),
            Verdict::Wrong => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in a word or two; the same word may come several times.
    pub subject: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was seen; where it is not fine, what to do. One line.
    pub text: String,
}

impl Finding {
    /// It is as it should be.
    pub fn fine(subject: &'static str, text: impl AsRef<str>) -> Finding {
        Finding::new(subject, Verdict::Fine, text.as_ref())
    }

    /// It could not, or need not, be looked at.
    pub fn skipped(subject: &'static str, text: impl AsRef<str>) -> Finding {
        Finding::new(subject, Verdict::Skipped, text.as_ref())
    }

    /// It works, but.
    pub fn doubtful(subject: &'static str, text: impl AsRef<str>) -> Finding {
        Finding::new(subject, Verdict::Doubtful, text.as_ref())
    }

    /// It does not work; the text says what to do.
    pub fn wrong(subject: &'static str, text: impl AsRef<str>) -> Finding {
        Finding::new(subject, Verdict::Wrong, text.as_ref())
    }

    fn new(subject: &'static str, verdict: Verdict, text: &str) -> Finding {
        // Names come from outside, and a terminal obeys control characters.
        let text = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        Finding { subject, verdict, text }
    }
}

/// Whether nothing is wrong; what is doubtful does not count.
pub fn passed(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.verdict != Verdict::Wrong)
}

/// A line for each finding and one for all, with colours that whoever prints it may have to take out.
pub fn report(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.subject.len() + 1).max().unwrap_or_default();
    let mut report = String::new();
    for Finding { subject, verdict, text } in findings {
        let (style, word, subject) = (verdict.style(), verdict.word(), format!("{subject}:"));
        // A `String` takes whatever is written to it.
        let _ = writeln!(report, "{style}{word:<4}{style:#}  {subject:<width$}  {text}");
    }
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let (wrong, doubtful) = (count(Verdict::Wrong), count(Verdict::Doubtful));
    let _ = match (wrong, doubtful) {
        (0, 0) => writeln!(report, "\nnothing is wrong"),
        (0, _) => writeln!(report, "\n{doubtful} to look at, nothing is wrong"),
        (_, 0) => writeln!(report, "\n{wrong} to mend"),
        (_, _) => writeln!(report, "\n{wrong} to mend, {doubtful} to look at"),
    };
    report
}

/// The same for scripts.
pub fn to_json(findings: &[Finding]) -> Value {
    let one = |finding: &Finding| json!({"check": finding.subject, "verdict": finding.verdict.word().to_lowercase(), "text": finding.text});
    json!({"ok": passed(findings), "checks": findings.iter().map(one).collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_aligned_and_counted() {
        let findings = [
            Finding::fine("token", "good"),
            Finding::wrong("public key", "bad\u{1b}[2J\nend"),
            Finding::doubtful("index", "so so"),
            Finding::skipped("clock", "not seen"),
        ];
        let plain = anstream::adapter::strip_str(&report(&findings)).to_string();
        assert_eq!(
            plain,
            "ok    token:       good\nFAIL  public key:  bad [2J end\nwarn  index:       so so\nskip  clock:       not seen\n\n\
             1 to mend, 1 to look at\n"
        );
        assert!(!passed(&findings) && passed(&findings[2..]));
        assert!(report(&findings[..1]).ends_with("\nnothing is wrong\n"));
        assert!(report(&findings[2..]).ends_with("\n1 to look at, nothing is wrong\n"));
    }
}
