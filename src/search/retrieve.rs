//! Free text to ranked passages. The index finds candidates; how well one answers is then measured word by word, so that a score
//! means the same for every question: 1 where a passage holds all that was asked, 0 where it holds nothing of it.

use std::collections::{HashMap, HashSet};

use crate::search::index::PassageIndex;
use crate::search::query::{MatchStats, Query, QueryTerm, ROLE_WEIGHT, SYNONYM_WEIGHT};
use crate::search::text::english::Token;
use crate::search::text::lexicon::{Lexicon, WordClass};

/// Candidates that the index hands over for measuring: what answers best by words is among the first fifty by BM25.
const MAX_CANDIDATES: usize = 50;
/// What a word is worth that only stands around a passage: in its heading, or its document's title.
const HEADING_WEIGHT: f32 = 0.6;
/// What a word is worth that stands in a passage's search phrases alone: what the passage says itself counts a little more.
const SEARCH_PHRASE_WEIGHT: f32 = 0.8;
/// What a word counts that says little, beside any other.
const LOW_WEIGHT: f32 = 0.3;
/// What a word counts that is told around a question.
const CONTEXT_WEIGHT: f32 = 0.85;
/// What it counts where the corpus does not know it.
const OOV_CONTEXT_WEIGHT: f32 = 0.1;

/// The words of one passage, as numbers of the vocabulary, sorted.
#[derive(Debug)]
struct IndexedPassage {
    document: usize,
    passage: usize,
    text: Box<[u32]>,
    phrases: Box<[Box<[u32]>]>,
    headings: Box<[u32]>,
    /// Roles that it names, besides its own.
    matchable_roles: Box<[usize]>,
    /// Those of them that its text speaks of, in order.
    mentioned_roles: Box<[usize]>,
}

/// The words of one passage.
#[derive(Debug)]
pub struct PassageInput<'a> {
    /// Position of its document.
    pub document: usize,
    /// Position in its document.
    pub passage: usize,
    /// What it says.
    pub text: &'a [Token],
    /// Its search phrases.
    pub phrases: &'a [Vec<Token>],
    /// What stands around it: its heading, and its document's title.
    pub headings: [&'a [Token]; 2],
    /// Positions of the roles that it names, search phrases included.
    pub matchable_roles: Vec<usize>,
    /// Positions of the roles that it speaks of in its text, in order.
    pub mentioned_roles: Vec<usize>,
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
    pub statement_score: f32,
    /// How many words of the question that statement holds, those that say little included.
    pub matched_terms: usize,
    /// Coverage and focus together; what the ranking goes by.
    pub score: f32,
    /// The weight of what it holds of the question.
    pub query_weight_matched: f32,
    /// The weight of what it holds of the question in words that name things here: those of titles, other names and headings.
    pub field_term_weight: f32,
}

impl Hit {
    /// What it is worth by its words alone, 0 to 1.
    pub fn combined_score(&self) -> f32 {
        combine(self.coverage, self.statement_score)
    }

    /// A passage that is taken for an answer without being measured.
    pub fn unscored(document: usize, passage: usize, score: f32) -> Hit {
        Hit {
            document,
            passage,
            coverage: 0.0,
            statement_score: 0.0,
            matched_terms: 0,
            score,
            query_weight_matched: 0.0,
            field_term_weight: 0.0,
        }
    }
}

/// Searches the passages of one corpus.
#[derive(Debug)]
pub struct Searcher {
    index: PassageIndex,
    lexicon: Lexicon,
    passages: Vec<IndexedPassage>,
    passages_by_document: HashMap<usize, Vec<usize>>,
    vocabulary: HashMap<String, u32>,
    /// For each word of the vocabulary what it weighs, 0 to 1: the rarer, the more.
    token_weights: Vec<f32>,
    stems_by_first_letter: HashMap<char, Vec<String>>,
    /// Words of titles, other names and headings: the terms of the field.
    field_terms: HashSet<u32>,
}

