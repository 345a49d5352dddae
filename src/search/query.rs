//! What is searched for.

/// What a word is worth that a passage says with another word of the same meaning.
pub const SYNONYM_WEIGHT: f32 = 0.6;
/// What a role weighs that the question speaks of.
pub const ROLE_WEIGHT: f32 = 0.8;

/// What is searched for: the meaningful words of a question.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Its words, each once.
    pub terms: Vec<QueryTerm>,
    /// Roles that the answer has to speak of, whatever it calls them.
    pub roles: Vec<usize>,
    /// The weight of all its words; about 1 for each that is rare.
    pub total_weight: f32,
    /// The words of passages that meet one of its own, by number: which one, and what it is worth as that one.
    token_matches: Vec<(u32, usize, f32)>,
}

/// How a statement meets a question.
#[derive(Clone, Debug, Default)]
pub struct MatchStats {
    /// For each word of the question what the best word of the statement is worth as that one, 0 to 1.
    pub term_scores: Vec<f32>,
    /// The weight of the question's words that it holds.
    pub query_weight_matched: f32,
    /// The weight of its own words that stand in the question.
    pub doc_weight_matched: f32,
    /// The weight of all its words.
    pub doc_weight: f32,
    /// How many of the question's words it holds.
    pub matched_terms: usize,
}

/// A word of a question.
#[derive(Clone, Debug)]
pub struct QueryTerm {
    /// Its stem.
    pub stem: String,
    /// Its number in the vocabulary, or that of the word that it is a misspelling of.
    pub token_id: Option<u32>,
    /// Numbers of words that mean about the same.
    pub synonym_ids: Vec<u32>,
    /// How much it says, 0 to 1.
    pub weight: f32,
}

impl Query {
    /// What these words ask for. A word that is asked for itself stands for no other: "purchase order" is not met twice by "order".
    pub fn new(mut terms: Vec<QueryTerm>) -> Query {
        let asked: Vec<u32> = terms.iter().filter_map(|term| term.token_id).collect();
        terms.iter_mut().for_each(|term| term.synonym_ids.retain(|id| !asked.contains(id)));
        let total = terms.iter().map(|term| term.weight).sum();
        let mut meets = Vec::new();
        for (at, term) in terms.iter().enumerate() {
            meets.extend(term.token_id.map(|id| (id, at, 1.0)));
            meets.extend(term.synonym_ids.iter().map(|id| (*id, at, SYNONYM_WEIGHT)));
        }
        meets.sort_unstable_by_key(|(id, at, _)| (*id, *at));
        Query { terms, roles: Vec::new(), total_weight: total, token_matches: meets }
    }

    /// How a statement meets it, by the numbers of its words and what each of them weighs; `met` is used again and again.
    pub fn match_terms(&self, statement: &[u32], weights: &[f32], met: &mut MatchStats) {
        met.term_scores.clear();
        met.term_scores.resize(self.terms.len(), 0.0);
        (met.query_weight_matched, met.doc_weight_matched, met.doc_weight) = (0.0, 0.0, 0.0);
        for id in statement {
            let weight = weights[*id as usize];
            met.doc_weight += weight;
            let from = self.token_matches.partition_point(|(other, ..)| other < id);
            let mut best: f32 = 0.0;
            for (_, term, worth) in self.token_matches[from..].iter().take_while(|(other, ..)| other == id) {
                best = best.max(*worth);
                met.term_scores[*term] = met.term_scores[*term].max(*worth);
            }
            met.doc_weight_matched += weight * best;
        }
        met.query_weight_matched =
            self.terms.iter().zip(&met.term_scores).map(|(term, worth)| term.weight * worth).sum();
        met.matched_terms = met.term_scores.iter().filter(|worth| **worth > 0.0).count();
    }

    /// The same query, of passages that speak of these roles by whatever name.
    #[must_use]
    pub fn with_roles(mut self, roles: &[usize]) -> Query {
        self.roles = roles.to_vec();
        self.total_weight += ROLE_WEIGHT * roles.len() as f32;
        self
    }

    /// Its words, each with what it weighs and whether the corpus knows it.
    pub fn weighted_terms(&self) -> impl Iterator<Item = (&str, f32, bool)> {
        self.terms
            .iter()
            .map(|term| (term.stem.as_str(), term.weight, term.token_id.is_some() || !term.synonym_ids.is_empty()))
    }

    /// The weight of the words that the corpus does not know, nor anything alike.
    pub fn oov_weight(&self) -> f32 {
        self.weighted_terms().filter(|(.., known)| !known).map(|(_, weight, _)| weight).sum()
    }

    /// The weight of all its words; about 1 for each that is rare.
    pub fn total_weight(&self) -> f32 {
        self.total_weight
    }
}
