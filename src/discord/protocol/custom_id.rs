//! The `custom_id` of buttons, select menus and modals. It holds all that a click needs, so that a component works however old its
//! message is. Posted messages keep these formats in use: they can be added to, and not changed.

use std::fmt;

use crate::discord::protocol::limits::{MAX_CUSTOM_ID_LENGTH, utf16_len};
use crate::engine::request::{CommandError, Request};

/// What a `custom_id` means. Displayed, it is the `custom_id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomId {
    /// `1:REQUEST`: a button that answers the request.
    Request(Request),
    /// `1:menuN`: the select menu at this position; the value of the chosen option is a request.
    SelectMenu(usize),
    /// `1s:REQUEST`: a button that posts the answer publicly; `1s:` posts a copy of the message that it is attached to.
    Share(Option<Request>),
    /// `1mN:REQUEST`: a button that opens a page of the answer. Here the page counts from 0, in the text from 1.
    Page(Request, usize),
    /// `1+:TARGET` and `1-:TARGET`: buttons that rate an answer. `1-:TARGET` is the modal's id, too.
    Vote(Vote),
}

/// A rating of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vote {
    /// The answer was right.
    Right(VoteTarget),
    /// The answer was wrong.
    Wrong(VoteTarget),
}

/// The rated answer, as far as it fits into a `custom_id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoteTarget {
    /// The kind of the answer, as in JSON.
    pub kind: String,
    /// The answer's confidence in percent.
    pub(crate) confidence: u8,
    /// Slugs of the answer's roles, best first, separated by commas; as many as fit, the first one cut where it is too long.
    pub(crate) roles: String,
}

/// Why a `custom_id` has no meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomIdError {
    /// It has none of the formats.
    UnknownFormat,
    /// `1:` with a command that does not exist or lacks an option.
    InvalidRequest(CommandError),
}

impl CustomId {
    /// Parses a `custom_id`.
    ///
    /// # Errors
    /// Where it has none of the formats, or its request is invalid.
    pub fn parse(id: &str) -> Result<CustomId, CustomIdError> {
        let (prefix, text) = id.split_once(':').ok_or(CustomIdError::UnknownFormat)?;
        let request = || match text.trim() {
            "" => Err(CustomIdError::UnknownFormat),
            text => Request::parse(text).map_err(CustomIdError::InvalidRequest),
        };
        let id = match prefix {
            "1" => match text.strip_prefix("menu").and_then(parse_number) {
                Some(position) => return Ok(CustomId::SelectMenu(position)),
                None => return request().map(CustomId::Request),
            },
            "1s" if text.is_empty() => Some(CustomId::Share(None)),
            "1s" => request().ok().map(|request| CustomId::Share(Some(request))),
            "1+" => VoteTarget::parse(text).map(|target| CustomId::Vote(Vote::Right(target))),
            "1-" => VoteTarget::parse(text).map(|target| CustomId::Vote(Vote::Wrong(target))),
            _ => {
                let page = prefix.strip_prefix("1m").and_then(parse_number).and_then(|page| page.checked_sub(1));
                page.and_then(|page| Some(CustomId::Page(request().ok()?, page)))
            }
        };
        id.ok_or(CustomIdError::UnknownFormat)
    }

    /// The `custom_id`; none where it is too long for Discord or would be parsed as something else.
    pub fn encode(&self) -> Option<String> {
        let id = self.to_string();
        (utf16_len(&id) <= MAX_CUSTOM_ID_LENGTH && CustomId::parse(&id).as_ref() == Ok(self)).then_some(id)
    }
}

impl fmt::Display for CustomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CustomId::Request(request) => write!(f, "1:{request}"),
            CustomId::SelectMenu(position) => write!(f, "1:menu{position}"),
            CustomId::Share(Some(request)) => write!(f, "1s:{request}"),
            CustomId::Share(None) => write!(f, "1s:"),
            CustomId::Page(request, page) => write!(f, "1m{}:{request}", page + 1),
            CustomId::Vote(Vote::Right(target)) => write!(f, "1+:{target}"),
            CustomId::Vote(Vote::Wrong(target)) => write!(f, "1-:{target}"),
        }
    }
}

