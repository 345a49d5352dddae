//! Weighted queries, and matching them against the tokens of a statement.

/// Score of a query term that matches by a synonym.
pub(crate) const SYNONYM_WEIGHT: f32 = 0.6;
/// Weight of a role that the question mentions.
pub(crate) const ROLE_WEIGHT: f32 = 0.8;

/// A weighted query: the terms of a question.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    /// The terms, without duplicates.
    pub(crate) terms: Vec<QueryTerm>,
    /// Positions of the roles that a passage should mention, by any of their names.
    pub(crate) roles: Vec<usize>,
    total_weight: f32,
    /// (token id, term index, score), sorted by id; synonyms included.
    token_matches: Vec<(u32, usize, f32)>,
}

/// How well a statement matches a query.
#[derive(Clone, Debug, Default)]
pub(crate) struct MatchStats {
    /// For each query term the score of its best match in the statement, 0 to 1.
    pub(crate) term_scores: Vec<f32>,
    /// Weight of the query terms that the statement contains.
    pub(crate) query_weight_matched: f32,
    /// Weight of the statement's tokens that match the query.
    pub(crate) doc_weight_matched: f32,
    /// Weight of all tokens of the statement.
    pub(crate) doc_weight: f32,
    /// Number of query terms that the statement contains.
    pub(crate) matched_terms: usize,
}

/// A term of a query.
#[derive(Clone, Debug)]
pub(crate) struct QueryTerm {
    /// The stem.
    pub(crate) stem: String,
    /// Id in the vocabulary, after spelling correction; `None` for an unknown word.
    pub(crate) token_id: Option<u32>,
    /// Ids of synonyms in the vocabulary.
    pub(crate) synonym_ids: Vec<u32>,
    /// The weight, 0 to 1.
    pub(crate) weight: f32,
}

impl Query {
    /// A query of these terms. A token that is itself a term is no synonym of another: in "purchase order" a passage's "order" counts
    /// once.
    pub(crate) fn new(mut terms: Vec<QueryTerm>) -> Query {
        let own_ids: Vec<u32> = terms.iter().filter_map(|term| term.token_id).collect();
        terms.iter_mut().for_each(|term| term.synonym_ids.retain(|id| !own_ids.contains(id)));
        let total_weight = terms.iter().map(|term| term.weight).sum();
        let mut token_matches = Vec::new();
        for (index, term) in terms.iter().enumerate() {
            token_matches.extend(term.token_id.map(|id| (id, index, 1.0)));
            token_matches.extend(term.synonym_ids.iter().map(|id| (*id, index, SYNONYM_WEIGHT)));
        }
        token_matches.sort_unstable_by_key(|(id, index, _)| (*id, *index));
        Query { terms, roles: Vec::new(), total_weight, token_matches }
    }

    /// Matches a statement, given as token ids; `weights` holds the weight of each id. Overwrites `stats`, whose buffer is reused.
    pub(crate) fn match_terms(&self, statement: &[u32], weights: &[f32], stats: &mut MatchStats) {
        stats.term_scores.clear();
        stats.term_scores.resize(self.terms.len(), 0.0);
        (stats.doc_weight_matched, stats.doc_weight) = (0.0, 0.0);
        for id in statement {
            let weight = weights[*id as usize];
            stats.doc_weight += weight;
            let start = self.token_matches.partition_point(|(other, ..)| other < id);
            let mut best: f32 = 0.0;
            for (_, term, score) in self.token_matches[start..].iter().take_while(|(other, ..)| other == id) {
                best = best.max(*score);
                stats.term_scores[*term] = stats.term_scores[*term].max(*score);
            }
            stats.doc_weight_matched += weight * best;
        }
        stats.query_weight_matched =
            self.terms.iter().zip(&stats.term_scores).map(|(term, score)| term.weight * score).sum();
        stats.matched_terms = stats.term_scores.iter().filter(|score| **score > 0.0).count();
    }

    /// Adds roles that a passage should mention.
    #[must_use]
    pub(crate) fn with_roles(mut self, roles: &[usize]) -> Query {
        self.roles = roles.to_vec();
        self.total_weight += ROLE_WEIGHT * roles.len() as f32;
        self
    }

    /// (stem, weight, whether the corpus contains the stem or a synonym) of each term.
    pub(crate) fn weighted_terms(&self) -> impl Iterator<Item = (&str, f32, bool)> {
        self.terms
            .iter()
            .map(|term| (term.stem.as_str(), term.weight, term.token_id.is_some() || !term.synonym_ids.is_empty()))
    }

    /// Weight of the out-of-vocabulary terms: neither the stem nor a synonym is in the corpus.
    pub(crate) fn oov_weight(&self) -> f32 {
        self.weighted_terms().filter(|(.., known)| !known).map(|(_, weight, _)| weight).sum()
    }

    /// Weight of all terms and roles; a rare term has about 1.
    pub(crate) fn total_weight(&self) -> f32 {
        self.total_weight
    }
}
