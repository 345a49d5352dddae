//! Answers in the locale of the member's Discord client; text from the documents is not translated.

use serde_json::{Value, json};

use super::flows::{buttons, steady, title, without_diagram};
use super::process::Process;
use discord_standin::{Context, Fault, Message, Person, Setup, StandIn};

/// A member with this locale and a rate limit of their own.
fn member(locale: &str, name: &str) -> Context {
    Context::server().by(Person::named(name)).speaking(locale)
}

#[tokio::test]
async fn commands_are_answered_in_the_locale_of_the_member() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let commands = [
        ("help", json!({})),
        ("role", json!({"name": "dsn"})),
        ("path", json!({"from": "hca", "to": "cno"})),
        ("compare", json!({"one": "rn", "other": "ssn"})),
    ];
    for (name, options) in commands {
        for locale in ["de", "es-ES"] {
            let answer = discord.slash(name, options.clone(), &member(locale, name)).await;
            insta::assert_json_snapshot!(format!("{name}_{locale}"), without_diagram(answer));
        }
    }
    let latin_american = discord.slash("help", json!({}), &member("es-419", "eva")).await;
    assert_eq!(title(&latin_american), "Qué puedes preguntar");
    let french = discord.slash("help", json!({}), &member("fr", "eva")).await;
    assert_eq!(title(&french), "What you can ask");
    discord.settle().await;
}

#[tokio::test]
async fn a_click_is_answered_in_the_locale_of_the_member_who_clicks() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let (german, spanish) = (member("de", "ada"), member("es-ES", "grace"));
    let private = discord.slash("role", json!({"name": "dsn"}), &german).await;
    let share = buttons(&private).into_iter().find(|id| id.starts_with("1s:")).expect("a button to share it");
    let public = discord.click(share, &private, &german).await;
    assert_eq!(public["data"]["flags"], Value::Null);
    insta::assert_json_snapshot!("shared_de", steady(public.clone()));
    let all = discord.click("1:/duties diabetes-specialist-nurse", &public, &spanish).await;
    assert_eq!(title(&all), "Diabetes Specialist Nurse: responsabilidades");

    // A shared answer keeps the text that it had.
    let question = format!("Who hands out the tablets? {}", "I have asked myself that for weeks. ".repeat(4));
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
async fn error_messages_are_in_the_locale_of_the_member() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    bot.until_it_says(" created, ").await;
    let old = json!({"components": [{"type": 1, "components": [
        {"type": 2, "style": 2, "label": "Click", "custom_id": "0:role:rn"},
    ]}]});
    for (locale, name) in [("de", "ada"), ("es-ES", "grace")] {
        let member = member(locale, name);
        let gone = discord.click("0:role:rn", &old, &member).await;
        insta::assert_json_snapshot!(format!("gone_{locale}"), gone);
        let blank = discord.slash("path", json!({"from": "  ", "to": "rn"}), &member).await;
        insta::assert_json_snapshot!(format!("blank_{locale}"), blank);
        let empty = discord.message_command("Answer this", "", &member).await;
        insta::assert_json_snapshot!(format!("empty_{locale}"), empty["data"]["embeds"]);
        let form = discord.submit("1-:", &[("text", "hola")], &member).await;
        insta::assert_json_snapshot!(format!("gone_form_{locale}"), form["data"]["embeds"]);
        discord.fail_next("POST", "/callback", Fault::Status(400));
        let sorry = discord.slash("role", json!({"name": "rn"}), &member).await;
        let word = if locale == "de" { "Bei mir ist etwas schiefgegangen" } else { "Algo ha fallado por mi parte" };
        assert!(sorry["data"]["content"].as_str().is_some_and(|text| text.starts_with(word)), "{sorry}");
        bot.until_it_says("Discord rejected a response").await;
    }
}

#[tokio::test]
async fn the_rate_limit_message_is_in_the_locale_of_the_member() {
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
async fn messages_and_unsupported_locales_get_the_language_of_the_settings() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start_with(&discord, &[("ROLECALL_LANGUAGE", "de")]);
    let german = discord.answer_to(Message::new("/rolle dsn abschnitt:warum", Context::direct())).await;
    insta::assert_json_snapshot!("message_de", steady(german));
    let bare = discord.answer_to(Message::new("", Context::server()).mentioning_the_bot()).await;
    assert_eq!(title(&bare), "Was du fragen kannst");
    let french = discord.slash("roles", json!({}), &member("fr", "eva")).await;
    assert_eq!(title(&french), "12 Rollen");
    let english = discord.slash("roles", json!({}), &member("en-GB", "mary")).await;
    assert_eq!(title(&english), "12 roles");
    discord.settle().await;
}

#[tokio::test]
async fn commands_are_registered_again_if_only_a_localization_differs() {
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
