//! What is suggested while somebody types a role's name, and in what order.

use rolecall::engine::app::App;
use rolecall::engine::spaces::SpaceId;

use crate::stage::{self, BOT, Place};

/// What is suggested, as slugs with the names that fitted.
fn suggested(bot: &App, typed: &str) -> Vec<(String, String)> {
    let library = bot.knowledge(SpaceId::Global);
    bot.space(SpaceId::Global)
        .complete(&library, typed, 25)
        .into_iter()
        .map(|(at, name)| (library.document(at).slug.clone(), name))
        .collect()
}

fn slugs(bot: &App, typed: &str) -> Vec<String> {
    suggested(bot, typed).into_iter().map(|(slug, _)| slug).collect()
}

fn pair(slug: &str, name: &str) -> (String, String) {
    (slug.to_owned(), name.to_owned())
}

fn bakery() -> Place {
    Place::with(&[
        ("baker.md", "---\naliases: [Oven Hand]\n---\n# Baker\n\nBakes.\n"),
        ("cake.md", "---\naliases: [Mate]\n---\n# Cake Decorator\n\nDecorates.\n"),
        ("head-baker.md", "---\nlevel: 2\n---\n# Head of Baking\n\nLeads.\n"),
        ("helper.md", "---\naliases: [Baker's Mate]\n---\n# Helper\n\nHelps.\n"),
        ("seller.md", "# Seller\n\nSells what the bakery bakes.\n"),
        ("tart.md", "# Bakewell Tart Maker\n\nMakes tarts.\n"),
        ("unbaked.md", "# Unbaked Goods Keeper\n\nKeeps dough.\n"),
        ("ovens.md", "---\nkind: topic\nroles: [tart]\n---\n# Baker's oven\n\nIt is hot.\n"),
    ])
}

#[test]
fn titles_come_before_other_names_and_beginnings_before_parts() {
    let bot = stage::bot(&bakery().corpus());
    assert_eq!(suggested(&bot, "BAKER"), [pair("baker", "Baker"), pair("helper", "Baker's Mate")]);
    let mates = [pair("cake", "Mate"), pair("helper", "Baker's Mate")];
    assert_eq!(suggested(&bot, "mate"), mates, "another name as it is, then a part of one");
    // The Tart Maker has a topic, and goes before others of its rank.
    assert_eq!(slugs(&bot, "bak"), ["tart", "baker", "helper", "head-baker", "unbaked"]);
    assert_eq!(suggested(&bot, "sellar")[0], pair("seller", "Seller"), "misspelt, it is shown by its title");
    assert_eq!(suggested(&bot, "oven hadn")[0], pair("baker", "Baker"), "so is another name");
    assert_eq!(slugs(&bot, "zzzzzz"), [""; 0]);
}

#[test]
fn before_anything_is_typed_the_roles_that_matter_most_come_first() {
    let order = slugs(&BOT, "");
    assert_eq!(order.len(), BOT.knowledge(SpaceId::Global).roles().len());
    assert_eq!(
        order[..2],
        ["product-manager", "associate-product-manager"],
        "most steps, roles and topics refer to these"
    );
    let titles = suggested(&BOT, " ");
    assert!(titles.contains(&pair("product-designer", "Product Designer")), "{titles:?}");
}

#[test]
fn what_was_shown_most_is_suggested_first_and_survives_another_corpus() {
    let place = bakery();
    let bot = stage::bot(&place.corpus());
    let before = slugs(&bot, "");
    for typed in ["/role seller", "/duties seller", "/role helper", "/role nobody", "/roles", "/ladder"] {
        bot.space(SpaceId::Global).record_view(&bot.handle_text(typed));
    }
    bot.handle_text("/role unbaked");
    let after = slugs(&bot, "");
    assert_eq!(after[..2], ["seller", "helper"], "what was only worked out was shown to nobody");
    let rest = |order: &[String]| {
        order.iter().filter(|slug| !["seller", "helper"].contains(&slug.as_str())).cloned().collect::<Vec<_>>()
    };
    assert_eq!(rest(&after), rest(&before));
    std::fs::remove_file(place.path("corpus/seller.md")).expect("the file was there");
    bot.space(SpaceId::Global).replace(place.library());
    assert_eq!(slugs(&bot, "")[0], "helper");
}
