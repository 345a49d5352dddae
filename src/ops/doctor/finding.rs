//! What a look at one thing found: a line for people, an object for scripts.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// As it should be.
    Ok,
    /// It was not looked at; the text says why.
    Skipped,
    /// The bot works, less well than it could.
    Warning,
    /// The bot does not do what it is set up for.
    Error,
}

impl Severity {
    fn as_str(self) -> &'static str {
        match self {
            Severity::Ok => "ok",
            Severity::Skipped => "skip",
            Severity::Warning => "warn",
            Severity::Error => "FAIL",
        }
    }

    fn style(self) -> Style {
        match self {
            Severity::Ok => AnsiColor::Green.on_default(),
            Severity::Skipped => Style::new().dimmed(),
            Severity::Warning => AnsiColor::Yellow.on_default(),
            Severity::Error => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in a word or two; the same word may come several times.
    pub subject: &'static str,
    /// How it is.
    pub severity: Severity,
    /// What was seen; where it is not fine, what to do. One line.
    pub text: String,
}

impl Finding {
    /// It is as it should be.
    pub fn ok(subject: &'static str, text: impl AsRef<str>) -> Finding {
        Finding::new(subject, Severity::Ok, text.as_ref())
    }

    /// It could not, or need not, be looked at.
    pub fn skipped(subject: &'static str, text: impl AsRef<str>) -> Finding {
        Finding::new(subject, Severity::Skipped, text.as_ref())
    }

    /// It works, but.
    pub fn warning(subject: &'static str, text: impl AsRef<str>) -> Finding {
        Finding::new(subject, Severity::Warning, text.as_ref())
    }

    /// It does not work; the text says what to do.
    pub fn error(subject: &'static str, text: impl AsRef<str>) -> Finding {
        Finding::new(subject, Severity::Error, text.as_ref())
    }

    fn new(subject: &'static str, severity: Severity, text: &str) -> Finding {
        // Names come from outside, and a terminal obeys control characters.
        let text = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        Finding { subject, severity: severity, text }
    }
}

/// Whether nothing is wrong; what is doubtful does not count.
pub fn passed(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.severity != Severity::Error)
}

/// A line for each finding and one for all, with colours that whoever prints it may have to take out.
pub fn report(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.subject.len() + 1).max().unwrap_or_default();
    let mut report = String::new();
    for Finding { subject, severity: verdict, text } in findings {
        let (style, word, subject) = (verdict.style(), verdict.as_str(), format!("{subject}:"));
        // A `String` takes whatever is written to it.
        let _ = writeln!(report, "{style}{word:<4}{style:#}  {subject:<width$}  {text}");
    }
    let count = |verdict| findings.iter().filter(|finding| finding.severity == verdict).count();
    let (wrong, doubtful) = (count(Severity::Error), count(Severity::Warning));
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
    let one = |finding: &Finding| json!({"check": finding.subject, "verdict": finding.severity.as_str().to_lowercase(), "text": finding.text});
    json!({"ok": passed(findings), "checks": findings.iter().map(one).collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_aligned_and_counted() {
        let findings = [
            Finding::ok("token", "good"),
            Finding::error("public key", "bad\u{1b}[2J\nend"),
            Finding::warning("index", "so so"),
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
