//! Rating an answer: the two buttons below it, and the modal that asks what was wrong.

use serde::Serialize;
use serenity::model::application::{ActionRowComponent, ComponentType, InputTextStyle, ModalInteractionData};

use crate::discord::protocol::custom_id::{CustomId, Vote, VoteTarget};
use crate::discord::protocol::encode::{Button, InteractionCallback};
use crate::discord::protocol::limits::{MAX_CUSTOM_ID_LENGTH, utf16_len};
use crate::discord::protocol::text::sanitize_line;
use crate::engine::reply::{Reply, ReplyKind};
use crate::i18n::{Language, t};

/// The `custom_id` of the modal's text input.
const TEXT_INPUT_ID: &str = "text";
/// Maximum length of the member's text.
const MAX_TEXT_LENGTH: u16 = 500;

/// The two buttons below an answer to a question; none below a list, help, a disambiguation or no answer.
pub fn buttons(reply: &Reply) -> Vec<Button> {
    let Some(target) = target(reply) else { return Vec::new() };
    let right = CustomId::Vote(Vote::Right(target.clone())).to_string();
    let wrong = CustomId::Vote(Vote::Wrong(target)).to_string();
    vec![Button::new(t!(reply.language, "right"), right), Button::new(t!(reply.language, "wrong"), wrong)]
}

/// What a vote on this reply is about, within the length limit of a `custom_id`.
fn target(reply: &Reply) -> Option<VoteTarget> {
    if matches!(
        reply.kind,
        ReplyKind::Roles | ReplyKind::Ladder | ReplyKind::Help | ReplyKind::Disambiguate | ReplyKind::NoAnswer
    ) {
        return None;
    }
    let kind = reply.kind.as_str().to_owned();
    let max_length = MAX_CUSTOM_ID_LENGTH - "1+:".len() - kind.len() - " 100 ".len();
    let mut roles = String::new();
    for slug in reply.roles.iter().map(|slug| sanitize_line(slug)).filter(|slug| !slug.is_empty()) {
        if roles.is_empty() {
            roles = slug;
            while utf16_len(&roles) > max_length {
                roles.pop();
            }
        } else if utf16_len(&roles) + 1 + utf16_len(&slug) <= max_length {
            roles = format!("{roles},{slug}");
        } else {
            break;
        }
    }
    let confidence = (reply.confidence.clamp(0.0, 1.0) * 100.0).round() as u8;
    Some(VoteTarget { kind, confidence, roles: roles.trim().to_owned() })
}

/// The data of a modal callback.
#[derive(Debug, Serialize)]
pub struct Modal {
    custom_id: String,
    title: String,
    components: [ModalRow; 1],
}

#[derive(Debug, Serialize)]
struct ModalRow {
    #[serde(rename = "type")]
    kind: ComponentType,
    components: [TextInput; 1],
}

#[derive(Debug, Serialize)]
struct TextInput {
    #[serde(rename = "type")]
    kind: ComponentType,
    style: InputTextStyle,
    custom_id: &'static str,
    label: String,
    placeholder: String,
    required: bool,
    max_length: u16,
}

/// The modal that asks what was wrong with an answer.
pub fn modal(target: VoteTarget, language: Language) -> InteractionCallback<Modal> {
    let input = TextInput {
        kind: ComponentType::InputText,
        style: InputTextStyle::Paragraph,
        custom_id: TEXT_INPUT_ID,
        label: t!(language, "form-label"),
        placeholder: t!(language, "form-placeholder"),
        required: false,
        max_length: MAX_TEXT_LENGTH,
    };
    let components = [ModalRow { kind: ComponentType::ActionRow, components: [input] }];
    let custom_id = CustomId::Vote(Vote::Wrong(target)).to_string();
    InteractionCallback::modal(Modal { custom_id, title: t!(language, "form-title"), components })
}

/// A submitted modal: the rated answer, and the member's text as one line. None where it is not this modal.
pub fn parse_submission(data: &ModalInteractionData) -> Option<(VoteTarget, String)> {
    let Ok(CustomId::Vote(Vote::Wrong(target))) = CustomId::parse(&data.custom_id) else { return None };
    let text = data.components.iter().flat_map(|row| &row.components).find_map(|component| match component {
        ActionRowComponent::InputText(input) if input.custom_id == TEXT_INPUT_ID => input.value.as_deref(),
        _ => None,
    });
    let text = sanitize_line(text.unwrap_or_default()).chars().take(MAX_TEXT_LENGTH.into()).collect();
    Some((target, text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids(kind: ReplyKind, roles: &[String], confidence: f32) -> Vec<String> {
        let reply = Reply { roles: roles.to_vec(), confidence, ..Reply::new(Language::English, kind, "An answer") };
        let body = serde_json::to_value(buttons(&reply)).expect("JSON");
        body.as_array()
            .into_iter()
            .flatten()
            .filter_map(|button| Some(button["custom_id"].as_str()?.to_owned()))
            .collect()
    }

    #[test]
    fn answers_can_be_rated_and_lists_cannot() {
        let roles = ["baker".to_owned(), "cook".to_owned()];
        assert_eq!(ids(ReplyKind::FindOwner, &roles, 0.874), ["1+:who 87 baker,cook", "1-:who 87 baker,cook"]);
        assert_eq!(ids(ReplyKind::Topic, &[], 1.0), ["1+:topic 100", "1-:topic 100"]);
        for kind in [ReplyKind::Roles, ReplyKind::Help, ReplyKind::Disambiguate, ReplyKind::NoAnswer] {
            assert!(ids(kind, &roles, 1.0).is_empty());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn vote_buttons_hold_the_kind_and_the_first_slug(
            roles in proptest::collection::vec("\\PC{0,90}|[a-z-]{1,160}", 0..4), confidence in -1.0_f32..2.0,
        ) {
            for id in ids(ReplyKind::Compare, &roles, confidence) {
                prop_assert!((1..=MAX_CUSTOM_ID_LENGTH).contains(&utf16_len(&id)), "{id}");
                let Ok(CustomId::Vote(Vote::Right(target) | Vote::Wrong(target))) = CustomId::parse(&id) else { panic!("{id}") };
                prop_assert_eq!(target.kind, "compare");
                let first = roles.iter().map(|slug| sanitize_line(slug)).find(|slug| !slug.is_empty()).unwrap_or_default();
                let held = if target.roles.contains(&first) { &first } else { &target.roles };
                prop_assert!(first.starts_with(held.as_str()) && (first.is_empty() || !held.is_empty()), "{first} {held}");
            }
        }
    }
}
