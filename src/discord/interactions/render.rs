//! What was asked, answered and drawn; whatever happens on the way, there is something to say.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::discord::protocol::decode::{self, Asked};
use crate::discord::protocol::encode::{self, Button, Drawn};
use crate::discord::protocol::next_page;
use crate::discord::protocol::vote;
use crate::engine::Bot;
use crate::engine::reply::{Chart, Kind, Reply};
use crate::i18n::Language;
use crate::metrics::counters::{COUNTERS, Outcome};

/// The body of the answer and what a picture to it would show, where it is to be said at all: its page with this number, counted from
/// 0, with the button to the next one, those that `below` puts before them, and those that judge it. All of it is in this language.
/// A panic inside, which the panic hook logs, is an apology.
pub fn drawn(
    bot: &Bot,
    language: Language,
    asked: impl FnOnce() -> Asked,
    page: usize,
    keep: impl Fn(&Reply) -> bool,
    below: impl Fn(&Reply) -> Vec<Button>,
) -> Option<(encode::Message, Option<Chart>)> {
    let draw = || {
        let asked = asked();
        let reply = match &asked {
            Ok(request) => bot.handle(request, language),
            Err(why) => decode::refusal(language, why),
        };
        let (kind, kept) = (reply.kind.word(), keep(&reply));
        let outcome = match reply.answered {
            true => Outcome::Answered,
            false if kept => Outcome::Abstained,
            false => Outcome::Silent,
        };
        let drawn = kept.then(|| {
            bot.shown(&reply);
            let asked = asked.as_ref().ok();
            let Drawn { message, page, left } =
                encode::draw(&reply, page, |pages| asked.is_some_and(|asked| next_page::reaches(asked, pages)));
            let next = left.zip(asked).and_then(|(left, asked)| next_page::button(asked, page + 1, left, language));
            let buttons = next.into_iter().chain(below(&reply)).chain(vote::buttons(&reply)).collect();
            // What the picture shows begins on the first page.
            (message.with(buttons), reply.picture.filter(|_| page == 0))
        });
        (kind, outcome, drawn)
    };
    let apology = |_| (Kind::None.word(), Outcome::Fault, Some((encode::Message::apology(language), None)));
    let (kind, outcome, drawn) = catch_unwind(AssertUnwindSafe(draw)).unwrap_or_else(apology);
    COUNTERS.request(kind, outcome);
    drawn
}
