//! [`Interpreter`]: the state that all kinds of questions are derived from, and their confidence.

use crate::engine::intent::cues::Cue;
use crate::engine::intent::evidence;
use crate::engine::intent::features::Features;
use crate::engine::intent::sentence::Sentence;
use crate::engine::question::{Question, Subject};
use crate::engine::reply::ReplyKind;
use crate::knowledge::Knowledge;
use crate::search::query::Query;
use crate::search::retrieve::Hit;

/// A sentence with its features and the snapshot.
pub(crate) struct Interpreter<'a> {
    /// The snapshot that answers.
    pub(crate) knowledge: &'a Knowledge,
    /// The sentence.
    pub(crate) sentence: &'a Sentence,
    /// Roles that the sentence names, in order, without duplicates.
    pub(crate) roles: Vec<usize>,
    /// Its features.
    pub(crate) features: Features,
}

/// Bias against search results if the sentence is about an event, scaled by the lack of genericity.
pub(crate) const EVENT_BIAS: f32 = 7.0;

/// Bias for topics if the sentence is not personal.
pub(crate) const IMPERSONAL_BIAS: f32 = 1.2;

/// Cues that only mark a question; never content.
pub(crate) const FUNCTION_CUES: [Cue; 5] = [Cue::Who, Cue::What, Cue::About, Cue::Interrogative, Cue::YesNo];

impl Interpreter<'_> {
    /// True if the sentence has this cue.
    pub(crate) fn has_cue(&self, cue: Cue) -> bool {
        self.sentence.has_cue(cue)
    }

    /// True if both cues occur and the first ends before the other starts, with a word between them.
    pub(crate) fn precedes(&self, one: Cue, other: Cue) -> bool {
        match (self.sentence.first_cue(one), self.sentence.first_cue(other)) {
            (Some(one), Some(other)) => one.range.end < other.range.start,
            _ => false,
        }
    }

    /// A question of this kind about the named roles; `confidence` is scaled by the features of the sentence.
    pub(crate) fn question(&self, kind: ReplyKind, confidence: f32) -> Question {
        let confidence =
            confidence * self.features.question_score * self.features.genericity * self.features.name_certainty;
        let roles = self.roles.clone();
        Question { kind, roles, subject: Subject::All, query: Query::default(), hits: Vec::new(), confidence }
    }

    /// A question answered by search hits; `None` without hits. `bias` is added to the log-odds of the confidence.
    pub(crate) fn question_from_hits(
        &self,
        kind: ReplyKind,
        query: Query,
        hits: Vec<Hit>,
        bias: f32,
    ) -> Option<Question> {
        let event_bias = EVENT_BIAS * (self.features.genericity - 1.0);
        if hits.is_empty() {
            return None;
        }
        let hits_confidence = evidence::confidence(kind, &hits, &query, bias + event_bias);
        // The owner is answered even if the role named as the object is uncertain.
        let certainty = if kind == ReplyKind::FindOwner { 1.0 } else { self.features.name_certainty };
        let confidence = hits_confidence * self.features.question_score * certainty;
        Some(Question { query, hits, confidence, ..self.question(kind, 1.0) })
    }

    /// Factor for kinds that need no content: 1 if no content is left besides `spent` cues, less for each content word
    /// in asking clauses from the question's start on.
    pub(crate) fn residue_penalty(&self, spent: &[Cue]) -> f32 {
        let spent: Vec<Cue> =
            FUNCTION_CUES.iter().chain(spent).chain(&[Cue::Duties, Cue::Comparative]).copied().collect();
        let start = self.features.question_start;
        let residue = self.sentence.content_tokens(&spent, |clause| self.features.is_asking_clause(clause));
        let residue = residue.into_iter().filter(|word| word.span.start >= start);
        let query = self.knowledge.searcher.build_query(residue);
        (1.0 - 0.33 * (query.total_weight() - 0.5).max(0.0) - 0.15 * query.oov_weight()).max(0.0)
    }
}
