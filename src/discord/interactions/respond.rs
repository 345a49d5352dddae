//! Answers commands, clicks, forms and what somebody is typing: each with its first response.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serenity::model::application::{CommandInteraction, ComponentInteraction, Interaction, InteractionContext};
use serenity::model::id::UserId;
use tokio::time::Instant;

use crate::diagram::Diagram;
use crate::discord::interactions::render::render_reply;
use crate::discord::protocol::decode::{self, DecodeResult};
use crate::discord::protocol::encode::{self, AutocompleteChoices, InteractionCallback};
use crate::discord::protocol::next_page;
use crate::discord::protocol::share;
use crate::discord::protocol::vote::{self, Modal, Vote};
use crate::discord::state::app_state::AppState;
use crate::discord::state::rate_limit::Decision;
use crate::discord::state::reload;
use crate::engine::reply::Reply;
use crate::i18n::{Language, t};
use crate::metrics::counters::RequestKind as How;

/// The first answer to an interaction, whichever way it goes back.
#[derive(Debug)]
pub enum InteractionResponse {
    /// Something is said, to those whom the body names.
    Message {
        /// What is said.
        body: encode::OutgoingMessage,
        /// The picture to it, which the body does not speak of yet.
        diagram: Option<Arc<Diagram>>,
    },
    /// A form opens.
    Modal(InteractionCallback<Modal>),
    /// Suggestions for what somebody is typing.
    Autocomplete(InteractionCallback<AutocompleteChoices>),
}

/// Answers interactions.
#[derive(Debug)]
pub struct InteractionHandler(AppState);

impl InteractionHandler {
    /// At this desk.
    pub fn new(desk: AppState) -> Self {
        InteractionHandler(desk)
    }

    /// Answers one that came in at `since`, in the member's language; `me` is the bot's own user. There is no answer to a kind that
    /// nobody knows yet.
    pub async fn handle(
        &self,
        interaction: Interaction,
        me: Option<UserId>,
        since: Instant,
    ) -> Option<InteractionResponse> {
        let language = self.language_of(&interaction);
        let asks = match &interaction {
            Interaction::Command(it) => Some((it.user.id, it.channel_id)),
            Interaction::Component(it) => Some((it.user.id, it.channel_id)),
            _ => None,
        };
        if let Some((person, channel)) = asks
            && self.0.check_rate_limit(person.get(), channel.get()) != Decision::Allow
        {
            return Some(InteractionResponse::ephemeral(encode::OutgoingMessage::from_text(
                language,
                t!(language, "too-much"),
            )));
        }
        Some(match interaction {
            Interaction::Command(it) => {
                if let Some(reload) = self.0.reload.as_ref().filter(|_| reload::is_reload_command(&it)) {
                    let reply = reload.handle_command(&it, language).await;
                    return Some(InteractionResponse::ephemeral(encode::render_page(&reply, 0, |_| false).message));
                }
                let seen = Visibility::from_context(decode::wants_public_response(&it.data), it.context);
                let me = me.unwrap_or(UserId::new(it.application_id.get()));
                let asked = || {
                    decode::message_command(&it.data, me, language)
                        .unwrap_or_else(|| decode::slash_command(&it.data, language))
                };
                self.respond(since, language, seen, asked).await
            }
            Interaction::Component(it) => self.handle_component(it, language, since).await,
            Interaction::Modal(it) => match vote::parse_submission(&it.data) {
                Some((judged, text)) => {
                    self.0.feedback.record_wrong(&judged, &text);
                    InteractionResponse::ephemeral(encode::OutgoingMessage::from_text(
                        language,
                        t!(language, "wrong-thanks"),
                    ))
                }
                None => {
                    let nothing = || Err(t!(language, "gone-form"));
                    self.respond(since, language, Visibility::Ephemeral, nothing).await
                }
            },
            Interaction::Autocomplete(it) => self.handle_autocomplete(&it),
            _ => return None,
        })
    }

    /// The language of whoever does this, by the locale that Discord tells with it.
    pub fn language_of(&self, interaction: &Interaction) -> Language {
        self.0.bot.language_for_locale(match interaction {
            Interaction::Command(it) | Interaction::Autocomplete(it) => &it.locale,
            Interaction::Component(it) => &it.locale,
            Interaction::Modal(it) => &it.locale,
            _ => "",
        })
    }

