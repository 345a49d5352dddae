//! Autocomplete of role names: what is suggested, and in what order.

use rolecall::engine::app::App;
use rolecall::engine::spaces::SpaceId;

use crate::stage::{self, Place};
use crate::ward;

/// The suggestions: slugs with the names that match.
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
fn titles_come_before_aliases_and_prefixes_before_other_matches() {
    let bot = stage::bot(&bakery().corpus());
    assert_eq!(suggested(&bot, "BAKER"), [pair("baker", "Baker"), pair("helper", "Baker's Mate")]);
    let mates = [pair("cake", "Mate"), pair("helper", "Baker's Mate")];
    assert_eq!(suggested(&bot, "mate"), mates, "an alias, then a word of one");
    // A topic refers to the Tart Maker, which goes before other matches of its kind.
    assert_eq!(slugs(&bot, "bak"), ["tart", "baker", "helper", "head-baker", "unbaked"]);
    assert_eq!(suggested(&bot, "sellar")[0], pair("seller", "Seller"), "a misspelt title is shown as the title");
    assert_eq!(suggested(&bot, "oven hadn")[0], pair("baker", "Baker"), "so is a misspelt alias");
    assert_eq!(slugs(&bot, "zzzzzz"), [""; 0]);
}

#[test]
fn an_empty_input_suggests_all_roles_the_most_referenced_first() {
    let order = slugs(&ward::ENGINE, "");
    assert_eq!(order.len(), ward::ENGINE.knowledge(SpaceId::Global).roles().len());
    assert_eq!(order[..2], ["staff-nurse", "senior-staff-nurse"], "most steps, roles and topics refer to these");
    let titles = suggested(&ward::ENGINE, " ");
    assert!(titles.contains(&pair("porter", "Porter")), "{titles:?}");
}

#[test]
fn the_most_viewed_roles_are_suggested_first_also_after_a_reload() {
    let place = bakery();
    let bot = stage::bot(&place.corpus());
    let before = slugs(&bot, "");
    for typed in ["/role seller", "/duties seller", "/role helper", "/role nobody", "/roles", "/ladder"] {
        bot.space(SpaceId::Global).record_view(&bot.handle_text(typed));
    }
    bot.handle_text("/role unbaked");
    let after = slugs(&bot, "");
    assert_eq!(after[..2], ["seller", "helper"], "an answer that is not shown does not count");
    let rest = |order: &[String]| {
        order.iter().filter(|slug| !["seller", "helper"].contains(&slug.as_str())).cloned().collect::<Vec<_>>()
    };
    assert_eq!(rest(&after), rest(&before));
    std::fs::remove_file(place.path("corpus/seller.md")).expect("the file was there");
    bot.space(SpaceId::Global).replace(place.library());
    assert_eq!(slugs(&bot, "")[0], "helper");
}
