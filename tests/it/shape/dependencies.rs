//! Dependencies between modules, files and crates.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::{NONE, SOURCES, naming};

/// The modules, and which each may use. `main`, `cli` and `ops` may use any.
const MODULES: [(&str, &[&str]); 13] = [
    ("model", &[]),
    ("i18n", &[]),
    ("metrics", &[]),
    ("secret", &[]),
    ("corpus", &["model"]),
    ("search", &["model"]),
    ("knowledge", &["model", "search"]),
    ("engine", &["model", "corpus", "search", "knowledge", "i18n", "metrics"]),
    ("diagram", &["model", "knowledge", "i18n"]),
    ("console", &["engine", "i18n"]),
    ("web", &["engine", "metrics"]),
    ("discord", &["engine", "knowledge", "i18n", "diagram", "metrics", "secret", "web"]),
    ("ops", &["model", "corpus", "search", "knowledge", "engine", "i18n", "discord", "web", "metrics", "secret"]),
];

#[test]
fn a_module_uses_only_the_modules_below_it() {
    let mut modules: Vec<&str> = SOURCES.iter().filter_map(|source| source.path.strip_prefix("src/")).collect();
    modules = modules.into_iter().filter_map(|path| path.split(['/', '.']).next()).collect();
    modules
        .retain(|module| !["main", "lib", "cli"].contains(module) && !MODULES.iter().any(|(known, _)| known == module));
    assert!(modules.is_empty(), "modules that are not in the table: {modules:?}");
    for (module, may) in MODULES {
        let within = [format!("src/{module}/"), format!("src/{module}.rs")];
        for (other, _) in MODULES.iter().filter(|(other, _)| *other != module && !may.contains(other)) {
            assert_eq!(naming(&format!("crate::{other}"), &[&within[0], &within[1]], &[]), NONE);
        }
    }
}

/// The layers of `discord`, and which each may use. Files directly in `discord` may be used by all, and use none but for `mod.rs`.
const DISCORD_LAYERS: [(&str, &[&str]); 7] = [
    ("protocol", &[]),
    ("rest", &["protocol"]),
    ("commands", &["protocol", "rest"]),
    ("state", &["protocol", "commands"]),
    ("interactions", &["protocol", "state"]),
    ("endpoint", &["protocol", "state", "interactions"]),
    ("gateway", &["protocol", "rest", "commands", "state", "interactions"]),
];

#[test]
fn a_layer_of_discord_uses_only_the_layers_below_it() {
    for (layer, may) in DISCORD_LAYERS {
        for (other, _) in DISCORD_LAYERS.iter().filter(|(other, _)| *other != layer && !may.contains(other)) {
            assert_eq!(naming(&format!("crate::discord::{other}"), &[&format!("src/discord/{layer}/")], &[]), NONE);
        }
    }
    for file in ["backoff", "localizations", "notice", "permissions"] {
        for (layer, _) in DISCORD_LAYERS {
            assert_eq!(naming(&format!("crate::discord::{layer}"), &[&format!("src/discord/{file}.rs")], &[]), NONE);
        }
    }
}

#[test]
fn no_static_holds_state() {
    let declaration = Regex::new(r"\bstatic [A-Z_]+: ([^=]+)=").expect("a pattern");
    let state = Regex::new(r"Atomic|Mutex|RwLock|OnceLock|Cell|DashMap|Metrics").expect("a pattern");
    let stateful = SOURCES.iter().flat_map(|source| {
        let found = declaration.captures_iter(&source.code).map(|found| found[1].to_owned());
        found.filter(|kind| state.is_match(kind)).map(|kind| format!("{}: {kind}", source.path)).collect::<Vec<_>>()
    });
    assert_eq!(stateful.collect::<Vec<_>>(), NONE, "put it into `App` or into what needs it");
}

/// Crates that one module alone may name.
const CRATES_OF_MODULES: [(&str, &[&str]); 8] = [
    ("src/search/", &["tantivy"]),
    ("src/corpus/", &["pulldown_cmark", "serde_saphyr"]),
    ("src/knowledge/", &["petgraph"]),
    ("src/i18n/", &["fluent_bundle", "fluent_syntax", "include_str!"]),
    ("src/diagram/", &["resvg", "skrifa", "notosans"]),
    ("src/metrics/", &["prometheus_client"]),
    ("src/ops/", &["notify_debouncer_full"]),
    ("src/web/", &["hyper", "hyper_util"]),
];

