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

use crate::discord::localizations::others;
use crate::engine::reload::{Loaded, Problem};
use crate::engine::reply::{Kind, Line, Reply};
use crate::i18n::{Language, say};

/// Its name.
pub const NAME: &str = "reload";
/// Whoever waits is told by then; Discord waits 3 s.
const WITHIN: Duration = Duration::from_millis(2000);
/// Problems that are told; `rolecall check` tells all.
const PROBLEMS: usize = 5;

/// What came of a reload; nothing where it failed, of which the log tells.
pub type Outcome = Result<Arc<Loaded>, ()>;

type Asked = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// Asks for a reload. It goes on to its end where nobody waits for what comes of it.
#[derive(Clone)]
pub struct Reload(Arc<dyn Fn() -> Asked + Send + Sync>);

impl fmt::Debug for Reload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reload")
    }
}

impl Reload {
    /// By this function, which begins at once and gives what is to be waited for.
    pub fn by<F>(ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        Reload(Arc::new(move || Box::pin(ask())))
    }

    /// The answer to the command, for the one who gave it.
    pub async fn answer(&self, command: &CommandInteraction, language: Language) -> Reply {
        if !manages(command) {
            return unread(language, say!(language, "reload-refused-title"), say!(language, "reload-refused"));
        }
        self.done(language).await
    }

    async fn done(&self, language: Language) -> Reply {
        match timeout(WITHIN, (self.0)()).await {
            Ok(Ok(loaded)) => told(&loaded, language),
            // The reason names folders of the machine, which are none of a server's business.
            Ok(Err(())) => unread(language, say!(language, "reload-failed-title"), say!(language, "reload-failed")),
            Err(_) => unread(language, say!(language, "reload-slow-title"), say!(language, "reload-slow")),
        }
    }
}

/// The command as Discord takes it: in servers that have the bot, and shown to those who manage them.
pub fn body() -> Value {
    json!({
        "type": 1, "name": NAME, "name_localizations": others(|language| say!(language, "command-reload")),
        "description": say!(Language::English, "command-reload.about"),
        "description_localizations": others(|language| say!(language, "command-reload.about")),
        "default_member_permissions": Permissions::MANAGE_GUILD.bits().to_string(), "integration_types": [0],
        "contexts": [0],
    })
}

/// True where it is this command.
pub fn is(command: &CommandInteraction) -> bool {
    command.data.name == NAME && command.data.kind == CommandType::ChatInput
}

/// Whether this person manages the server in which they gave the command. Discord hides it from the others, but a server can
/// show it to anybody.
fn manages(command: &CommandInteraction) -> bool {
    let may = command.member.as_ref().and_then(|member| member.permissions);
    may.is_some_and(|may| may.intersects(Permissions::MANAGE_GUILD | Permissions::ADMINISTRATOR))
}

/// Nothing was read, or not yet, and why.
fn unread(language: Language, title: String, why: String) -> Reply {
    let mut reply = Reply::new(language, Kind::None, title);
    reply.paragraph(why);
    reply
}

fn told(loaded: &Loaded, language: Language) -> Reply {
    let title = if loaded.changed { say!(language, "reload-done") } else { say!(language, "reload-same") };
    let mut reply = Reply::new(language, Kind::None, title);
    reply.answered = true;
    reply.paragraph(say!(language, "reload-known", roles = loaded.roles, topics = loaded.topics));
    if !loaded.problems.is_empty() {
        let more = loaded.problems.len().saturating_sub(PROBLEMS);
        let heading = match more {
            0 => say!(language, "reload-mend"),
            more => say!(language, "reload-mend-more", count = more),
        };
        let line = |problem: &Problem| Line { text: problem.to_string(), ..Line::default() };
        reply.bullets(Some(&heading), loaded.problems.iter().take(PROBLEMS).map(line).collect());
    }
    reply
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_too_long_is_told_that_it_goes_on() {
        let reply = Reload::by(pending).done(Language::English).await;
        assert_eq!((reply.title.as_str(), reply.answered), ("I am still reading", false));
    }

    #[tokio::test]
    async fn the_first_problems_are_told_and_how_many_more_there_are() {
        let problem = |line| Problem::at(line, "wrong").inside("cook.md");
        let told = |problems: Vec<Problem>| async move {
            let loaded = Loaded { changed: true, roles: 1, topics: 2, passages: 3, problems };
            let reply =
                Reload::by(move || std::future::ready(Ok(Arc::new(loaded.clone())))).done(Language::English).await;
            reply.text(&crate::engine::reply::Style::PLAIN)
        };
        assert_eq!(told(Vec::new()).await, "Read anew\n\nI know 1 role and 2 topics.\n");
        let few = told((1..=5).map(problem).collect()).await;
        assert!(few.contains("To mend\n") && few.contains("cook.md:5: wrong"), "{few}");
        let many = told((1..=8).map(problem).collect()).await;
        assert!(many.contains("To mend, and 3 more") && !many.contains("cook.md:6"), "{many}");
    }
}