impl Searcher {
    /// A searcher over `sources`, in the order in which they were put into `index`.
    pub fn new(index: PassageIndex, sources: &[PassageInput<'_>]) -> Self {
        let mut vocabulary: HashMap<String, u32> = HashMap::new();
        for source in sources {
            let phrases = source.phrases.iter().flatten();
            for word in source.text.iter().chain(source.headings.into_iter().flatten()).chain(phrases) {
                let next = vocabulary.len() as u32;
                vocabulary.entry(word.stem.clone()).or_insert(next);
            }
        }
        let number = |words: &[Token]| token_ids(words, &vocabulary);
        let passages: Vec<IndexedPassage> = sources
            .iter()
            .map(|source| IndexedPassage {
                document: source.document,
                passage: source.passage,
                text: number(source.text),
                phrases: source.phrases.iter().map(|phrase| number(phrase)).collect(),
                headings: number(&source.headings.concat()),
                matchable_roles: source.matchable_roles.clone().into(),
                mentioned_roles: source.mentioned_roles.clone().into(),
            })
            .collect();
        let language = Lexicon::new();
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
            match language.classify_stem(stem) {
                WordClass::StopWord => weights[*id as usize] = 0.0,
                WordClass::LowWeight => weights[*id as usize] *= LOW_WEIGHT,
                WordClass::Content => {}
            }
            if let Some(first) = stem.chars().next() {
                by_first.entry(first).or_default().push(stem.clone());
            }
        }
        by_first.values_mut().for_each(|stems| stems.sort());
        let terms = sources
            .iter()
            .flat_map(|source| source.headings.into_iter().flatten())
            .filter(|word| language.classify_stem(&word.stem) == WordClass::Content)
            .filter_map(|word| vocabulary.get(&word.stem).copied())
            .collect();
        Searcher {
            index,
            lexicon: language,
            passages,
            passages_by_document: by_document,
            vocabulary,
            token_weights: weights,
            stems_by_first_letter: by_first,
            field_terms: terms,
        }
    }

    /// True where the corpus uses this stem anywhere.
    pub fn contains_stem(&self, stem: &str) -> bool {
        self.vocabulary.contains_key(stem)
    }

    /// How much a word says by the language alone.
    pub fn classify(&self, word: &Token) -> WordClass {
        self.lexicon.classify(word)
    }

