//! Events from the socket: who speaks to the bot gets its answer, and nobody else does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serenity::model::application::Interaction;
use serenity::model::channel::Message;
use serenity::model::event::{Event, MessageUpdateEvent};
use serenity::model::gateway::{BotGateway, GatewayIntents, Ready};
use serenity::model::id::{ChannelId, MessageId, UserId};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::discord::commands::registration::register;
use crate::discord::gateway::edit_tracker::Recent;
use crate::discord::gateway::edits::Answered;
use crate::discord::gateway::gateway_url::Whereabouts;
use crate::discord::gateway::health::Health;
use crate::discord::gateway::identify_limiter::Budget;
use crate::discord::gateway::shard::{Order, Refusal, Session, Shard};
use crate::discord::gateway::socket::Introduction;
use crate::discord::interactions::render::drawn;
use crate::discord::interactions::respond::{Interactions, how};
use crate::discord::notice::tell;
use crate::discord::permissions::invitation;
use crate::discord::protocol::decode::{self, Heard};
use crate::discord::protocol::encode;
use crate::discord::rest::callbacks::Callbacks;
use crate::discord::rest::channel_throttle::Pace;
use crate::discord::rest::client::{DiscordError, Reach};
use crate::discord::rest::invalid_requests::Refusals;
use crate::discord::rest::request_sender::Rest;
use crate::discord::rest::send::{self, Failure};
use crate::discord::shutdown::Stop;
use crate::discord::state::app_state::Desk;
use crate::discord::state::rate_limit::Turn;
use crate::engine::reply::{Chart, Reply};
use crate::i18n::say;
use crate::metrics::counters::{Asked, COUNTERS, Door};
use crate::metrics::readiness::CONNECTION;

const CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// How serving ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// Somebody stopped the bot.
    Stopped,
    /// Discord does not let the bot read messages that are not for it.
    ContentRefused,
    /// It is better to begin anew.
    Lost(&'static str),
}

/// What outlives the connections: what was used of today's sessions, those that can be gone on with, and how the shards are.
#[derive(Debug, Default)]
pub struct Standing {
    /// What new sessions cost.
    pub budget: Arc<Budget>,
    /// How the shards are.
    pub health: Arc<Health>,
    /// The session of each shard.
    pub sessions: Vec<Option<Session>>,
}

