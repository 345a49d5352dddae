//! Name lookup over slugs, titles and aliases, in hash maps: exact, misspelt or reordered names, mentions in a sentence, autocomplete.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::document::Document;
use crate::search::aliases::{NameEntry, derive_aliases, head_noun, normalize, normalize_word, split_title};
use crate::search::spelling::nearest;
use crate::search::text::english::{Token, stem};

/// How a name matched, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Match {
    /// Equal except for case, plural and possessive.
    Exact,
    /// With spelling errors.
    Misspelled,
    /// With the words in another order.
    Reordered,
    /// Several words that the front matter lists as ambiguous.
    Ambiguous,
    /// A single word that occurs in one title only ("principal"), or that the front matter lists as ambiguous.
    Partial,
}

/// A name found in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Index of the first token.
    pub start: usize,
    /// Index after the last token.
    pub end: usize,
    /// Positions of the documents with this name.
    pub documents: Vec<usize>,
    /// How the name matched.
    pub(crate) match_kind: Match,
}

/// A title or alias with its display form.
#[derive(Debug)]
struct DisplayName {
    /// Lower case, hyphens replaced by spaces.
    lowercase: String,
    normalized_words: Vec<String>,
    name: String,
    document: usize,
    is_title: bool,
}

/// Rank of a name in which a word starts with the typed text.
const WORD_PREFIX_RANK: u8 = 3;

/// Maximum number of characters that fuzzy search compares.
const MAX_COMPARED_CHARS: usize = 100;

/// Maximum number of words of a mention: the search is quadratic in it.
const MAX_MENTION_WORDS: usize = 16;

/// The index of all names of a corpus.
#[derive(Debug)]
pub struct NameIndex {
    /// Normalized name to positions of documents.
    exact: HashMap<String, Vec<usize>>,
    /// The same by sorted words, for names of two words or more.
    reordered: HashMap<String, Vec<usize>>,
    /// Ambiguous names, and words that occur in one title only; looked up after `exact`.
    partial: HashMap<String, Vec<usize>>,
    /// Every word of every name by its first letter, for spelling correction.
    vocabulary: BTreeMap<char, Vec<String>>,
    known_words: HashSet<String>,
    /// Stem of each known word to the last letters of the words with that stem.
    final_letters: HashMap<String, HashSet<char>>,
    /// Head nouns of the titles: "manager", "officer", "head".
    head_nouns: HashSet<String>,
    /// Grouped by document; the title of each first.
    display_names: Vec<DisplayName>,
    max_name_words: usize,
}

impl NameIndex {
    /// Indexes the names of all documents.
    pub fn new(documents: &[Document]) -> Self {
        let mut names = NameIndex {
            exact: HashMap::new(),
            reordered: HashMap::new(),
            partial: HashMap::new(),
            vocabulary: BTreeMap::new(),
            known_words: HashSet::new(),
            final_letters: HashMap::new(),
            head_nouns: documents.iter().filter(|doc| doc.is_role()).filter_map(|doc| head_noun(&doc.title)).collect(),
            display_names: Vec::new(),
            max_name_words: 1,
        };
        let mut canonical: Vec<NameEntry> = Vec::new();
        for (document, doc) in documents.iter().enumerate() {
            let aliases = doc.front_matter.aliases.iter().map(|alias| alias.text.as_str());
            let title_parts = split_title(&doc.title);
            let others = title_parts.iter().map(String::as_str).chain(aliases);
            let mut seen: HashSet<String> = HashSet::new();
            for (index, name) in std::iter::once(doc.title.as_str()).chain(others).enumerate() {
                let normalized_words = normalize(name);
                canonical.push((normalized_words.clone(), document));
                let lowercase = name.to_lowercase();
                if seen.insert(lowercase.clone()) {
                    names.display_names.push(DisplayName {
                        lowercase: lowercase.replace('-', " "),
                        normalized_words,
                        name: name.to_owned(),
                        document,
                        is_title: index == 0,
                    });
                }
            }
            canonical.push((normalize(&doc.slug), document));
            for name in &doc.front_matter.ambiguous {
                insert_unique(&mut names.partial, normalize(&name.text).join(" "), document);
            }
        }
        let derived = derive_aliases(&canonical, documents);
        for (words, document) in canonical.into_iter().chain(derived) {
            names.add_name(words, document);
        }
        names.add_unique_title_words(documents);
        for name in names.exact.keys().chain(names.partial.keys()) {
            for word in name.split(' ') {
                if names.known_words.insert(word.to_owned())
                    && let Some(first) = word.chars().next()
                {
                    names.final_letters.entry(stem(word)).or_default().extend(word.chars().next_back());
                    names.vocabulary.entry(first).or_default().push(word.to_owned());
                }
            }
        }
        names.vocabulary.values_mut().for_each(|words| words.sort());
        names
    }

