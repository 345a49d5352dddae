//! The career graph as an answer: which sentences and commands ask for it, and which do not.

use rolecall::engine::reply::ReplyKind;

use crate::stage::BOT;

#[test]
fn a_sentence_that_asks_for_the_ladder_gets_it() {
    for (typed, title) in [
        ("show me the ladder", "Career ladder"),
        ("what does the career ladder look like?", "Career ladder"),
        ("career ladder of design", "Career ladder: Product team"),
        ("what's the career ladder for the product team?", "Career ladder: Product team"),
        ("show me the ladder of a data pm", "Career ladder: Product management"),
    ] {
        let reply = BOT.handle_text(typed);
        assert_eq!((reply.kind, reply.title.as_str()), (ReplyKind::Ladder, title), "{typed}");
        assert!(reply.answered && reply.diagram.is_some(), "{typed}");
    }
}

#[test]
fn other_sentences_about_ladders_and_paths_do_not() {
    for typed in [
        "show me the ladder in the garage",
        "what is the ladder doing in the hallway?",
        "our career ladder is broken",
        "where is the ladder",
        "can somebody bring me the ladder?",
    ] {
        assert!(!BOT.handle_text(typed).answered, "{typed}");
    }
    assert_eq!(BOT.handle_text("career ladder from pm up to cpo").kind, ReplyKind::Path);
    assert_ne!(BOT.handle_text("which rung of the ladder comes after pm?").kind, ReplyKind::Ladder);
}

#[test]
fn a_family_is_found_by_a_part_of_its_name_or_by_its_roles() {
    for (typed, title) in [
        ("/ladder product team", "Career ladder: Product team"),
        ("/ladder MANAGEMENT", "Career ladder: Product management"),
        ("/ladder pd", "Career ladder: Product team"),
        ("/ladder design", "Career ladder: Product team"),
    ] {
        assert_eq!(BOT.handle_text(typed).title, title, "{typed}");
    }
    let unknown = BOT.handle_text("/ladder product");
    assert!(!unknown.answered && unknown.suggestions.len() > 2, "both family names contain it: {unknown:?}");
}
