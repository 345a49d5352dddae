//! Free text to ranked passages. The index finds candidates; how well one answers is then measured word by word, so that a score
//! means the same for every question: 1 where a passage holds all that was asked, 0 where it holds nothing of it.

use std::collections::{HashMap, HashSet};

use crate::search::index::PassageIndex;
use crate::search::query::{ALIKE, Met, Query, QueryTerm, ROLE};
use crate::search::text::english::Word;
use crate::search::text::lexicon::{English, Weight};

/// Candidates that the index hands over for measuring: what answers best by words is among the first fifty by BM25.
const CANDIDATES: usize = 50;
/// What a word is worth that only stands around a passage: in its heading, or its document's title.
const AROUND: f32 = 0.6;
/// What a word is worth that stands in a passage's search phrases alone: what the passage says itself counts a little more.
const IN_PHRASE: f32 = 0.8;
/// What a word counts that says little, beside any other.
const LIGHT: f32 = 0.3;
/// What a word counts that is told around a question.
const TOLD: f32 = 0.85;
/// What it counts where the corpus does not know it.
const TOLD_UNKNOWN: f32 = 0.1;

/// The words of one passage, as numbers of the vocabulary, sorted.
#[derive(Debug)]
struct Searchable {
    document: usize,
    passage: usize,
    text: Box<[u32]>,
    phrases: Box<[Box<[u32]>]>,
    around: Box<[u32]>,
    /// Roles that it names, besides its own.
    roles: Box<[usize]>,
    /// Those of them that its text speaks of, in order.
    told_of: Box<[usize]>,
}

/// The words of one passage.
#[derive(Debug)]
pub struct Source<'a> {
    /// Position of its document.
    pub document: usize,
    /// Position in its document.
    pub passage: usize,
    /// What it says.
    pub text: &'a [Word],
    /// Its search phrases.
    pub phrases: &'a [Vec<Word>],
    /// What stands around it: its heading, and its document's title.
    pub around: [&'a [Word]; 2],
    /// Positions of the roles that it names, search phrases included.
    pub roles: Vec<usize>,
    /// Positions of the roles that it speaks of in its text, in order.
    pub told_of: Vec<usize>,
}

/// A passage that answers more or less.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Position of its document.
    pub document: usize,
    /// Position in its document.
    pub passage: usize,
    /// The share of the question's weight that the passage holds, 0 to 1.
    pub coverage: f32,
    /// How closely the best single statement of it, text or search phrase, matches the question both ways, 0 to 1.
    pub focus: f32,
    /// How many words of the question that statement holds, those that say little included.
    pub words: usize,
    /// Coverage and focus together; what the ranking goes by.
    pub score: f32,
    /// The weight of what it holds of the question.
    pub held: f32,
    /// The weight of what it holds of the question in words that name things here: those of titles, other names and headings.
    pub in_terms: f32,
}

impl Hit {
    /// What it is worth by its words alone, 0 to 1.
    pub fn fit(&self) -> f32 {
        fit(self.coverage, self.focus)
    }

    /// A passage that is taken for an answer without being measured.
    pub fn unmeasured(document: usize, passage: usize, score: f32) -> Hit {
        Hit { document, passage, coverage: 0.0, focus: 0.0, words: 0, score, held: 0.0, in_terms: 0.0 }
    }
}

/// Searches the passages of one corpus.
#[derive(Debug)]
pub struct Searcher {
    index: PassageIndex,
    language: English,
    passages: Vec<Searchable>,
    by_document: HashMap<usize, Vec<usize>>,
    vocabulary: HashMap<String, u32>,
    /// For each word of the vocabulary what it weighs, 0 to 1: the rarer, the more.
    weights: Vec<f32>,
    by_first: HashMap<char, Vec<String>>,
    /// Words of titles, other names and headings: the terms of the field.
    terms: HashSet<u32>,
}

