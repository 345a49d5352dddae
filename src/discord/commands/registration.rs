//! Synchronizes the commands registered at Discord with the command table: nothing is sent where nothing differs, else one bulk
//! overwrite, which keeps the ids of commands that stay.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};
use serenity::http::{LightMethod, Request, Route};
use serenity::model::id::{ApplicationId, CommandId, GuildId};
use tokio::time::timeout;

use crate::discord::backoff::Backoff;
use crate::discord::commands::diff::{Change, Diff, diff, normalize};
use crate::discord::commands::diff_text;
use crate::discord::commands::table::{Scope, desired, display_name};
use crate::discord::rest::client::RestClient;
use crate::discord::rest::discord_error::{DiscordError, describe, json_error_code, status};
use crate::discord::rest::request_sender::RequestSender;

/// The first and the longest wait before a failed synchronization is retried.
const INITIAL_BACKOFF: Duration = Duration::from_secs(2);
const MAX_BACKOFF: Duration = Duration::from_secs(600);
/// Limit of [`sync_now`]: single requests are rate limited, at worst until the next day.
const SYNC_TIMEOUT: Duration = Duration::from_secs(300);
const MISSING_ACCESS: isize = 50001;
const UNKNOWN_GUILD: isize = 10004;
const DAILY_CREATION_LIMIT: isize = 30034;

/// Result of a synchronization: numbers of commands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SyncSummary {
    /// New commands.
    pub(crate) created: usize,
    /// Commands that differed.
    pub(crate) edited: usize,
    /// Commands that are no longer in the table.
    pub(crate) deleted: usize,
    /// Commands that needed no change.
    pub(crate) unchanged: usize,
    /// Changes that Discord rejected, each with Discord's reason.
    pub(crate) rejected: Vec<String>,
}

impl SyncSummary {
    fn count(&mut self, change: &Change) {
        match change {
            Change::Create(_) => self.created += 1,
            Change::Edit(..) => self.edited += 1,
            Change::Delete(..) => self.deleted += 1,
        }
    }

    fn applied(&self) -> usize {
        self.created + self.edited + self.deleted
    }
}

impl fmt::Display for SyncSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SyncSummary { created, edited, deleted, unchanged, rejected } = self;
        write!(f, "commands: {created} created, {edited} edited, {deleted} deleted, {unchanged} unchanged")?;
        if rejected.is_empty() { Ok(()) } else { write!(f, ", {} rejected", rejected.len()) }
    }
}

/// Options of `rolecall register`.
#[derive(Clone, Copy, Debug)]
pub struct SyncOptions {
    /// Register guild commands in this server; global commands where there is none.
    pub guild_id: Option<u64>,
    /// Show the difference and send nothing.
    pub dry_run: bool,
    /// Delete all commands in this scope.
    pub remove: bool,
    /// Whether `/reload` is enabled.
    pub reload: bool,
}

/// Why the commands are not synchronized. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// Discord rejects the token.
    #[error(transparent)]
    Discord(#[from] DiscordError),
    /// The bot has no access to the server.
    #[error(
        "the bot has no access to server {guild_id} ({error}). Is the id right (Developer Mode on, right-click the server, \
         Copy Server ID), and is the bot invited there? The bot prints the invitation link when it starts."
    )]
    UnknownGuild {
        /// The id asked for.
        guild_id: u64,
        /// Discord's answer.
        error: String,
    },
    /// The registered commands could not be fetched.
    #[error("the registered commands cannot be fetched: {0}. Nothing was changed; see `rolecall doctor`.")]
    Unreadable(String),
    /// A request failed for another reason than the content of a command.
    #[error(
        "{request} failed: {error}. {applied} of {total} changes are confirmed; run it again to make the others, and please \
         report it where it fails again."
    )]
    Interrupted {
        /// The request.
        request: String,
        /// Discord's answer, or why there is none.
        error: String,
        /// Changes that Discord confirmed.
        applied: usize,
        /// All changes.
        total: usize,
    },
    /// Discord rejected some changes.
    #[error(
        "Discord rejected {} of {total} changes: {}. The others are made. Please report it.",
        .rejected.len(), .rejected.join("; ")
    )]
    Rejected {
        /// Each rejected change, with Discord's reason.
        rejected: Vec<String>,
        /// All changes.
        total: usize,
    },
    /// The rate limit makes it take too long.
    #[error(
        "the commands were not registered within five minutes, because of Discord's rate limit. Run it again later to do the \
         rest."
    )]
    Timeout,
}