/// Serves until stopped, or until it is better to begin anew.
///
/// # Errors
/// Where no other session would fare better.
pub async fn serve(
    reach: &Reach,
    desk: &Desk,
    ask_channels: &[u64],
    gateway: BotGateway,
    standing: &mut Standing,
    stop: &mut Stop,
) -> Result<Ended, DiscordError> {
    let handler = Arc::new(Handler {
        desk: desk.clone(),
        interactions: Interactions::at(desk.clone()),
        callbacks: Callbacks::through(reach.callbacks()),
        rest: reach.calls(),
        refusals: Arc::clone(reach.refusals()),
        ask_channels: ask_channels.to_vec(),
        me: OnceLock::new(),
        ready_once: AtomicBool::new(false),
        pace: Pace::default(),
        recent: Recent::default(),
    });
    let mut intents = GatewayIntents::GUILD_MESSAGES | GatewayIntents::DIRECT_MESSAGES;
    intents.set(GatewayIntents::MESSAGE_CONTENT, !ask_channels.is_empty());
    standing.budget.read(&gateway.session_start_limit);
    let shards = gateway.shards.max(1);
    standing.sessions.resize(shards as usize, None);
    CONNECTION.expect_shards(shards);
    let whereabouts = Arc::new(Whereabouts::told(gateway.url));
    let looking = async {
        loop {
            whereabouts.doubted().await;
            match reach.knock().await {
                Ok(gateway) => whereabouts.now(gateway.url),
                Err(error) => break Err(error),
            }
        }
    };
    let (order, orders) = watch::channel(Order::Stay);
    let mut living = JoinSet::new();
    for (number, session) in (0..shards).zip(standing.sessions.iter_mut()) {
        let handler = Arc::clone(&handler);
        let shard = Shard {
            introduction: Introduction {
                token: reach.token().clone(),
                intents: intents.bits(),
                shard: [number, shards],
            },
            whereabouts: Arc::clone(&whereabouts),
            budget: Arc::clone(&standing.budget),
            health: Arc::clone(&standing.health),
            orders: orders.clone(),
            deliver: move |event| handler.take(event),
        };
        let session = session.take();
        living.spawn(async move { (number, shard.live(session).await) });
    }
    let ended = tokio::select! {
        Some(ended) = living.join_next() => match ended {
            Ok((_, (Some(refusal), _))) => refused(refusal, ask_channels),
            // Neither ordered to end nor refused: the panic hook has said why.
            Ok(_) | Err(_) => Ok(Ended::Lost("a shard ended")),
        },
        () = stop.asked() => Ok(Ended::Stopped),
        ended = looking => ended,
        () = standing.health.restart_ordered() => Ok(Ended::Lost("the watchdog wants it")),
    };
    order.send_replace(if matches!(ended, Ok(Ended::Lost(_))) { Order::Pause } else { Order::Leave });
    let close = timeout(CLOSE_WITHIN, async {
        while let Some(ended) = living.join_next().await {
            if let Ok((number, (_, session))) = ended
                && let Some(kept) = standing.sessions.get_mut(number as usize)
            {
                *kept = session;
            }
        }
    });
    let _ = tokio::join!(close, desk.busy.finish(CLOSE_WITHIN));
    standing.health.over();
    if !matches!(ended, Ok(Ended::Lost(_))) {
        standing.sessions.clear();
    }
    ended
}

/// What follows from a refusal.
fn refused(refusal: Refusal, ask_channels: &[u64]) -> Result<Ended, DiscordError> {
    match refusal {
        Refusal::Token => Err(DiscordError::Token),
        Refusal::Leave if !ask_channels.is_empty() => Ok(Ended::ContentRefused),
        Refusal::Intents | Refusal::Leave => Err(DiscordError::Intents),
        Refusal::Version => Err(DiscordError::Version),
        Refusal::Shards => Ok(Ended::Lost("Discord wants another number of shards")),
    }
}

struct Handler {
    desk: Desk,
    interactions: Interactions,
    callbacks: Callbacks,
    rest: Rest,
    refusals: Arc<Refusals>,
    ask_channels: Vec<u64>,
    me: OnceLock<UserId>,
    ready_once: AtomicBool,
    pace: Pace,
    recent: Recent<Answered>,
}

impl Handler {
    /// Takes an event, and answers it beside the others: a fault in one of them is its own.
    fn take(self: &Arc<Self>, event: Event) {
        // Where Discord takes nothing more, silence is all that is left; the operator knows.
        if self.refusals.enough() && !matches!(event, Event::Ready(_)) {
            return;
        }
        // What comes right after it may be looked at before it is.
        if let Event::Ready(event) = &event {
            let _ = self.me.set(event.ready.user.id);
        }
        let (handler, busy) = (Arc::clone(self), self.desk.busy.begin());
        let answer = async move {
            match event {
                Event::Ready(event) => {
                    // Registering takes its time, and nobody waits for it.
                    drop(busy);
                    handler.ready(event.ready).await;
                }
                Event::InteractionCreate(event) => handler.interaction(event.interaction).await,
                Event::MessageCreate(event) => handler.message(event.message).await,
                Event::MessageUpdate(event) => handler.message_update(event).await,
                Event::MessageDelete(event) => handler.message_delete(event.message_id).await,
                Event::MessageDeleteBulk(event) => {
                    for question in event.ids {
                        handler.message_delete(question).await;
                    }
                }
                _ => {}
            }
        };
        tokio::spawn(answer);
    }