impl Searcher {
    /// A searcher over `sources`, in the order in which they were put into `index`.
    pub fn new(index: PassageIndex, sources: &[Source<'_>]) -> Self {
        let mut vocabulary: HashMap<String, u32> = HashMap::new();
        for source in sources {
            let phrases = source.phrases.iter().flatten();
            for word in source.text.iter().chain(source.around.into_iter().flatten()).chain(phrases) {
                let next = vocabulary.len() as u32;
                vocabulary.entry(word.stem.clone()).or_insert(next);
            }
        }
        let number = |words: &[Word]| numbers(words, &vocabulary);
        let passages: Vec<Searchable> = sources
            .iter()
            .map(|source| Searchable {
                document: source.document,
                passage: source.passage,
                text: number(source.text),
                phrases: source.phrases.iter().map(|phrase| number(phrase)).collect(),
                around: number(&source.around.concat()),
                roles: source.roles.clone().into(),
                told_of: source.told_of.clone().into(),
            })
            .collect();
        let language = English::new();
        let mut seen_in = vec![0u32; vocabulary.len()];
        let mut by_document: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, passage) in passages.iter().enumerate() {
            by_document.entry(passage.document).or_default().push(at);
            let mut ids: Vec<u32> = passage.phrases.iter().flatten().chain(&passage.text).copied().collect();
            ids.sort_unstable();
            ids.dedup();
            ids.into_iter().for_each(|id| seen_in[id as usize] += 1);
        }
        let count = passages.len().max(1) as f32;
        let rarity = |seen: u32| ((1.0 + count / seen.max(1) as f32).ln() / (1.0 + count).ln()).clamp(0.0, 1.0);
        let mut weights: Vec<f32> = seen_in.into_iter().map(rarity).collect();
        let mut by_first: HashMap<char, Vec<String>> = HashMap::new();
        for (stem, id) in &vocabulary {
            match language.weight(stem) {
                Weight::None => weights[*id as usize] = 0.0,
                Weight::Light => weights[*id as usize] *= LIGHT,
                Weight::Full => {}
            }
            if let Some(first) = stem.chars().next() {
                by_first.entry(first).or_default().push(stem.clone());
            }
        }
        by_first.values_mut().for_each(|stems| stems.sort());
        let terms = sources
            .iter()
            .flat_map(|source| source.around.into_iter().flatten())
            .filter(|word| language.weight(&word.stem) == Weight::Full)
            .filter_map(|word| vocabulary.get(&word.stem).copied())
            .collect();
        Searcher { index, language, passages, by_document, vocabulary, weights, by_first, terms }
    }

    /// True where the corpus uses this stem anywhere.
    pub fn knows(&self, stem: &str) -> bool {
        self.vocabulary.contains_key(stem)
    }

    /// How much a word says by the language alone.
    pub fn weight(&self, word: &Word) -> Weight {
        self.language.weight_of(word)
    }

