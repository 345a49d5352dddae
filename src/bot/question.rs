//! A question that is ready to be answered: names and words resolved against the library.

use crate::bot::reply::Kind;
use crate::library::search::{Hit, Query};

/// The confidence from which on a question is answered; below it the bot says that it does not know. Chosen on the open
/// questions: silence costs less than a wrong answer that sounds right.
pub const SURE_ENOUGH: f32 = 0.5;

/// What of the roles is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// All of it.
    Whole,
    /// What the hits say alone.
    Narrowed,
    /// Moves to the side.
    Sideways,
    /// A figure of this measure; an empty one is of whatever measure.
    Measure(String),
}

/// A question that is ready to be answered.
#[derive(Clone, Debug)]
pub struct Question {
    /// What kind of answer it wants.
    pub kind: Kind,
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
