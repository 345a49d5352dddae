//! A question that is ready to be answered: names and words resolved against the library.

use crate::engine::reply::ReplyKind;
use crate::search::query::Query;
use crate::search::retrieve::Hit;

/// The confidence from which on a reading of a question is taken, and no other is tried.
pub const MIN_CONFIDENCE: f32 = 0.5;

/// How close to a question a line has to be, as a score, for it to be told as what the role does: of what a role does do, more than nine
/// in ten lines come as close, and of what it does not, one in three.
pub const MIN_EVIDENCE: f32 = 0.35;

/// From which confidence on what is said, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// An answer stands as it is, in a channel too. Where people talk to each other, silence costs less than a wrong answer that
    /// sounds right: at a half, more than nine in ten answers were right.
    pub channel: f32,
    /// Whoever asks the bot itself is better served by the nearest passage, marked as such, than by nothing: from here on there is
    /// one, and it is right about every other time.
    pub direct: f32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds { channel: MIN_CONFIDENCE, direct: 0.2 }
    }
}

/// What of the roles is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// All of it.
    All,
    /// What the hits say alone.
    Narrowed,
    /// All of it, since nothing was found that says what is asked about.
    NoMatch,
    /// What the hits say of others.
    OtherRoles,
    /// Moves to the side.
    Sideways,
    /// The ladder of this family; an empty one is of all.
    Family(String),
    /// A figure of this measure; an empty one is of whatever measure.
    Measure(String),
}

/// A question that is ready to be answered.
#[derive(Clone, Debug)]
pub struct Question {
    /// What kind of answer it wants.
    pub kind: ReplyKind,
    /// Positions of the roles it names, in order.
    pub roles: Vec<usize>,
    /// What of them.
    pub subject: Subject,
    /// What was searched for.
    pub query: Query,
    /// Passages that answer, best first.
    pub hits: Vec<Hit>,
    /// How sure it is that this is what is asked, and that the hits answer it.
    pub confidence: f32,
}
