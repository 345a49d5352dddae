//! Runs the shards and handles their events: interactions, messages, edits and deletions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serenity::model::application::Interaction;
use serenity::model::channel::Message;
use serenity::model::event::{Event, MessageUpdateEvent};
use serenity::model::gateway::{BotGateway, GatewayIntents, Ready, ShardInfo};
use serenity::model::id::{ChannelId, GuildId, MessageId, ShardId, UserId};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::diagram::Diagram;
use crate::discord::commands::registration::register;
use crate::discord::gateway::edit_tracker::EditTracker;
use crate::discord::gateway::edits::TrackedReply;
use crate::discord::gateway::fallback::send_with_fallback;
use crate::discord::gateway::gateway_url::GatewayUrl;
use crate::discord::gateway::identify_limiter::IdentifyLimiter;
use crate::discord::gateway::interaction_responder::InteractionResponder;
use crate::discord::gateway::shard::{FatalClose, Session, Shard, ShardCommand};
use crate::discord::gateway::socket::IdentifyInfo;
use crate::discord::interactions::render::render_reply;
use crate::discord::interactions::respond::{InteractionHandler, interaction_kind};
use crate::discord::notice::notice;
use crate::discord::permissions::invite_url;
use crate::discord::protocol::decode::{self, IncomingMessage};
use crate::discord::protocol::encode;
use crate::discord::rest::channel_throttle::ChannelThrottle;
use crate::discord::rest::client::RestClient;
use crate::discord::rest::discord_error::DiscordError;
use crate::discord::rest::request_sender::RequestSender;
use crate::discord::rest::send::{self, SendError};
use crate::discord::state::app_state::AppState;
use crate::discord::state::rate_limit::Decision;
use crate::engine::reply::{GraphSelection, Reply};
use crate::engine::spaces::SpaceId;
use crate::i18n::t;
use crate::metrics::counters::{Metrics, RequestKind, Transport};

const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// Why [`serve`] returned.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ExitReason {
    /// The shutdown token was cancelled.
    Stopped,
    /// Close code 4014: the Message Content intent is not enabled in the Developer Portal.
    MessageContentDisallowed,
    /// All connections are to be opened again, for this reason.
    Restart(&'static str),
}

/// State that outlives a call of [`serve`].
#[derive(Debug)]
pub(crate) struct GatewayState {
    /// Limits IDENTIFY.
    pub(crate) identify_limiter: Arc<IdentifyLimiter>,
    /// Requests that all connections be opened again.
    pub(crate) restart: Arc<Notify>,
    /// The session that each shard can resume.
    pub(crate) sessions: Vec<Option<Session>>,
}

impl GatewayState {
    /// No shards and no sessions yet.
    pub(crate) fn new(metrics: &Arc<Metrics>) -> GatewayState {
        GatewayState {
            identify_limiter: Arc::new(IdentifyLimiter::new(Arc::clone(metrics))),
            restart: Arc::default(),
            sessions: Vec::new(),
        }
    }
}

fn space_of(message: &Message) -> SpaceId {
    SpaceId::of_guild(message.guild_id.map(GuildId::get))
}