    /// The query that a question's words make. Words of grammar drop out; a word that the corpus does not know becomes a near one
    /// that it does know, and weighs most where there is none: what is asked and not there decides.
    pub fn query<'w>(&self, words: impl IntoIterator<Item = &'w Word>) -> Query {
        self.query_beside(words, [])
    }

    /// The same, with what is told `around` the question: it weighs less, and what the corpus does not know of it hardly anything.
    pub fn query_beside<'w>(
        &self,
        words: impl IntoIterator<Item = &'w Word>,
        around: impl IntoIterator<Item = &'w Word>,
    ) -> Query {
        let mut terms: Vec<QueryTerm> = Vec::new();
        let words = words.into_iter().map(|word| (word, false)).chain(around.into_iter().map(|word| (word, true)));
        for (word, around) in words {
            let language = self.language.weight_of(word);
            if language == Weight::None || terms.iter().any(|term| term.stem == word.stem) {
                continue;
            }
            let alike: Vec<u32> =
                self.language.alike(&word.stem).iter().filter_map(|stem| self.vocabulary.get(stem)).copied().collect();
            let known = self.vocabulary.get(&word.stem).copied();
            let id = known.or_else(|| if alike.is_empty() { self.corrected(&word.stem) } else { None });
            let weight = match (id, alike.first()) {
                (Some(id), _) => self.weights[id as usize],
                (None, Some(id)) => self.weights[*id as usize].max(0.5),
                (None, None) => 1.0,
            };
            let weight = if language == Weight::Light { weight.min(LIGHT) } else { weight };
            let known = id.is_some() || !alike.is_empty();
            let weight = match (around, known) {
                (false, _) => weight,
                (true, true) => weight * TOLD,
                (true, false) => weight * TOLD_UNKNOWN,
            };
            terms.push(QueryTerm { stem: word.stem.clone(), id, alike, weight });
        }
        Query::new(terms)
    }

    /// The known stem that an unknown one is a misspelling of.
    fn corrected(&self, stem: &str) -> Option<u32> {
        let letters = stem.chars().count();
        if letters < 5 || stem.chars().any(|letter| letter.is_ascii_digit()) {
            return None;
        }
        let near = self.by_first.get(&stem.chars().next()?)?;
        near.iter()
            .filter(|known| known.chars().count() > 3 && known.chars().count().abs_diff(letters) < 2)
            .filter(|known| strsim::damerau_levenshtein(stem, known) == 1)
            .min()
            .and_then(|known| self.vocabulary.get(known).copied())
    }

    /// The passages of the whole corpus that answer best.
    pub fn find(&self, query: &Query, limit: usize) -> Vec<Hit> {
        let mut stems: Vec<(&str, f32)> = Vec::new();
        for term in &query.terms {
            stems.push((&term.stem, term.weight));
            for stem in self.language.alike(&term.stem) {
                stems.push((stem, term.weight * ALIKE * 0.5));
            }
        }
        let candidates = self.index.ranked(&stems, CANDIDATES);
        let best = candidates.first().map_or(1.0, |(_, score)| score.max(f32::EPSILON));
        let hits = candidates.into_iter().filter_map(|(at, bm25)| {
            let mut hit = self.measure(query, self.passages.get(at)?);
            // BM25 knows how often a word stands in a passage; it settles what words alone leave even.
            hit.score += 0.2 * bm25 / best;
            Some(hit)
        });
        sorted(hits.collect(), limit)
    }

    /// The passages of these documents that answer best.
    pub fn among(&self, query: &Query, documents: &[usize], limit: usize) -> Vec<Hit> {
        let passages = documents.iter().filter_map(|document| self.by_document.get(document)).flatten();
        sorted(passages.map(|at| self.measure(query, &self.passages[*at])).collect(), limit)
    }

    /// The roles that the text of a passage speaks of, in order, besides the one it stands under.
    pub fn told_of(&self, hit: &Hit) -> &[usize] {
        let at = self.by_document.get(&hit.document).and_then(|passages| passages.get(hit.passage));
        at.map_or(&[], |at| &self.passages[*at].told_of)
    }

    fn measure(&self, query: &Query, passage: &Searchable) -> Hit {
        let spoken_of = ROLE * query.roles.iter().filter(|role| passage.roles.contains(role)).count() as f32;
        let mut met = Met::default();
        query.meet(&passage.around, &self.weights, &mut met);
        let mut inside: Vec<f32> = met.worth.iter().map(|worth| AROUND * worth).collect();
        query.meet(&passage.text, &self.weights, &mut met);
        inside.iter_mut().zip(&met.worth).for_each(|(best, worth)| *best = best.max(*worth));
        // A long sentence may hold an answer in one of its parts; a search phrase is all or nothing.
        let (of_question, of_statement) = closeness(query, &met, spoken_of);
        let (mut focus, mut words) = (of_question * (0.5 + 0.5 * of_statement.max(0.5)), met.words);
        for phrase in &passage.phrases {
            query.meet(phrase, &self.weights, &mut met);
            inside.iter_mut().zip(&met.worth).for_each(|(best, worth)| *best = best.max(IN_PHRASE * worth));
            let (of_question, of_phrase) = closeness(query, &met, spoken_of);
            let fit = of_question * (0.5 + 0.5 * of_phrase);
            if fit > focus {
                (focus, words) = (fit, met.words);
            }
        }
        let (mut held, mut in_terms) = (0.0, 0.0);
        for (term, inside) in query.terms.iter().zip(inside) {
            let worth = term.weight * inside;
            held += worth;
            let names_something = |id: &u32| self.terms.contains(id);
            if worth > 0.0 && (term.id.iter().any(names_something) || term.alike.iter().any(names_something)) {
                in_terms += worth;
            }
        }
        held += spoken_of;
        let coverage = if query.total > 0.0 { held / query.total } else { 0.0 };
        Hit {
            document: passage.document,
            passage: passage.passage,
            coverage,
            focus,
            words,
            score: fit(coverage, focus),
            held,
            in_terms,
        }
    }
}

fn fit(coverage: f32, focus: f32) -> f32 {
    0.45 * coverage + 0.55 * focus
}

/// How much of a question stands in a statement, and how much of the statement in the question, 0 to 1 each.
fn closeness(query: &Query, met: &Met, spoken_of: f32) -> (f32, f32) {
    let held = spoken_of + met.held;
    if held == 0.0 || met.total == 0.0 || query.total == 0.0 {
        return (0.0, 0.0);
    }
    ((held / query.total).min(1.0), (met.own / met.total).min(1.0))
}

/// The numbers of some words, sorted; with them those of pairs that are one word elsewhere: a "road map" is a "roadmap".
fn numbers(words: &[Word], vocabulary: &HashMap<String, u32>) -> Box<[u32]> {
    let mut ids: Vec<u32> = words.iter().filter_map(|word| vocabulary.get(&word.stem).copied()).collect();
    for pair in words.windows(2) {
        let joined = format!("{}{}", pair[0].text, pair[1].stem);
        if joined.len() > 3 {
            ids.extend(vocabulary.get(&joined));
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids.into()
}

/// Puts hits in order, the best first; what is even goes by the corpus's own order.
pub fn sort(hits: &mut [Hit]) {
    hits.sort_by(|one, other| {
        other.score.total_cmp(&one.score).then(one.document.cmp(&other.document)).then(one.passage.cmp(&other.passage))
    });
}

fn sorted(mut hits: Vec<Hit>, limit: usize) -> Vec<Hit> {
    hits.retain(|hit| hit.score > 0.0);
    sort(&mut hits);
    hits.truncate(limit);
    hits
}
