//! Handles each kind of interaction and gives its response.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serenity::model::application::{CommandInteraction, ComponentInteraction, Interaction, InteractionContext};
use serenity::model::id::{GuildId, UserId};
use tokio::time::Instant;

use crate::diagram::Diagram;
use crate::discord::interactions::render::render_reply;
use crate::discord::protocol::custom_id::{CustomId, Vote};
use crate::discord::protocol::decode::{self, DecodeResult};
use crate::discord::protocol::encode::{self, AutocompleteChoices, InteractionCallback};
use crate::discord::protocol::share;
use crate::discord::protocol::vote::{self, Modal};
use crate::discord::state::app_state::AppState;
use crate::discord::state::rate_limit::Decision;
use crate::discord::state::reload;
use crate::engine::reply::Reply;
use crate::engine::spaces::SpaceId;
use crate::i18n::{Language, t};
use crate::metrics::counters::RequestKind;

/// The response to an interaction, sent as a REST callback or as the body of the HTTP response.
#[derive(Debug)]
pub(crate) enum InteractionResponse {
    /// A message.
    Message {
        /// The message, without the diagram.
        body: encode::OutgoingMessage,
        /// The diagram to add to it.
        diagram: Option<Arc<Diagram>>,
    },
    /// Opens a modal.
    Modal(InteractionCallback<Modal>),
    /// Autocomplete choices.
    Autocomplete(InteractionCallback<AutocompleteChoices>),
}

/// Where and when an interaction came from.
#[derive(Clone, Copy)]
struct Origin {
    space: SpaceId,
    language: Language,
    received_at: Instant,
}

/// Handles interactions from the gateway and the endpoint.
#[derive(Debug)]
pub(crate) struct InteractionHandler(AppState);

impl InteractionHandler {
    /// A handler with this state.
    pub(crate) fn new(app_state: AppState) -> Self {
        InteractionHandler(app_state)
    }

    /// Handles an interaction received at `since`; `me` is the bot's user id. None for an unknown kind of interaction.
    pub(crate) async fn handle(
        &self,
        interaction: Interaction,
        me: Option<UserId>,
        since: Instant,
    ) -> Option<InteractionResponse> {
        let language = self.language_of(&interaction);
        let origin = Origin { space: space_of(&interaction), language, received_at: since };
        let rate_limited = match &interaction {
            Interaction::Command(it) => Some((it.user.id, it.channel_id)),
            Interaction::Component(it) => Some((it.user.id, it.channel_id)),
            _ => None,
        };
        if let Some((user, channel)) = rate_limited
            && self.0.check_rate_limit(user.get(), channel.get()) != Decision::Allow
        {
            return Some(InteractionResponse::ephemeral_text(language, t!(language, "too-much")));
        }
        Some(match interaction {
            Interaction::Command(it) => {
                if let Some(reload) = self.0.reload.as_ref().filter(|_| reload::is_reload_command(&it)) {
                    let reply = reload.handle_command(&it, language).await;
                    return Some(InteractionResponse::ephemeral(encode::render_page(&reply, 0, |_| false).message));
                }
                let visibility = Visibility::from_context(decode::wants_public_response(&it.data), it.context);
                let me = me.unwrap_or(UserId::new(it.application_id.get()));
                let request = || {
                    decode::message_command(&it.data, me, language)
                        .unwrap_or_else(|| decode::slash_command(&it.data, language))
                };
                self.respond(origin, visibility, 0, request).await
            }
            Interaction::Component(it) => self.handle_component(it, origin).await,
            Interaction::Modal(it) => match vote::parse_submission(&it.data) {
                Some((target, text)) => {
                    self.0.feedback.record_wrong(&target, &text);
                    InteractionResponse::ephemeral_text(language, t!(language, "wrong-thanks"))
                }
                None => {
                    let unknown = || Err(t!(language, "gone-form"));
                    self.respond(origin, Visibility::Ephemeral, 0, unknown).await
                }
            },
            Interaction::Autocomplete(it) => self.handle_autocomplete(&it),
            _ => return None,
        })
    }

    /// The language for the interaction's locale.
    pub(crate) fn language_of(&self, interaction: &Interaction) -> Language {
        self.0.app.language_for_locale(match interaction {
            Interaction::Command(it) | Interaction::Autocomplete(it) => &it.locale,
            Interaction::Component(it) => &it.locale,
            Interaction::Modal(it) => &it.locale,
            _ => "",
        })
    }

