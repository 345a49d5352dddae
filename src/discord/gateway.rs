//! Events from the socket: who speaks to the bot gets its answer, and nobody else does.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serenity::Error;
use serenity::async_trait;
use serenity::client::{ClientBuilder, Context, EventHandler};
use serenity::gateway::{ConnectionStage, GatewayError, ShardStageUpdateEvent};
use serenity::http::Http;
use serenity::model::application::{CommandInteraction, ComponentInteraction, Interaction, InteractionContext};
use serenity::model::channel::Message;
use serenity::model::event::ResumedEvent;
use serenity::model::gateway::{BotGateway, GatewayIntents, Ready};
use serenity::model::id::{InteractionId, UserId};
use tokio::time::{Instant, timeout};

use crate::bot::Bot;
use crate::bot::reply::Reply;
use crate::discord::commands::register;
use crate::discord::deliver::{self, Failure, describe};
use crate::discord::pace::Pace;
use crate::discord::reach::{DiscordError, Reach};
use crate::discord::watch::{Busy, Pulse, Stop};
use crate::discord::wire::decode::{self, Asked};
use crate::discord::wire::encode::{self, Button, Choices};
use crate::discord::wire::share;

/// View channels, send messages, embed links, read message history.
const PERMISSIONS: u64 = 1 << 10 | 1 << 11 | 1 << 14 | 1 << 16;
const CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// How a session ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// Somebody stopped the bot.
    Stopped,
    /// Discord does not let the bot read messages that are not for it.
    ContentRefused,
    /// It is better to begin anew.
    Lost(&'static str),
}

/// Serves until the session ends.
///
/// # Errors
/// Where no other session would fare better.
pub async fn serve(
    reach: &Reach,
    bot: &Arc<Bot>,
    ask_channels: &[u64],
    gateway: BotGateway,
    stop: &mut Stop,
) -> Result<Ended, DiscordError> {
    let handler = Arc::new(Handler {
        bot: Arc::clone(bot),
        callbacks: reach.callbacks(),
        ask_channels: ask_channels.to_vec(),
        me: OnceLock::new(),
        ready_once: AtomicBool::new(false),
        pace: Pace::default(),
        pulse: Pulse::default(),
        busy: Busy::default(),
    });
    let mut intents = GatewayIntents::GUILD_MESSAGES | GatewayIntents::DIRECT_MESSAGES;
    intents.set(GatewayIntents::MESSAGE_CONTENT, !ask_channels.is_empty());
    let mut client = ClientBuilder::new_with_http(reach.calls(), intents)
        .event_handler_arc(Arc::clone(&handler))
        .await
        .map_err(|error| DiscordError::Refused(describe(error)))?;
    // serenity asks again where the gateway is, and where that fails once, takes the public one for ever.
    gateway.url.clone_into(&mut *client.ws_url.lock().await);
    let shards = Arc::clone(&client.shard_manager);
    let http = Arc::clone(&client.http);
    let ended = tokio::select! {
        ended = client.start_shards(gateway.shards.max(1)) => ended.map(|()| Ended::Lost("all connections were closed")),
        () = stop.asked() => Ok(Ended::Stopped),
        why = handler.pulse.lost(&http) => Ok(Ended::Lost(why)),
    };
    let closed = match &ended {
        Ok(_) => timeout(CLOSE_WITHIN, shards.shutdown_all()).await.is_ok(),
        Err(_) => true,
    };
    handler.busy.finish(CLOSE_WITHIN).await;
    match ended {
        Ok(Ended::Lost(_)) if !closed => Err(DiscordError::Stuck),
        Ok(ended) => Ok(ended),
        Err(Error::Gateway(GatewayError::DisallowedGatewayIntents)) if !ask_channels.is_empty() => {
            Ok(Ended::ContentRefused)
        }
        Err(Error::Gateway(GatewayError::DisallowedGatewayIntents | GatewayError::InvalidGatewayIntents)) => {
            Err(DiscordError::Intents)
        }
        Err(Error::Gateway(GatewayError::InvalidAuthentication)) => Err(DiscordError::Token),
        Err(error) => Err(DiscordError::Refused(describe(error))),
    }
}

