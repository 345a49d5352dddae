//! An interpreted question: its kind, roles and search hits, resolved against the snapshot.

use crate::engine::reply::ReplyKind;
use crate::search::query::Query;
use crate::search::retrieve::Hit;

/// Interpretation stops at the first kind of question with at least this confidence.
pub(crate) const MIN_CONFIDENCE: f32 = 0.5;

/// Min score of a passage to count as a statement on what a role does. Measured: more than 90 % of questions about what
/// a role does have such a passage, and one in three about what it does not do.
pub(crate) const MIN_EVIDENCE: f32 = 0.35;

/// Min confidence, 0 to 1, of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// For an answer without reservation, and for any answer in a channel, where a wrong answer costs more than
    /// silence. Measured: at 0.5, more than 90 % of answers are right.
    pub channel: f32,
    /// For the nearest passage, marked as tentative, when the bot is asked directly. Measured: about half of these are
    /// right.
    pub direct: f32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds { channel: MIN_CONFIDENCE, direct: 0.2 }
    }
}

/// What is asked about the roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Everything.
    All,
    /// Only what the hits state.
    Narrowed,
    /// Everything, because no passage matches the question.
    NoMatch,
    /// The hits, which belong to other roles.
    OtherRoles,
    /// Sideways moves.
    Sideways,
    /// The career ladder of this family; empty: of all families.
    Family(String),
    /// A metric of this measure; empty: of any measure.
    Measure(String),
}

/// An interpreted question.
#[derive(Clone, Debug)]
pub struct Question {
    /// The kind of answer.
    pub(crate) kind: ReplyKind,
    /// Positions of the roles, in the order in which the question names them.
    pub(crate) roles: Vec<usize>,
    /// What is asked about them.
    pub(crate) subject: Subject,
    /// The search query.
    pub(crate) query: Query,
    /// Matching passages, best first.
    pub(crate) hits: Vec<Hit>,
    /// Confidence, 0 to 1, that the question is understood and that the hits answer it.
    pub(crate) confidence: f32,
}
