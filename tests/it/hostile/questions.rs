//! Questions as nobody asks them, as long as Discord lets them be: each is answered, or told that it cannot be.

use crate::hostile::claims;
use crate::stage::BOT;

/// The longest text that a person can send, in a form or with a subscription.
const LONGEST: usize = 4_000;

fn filled(piece: &str) -> String {
    piece.chars().cycle().take(LONGEST).collect()
}

#[test]
fn four_thousand_characters_of_anything_are_borne() {
    let pieces = [
        "a",
        "e\u{301}",
        "\u{301}",
        "pm ",
        "who ",
        "a/",
        "a'",
        "?",
        "? ",
        "->",
        "pm -> ",
        "\u{200b}",
        "\u{202e}",
        "𝕡𝕞 ",
        "а",
        "ﷺ",
        "👩‍🔬",
        "İ",
        "\n",
        "1 pm ",
        "/",
        "product manager, ",
        "principle ",
        "managre ",
        "*_~`|",
        "@everyone ",
        "https://a.example/",
        "antidisestablishmentarianism",
        "not n't ",
        "what does a ",
        "as a senior or ",
    ];
    for piece in pieces {
        let text = filled(piece);
        for text in
            [text.clone(), format!("/role {text}"), format!("/path {text}"), format!("/who {text}"), format!("/{text}")]
        {
            claims::sentence(&BOT, text.as_bytes());
        }
    }
}

#[test]
fn what_cannot_be_seen_changes_no_answer() {
    let plain = BOT.handle_text("who owns the roadmap?");
    assert!(plain.answered);
    for odd in
        ["\u{feff}who owns the roadmap?", "who owns\u{200b} the roadmap?", "\u{2068}who owns the roadmap\u{2069}?"]
    {
        let reply = BOT.handle_text(odd);
        assert_eq!((reply.answered, &reply.roles), (true, &plain.roles), "{odd:?}");
    }
}
