//! Whoever's Discord is German or Spanish is answered so; what the documents say stays as they say it.

use serde_json::{Value, json};

use super::answer_to;
use super::flows::{buttons, steady, title};
use super::process::Process;
use discord_standin::{Context, Fault, Message, Person, Setup, StandIn};

/// A member with this locale, who has asked nothing yet.
fn member(locale: &str, name: &str) -> Context {
    Context::server().by(Person::named(name)).speaking(locale)
}

/// The answer without its picture, which may come too late where much goes on at once.
fn without_picture(mut sent: Value) -> Value {
    if let Some(data) = sent["data"].as_object_mut() {
        data.remove("attachments");
    }
    for embed in sent["data"]["embeds"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        embed.remove("image");
    }
    steady(sent)
}

#[tokio::test]
async fn a_member_is_answered_in_the_language_of_their_discord() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let commands = [
        ("help", json!({})),
        ("role", json!({"name": "pd"})),
        ("path", json!({"from": "apm", "to": "cpo"})),
        ("compare", json!({"one": "pm", "other": "spm"})),
    ];
    for (name, options) in commands {
        for locale in ["de", "es-ES"] {
            let answer = discord.slash(name, options.clone(), &member(locale, name)).await;
            insta::assert_json_snapshot!(format!("{name}_{locale}"), without_picture(answer));
        }
    }
    let latin_american = discord.slash("help", json!({}), &member("es-419", "eva")).await;
    assert_eq!(title(&latin_american), "Qué puedes preguntar");
    let french = discord.slash("help", json!({}), &member("fr", "eva")).await;
    assert_eq!(title(&french), "What you can ask");
    discord.settle().await;
}

#[tokio::test]
async fn a_click_is_answered_in_the_language_of_whoever_clicks() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let (german, spanish) = (member("de", "ada"), member("es-ES", "grace"));
    let private = discord.slash("role", json!({"name": "pd"}), &german).await;
    let share = buttons(&private).into_iter().find(|id| id.starts_with("1s:")).expect("a button to share it");
    let public = discord.click(share, &private, &german).await;
    assert_eq!(public["data"]["flags"], Value::Null);
    insta::assert_json_snapshot!("shared_de", steady(public.clone()));
    let all = discord.click("1:/duties product-designer", &public, &spanish).await;
    assert_eq!(title(&all), "Product Designer: responsabilidades");

    // What was said long ago is shared in the language of today's click.
    let question = format!("Who decides what gets built next? {}", "I have asked myself that for weeks. ".repeat(4));
    let private = discord.slash("ask", json!({"question": question}), &german).await;
    let public = discord.click("1s:", &private, &german).await;
    assert_eq!(public["data"]["embeds"], private["data"]["embeds"]);

    let [_, wrong] = ["1+:", "1-:"].map(|mark| buttons(&private).into_iter().find(|id| id.starts_with(mark)));
    let wrong = wrong.expect("a button to judge it").to_owned();
    let form = discord.click(&wrong, &private, &german).await;
    insta::assert_json_snapshot!("form_de", form);
    let id = form["data"]["custom_id"].as_str().expect("a form").to_owned();
    let thanks = discord.submit(&id, &[("text", "Nein.")], &german).await;
    assert_eq!(thanks["data"]["content"], "Danke. Was du schreibst, hilft, die Antworten besser zu machen.");
    let form = discord.click(&wrong, &private, &spanish).await;
    insta::assert_json_snapshot!("form_es", form);
    let thanks = discord.click(&wrong.replace("1-:", "1+:"), &private, &spanish).await;
    assert_eq!(thanks["data"]["content"], "Gracias, es bueno saberlo.");
    discord.settle().await;
}

#[tokio::test]
async fn what_cannot_be_done_is_told_in_the_members_language() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    let old = json!({"components": [{"type": 1, "components": [
        {"type": 2, "style": 2, "label": "Click", "custom_id": "0:role:pm"},
    ]}]});
    for (locale, name) in [("de", "ada"), ("es-ES", "grace")] {
        let member = member(locale, name);
        let gone = discord.click("0:role:pm", &old, &member).await;
        insta::assert_json_snapshot!(format!("gone_{locale}"), gone);
        let blank = discord.slash("path", json!({"from": "  ", "to": "pm"}), &member).await;
        insta::assert_json_snapshot!(format!("blank_{locale}"), blank);
        let empty = discord.message_command("Answer this", "", &member).await;
        insta::assert_json_snapshot!(format!("empty_{locale}"), empty["data"]["embeds"]);
        let form = discord.submit("1-:", &[("text", "hola")], &member).await;
        insta::assert_json_snapshot!(format!("gone_form_{locale}"), form["data"]["embeds"]);
        discord.fail_next("POST", "/callback", Fault::Status(400));
        let sorry = discord.slash("role", json!({"name": "pm"}), &member).await;
        let word = if locale == "de" { "Bei mir ist etwas schiefgegangen" } else { "Algo ha fallado por mi parte" };
        assert!(sorry["data"]["content"].as_str().is_some_and(|text| text.starts_with(word)), "{sorry}");
        bot.until_it_says("Discord rejected a response").await;
    }
}

#[tokio::test]
async fn whoever_asks_too_much_is_told_so_in_their_language() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let mut said = Value::Null;
    for _ in 0..50 {
        said = discord.slash("roles", json!({}), &member("de", "ada")).await;
        if !said["data"]["content"].is_null() {
            break;
        }
    }
    let word = "Das war viel auf einmal, ich brauche einen Moment. Bitte versuch es in ein paar Sekunden noch einmal.";
    assert_eq!(said["data"]["content"], word);
}

#[tokio::test]
async fn messages_and_other_locales_have_the_language_that_is_set() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start_with(&discord, &[("ROLECALL_LANGUAGE", "de")]);
    let german = answer_to(&discord, Message::new("/rolle pd abschnitt:warum", Context::direct())).await;
    insta::assert_json_snapshot!("message_de", steady(german));
    let bare = answer_to(&discord, Message::new("", Context::server()).mentioning_the_bot()).await;
    assert_eq!(title(&bare), "Was du fragen kannst");
    let french = discord.slash("roles", json!({}), &member("fr", "eva")).await;
    assert_eq!(title(&french), "13 Rollen");
    let english = discord.slash("roles", json!({}), &member("en-GB", "mary")).await;
    assert_eq!(title(&english), "13 roles");
    discord.settle().await;
}

#[tokio::test]
async fn commands_are_registered_anew_where_only_a_translation_differs() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    let mut commands = discord.wait_commands().await.as_array().expect("a list").clone();
    drop((bot, discord));
    let role = commands.iter_mut().find(|command| command["name"] == "role").expect("a command");
    role["options"][0]["description_localizations"]["de"] = json!("etwas anderes");
    let all = commands.len();
    let discord = StandIn::start(Setup { commands, ..Setup::default() }).await;
    let bot = Process::start(&discord);
    bot.until_it_says(&format!("commands: 0 created, 1 edited, 0 deleted, {} unchanged", all - 1)).await;
    let asked = discord.requests();
    assert!(asked.iter().any(|request| request.method == "PUT"), "{asked:#?}");
    let now = discord.wait_commands().await;
    let role = now.as_array().into_iter().flatten().find(|command| command["name"] == "role").expect("a command");
    assert_eq!(
        role["options"][0]["description_localizations"]["de"],
        "Die Rolle: ihr Titel, eine Abkürzung oder ein Teil davon"
    );
}