    fn add_name(&mut self, mut words: Vec<String>, document: usize) {
        if words.is_empty() {
            return;
        }
        self.max_name_words = self.max_name_words.max(words.len());
        insert_unique(&mut self.exact, words.join(" "), document);
        if words.len() > 1 {
            words.sort();
            insert_unique(&mut self.reordered, words.join(" "), document);
        }
    }

    /// Adds words that occur in the title of one role only: "principal" means the Principal Product Manager.
    fn add_unique_title_words(&mut self, documents: &[Document]) {
        let mut roles_by_word: HashMap<String, Vec<usize>> = HashMap::new();
        for (document, doc) in documents.iter().enumerate().filter(|(_, doc)| doc.is_role()) {
            for title in split_title(&doc.title).iter().chain([&doc.title]) {
                for word in normalize(title) {
                    insert_unique(&mut roles_by_word, word, document);
                }
            }
        }
        for (word, roles) in roles_by_word {
            if roles.len() == 1 && !self.exact.contains_key(&word) {
                insert_unique(&mut self.partial, word, roles[0]);
            }
        }
    }

    /// The documents with this name; several for an ambiguous name. Without an exact match, corrects the spelling and ignores the
    /// order of the words.
    pub fn find(&self, name: &str) -> Vec<usize> {
        // Longer than any title; user input may be much longer.
        if name.chars().nth(4 * MAX_COMPARED_CHARS).is_some() {
            return Vec::new();
        }
        let words = normalize(name);
        let joined = words.join(" ");
        if let Some(found) = self.exact.get(&joined).or_else(|| self.partial.get(&joined)) {
            return found.clone();
        }
        let corrected: Vec<String> =
            words.iter().map(|word| self.correct_spelling(word).unwrap_or_else(|| word.clone())).collect();
        let joined = corrected.join(" ");
        let mut sorted = corrected.clone();
        sorted.sort();
        let found = self
            .exact
            .get(&joined)
            .or_else(|| self.reordered.get(&sorted.join(" ")))
            .or_else(|| self.partial.get(&joined));
        found.cloned().unwrap_or_default()
    }

    /// Documents with the most similar names, best first. The score combines Damerau-Levenshtein similarity, shared words and a
    /// bonus for a common prefix.
    pub(crate) fn fuzzy_search(&self, name: &str, limit: usize) -> Vec<usize> {
        let name: String = name.chars().take(MAX_COMPARED_CHARS).collect();
        let query_words = normalize(&name);
        let query = query_words.join(" ");
        let mut best: BTreeMap<usize, f64> = BTreeMap::new();
        for DisplayName { normalized_words, document, .. } in &self.display_names {
            let shared = normalized_words.iter().filter(|word| query_words.contains(word)).count() as f64;
            let overlap = 2.0 * shared / (normalized_words.len() + query_words.len()).max(1) as f64;
            let name = normalized_words.join(" ");
            let similarity = strsim::normalized_damerau_levenshtein(&query, &name);
            let prefix_bonus = if name.starts_with(&query) { 0.5 } else { 0.0 };
            let score = similarity.max(0.5 * (overlap + similarity)) + prefix_bonus;
            let entry = best.entry(*document).or_default();
            *entry = entry.max(score);
        }
        let mut ranked: Vec<(usize, f64)> = best.into_iter().filter(|(_, score)| *score > 0.35).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.into_iter().take(limit).map(|(document, _)| document).collect()
    }

