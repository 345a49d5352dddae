//! Was this right? Two buttons below an answer, and the form behind the second. What they are about stands in their `custom_id`.

use serde::Serialize;
use serenity::model::application::{ActionRowComponent, ModalInteractionData};

use crate::discord::protocol::encode::{Button, Callback};
use crate::discord::protocol::limits::{CUSTOM_ID, length};
use crate::discord::protocol::text::one_line;
use crate::engine::reply::{Kind, Reply};
use crate::i18n::{Language, say};

const RIGHT: &str = "1+:";
const WRONG: &str = "1-:";
const TEXT: &str = "text";
/// The longest text about what went wrong.
const LONGEST_TEXT: u16 = 500;

/// What somebody says of an answer with a click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was right.
    Right(Judged),
    /// It was not.
    Wrong(Judged),
}

/// The answer that is judged, as far as a button can carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What kind of answer it is, as in JSON.
    pub kind: String,
    /// How sure the bot was, in hundredths.
    pub confidence: u8,
    /// Slugs of its roles, best first, with commas between: as many as go in, and of the first as much as goes in.
    pub roles: String,
}

/// The two buttons below an answer to a question; none below a list, help or a question back.
pub fn buttons(reply: &Reply) -> Vec<Button> {
    let Some(judged) = Judged::of(reply) else { return Vec::new() };
    [(say!(reply.language, "right"), RIGHT), (say!(reply.language, "wrong"), WRONG)]
        .map(|(label, mark)| Button::new(label, format!("{mark}{}", judged.text())))
        .into()
}

/// What a click with this `custom_id` says, where it says either.
pub fn read(id: &str) -> Option<Verdict> {
    match (id.strip_prefix(RIGHT), id.strip_prefix(WRONG)) {
        (Some(text), _) => Judged::read(text).map(Verdict::Right),
        (_, Some(text)) => Judged::read(text).map(Verdict::Wrong),
        _ => None,
    }
}

impl Judged {
    fn of(reply: &Reply) -> Option<Judged> {
        if matches!(reply.kind, Kind::Roles | Kind::Ladder | Kind::Help | Kind::Which | Kind::None) {
            return None;
        }
        let kind = reply.kind.word().to_owned();
        let room = CUSTOM_ID - RIGHT.len() - kind.len() - " 100 ".len();
        let mut roles = String::new();
        for slug in reply.roles.iter().map(|slug| one_line(slug)).filter(|slug| !slug.is_empty()) {
            if roles.is_empty() {
                roles = slug;
                while length(&roles) > room {
                    roles.pop();
                }
            } else if length(&roles) + 1 + length(&slug) <= room {
                roles = format!("{roles},{slug}");
            } else {
                break;
            }
        }
        let confidence = (reply.confidence.clamp(0.0, 1.0) * 100.0).round() as u8;
        Some(Judged { kind, confidence, roles: roles.trim().to_owned() })
    }

    fn text(&self) -> String {
        format!("{} {} {}", self.kind, self.confidence, self.roles).trim_end().to_owned()
    }

    fn read(text: &str) -> Option<Judged> {
        let mut parts = text.splitn(3, ' ');
        let kind = parts.next().filter(|kind| kind.bytes().all(|letter| letter.is_ascii_lowercase()))?.to_owned();
        let confidence = parts.next()?.parse().ok()?;
        Some(Judged { kind, confidence, roles: parts.next().unwrap_or_default().trim().to_owned() })
    }
}

/// A form as Discord takes it.
#[derive(Debug, Serialize)]
pub struct Form {
    custom_id: String,
    title: String,
    components: [FormRow; 1],
}

#[derive(Debug, Serialize)]
struct FormRow {
    #[serde(rename = "type")]
    kind: u8,
    components: [Input; 1],
}

#[derive(Debug, Serialize)]
struct Input {
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
pub fn form(judged: &Judged, language: Language) -> Callback<Form> {
    let input = Input {
        kind: 4,
        style: 2,
        custom_id: TEXT,
        label: say!(language, "form-label"),
        placeholder: say!(language, "form-placeholder"),
        required: false,
        max_length: LONGEST_TEXT,
    };
    let components = [FormRow { kind: 1, components: [input] }];
    let title = say!(language, "form-title");
    Callback::form(Form { custom_id: format!("{WRONG}{}", judged.text()), title, components })
}

/// A form that was sent off: the answer that it is about, and what was written, in one line.
pub fn sent(data: &ModalInteractionData) -> Option<(Judged, String)> {
    let Some(Verdict::Wrong(judged)) = read(&data.custom_id) else { return None };
    let text = data.components.iter().flat_map(|row| &row.components).find_map(|component| match component {
        ActionRowComponent::InputText(input) if input.custom_id == TEXT => input.value.as_deref(),
        _ => None,
    });
    let text = one_line(text.unwrap_or_default()).chars().take(LONGEST_TEXT.into()).collect();
    Some((judged, text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids(kind: Kind, roles: &[String], confidence: f32) -> Vec<String> {
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
        assert_eq!(ids(Kind::Who, &roles, 0.874), ["1+:who 87 baker,cook", "1-:who 87 baker,cook"]);
        let judged = Judged { kind: "who".to_owned(), confidence: 87, roles: "baker,cook".to_owned() };
        assert_eq!(read("1-:who 87 baker,cook"), Some(Verdict::Wrong(judged)));
        assert_eq!(ids(Kind::Topic, &[], 1.0), ["1+:topic 100", "1-:topic 100"]);
        for kind in [Kind::Roles, Kind::Help, Kind::Which, Kind::None] {
            assert!(ids(kind, &roles, 1.0).is_empty());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_the_slugs_a_button_carries_what_is_judged(
            roles in proptest::collection::vec("\\PC{0,90}|[a-z-]{1,160}", 0..4), confidence in -1.0_f32..2.0,
        ) {
            for id in ids(Kind::Compare, &roles, confidence) {
                prop_assert!((1..=CUSTOM_ID).contains(&length(&id)), "{id}");
                let Some(Verdict::Right(judged) | Verdict::Wrong(judged)) = read(&id) else { panic!("{id}") };
                prop_assert_eq!(judged.kind, "compare");
                let first = roles.iter().map(|slug| one_line(slug)).find(|slug| !slug.is_empty()).unwrap_or_default();
                let known = if judged.roles.contains(&first) { &first } else { &judged.roles };
                prop_assert!(first.starts_with(known.as_str()) && (first.is_empty() || !known.is_empty()), "{first} {known}");
            }
        }

        #[test]
        fn no_custom_id_is_too_odd(id in "(1\\+:|1-:)?\\PC{0,100}") {
            let _ = read(&id);
        }
    }
}
