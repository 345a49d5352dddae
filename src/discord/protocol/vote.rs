//! Was this right? Two buttons below an answer, and the form behind the second. What they are about stands in their `custom_id`.

use serde::Serialize;
use serenity::model::application::{ActionRowComponent, ModalInteractionData};

use crate::discord::protocol::encode::{Button, InteractionCallback};
use crate::discord::protocol::limits::{MAX_CUSTOM_ID_LENGTH, utf16_len};
use crate::discord::protocol::text::sanitize_line;
use crate::engine::reply::{Reply, ReplyKind};
use crate::i18n::{Language, t};

const RIGHT_PREFIX: &str = "1+:";
const WRONG_PREFIX: &str = "1-:";
const TEXT_INPUT_ID: &str = "text";
/// The longest text about what went wrong.
const MAX_TEXT_LENGTH: u16 = 500;

/// What somebody says of an answer with a click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vote {
    /// It was right.
    Right(VoteTarget),
    /// It was not.
    Wrong(VoteTarget),
}

/// The answer that is judged, as far as a button can carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoteTarget {
    /// What kind of answer it is, as in JSON.
    pub kind: String,
    /// How sure the bot was, in hundredths.
    pub confidence: u8,
    /// Slugs of its roles, best first, with commas between: as many as go in, and of the first as much as goes in.
    pub roles: String,
}

/// The two buttons below an answer to a question; none below a list, help or a question back.
pub fn buttons(reply: &Reply) -> Vec<Button> {
    let Some(judged) = VoteTarget::from_reply(reply) else { return Vec::new() };
    [(t!(reply.language, "right"), RIGHT_PREFIX), (t!(reply.language, "wrong"), WRONG_PREFIX)]
        .map(|(label, mark)| Button::new(label, format!("{mark}{}", judged.encode())))
        .into()
}

/// What a click with this `custom_id` says, where it says either.
pub fn parse_custom_id(id: &str) -> Option<Vote> {
    match (id.strip_prefix(RIGHT_PREFIX), id.strip_prefix(WRONG_PREFIX)) {
        (Some(text), _) => VoteTarget::decode(text).map(Vote::Right),
        (_, Some(text)) => VoteTarget::decode(text).map(Vote::Wrong),
        _ => None,
    }
}

impl VoteTarget {
    fn from_reply(reply: &Reply) -> Option<VoteTarget> {
        if matches!(
            reply.kind,
            ReplyKind::Roles | ReplyKind::Ladder | ReplyKind::Help | ReplyKind::Disambiguate | ReplyKind::NoAnswer
        ) {
            return None;
        }
        let kind = reply.kind.as_str().to_owned();
        let room = MAX_CUSTOM_ID_LENGTH - RIGHT_PREFIX.len() - kind.len() - " 100 ".len();
        let mut roles = String::new();
        for slug in reply.roles.iter().map(|slug| sanitize_line(slug)).filter(|slug| !slug.is_empty()) {
            if roles.is_empty() {
                roles = slug;
                while utf16_len(&roles) > room {
                    roles.pop();
                }
            } else if utf16_len(&roles) + 1 + utf16_len(&slug) <= room {
                roles = format!("{roles},{slug}");
            } else {
                break;
            }
        }
        let confidence = (reply.confidence.clamp(0.0, 1.0) * 100.0).round() as u8;
        Some(VoteTarget { kind, confidence, roles: roles.trim().to_owned() })
    }

    fn encode(&self) -> String {
        format!("{} {} {}", self.kind, self.confidence, self.roles).trim_end().to_owned()
    }

    fn decode(text: &str) -> Option<VoteTarget> {
        let mut parts = text.splitn(3, ' ');
        let kind = parts.next().filter(|kind| kind.bytes().all(|letter| letter.is_ascii_lowercase()))?.to_owned();
        let confidence = parts.next()?.parse().ok()?;
        Some(VoteTarget { kind, confidence, roles: parts.next().unwrap_or_default().trim().to_owned() })
    }
}

