//! `/reload`: members who manage a server reload the corpus, where the operator has enabled it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serenity::model::application::{CommandInteraction, CommandType};
use serenity::model::permissions::Permissions;
use tokio::time::timeout;

use crate::discord::commands::table::RELOAD_COMMAND;
use crate::engine::reload::{Diagnostic, ReloadReport};
use crate::engine::reply::{Line, Reply, ReplyKind};
use crate::i18n::{Language, t};

/// Maximum time until the reply; Discord waits 3 s.
const REPLY_TIMEOUT: Duration = Duration::from_millis(2000);
/// Diagnostics in the reply; `rolecall check` prints all.
const MAX_DIAGNOSTICS_SHOWN: usize = 5;

/// The result of a reload. The cause of an error is in the log.
pub(crate) type ReloadResult = Result<Arc<ReloadReport>, ()>;

type ReloadFuture = Pin<Box<dyn Future<Output = ReloadResult> + Send>>;

/// Starts reloads. A reload runs to its end even if its future is dropped.
#[derive(Clone)]
pub(crate) struct ReloadHandle(Arc<dyn Fn() -> ReloadFuture + Send + Sync>);

impl fmt::Debug for ReloadHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReloadHandle")
    }
}

impl ReloadHandle {
    /// A handle for a function that starts a reload and returns a future of the result.
    pub(crate) fn from_fn<F>(start: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ReloadResult> + Send + 'static,
    {
        ReloadHandle(Arc::new(move || Box::pin(start())))
    }

    /// Checks the member's permission, reloads, and returns the reply to the command.
    pub(crate) async fn handle_command(&self, command: &CommandInteraction, language: Language) -> Reply {
        if !can_manage_guild(command) {
            return failure_reply(language, t!(language, "reload-refused-title"), t!(language, "reload-refused"));
        }
        self.reload_with_timeout(language).await
    }

    async fn reload_with_timeout(&self, language: Language) -> Reply {
        match timeout(REPLY_TIMEOUT, (self.0)()).await {
            Ok(Ok(report)) => report_reply(&report, language),
            // Without the cause: it names paths on the operator's machine.
            Ok(Err(())) => failure_reply(language, t!(language, "reload-failed-title"), t!(language, "reload-failed")),
            Err(_) => failure_reply(language, t!(language, "reload-slow-title"), t!(language, "reload-slow")),
        }
    }
}

/// Whether it is this command.
pub(crate) fn is_reload_command(command: &CommandInteraction) -> bool {
    command.data.name == RELOAD_COMMAND && command.data.kind == CommandType::ChatInput
}

/// Whether the member manages the server. Discord hides the command from other members by default, but a server can change that.
fn can_manage_guild(command: &CommandInteraction) -> bool {
    let permissions = command.member.as_ref().and_then(|member| member.permissions);
    permissions.is_some_and(|granted| granted.intersects(Permissions::MANAGE_GUILD | Permissions::ADMINISTRATOR))
}

fn failure_reply(language: Language, title: String, text: String) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::NoAnswer, title);
    reply.paragraph(text);
    reply
}

fn report_reply(report: &ReloadReport, language: Language) -> Reply {
    let title = if report.changed { t!(language, "reload-done") } else { t!(language, "reload-same") };
    let mut reply = Reply::new(language, ReplyKind::NoAnswer, title);
    reply.answered = true;
    reply.paragraph(t!(language, "reload-known", roles = report.roles, topics = report.topics));
    if !report.diagnostics.is_empty() {
        let more = report.diagnostics.len().saturating_sub(MAX_DIAGNOSTICS_SHOWN);
        let heading = match more {
            0 => t!(language, "reload-mend"),
            more => t!(language, "reload-mend-more", count = more),
        };
        let line = |diagnostic: &Diagnostic| Line { text: diagnostic.to_string(), ..Line::default() };
        reply.bullets(Some(&heading), report.diagnostics.iter().take(MAX_DIAGNOSTICS_SHOWN).map(line).collect());
    }
    reply
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_slow_reload_gets_a_reply_before_it_ends() {
        let reply = ReloadHandle::from_fn(pending).reload_with_timeout(Language::English).await;
        assert_eq!((reply.title.as_str(), reply.answered), ("I am still reading", false));
    }

    #[tokio::test]
    async fn the_reply_has_the_first_diagnostics_and_the_number_of_others() {
        let diagnostic = |line| Diagnostic::at_line(line, "wrong").with_file("cook.md");
        let reply = |diagnostics: Vec<Diagnostic>| async move {
            let report = ReloadReport { changed: true, roles: 1, topics: 2, passages: 3, diagnostics };
            let reply = ReloadHandle::from_fn(move || std::future::ready(Ok(Arc::new(report.clone()))))
                .reload_with_timeout(Language::English)
                .await;
            reply.to_text(&crate::engine::reply::Style::PLAIN)
        };
        assert_eq!(reply(Vec::new()).await, "Read anew\n\nI know 1 role and 2 topics.\n");
        let few = reply((1..=5).map(diagnostic).collect()).await;
        assert!(few.contains("To mend\n") && few.contains("cook.md:5: wrong"), "{few}");
        let many = reply((1..=8).map(diagnostic).collect()).await;
        assert!(many.contains("To mend, and 3 more") && !many.contains("cook.md:6"), "{many}");
    }
}