    /// Handles a click on a button, or a choice in a select menu.
    async fn handle_component(&self, interaction: ComponentInteraction, origin: Origin) -> InteractionResponse {
        let language = origin.language;
        let visibility = Visibility::from_context(false, interaction.context);
        match CustomId::parse(&interaction.data.custom_id) {
            Ok(CustomId::Share(Some(request))) => self.respond(origin, Visibility::Public, 0, || Ok(request)).await,
            Ok(CustomId::Share(None)) if !interaction.message.embeds.is_empty() => {
                InteractionResponse::Message { body: share::public_copy(&interaction.message, language), diagram: None }
            }
            Ok(CustomId::Vote(Vote::Right(target))) => {
                self.0.feedback.record_right(&target);
                InteractionResponse::ephemeral_text(language, t!(language, "right-thanks"))
            }
            Ok(CustomId::Vote(Vote::Wrong(target))) => InteractionResponse::Modal(vote::modal(target, language)),
            Ok(CustomId::Page(request, page)) => self.respond(origin, visibility, page, || Ok(request)).await,
            _ => {
                let request = || decode::component(&interaction.data, language);
                self.respond(origin, visibility, 0, request).await
            }
        }
    }

    /// Responds with a page, counted from 0, of the answer to a request.
    async fn respond(
        &self,
        origin: Origin,
        visibility: Visibility,
        page: usize,
        request: impl FnOnce() -> DecodeResult + Send,
    ) -> InteractionResponse {
        let AppState { app, image_cache, .. } = &self.0;
        let Origin { space, language, received_at } = origin;
        let Ok(request) = catch_unwind(AssertUnwindSafe(request)) else {
            return InteractionResponse::generic_error(language);
        };
        let shareable = request.clone().ok().filter(|_| visibility == Visibility::EphemeralShareable);
        let share_button =
            |reply: &Reply| shareable.iter().filter_map(|request| share::button(reply, request, page)).collect();
        let rendered = render_reply(app, (space, language), || request, page, |_| true, share_button);
        let (body, graph) = rendered.unwrap_or_else(|| (encode::OutgoingMessage::generic_error(language), None));
        let diagram = image_cache.get_or_render(app.knowledge(space), graph.as_ref(), language, received_at).await;
        InteractionResponse::Message { body: visibility.apply(body), diagram }
    }

    fn handle_autocomplete(&self, interaction: &CommandInteraction) -> InteractionResponse {
        let space = self.0.app.space(SpaceId::of_guild(interaction.guild_id.map(GuildId::get)));
        let choices = catch_unwind(AssertUnwindSafe(|| decode::autocomplete_choices(&interaction.data, space)));
        InteractionResponse::Autocomplete(AutocompleteChoices::callback(choices.unwrap_or_default()))
    }
}

impl InteractionResponse {
    /// A message visible to the asking member alone.
    fn ephemeral(body: encode::OutgoingMessage) -> Self {
        InteractionResponse::Message { body: body.ephemeral(), diagram: None }
    }

    fn ephemeral_text(language: Language, text: String) -> Self {
        InteractionResponse::ephemeral(encode::OutgoingMessage::from_text(language, text))
    }

    /// The response sent when an answer fails.
    pub(crate) fn generic_error(language: Language) -> Self {
        InteractionResponse::ephemeral(encode::OutgoingMessage::generic_error(language))
    }

    /// A response without autocomplete choices.
    pub(crate) fn empty_autocomplete() -> Self {
        InteractionResponse::Autocomplete(AutocompleteChoices::callback(Vec::new()))
    }
}

fn space_of(interaction: &Interaction) -> SpaceId {
    let guild = match interaction {
        Interaction::Command(it) | Interaction::Autocomplete(it) => it.guild_id,
        Interaction::Component(it) => it.guild_id,
        Interaction::Modal(it) => it.guild_id,
        _ => None,
    };
    SpaceId::of_guild(guild.map(GuildId::get))
}

/// The label of an interaction in the metrics.
pub(crate) fn interaction_kind(interaction: &Interaction) -> RequestKind {
    match interaction {
        Interaction::Component(_) => RequestKind::Component,
        Interaction::Modal(_) => RequestKind::Modal,
        Interaction::Autocomplete(_) => RequestKind::Autocomplete,
        _ => RequestKind::Command,
    }
}

/// Who sees the response to an interaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visibility {
    /// Everybody in the channel.
    Public,
    /// The asking member alone, with a share button.
    EphemeralShareable,
    /// The asking member alone, without a share button: in a direct message with the bot.
    Ephemeral,
}

impl Visibility {
    fn apply(self, body: encode::OutgoingMessage) -> encode::OutgoingMessage {
        if self == Visibility::Public { body } else { body.ephemeral() }
    }

    fn from_context(public: bool, context: Option<InteractionContext>) -> Visibility {
        match context {
            _ if public => Visibility::Public,
            Some(InteractionContext::BotDm) => Visibility::Ephemeral,
            _ => Visibility::EphemeralShareable,
        }
    }
}
