//! What a role is called: slugs, titles, aliases, levels. Finds a name exactly, misspelt or in another order; spots names in a
//! sentence; completes one that is being typed. Names do not go through the index: a hash is faster and right more often.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::corpus::document::Document;
use crate::search::aliases::{derive_aliases, head_noun, normalize, normalize_word, split_title};
use crate::search::text::english::{Token, stem};

/// How a name was recognised, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    /// As written in the corpus, up to case, plural and possessive.
    Exact,
    /// With typing errors.
    Misspelled,
    /// Its words in another order.
    Reordered,
    /// Several words that their author calls ambiguous.
    Ambiguous,
    /// A single word that belongs to one title alone ("principal"), or that its author calls ambiguous.
    Partial,
}

/// A name spotted in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The first word of it, counted from 0.
    pub start: usize,
    /// One past its last word.
    pub end: usize,
    /// Positions of the documents that it may mean; more than one where it is ambiguous.
    pub documents: Vec<usize>,
    /// How it was recognised.
    pub match_kind: Match,
}

/// A name as it is shown.
#[derive(Debug)]
struct DisplayName {
    lowercase: String,
    /// Its words as names are compared.
    normalized_words: Vec<String>,
    name: String,
    document: usize,
    is_title: bool,
}

/// The rank of a name in which a word goes on from what was typed.
const WORD_PREFIX_RANK: u8 = 3;

/// Names are compared up to here, in characters.
const MAX_COMPARED_CHARS: usize = 100;

/// Names in a sentence are looked for up to so many words: every beginning is tried with every length.
const MAX_MENTION_WORDS: usize = 16;

/// All names of a corpus.
#[derive(Debug)]
pub struct NameIndex {
    /// Normalised name to the documents that bear it.
    exact: HashMap<String, Vec<usize>>,
    /// The same by sorted words, for names of two words and more.
    reordered: HashMap<String, Vec<usize>>,
    /// Names that mean a document only where a name is expected.
    partial: HashMap<String, Vec<usize>>,
    /// Every word of every name, by its first letter, for typing errors.
    vocabulary: BTreeMap<char, Vec<String>>,
    known_words: HashSet<String>,
    /// By the stems of those words, the letters that they end with.
    final_letters: HashMap<String, HashSet<char>>,
    /// The words of titles that say that somebody is meant: "manager", "officer", "head".
    head_nouns: HashSet<String>,
    /// Names as they are shown, by document; the title of each first.
    display_names: Vec<DisplayName>,
    max_name_words: usize,
}

impl NameIndex {
    /// Collects the names of all documents.
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
        let mut firm: Vec<(Vec<String>, usize)> = Vec::new();
        for (at, doc) in documents.iter().enumerate() {
            let aliases = doc.front_matter.aliases.iter().map(|alias| alias.text.as_str());
            let variants = split_title(&doc.title);
            let others = variants.iter().map(String::as_str).chain(aliases);
            let mut known: HashSet<String> = HashSet::new();
            for (number, name) in std::iter::once(doc.title.as_str()).chain(others).enumerate() {
                firm.push((normalize(name), at));
                let lower = name.to_lowercase();
                if known.insert(lower.clone()) {
                    names.display_names.push(DisplayName {
                        lowercase: lower,
                        normalized_words: normalize(name),
                        name: name.to_owned(),
                        document: at,
                        is_title: number == 0,
                    });
                }
            }
            firm.push((normalize(&doc.slug), at));
            for name in &doc.front_matter.ambiguous {
                insert_unique(&mut names.partial, normalize(&name.text).join(" "), at);
            }
        }
        let composed = derive_aliases(&firm, documents);
        for (key, at) in firm.into_iter().chain(composed) {
            names.add_name(key, at);
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
        names.vocabulary.values_mut().for_each(|list| list.sort());
        names
    }

    fn add_name(&mut self, key: Vec<String>, at: usize) {
        if key.is_empty() {
            return;
        }
        self.max_name_words = self.max_name_words.max(key.len());
        let mut sorted = key.clone();
        sorted.sort();
        if key.len() > 1 {
            insert_unique(&mut self.reordered, sorted.join(" "), at);
        }
        insert_unique(&mut self.exact, key.join(" "), at);
    }

