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
use crate::discord::gateway::edit_tracker::EditTracker;
use crate::discord::gateway::edits::TrackedReply;
use crate::discord::gateway::gateway_url::GatewayUrl;
use crate::discord::gateway::health::Health;
use crate::discord::gateway::identify_limiter::IdentifyLimiter;
use crate::discord::gateway::shard::{FatalClose, Session, Shard, ShardCommand};
use crate::discord::gateway::socket::IdentifyInfo;
use crate::discord::interactions::render::render_reply;
use crate::discord::interactions::respond::{InteractionHandler, interaction_kind};
use crate::discord::notice::notice;
use crate::discord::permissions::invite_url;
use crate::discord::protocol::decode::{self, IncomingMessage};
use crate::discord::protocol::encode;
use crate::discord::rest::callbacks::InteractionResponder;
use crate::discord::rest::channel_throttle::ChannelThrottle;
use crate::discord::rest::client::{DiscordError, RestClient};
use crate::discord::rest::invalid_requests::InvalidRequestLimiter;
use crate::discord::rest::request_sender::RequestSender;
use crate::discord::rest::send::{self, SendError};
use crate::discord::shutdown::CancellationToken;
use crate::discord::state::app_state::AppState;
use crate::discord::state::rate_limit::Decision;
use crate::engine::reply::{GraphSelection, Reply};
use crate::i18n::t;
use crate::metrics::counters::{METRICS, RequestKind, Transport};
use crate::metrics::readiness::READINESS;