/// Runs all shards until `shutdown` is cancelled or a restart is needed.
///
/// # Errors
/// If reconnecting cannot help: an invalid token, invalid intents, an unsupported API version, or a rejected `GET
/// /gateway/bot`.
pub(crate) async fn serve(
    rest_client: &RestClient,
    app_state: &AppState,
    ask_channels: &[u64],
    gateway: BotGateway,
    state: &mut GatewayState,
    shutdown: &CancellationToken,
) -> Result<ExitReason, DiscordError> {
    let handler = Arc::new(EventHandler {
        app_state: app_state.clone(),
        interactions: InteractionHandler::new(app_state.clone()),
        responder: InteractionResponder::new(rest_client.unlimited()),
        rest: rest_client.limited(),
        ask_channels: ask_channels.to_vec(),
        bot_user_id: OnceLock::new(),
        ready_handled: AtomicBool::new(false),
        channel_throttle: ChannelThrottle::default(),
        edit_tracker: EditTracker::default(),
    });
    let mut intents = GatewayIntents::GUILD_MESSAGES | GatewayIntents::DIRECT_MESSAGES;
    intents.set(GatewayIntents::MESSAGE_CONTENT, !ask_channels.is_empty());
    state.identify_limiter.update_limit(&gateway.session_start_limit);
    let shards = gateway.shards.max(1);
    state.sessions.resize(shards as usize, None);
    let metrics = app_state.app.metrics();
    metrics.readiness.expect_shards(shards);
    let gateway_url = Arc::new(GatewayUrl::new(gateway.url));
    let refresh_url = async {
        loop {
            gateway_url.refresh_requested().await;
            match rest_client.fetch_gateway().await {
                Ok(gateway) => gateway_url.set(gateway.url),
                Err(error) => break Err(error),
            }
        }
    };
    let (commands, command_receiver) = watch::channel(ShardCommand::Run);
    let mut tasks = JoinSet::new();
    for (shard_id, session) in (0..shards).zip(state.sessions.iter_mut()) {
        let handler = Arc::clone(&handler);
        let shard = Shard {
            identify_info: IdentifyInfo {
                token: rest_client.token().clone(),
                intents: intents.bits(),
                shard: ShardInfo { id: ShardId(shard_id), total: shards },
            },
            gateway_url: Arc::clone(&gateway_url),
            identify_limiter: Arc::clone(&state.identify_limiter),
            metrics: Arc::clone(metrics),
            commands: command_receiver.clone(),
            on_event: move |event| handler.dispatch(event),
        };
        let session = session.take();
        tasks.spawn(async move { (shard_id, shard.run(session).await) });
    }
    let ended = tokio::select! {
        Some(ended) = tasks.join_next() => match ended {
            Ok((_, (Some(fatal), _))) => exit_after_fatal_close(fatal, ask_channels),
            // A panic, which the panic hook has logged.
            Ok(_) | Err(_) => Ok(ExitReason::Restart("a shard task panicked")),
        },
        () = shutdown.cancelled() => Ok(ExitReason::Stopped),
        ended = refresh_url => ended,
        () = state.restart.notified() => Ok(ExitReason::Restart("requested by the watchdog")),
    };
    commands.send_replace(if matches!(ended, Ok(ExitReason::Restart(_))) {
        ShardCommand::CloseResumable
    } else {
        ShardCommand::CloseNormal
    });
    let close = timeout(SHUTDOWN_TIMEOUT, async {
        while let Some(ended) = tasks.join_next().await {
            if let Ok((shard_id, (_, session))) = ended
                && let Some(slot) = state.sessions.get_mut(shard_id as usize)
            {
                *slot = session;
            }
        }
    });
    app_state.task_tracker.close();
    let responses = timeout(SHUTDOWN_TIMEOUT, app_state.task_tracker.wait());
    if let (_, Err(_)) = tokio::join!(close, responses) {
        tracing::warn!("shutdown timed out: some answers in progress are dropped");
    }
    metrics.readiness.stop_shards();
    if !matches!(ended, Ok(ExitReason::Restart(_))) {
        state.sessions.clear();
    }
    ended
}

fn exit_after_fatal_close(fatal: FatalClose, ask_channels: &[u64]) -> Result<ExitReason, DiscordError> {
    match fatal {
        FatalClose::AuthenticationFailed => Err(DiscordError::InvalidToken),
        FatalClose::DisallowedIntents if !ask_channels.is_empty() => Ok(ExitReason::MessageContentDisallowed),
        FatalClose::InvalidIntents | FatalClose::DisallowedIntents => Err(DiscordError::InvalidIntents),
        FatalClose::InvalidApiVersion => Err(DiscordError::InvalidApiVersion),
        FatalClose::InvalidSharding => Ok(ExitReason::Restart("invalid number of shards (close code 4010 or 4011)")),
    }
}

struct EventHandler {
    app_state: AppState,
    interactions: InteractionHandler,
    responder: InteractionResponder,
    rest: RequestSender,
    ask_channels: Vec<u64>,
    bot_user_id: OnceLock<UserId>,
    ready_handled: AtomicBool,
    channel_throttle: ChannelThrottle,
    edit_tracker: EditTracker<TrackedReply>,
}

impl EventHandler {
    /// Handles an event in its own task, so that a panic affects no other event.
    fn dispatch(self: &Arc<Self>, event: Event) {
        // No request may be sent; the limiter has logged it.
        if self.rest.is_blocked() && !matches!(event, Event::Ready(_)) {
            return;
        }
        // Set before the task starts: the next event's task may run first.
        if let Event::Ready(event) = &event {
            let _ = self.bot_user_id.set(event.ready.user.id);
        }
        let (handler, in_flight) = (Arc::clone(self), self.app_state.task_tracker.token());
        tokio::spawn(async move {
            match event {
                Event::Ready(event) => {
                    // Shutdown does not wait for the registration of commands.
                    drop(in_flight);
                    handler.ready(event.ready).await;
                }
                Event::InteractionCreate(event) => handler.interaction_create(event.interaction).await,
                Event::MessageCreate(event) => handler.message(event.message).await,
                Event::MessageUpdate(event) => handler.message_update(event).await,
                Event::MessageDelete(event) => handler.message_delete(event.message_id).await,
                Event::MessageDeleteBulk(event) => {
                    for message_id in event.ids {
                        handler.message_delete(message_id).await;
                    }
                }
                _ => {}
            }
        });
    }

    async fn ready(&self, ready: Ready) {
        let application_id = ready.application.id;
        if self.ready_handled.swap(true, Ordering::Relaxed) {
            return;
        }
        notice(&format!("online as {} in {} servers", ready.user.name, ready.guilds.len()));
        let invite_url = invite_url(&application_id.to_string());
        notice(&format!("to invite the bot to a server, open {invite_url}"));
        notice(&register(&self.rest, application_id, self.app_state.reload.is_some()).await.to_string());
    }

