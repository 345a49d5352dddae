//! What goes along for running the bot, and what the bot is made of: held to what the program really reads and needs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex::Regex;
use rolecall::ops::config::VARIABLES;

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file of the repository")
}

#[test]
fn the_unit_and_the_image_set_what_there_is_to_set() {
    let setting = Regex::new(r"\b(?:ROLECALL|DISCORD)_[A-Z_]+").expect("a pattern");
    for path in ["deploy/rolecall.service", "deploy/Dockerfile"] {
        let text = file(path);
        let named: BTreeSet<&str> = setting.find_iter(&text).map(|found| found.as_str()).collect();
        assert!(named.len() > 1, "{path} sets something");
        let known: BTreeSet<&str> = VARIABLES.into();
        assert_eq!(named.difference(&known).collect::<Vec<_>>(), [&""; 0], "{path}");
        assert!(!text.contains("DISCORD_TOKEN="), "{path} holds no token");
    }
}

#[test]
fn the_image_is_built_with_the_rust_that_the_program_needs() {
    let version = |path: &str, pattern: &str| {
        Regex::new(pattern).expect("a pattern").captures(&file(path)).expect("a version")[1].to_owned()
    };
    let needed = version("Cargo.toml", r#"rust-version = "([0-9.]+)""#);
    assert_eq!(version("deploy/Dockerfile", r"FROM rust:([0-9.]+)-"), needed);
}

#[test]
fn what_the_image_copies_goes_into_its_build_and_no_secret_does() {
    let (image, ignored) = (file("deploy/Dockerfile"), file("deploy/Dockerfile.dockerignore"));
    let let_in: BTreeSet<&str> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let copies = image.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|what| !what.starts_with("--from"));
    let copied: BTreeSet<&str> = copies
        .flat_map(|what| what.split(' ').rev().skip(1).collect::<Vec<_>>())
        .filter(|what| !what.starts_with("--"))
        .collect();
    assert_eq!(copied, let_in);
    assert!(ignored.lines().any(|line| line == "*"), "all else stays outside");
}

#[test]
fn the_image_has_the_manifest_of_every_member_of_the_workspace() {
    let (manifest, image) = (file("Cargo.toml"), file("deploy/Dockerfile"));
    let members = Regex::new(r"(?m)^members = \[(.*)\]$").expect("a pattern").captures(&manifest).expect("members")[1]
        .split(',')
        .map(|member| member.trim().trim_matches('"').to_owned())
        .collect::<Vec<_>>();
    assert!(!members.is_empty());
    for member in members {
        assert!(image.contains(&format!("COPY {member}/Cargo.toml {member}/Cargo.toml")), "{member}");
    }
}

#[test]
fn all_code_comes_from_the_registry_with_its_checksum() {
    let lock = file("Cargo.lock");
    let packages: Vec<&str> = lock.split("[[package]]").skip(1).collect();
    assert!(packages.len() > 100, "the packages are found");
    let registry = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"";
    let others: Vec<&&str> = packages.iter().filter(|package| !package.contains(registry)).collect();
    let own = ["name = \"discord-standin\"", "name = \"rolecall\""];
    assert!(others.len() == 2 && others.iter().zip(own).all(|(package, name)| package.contains(name)), "{others:?}");
    for unwanted in ["openssl-sys", "native-tls"] {
        assert!(!lock.contains(&format!("name = \"{unwanted}\"")), "{unwanted}: TLS is rustls");
    }
}

/// The packages of Cargo.lock, each with its dependencies: a name, with the version where there are several.
fn locked_packages() -> Vec<(String, Vec<String>)> {
    let lock = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).expect("Cargo.lock");
    let quoted = |line: &str| line.split('"').nth(1).unwrap_or_default().to_owned();
    let package = |text: &str| {
        let value = |key: &str| text.lines().find(|line| line.starts_with(key)).map(quoted).unwrap_or_default();
        let dependencies = text.lines().filter(|line| line.starts_with(" \"")).map(quoted).collect();
        (format!("{} {}", value("name = "), value("version = ")), dependencies)
    };
    lock.split("[[package]]").skip(1).map(package).collect()
}

/// serenity's own gateway client is switched off, but its TLS feature cannot be: that rustls is compiled and never called.
#[test]
fn only_serenity_brings_an_old_rustls() {
    let packages = locked_packages();
    let dependents = |package: &str| {
        let (name, _) = package.split_once(' ').expect("a version");
        let of = |wanted: &str| wanted == package || wanted == name;
        let names = packages.iter().filter(|(_, dependencies)| dependencies.iter().any(|wanted| of(wanted)));
        names.map(|(name, _)| name.split(' ').next().unwrap_or_default()).collect::<Vec<_>>()
    };
    let old = |name: &str, current: &str| {
        let versions = packages.iter().map(|(package, _)| package.as_str());
        let old: Vec<&str> = versions.filter(|p| p.starts_with(name) && !p.starts_with(current)).collect();
        let [old] = old[..] else { panic!("{old:?}: where serenity no longer needs it, this test can go") };
        old
    };
    assert_eq!(dependents(old("rustls ", "rustls 0.23.")), ["tokio-rustls", "tokio-tungstenite", "tungstenite"]);
    assert_eq!(dependents(old("tungstenite ", "tungstenite 0.29.")), ["tokio-tungstenite"]);
    assert_eq!(dependents(old("tokio-rustls ", "tokio-rustls 0.26.")), ["tokio-tungstenite"]);
    assert_eq!(dependents(old("tokio-tungstenite ", "tokio-tungstenite 0.29.")), ["serenity"]);
}
