//! Settings: where they come from, which goes before which, and that all that is wrong is told at once.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;

use rolecall::ops::config::{CliOverrides, Config, VARIABLES};

use crate::stage::{Place, SHIPPED};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/.env.example");

/// Each setting of `.env.example`, with the comment above it.
fn explained() -> Vec<(String, String)> {
    let text = fs::read_to_string(EXAMPLE).expect(".env.example is there");
    let mut found = Vec::new();
    let mut comment = String::new();
    for line in text.lines() {
        let setting =
            line.trim_start_matches("# ").split_once('=').map(|(name, _)| name).filter(|name| {
                name.len() > 2 && name.chars().all(|letter| letter == '_' || letter.is_ascii_uppercase())
            });
        match (setting, line.strip_prefix('#')) {
            (Some(name), _) => found.push((name.to_owned(), std::mem::take(&mut comment))),
            (None, Some(text)) => comment.push_str(text),
            (None, None) => comment.clear(),
        }
    }
    found
}

#[test]
fn the_example_explains_exactly_what_is_read() {
    let names: Vec<String> = explained().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.iter().map(String::as_str).collect::<BTreeSet<_>>(), VARIABLES.into());
    assert_eq!(names.len(), VARIABLES.len(), "each once");
    for (name, comment) in explained() {
        assert!(comment.trim().ends_with('.') && comment.split_whitespace().count() > 5, "{name}: {comment:?}");
    }
}

#[test]
fn nothing_is_read_that_is_not_listed() {
    let read = RefCell::new(BTreeSet::new());
    let (_, errors) = Config::read(CliOverrides::default(), |name| {
        read.borrow_mut().insert(name.to_owned());
        None
    });
    assert_eq!(errors, []);
    assert_eq!(read.into_inner(), VARIABLES.map(str::to_owned).into());
}

#[test]
fn the_example_as_it_is_changes_nothing() {
    let place = Place::new();
    fs::copy(EXAMPLE, place.path(".env")).expect("a copy");
    let outcome = place.pipe(&["--corpus", SHIPPED, "--index", "index"], "/role pd\n");
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    assert!(outcome.out.contains("Product Designer"), "without a token it is the console");
}

#[test]
fn wrong_settings_are_all_told_at_once() {
    let place = Place::new();
    let mut command = place.command(&["check"]);
    command.envs([
        ("DISCORD_TOKEN", "Bot abc"),
        ("DISCORD_API_URL", "discord.com/api"),
        ("DISCORD_PUBLIC_KEY", "12345"),
        ("ROLECALL_HTTP_ADDR", "localhost"),
        ("ROLECALL_GATEWAY", "perhaps"),
        ("ROLECALL_ASK_CHANNELS", "123,general"),
        ("ROLECALL_SURE_CHANNEL", "-1"),
        ("ROLECALL_SURE_DIRECT", "half"),
        ("ROLECALL_LANGUAGE", "klingon"),
        ("ROLECALL_WATCHDOG", "0"),
        ("ROLECALL_LOG_FORMAT", "xml"),
        ("ROLECALL_STATUS_ADDR", "localhost:http"),
        ("ROLECALL_WATCH", "yes"),
        ("ROLECALL_RELOAD_COMMAND", "1"),
        ("RUST_LOG", "rolecall=loud"),
    ]);
    let outcome = crate::stage::finish(command);
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(1), ""));
    for (name, _) in
        explained().into_iter().filter(|(name, _)| !["ROLECALL_CORPUS", "ROLECALL_INDEX"].contains(&name.as_str()))
    {
        assert_eq!(outcome.err.matches(&format!("\n  {name}: ")).count(), 1, "{name}: {}", outcome.err);
    }
    assert!(outcome.err.contains("\"general\""), "{}", outcome.err);
    assert!(!outcome.err.contains("abc"), "a token is not for the screen: {}", outcome.err);
}

