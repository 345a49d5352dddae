//! `/reload`: whoever manages a server has the corpus read anew, where the operator allows it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use serenity::model::application::{CommandInteraction, CommandType};
use serenity::model::permissions::Permissions;
use tokio::time::timeout;

use crate::discord::localizations::localizations;
use crate::engine::reload::{Diagnostic, ReloadReport};
use crate::engine::reply::{Line, Reply, ReplyKind};
use crate::i18n::{Language, t};

/// Its name.
pub const RELOAD_COMMAND: &str = "reload";
/// Whoever waits is told by then; Discord waits 3 s.
const REPLY_TIMEOUT: Duration = Duration::from_millis(2000);
/// Problems that are told; `rolecall check` tells all.
const MAX_DIAGNOSTICS_SHOWN: usize = 5;

/// What came of a reload; nothing where it failed, of which the log tells.
pub type ReloadResult = Result<Arc<ReloadReport>, ()>;

type ReloadFuture = Pin<Box<dyn Future<Output = ReloadResult> + Send>>;

/// Asks for a reload. It goes on to its end where nobody waits for what comes of it.
#[derive(Clone)]
pub struct ReloadHandle(Arc<dyn Fn() -> ReloadFuture + Send + Sync>);

impl fmt::Debug for ReloadHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reload")
    }
}

impl ReloadHandle {
    /// By this function, which begins at once and gives what is to be waited for.
    pub fn from_fn<F>(ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ReloadResult> + Send + 'static,
    {
        ReloadHandle(Arc::new(move || Box::pin(ask())))
    }

    /// The answer to the command, for the one who gave it.
    pub async fn handle_command(&self, command: &CommandInteraction, language: Language) -> Reply {
        if !can_manage_guild(command) {
            return failure_reply(language, t!(language, "reload-refused-title"), t!(language, "reload-refused"));
        }
        self.reload_with_timeout(language).await
    }

    async fn reload_with_timeout(&self, language: Language) -> Reply {
        match timeout(REPLY_TIMEOUT, (self.0)()).await {
            Ok(Ok(loaded)) => report_reply(&loaded, language),
            // The reason names folders of the machine, which are none of a server's business.
            Ok(Err(())) => failure_reply(language, t!(language, "reload-failed-title"), t!(language, "reload-failed")),
            Err(_) => failure_reply(language, t!(language, "reload-slow-title"), t!(language, "reload-slow")),
        }
    }
}

/// The command as Discord takes it: in servers that have the bot, and shown to those who manage them.
pub fn command_json() -> Value {
    json!({
        "type": 1, "name": RELOAD_COMMAND, "name_localizations": localizations(|language| t!(language, "command-reload")),
        "description": t!(Language::English, "command-reload.about"),
        "description_localizations": localizations(|language| t!(language, "command-reload.about")),
        "default_member_permissions": Permissions::MANAGE_GUILD.bits().to_string(), "integration_types": [0],
        "contexts": [0],
    })
}

/// True where it is this command.
pub fn is_reload_command(command: &CommandInteraction) -> bool {
    command.data.name == RELOAD_COMMAND && command.data.kind == CommandType::ChatInput
}

/// Whether this person manages the server in which they gave the command. Discord hides it from the others, but a server can
/// show it to anybody.
fn can_manage_guild(command: &CommandInteraction) -> bool {
    let may = command.member.as_ref().and_then(|member| member.permissions);
    may.is_some_and(|may| may.intersects(Permissions::MANAGE_GUILD | Permissions::ADMINISTRATOR))
}

/// Nothing was read, or not yet, and why.
fn failure_reply(language: Language, title: String, why: String) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::NoAnswer, title);
    reply.paragraph(why);
    reply
}

fn report_reply(loaded: &ReloadReport, language: Language) -> Reply {
    let title = if loaded.changed { t!(language, "reload-done") } else { t!(language, "reload-same") };
    let mut reply = Reply::new(language, ReplyKind::NoAnswer, title);
    reply.answered = true;
    reply.paragraph(t!(language, "reload-known", roles = loaded.roles, topics = loaded.topics));
    if !loaded.diagnostics.is_empty() {
        let more = loaded.diagnostics.len().saturating_sub(MAX_DIAGNOSTICS_SHOWN);
        let heading = match more {
            0 => t!(language, "reload-mend"),
            more => t!(language, "reload-mend-more", count = more),
        };
        let line = |problem: &Diagnostic| Line { text: problem.to_string(), ..Line::default() };
        reply.bullets(Some(&heading), loaded.diagnostics.iter().take(MAX_DIAGNOSTICS_SHOWN).map(line).collect());
    }
    reply
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_too_long_is_told_that_it_goes_on() {
        let reply = ReloadHandle::from_fn(pending).reload_with_timeout(Language::English).await;
        assert_eq!((reply.title.as_str(), reply.answered), ("I am still reading", false));
    }

    #[tokio::test]
    async fn the_first_problems_are_told_and_how_many_more_there_are() {
        let problem = |line| Diagnostic::at_line(line, "wrong").with_file("cook.md");
        let told = |problems: Vec<Diagnostic>| async move {
            let loaded = ReloadReport { changed: true, roles: 1, topics: 2, passages: 3, diagnostics: problems };
            let reply = ReloadHandle::from_fn(move || std::future::ready(Ok(Arc::new(loaded.clone()))))
                .reload_with_timeout(Language::English)
                .await;
            reply.to_text(&crate::engine::reply::Style::PLAIN)
        };
        assert_eq!(told(Vec::new()).await, "Read anew\n\nI know 1 role and 2 topics.\n");
        let few = told((1..=5).map(problem).collect()).await;
        assert!(few.contains("To mend\n") && few.contains("cook.md:5: wrong"), "{few}");
        let many = told((1..=8).map(problem).collect()).await;
        assert!(many.contains("To mend, and 3 more") && !many.contains("cook.md:6"), "{many}");
    }
}
