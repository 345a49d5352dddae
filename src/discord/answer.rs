//! What was asked, answered and drawn; whatever happens on the way, there is something to say.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::bot::Bot;
use crate::bot::reply::{Chart, Reply};
use crate::discord::wire::decode::{self, Asked};
use crate::discord::wire::encode::{self, Button};
use crate::discord::wire::verdict;
use crate::metrics::counters::{COUNTERS, Outcome};
use crate::speech::Language;

/// The body of the answer and what a picture to it would show, where it is to be said at all, with the buttons that judge it and those that `below` puts before them.
/// All of it is in this language. A panic inside, which the panic hook logs, is an apology.
pub fn drawn(
    bot: &Bot,
    language: Language,
    asked: impl FnOnce() -> Asked,
    keep: impl Fn(&Reply) -> bool,
    below: impl Fn(&Reply) -> Vec<Button>,
) -> Option<(encode::Message, Option<Chart>)> {
    let draw = || {
        let reply = match asked() {
            Ok(request) => bot.handle(&request, language),
            Err(why) => decode::refusal(language, &why),
        };
        let (kind, kept) = (format!("{:?}", reply.kind).to_lowercase(), keep(&reply));
        let outcome = match reply.answered {
            true => Outcome::Answered,
            false if kept => Outcome::Abstained,
            false => Outcome::Silent,
        };
        let drawn = kept.then(|| {
            let buttons = below(&reply).into_iter().chain(verdict::buttons(&reply)).collect();
            (encode::message(&reply).with(buttons), reply.picture)
        });
        (kind, outcome, drawn)
    };
    let apology = |_| ("none".to_owned(), Outcome::Fault, Some((encode::Message::apology(language), None)));
    let (kind, outcome, drawn) = catch_unwind(AssertUnwindSafe(draw)).unwrap_or_else(apology);
    COUNTERS.request(kind, outcome);
    drawn
}
