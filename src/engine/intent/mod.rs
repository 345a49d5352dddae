//! From a sentence to a question that can be answered, with a confidence; or to nothing, where nobody asks for what we know.
//!
//! A sentence is taken apart once (`sentence`); its names and hints decide the kind of question; what is left of its words is the
//! content, and every kind says how much of the content the corpus has to hold. The missing part decides: a question that is right
//! in all but one word that we do not know is a question that we cannot answer.

mod career;
mod content;
pub mod cues;
mod evidence;
mod features;
mod interpreter;
pub mod sentence;

use crate::engine::intent::features::Features;
use crate::engine::intent::interpreter::Interpreter;
use crate::engine::intent::sentence::Sentence;
use crate::engine::question::{MIN_CONFIDENCE, Question};
use crate::engine::reply::ReplyKind;
use crate::knowledge::Library;

/// What a sentence asks, with how sure that is.
pub fn interpret(library: &Library, text: &str) -> Option<Question> {
    let mut sentence = Sentence::parse(library, text);
    let accepted: Vec<_> =
        features::role_mentions(library, &sentence).into_iter().map(|mention| mention.start..mention.end).collect();
    accepted.into_iter().for_each(|range| sentence.mark_as_role_name(range));
    let weighed = Features::new(library, &sentence);
    let reader = Interpreter { library, sentence: &sentence, roles: weighed.roles.clone(), features: weighed };
    // "Career ladder of design": nothing in it asks, and it wants something all the same.
    let ladder = reader.ladder();
    if ladder.is_none() && reader.features.question_score == 0.0 {
        return None;
    }
    let mut question = ladder.or_else(|| classify(&reader))?;
    question.confidence = question.confidence.clamp(0.0, 1.0);
    Some(question)
}

/// A question for a quantity is answered by a quantity; a passage that has none must fit the better.
const NO_METRIC_FACTOR: f32 = 0.55;

/// The kinds, from the most telling to the least; the first that fits well is taken.
fn classify(reader: &Interpreter<'_>) -> Option<Question> {
    if let Some(question) = reader.disambiguate() {
        return Some(question);
    }
    if let Some(question) = reader.path().or_else(|| reader.compare()) {
        return Some(question);
    }
    let figure = reader.metric();
    // What a figure was asked for and not found, nothing else can answer.
    if let Some(figure) = figure.as_ref().filter(|figure| figure.hits.is_empty() || figure.confidence >= MIN_CONFIDENCE)
    {
        return Some(figure.clone());
    }
    let kinds = [
        Interpreter::next,
        Interpreter::why,
        Interpreter::how_to_become,
        Interpreter::find_owner,
        Interpreter::yes_no,
        Interpreter::duties,
        Interpreter::duties_fallback,
        Interpreter::role,
        Interpreter::topic,
    ];
    let mut best = figure;
    for kind in kinds {
        let Some(mut question) = kind(reader) else { continue };
        let other = matches!(question.kind, ReplyKind::HowToBecome | ReplyKind::FindOwner);
        if reader.sentence.measure().is_some_and(|measure| measure != "experience") && !other {
            question.confidence *= NO_METRIC_FACTOR;
        }
        let good = question.confidence >= MIN_CONFIDENCE;
        if best.as_ref().is_none_or(|best| question.confidence > best.confidence) {
            best = Some(question);
        }
        if good {
            break;
        }
    }
    best
}