struct Handler {
    bot: Arc<Bot>,
    callbacks: Http,
    ask_channels: Vec<u64>,
    me: OnceLock<UserId>,
    ready_once: AtomicBool,
    pace: Pace,
    pulse: Pulse,
    busy: Busy,
}

#[async_trait]
impl EventHandler for Handler {
    async fn ready(&self, context: Context, ready: Ready) {
        self.pulse.connected(context.shard_id, true);
        self.pulse.new_session();
        let _ = self.me.set(ready.user.id);
        let application = ready.application.id;
        if self.ready_once.swap(true, Ordering::Relaxed) {
            return;
        }
        tell(&format!("online as {} in {} servers", ready.user.name, ready.guilds.len()));
        tell(&format!(
            "to invite the bot to a server, open \
             https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={PERMISSIONS}"
        ));
        let changes = register(&context.http, application).await;
        tell(&format!(
            "commands: {} created, {} changed, {} deleted, {} as they were",
            changes.created, changes.edited, changes.deleted, changes.kept
        ));
    }

    async fn resume(&self, context: Context, _: ResumedEvent) {
        self.pulse.connected(context.shard_id, true);
    }

    async fn shard_stage_update(&self, _: Context, event: ShardStageUpdateEvent) {
        self.pulse.connected(event.shard_id, event.new == ConnectionStage::Connected);
    }

    async fn interaction_create(&self, _: Context, interaction: Interaction) {
        let (since, _busy) = (Instant::now(), self.busy.begin());
        match interaction {
            Interaction::Command(it) => {
                let seen = Seen::by(decode::openly(&it.data), it.context);
                let me = self.me.get().copied().unwrap_or(UserId::new(it.application_id.get()));
                let asked = || decode::on_message(&it.data, me).unwrap_or_else(|| decode::command(&it.data));
                self.respond(it.id, &it.token, since, seen, asked).await;
            }
            Interaction::Component(it) => self.clicked(it, since).await,
            Interaction::Modal(it) => {
                let nothing = || Err("I never asked for that form.".to_owned());
                self.respond(it.id, &it.token, since, Seen::ByAsker, nothing).await;
            }
            Interaction::Autocomplete(it) => self.suggest(it, since).await,
            _ => {}
        }
    }

    async fn message(&self, context: Context, message: Message) {
        let _busy = self.busy.begin();
        let Some(heard) = self.me.get().and_then(|me| decode::message(&message, *me, &self.ask_channels)) else {
            return;
        };
        let reply = || self.reply(heard.request());
        let keep = |reply: &Reply| heard.addressed || reply.answered;
        let Some(body) = drawn(reply, keep, |_| Vec::new()) else { return };
        let (id, channel) = (message.id.get(), message.channel_id);
        if !self.pace.turn(channel.get()).await {
            tracing::warn!("too many questions in one channel at once; one was not answered");
            return;
        }
        let mut sent = deliver::message(&context.http, channel, &body.replying_to(id)).await;
        if let Err(Failure::Refused(why)) = &sent {
            tracing::error!(%why, "a reply was refused by Discord; please report it");
            sent = deliver::message(&context.http, channel, &encode::Message::apology().replying_to(id)).await;
        }
        if let Err(why) = sent {
            tracing::warn!(%why, "a message was not answered; may the bot write and embed links in that channel?");
        }
    }
}

impl Handler {
    fn reply(&self, asked: Asked) -> Reply {
        match asked {
            Ok(request) => self.bot.handle(&request),
            Err(why) => decode::refusal(&why),
        }
    }