    /// Words that stand in the title of one role alone: "principal" means the Principal Product Manager where a role is expected.
    fn add_unique_title_words(&mut self, documents: &[Document]) {
        let mut bearers: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, doc) in documents.iter().enumerate().filter(|(_, doc)| doc.is_role()) {
            for title in split_title(&doc.title).iter().chain([&doc.title]) {
                for word in normalize(title) {
                    insert_unique(&mut bearers, word, at);
                }
            }
        }
        for (word, roles) in bearers {
            if roles.len() == 1 && !self.exact.contains_key(&word) {
                insert_unique(&mut self.partial, word, roles[0]);
            }
        }
    }

    /// The documents that a name means; several where it is ambiguous, none where nobody is called so. Words in another order and
    /// typing errors count where nothing fits as written.
    pub fn find(&self, name: &str) -> Vec<usize> {
        // No title is as long as this by far, and a member's text may be.
        if name.chars().nth(4 * MAX_COMPARED_CHARS).is_some() {
            return Vec::new();
        }
        let key = normalize(name);
        let joined = key.join(" ");
        if let Some(found) = self.exact.get(&joined).or_else(|| self.partial.get(&joined)) {
            return found.clone();
        }
        let corrected: Vec<String> =
            key.iter().map(|word| self.correct_spelling(word).unwrap_or_else(|| word.clone())).collect();
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

    /// Documents whose names come nearest to one that nobody bears, best first.
    pub fn fuzzy_search(&self, name: &str, limit: usize) -> Vec<usize> {
        // No name is so long; the rest cannot bring it nearer, and comparing takes time.
        let name: String = name.chars().take(MAX_COMPARED_CHARS).collect();
        let wanted = normalize(&name);
        let text = wanted.join(" ");
        let mut best: BTreeMap<usize, f64> = BTreeMap::new();
        for DisplayName { normalized_words: key, document, .. } in &self.display_names {
            let shared = key.iter().filter(|word| wanted.contains(word)).count() as f64;
            let overlap = 2.0 * shared / (key.len() + wanted.len()).max(1) as f64;
            let name = key.join(" ");
            let alike = strsim::normalized_damerau_levenshtein(&text, &name);
            let begins = if name.starts_with(&text) { 0.5 } else { 0.0 };
            let score = alike.max(0.5 * (overlap + alike)) + begins;
            let entry = best.entry(*document).or_default();
            *entry = entry.max(score);
        }
        let mut ranked: Vec<(usize, f64)> = best.into_iter().filter(|(_, score)| *score > 0.35).collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        ranked.into_iter().take(limit).map(|(at, _)| at).collect()
    }

    /// Names that go on from what has been typed, best first: a title as written, another name as written, the beginning of a name,
    /// the beginning of a word in one, any part of one; where there is none of these, a misspelling. Each document comes once, with
    /// the name that fitted; those that fit as well in the order of `standing`.
    pub fn complete<K: Ord>(&self, typed: &str, limit: usize, standing: impl Fn(usize) -> K) -> Vec<(usize, &str)> {
        let typed = typed.trim().to_lowercase().replace('-', " ");
        let mut best: BTreeMap<usize, (u8, &str)> = BTreeMap::new();
        for shown in &self.display_names {
            if let Some(rank) = shown.rank(&typed) {
                let entry = best.entry(shown.document).or_insert((rank, &shown.name));
                if rank < entry.0 {
                    *entry = (rank, &shown.name);
                }
            }
        }
        let mut ranked: Vec<(u8, K, usize, &str)> =
            best.into_iter().map(|(at, (rank, name))| (rank, standing(at), at, name)).collect();
        ranked.sort_unstable();
        let mut found: Vec<(usize, &str)> = ranked.into_iter().map(|(_, _, at, name)| (at, name)).collect();
        if found.is_empty() && typed.chars().count() > 2 {
            for at in self.fuzzy_search(&typed, limit) {
                if let Some(title) = self.display_names.iter().find(|shown| shown.is_title && shown.document == at) {
                    found.push((at, &title.name));
                }
            }
        }
        found.truncate(limit);
        found
    }

    /// Documents with a name that goes on from this, or in which a word does, each once.
    pub fn prefix_search(&self, typed: &str) -> Vec<usize> {
        let typed = typed.trim().to_lowercase().replace('-', " ");
        let fitting =
            self.display_names.iter().filter(|shown| shown.rank(&typed).is_some_and(|rank| rank <= WORD_PREFIX_RANK));
        let mut found: Vec<usize> = fitting.map(|shown| shown.document).collect();
        found.dedup();
        found
    }

    /// True for a word by which a title says that somebody is meant.
    pub fn is_head_noun(&self, word: &str) -> bool {
        normalize_word(word).is_some_and(|key| self.head_nouns.contains(&key))
    }

    /// Every name in a sentence, longest first, none inside another. `ordinary` tells words that the corpus uses outside names:
    /// they are never taken for the misspelling of one.
    pub fn find_mentions(&self, sentence: &[Token], ordinary: &dyn Fn(&str) -> bool) -> Vec<Mention> {
        let keys: Vec<Option<String>> = sentence.iter().map(|word| normalize_word(&word.text)).collect();
        let corrected: Vec<Option<String>> = keys
            .iter()
            .zip(sentence)
            .map(|(key, word)| {
                let key = key.as_ref()?;
                if self.known_words.contains(key) {
                    return None;
                }
                if !ordinary(&word.text) {
                    return self.correct_spelling(key);
                }
                // Stemming hides a letter left out ("enginer"); an ending of its own makes another word ("manage", "manager").
                let endings = self.final_letters.get(&word.stem)?;
                key.chars().next_back().filter(|last| endings.contains(last)).and_then(|_| self.correct_spelling(key))
            })
            .collect();
        let mut mentions: Vec<Mention> = Vec::new();
        let mut start = 0;
        while start < sentence.len() {
            match self.mention_at(sentence, &keys, &corrected, start) {
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
        keys: &[Option<String>],
        corrected: &[Option<String>],
        start: usize,
    ) -> Option<Mention> {
        // A filler cannot open or close a name, but may stand inside one; any other word in a name is a word of names.
        let part = |at: &usize| match &keys[*at] {
            Some(key) => corrected[*at].is_some() || self.known_words.contains(key),
            None => *at > start,
        };
        let window =
            (start..keys.len().min(start + self.max_name_words.min(MAX_MENTION_WORDS) + 3)).take_while(part).count();
        for length in (1..=window).rev() {
            let end = start + length;
            if keys[end - 1].is_none() {
                continue;
            }
            let range = start..end;
            let plain: Vec<&str> = keys[range.clone()].iter().flatten().map(String::as_str).collect();
            let mended: Vec<&str> =
                range.clone().filter_map(|at| corrected[at].as_deref().or(keys[at].as_deref())).collect();
            let was_mended = corrected[range].iter().any(Option::is_some);
            let (documents, how) = if let Some(found) = self.exact.get(&plain.join(" ")) {
                (found, Match::Exact)
            } else if let Some(found) = was_mended.then(|| self.exact.get(&mended.join(" "))).flatten() {
                (found, Match::Misspelled)
            } else if let Some(found) = self.find_reordered(&sentence[start..end], &mended) {
                (found, Match::Reordered)
            } else if let Some(found) = self.partial.get(&plain.join(" ")) {
                (found, if plain.len() > 1 { Match::Ambiguous } else { Match::Partial })
            } else {
                continue;
            };
            return Some(Mention { start, end, documents: documents.clone(), match_kind: how });
        }
        None
    }

    /// "Manager of product, growth"; but "a PM and a senior" are two.
    fn find_reordered(&self, written: &[Token], key: &[&str]) -> Option<&Vec<usize>> {
        if key.len() < 2 || written.iter().any(|word| matches!(word.text.as_str(), "and" | "or")) {
            return None;
        }
        let mut sorted = key.to_vec();
        sorted.sort_unstable();
        self.reordered.get(&sorted.join(" "))
    }

    /// The word of a name that this one is a misspelling of: one letter off from five letters on, two from eight on.
    fn correct_spelling(&self, word: &str) -> Option<String> {
        let letters = word.chars().count();
        let allowed = match letters {
            0..5 => return self.complete_unique_prefix(word),
            5..8 => 1,
            _ => 2,
        };
        let first = word.chars().next()?;
        self.vocabulary
            .get(&first)?
            .iter()
            // Comparing takes time, with a long word much of it; who differs more in length is no misspelling.
            .filter(|known| known.chars().count() > 4 && known.chars().count().abs_diff(letters) <= allowed)
            .map(|known| (strsim::damerau_levenshtein(word, known), known))
            .filter(|(distance, _)| (1..=allowed).contains(distance))
            .min()
            .map(|(_, known)| known.clone())
            .or_else(|| self.complete_unique_prefix(word))
    }

    /// The word of a name that begins like this one, where only one does: "elec" for "electrician".
    fn complete_unique_prefix(&self, word: &str) -> Option<String> {
        let mut longer = self.vocabulary.get(&word.chars().next()?)?.iter().filter(|known| known.starts_with(word));
        let only = longer.next().filter(|_| word.len() > 3)?;
        longer.next().is_none().then(|| only.clone())
    }
}

impl DisplayName {
    /// How well it goes on from what has been typed, in lower case and without hyphens: 0 is best; none where it does not.
    fn rank(&self, typed: &str) -> Option<u8> {
        let lower = self.lowercase.replace('-', " ");
        if lower == typed {
            Some(if self.is_title { 0 } else { 1 })
        } else if lower.starts_with(typed) {
            Some(2)
        } else if lower.split([' ', '/']).any(|word| word.starts_with(typed)) {
            Some(WORD_PREFIX_RANK)
        } else if lower.contains(typed) {
            Some(WORD_PREFIX_RANK + 1)
        } else {
            None
        }
    }
}

fn insert_unique(map: &mut HashMap<String, Vec<usize>>, key: String, at: usize) {
    let bearers = map.entry(key).or_default();
    if !bearers.contains(&at) {
        bearers.push(at);
    }
}