    /// Answers a click: with what it asks to whoever clicked, with the answer below which it was to everybody, or with thanks.
    async fn handle_component(
        &self,
        click: ComponentInteraction,
        language: Language,
        since: Instant,
    ) -> InteractionResponse {
        match (share::parse_custom_id(&click.data.custom_id), vote::parse_custom_id(&click.data.custom_id)) {
            (Some(Some(request)), _) => self.respond(since, language, Visibility::Public, || Ok(request)).await,
            (Some(None), _) if !click.message.embeds.is_empty() => {
                InteractionResponse::Message { body: share::public_copy(&click.message, language), diagram: None }
            }
            (_, Some(Vote::Right(judged))) => {
                self.0.feedback.record_right(&judged);
                InteractionResponse::ephemeral(encode::OutgoingMessage::from_text(
                    language,
                    t!(language, "right-thanks"),
                ))
            }
            (_, Some(Vote::Wrong(judged))) => InteractionResponse::Modal(vote::modal(&judged, language)),
            _ => {
                let seen = Visibility::from_context(false, click.context);
                match next_page::parse_custom_id(&click.data.custom_id) {
                    Some((request, page)) => self.respond_page(since, language, seen, page, || Ok(request)).await,
                    None => self.respond(since, language, seen, || decode::component(&click.data, language)).await,
                }
            }
        }
    }

    /// Answers what was asked.
    async fn respond(
        &self,
        since: Instant,
        language: Language,
        seen: Visibility,
        asked: impl FnOnce() -> DecodeResult + Send,
    ) -> InteractionResponse {
        self.respond_page(since, language, seen, 0, asked).await
    }

    /// Answers what was asked with a page of the answer, counted from 0.
    async fn respond_page(
        &self,
        since: Instant,
        language: Language,
        seen: Visibility,
        page: usize,
        asked: impl FnOnce() -> DecodeResult + Send,
    ) -> InteractionResponse {
        let AppState { bot, image_cache: gallery, .. } = &self.0;
        let Ok(asked) = catch_unwind(AssertUnwindSafe(asked)) else {
            return InteractionResponse::generic_error(language);
        };
        let request = asked.clone().ok().filter(|_| seen == Visibility::EphemeralShareable);
        let below = |reply: &Reply| request.iter().filter_map(|request| share::button(reply, request, page)).collect();
        let drawn = render_reply(bot, language, || asked, page, |_| true, below);
        let (body, chart) = drawn.unwrap_or_else(|| (encode::OutgoingMessage::generic_error(language), None));
        let picture = gallery.get_or_render(bot, chart.as_ref(), language, since).await;
        InteractionResponse::Message { body: seen.apply(body), diagram: picture }
    }

    fn handle_autocomplete(&self, typing: &CommandInteraction) -> InteractionResponse {
        let choices = catch_unwind(AssertUnwindSafe(|| decode::autocomplete_choices(&typing.data, &self.0.bot)));
        InteractionResponse::Autocomplete(AutocompleteChoices::callback(choices.unwrap_or_default()))
    }
}

impl InteractionResponse {
    /// Said to the asker alone.
    fn ephemeral(body: encode::OutgoingMessage) -> Self {
        InteractionResponse::Message { body: body.ephemeral(), diagram: None }
    }

    /// What is said where there is no other answer to be had.
    pub fn generic_error(language: Language) -> Self {
        InteractionResponse::ephemeral(encode::OutgoingMessage::generic_error(language))
    }

    /// Nothing to suggest.
    pub fn empty_autocomplete() -> Self {
        InteractionResponse::Autocomplete(AutocompleteChoices::callback(Vec::new()))
    }
}

/// How somebody asked, as it is counted.
pub fn interaction_kind(interaction: &Interaction) -> How {
    match interaction {
        Interaction::Component(_) => How::Component,
        Interaction::Modal(_) => How::Modal,
        Interaction::Autocomplete(_) => How::Autocomplete,
        _ => How::Command,
    }
}

/// Who sees the answer to an interaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visibility {
    /// Everybody who is there.
    Public,
    /// The asker alone, who can show it to others.
    EphemeralShareable,
    /// The asker alone; nobody else is there.
    Ephemeral,
}

impl Visibility {
    /// The body for those who see it.
    fn apply(self, body: encode::OutgoingMessage) -> encode::OutgoingMessage {
        if self == Visibility::Public { body } else { body.ephemeral() }
    }

    fn from_context(openly: bool, context: Option<InteractionContext>) -> Visibility {
        match context {
            _ if openly => Visibility::Public,
            Some(InteractionContext::BotDm) => Visibility::Ephemeral,
            _ => Visibility::EphemeralShareable,
        }
    }
}
