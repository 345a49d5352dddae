//! Answers commands, clicks, forms and what somebody is typing: each with its first response.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serenity::http::Http;
use serenity::model::application::{CommandInteraction, ComponentInteraction, Interaction, InteractionContext};
use serenity::model::id::{InteractionId, UserId};
use tokio::time::Instant;

use crate::bot::Bot;
use crate::bot::reply::Reply;
use crate::discord::allowance::{Allowance, TOO_MUCH, Turn};
use crate::discord::answer::drawn;
use crate::discord::deliver::{self, Failure};
use crate::discord::feedback::Feedback;
use crate::discord::gallery::Gallery;
use crate::discord::wire::decode::{self, Asked};
use crate::discord::wire::encode::{self, Choices};
use crate::discord::wire::share;
use crate::discord::wire::verdict::{self, Verdict};

const THANKS: &str = "Thank you, that is good to know.";
const SORRY: &str = "Thank you. What you say helps to make the answers better.";

/// Answers interactions.
pub struct Interactions {
    bot: Arc<Bot>,
    callbacks: Http,
    feedback: Arc<Feedback>,
    allowance: Arc<Allowance>,
    gallery: Arc<Gallery>,
}

impl fmt::Debug for Interactions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interactions").finish_non_exhaustive()
    }
}

impl Interactions {
    /// From this bot, through a client without limits; what people say of answers goes to `feedback`.
    pub fn new(
        bot: Arc<Bot>,
        callbacks: Http,
        feedback: Arc<Feedback>,
        allowance: Arc<Allowance>,
        gallery: Arc<Gallery>,
    ) -> Self {
        Interactions { bot, callbacks, feedback, allowance, gallery }
    }

    /// Answers one that came in at `since`; `me` is the bot's own user.
    pub async fn answer(&self, interaction: Interaction, me: Option<UserId>, since: Instant) {
        let asks = match &interaction {
            Interaction::Command(it) => Some((it.user.id, it.channel_id)),
            Interaction::Component(it) => Some((it.user.id, it.channel_id)),
            _ => None,
        };
        if let Some((person, channel)) = asks
            && self.allowance.ask(person.get(), channel.get()) != Turn::Granted
        {
            let (id, token) = (interaction.id(), interaction.token());
            return self.send(id, token, since, Seen::AskerAlone, encode::Message::saying(TOO_MUCH)).await;
        }
        match interaction {
            Interaction::Command(it) => {
                let seen = Seen::when(decode::openly(&it.data), it.context);
                let me = me.unwrap_or(UserId::new(it.application_id.get()));
                let asked = || decode::on_message(&it.data, me).unwrap_or_else(|| decode::command(&it.data));
                self.respond(it.id, &it.token, since, seen, asked).await;
            }
            Interaction::Component(it) => self.clicked(it, since).await,
            Interaction::Modal(it) => match verdict::sent(&it.data) {
                Some((judged, text)) => {
                    self.feedback.wrong(&judged, &text);
                    self.send(it.id, &it.token, since, Seen::AskerAlone, encode::Message::saying(SORRY)).await;
                }
                None => {
                    let nothing = || Err("I never asked for that form.".to_owned());
                    self.respond(it.id, &it.token, since, Seen::AskerAlone, nothing).await;
                }
            },
            Interaction::Autocomplete(it) => self.suggest(it, since).await,
            _ => {}
        }
    }

    /// Answers a click: with what it asks to whoever clicked, with the answer below which it was to everybody, or with thanks.
    async fn clicked(&self, click: ComponentInteraction, since: Instant) {
        let (id, token) = (click.id, &click.token);
        match (share::read(&click.data.custom_id), verdict::read(&click.data.custom_id)) {
            (Some(Some(request)), _) => self.respond(id, token, since, Seen::Everybody, || Ok(request)).await,
            (Some(None), _) if !click.message.embeds.is_empty() => {
                self.send(id, token, since, Seen::Everybody, share::again(&click.message)).await;
            }
            (_, Some(Verdict::Right(judged))) => {
                self.feedback.right(&judged);
                self.send(id, token, since, Seen::AskerAlone, encode::Message::saying(THANKS)).await;
            }
            (_, Some(Verdict::Wrong(judged))) => {
                let form = verdict::form(&judged);
                if let Err(why) = deliver::callback(&self.callbacks, id, token, &form, None, since).await {
                    tracing::warn!(%why, "a form was not opened");
                }
            }
            _ => {
                let seen = Seen::when(false, click.context);
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
            return self.send(id, token, since, Seen::AskerAlone, encode::Message::apology()).await;
        };
        let request = asked.clone().ok().filter(|_| seen == Seen::AskerAmongOthers);
        let below = |reply: &Reply| request.iter().filter_map(|request| share::button(reply, request)).collect();
        let drawn = drawn(&self.bot, || asked, |_| true, below);
        let (body, chart) = drawn.unwrap_or_else(|| (encode::Message::apology(), None));
        if let Some(picture) = self.gallery.picture(&self.bot, chart.as_ref(), since).await {
            let body = seen.shown(body.clone()).with_picture(&picture.words).callback();
            match deliver::callback(&self.callbacks, id, token, &body, Some(&picture), since).await {
                Err(Failure::Refused(why)) => tracing::warn!(%why, "an answer goes out without its picture"),
                Err(why) => return tracing::warn!(%why, "an interaction was not answered"),
                Ok(()) => return,
            }
        }
        self.send(id, token, since, seen, body).await;
    }

    async fn send(&self, id: InteractionId, token: &str, since: Instant, seen: Seen, body: encode::Message) {
        let body = seen.shown(body).callback();
        let mut sent = deliver::callback(&self.callbacks, id, token, &body, None, since).await;
        if let Err(Failure::Refused(why)) = &sent {
            tracing::error!(%why, "an answer was refused by Discord; please report it");
            let apology = encode::Message::apology().ephemeral().callback();
            sent = deliver::callback(&self.callbacks, id, token, &apology, None, since).await;
        }
        if let Err(why) = sent {
            tracing::warn!(%why, "an interaction was not answered");
        }
    }

    async fn suggest(&self, typing: CommandInteraction, since: Instant) {
        let choices = catch_unwind(AssertUnwindSafe(|| decode::choices(&typing.data, &self.bot))).unwrap_or_default();
        let body = Choices::callback(choices);
        if let Err(why) = deliver::callback(&self.callbacks, typing.id, &typing.token, &body, None, since).await {
            // Whoever types on makes the one before worthless; nothing is lost.
            tracing::debug!(%why, "suggestions came too late");
        }
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
