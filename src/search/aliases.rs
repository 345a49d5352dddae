//! What else a title is called: its words as names compare them, the names that it holds, and those that people make of it.

use std::collections::{HashMap, HashSet};

use crate::corpus::document::Document;
use crate::search::text::english::tokenize;
use crate::search::text::lexicon::{ABBREVIATIONS, TITLE_STOP_WORDS};

/// Names that are made of others, for each of those: a corpus can be written so that each goes into each.
const MAX_DERIVED_PER_ALIAS: usize = 10;
/// Where there are fewer names than this, there may be as many made of them as of so many.
const MIN_ALIASES_FOR_LIMIT: usize = 1_000;

/// The words of a name, and the position of the document that it names.
pub type NameEntry = (Vec<String>, usize);

/// A word as names compare it: short forms spelt out, plural made singular. Nothing for a filler.
pub fn normalize_word(word: &str) -> Option<String> {
    if TITLE_STOP_WORDS.contains(&word) {
        return None;
    }
    let word = word.strip_suffix("s'").unwrap_or(word);
    let singular = match word.strip_suffix("ies") {
        Some(root) if root.len() > 2 => format!("{root}y"),
        _ if word.len() > 2 && word.ends_with('s') && !word.ends_with("ss") => word[..word.len() - 1].to_owned(),
        _ => word.to_owned(),
    };
    let spelt = ABBREVIATIONS.iter().find(|(short, _)| *short == singular).map(|(_, long)| (*long).to_owned());
    Some(spelt.unwrap_or(singular))
}

/// The words of a name as names compare them.
pub fn normalize(name: &str) -> Vec<String> {
    tokenize(name).iter().filter_map(|word| normalize_word(&word.text)).collect()
}

/// The names that one title holds: "Group Product Manager (Product Lead)", "Director / Head of Product".
pub fn split_title(title: &str) -> Vec<String> {
    let parts: Vec<&str> = title.split(['/', '(', ')', '|']).map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() < 2 {
        return Vec::new();
    }
    parts.into_iter().filter(|part| part.split_whitespace().count() > 1 || part.len() > 3).map(str::to_owned).collect()
}

/// Names with a shorter name inside: where "PM" is a Product Manager, a "Growth PM" is a Growth Product Manager. Initials too, from
/// three words on: APM.
pub fn derive_aliases(firm: &[NameEntry], documents: &[Document]) -> Vec<NameEntry> {
    let taken: HashSet<String> = firm.iter().map(|(key, _)| key.join(" ")).collect();
    let mut composed: Vec<NameEntry> = Vec::new();
    let mut titles: Vec<NameEntry> =
        documents.iter().enumerate().map(|(at, doc)| (normalize(&doc.title), at)).collect();
    titles.retain(|(title, at)| title.len() > 1 && documents[*at].is_role());
    let mut names_of: HashMap<usize, Vec<&Vec<String>>> = HashMap::new();
    for (name, at) in firm {
        names_of.entry(*at).or_default().push(name);
    }
    let most = MAX_DERIVED_PER_ALIAS * firm.len().max(MIN_ALIASES_FOR_LIMIT);
    let inside = names_containing_titles(&titles, firm, most);
    for ((title, owner), around) in titles.iter().zip(inside) {
        let shorter = names_of.get(owner).into_iter().flatten().filter(|name| name.len() < title.len());
        let shorter: Vec<&Vec<String>> = shorter.copied().collect();
        for (from, (name, at)) in around {
            for short in shorter.iter().take(most.saturating_sub(composed.len())) {
                let whole = [&name[..from], short.as_slice(), &name[from + title.len()..]].concat();
                composed.push((whole, *at));
            }
        }
    }
    for (title, at) in titles.iter().filter(|(title, _)| title.len() > 2) {
        composed.push((vec![initials(title)], *at));
    }
    for (at, doc) in documents.iter().enumerate().filter(|(_, doc)| doc.is_role()) {
        composed.extend(leading_initialisms(&doc.title).map(|name| (name, at)));
    }
    for (name, at) in firm {
        composed.extend(replace_tokens(name, &["vp"], &["vice", "president"]).map(|name| (name, *at)));
        composed.extend(replace_tokens(name, &["vice", "president"], &["vp"]).map(|name| (name, *at)));
    }
    composed.retain(|(key, _)| !taken.contains(&key.join(" ")));
    composed
}

/// For each title the names of other documents that hold it, each with the place of its first word there. Every part of every name
/// is looked up, so that it takes as long as there are names, and not that times the titles.
fn names_containing_titles<'n>(
    titles: &[NameEntry],
    names: &'n [NameEntry],
    most: usize,
) -> Vec<Vec<(usize, &'n NameEntry)>> {
    let mut with_words: HashMap<&[String], Vec<usize>> = HashMap::new();
    for (at, (title, _)) in titles.iter().enumerate() {
        with_words.entry(title).or_default().push(at);
    }
    let longest = titles.iter().map(|(title, _)| title.len()).max().unwrap_or_default();
    let (mut around, mut count) = (vec![Vec::new(); titles.len()], 0);
    for name in names {
        let words = name.0.len();
        for length in 2..words.min(longest + 1) {
            let mut found: HashSet<usize> = HashSet::new();
            for from in 0..=words - length {
                for title in with_words.get(&name.0[from..from + length]).into_iter().flatten() {
                    if titles[*title].1 != name.1 && count < most && found.insert(*title) {
                        around[*title].push((from, name));
                        count += 1;
                    }
                }
            }
        }
    }
    around
}

/// The word of a title that says that somebody is meant: the one before "of", or the last.
pub fn head_noun(title: &str) -> Option<String> {
    let words = tokenize(title);
    let of = words.iter().position(|word| word.text == "of").filter(|at| *at > 0);
    words.get(of.map_or(words.len().saturating_sub(1), |at| at - 1)).and_then(|word| normalize_word(&word.text))
}

fn initials(words: &[String]) -> String {
    words.iter().filter_map(|word| word.chars().next()).collect()
}

/// "FOH Manager" for a "Front of House Manager": the first words by their initials, small ones too, and the rest spelt out.
fn leading_initialisms(title: &str) -> impl Iterator<Item = Vec<String>> {
    let whole: Vec<String> = tokenize(title).into_iter().map(|word| word.text).collect();
    (2..whole.len()).map(move |at| {
        let rest = whole[at..].iter().filter_map(|word| normalize_word(word));
        std::iter::once(initials(&whole[..at])).chain(rest).collect()
    })
}

/// A name with `from` inside it replaced by `to`.
fn replace_tokens(name: &[String], from: &[&str], to: &[&str]) -> Option<Vec<String>> {
    let at = name.windows(from.len()).position(|window| window == from)?;
    let to: Vec<String> = to.iter().map(|word| (*word).to_owned()).collect();
    Some([&name[..at], &to, &name[at + from.len()..]].concat())
}
