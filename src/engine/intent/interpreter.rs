//! What every kind of question is read from, and how sure it is.

use crate::engine::intent::cues::Cue;
use crate::engine::intent::evidence;
use crate::engine::intent::features::Weighed;
use crate::engine::intent::sentence::Sentence;
use crate::engine::question::{Question, Subject};
use crate::engine::reply::Kind;
use crate::knowledge::Library;
use crate::search::query::Query;
use crate::search::retrieve::Hit;

/// A sentence that is read: what it says, and what there is to answer it from.
pub struct Reader<'a> {
    /// What there is to answer from.
    pub library: &'a Library,
    /// What was said.
    pub sentence: &'a Sentence,
    /// Roles that the sentence names, in order, each once.
    pub roles: Vec<usize>,
    /// What its marks amount to.
    pub weighed: Weighed,
}

/// How strongly talk of an event speaks against an answer that a search found.
pub const EVENT: f32 = 7.0;

/// How strongly it speaks for an answer on a subject that nobody speaks of himself, of those present or of what is at hand.
pub const IMPERSONAL: f32 = 1.2;

/// Hints that are spent in every question: they only say that it is one.
pub const SPENT: [Cue; 5] = [Cue::Who, Cue::What, Cue::About, Cue::Asks, Cue::YesNo];

impl Reader<'_> {
    /// True where a cue of this kind stands anywhere.
    pub fn has(&self, cue: Cue) -> bool {
        self.sentence.has(cue)
    }

    /// True where both cues are there and the first stands before the other, but not right before it ("become after this").
    pub fn comes_first(&self, one: Cue, other: Cue) -> bool {
        match (self.sentence.first(one), self.sentence.first(other)) {
            (Some(one), Some(other)) => one.at.end < other.at.start,
            _ => false,
        }
    }

    /// A question of this kind about the roles that are named, as sure as the sentence lets it be.
    pub fn question(&self, kind: Kind, confidence: f32) -> Question {
        let confidence = confidence * self.weighed.asks * self.weighed.general * self.weighed.firm;
        let roles = self.roles.clone();
        Question { kind, roles, subject: Subject::Whole, query: Query::default(), hits: Vec::new(), confidence }
    }

    /// A question whose answer is what a search found; `push` speaks for it besides what was found.
    pub fn found(&self, kind: Kind, query: Query, hits: Vec<Hit>, push: f32) -> Option<Question> {
        let event = EVENT * (self.weighed.general - 1.0);
        if hits.is_empty() {
            return None;
        }
        let sure = evidence::sureness(kind, &hits, &query, push + event);
        // Who does something to somebody is answered by the doer, however firmly the other is named.
        let firm = if kind == Kind::Who { 1.0 } else { self.weighed.firm };
        let confidence = sure * self.weighed.asks * firm;
        Some(Question { query, hits, confidence, ..self.question(kind, 1.0) })
    }

    /// How far the rest of a question's words spoils a kind that needs none of them: 1 where nothing is left, less with every
    /// word that says something between the word that asks, or the first name, and the end of the clause.
    pub fn undisturbed(&self, spent: &[Cue]) -> f32 {
        let spent: Vec<Cue> = SPENT.iter().chain(spent).chain(&[Cue::Duties, Cue::Most]).copied().collect();
        let begins = self.weighed.begins;
        let left = self.sentence.content(&spent, |clause| self.weighed.asking_clause(clause));
        let left = left.into_iter().filter(|word| word.at.start >= begins);
        let query = self.library.search.query(left);
        (1.0 - 0.33 * (query.weight() - 0.5).max(0.0) - 0.15 * query.unknown()).max(0.0)
    }
}
