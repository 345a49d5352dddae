//! What was asked, answered and drawn; whatever happens on the way, there is something to say.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::discord::protocol::decode::{self, DecodeResult};
use crate::discord::protocol::encode::{self, Button, RenderedPage};
use crate::discord::protocol::next_page;
use crate::discord::protocol::vote;
use crate::engine::Engine;
use crate::engine::reply::{GraphSelection, Reply, ReplyKind};
use crate::i18n::Language;
use crate::metrics::counters::RequestOutcome;

/// The body of the answer and what a picture to it would show, where it is to be said at all: its page with this number, counted from
/// 0, with the button to the next one, those that `below` puts before them, and those that judge it. All of it is in this language.
/// A panic inside, which the panic hook logs, is an apology.
pub fn render_reply(
    bot: &Engine,
    language: Language,
    asked: impl FnOnce() -> DecodeResult,
    page: usize,
    keep: impl Fn(&Reply) -> bool,
    below: impl Fn(&Reply) -> Vec<Button>,
) -> Option<(encode::OutgoingMessage, Option<GraphSelection>)> {
    let draw = || {
        let asked = asked();
        let reply = match &asked {
            Ok(request) => bot.handle(request, language),
            Err(why) => decode::usage_error(language, why),
        };
        let (kind, kept) = (reply.kind.as_str(), keep(&reply));
        let outcome = match reply.answered {
            true => RequestOutcome::Answered,
            false if kept => RequestOutcome::NoAnswer,
            false => RequestOutcome::Silent,
        };
        let drawn = kept.then(|| {
            bot.record_view(&reply);
            let asked = asked.as_ref().ok();
            let RenderedPage { message, page, remaining: left } = encode::render_page(&reply, page, |pages| {
                asked.is_some_and(|asked| next_page::all_pages_reachable(asked, pages))
            });
            let next = left.zip(asked).and_then(|(left, asked)| next_page::button(asked, page + 1, left, language));
            let buttons = next.into_iter().chain(below(&reply)).chain(vote::buttons(&reply)).collect();
            // What the picture shows begins on the first page.
            (message.with_button_row(buttons), reply.diagram.filter(|_| page == 0))
        });
        (kind, outcome, drawn)
    };
    let apology = |_| {
        (
            ReplyKind::NoAnswer.as_str(),
            RequestOutcome::InternalError,
            Some((encode::OutgoingMessage::generic_error(language), None)),
        )
    };
    let (kind, outcome, drawn) = catch_unwind(AssertUnwindSafe(draw)).unwrap_or_else(apology);
    bot.metrics().record_request(kind, outcome);
    drawn
}
