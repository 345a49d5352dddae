//! What did not go onto a page: the button that opens the next one, and what a click on it means.

use crate::discord::protocol::custom_id::encode_request;
use crate::discord::protocol::encode::Button;
use crate::discord::protocol::limits::{MAX_CUSTOM_ID_LENGTH, utf16_len};
use crate::engine::request::Request;
use crate::i18n::{Language, t};

/// In front of the page's number and the request whose answer it belongs to.
const PAGE_PREFIX: &str = "1m";

/// The button that opens a page, counted from 0, of the answer to this request, labelled in a language; `left` parts stand on it and
/// those after it. None where the request is too long for a button.
pub fn button(asked: &Request, page: usize, left: usize, language: Language) -> Option<Button> {
    let label = if left == 0 { t!(language, "more-rest") } else { t!(language, "more-left", count = left) };
    Some(Button::new(label, id(asked, page)?))
}

/// Whether every one of so many pages can be opened with a button.
pub fn all_pages_reachable(asked: &Request, pages: usize) -> bool {
    id(asked, pages.saturating_sub(1)).is_some()
}

fn id(asked: &Request, page: usize) -> Option<String> {
    // People count from 1.
    let id = format!("{PAGE_PREFIX}{}:{}", page + 1, encode_request(asked)?);
    (utf16_len(&id) <= MAX_CUSTOM_ID_LENGTH).then_some(id)
}

/// What a click with this `custom_id` opens, where it opens a page: the request, and the page of its answer, counted from 0.
pub fn parse_custom_id(id: &str) -> Option<(Request, usize)> {
    let (page, text) = id.strip_prefix(PAGE_PREFIX)?.split_once(':')?;
    let digits = page.bytes().all(|digit| digit.is_ascii_digit());
    let page = page.parse::<usize>().ok().filter(|_| digits)?.checked_sub(1)?;
    let asked = Request::parse(text).ok().filter(|_| !text.trim().is_empty())?;
    Some((asked, page))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_button_opens_the_page_that_it_was_made_for() {
        let asked = Request::Duties { name: "baker".to_owned() };
        assert_eq!(id(&asked, 1).as_deref(), Some("1m2:/duties baker"));
        assert_eq!(parse_custom_id("1m2:/duties baker"), Some((asked, 1)));
        assert_eq!(id(&Request::Ask { question: "x".repeat(97) }, 1), None);
        for odd in [
            "1m",
            "1m2",
            "1m2:",
            "1m0:/roles",
            "1m-1:/roles",
            "1m+2:/roles",
            "1m2:/horoscope",
            "1m99999999999999999999:/roles",
        ] {
            assert_eq!(parse_custom_id(odd), None, "{odd}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_was_asked_its_pages_are_opened_or_there_is_no_button(question in "\\PC{0,110}", page in 0..2000_usize) {
            let asked = Request::Ask { question };
            if let Some(id) = id(&asked, page) {
                prop_assert!((1..=MAX_CUSTOM_ID_LENGTH).contains(&utf16_len(&id)));
                prop_assert_eq!(parse_custom_id(&id), Some((asked.clone(), page)));
                prop_assert!(all_pages_reachable(&asked, page + 1));
            }
        }

        #[test]
        fn no_custom_id_is_too_odd(id in "(1m[0-9]{0,30}:?)?\\PC{0,100}") {
            let _ = parse_custom_id(&id);
        }
    }
}
