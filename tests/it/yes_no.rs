//! Yes/no questions about duties: "yes" needs a statement of the role itself; another role's statement, or none, is labelled as such.

use rolecall::engine::app::App;
use rolecall::engine::reply::Style;

use crate::stage::{self, Place};

fn kitchen() -> (Place, App) {
    let place = Place::with(&[
        ("baker.md", "# Baker\n\nBakes bread.\n\n## Duties\n\n- Kneads dough at dawn\n- Heats the oven\n"),
        (
            "cook.md",
            "# Cook\n\nCooks lunch.\n\n## Duties\n\n- Fries the fish on Friday\n- Sharpens knives\n\n## Not part of the job\n\n- Does not wash dishes\n",
        ),
        ("head-cook.md", "---\ninherits: [cook]\n---\n# Head Cook\n\nLeads.\n\n## Duties\n\n- Plans the menu\n"),
    ]);
    let engine = stage::bot(&place.corpus());
    (place, engine)
}

/// The title and the text of the answer to a question.
fn answer(engine: &App, question: &str) -> (String, String) {
    let reply = engine.handle_text(question);
    assert!(reply.answered, "{question}: {}", reply.to_text(&Style::PLAIN));
    (reply.title.clone(), reply.to_text(&Style::PLAIN))
}

#[test]
fn yes_and_no_come_from_the_roles_own_statements() {
    let (_place, engine) = kitchen();
    assert_eq!(answer(&engine, "does a cook fry fish?").0, "Cook: yes");
    assert_eq!(answer(&engine, "does a cook wash dishes?").0, "Cook: no");
    let (title, text) = answer(&engine, "does a head cook fry fish?");
    assert!(title == "Head Cook: yes" && text.contains("As every Cook"), "{text}");
}

#[test]
fn another_roles_statement_is_attributed_to_that_role() {
    let (_place, engine) = kitchen();
    for question in ["does a cook knead dough?", "can the cook heat the oven?", "what does a cook do about the oven?"] {
        let (title, text) = answer(&engine, question);
        assert_eq!(title, "Cook: not said", "{question}");
        assert!(text.contains("do not say so of a Cook") && text.contains("• Baker: "), "{text}");
    }
    let (title, text) = answer(&engine, "does a baker plan the menu?");
    assert!(title == "Baker: not said" && text.contains("• Head Cook: Plans the menu"), "{text}");
}

#[test]
fn without_a_matching_statement_all_duties_are_listed_with_a_note() {
    let (_place, engine) = kitchen();
    for question in ["what does a cook do about taxes?", "how is the cook meant to please the mayor?"] {
        let (title, text) = answer(&engine, question);
        assert_eq!(title, "Cook: responsibilities", "{question}");
        assert!(text.contains("Nothing that the sources say of this role fits"), "{text}");
        assert!(text.contains("Fries the fish") && text.contains("Sharpens knives"), "{text}");
    }
    let (_, text) = answer(&engine, "what does a cook do?");
    assert!(!text.contains("Nothing that the sources say"), "a question for all duties gets no note: {text}");
}
