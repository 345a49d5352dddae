//! What every kind of question is read from, and how sure it is.

use crate::engine::intent::cues::Cue;
use crate::engine::intent::evidence;
use crate::engine::intent::features::Features;
use crate::engine::intent::sentence::Sentence;
use crate::engine::question::{Question, Subject};
use crate::engine::reply::ReplyKind;
use crate::knowledge::Library;
use crate::search::query::Query;
use crate::search::retrieve::Hit;

/// A sentence that is read: what it says, and what there is to answer it from.
pub struct Interpreter<'a> {
    /// What there is to answer from.
    pub library: &'a Library,
    /// What was said.
    pub sentence: &'a Sentence,
    /// Roles that the sentence names, in order, each once.
    pub roles: Vec<usize>,
    /// What its marks amount to.
    pub features: Features,
}

/// How strongly talk of an event speaks against an answer that a search found.
pub const EVENT_BIAS: f32 = 7.0;

/// How strongly it speaks for an answer on a subject that nobody speaks of himself, of those present or of what is at hand.
pub const IMPERSONAL_BIAS: f32 = 1.2;

/// Hints that are spent in every question: they only say that it is one.
pub const FUNCTION_CUES: [Cue; 5] = [Cue::Who, Cue::What, Cue::About, Cue::Interrogative, Cue::YesNo];

impl Interpreter<'_> {
    /// True where a cue of this kind stands anywhere.
    pub fn has_cue(&self, cue: Cue) -> bool {
        self.sentence.has_cue(cue)
    }

    /// True where both cues are there and the first stands before the other, but not right before it ("become after this").
    pub fn precedes(&self, one: Cue, other: Cue) -> bool {
        match (self.sentence.first_cue(one), self.sentence.first_cue(other)) {
            (Some(one), Some(other)) => one.range.end < other.range.start,
            _ => false,
        }
    }

    /// A question of this kind about the roles that are named, as sure as the sentence lets it be.
    pub fn question(&self, kind: ReplyKind, confidence: f32) -> Question {
        let confidence =
            confidence * self.features.question_score * self.features.genericity * self.features.name_certainty;
        let roles = self.roles.clone();
        Question { kind, roles, subject: Subject::All, query: Query::default(), hits: Vec::new(), confidence }
    }

    /// A question whose answer is what a search found; `push` speaks for it besides what was found.
    pub fn question_from_hits(&self, kind: ReplyKind, query: Query, hits: Vec<Hit>, push: f32) -> Option<Question> {
        let event = EVENT_BIAS * (self.features.genericity - 1.0);
        if hits.is_empty() {
            return None;
        }
        let sure = evidence::confidence(kind, &hits, &query, push + event);
        // Who does something to somebody is answered by the doer, however firmly the other is named.
        let firm = if kind == ReplyKind::FindOwner { 1.0 } else { self.features.name_certainty };
        let confidence = sure * self.features.question_score * firm;
        Some(Question { query, hits, confidence, ..self.question(kind, 1.0) })
    }

    /// How far the rest of a question's words spoils a kind that needs none of them: 1 where nothing is left, less with every
    /// word that says something between the word that asks, or the first name, and the end of the clause.
    pub fn residue_penalty(&self, spent: &[Cue]) -> f32 {
        let spent: Vec<Cue> =
            FUNCTION_CUES.iter().chain(spent).chain(&[Cue::Duties, Cue::Comparative]).copied().collect();
        let begins = self.features.question_start;
        let left = self.sentence.content_tokens(&spent, |clause| self.features.is_asking_clause(clause));
        let left = left.into_iter().filter(|word| word.span.start >= begins);
        let query = self.library.searcher.build_query(left);
        (1.0 - 0.33 * (query.total_weight() - 0.5).max(0.0) - 0.15 * query.oov_weight()).max(0.0)
    }
}