    /// Answers a click: with what it asks to whoever clicked, or with the answer below which it was, to everybody.
    async fn clicked(&self, click: ComponentInteraction, since: Instant) {
        let (id, token) = (click.id, &click.token);
        match share::read(&click.data.custom_id) {
            Some(Some(request)) => self.respond(id, token, since, Seen::ByAll, || Ok(request)).await,
            Some(None) => self.send(id, token, since, Seen::ByAll, share::again(&click.message)).await,
            None => {
                let seen = Seen::by(false, click.context);
                self.respond(id, token, since, seen, || decode::click(&click.data)).await;
            }
        }
    }

    /// Answers what was asked.
    async fn respond(
        &self,
        id: InteractionId,
        token: &str,
        since: Instant,
        seen: Seen,
        asked: impl FnOnce() -> Asked + Send,
    ) {
        let Ok(asked) = catch_unwind(AssertUnwindSafe(asked)) else {
            return self.send(id, token, since, Seen::ByAsker, encode::Message::apology()).await;
        };
        let request = asked.clone().ok().filter(|_| seen == Seen::ByAskerAmongOthers);
        let below = |reply: &Reply| request.iter().filter_map(|request| share::button(reply, request)).collect();
        let body = drawn(|| self.reply(asked), |_| true, below).unwrap_or_else(encode::Message::apology);
        self.send(id, token, since, seen, body).await;
    }

    async fn send(&self, id: InteractionId, token: &str, since: Instant, seen: Seen, body: encode::Message) {
        let body = if seen == Seen::ByAll { body } else { body.ephemeral() };
        let mut sent = deliver::callback(&self.callbacks, id, token, &body.callback(), since).await;
        if let Err(Failure::Refused(why)) = &sent {
            tracing::error!(%why, "an answer was refused by Discord; please report it");
            let apology = encode::Message::apology().ephemeral().callback();
            sent = deliver::callback(&self.callbacks, id, token, &apology, since).await;
        }
        if let Err(why) = sent {
            tracing::warn!(%why, "an interaction was not answered");
        }
    }

    async fn suggest(&self, typing: CommandInteraction, since: Instant) {
        let choices = catch_unwind(AssertUnwindSafe(|| decode::choices(&typing.data, &self.bot))).unwrap_or_default();
        let body = Choices::callback(choices);
        if let Err(why) = deliver::callback(&self.callbacks, typing.id, &typing.token, &body, since).await {
            // Whoever types on makes the one before worthless; nothing is lost.
            tracing::debug!(%why, "suggestions came too late");
        }
    }
}

/// Who sees the answer to an interaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Everybody who is there.
    ByAll,
    /// The asker alone, who can show it to others.
    ByAskerAmongOthers,
    /// The asker alone; nobody else is there.
    ByAsker,
}

impl Seen {
    fn by(openly: bool, context: Option<InteractionContext>) -> Seen {
        match context {
            _ if openly => Seen::ByAll,
            Some(InteractionContext::BotDm) => Seen::ByAsker,
            _ => Seen::ByAskerAmongOthers,
        }
    }
}

/// The body of a reply, where it is to be said at all, with some buttons below. A panic inside, which the panic hook logs, is an
/// apology.
fn drawn(
    reply: impl FnOnce() -> Reply,
    keep: impl Fn(&Reply) -> bool,
    below: impl Fn(&Reply) -> Vec<Button>,
) -> Option<encode::Message> {
    let draw = || {
        let reply = reply();
        keep(&reply).then(|| encode::message(&reply).with(below(&reply)))
    };
    catch_unwind(AssertUnwindSafe(draw)).unwrap_or_else(|_| Some(encode::Message::apology()))
}

/// Says something that the operator needs, whatever is logged.
fn tell(what: &str) {
    if tracing::enabled!(tracing::Level::INFO) {
        tracing::info!("{what}");
    } else {
        // Standard error may be closed, which is no reason to stop.
        let _ = writeln!(std::io::stderr(), "{what}");
    }
}