    /// Autocompletes a name: (document, matching name), best first: equal title, equal alias, prefix of a name, prefix of a word,
    /// substring; without any of these, a fuzzy match. Each document appears once; equal ranks are ordered by `tie_breaker`.
    pub(crate) fn complete<K: Ord>(
        &self,
        typed: &str,
        limit: usize,
        tie_breaker: impl Fn(usize) -> K,
    ) -> Vec<(usize, &str)> {
        let typed = typed.trim().to_lowercase().replace('-', " ");
        let mut best: BTreeMap<usize, (u8, &str)> = BTreeMap::new();
        for candidate in &self.display_names {
            if let Some(rank) = candidate.rank(&typed) {
                let entry = best.entry(candidate.document).or_insert((rank, &candidate.name));
                if rank < entry.0 {
                    *entry = (rank, &candidate.name);
                }
            }
        }
        let mut ranked: Vec<(u8, K, usize, &str)> =
            best.into_iter().map(|(document, (rank, name))| (rank, tie_breaker(document), document, name)).collect();
        ranked.sort_unstable();
        let mut found: Vec<(usize, &str)> = ranked.into_iter().map(|(_, _, document, name)| (document, name)).collect();
        if found.is_empty() && typed.chars().count() > 2 {
            for document in self.fuzzy_search(&typed, limit) {
                let mut names = self.display_names.iter();
                found.extend(
                    names
                        .find(|name| name.is_title && name.document == document)
                        .map(|title| (document, title.name.as_str())),
                );
            }
        }
        found.truncate(limit);
        found
    }

    /// Documents with a name, or a word in a name, that starts with `typed`.
    pub(crate) fn prefix_search(&self, typed: &str) -> Vec<usize> {
        let typed = typed.trim().to_lowercase().replace('-', " ");
        let matching =
            self.display_names.iter().filter(|name| name.rank(&typed).is_some_and(|rank| rank <= WORD_PREFIX_RANK));
        let mut found: Vec<usize> = matching.map(|name| name.document).collect();
        found.dedup();
        found
    }

    /// True for the head noun of a title.
    pub(crate) fn is_head_noun(&self, word: &str) -> bool {
        normalize_word(word).is_some_and(|word| self.head_nouns.contains(&word))
    }

    /// All names in a sentence, left to right, the longest at each position, without overlap. `is_ordinary` returns true for words
    /// that the corpus uses outside of names; the spelling of such a word is corrected only if its stem and last letter are those of
    /// a known word.
    pub fn find_mentions(&self, sentence: &[Token], is_ordinary: &dyn Fn(&str) -> bool) -> Vec<Mention> {
        let words: Vec<Option<String>> = sentence.iter().map(|token| normalize_word(&token.text)).collect();
        let corrected: Vec<Option<String>> = words
            .iter()
            .zip(sentence)
            .map(|(word, token)| {
                let word = word.as_ref()?;
                if self.known_words.contains(word) {
                    return None;
                }
                if !is_ordinary(&token.text) {
                    return self.correct_spelling(word);
                }
                // Stemming hides a missing letter ("enginer"); another ending makes another word ("manage", "manager").
                let endings = self.final_letters.get(&token.stem)?;
                word.chars().next_back().filter(|last| endings.contains(last)).and_then(|_| self.correct_spelling(word))
            })
            .collect();
        let mut mentions: Vec<Mention> = Vec::new();
        let mut start = 0;
        while start < sentence.len() {
            match self.mention_at(sentence, &words, &corrected, start) {
                Some(mention) => {
                    start = mention.end;
                    mentions.push(mention);
                }
                None => start += 1,
            }
        }
        mentions
    }

