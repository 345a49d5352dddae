//! What is searched for.

/// What a word is worth that a passage says with another word of the same meaning.
pub const ALIKE: f32 = 0.6;
/// What a role weighs that the question speaks of.
pub const ROLE: f32 = 0.8;

/// What is searched for: the meaningful words of a question.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Its words, each once.
    pub terms: Vec<QueryTerm>,
    /// Roles that the answer has to speak of, whatever it calls them.
    pub roles: Vec<usize>,
    /// The weight of all its words; about 1 for each that is rare.
    pub total: f32,
    /// The words of passages that meet one of its own, by number: which one, and what it is worth as that one.
    meets: Vec<(u32, usize, f32)>,
}

/// How a statement meets a question.
#[derive(Clone, Debug, Default)]
pub struct Met {
    /// For each word of the question what the best word of the statement is worth as that one, 0 to 1.
    pub worth: Vec<f32>,
    /// The weight of the question's words that it holds.
    pub held: f32,
    /// The weight of its own words that stand in the question.
    pub own: f32,
    /// The weight of all its words.
    pub total: f32,
    /// How many of the question's words it holds.
    pub words: usize,
}

/// A word of a question.
#[derive(Clone, Debug)]
pub struct QueryTerm {
    /// Its stem.
    pub stem: String,
    /// Its number in the vocabulary, or that of the word that it is a misspelling of.
    pub id: Option<u32>,
    /// Numbers of words that mean about the same.
    pub alike: Vec<u32>,
    /// How much it says, 0 to 1.
    pub weight: f32,
}

impl Query {
    /// What these words ask for. A word that is asked for itself stands for no other: "purchase order" is not met twice by "order".
    pub fn new(mut terms: Vec<QueryTerm>) -> Query {
        let asked: Vec<u32> = terms.iter().filter_map(|term| term.id).collect();
        terms.iter_mut().for_each(|term| term.alike.retain(|id| !asked.contains(id)));
        let total = terms.iter().map(|term| term.weight).sum();
        let mut meets = Vec::new();
        for (at, term) in terms.iter().enumerate() {
            meets.extend(term.id.map(|id| (id, at, 1.0)));
            meets.extend(term.alike.iter().map(|id| (*id, at, ALIKE)));
        }
        meets.sort_unstable_by_key(|(id, at, _)| (*id, *at));
        Query { terms, roles: Vec::new(), total, meets }
    }

    /// How a statement meets it, by the numbers of its words and what each of them weighs; `met` is used again and again.
    pub fn meet(&self, statement: &[u32], weights: &[f32], met: &mut Met) {
        met.worth.clear();
        met.worth.resize(self.terms.len(), 0.0);
        (met.held, met.own, met.total) = (0.0, 0.0, 0.0);
        for id in statement {
            let weight = weights[*id as usize];
            met.total += weight;
            let from = self.meets.partition_point(|(other, ..)| other < id);
            let mut best: f32 = 0.0;
            for (_, term, worth) in self.meets[from..].iter().take_while(|(other, ..)| other == id) {
                best = best.max(*worth);
                met.worth[*term] = met.worth[*term].max(*worth);
            }
            met.own += weight * best;
        }
        met.held = self.terms.iter().zip(&met.worth).map(|(term, worth)| term.weight * worth).sum();
        met.words = met.worth.iter().filter(|worth| **worth > 0.0).count();
    }

    /// The same query, of passages that speak of these roles by whatever name.
    #[must_use]
    pub fn about(mut self, roles: &[usize]) -> Query {
        self.roles = roles.to_vec();
        self.total += ROLE * roles.len() as f32;
        self
    }

    /// Its words, each with what it weighs and whether the corpus knows it.
    pub fn words(&self) -> impl Iterator<Item = (&str, f32, bool)> {
        self.terms.iter().map(|term| (term.stem.as_str(), term.weight, term.id.is_some() || !term.alike.is_empty()))
    }

    /// The weight of the words that the corpus does not know, nor anything alike.
    pub fn unknown(&self) -> f32 {
        self.words().filter(|(.., known)| !known).map(|(_, weight, _)| weight).sum()
    }

    /// The weight of all its words; about 1 for each that is rare.
    pub fn weight(&self) -> f32 {
        self.total
    }
}
