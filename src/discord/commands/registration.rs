//! Registers the commands, and only where what is there differs: Discord counts what is created.

use std::time::Duration;

use serde_json::Value;
use serenity::http::{LightMethod, Request, Route};
use serenity::model::id::{ApplicationId, GuildId};
use tokio::time::timeout;

use crate::discord::backoff::Backoff;
use crate::discord::commands::difference;
use crate::discord::commands::table::{Place, Step, called, essence, plan, wanted};
use crate::discord::rest::deliver::{code, describe, status};
use crate::discord::rest::reach::{DiscordError, Reach};
use crate::discord::rest::requests::Rest;

/// The first and the longest wait before registering is tried again.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// All of what is done by hand together. Discord makes whoever registers much at once wait, at the worst until the next day.
const BY_HAND_WITHIN: Duration = Duration::from_secs(300);
const MISSING_ACCESS: isize = 50001;
const UNKNOWN_SERVER: isize = 10004;

/// What registering changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// New ones.
    pub created: usize,
    /// Ones that were different.
    pub edited: usize,
    /// Ones that are no more.
    pub deleted: usize,
    /// Ones that were as they should be.
    pub kept: usize,
}

impl Changes {
    fn count(&mut self, step: &Step) {
        match step {
            Step::Create(_) => self.created += 1,
            Step::Edit(..) => self.edited += 1,
            Step::Delete(..) => self.deleted += 1,
        }
    }
}

/// What somebody wants registered by hand.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The server for which alone it is; without one it is for everybody.
    pub server: Option<u64>,
    /// Show what would change, and change nothing.
    pub only_show: bool,
    /// Take all commands away.
    pub remove: bool,
    /// Whether there is to be `/reload`.
    pub reload: bool,
}

/// Why the commands are not registered. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// Discord cannot be worked with.
    #[error(transparent)]
    Discord(#[from] DiscordError),
    /// No server that the bot has to do with.
    #[error(
        "Discord shows the bot no server {server} ({why}). Is the id right (Developer Mode on, right-click the server, Copy \
         Server ID), and is the bot invited there? The bot prints the link for that at its start."
    )]
    Server {
        /// The id asked for.
        server: u64,
        /// What Discord said.
        why: String,
    },
    /// What is there could not be read.
    #[error("the commands that are there cannot be read: {0}. Nothing was changed; `rolecall doctor` tells more.")]
    Unread(String),
    /// A step that failed.
    #[error(
        "{step} failed: {why}. {done} of {all} changes are made; run it again to make the others, and please report it where \
         it fails again."
    )]
    Halfway {
        /// What was to be done.
        step: String,
        /// What Discord said.
        why: String,
        /// Steps that are done.
        done: usize,
        /// Steps there are.
        all: usize,
    },
    /// It took too long.
    #[error(
        "Discord makes whoever registers much at once wait, and five minutes were not enough. What is told above is done; run \
         it again later to do the rest."
    )]
    Late,
}

/// Registers until it has worked, with `/reload` or without it; each failure is logged.
pub async fn register(rest: &Rest, application: ApplicationId, reload: bool) -> Changes {
    let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT);
    loop {
        match try_register(rest, application, reload).await {
            Ok(changes) => return changes,
            Err(why) => {
                let wait = backoff.wait();
                tracing::warn!(why = %describe(why), retry_in = ?wait, "the commands could not be registered");
                tokio::time::sleep(wait).await;
            }
        }
    }
}

async fn try_register(rest: &Rest, application: ApplicationId, reload: bool) -> serenity::Result<Changes> {
    let place = Place::Everywhere;
    let (steps, kept) = plan(&registered(rest, application, place).await?, &wanted(place, reload));
    let mut changes = Changes { kept, ..Changes::default() };
    for step in &steps {
        apply(rest, application, place, step).await?;
        changes.count(step);
    }
    Ok(changes)
}

/// The commands that Discord has of this application in this place.
async fn registered(rest: &Rest, application_id: ApplicationId, place: Place) -> serenity::Result<Vec<Value>> {
    let all = match place {
        Place::Everywhere => Route::Commands { application_id },
        Place::Server(guild_id) => Route::GuildCommands { application_id, guild_id },
    };
    // Without this Discord leaves out what a command is called in other languages.
    let translated = Some(vec![("with_localizations", "true".to_owned())]);
    let mut there: Vec<Value> = rest.fire(Request::new(all, LightMethod::Get).params(translated)).await?;
    if let Place::Server(_) = place {
        for command in there.iter_mut().filter_map(Value::as_object_mut) {
            command.retain(|key, _| !["integration_types", "contexts"].contains(&key.as_str()));
        }
    }
    Ok(there)
}

