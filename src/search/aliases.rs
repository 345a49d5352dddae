//! What else a title is called: its words as names compare them, the names that it holds, and those that people make of it.

use std::collections::{HashMap, HashSet};

use crate::corpus::document::Document;
use crate::search::text::english::words;
use crate::search::text::lexicon::{FILLERS, SHORT_FORMS};

/// Names that are made of others, for each of those: a corpus can be written so that each goes into each.
const MOST_COMPOSED: usize = 10;
/// Where there are fewer names than this, there may be as many made of them as of so many.
const FEW: usize = 1_000;

/// The words of a name, and the position of the document that it names.
pub type Called = (Vec<String>, usize);

/// A word as names compare it: short forms spelt out, plural made singular. Nothing for a filler.
pub fn key_word(word: &str) -> Option<String> {
    if FILLERS.contains(&word) {
        return None;
    }
    let word = word.strip_suffix("s'").unwrap_or(word);
    let singular = match word.strip_suffix("ies") {
        Some(root) if root.len() > 2 => format!("{root}y"),
        _ if word.len() > 2 && word.ends_with('s') && !word.ends_with("ss") => word[..word.len() - 1].to_owned(),
        _ => word.to_owned(),
    };
    let spelt = SHORT_FORMS.iter().find(|(short, _)| *short == singular).map(|(_, long)| (*long).to_owned());
    Some(spelt.unwrap_or(singular))
}

/// The words of a name as names compare them.
pub fn key_words(name: &str) -> Vec<String> {
    words(name).iter().filter_map(|word| key_word(&word.text)).collect()
}

/// The names that one title holds: "Group Product Manager (Product Lead)", "Director / Head of Product".
pub fn variants(title: &str) -> Vec<String> {
    let parts: Vec<&str> = title.split(['/', '(', ')', '|']).map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() < 2 {
        return Vec::new();
    }
    parts.into_iter().filter(|part| part.split_whitespace().count() > 1 || part.len() > 3).map(str::to_owned).collect()
}

/// Names with a shorter name inside: where "PM" is a Product Manager, a "Growth PM" is a Growth Product Manager. Initials too, from
/// three words on: APM.
pub fn compose(firm: &[Called], documents: &[Document]) -> Vec<Called> {
    let taken: HashSet<String> = firm.iter().map(|(key, _)| key.join(" ")).collect();
    let mut composed: Vec<Called> = Vec::new();
    let mut titles: Vec<Called> = documents.iter().enumerate().map(|(at, doc)| (key_words(&doc.title), at)).collect();
    titles.retain(|(title, at)| title.len() > 1 && documents[*at].is_role());
    let mut names_of: HashMap<usize, Vec<&Vec<String>>> = HashMap::new();
    for (name, at) in firm {
        names_of.entry(*at).or_default().push(name);
    }
    let most = MOST_COMPOSED * firm.len().max(FEW);
    let inside = names_around(&titles, firm, most);
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
        composed.extend(begun_with_initials(&doc.title).map(|name| (name, at)));
    }
    for (name, at) in firm {
        composed.extend(spelt_out(name, &["vp"], &["vice", "president"]).map(|name| (name, *at)));
        composed.extend(spelt_out(name, &["vice", "president"], &["vp"]).map(|name| (name, *at)));
    }
    composed.retain(|(key, _)| !taken.contains(&key.join(" ")));
    composed
}

/// For each title the names of other documents that hold it, each with the place of its first word there. Every part of every name
/// is looked up, so that it takes as long as there are names, and not that times the titles.
fn names_around<'n>(titles: &[Called], names: &'n [Called], most: usize) -> Vec<Vec<(usize, &'n Called)>> {
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
pub fn head(title: &str) -> Option<String> {
    let words = words(title);
    let of = words.iter().position(|word| word.text == "of").filter(|at| *at > 0);
    words.get(of.map_or(words.len().saturating_sub(1), |at| at - 1)).and_then(|word| key_word(&word.text))
}

fn initials(words: &[String]) -> String {
    words.iter().filter_map(|word| word.chars().next()).collect()
}

/// "FOH Manager" for a "Front of House Manager": the first words by their initials, small ones too, and the rest spelt out.
fn begun_with_initials(title: &str) -> impl Iterator<Item = Vec<String>> {
    let whole: Vec<String> = words(title).into_iter().map(|word| word.text).collect();
    (2..whole.len()).map(move |at| {
        let rest = whole[at..].iter().filter_map(|word| key_word(word));
        std::iter::once(initials(&whole[..at])).chain(rest).collect()
    })
}

/// A name with `from` inside it replaced by `to`.
fn spelt_out(name: &[String], from: &[&str], to: &[&str]) -> Option<Vec<String>> {
    let at = name.windows(from.len()).position(|window| window == from)?;
    let to: Vec<String> = to.iter().map(|word| (*word).to_owned()).collect();
    Some([&name[..at], &to, &name[at + from.len()..]].concat())
}
