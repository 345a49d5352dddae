//! Posting an ephemeral answer publicly: the share button, and the public copy of a message.

use serenity::model::application::{ActionRowComponent, ButtonKind};
use serenity::model::channel;

use crate::discord::protocol::custom_id::CustomId;
use crate::discord::protocol::encode::{Button, Embed, OutgoingMessage};
use crate::discord::protocol::fields::Field;
use crate::discord::protocol::limits::MAX_BUTTONS_PER_ROW;
use crate::engine::reply::{Reply, ReplyKind};
use crate::engine::request::Request;
use crate::i18n::{Language, t};

/// The button that posts a page, counted from 0, of the reply publicly; none below a reply that is no answer. A page other than the
/// first, and a request that is too long for a `custom_id`, is copied from the message.
pub fn button(reply: &Reply, request: &Request, page: usize) -> Option<Button> {
    if matches!(reply.kind, ReplyKind::NoAnswer | ReplyKind::Disambiguate) {
        return None;
    }
    let answer = if page == 0 { CustomId::Share(Some(request.clone())).encode() } else { None };
    let custom_id = answer.unwrap_or_else(|| CustomId::Share(None).to_string());
    Some(Button::new(t!(reply.language, "share"), custom_id))
}

/// A copy of a message with its embeds and its buttons, the share button excepted.
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
            ButtonKind::NonLink { custom_id, .. } if !matches!(CustomId::parse(custom_id), Ok(CustomId::Share(_))) => {
                Some(Button::new(button.label.clone()?, custom_id.clone()))
            }
            _ => None,
        },
        _ => None,
    };
    let copy = OutgoingMessage::from_embeds(language, message.embeds.iter().map(embed).collect());
    let rows = message
        .components
        .iter()
        .map(|row| row.components.iter().filter_map(button).take(MAX_BUTTONS_PER_ROW).collect());
    rows.fold(copy, OutgoingMessage::with_button_row)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn custom_id(kind: ReplyKind, request: &Request) -> Option<String> {
        let button = button(&Reply::new(Language::English, kind, "An answer"), request, 0)?;
        Some(serde_json::to_value(button).expect("JSON")["custom_id"].as_str()?.to_owned())
    }

    #[test]
    fn only_answers_can_be_shared() {
        let request = Request::Role { name: "baker".to_owned() };
        assert_eq!(custom_id(ReplyKind::Role, &request).as_deref(), Some("1s:/role baker"));
        assert_eq!(custom_id(ReplyKind::NoAnswer, &request), None);
        assert_eq!(custom_id(ReplyKind::Disambiguate, &request), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_answer_has_a_share_button(question in "\\PC{0,150}") {
            let request = Request::Ask { question };
            let id = CustomId::parse(&custom_id(ReplyKind::Topic, &request).expect("a button"));
            prop_assert!(id == Ok(CustomId::Share(None)) || id == Ok(CustomId::Share(Some(request))));
        }
    }
}
