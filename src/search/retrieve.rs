//! Retrieval: free text to ranked passages. BM25 selects candidates, which are then scored term by term on a scale that is the same for
//! every question: 0 for no match, about 1 for a passage that contains all of it.

use std::collections::{HashMap, HashSet};

use crate::search::index::PassageIndex;
use crate::search::query::{MatchStats, Query, QueryTerm, ROLE_WEIGHT, SYNONYM_WEIGHT};
use crate::search::text::english::Token;
use crate::search::text::lexicon::{Lexicon, WordClass};

/// Number of BM25 candidates to score.
const MAX_CANDIDATES: usize = 50;
/// Factor for a term found only in the heading or the document's title.
const HEADING_WEIGHT: f32 = 0.6;
/// Factor for a term found only in the search phrases.
const SEARCH_PHRASE_WEIGHT: f32 = 0.8;
/// Factor for words of [`WordClass::LowWeight`].
const LOW_WEIGHT: f32 = 0.3;
/// Factor for words of the context of a question.
const CONTEXT_WEIGHT: f32 = 0.85;
/// The same for words that are not in the corpus.
const OOV_CONTEXT_WEIGHT: f32 = 0.1;

/// One passage as sorted token ids.
#[derive(Debug)]
struct IndexedPassage {
    document: usize,
    passage: usize,
    text: Box<[u32]>,
    phrases: Box<[Box<[u32]>]>,
    headings: Box<[u32]>,
    /// Roles mentioned in the text or the search phrases, other than its own.
    matchable_roles: Box<[usize]>,
    /// Roles mentioned in the text, in order.
    mentioned_roles: Box<[usize]>,
}

/// The tokens of one passage.
#[derive(Debug)]
pub(crate) struct PassageInput<'a> {
    /// Position of the document.
    pub(crate) document: usize,
    /// Position in the document.
    pub(crate) passage: usize,
    /// The text.
    pub(crate) text: &'a [Token],
    /// The search phrases.
    pub(crate) phrases: &'a [Vec<Token>],
    /// The heading, and the title of the document.
    pub(crate) headings: [&'a [Token]; 2],
    /// Positions of other roles mentioned in the text or the search phrases.
    pub(crate) matchable_roles: Vec<usize>,
    /// Positions of other roles mentioned in the text, in order.
    pub(crate) mentioned_roles: Vec<usize>,
}

/// A scored passage.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hit {
    /// Position of the document.
    pub(crate) document: usize,
    /// Position in the document.
    pub(crate) passage: usize,
    /// Matched share of the query's weight, 0 to 1.
    pub(crate) coverage: f32,
    /// Overlap of the query with the best single statement (text or search phrase), in both directions, 0 to 1.
    pub(crate) statement_score: f32,
    /// Number of query terms in that statement, including those of low weight.
    pub(crate) matched_terms: usize,
    /// The ranking score: [`Hit::combined_score`], plus a BM25 share in [`Searcher::search`].
    pub(crate) score: f32,
    /// Matched weight of the query.
    pub(crate) query_weight_matched: f32,
    /// Matched weight of the query in terms of the field: words of titles and headings.
    pub(crate) field_term_weight: f32,
}

impl Hit {
    /// Weighted mean of coverage and statement score, 0 to 1.
    pub(crate) fn combined_score(&self) -> f32 {
        0.45 * self.coverage + 0.55 * self.statement_score
    }

