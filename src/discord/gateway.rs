//! Events from the socket: who speaks to the bot gets its answer, and nobody else does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serenity::Error;
use serenity::async_trait;
use serenity::client::{ClientBuilder, Context, EventHandler};
use serenity::gateway::{ConnectionStage, GatewayError, ShardStageUpdateEvent};
use serenity::http::Http;
use serenity::model::application::Interaction;
use serenity::model::channel::Message;
use serenity::model::event::{MessageUpdateEvent, ResumedEvent};
use serenity::model::gateway::{BotGateway, GatewayIntents, Ready};
use serenity::model::id::{ChannelId, GuildId, MessageId, UserId};
use tokio::time::{Instant, timeout};

use crate::bot::reply::{Chart, Reply};
use crate::discord::allowance::Turn;
use crate::discord::answer::drawn;
use crate::discord::callbacks::Callbacks;
use crate::discord::deliver::{self, Failure, describe};
use crate::discord::desk::Desk;
use crate::discord::edits::Answered;
use crate::discord::interactions::Interactions;
use crate::discord::operator::tell;
use crate::discord::pace::Pace;
use crate::discord::permissions::invitation;
use crate::discord::reach::{DiscordError, Reach};
use crate::discord::recent::Recent;
use crate::discord::registration::register;
use crate::discord::watch::{Pulse, Stop};
use crate::discord::wire::decode::{self, Heard};
use crate::discord::wire::encode;
use crate::speech::say;

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
    desk: &Desk,
    ask_channels: &[u64],
    gateway: BotGateway,
    stop: &mut Stop,
) -> Result<Ended, DiscordError> {
    let handler = Arc::new(Handler {
        desk: desk.clone(),
        interactions: Interactions::at(desk.clone()),
        callbacks: Callbacks::through(reach.callbacks()),
        ask_channels: ask_channels.to_vec(),
        me: OnceLock::new(),
        ready_once: AtomicBool::new(false),
        pace: Pace::default(),
        recent: Recent::default(),
        pulse: Pulse::default(),
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
    desk.busy.finish(CLOSE_WITHIN).await;
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
    desk: Desk,
    interactions: Interactions,
    callbacks: Callbacks,
    ask_channels: Vec<u64>,
    me: OnceLock<UserId>,
    ready_once: AtomicBool,
    pace: Pace,
    recent: Recent<Answered>,
    pulse: Pulse,
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
        let invitation = invitation(&application.to_string());
        tell(&format!("to invite the bot to a server, open {invitation}"));
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
        let (since, _busy) = (Instant::now(), self.desk.busy.begin());
        let (id, token) = (interaction.id(), interaction.token().to_owned());
        if let Some(answer) = self.interactions.answer(interaction, self.me.get().copied(), since).await {
            self.callbacks.deliver(id, &token, answer, since).await;
        }
    }

    async fn message(&self, context: Context, message: Message) {
        let _busy = self.desk.busy.begin();
        let Some((body, chart)) = self.heard(&message).and_then(|heard| self.answer(&heard)) else { return };
        let (id, channel) = (message.id.get(), message.channel_id);
        let (body, chart, question) = match self.desk.allowance.ask(message.author.id.get(), channel.get()) {
            Turn::Granted => (body, chart, Some(message)),
            Turn::FirstRefusal => {
                let language = self.desk.bot.language();
                (encode::Message::saying(language, say!(language, "too-much")), None, None)
            }
            Turn::Refusal => return,
        };
        let mut answered = match question {
            Some(question) => Some(self.recent.begin(id, Answered { question, answer: None }, Instant::now()).await),
            None => None,
        };
        if !self.pace.turn(channel.get()).await {
            tracing::warn!("too many questions in one channel at once; one was not answered");
            return;
        }
        let sent = self.send(&context.http, channel, id, body, chart).await;
        match sent {
            Ok(answer) => answered.iter_mut().for_each(|answered| answered.answer = answer),
            Err(why) => {
                tracing::warn!(%why, "a message was not answered; may the bot write and embed links in that channel?");
            }
        }
    }

    async fn message_update(
        &self,
        context: Context,
        _: Option<Message>,
        _: Option<Message>,
        event: MessageUpdateEvent,
    ) {
        let _busy = self.desk.busy.begin();
        let Some(mut answered) = self.recent.find(event.id.get(), Instant::now()).await else { return };
        let before = self.heard(&answered.question);
        answered.edit(event);
        let after = self.heard(&answered.question);
        if before != after {
            // The picture of a route stays away: an edited question has the text alone.
            let body = after.and_then(|heard| self.answer(&heard)).map(|(body, _)| body);
            answered.show(&context.http, body).await;
        }
    }

    async fn message_delete(&self, context: Context, _: ChannelId, question: MessageId, _: Option<GuildId>) {
        let _busy = self.desk.busy.begin();
        if let Some(mut answered) = self.recent.take(question.get(), Instant::now()).await {
            answered.show(&context.http, None).await;
        }
    }

    async fn message_delete_bulk(
        &self,
        context: Context,
        channel: ChannelId,
        questions: Vec<MessageId>,
        guild: Option<GuildId>,
    ) {
        for question in questions {
            self.message_delete(context.clone(), channel, question, guild).await;
        }
    }
}

impl Handler {
    fn heard(&self, message: &Message) -> Option<Heard> {
        decode::message(message, *self.me.get()?, &self.ask_channels)
    }

    /// Sends a reply to a message, with its picture where that can be had and is taken, and gives its id.
    async fn send(
        &self,
        http: &Http,
        channel: ChannelId,
        question: u64,
        body: encode::Message,
        chart: Option<Chart>,
    ) -> Result<Option<MessageId>, Failure> {
        let body = body.replying_to(question);
        let (bot, now) = (&self.desk.bot, Instant::now());
        if let Some(picture) = self.desk.gallery.picture(bot, chart.as_ref(), bot.language(), now).await {
            let body = body.clone().with_picture(&picture.words);
            match deliver::message(http, channel, &body, Some(&picture)).await {
                Err(Failure::Refused(why)) => {
                    tracing::warn!(%why, "a reply goes out without its picture; may the bot attach files in that channel?");
                }
                sent => return sent,
            }
        }
        match deliver::message(http, channel, &body, None).await {
            Err(Failure::Refused(why)) => {
                tracing::error!(%why, "a reply was refused by Discord; please report it");
                deliver::message(http, channel, &body.sorry().replying_to(question), None).await
            }
            sent => sent,
        }
    }

    /// The answer to a message and what a picture to it would show, where there is one to be said.
    fn answer(&self, heard: &Heard) -> Option<(encode::Message, Option<Chart>)> {
        let keep = |reply: &Reply| heard.addressed || reply.answered;
        // A message does not tell the language of who wrote it.
        let language = self.desk.bot.language();
        drawn(&self.desk.bot, language, || heard.request(language), keep, |_| Vec::new())
    }
}
