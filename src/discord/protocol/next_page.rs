//! The button that opens the next page of an answer.

use crate::discord::protocol::custom_id::CustomId;
use crate::discord::protocol::encode::Button;
use crate::engine::request::Request;
use crate::i18n::{Language, t};

/// The button that opens a page, counted from 0, of the answer to a request. Its label counts the `remaining` items on that page and
/// those after it. None where the request is too long for a `custom_id`.
pub fn button(request: &Request, page: usize, remaining: usize, language: Language) -> Option<Button> {
    let label = if remaining == 0 { t!(language, "more-rest") } else { t!(language, "more-left", count = remaining) };
    Some(Button::new(label, custom_id(request, page)?))
}

/// Whether each of this number of pages can be opened with a button.
pub fn all_pages_reachable(request: &Request, pages: usize) -> bool {
    custom_id(request, pages.saturating_sub(1)).is_some()
}

fn custom_id(request: &Request, page: usize) -> Option<String> {
    CustomId::Page(request.clone(), page).encode()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_page_with_a_button_is_reachable_and_so_are_those_before(question in "\\PC{0,110}", page in 0..2000_usize) {
            let request = Request::Ask { question };
            if button(&request, page, 1, Language::English).is_some() {
                prop_assert!((1..=page + 1).all(|pages| all_pages_reachable(&request, pages)));
            }
        }
    }
}