    async fn ready(&self, ready: Ready) {
        let application = ready.application.id;
        if self.ready_once.swap(true, Ordering::Relaxed) {
            return;
        }
        tell(&format!("online as {} in {} servers", ready.user.name, ready.guilds.len()));
        let invitation = invitation(&application.to_string());
        tell(&format!("to invite the bot to a server, open {invitation}"));
        tell(&register(&self.rest, application, self.desk.reload.is_some()).await.to_string());
    }

    async fn interaction(&self, interaction: Interaction) {
        let (since, how) = (Instant::now(), how(&interaction));
        let (id, token) = (interaction.id(), interaction.token().to_owned());
        if let Some(answer) = self.interactions.answer(interaction, self.me.get().copied(), since).await {
            let arrived = self.callbacks.deliver(id, &token, answer, since).await;
            COUNTERS.delivery(Door::Gateway, how, since.elapsed(), arrived);
        }
    }

    async fn message(&self, message: Message) {
        let since = Instant::now();
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
            COUNTERS.delivery(Door::Gateway, Asked::Message, since.elapsed(), false);
            return;
        }
        let sent = self.send(channel, id, body, chart).await;
        COUNTERS.delivery(Door::Gateway, Asked::Message, since.elapsed(), sent.is_ok());
        match sent {
            Ok(answer) => answered.iter_mut().for_each(|answered| answered.answer = answer),
            Err(why) => {
                tracing::warn!(%why, "a message was not answered; may the bot write and embed links in that channel?");
            }
        }
    }

    async fn message_update(&self, event: MessageUpdateEvent) {
        let Some(mut answered) = self.recent.find(event.id.get(), Instant::now()).await else { return };
        let before = self.heard(&answered.question);
        answered.edit(event);
        let after = self.heard(&answered.question);
        if before != after {
            let (body, chart) = after.and_then(|heard| self.answer(&heard)).unzip();
            let Desk { bot, gallery, .. } = &self.desk;
            let picture = gallery.picture(bot, chart.flatten().as_ref(), bot.language(), Instant::now()).await;
            answered.show(&self.rest, body, picture.as_deref()).await;
        }
    }

    async fn message_delete(&self, question: MessageId) {
        if let Some(mut answered) = self.recent.take(question.get(), Instant::now()).await {
            answered.show(&self.rest, None, None).await;
        }
    }

    fn heard(&self, message: &Message) -> Option<Heard> {
        decode::message(message, *self.me.get()?, &self.ask_channels)
    }

    /// Sends a reply to a message, with its picture where that can be had and is taken, and gives its id.
    async fn send(
        &self,
        channel: ChannelId,
        question: u64,
        body: encode::Message,
        chart: Option<Chart>,
    ) -> Result<Option<MessageId>, Failure> {
        let body = body.replying_to(question);
        let (bot, now) = (&self.desk.bot, Instant::now());
        if let Some(picture) = self.desk.gallery.picture(bot, chart.as_ref(), bot.language(), now).await {
            let body = body.clone().with_picture(&picture.words);
            match send::message(&self.rest, channel, &body, Some(&picture)).await {
                Err(Failure::Refused(why)) => {
                    tracing::warn!(%why, "a reply goes out without its picture; may the bot attach files in that channel?");
                }
                sent => return sent,
            }
        }
        match send::message(&self.rest, channel, &body, None).await {
            Err(Failure::Refused(why)) => {
                tracing::error!(%why, "a reply was refused by Discord; please report it");
                send::message(&self.rest, channel, &body.sorry().replying_to(question), None).await
            }
            sent => sent,
        }
    }

    /// The answer to a message and what a picture to it would show, where there is one to be said.
    fn answer(&self, heard: &Heard) -> Option<(encode::Message, Option<Chart>)> {
        let keep = |reply: &Reply| heard.addressed || reply.answered;
        // A message does not tell the language of who wrote it.
        let language = self.desk.bot.language();
        drawn(&self.desk.bot, language, || heard.request(language), 0, keep, |_| Vec::new())
    }
}
