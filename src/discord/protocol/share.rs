//! A private answer shown to everybody: the button for it, and what a click on it means.

use serenity::model::application::{ActionRowComponent, ButtonKind};
use serenity::model::channel;

use crate::discord::protocol::custom_id::encode_request;
use crate::discord::protocol::encode::{Button, Embed, OutgoingMessage};
use crate::discord::protocol::fields::Field;
use crate::discord::protocol::limits::{MAX_BUTTONS_PER_ROW, MAX_CUSTOM_ID_LENGTH, utf16_len};
use crate::engine::reply::{Reply, ReplyKind};
use crate::engine::request::Request;
use crate::i18n::{Language, t};

/// In front of the request to answer openly.
const SHARE_PREFIX: &str = "1s:";

/// The button that shows the answer to this request to everybody, as it stands on a page, counted from 0; none below what answers
/// nothing.
pub fn button(reply: &Reply, asked: &Request, page: usize) -> Option<Button> {
    let answers = !matches!(reply.kind, ReplyKind::NoAnswer | ReplyKind::Disambiguate);
    // A page other than the first is shared as it stands in the message.
    let id = || if page == 0 { id(asked) } else { SHARE_PREFIX.to_owned() };
    answers.then(|| Button::new(t!(reply.language, "share"), id()))
}

fn id(asked: &Request) -> String {
    let whole = encode_request(asked).map(|text| format!("{SHARE_PREFIX}{text}"));
    whole.filter(|id| utf16_len(id) <= MAX_CUSTOM_ID_LENGTH).unwrap_or_else(|| SHARE_PREFIX.to_owned())
}

/// What a click with this `custom_id` shares, where it shares anything: the answer to a request, or, where that was too long for
/// a button, what the message says.
pub fn parse_custom_id(id: &str) -> Option<Option<Request>> {
    match id.strip_prefix(SHARE_PREFIX)? {
        "" => Some(None),
        text => Request::parse(text).ok().map(Some),
    }
}

/// The answer that a message shows in a language, with all buttons but the one that shares it.
pub fn public_copy(message: &channel::Message, language: Language) -> OutgoingMessage {
    let field = |field: &channel::EmbedField| Field {
        name: field.name.clone(),
        value: field.value.clone(),
        inline: field.inline,
    };
    let embed = |embed: &channel::Embed| Embed {
        title: embed.title.clone().unwrap_or_default(),
        description: embed.description.clone().unwrap_or_default(),
        color: embed.colour.map_or(0, |colour| colour.0),
        fields: embed.fields.iter().map(field).collect(),
        image: None,
    };
    let button = |component: &ActionRowComponent| match component {
        ActionRowComponent::Button(button) => match &button.data {
            ButtonKind::NonLink { custom_id, .. } if !custom_id.starts_with(SHARE_PREFIX) => {
                Some(Button::new(button.label.clone()?, custom_id.clone()))
            }
            _ => None,
        },
        _ => None,
    };
    let shown = OutgoingMessage::from_embeds(language, message.embeds.iter().map(embed).collect());
    let rows = message
        .components
        .iter()
        .map(|row| row.components.iter().filter_map(button).take(MAX_BUTTONS_PER_ROW).collect());
    rows.fold(shown, OutgoingMessage::with_button_row)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id_of(kind: ReplyKind, asked: &Request) -> Option<String> {
        let body =
            serde_json::to_value(button(&Reply::new(Language::English, kind, "An answer"), asked, 0)?).expect("JSON");
        Some(body["custom_id"].as_str()?.to_owned())
    }

    #[test]
    fn an_answer_can_be_shared_and_what_is_none_cannot() {
        let asked = Request::Role { name: "baker".to_owned() };
        assert_eq!(id_of(ReplyKind::Role, &asked).as_deref(), Some("1s:/role baker"));
        assert_eq!(id_of(ReplyKind::NoAnswer, &asked), None);
        assert_eq!(id_of(ReplyKind::Disambiguate, &asked), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_asked_a_button_shares_it(question in "\\PC{0,150}") {
            let asked = Request::Ask { question };
            let id = id_of(ReplyKind::Topic, &asked).expect("a button");
            prop_assert!((1..=MAX_CUSTOM_ID_LENGTH).contains(&utf16_len(&id)));
            let shared = parse_custom_id(&id);
            prop_assert!(shared == Some(None) || shared == Some(Some(asked)));
        }

        #[test]
        fn no_custom_id_is_too_odd(id in "(1s:)?\\PC{0,100}") {
            let _ = parse_custom_id(&id);
        }
    }
}