async fn apply(rest: &Rest, application_id: ApplicationId, place: Place, step: &Step) -> serenity::Result<()> {
    let (id, method, body) = match step {
        Step::Create(body) => (None, LightMethod::Post, Some(body)),
        Step::Edit(id, _, body) => (Some(*id), LightMethod::Patch, Some(body)),
        Step::Delete(id, _) => (Some(*id), LightMethod::Delete, None),
    };
    let route = match (place, id) {
        (Place::Everywhere, None) => Route::Commands { application_id },
        (Place::Everywhere, Some(command_id)) => Route::Command { application_id, command_id },
        (Place::Server(guild_id), None) => Route::GuildCommands { application_id, guild_id },
        (Place::Server(guild_id), Some(command_id)) => Route::GuildCommand { application_id, guild_id, command_id },
    };
    let body = body.map(|body| body.to_string().into_bytes());
    rest.request(Request::new(route, method).body(body)).await.map(|_| ())
}

/// Shows what differs and, unless it is only to be shown, changes it. `tell` takes each line for the operator as soon as it
/// is true.
///
/// # Errors
/// Where Discord cannot be worked with, knows no such server, or refuses a change.
pub async fn by_hand(reach: &Reach, order: Order, mut tell: impl FnMut(&str)) -> Result<(), RegistrationError> {
    timeout(BY_HAND_WITHIN, try_by_hand(reach, order, &mut tell)).await.unwrap_or(Err(RegistrationError::Late))
}

async fn try_by_hand(reach: &Reach, order: Order, tell: &mut impl FnMut(&str)) -> Result<(), RegistrationError> {
    let rest = reach.calls();
    let place = order.server.map_or(Place::Everywhere, |server| Place::Server(GuildId::new(server)));
    let application = application(&rest).await?;
    let there = registered(&rest, application, place).await.map_err(|error| unread(error, place))?;
    let wanted = if order.remove { Vec::new() } else { wanted(place, order.reload) };
    let (steps, kept) = plan(&there, &wanted);
    for step in &steps {
        show(step, tell);
    }
    if order.only_show {
        tell(&match steps.len() {
            0 => format!("nothing differs: {kept} commands are as they should be"),
            1 => format!("1 change, {kept} as they should be; nothing was done (--dry-run)"),
            more => format!("{more} changes, {kept} as they should be; nothing was done (--dry-run)"),
        });
        return Ok(());
    }
    let mut changes = Changes { kept, ..Changes::default() };
    for (done, step) in steps.iter().enumerate() {
        let failed =
            |error| RegistrationError::Halfway { step: named(step), why: describe(error), done, all: steps.len() };
        apply(&rest, application, place, step).await.map_err(failed)?;
        changes.count(step);
    }
    let Changes { created, edited, deleted, kept } = changes;
    tell(&format!("commands: {created} created, {edited} changed, {deleted} deleted, {kept} as they were"));
    Ok(())
}

/// Whose token it is.
async fn application(rest: &Rest) -> Result<ApplicationId, RegistrationError> {
    let me: Result<Value, _> = rest.fire(Request::new(Route::Oauth2ApplicationCurrent, LightMethod::Get)).await;
    match me {
        Ok(me) => match me["id"].as_str().and_then(|id| id.parse().ok()) {
            Some(id) => Ok(id),
            None => Err(RegistrationError::Unread("Discord does not say which application this is".to_owned())),
        },
        Err(error) if status(&error) == Some(401) => Err(DiscordError::Token.into()),
        Err(error) => Err(RegistrationError::Unread(describe(error))),
    }
}

fn unread(error: serenity::Error, place: Place) -> RegistrationError {
    match place {
        Place::Server(server) if matches!(code(&error), Some(MISSING_ACCESS | UNKNOWN_SERVER)) => {
            RegistrationError::Server { server: server.get(), why: describe(error) }
        }
        _ => RegistrationError::Unread(describe(error)),
    }
}

fn named(step: &Step) -> String {
    match step {
        Step::Create(new) => format!("creating {}", called(new)),
        Step::Edit(_, _, new) => format!("changing {}", called(new)),
        Step::Delete(_, old) => format!("deleting {}", called(old)),
    }
}

fn show(step: &Step, tell: &mut impl FnMut(&str)) {
    match step {
        Step::Create(new) => tell(&format!("+ {}", called(new))),
        Step::Delete(_, old) => tell(&format!("- {}", called(old))),
        Step::Edit(_, old, new) => {
            tell(&format!("~ {}", called(new)));
            for line in difference::lines(&essence(old), &essence(new)) {
                tell(&format!("    {line}"));
            }
        }
    }
}
