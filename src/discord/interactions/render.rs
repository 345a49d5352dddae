//! Answers a request and renders a page of the reply.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::discord::protocol::decode::{self, DecodeResult};
use crate::discord::protocol::encode::{self, Button, RenderedPage};
use crate::discord::protocol::next_page;
use crate::discord::protocol::vote;
use crate::engine::app::{App, Ask};
use crate::engine::reply::{GraphSelection, Reply, ReplyKind};
use crate::engine::spaces::SpaceId;
use crate::i18n::Language;
use crate::metrics::counters::RequestOutcome;

/// Answers a request and renders a page, counted from 0, of the reply: the message, and the graph selection of its diagram. Below it
/// are the button of the next page, the `extra_buttons`, and the vote buttons. None where `keep` rejects the reply: the bot stays
/// silent. A panic, which the panic hook logs, gives the generic error message. Counts the request in the metrics.
pub(crate) fn render_reply(
    app: &App,
    (space, language): (SpaceId, Language),
    request: impl FnOnce() -> DecodeResult,
    page: usize,
    keep: impl Fn(&Reply) -> bool,
    extra_buttons: impl Fn(&Reply) -> Vec<Button>,
) -> Option<(encode::OutgoingMessage, Option<GraphSelection>)> {
    let render = || {
        let request = request();
        let reply = match &request {
            Ok(request) => app.handle(&Ask::new(space, language, request)),
            Err(message) => decode::usage_error(language, message),
        };
        let (kind, keep) = (reply.kind.as_str(), keep(&reply));
        let outcome = match reply.answered {
            true => RequestOutcome::Answered,
            false if keep => RequestOutcome::NoAnswer,
            false => RequestOutcome::Silent,
        };
        let rendered = keep.then(|| {
            app.space(space).record_view(&reply);
            let request = request.as_ref().ok();
            let RenderedPage { message, page, remaining } = encode::render_page(&reply, page, |pages| {
                request.is_some_and(|request| next_page::all_pages_reachable(request, pages))
            });
            let next = remaining
                .zip(request)
                .and_then(|(remaining, request)| next_page::button(request, page + 1, remaining, language));
            let buttons = next.into_iter().chain(extra_buttons(&reply)).chain(vote::buttons(&reply)).collect();
            // The diagram belongs to the first page alone.
            (message.with_button_row(buttons), reply.diagram.filter(|_| page == 0))
        });
        (kind, outcome, rendered)
    };
    let (kind, outcome, rendered) = catch_unwind(AssertUnwindSafe(render)).unwrap_or_else(|_| {
        let error = encode::OutgoingMessage::generic_error(language);
        (ReplyKind::NoAnswer.as_str(), RequestOutcome::InternalError, Some((error, None)))
    });
    app.metrics().record_request(kind, outcome);
    rendered
}