    fn mention_at(
        &self,
        sentence: &[Token],
        words: &[Option<String>],
        corrected: &[Option<String>],
        start: usize,
    ) -> Option<Mention> {
        // A stop word cannot start or end a name. Any other word must be a known word.
        let may_continue = |index: &usize| match &words[*index] {
            Some(word) => corrected[*index].is_some() || self.known_words.contains(word),
            None => *index > start,
        };
        let window = (start..words.len().min(start + self.max_name_words.min(MAX_MENTION_WORDS) + 3))
            .take_while(may_continue)
            .count();
        for length in (1..=window).rev() {
            let end = start + length;
            if words[end - 1].is_none() {
                continue;
            }
            let range = start..end;
            let as_written: Vec<&str> = words[range.clone()].iter().flatten().map(String::as_str).collect();
            let as_corrected: Vec<&str> =
                range.clone().filter_map(|index| corrected[index].as_deref().or(words[index].as_deref())).collect();
            let was_corrected = corrected[range].iter().any(Option::is_some);
            let (documents, match_kind) = if let Some(found) = self.exact.get(&as_written.join(" ")) {
                (found, Match::Exact)
            } else if let Some(found) = was_corrected.then(|| self.exact.get(&as_corrected.join(" "))).flatten() {
                (found, Match::Misspelled)
            } else if let Some(found) = self.find_reordered(&sentence[start..end], &as_corrected) {
                (found, Match::Reordered)
            } else if let Some(found) = self.partial.get(&as_written.join(" ")) {
                (found, if as_written.len() > 1 { Match::Ambiguous } else { Match::Partial })
            } else {
                continue;
            };
            return Some(Mention { start, end, documents: documents.clone(), match_kind });
        }
        None
    }

    /// Matches the words in any order, as in "manager of product, growth". An "and" or "or" separates two names.
    fn find_reordered(&self, tokens: &[Token], words: &[&str]) -> Option<&Vec<usize>> {
        if words.len() < 2 || tokens.iter().any(|token| matches!(token.text.as_str(), "and" | "or")) {
            return None;
        }
        let mut sorted = words.to_vec();
        sorted.sort_unstable();
        self.reordered.get(&sorted.join(" "))
    }

    /// The nearest known word: maximum Damerau-Levenshtein distance 1 from 5 characters, 2 from 8. Else a unique completion.
    fn correct_spelling(&self, word: &str) -> Option<String> {
        let length = word.chars().count();
        let max_distance = match length {
            0..5 => return self.complete_unique_prefix(word),
            5..8 => 1,
            _ => 2,
        };
        let first = word.chars().next()?;
        let known = self.vocabulary.get(&first)?.iter().filter(|known| known.chars().count() > 4);
        nearest(word, known.map(String::as_str), max_distance)
            .map(str::to_owned)
            .or_else(|| self.complete_unique_prefix(word))
    }

    /// The only known word that starts with `word` (4 bytes or more): "elec" for "electrician". `None` if there are several.
    fn complete_unique_prefix(&self, word: &str) -> Option<String> {
        let mut matching = self.vocabulary.get(&word.chars().next()?)?.iter().filter(|known| known.starts_with(word));
        let only = matching.next().filter(|_| word.len() > 3)?;
        matching.next().is_none().then(|| only.clone())
    }
}

impl DisplayName {
    /// Rank as a completion of `typed` (lower case, no hyphens); 0 is best, `None` is no match.
    fn rank(&self, typed: &str) -> Option<u8> {
        if self.lowercase == typed {
            Some(if self.is_title { 0 } else { 1 })
        } else if self.lowercase.starts_with(typed) {
            Some(2)
        } else if self.lowercase.split([' ', '/']).any(|word| word.starts_with(typed)) {
            Some(WORD_PREFIX_RANK)
        } else if self.lowercase.contains(typed) {
            Some(WORD_PREFIX_RANK + 1)
        } else {
            None
        }
    }
}

fn insert_unique(map: &mut HashMap<String, Vec<usize>>, key: String, document: usize) {
    let documents = map.entry(key).or_default();
    if !documents.contains(&document) {
        documents.push(document);
    }
}
