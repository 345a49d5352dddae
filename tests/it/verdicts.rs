//! What a role does and what it does not: yes only where its own lines say so, others where theirs do, and no pretence where none fits.

use rolecall::engine::App;
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
    let bot = stage::bot(&place.corpus());
    (place, bot)
}

/// The title of the answer to a question, and all of it.
fn told(bot: &App, question: &str) -> (String, String) {
    let reply = bot.handle_text(question);
    assert!(reply.answered, "{question}: {}", reply.to_text(&Style::PLAIN));
    (reply.title.clone(), reply.to_text(&Style::PLAIN))
}

#[test]
fn yes_and_no_stand_on_a_roles_own_lines() {
    let (_place, bot) = kitchen();
    assert_eq!(told(&bot, "does a cook fry fish?").0, "Cook: yes");
    assert_eq!(told(&bot, "does a cook wash dishes?").0, "Cook: no");
    let (title, text) = told(&bot, "does a head cook fry fish?");
    assert!(title == "Head Cook: yes" && text.contains("As every Cook"), "{text}");
}

#[test]
fn what_another_role_does_is_told_as_that_roles() {
    let (_place, bot) = kitchen();
    for question in ["does a cook knead dough?", "can the cook heat the oven?", "what does a cook do about the oven?"] {
        let (title, text) = told(&bot, question);
        assert_eq!(title, "Cook: not said", "{question}");
        assert!(text.contains("do not say so of a Cook") && text.contains("• Baker: "), "{text}");
    }
    let (title, text) = told(&bot, "does a baker plan the menu?");
    assert!(title == "Baker: not said" && text.contains("• Head Cook: Plans the menu"), "{text}");
}

#[test]
fn where_no_line_fits_all_that_a_role_does_is_told_and_that_none_fits() {
    let (_place, bot) = kitchen();
    for question in ["what does a cook do about taxes?", "how is the cook meant to please the mayor?"] {
        let (title, text) = told(&bot, question);
        assert_eq!(title, "Cook: responsibilities", "{question}");
        assert!(text.contains("Nothing that the sources say of this role fits"), "{text}");
        assert!(text.contains("Fries the fish") && text.contains("Sharpens knives"), "{text}");
    }
    let (_, text) = told(&bot, "what does a cook do?");
    assert!(!text.contains("Nothing that the sources say"), "who asks for all of it has it: {text}");
}
