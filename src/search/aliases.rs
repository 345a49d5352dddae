//! Aliases of titles: normalized words, the parts of a title, and derived forms such as initialisms.

use std::collections::{HashMap, HashSet};

use crate::model::document::Document;
use crate::search::text::english::tokenize;
use crate::search::text::lexicon::{ABBREVIATIONS, TITLE_STOP_WORDS};

/// Maximum number of derived aliases per alias; bounds hostile corpora.
const MAX_DERIVED_PER_ALIAS: usize = 10;
/// The limit is computed for at least this number of aliases.
const MIN_ALIASES_FOR_LIMIT: usize = 1_000;

/// The normalized words of a name, and the position of its document.
pub(crate) type NameEntry = (Vec<String>, usize);

/// Normalizes a word of a name: singular, abbreviation expanded. `None` for a stop word of titles.
pub(crate) fn normalize_word(word: &str) -> Option<String> {
    if TITLE_STOP_WORDS.contains(&word) {
        return None;
    }
    let word = word.strip_suffix("s'").unwrap_or(word);
    let singular = match word.strip_suffix("ies") {
        Some(root) if root.len() > 2 => format!("{root}y"),
        _ if word.len() > 2 && word.ends_with('s') && !word.ends_with("ss") => word[..word.len() - 1].to_owned(),
        _ => word.to_owned(),
    };
    let expanded = ABBREVIATIONS.iter().find(|(short, _)| *short == singular).map(|(_, long)| (*long).to_owned());
    Some(expanded.unwrap_or(singular))
}

/// The normalized words of a name.
pub(crate) fn normalize(name: &str) -> Vec<String> {
    tokenize(name).iter().filter_map(|token| normalize_word(&token.text)).collect()
}

/// The names inside a compound title: "Group Product Manager (Product Lead)", "Director / Head of Product". Empty for other titles.
pub(crate) fn split_title(title: &str) -> Vec<String> {
    let parts: Vec<&str> = title.split(['/', '(', ')', '|']).map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() < 2 {
        return Vec::new();
    }
    parts.into_iter().filter(|part| part.split_whitespace().count() > 1 || part.len() > 3).map(str::to_owned).collect()
}

/// Derives further aliases from the `canonical` names. An alias replaces the title inside a longer name: if "PM" is a Product Manager,
/// "Growth PM" is a Growth Product Manager. Titles of three words or more also get initials: APM.
pub(crate) fn derive_aliases(canonical: &[NameEntry], documents: &[Document]) -> Vec<NameEntry> {
    let taken: HashSet<String> = canonical.iter().map(|(words, _)| words.join(" ")).collect();
    let mut derived: Vec<NameEntry> = Vec::new();
    let mut titles: Vec<NameEntry> =
        documents.iter().enumerate().map(|(document, doc)| (normalize(&doc.title), document)).collect();
    titles.retain(|(title, document)| title.len() > 1 && documents[*document].is_role());
    let mut names_by_document: HashMap<usize, Vec<&Vec<String>>> = HashMap::new();
    for (name, document) in canonical {
        names_by_document.entry(*document).or_default().push(name);
    }
    let max = MAX_DERIVED_PER_ALIAS * canonical.len().max(MIN_ALIASES_FOR_LIMIT);
    let containing = names_containing_titles(&titles, canonical, max);
    for ((title, owner), names) in titles.iter().zip(containing) {
        let shorter = names_by_document.get(owner).into_iter().flatten().filter(|name| name.len() < title.len());
        let shorter: Vec<&Vec<String>> = shorter.copied().collect();
        for (start, (name, document)) in names {
            for short in shorter.iter().take(max.saturating_sub(derived.len())) {
                let alias = [&name[..start], short.as_slice(), &name[start + title.len()..]].concat();
                derived.push((alias, *document));
            }
        }
    }
    for (title, document) in titles.iter().filter(|(title, _)| title.len() > 2) {
        derived.push((vec![initials(title)], *document));
    }
    for (document, doc) in documents.iter().enumerate().filter(|(_, doc)| doc.is_role()) {
        derived.extend(leading_initialisms(&doc.title).map(|name| (name, document)));
    }
    for (name, document) in canonical {
        derived.extend(replace_tokens(name, &["vp"], &["vice", "president"]).map(|name| (name, *document)));
        derived.extend(replace_tokens(name, &["vice", "president"], &["vp"]).map(|name| (name, *document)));
    }
    derived.retain(|(words, _)| !taken.contains(&words.join(" ")));
    derived
}

/// For each title the names of other documents that contain it, each with the index of the title's first word. Looks up every
/// word n-gram of every name in a hash map, so that the time does not grow with names times titles. At most `max` in total.
fn names_containing_titles<'n>(
    titles: &[NameEntry],
    names: &'n [NameEntry],
    max: usize,
) -> Vec<Vec<(usize, &'n NameEntry)>> {
    let mut titles_by_words: HashMap<&[String], Vec<usize>> = HashMap::new();
    for (index, (title, _)) in titles.iter().enumerate() {
        titles_by_words.entry(title).or_default().push(index);
    }
    let max_words = titles.iter().map(|(title, _)| title.len()).max().unwrap_or_default();
    let (mut containing, mut count) = (vec![Vec::new(); titles.len()], 0);
    for name in names {
        let words = name.0.len();
        for length in 2..words.min(max_words + 1) {
            let mut found: HashSet<usize> = HashSet::new();
            for start in 0..=words - length {
                for title in titles_by_words.get(&name.0[start..start + length]).into_iter().flatten() {
                    if titles[*title].1 != name.1 && count < max && found.insert(*title) {
                        containing[*title].push((start, name));
                        count += 1;
                    }
                }
            }
        }
    }
    containing
}

/// The head noun of a title ("manager", "director"): the word before "of", or the last word.
pub(crate) fn head_noun(title: &str) -> Option<String> {
    let tokens = tokenize(title);
    let of = tokens.iter().position(|token| token.text == "of").filter(|index| *index > 0);
    let head = of.unwrap_or(tokens.len()).checked_sub(1)?;
    normalize_word(&tokens[head].text)
}

fn initials(words: &[String]) -> String {
    words.iter().filter_map(|word| word.chars().next()).collect()
}

/// "FOH Manager" for "Front of House Manager": initials of the first words, stop words included, then the remaining words.
fn leading_initialisms(title: &str) -> impl Iterator<Item = Vec<String>> {
    let words: Vec<String> = tokenize(title).into_iter().map(|token| token.text).collect();
    (2..words.len()).map(move |split| {
        let rest = words[split..].iter().filter_map(|word| normalize_word(word));
        std::iter::once(initials(&words[..split])).chain(rest).collect()
    })
}

/// Replaces the first occurrence of `from` in a name by `to`; `None` without one.
fn replace_tokens(name: &[String], from: &[&str], to: &[&str]) -> Option<Vec<String>> {
    let start = name.windows(from.len()).position(|window| window == from)?;
    let to: Vec<String> = to.iter().map(|word| (*word).to_owned()).collect();
    Some([&name[..start], &to, &name[start + from.len()..]].concat())
}