/// A form as Discord takes it.
#[derive(Debug, Serialize)]
pub struct Modal {
    custom_id: String,
    title: String,
    components: [ModalRow; 1],
}

#[derive(Debug, Serialize)]
struct ModalRow {
    #[serde(rename = "type")]
    kind: u8,
    components: [TextInput; 1],
}

#[derive(Debug, Serialize)]
struct TextInput {
    #[serde(rename = "type")]
    kind: u8,
    style: u8,
    custom_id: &'static str,
    label: String,
    placeholder: String,
    required: bool,
    max_length: u16,
}

/// The form that asks in a language what was wrong with an answer, as the answer to a click.
pub fn modal(judged: &VoteTarget, language: Language) -> InteractionCallback<Modal> {
    let input = TextInput {
        kind: 4,
        style: 2,
        custom_id: TEXT_INPUT_ID,
        label: t!(language, "form-label"),
        placeholder: t!(language, "form-placeholder"),
        required: false,
        max_length: MAX_TEXT_LENGTH,
    };
    let components = [ModalRow { kind: 1, components: [input] }];
    let title = t!(language, "form-title");
    InteractionCallback::modal(Modal { custom_id: format!("{WRONG_PREFIX}{}", judged.encode()), title, components })
}

/// A form that was sent off: the answer that it is about, and what was written, in one line.
pub fn parse_submission(data: &ModalInteractionData) -> Option<(VoteTarget, String)> {
    let Some(Vote::Wrong(judged)) = parse_custom_id(&data.custom_id) else { return None };
    let text = data.components.iter().flat_map(|row| &row.components).find_map(|component| match component {
        ActionRowComponent::InputText(input) if input.custom_id == TEXT_INPUT_ID => input.value.as_deref(),
        _ => None,
    });
    let text = sanitize_line(text.unwrap_or_default()).chars().take(MAX_TEXT_LENGTH.into()).collect();
    Some((judged, text))
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
    fn an_answer_is_judged_and_a_list_is_not() {
        let roles = ["baker".to_owned(), "cook".to_owned()];
        assert_eq!(ids(ReplyKind::FindOwner, &roles, 0.874), ["1+:who 87 baker,cook", "1-:who 87 baker,cook"]);
        let judged = VoteTarget { kind: "who".to_owned(), confidence: 87, roles: "baker,cook".to_owned() };
        assert_eq!(parse_custom_id("1-:who 87 baker,cook"), Some(Vote::Wrong(judged)));
        assert_eq!(ids(ReplyKind::Topic, &[], 1.0), ["1+:topic 100", "1-:topic 100"]);
        for kind in [ReplyKind::Roles, ReplyKind::Help, ReplyKind::Disambiguate, ReplyKind::NoAnswer] {
            assert!(ids(kind, &roles, 1.0).is_empty());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_the_slugs_a_button_carries_what_is_judged(
            roles in proptest::collection::vec("\\PC{0,90}|[a-z-]{1,160}", 0..4), confidence in -1.0_f32..2.0,
        ) {
            for id in ids(ReplyKind::Compare, &roles, confidence) {
                prop_assert!((1..=MAX_CUSTOM_ID_LENGTH).contains(&utf16_len(&id)), "{id}");
                let Some(Vote::Right(judged) | Vote::Wrong(judged)) = parse_custom_id(&id) else { panic!("{id}") };
                prop_assert_eq!(judged.kind, "compare");
                let first = roles.iter().map(|slug| sanitize_line(slug)).find(|slug| !slug.is_empty()).unwrap_or_default();
                let known = if judged.roles.contains(&first) { &first } else { &judged.roles };
                prop_assert!(first.starts_with(known.as_str()) && (first.is_empty() || !known.is_empty()), "{first} {known}");
            }
        }

        #[test]
        fn no_custom_id_is_too_odd(id in "(1\\+:|1-:)?\\PC{0,100}") {
            let _ = parse_custom_id(&id);
        }
    }
}
