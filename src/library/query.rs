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

impl QueryTerm {
    /// What a word of a passage is worth as this word of the question.
    pub fn fits(&self, id: u32) -> f32 {
        if self.id == Some(id) {
            1.0
        } else if self.alike.contains(&id) {
            ALIKE
        } else {
            0.0
        }
    }

    /// What the best of these words is worth as this word of the question.
    pub fn found(&self, ids: &[u32]) -> f32 {
        let holds = |id: &u32| ids.binary_search(id).is_ok();
        if self.id.as_ref().is_some_and(holds) {
            1.0
        } else if self.alike.iter().any(holds) {
            ALIKE
        } else {
            0.0
        }
    }
}

impl Query {
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