#[test]
fn a_setting_is_read_from_the_env_file_of_the_current_folder() {
    let place = Place::new();
    place.write(".env", format!("ROLECALL_CORPUS={SHIPPED}\nROLECALL_INDEX=kept\n"));
    let outcome = place.run(&["ask", "/role pd"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    assert!(place.path("kept").is_dir());
}

#[test]
fn an_env_file_further_up_is_not_read() {
    let place = Place::new();
    place.write(".env", "ROLECALL_CORPUS=/nowhere\n");
    fs::create_dir_all(place.path("below/corpus")).expect("a folder");
    place.write("below/corpus/cook.md", "# Cook\n\nCooks.\n");
    let mut command = place.command(&["check"]);
    command.current_dir(place.path("below"));
    let outcome = crate::stage::finish(command);
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
}

#[test]
fn flags_go_before_the_environment_and_that_before_the_env_file() {
    let place = Place::new();
    for name in ["flagged", "set", "filed"] {
        fs::create_dir(place.path(name)).expect("a folder");
        place.write(&format!("{name}/cook.md"), format!("# Cook\n\nThe {name} one.\n"));
    }
    place.write(".env", "ROLECALL_CORPUS=filed\n");
    let shown = |flag: bool, set: bool| {
        let mut command =
            place.command(if flag { &["--corpus", "flagged", "ask", "/role cook"] } else { &["ask", "/role cook"] });
        if set {
            command.env("ROLECALL_CORPUS", "set");
        }
        crate::stage::finish(command).out
    };
    assert!(shown(false, false).contains("The filed one."));
    assert!(shown(false, true).contains("The set one."));
    assert!(shown(true, true).contains("The flagged one."));
}

#[test]
fn an_empty_setting_is_none() {
    let place = Place::with(&[("cook.md", "# Cook\n\nCooks.\n")]);
    let mut command = place.command(&["check"]);
    command.envs(VARIABLES.map(|name| (name, "")));
    let outcome = crate::stage::finish(command);
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
}

#[test]
fn a_broken_env_file_is_told() {
    let place = Place::with(&[("cook.md", "# Cook\n\nCooks.\n")]);
    place.write(".env", "ROLECALL_CORPUS corpus\n");
    let outcome = place.run(&["check"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(1), ""));
    assert!(outcome.err.starts_with("rolecall: .env cannot be read: "), "{}", outcome.err);
    assert!(outcome.err.contains(".env.example"), "{}", outcome.err);
}

#[test]
fn a_broken_env_file_does_not_show_the_token() {
    let place = Place::with(&[("cook.md", "# Cook\n\nCooks.\n")]);
    place.write(".env", "DISCORD_TOKEN=s3cr3t-w0rd with a space\n");
    let outcome = place.run(&["check"]);
    assert_eq!(outcome.code, Some(1));
    assert!(!outcome.err.contains("s3cr3t"), "{}", outcome.err);
}

#[test]
fn how_sure_the_bot_has_to_be_can_be_set() {
    let place = Place::new();
    let answered = |settings: &[(&str, &str)]| {
        let mut command = place.command(&["--corpus", SHIPPED, "ask", "--json", "who owns the roadmap?"]);
        command.envs(settings.iter().copied());
        let outcome = crate::stage::finish(command);
        assert_eq!(outcome.code, Some(0), "{}", outcome.err);
        (outcome.out.contains("\"answered\":true"), outcome.out.contains("I am not sure"))
    };
    assert_eq!(answered(&[]), (true, false));
    assert_eq!(answered(&[("ROLECALL_SURE_CHANNEL", "1")]), (false, true));
    assert_eq!(answered(&[("ROLECALL_SURE_CHANNEL", "1"), ("ROLECALL_SURE_DIRECT", "1")]), (false, false));

    let mut command = place.command(&["check"]);
    command.envs([("ROLECALL_SURE_CHANNEL", "0.4"), ("ROLECALL_SURE_DIRECT", "0.6")]);
    let outcome = crate::stage::finish(command);
    assert!(outcome.code == Some(1) && outcome.err.contains("above ROLECALL_SURE_CHANNEL"), "{}", outcome.err);
}

#[test]
fn interactions_over_http_need_an_address_and_a_key() {
    let key = "0f".repeat(32);
    let read = |settings: &[(&str, &str)]| {
        let value = |name: &str| settings.iter().find(|setting| setting.0 == name).map(|setting| setting.1.to_owned());
        let (config, errors) = Config::read(CliOverrides::default(), value);
        (config, errors.iter().map(ToString::to_string).collect::<Vec<String>>())
    };
    for (text, listen) in
        [("8080", "127.0.0.1:8080"), ("0.0.0.0:80", "0.0.0.0:80"), ("[::1]:0", "[::1]:0"), ("0", "127.0.0.1:0")]
    {
        let settings = [("ROLECALL_HTTP_ADDR", text), ("DISCORD_PUBLIC_KEY", &key), ("ROLECALL_GATEWAY", "off")];
        let (config, errors) = read(&settings);
        assert_eq!(errors, [""; 0]);
        let http = config.http.expect("both");
        assert_eq!((http.listen.to_string().as_str(), http.public_key, config.gateway), (listen, [15; 32], false));
    }
    let faults = [
        (vec![("ROLECALL_HTTP_ADDR", "8080")], "DISCORD_PUBLIC_KEY: missing"),
        (vec![("ROLECALL_GATEWAY", "off")], "ROLECALL_GATEWAY: off without interactions over HTTP"),
        (
            vec![("ROLECALL_GATEWAY", "off"), ("DISCORD_PUBLIC_KEY", &key)],
            "ROLECALL_GATEWAY: off without interactions over HTTP",
        ),
    ];
    for (settings, fault) in faults {
        let (config, told) = read(&settings);
        assert!(told.len() == 1 && told[0].starts_with(fault), "{told:?}");
        assert!(config.http.is_none() && config.gateway, "the defaults: {config:?}");
    }
    for key in ["z".repeat(64), "+f".repeat(32), "0f".repeat(31), "0é".repeat(21) + "0"] {
        let (_, told) = read(&[("ROLECALL_HTTP_ADDR", "8080"), ("DISCORD_PUBLIC_KEY", &key)]);
        assert!(told.len() == 1 && told[0].starts_with("DISCORD_PUBLIC_KEY: not 64"), "{told:?}");
    }
    for address in ["localhost:8080", "65536", "-1", ":8080", "http://127.0.0.1:80"] {
        let (_, told) = read(&[("ROLECALL_HTTP_ADDR", address), ("DISCORD_PUBLIC_KEY", &key)]);
        assert!(told.len() == 1 && told[0].starts_with("ROLECALL_HTTP_ADDR: "), "{told:?}");
    }
}

#[test]
fn a_public_key_without_an_address_is_warned_of_and_not_used() {
    let config = |key: &str| {
        let value = |name: &str| (name == "DISCORD_PUBLIC_KEY").then(|| key.to_owned());
        let (config, errors) = Config::read(CliOverrides::default(), value);
        assert_eq!(errors, []);
        assert!(config.http.is_none() && config.warnings.len() == 1, "{config:?}");
        config.warnings[0].to_string()
    };
    let unused = "DISCORD_PUBLIC_KEY: not used, because ROLECALL_HTTP_ADDR is not set";
    let good = config(&"0f".repeat(32));
    assert!(good.starts_with(unused) && !good.contains("64"), "{good}");
    let malformed = config("12345");
    assert!(malformed.starts_with(unused) && malformed.contains("not 64 hexadecimal digits"), "{malformed}");

    let place = Place::with(&[("cook.md", "# Cook\n\nCooks.\n")]);
    for key in ["12345".to_owned(), "0f".repeat(32)] {
        place.write(".env", format!("DISCORD_PUBLIC_KEY={key}\n"));
        let console = place.pipe(&[], "/role cook\n");
        assert!(console.code == Some(0) && console.out.contains("Cooks."), "{console:?}");
        assert_eq!(console.err.matches(unused).count(), 1, "{}", console.err);
        assert!(console.err.contains("WARN"), "{}", console.err);
        // A command that does not start the bot says nothing of it.
        let check = place.run(&["check"]);
        assert_eq!((check.code, check.err.as_str()), (Some(0), ""));
    }
}