/// A request that failed for another reason than the content of a command; nothing was sent after it.
struct Interruption {
    request: String,
    error: serenity::Error,
    applied: usize,
}

/// Synchronizes the global commands; retries with backoff until that succeeds, and logs each failure.
pub(crate) async fn register(rest: &RequestSender, application_id: ApplicationId, reload: bool) -> SyncSummary {
    let commands = CommandClient { rest, application_id, scope: Scope::Global };
    let mut backoff = Backoff::new(INITIAL_BACKOFF, MAX_BACKOFF);
    loop {
        match commands.synchronize(reload).await {
            Ok(summary) => return summary,
            Err(error) => {
                let delay = backoff.next_delay();
                tracing::warn!(error = %describe(error), retry_in_ms = delay.as_millis(), "the commands could not be registered");
                tokio::time::sleep(delay).await;
            }
        }
    }
}

/// Shows the difference and, unless it is a dry run, synchronizes the commands once. `print` takes each line of output.
///
/// # Errors
/// Where the token or the server is wrong, a request fails, or Discord rejects a change.
pub async fn sync_now(
    client: &RestClient,
    options: SyncOptions,
    mut print: impl FnMut(&str),
) -> Result<(), RegistrationError> {
    timeout(SYNC_TIMEOUT, try_sync_now(client, options, &mut print)).await.unwrap_or(Err(RegistrationError::Timeout))
}

async fn try_sync_now(
    client: &RestClient,
    options: SyncOptions,
    print: &mut impl FnMut(&str),
) -> Result<(), RegistrationError> {
    let rest = client.limited();
    let scope = options.guild_id.map_or(Scope::Global, |id| Scope::Guild(GuildId::new(id)));
    let commands = CommandClient { rest: &rest, application_id: application_id(&rest).await?, scope };
    let registered = commands.list().await.map_err(|error| unreadable(error, scope))?;
    let desired = if options.remove { Vec::new() } else { desired(scope, options.reload) };
    let diff = diff(&registered, desired);
    for change in &diff.changes {
        show(change, print);
    }
    let (total, unchanged) = (diff.changes.len(), diff.unchanged);
    if options.dry_run {
        print(&match total {
            0 => format!("no changes: {unchanged} commands are registered as they should be"),
            1 => format!("1 change, {unchanged} unchanged; nothing was sent (--dry-run)"),
            total => format!("{total} changes, {unchanged} unchanged; nothing was sent (--dry-run)"),
        });
        return Ok(());
    }
    let summary = commands.apply(&diff).await.map_err(|Interruption { request, error, applied }| {
        RegistrationError::Interrupted { request, error: describe(error), applied, total }
    })?;
    print(&summary.to_string());
    let rejected = summary.rejected;
    if rejected.is_empty() { Ok(()) } else { Err(RegistrationError::Rejected { rejected, total }) }
}

/// Requests about the commands of one application in one scope.
#[derive(Clone, Copy)]
struct CommandClient<'r> {
    rest: &'r RequestSender,
    application_id: ApplicationId,
    scope: Scope,
}