    /// The query that a question's words make. Words of grammar drop out; a word that the corpus does not know becomes a near one
    /// that it does know, and weighs most where there is none: what is asked and not there decides.
    pub fn build_query<'w>(&self, words: impl IntoIterator<Item = &'w Token>) -> Query {
        self.build_query_with_context(words, [])
    }

    /// The same, with what is told `around` the question: it weighs less, and what the corpus does not know of it hardly anything.
    pub fn build_query_with_context<'w>(
        &self,
        words: impl IntoIterator<Item = &'w Token>,
        around: impl IntoIterator<Item = &'w Token>,
    ) -> Query {
        let mut terms: Vec<QueryTerm> = Vec::new();
        let words = words.into_iter().map(|word| (word, false)).chain(around.into_iter().map(|word| (word, true)));
        for (word, around) in words {
            let language = self.lexicon.classify(word);
            if language == WordClass::StopWord || terms.iter().any(|term| term.stem == word.stem) {
                continue;
            }
            let alike: Vec<u32> = self
                .lexicon
                .synonyms(&word.stem)
                .iter()
                .filter_map(|stem| self.vocabulary.get(stem))
                .copied()
                .collect();
            let known = self.vocabulary.get(&word.stem).copied();
            let id = known.or_else(|| if alike.is_empty() { self.correct_spelling(&word.stem) } else { None });
            let weight = match (id, alike.first()) {
                (Some(id), _) => self.token_weights[id as usize],
                (None, Some(id)) => self.token_weights[*id as usize].max(0.5),
                (None, None) => 1.0,
            };
            let weight = if language == WordClass::LowWeight { weight.min(LOW_WEIGHT) } else { weight };
            let known = id.is_some() || !alike.is_empty();
            let weight = match (around, known) {
                (false, _) => weight,
                (true, true) => weight * CONTEXT_WEIGHT,
                (true, false) => weight * OOV_CONTEXT_WEIGHT,
            };
            terms.push(QueryTerm { stem: word.stem.clone(), token_id: id, synonym_ids: alike, weight });
        }
        Query::new(terms)
    }

    /// The known stem that an unknown one is a misspelling of.
    fn correct_spelling(&self, stem: &str) -> Option<u32> {
        let letters = stem.chars().count();
        if letters < 5 || stem.chars().any(|letter| letter.is_ascii_digit()) {
            return None;
        }
        let near = self.stems_by_first_letter.get(&stem.chars().next()?)?;
        near.iter()
            .filter(|known| known.chars().count() > 3 && known.chars().count().abs_diff(letters) < 2)
            .filter(|known| strsim::damerau_levenshtein(stem, known) == 1)
            .min()
            .and_then(|known| self.vocabulary.get(known).copied())
    }

    /// The passages of the whole corpus that answer best.
    pub fn search(&self, query: &Query, limit: usize) -> Vec<Hit> {
        let mut stems: Vec<(&str, f32)> = Vec::new();
        for term in &query.terms {
            stems.push((&term.stem, term.weight));
            for stem in self.lexicon.synonyms(&term.stem) {
                stems.push((stem, term.weight * SYNONYM_WEIGHT * 0.5));
            }
        }
        let candidates = self.index.search(&stems, MAX_CANDIDATES);
        let best = candidates.first().map_or(1.0, |(_, score)| score.max(f32::EPSILON));
        let hits = candidates.into_iter().filter_map(|(at, bm25)| {
            let mut hit = self.score(query, self.passages.get(at)?);
            // BM25 knows how often a word stands in a passage; it settles what words alone leave even.
            hit.score += 0.2 * bm25 / best;
            Some(hit)
        });
        top_hits(hits.collect(), limit)
    }

    /// The passages of these documents that answer best.
    pub fn search_in(&self, query: &Query, documents: &[usize], limit: usize) -> Vec<Hit> {
        let passages = documents.iter().filter_map(|document| self.passages_by_document.get(document)).flatten();
        top_hits(passages.map(|at| self.score(query, &self.passages[*at])).collect(), limit)
    }

    /// The roles that the text of a passage speaks of, in order, besides the one it stands under.
    pub fn mentioned_roles(&self, hit: &Hit) -> &[usize] {
        let at = self.passages_by_document.get(&hit.document).and_then(|passages| passages.get(hit.passage));
        at.map_or(&[], |at| &self.passages[*at].mentioned_roles)
    }

    fn score(&self, query: &Query, passage: &IndexedPassage) -> Hit {
        let spoken_of =
            ROLE_WEIGHT * query.roles.iter().filter(|role| passage.matchable_roles.contains(role)).count() as f32;
        let mut met = MatchStats::default();
        query.match_terms(&passage.headings, &self.token_weights, &mut met);
        let mut inside: Vec<f32> = met.term_scores.iter().map(|worth| HEADING_WEIGHT * worth).collect();
        query.match_terms(&passage.text, &self.token_weights, &mut met);
        inside.iter_mut().zip(&met.term_scores).for_each(|(best, worth)| *best = best.max(*worth));
        // A long sentence may hold an answer in one of its parts; a search phrase is all or nothing.
        let (of_question, of_statement) = overlap_ratios(query, &met, spoken_of);
        let (mut focus, mut words) = (of_question * (0.5 + 0.5 * of_statement.max(0.5)), met.matched_terms);
        for phrase in &passage.phrases {
            query.match_terms(phrase, &self.token_weights, &mut met);
            inside
                .iter_mut()
                .zip(&met.term_scores)
                .for_each(|(best, worth)| *best = best.max(SEARCH_PHRASE_WEIGHT * worth));
            let (of_question, of_phrase) = overlap_ratios(query, &met, spoken_of);
            let fit = of_question * (0.5 + 0.5 * of_phrase);
            if fit > focus {
                (focus, words) = (fit, met.matched_terms);
            }
        }
        let (mut held, mut in_terms) = (0.0, 0.0);
        for (term, inside) in query.terms.iter().zip(inside) {
            let worth = term.weight * inside;
            held += worth;
            let names_something = |id: &u32| self.field_terms.contains(id);
            if worth > 0.0
                && (term.token_id.iter().any(names_something) || term.synonym_ids.iter().any(names_something))
            {
                in_terms += worth;
            }
        }
        held += spoken_of;
        let coverage = if query.total_weight > 0.0 { held / query.total_weight } else { 0.0 };
        Hit {
            document: passage.document,
            passage: passage.passage,
            coverage,
            statement_score: focus,
            matched_terms: words,
            score: combine(coverage, focus),
            query_weight_matched: held,
            field_term_weight: in_terms,
        }
    }
}

fn combine(coverage: f32, focus: f32) -> f32 {
    0.45 * coverage + 0.55 * focus
}

/// How much of a question stands in a statement, and how much of the statement in the question, 0 to 1 each.
fn overlap_ratios(query: &Query, met: &MatchStats, spoken_of: f32) -> (f32, f32) {
    let held = spoken_of + met.query_weight_matched;
    if held == 0.0 || met.doc_weight == 0.0 || query.total_weight == 0.0 {
        return (0.0, 0.0);
    }
    ((held / query.total_weight).min(1.0), (met.doc_weight_matched / met.doc_weight).min(1.0))
}

/// The numbers of some words, sorted; with them those of pairs that are one word elsewhere: a "road map" is a "roadmap".
fn token_ids(words: &[Token], vocabulary: &HashMap<String, u32>) -> Box<[u32]> {
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
pub fn sort_by_score(hits: &mut [Hit]) {
    hits.sort_by(|one, other| {
        other.score.total_cmp(&one.score).then(one.document.cmp(&other.document)).then(one.passage.cmp(&other.passage))
    });
}

fn top_hits(mut hits: Vec<Hit>, limit: usize) -> Vec<Hit> {
    hits.retain(|hit| hit.score > 0.0);
    sort_by_score(&mut hits);
    hits.truncate(limit);
    hits
}