impl VoteTarget {
    fn parse(text: &str) -> Option<VoteTarget> {
        let mut parts = text.splitn(3, ' ');
        let kind = parts.next().filter(|kind| kind.bytes().all(|letter| letter.is_ascii_lowercase()))?.to_owned();
        let confidence = parts.next()?.parse().ok()?;
        Some(VoteTarget { kind, confidence, roles: parts.next().unwrap_or_default().trim().to_owned() })
    }
}

impl fmt::Display for VoteTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let VoteTarget { kind, confidence, roles } = self;
        write!(f, "{kind} {confidence}")?;
        if roles.is_empty() { Ok(()) } else { write!(f, " {roles}") }
    }
}

/// A number of digits alone, without a sign.
fn parse_number(digits: &str) -> Option<usize> {
    digits.parse().ok().filter(|_| digits.bytes().all(|digit| digit.is_ascii_digit()))
}

/// A request as text, for the value of a select option; none where it would be parsed as another request.
pub(crate) fn encode_request(request: &Request) -> Option<String> {
    let text = request.to_string();
    (!text.trim().is_empty() && Request::parse(&text).as_ref() == Ok(request)).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn duties() -> Request {
        Request::Duties { name: "baker".to_owned() }
    }

    #[test]
    fn every_format_is_parsed_and_displayed() {
        let target = VoteTarget { kind: "who".to_owned(), confidence: 87, roles: "baker,cook".to_owned() };
        let no_roles = VoteTarget { kind: "topic".to_owned(), confidence: 100, roles: String::new() };
        for (text, id) in [
            ("1:/duties baker", CustomId::Request(duties())),
            ("1:menu plans?", CustomId::Request(Request::Ask { question: "menu plans?".to_owned() })),
            ("1:menu2", CustomId::SelectMenu(2)),
            ("1s:/duties baker", CustomId::Share(Some(duties()))),
            ("1s:", CustomId::Share(None)),
            ("1m2:/duties baker", CustomId::Page(duties(), 1)),
            ("1+:who 87 baker,cook", CustomId::Vote(Vote::Right(target.clone()))),
            ("1-:who 87 baker,cook", CustomId::Vote(Vote::Wrong(target))),
            ("1+:topic 100", CustomId::Vote(Vote::Right(no_roles))),
        ] {
            assert_eq!(id.encode().as_deref(), Some(text));
            assert_eq!(CustomId::parse(text), Ok(id));
        }
    }

    #[test]
    fn other_texts_are_rejected() {
        for text in [
            "",
            "1",
            "0:/roles",
            "1: ",
            "1s:/horoscope",
            "1m",
            "1m2",
            "1m2:",
            "1m0:/roles",
            "1m-1:/roles",
            "1m+2:/roles",
            "1m2:/horoscope",
            "1m99999999999999999999:/roles",
            "1+:who",
            "1-:Who 87 baker",
        ] {
            assert_eq!(CustomId::parse(text), Err(CustomIdError::UnknownFormat), "{text}");
        }
        let unknown = CommandError::UnknownCommand("horoscope".to_owned());
        assert_eq!(CustomId::parse("1:/horoscope"), Err(CustomIdError::InvalidRequest(unknown)));
    }

    #[test]
    fn a_request_that_does_not_fit_or_reads_differently_has_no_id() {
        for question in ["x".repeat(99), "/roles".to_owned(), "menu0".to_owned(), " ".to_owned(), String::new()] {
            assert_eq!(CustomId::Request(Request::Ask { question: question.clone() }).encode(), None, "{question}");
        }
        assert_eq!(CustomId::Page(Request::Ask { question: "x".repeat(97) }, 1).encode(), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn an_encoded_id_is_within_the_limit_and_parses_as_itself(question in "\\PC{0,110}", page in 0..2000_usize) {
            let request = Request::Ask { question };
            for id in [CustomId::Request(request.clone()), CustomId::Share(Some(request.clone())), CustomId::Page(request, page)] {
                if let Some(text) = id.encode() {
                    prop_assert!((1..=MAX_CUSTOM_ID_LENGTH).contains(&utf16_len(&text)));
                    prop_assert_eq!(CustomId::parse(&text), Ok(id));
                }
            }
        }

        #[test]
        fn parsing_never_panics(text in "(1:(menu)?|1s:|1m[0-9]{0,30}:?|1\\+:|1-:)?\\PC{0,100}") {
            let _ = CustomId::parse(&text);
        }
    }
}