impl CommandClient<'_> {
    async fn synchronize(self, reload: bool) -> serenity::Result<SyncSummary> {
        let diff = diff(&self.list().await?, desired(self.scope, reload));
        self.apply(&diff).await.map_err(|interruption| interruption.error)
    }

    /// The registered commands.
    async fn list(self) -> serenity::Result<Vec<Value>> {
        // Without this parameter Discord leaves the localizations out.
        let parameters = Some(vec![("with_localizations", "true".to_owned())]);
        let request = Request::new(self.route(None), LightMethod::Get).params(parameters);
        let mut commands: Vec<Value> = self.rest.fire(request).await?;
        self.scope.retain_fields(&mut commands);
        Ok(commands)
    }

    /// Makes the changes with one bulk overwrite. Discord rejects it whole where it rejects one command; then each change is
    /// sent alone, so that the others are made.
    async fn apply(self, diff: &Diff) -> Result<SyncSummary, Interruption> {
        let mut summary = SyncSummary { unchanged: diff.unchanged, ..SyncSummary::default() };
        if diff.changes.is_empty() {
            return Ok(summary);
        }
        match self.send(LightMethod::Put, None, Some(&json!(diff.overwrite))).await {
            Ok(()) => {
                diff.changes.iter().for_each(|change| summary.count(change));
                Ok(summary)
            }
            Err(error) if is_rejection(&error) => {
                tracing::warn!(error = %describe(error), "Discord rejected the bulk overwrite; each change is sent alone");
                self.apply_singly(&diff.changes, summary).await
            }
            Err(error) => Err(Interruption { request: "the bulk overwrite".to_owned(), error, applied: 0 }),
        }
    }

    async fn apply_singly(self, changes: &[Change], mut summary: SyncSummary) -> Result<SyncSummary, Interruption> {
        for change in changes {
            let request = title(change);
            let sent = match change {
                Change::Create(new) => self.send(LightMethod::Post, None, Some(new)).await,
                Change::Edit(id, _, new) => self.send(LightMethod::Patch, Some(*id), Some(new)).await,
                Change::Delete(id, _) => self.send(LightMethod::Delete, Some(*id), None).await,
            };
            match sent {
                Ok(()) => summary.count(change),
                // The limit is not about this command: it is lifted within a day.
                Err(error) if is_rejection(&error) && json_error_code(&error) != Some(DAILY_CREATION_LIMIT) => {
                    let error = describe(error);
                    tracing::warn!(change = %request, %error, "Discord rejected a command");
                    summary.rejected.push(format!("{request} ({error})"));
                }
                Err(error) => return Err(Interruption { request, error, applied: summary.applied() }),
            }
        }
        Ok(summary)
    }

    async fn send(self, method: LightMethod, id: Option<CommandId>, body: Option<&Value>) -> serenity::Result<()> {
        let body = body.map(|body| body.to_string().into_bytes());
        self.rest.request(Request::new(self.route(id), method).body(body)).await.map(|_| ())
    }

    /// The route of one command, or of all.
    fn route(self, id: Option<CommandId>) -> Route<'static> {
        let application_id = self.application_id;
        match (self.scope, id) {
            (Scope::Global, None) => Route::Commands { application_id },
            (Scope::Global, Some(command_id)) => Route::Command { application_id, command_id },
            (Scope::Guild(guild_id), None) => Route::GuildCommands { application_id, guild_id },
            (Scope::Guild(guild_id), Some(command_id)) => Route::GuildCommand { application_id, guild_id, command_id },
        }
    }
}

/// The application that the token belongs to.
async fn application_id(rest: &RequestSender) -> Result<ApplicationId, RegistrationError> {
    let application: Result<Value, _> =
        rest.fire(Request::new(Route::Oauth2ApplicationCurrent, LightMethod::Get)).await;
    match application {
        Ok(application) => match application["id"].as_str().and_then(|id| id.parse().ok()) {
            Some(id) => Ok(id),
            None => Err(RegistrationError::Unreadable("Discord's answer has no application id".to_owned())),
        },
        Err(error) if status(&error) == Some(401) => Err(DiscordError::InvalidToken.into()),
        Err(error) => Err(RegistrationError::Unreadable(describe(error))),
    }
}

fn unreadable(error: serenity::Error, scope: Scope) -> RegistrationError {
    match scope {
        Scope::Guild(id) if matches!(json_error_code(&error), Some(MISSING_ACCESS | UNKNOWN_GUILD)) => {
            RegistrationError::UnknownGuild { guild_id: id.get(), error: describe(error) }
        }
        _ => RegistrationError::Unreadable(describe(error)),
    }
}

/// Whether Discord rejected the request's body, so that sending it again cannot succeed.
fn is_rejection(error: &serenity::Error) -> bool {
    matches!(status(error), Some(400 | 413))
}

fn title(change: &Change) -> String {
    match change {
        Change::Create(new) => format!("creating {}", display_name(new)),
        Change::Edit(_, _, new) => format!("editing {}", display_name(new)),
        Change::Delete(_, old) => format!("deleting {}", display_name(old)),
    }
}

fn show(change: &Change, print: &mut impl FnMut(&str)) {
    match change {
        Change::Create(new) => print(&format!("+ {}", display_name(new))),
        Change::Delete(_, old) => print(&format!("- {}", display_name(old))),
        Change::Edit(_, old, new) => {
            print(&format!("~ {}", display_name(new)));
            for line in diff_text::lines(&normalize(old), &normalize(new)) {
                print(&format!("    {line}"));
            }
        }
    }
}
