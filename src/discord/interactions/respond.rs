//! Answers commands, clicks, forms and what somebody is typing: each with its first response.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serenity::model::application::{CommandInteraction, ComponentInteraction, Interaction, InteractionContext};
use serenity::model::id::UserId;
use tokio::time::Instant;

use crate::diagram::Picture;
use crate::discord::interactions::render::drawn;
use crate::discord::protocol::decode::{self, Asked};
use crate::discord::protocol::encode::{self, Callback, Choices};
use crate::discord::protocol::next_page;
use crate::discord::protocol::share;
use crate::discord::protocol::vote::{self, Form, Verdict};
use crate::discord::state::app_state::Desk;
use crate::discord::state::rate_limit::Turn;
use crate::discord::state::reload;
use crate::engine::reply::Reply;
use crate::i18n::{Language, say};
use crate::metrics::counters::Asked as How;

/// The first answer to an interaction, whichever way it goes back.
#[derive(Debug)]
pub enum Answer {
    /// Something is said, to those whom the body names.
    Message {
        /// What is said.
        body: encode::Message,
        /// The picture to it, which the body does not speak of yet.
        picture: Option<Arc<Picture>>,
    },
    /// A form opens.
    Form(Callback<Form>),
    /// Suggestions for what somebody is typing.
    Choices(Callback<Choices>),
}

/// Answers interactions.
#[derive(Debug)]
pub struct Interactions(Desk);

impl Interactions {
    /// At this desk.
    pub fn at(desk: Desk) -> Self {
        Interactions(desk)
    }

    /// Answers one that came in at `since`, in the member's language; `me` is the bot's own user. There is no answer to a kind that
    /// nobody knows yet.
    pub async fn answer(&self, interaction: Interaction, me: Option<UserId>, since: Instant) -> Option<Answer> {
        let language = self.language_of(&interaction);
        let asks = match &interaction {
            Interaction::Command(it) => Some((it.user.id, it.channel_id)),
            Interaction::Component(it) => Some((it.user.id, it.channel_id)),
            _ => None,
        };
        if let Some((person, channel)) = asks
            && self.0.allowance.ask(person.get(), channel.get()) != Turn::Granted
        {
            return Some(Answer::alone(encode::Message::saying(language, say!(language, "too-much"))));
        }
        Some(match interaction {
            Interaction::Command(it) => {
                if let Some(reload) = self.0.reload.as_ref().filter(|_| reload::is(&it)) {
                    let reply = reload.answer(&it, language).await;
                    return Some(Answer::alone(encode::draw(&reply, 0, |_| false).message));
                }
                let seen = Seen::when(decode::openly(&it.data), it.context);
                let me = me.unwrap_or(UserId::new(it.application_id.get()));
                let asked = || {
                    decode::on_message(&it.data, me, language).unwrap_or_else(|| decode::command(&it.data, language))
                };
                self.respond(since, language, seen, asked).await
            }
            Interaction::Component(it) => self.clicked(it, language, since).await,
            Interaction::Modal(it) => match vote::sent(&it.data) {
                Some((judged, text)) => {
                    self.0.feedback.wrong(&judged, &text);
                    Answer::alone(encode::Message::saying(language, say!(language, "wrong-thanks")))
                }
                None => {
                    let nothing = || Err(say!(language, "gone-form"));
                    self.respond(since, language, Seen::AskerAlone, nothing).await
                }
            },
            Interaction::Autocomplete(it) => self.suggest(&it),
            _ => return None,
        })
    }

    /// The language of whoever does this, by the locale that Discord tells with it.
    pub fn language_of(&self, interaction: &Interaction) -> Language {
        self.0.bot.language_of(match interaction {
            Interaction::Command(it) | Interaction::Autocomplete(it) => &it.locale,
            Interaction::Component(it) => &it.locale,
            Interaction::Modal(it) => &it.locale,
            _ => "",
        })
    }