#[test]
fn a_crate_is_named_in_one_module_alone() {
    for (home, names) in CRATES_OF_MODULES {
        for name in names {
            assert_eq!(naming(name, &["src/"], &[home]), NONE);
        }
    }
    for name in ["serenity", "tokio_tungstenite", "reqwest"] {
        assert_eq!(naming(name, &["src/"], &["src/discord/", "src/ops/doctor/"]), NONE);
    }
    assert_eq!(naming("axum", &["src/"], &["src/web/", "src/discord/endpoint/"]), NONE);
}

#[test]
fn answers_and_diagrams_use_no_runtime_and_no_network() {
    for name in ["tokio", "serenity", "reqwest", "hyper", "async", "await"] {
        assert_eq!(
            naming(
                name,
                &[
                    "src/engine/",
                    "src/knowledge/",
                    "src/search/",
                    "src/corpus/",
                    "src/model/",
                    "src/diagram/",
                    "src/i18n/"
                ],
                &[]
            ),
            NONE
        );
    }
}

#[test]
fn only_main_sees_settings() {
    for name in ["crate::ops::config", "rolecall::ops::config", "config::Config"] {
        assert_eq!(naming(name, &["src/"], &["src/main.rs", "src/cli/", "src/ops/config.rs"]), NONE);
    }
    for name in ["env::var", "env::var_os", "dotenvy"] {
        assert_eq!(naming(name, &["src/"], &["src/main.rs"]), NONE);
    }
}

#[test]
fn imports_are_not_grouped_across_modules() {
    assert_eq!(naming(r"use crate::\{", &["src/"], &[]), NONE, "the tests above read whole paths");
    assert_eq!(naming(r"super::super", &["src/"], &[]), NONE);
}

/// The file that a path such as `crate::engine::reply::Kind` leads to.
fn file_of(path: &str, files: &BTreeSet<&str>) -> Option<String> {
    let parts: Vec<&str> = path.split("::").skip(1).collect();
    (1..=parts.len()).rev().find_map(|length| {
        let stem = format!("src/{}", parts[..length].join("/"));
        [format!("{stem}.rs"), format!("{stem}/mod.rs")].into_iter().find(|file| files.contains(file.as_str()))
    })
}

/// Every file, with the files that its code names by full path.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let files: BTreeSet<&str> = SOURCES.iter().map(|source| source.path.as_str()).collect();
    let path = Regex::new(r"crate(?:::[a-z_0-9]+)+(?:::\{[^;]*)?").expect("a pattern");
    let inner = Regex::new(r"(?:^|[{,]\s*)([a-z_0-9]+(?:::[a-z_0-9]+)*)").expect("a pattern");
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in SOURCES.iter() {
        let out = arrows.entry(source.path.clone()).or_default();
        for found in path.find_iter(&source.code) {
            let (stem, group) = found.as_str().split_once("::{").unwrap_or((found.as_str(), ""));
            let inside = inner.captures_iter(group).map(|part| format!("{stem}::{}", &part[1]));
            for named in std::iter::once(stem.to_owned()).chain(inside) {
                out.extend(file_of(&named, &files).filter(|file| *file != source.path));
            }
        }
    }
    arrows
}

#[test]
fn files_have_no_circular_dependency() {
    let mut arrows = arrows();
    assert!(arrows.values().map(BTreeSet::len).sum::<usize>() > 50, "the arrows are found");
    // Removes files without dependencies until none is left; the rest is in a circle or depends on one.
    while let Some(free) = arrows.iter().find(|(_, named)| named.is_empty()).map(|(file, _)| file.clone()) {
        arrows.remove(&free);
        arrows.values_mut().for_each(|named| named.retain(|file| *file != free));
    }
    let leads_back: Vec<(&String, &BTreeSet<String>)> = arrows.iter().collect();
    assert!(leads_back.is_empty(), "these files are in a circle, or depend on one: {leads_back:#?}");
}
