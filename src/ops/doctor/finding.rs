//! The result of one check, and the report of all: as text for people, as JSON for scripts.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

/// How severe a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The check passed.
    Ok,
    /// Not checked; the text gives the reason.
    Skipped,
    /// The bot works, with limitations.
    Warning,
    /// The bot does not work as it is set up.
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

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was checked, in a word or two; not unique.
    pub(crate) subject: &'static str,
    /// How severe it is.
    pub severity: Severity,
    /// The result and, for an error, what to do. One line.
    pub text: String,
}

impl Finding {
    /// The check passed.
    pub(crate) fn ok(subject: &'static str, text: impl AsRef<str>) -> Finding {
        Finding::new(subject, Severity::Ok, text.as_ref())
    }

    /// The check was not possible, or not necessary.
    pub fn skipped(subject: &'static str, text: impl AsRef<str>) -> Finding {
        Finding::new(subject, Severity::Skipped, text.as_ref())
    }

    /// It works, with limitations.
    pub fn warning(subject: &'static str, text: impl AsRef<str>) -> Finding {
        Finding::new(subject, Severity::Warning, text.as_ref())
    }

    /// It does not work; `text` says what to do.
    pub fn error(subject: &'static str, text: impl AsRef<str>) -> Finding {
        Finding::new(subject, Severity::Error, text.as_ref())
    }

    fn new(subject: &'static str, severity: Severity, text: &str) -> Finding {
        // Names come from Discord or files; a terminal would interpret control characters.
        let text = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        Finding { subject, severity, text }
    }
}

/// True if no finding is an error.
pub fn passed(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.severity != Severity::Error)
}

/// A line per finding and a summary, with ANSI colours, which the caller strips where they are not supported.
pub fn report(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.subject.len() + 1).max().unwrap_or_default();
    let mut report = String::new();
    for Finding { subject, severity, text } in findings {
        let (style, word, subject) = (severity.style(), severity.as_str(), format!("{subject}:"));
        // Writing to a `String` cannot fail.
        let _ = writeln!(report, "{style}{word:<4}{style:#}  {subject:<width$}  {text}");
    }
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let _ = match (errors, warnings) {
        (0, 0) => writeln!(report, "\nno errors"),
        (0, _) => writeln!(report, "\nno errors, warnings: {warnings}"),
        (_, 0) => writeln!(report, "\nerrors: {errors}"),
        (_, _) => writeln!(report, "\nerrors: {errors}, warnings: {warnings}"),
    };
    report
}

/// The findings as JSON, for scripts.
pub fn to_json(findings: &[Finding]) -> Value {
    let check = |Finding { subject, severity, text }: &Finding| json!({"check": subject, "verdict": severity.as_str().to_lowercase(), "text": text});
    json!({"ok": passed(findings), "checks": findings.iter().map(check).collect::<Vec<_>>()})
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
             errors: 1, warnings: 1\n"
        );
        assert!(!passed(&findings) && passed(&findings[2..]));
        assert!(report(&findings[..1]).ends_with("\nno errors\n"));
        assert!(report(&findings[2..]).ends_with("\nno errors, warnings: 1\n"));
    }
}