    /// Answers a click: with what it asks to whoever clicked, with the answer below which it was to everybody, or with thanks.
    async fn clicked(&self, click: ComponentInteraction, language: Language, since: Instant) -> Answer {
        match (share::read(&click.data.custom_id), vote::read(&click.data.custom_id)) {
            (Some(Some(request)), _) => self.respond(since, language, Seen::Everybody, || Ok(request)).await,
            (Some(None), _) if !click.message.embeds.is_empty() => {
                Answer::Message { body: share::again(&click.message, language), picture: None }
            }
            (_, Some(Verdict::Right(judged))) => {
                self.0.feedback.right(&judged);
                Answer::alone(encode::Message::saying(language, say!(language, "right-thanks")))
            }
            (_, Some(Verdict::Wrong(judged))) => Answer::Form(vote::form(&judged, language)),
            _ => {
                let seen = Seen::when(false, click.context);
                match next_page::read(&click.data.custom_id) {
                    Some((request, page)) => self.turn(since, language, seen, page, || Ok(request)).await,
                    None => self.respond(since, language, seen, || decode::click(&click.data, language)).await,
                }
            }
        }
    }

    /// Answers what was asked.
    async fn respond(
        &self,
        since: Instant,
        language: Language,
        seen: Seen,
        asked: impl FnOnce() -> Asked + Send,
    ) -> Answer {
        self.turn(since, language, seen, 0, asked).await
    }

    /// Answers what was asked with a page of the answer, counted from 0.
    async fn turn(
        &self,
        since: Instant,
        language: Language,
        seen: Seen,
        page: usize,
        asked: impl FnOnce() -> Asked + Send,
    ) -> Answer {
        let Desk { bot, gallery, .. } = &self.0;
        let Ok(asked) = catch_unwind(AssertUnwindSafe(asked)) else { return Answer::apology(language) };
        let request = asked.clone().ok().filter(|_| seen == Seen::AskerAmongOthers);
        let below = |reply: &Reply| request.iter().filter_map(|request| share::button(reply, request, page)).collect();
        let drawn = drawn(bot, language, || asked, page, |_| true, below);
        let (body, chart) = drawn.unwrap_or_else(|| (encode::Message::apology(language), None));
        let picture = gallery.picture(bot, chart.as_ref(), language, since).await;
        Answer::Message { body: seen.shown(body), picture }
    }

    fn suggest(&self, typing: &CommandInteraction) -> Answer {
        let choices = catch_unwind(AssertUnwindSafe(|| decode::choices(&typing.data, &self.0.bot)));
        Answer::Choices(Choices::callback(choices.unwrap_or_default()))
    }
}

impl Answer {
    /// Said to the asker alone.
    fn alone(body: encode::Message) -> Self {
        Answer::Message { body: body.ephemeral(), picture: None }
    }

    /// What is said where there is no other answer to be had.
    pub fn apology(language: Language) -> Self {
        Answer::alone(encode::Message::apology(language))
    }

    /// Nothing to suggest.
    pub fn no_choices() -> Self {
        Answer::Choices(Choices::callback(Vec::new()))
    }
}

/// How somebody asked, as it is counted.
pub fn how(interaction: &Interaction) -> How {
    match interaction {
        Interaction::Component(_) => How::Click,
        Interaction::Modal(_) => How::Form,
        Interaction::Autocomplete(_) => How::Typing,
        _ => How::Command,
    }
}

/// Who sees the answer to an interaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Everybody who is there.
    Everybody,
    /// The asker alone, who can show it to others.
    AskerAmongOthers,
    /// The asker alone; nobody else is there.
    AskerAlone,
}

impl Seen {
    /// The body for those who see it.
    fn shown(self, body: encode::Message) -> encode::Message {
        if self == Seen::Everybody { body } else { body.ephemeral() }
    }

    fn when(openly: bool, context: Option<InteractionContext>) -> Seen {
        match context {
            _ if openly => Seen::Everybody,
            Some(InteractionContext::BotDm) => Seen::AskerAlone,
            _ => Seen::AskerAmongOthers,
        }
    }
}