    async fn interaction_create(&self, interaction: Interaction) {
        let (received_at, kind) = (Instant::now(), interaction_kind(&interaction));
        let (id, token) = (interaction.id(), interaction.token().to_owned());
        if let Some(response) =
            self.interactions.handle(interaction, self.bot_user_id.get().copied(), received_at).await
        {
            let delivered = self.responder.respond(id, &token, response, received_at).await;
            self.app_state.app.metrics().record_delivery(Transport::Gateway, kind, received_at.elapsed(), delivered);
        }
    }

    async fn message(&self, message: Message) {
        let received_at = Instant::now();
        let space = space_of(&message);
        let Some((body, selection)) =
            self.decode_message(&message).and_then(|incoming| self.render_answer(space, &incoming))
        else {
            return;
        };
        let (id, channel_id) = (message.id.get(), message.channel_id);
        let (body, selection, question) =
            match self.app_state.check_rate_limit(message.author.id.get(), channel_id.get()) {
                Decision::Allow => (body, selection, Some(message)),
                Decision::DenyNotify => {
                    let language = self.app_state.app.language();
                    (encode::OutgoingMessage::from_text(language, t!(language, "too-much")), None, None)
                }
                Decision::Deny => return,
            };
        let mut tracked = match question {
            Some(question) => {
                Some(self.edit_tracker.track(id, TrackedReply { question, reply_id: None }, Instant::now()).await)
            }
            None => None,
        };
        if !self.channel_throttle.acquire(channel_id.get()).await {
            tracing::warn!("a message was not answered: too many messages to its channel are queued");
            self.app_state.app.metrics().record_delivery(
                Transport::Gateway,
                RequestKind::Message,
                received_at.elapsed(),
                false,
            );
            return;
        }
        let sent = self.send_reply(channel_id, id, body, (space, selection)).await;
        self.app_state.app.metrics().record_delivery(
            Transport::Gateway,
            RequestKind::Message,
            received_at.elapsed(),
            sent.is_ok(),
        );
        match sent {
            Ok(reply_id) => tracked.iter_mut().for_each(|tracked| tracked.reply_id = reply_id),
            Err(error) => {
                tracing::warn!(%error, "a message was not answered; may the bot write and embed links in that channel?");
            }
        }
    }

    async fn message_update(&self, event: MessageUpdateEvent) {
        let Some(mut tracked) = self.edit_tracker.get(event.id.get(), Instant::now()).await else { return };
        let before = self.decode_message(&tracked.question);
        tracked.apply_update(event);
        let after = self.decode_message(&tracked.question);
        if before != after {
            let space = space_of(&tracked.question);
            let (body, selection) = after.and_then(|incoming| self.render_answer(space, &incoming)).unzip();
            let diagram = self.diagram(space, selection.flatten().as_ref()).await;
            tracked.update_or_delete(&self.rest, body, diagram.as_deref()).await;
        }
    }

    async fn message_delete(&self, message_id: MessageId) {
        if let Some(mut tracked) = self.edit_tracker.remove(message_id.get(), Instant::now()).await {
            tracked.update_or_delete(&self.rest, None, None).await;
        }
    }

    fn decode_message(&self, message: &Message) -> Option<IncomingMessage> {
        decode::incoming_message(message, *self.bot_user_id.get()?, &self.ask_channels)
    }

    /// Sends a reply and returns its id.
    async fn send_reply(
        &self,
        channel_id: ChannelId,
        message_id: u64,
        body: encode::OutgoingMessage,
        (space, selection): (SpaceId, Option<GraphSelection>),
    ) -> Result<Option<MessageId>, SendError> {
        let generic_error = body.to_generic_error();
        let diagram = self.diagram(space, selection.as_ref()).await;
        let send = move |body: encode::OutgoingMessage, diagram| async move {
            send::message(&self.rest, channel_id, &body.replying_to(message_id), diagram).await
        };
        send_with_fallback("sending the reply", body, generic_error, diagram.as_deref(), send).await
    }

    async fn diagram(&self, space: SpaceId, selection: Option<&GraphSelection>) -> Option<Arc<Diagram>> {
        let AppState { app, image_cache, .. } = &self.app_state;
        image_cache.get_or_render(app.knowledge(space), selection, app.language(), Instant::now()).await
    }

    /// Renders the reply and selects its diagram; `None` if the bot stays silent.
    fn render_answer(
        &self,
        space: SpaceId,
        incoming: &IncomingMessage,
    ) -> Option<(encode::OutgoingMessage, Option<GraphSelection>)> {
        let keep = |reply: &Reply| incoming.addressed || reply.answered;
        // Messages carry no locale.
        let language = self.app_state.app.language();
        render_reply(&self.app_state.app, (space, language), || incoming.to_request(language), 0, keep, |_| Vec::new())
    }
}