    /// A hit with a given score and no match statistics.
    pub(crate) fn unscored(document: usize, passage: usize, score: f32) -> Hit {
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

/// Searcher over the passages of one corpus.
#[derive(Debug)]
pub(crate) struct Searcher {
    index: PassageIndex,
    lexicon: Lexicon,
    passages: Vec<IndexedPassage>,
    passages_by_document: HashMap<usize, Vec<usize>>,
    vocabulary: HashMap<String, u32>,
    /// Weight of each token id, 0 to 1: inverse document frequency, reduced by word class.
    token_weights: Vec<f32>,
    stems_by_first_letter: HashMap<char, Vec<String>>,
    /// Token ids of the content words in titles and headings.
    field_terms: HashSet<u32>,
}

impl Searcher {
    /// Creates a searcher; `inputs` must have the same order as the documents in `index`.
    pub(crate) fn new(index: PassageIndex, inputs: &[PassageInput<'_>]) -> Self {
        let mut vocabulary: HashMap<String, u32> = HashMap::new();
        for input in inputs {
            let phrases = input.phrases.iter().flatten();
            for token in input.text.iter().chain(input.headings.into_iter().flatten()).chain(phrases) {
                let next_id = vocabulary.len() as u32;
                vocabulary.entry(token.stem.clone()).or_insert(next_id);
            }
        }
        let to_ids = |tokens: &[Token]| token_ids(tokens, &vocabulary);
        let passages: Vec<IndexedPassage> = inputs
            .iter()
            .map(|input| IndexedPassage {
                document: input.document,
                passage: input.passage,
                text: to_ids(input.text),
                phrases: input.phrases.iter().map(|phrase| to_ids(phrase)).collect(),
                headings: to_ids(&input.headings.concat()),
                matchable_roles: input.matchable_roles.clone().into(),
                mentioned_roles: input.mentioned_roles.clone().into(),
            })
            .collect();
        let lexicon = Lexicon::new();
        let mut document_frequencies = vec![0u32; vocabulary.len()];
        let mut passages_by_document: HashMap<usize, Vec<usize>> = HashMap::new();
        for (index, passage) in passages.iter().enumerate() {
            passages_by_document.entry(passage.document).or_default().push(index);
            let mut ids: Vec<u32> = passage.phrases.iter().flatten().chain(&passage.text).copied().collect();
            ids.sort_unstable();
            ids.dedup();
            ids.into_iter().for_each(|id| document_frequencies[id as usize] += 1);
        }
        let count = passages.len().max(1) as f32;
        let idf = |frequency: u32| ((1.0 + count / frequency.max(1) as f32).ln() / (1.0 + count).ln()).clamp(0.0, 1.0);
        let mut token_weights: Vec<f32> = document_frequencies.into_iter().map(idf).collect();
        let mut stems_by_first_letter: HashMap<char, Vec<String>> = HashMap::new();
        for (stem, id) in &vocabulary {
            match lexicon.classify_stem(stem) {
                WordClass::StopWord => token_weights[*id as usize] = 0.0,
                WordClass::LowWeight => token_weights[*id as usize] *= LOW_WEIGHT,
                WordClass::Content => {}
            }
            if let Some(first) = stem.chars().next() {
                stems_by_first_letter.entry(first).or_default().push(stem.clone());
            }
        }
        stems_by_first_letter.values_mut().for_each(|stems| stems.sort());
        let field_terms = inputs
            .iter()
            .flat_map(|input| input.headings.into_iter().flatten())
            .filter(|token| lexicon.classify_stem(&token.stem) == WordClass::Content)
            .filter_map(|token| vocabulary.get(&token.stem).copied())
            .collect();
        Searcher {
            index,
            lexicon,
            passages,
            passages_by_document,
            vocabulary,
            token_weights,
            stems_by_first_letter,
            field_terms,
        }
    }

    /// True if the corpus contains this stem.
    pub(crate) fn contains_stem(&self, stem: &str) -> bool {
        self.vocabulary.contains_key(stem)
    }

    /// The word class of a token.
    pub(crate) fn classify(&self, token: &Token) -> WordClass {
        self.lexicon.classify(token)
    }

    /// Builds the query for a question. Drops stop words and corrects the spelling of unknown words. An unknown word without a
    /// correction or synonym gets weight 1, so that passages without it score low.
    pub(crate) fn build_query<'t>(&self, tokens: impl IntoIterator<Item = &'t Token>) -> Query {
        self.build_query_with_context(tokens, [])
    }

    /// The same with the `context` of the question, whose words weigh less; unknown ones hardly count.
    pub(crate) fn build_query_with_context<'t>(
        &self,
        tokens: impl IntoIterator<Item = &'t Token>,
        context: impl IntoIterator<Item = &'t Token>,
    ) -> Query {
        let mut terms: Vec<QueryTerm> = Vec::new();
        let context = context.into_iter().map(|token| (token, true));
        for (token, is_context) in tokens.into_iter().map(|token| (token, false)).chain(context) {
            let class = self.lexicon.classify(token);
            if class == WordClass::StopWord || terms.iter().any(|term| term.stem == token.stem) {
                continue;
            }
            let synonyms = self.lexicon.synonyms(&token.stem).iter();
            let synonym_ids: Vec<u32> = synonyms.filter_map(|stem| self.vocabulary.get(stem)).copied().collect();
            let known = self.vocabulary.get(&token.stem).copied();
            let token_id =
                known.or_else(|| if synonym_ids.is_empty() { self.correct_spelling(&token.stem) } else { None });
            let mut weight = match (token_id, synonym_ids.first()) {
                (Some(id), _) => self.token_weights[id as usize],
                (None, Some(id)) => self.token_weights[*id as usize].max(0.5),
                (None, None) => 1.0,
            };
            if class == WordClass::LowWeight {
                weight = weight.min(LOW_WEIGHT);
            }
            if is_context {
                let is_oov = token_id.is_none() && synonym_ids.is_empty();
                weight *= if is_oov { OOV_CONTEXT_WEIGHT } else { CONTEXT_WEIGHT };
            }
            terms.push(QueryTerm { stem: token.stem.clone(), token_id, synonym_ids, weight });
        }
        Query::new(terms)
    }

    /// The known stem at Damerau-Levenshtein distance 1, for stems of 5 characters or more without digits.
    fn correct_spelling(&self, stem: &str) -> Option<u32> {
        let length = stem.chars().count();
        if length < 5 || stem.chars().any(|c| c.is_ascii_digit()) {
            return None;
        }
        let candidates = self.stems_by_first_letter.get(&stem.chars().next()?)?;
        candidates
            .iter()
            .filter(|known| known.chars().count() > 3 && known.chars().count().abs_diff(length) < 2)
            .filter(|known| strsim::damerau_levenshtein(stem, known) == 1)
            .min()
            .and_then(|known| self.vocabulary.get(known).copied())
    }

    /// Searches the whole corpus; best hits first.
    pub(crate) fn search(&self, query: &Query, limit: usize) -> Vec<Hit> {
        let mut stems: Vec<(&str, f32)> = Vec::new();
        for term in &query.terms {
            stems.push((&term.stem, term.weight));
            for stem in self.lexicon.synonyms(&term.stem) {
                stems.push((stem, term.weight * SYNONYM_WEIGHT * 0.5));
            }
        }
        let candidates = self.index.search(&stems, MAX_CANDIDATES);
        let best = candidates.first().map_or(1.0, |(_, score)| score.max(f32::EPSILON));
        let hits = candidates.into_iter().filter_map(|(position, bm25)| {
            let mut hit = self.score(query, self.passages.get(position)?);
            // Unlike the score, BM25 uses term frequencies; it breaks near ties.
            hit.score += 0.2 * bm25 / best;
            Some(hit)
        });
        top_hits(hits.collect(), limit)
    }

    /// Searches the passages of these documents; best hits first.
    pub(crate) fn search_in(&self, query: &Query, documents: &[usize], limit: usize) -> Vec<Hit> {
        let passages = documents.iter().filter_map(|document| self.passages_by_document.get(document)).flatten();
        top_hits(passages.map(|index| self.score(query, &self.passages[*index])).collect(), limit)
    }

    /// The other roles mentioned in the text of a passage, in order.
    pub(crate) fn mentioned_roles(&self, hit: &Hit) -> &[usize] {
        let index = self.passages_by_document.get(&hit.document).and_then(|passages| passages.get(hit.passage));
        index.map_or(&[], |index| &self.passages[*index].mentioned_roles)
    }

    fn score(&self, query: &Query, passage: &IndexedPassage) -> Hit {
        let role_weight =
            ROLE_WEIGHT * query.roles.iter().filter(|role| passage.matchable_roles.contains(role)).count() as f32;
        let mut stats = MatchStats::default();
        query.match_terms(&passage.headings, &self.token_weights, &mut stats);
        let mut best_scores: Vec<f32> = stats.term_scores.iter().map(|score| HEADING_WEIGHT * score).collect();
        query.match_terms(&passage.text, &self.token_weights, &mut stats);
        best_scores.iter_mut().zip(&stats.term_scores).for_each(|(best, score)| *best = best.max(*score));
        // A long text may answer in one of its parts, so its share has a lower bound of 0.5; a search phrase has none.
        let (query_share, text_share) = overlap_ratios(query, &stats, role_weight);
        let mut statement_score = query_share * (0.5 + 0.5 * text_share.max(0.5));
        let mut matched_terms = stats.matched_terms;
        for phrase in &passage.phrases {
            query.match_terms(phrase, &self.token_weights, &mut stats);
            best_scores
                .iter_mut()
                .zip(&stats.term_scores)
                .for_each(|(best, score)| *best = best.max(SEARCH_PHRASE_WEIGHT * score));
            let (query_share, phrase_share) = overlap_ratios(query, &stats, role_weight);
            let phrase_score = query_share * (0.5 + 0.5 * phrase_share);
            if phrase_score > statement_score {
                (statement_score, matched_terms) = (phrase_score, stats.matched_terms);
            }
        }
        let (mut query_weight_matched, mut field_term_weight) = (0.0, 0.0);
        for (term, best) in query.terms.iter().zip(best_scores) {
            let weight = term.weight * best;
            query_weight_matched += weight;
            if weight > 0.0 && term.token_id.iter().chain(&term.synonym_ids).any(|id| self.field_terms.contains(id)) {
                field_term_weight += weight;
            }
        }
        query_weight_matched += role_weight;
        let total_weight = query.total_weight();
        let mut hit = Hit {
            document: passage.document,
            passage: passage.passage,
            coverage: if total_weight > 0.0 { query_weight_matched / total_weight } else { 0.0 },
            statement_score,
            matched_terms,
            score: 0.0,
            query_weight_matched,
            field_term_weight,
        };
        hit.score = hit.combined_score();
        hit
    }
}

/// (share of the query's weight in the statement, share of the statement's weight in the query), 0 to 1 each.
fn overlap_ratios(query: &Query, stats: &MatchStats, role_weight: f32) -> (f32, f32) {
    let matched = role_weight + stats.query_weight_matched;
    if matched == 0.0 || stats.doc_weight == 0.0 || query.total_weight() == 0.0 {
        return (0.0, 0.0);
    }
    ((matched / query.total_weight()).min(1.0), (stats.doc_weight_matched / stats.doc_weight).min(1.0))
}

/// Sorted ids of the tokens, and of adjacent pairs that the corpus also writes as one word: "road map" and "roadmap".
fn token_ids(tokens: &[Token], vocabulary: &HashMap<String, u32>) -> Box<[u32]> {
    let mut ids: Vec<u32> = tokens.iter().filter_map(|token| vocabulary.get(&token.stem).copied()).collect();
    for pair in tokens.windows(2) {
        let joined = format!("{}{}", pair[0].text, pair[1].stem);
        if joined.len() > 3 {
            ids.extend(vocabulary.get(&joined));
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids.into()
}

/// Sorts by score, the best first, then by position in the corpus.
pub(crate) fn sort_by_score(hits: &mut [Hit]) {
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then((a.document, a.passage).cmp(&(b.document, b.passage))));
}

fn top_hits(mut hits: Vec<Hit>, limit: usize) -> Vec<Hit> {
    hits.retain(|hit| hit.score > 0.0);
    sort_by_score(&mut hits);
    hits.truncate(limit);
    hits
}