const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// How serving ended.
#[derive(Debug, PartialEq, Eq)]
pub enum ExitReason {
    /// Somebody stopped the bot.
    Stopped,
    /// Discord does not let the bot read messages that are not for it.
    MessageContentDisallowed,
    /// It is better to begin anew.
    Restart(&'static str),
}

/// What outlives the connections: what was used of today's sessions, those that can be gone on with, and how the shards are.
#[derive(Debug, Default)]
pub struct GatewayState {
    /// What new sessions cost.
    pub identify_limiter: Arc<IdentifyLimiter>,
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
    reach: &RestClient,
    desk: &AppState,
    ask_channels: &[u64],
    gateway: BotGateway,
    standing: &mut GatewayState,
    stop: &mut CancellationToken,
) -> Result<ExitReason, DiscordError> {
    let handler = Arc::new(EventHandler {
        app_state: desk.clone(),
        interactions: InteractionHandler::new(desk.clone()),
        responder: InteractionResponder::new(reach.unlimited()),
        rest: reach.limited(),
        invalid_requests: Arc::clone(reach.invalid_requests()),
        ask_channels: ask_channels.to_vec(),
        bot_user_id: OnceLock::new(),
        ready_handled: AtomicBool::new(false),
        channel_throttle: ChannelThrottle::default(),
        edit_tracker: EditTracker::default(),
    });
    let mut intents = GatewayIntents::GUILD_MESSAGES | GatewayIntents::DIRECT_MESSAGES;
    intents.set(GatewayIntents::MESSAGE_CONTENT, !ask_channels.is_empty());
    standing.identify_limiter.update_limit(&gateway.session_start_limit);
    let shards = gateway.shards.max(1);
    standing.sessions.resize(shards as usize, None);
    READINESS.expect_shards(shards);
    let whereabouts = Arc::new(GatewayUrl::new(gateway.url));
    let looking = async {
        loop {
            whereabouts.refresh_requested().await;
            match reach.fetch_gateway().await {
                Ok(gateway) => whereabouts.set(gateway.url),
                Err(error) => break Err(error),
            }
        }
    };
    let (order, orders) = watch::channel(ShardCommand::Run);
    let mut living = JoinSet::new();
    for (number, session) in (0..shards).zip(standing.sessions.iter_mut()) {
        let handler = Arc::clone(&handler);
        let shard = Shard {
            identify_info: IdentifyInfo {
                token: reach.token().clone(),
                intents: intents.bits(),
                shard: [number, shards],
            },
            gateway_url: Arc::clone(&whereabouts),
            identify_limiter: Arc::clone(&standing.identify_limiter),
            health: Arc::clone(&standing.health),
            commands: orders.clone(),
            on_event: move |event| handler.dispatch(event),
        };
        let session = session.take();
        living.spawn(async move { (number, shard.run(session).await) });
    }
    let ended = tokio::select! {
        Some(ended) = living.join_next() => match ended {
            Ok((_, (Some(refusal), _))) => exit_after_fatal_close(refusal, ask_channels),
            // Neither ordered to end nor refused: the panic hook has said why.
            Ok(_) | Err(_) => Ok(ExitReason::Restart("a shard ended")),
        },
        () = stop.cancelled() => Ok(ExitReason::Stopped),
        ended = looking => ended,
        () = standing.health.restart_requested() => Ok(ExitReason::Restart("the watchdog wants it")),
    };
    order.send_replace(if matches!(ended, Ok(ExitReason::Restart(_))) {
        ShardCommand::CloseResumable
    } else {
        ShardCommand::CloseNormal
    });
    let close = timeout(SHUTDOWN_TIMEOUT, async {
        while let Some(ended) = living.join_next().await {
            if let Ok((number, (_, session))) = ended
                && let Some(kept) = standing.sessions.get_mut(number as usize)
            {
                *kept = session;
            }
        }
    });
    let _ = tokio::join!(close, desk.task_tracker.wait_timeout(SHUTDOWN_TIMEOUT));
    standing.health.clear();
    if !matches!(ended, Ok(ExitReason::Restart(_))) {
        standing.sessions.clear();
    }
    ended
}

/// What follows from a refusal.
fn exit_after_fatal_close(refusal: FatalClose, ask_channels: &[u64]) -> Result<ExitReason, DiscordError> {
    match refusal {
        FatalClose::AuthenticationFailed => Err(DiscordError::InvalidToken),
        FatalClose::DisallowedIntents if !ask_channels.is_empty() => Ok(ExitReason::MessageContentDisallowed),
        FatalClose::InvalidIntents | FatalClose::DisallowedIntents => Err(DiscordError::InvalidIntents),
        FatalClose::InvalidApiVersion => Err(DiscordError::InvalidApiVersion),
        FatalClose::InvalidSharding => Ok(ExitReason::Restart("Discord wants another number of shards")),
    }
}

struct EventHandler {
    app_state: AppState,
    interactions: InteractionHandler,
    responder: InteractionResponder,
    rest: RequestSender,
    invalid_requests: Arc<InvalidRequestLimiter>,
    ask_channels: Vec<u64>,
    bot_user_id: OnceLock<UserId>,
    ready_handled: AtomicBool,
    channel_throttle: ChannelThrottle,
    edit_tracker: EditTracker<TrackedReply>,
}

impl EventHandler {
    /// Takes an event, and answers it beside the others: a fault in one of them is its own.
    fn dispatch(self: &Arc<Self>, event: Event) {
        // Where Discord takes nothing more, silence is all that is left; the operator knows.
        if self.invalid_requests.is_blocked() && !matches!(event, Event::Ready(_)) {
            return;
        }
        // What comes right after it may be looked at before it is.
        if let Event::Ready(event) = &event {
            let _ = self.bot_user_id.set(event.ready.user.id);
        }
        let (handler, busy) = (Arc::clone(self), self.app_state.task_tracker.token());
        let answer = async move {
            match event {
                Event::Ready(event) => {
                    // Registering takes its time, and nobody waits for it.
                    drop(busy);
                    handler.ready(event.ready).await;
                }
                Event::InteractionCreate(event) => handler.interaction_create(event.interaction).await,
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
        if self.ready_handled.swap(true, Ordering::Relaxed) {
            return;
        }
        notice(&format!("online as {} in {} servers", ready.user.name, ready.guilds.len()));
        let invitation = invite_url(&application.to_string());
        notice(&format!("to invite the bot to a server, open {invitation}"));
        notice(&register(&self.rest, application, self.app_state.reload.is_some()).await.to_string());
    }

    async fn interaction_create(&self, interaction: Interaction) {
        let (since, how) = (Instant::now(), interaction_kind(&interaction));
        let (id, token) = (interaction.id(), interaction.token().to_owned());
        if let Some(answer) = self.interactions.handle(interaction, self.bot_user_id.get().copied(), since).await {
            let arrived = self.responder.respond(id, &token, answer, since).await;
            METRICS.record_delivery(Transport::Gateway, how, since.elapsed(), arrived);
        }
    }

    async fn message(&self, message: Message) {
        let since = Instant::now();
        let Some((body, chart)) = self.decode_message(&message).and_then(|heard| self.render_answer(&heard)) else {
            return;
        };
        let (id, channel) = (message.id.get(), message.channel_id);
        let (body, chart, question) = match self.app_state.rate_limiter.check(message.author.id.get(), channel.get()) {
            Decision::Allow => (body, chart, Some(message)),
            Decision::DenyNotify => {
                let language = self.app_state.bot.language();
                (encode::OutgoingMessage::from_text(language, t!(language, "too-much")), None, None)
            }
            Decision::Deny => return,
        };
        let mut answered = match question {
            Some(question) => {
                Some(self.edit_tracker.track(id, TrackedReply { question, reply_id: None }, Instant::now()).await)
            }
            None => None,
        };
        if !self.channel_throttle.acquire(channel.get()).await {
            tracing::warn!("too many questions in one channel at once; one was not answered");
            METRICS.record_delivery(Transport::Gateway, RequestKind::Message, since.elapsed(), false);
            return;
        }
        let sent = self.send_reply(channel, id, body, chart).await;
        METRICS.record_delivery(Transport::Gateway, RequestKind::Message, since.elapsed(), sent.is_ok());
        match sent {
            Ok(answer) => answered.iter_mut().for_each(|answered| answered.reply_id = answer),
            Err(why) => {
                tracing::warn!(%why, "a message was not answered; may the bot write and embed links in that channel?");
            }
        }
    }

    async fn message_update(&self, event: MessageUpdateEvent) {
        let Some(mut answered) = self.edit_tracker.get(event.id.get(), Instant::now()).await else { return };
        let before = self.decode_message(&answered.question);
        answered.apply_update(event);
        let after = self.decode_message(&answered.question);
        if before != after {
            let (body, chart) = after.and_then(|heard| self.render_answer(&heard)).unzip();
            let AppState { bot, image_cache: gallery, .. } = &self.app_state;
            let picture = gallery.get_or_render(bot, chart.flatten().as_ref(), bot.language(), Instant::now()).await;
            answered.update_or_delete(&self.rest, body, picture.as_deref()).await;
        }
    }

    async fn message_delete(&self, question: MessageId) {
        if let Some(mut answered) = self.edit_tracker.remove(question.get(), Instant::now()).await {
            answered.update_or_delete(&self.rest, None, None).await;
        }
    }

    fn decode_message(&self, message: &Message) -> Option<IncomingMessage> {
        decode::incoming_message(message, *self.bot_user_id.get()?, &self.ask_channels)
    }

    /// Sends a reply to a message, with its picture where that can be had and is taken, and gives its id.
    async fn send_reply(
        &self,
        channel: ChannelId,
        question: u64,
        body: encode::OutgoingMessage,
        chart: Option<GraphSelection>,
    ) -> Result<Option<MessageId>, SendError> {
        let body = body.replying_to(question);
        let (bot, now) = (&self.app_state.bot, Instant::now());
        if let Some(picture) = self.app_state.image_cache.get_or_render(bot, chart.as_ref(), bot.language(), now).await
        {
            let body = body.clone().with_diagram(&picture.alt_text);
            match send::message(&self.rest, channel, &body, Some(&picture)).await {
                Err(SendError::Rejected(why)) => {
                    tracing::warn!(%why, "a reply goes out without its picture; may the bot attach files in that channel?");
                }
                sent => return sent,
            }
        }
        match send::message(&self.rest, channel, &body, None).await {
            Err(SendError::Rejected(why)) => {
                tracing::error!(%why, "a reply was refused by Discord; please report it");
                send::message(&self.rest, channel, &body.to_generic_error().replying_to(question), None).await
            }
            sent => sent,
        }
    }

    /// The answer to a message and what a picture to it would show, where there is one to be said.
    fn render_answer(&self, heard: &IncomingMessage) -> Option<(encode::OutgoingMessage, Option<GraphSelection>)> {
        let keep = |reply: &Reply| heard.addressed || reply.answered;
        // A message does not tell the language of who wrote it.
        let language = self.app_state.bot.language();
        render_reply(&self.app_state.bot, language, || heard.to_request(language), 0, keep, |_| Vec::new())
    }
}
