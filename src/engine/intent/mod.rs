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

use crate::engine::intent::features::Weighed;
use crate::engine::intent::interpreter::Reader;
use crate::engine::intent::sentence::Sentence;
use crate::engine::question::{Question, SURE_ENOUGH};
use crate::engine::reply::Kind;
use crate::knowledge::Library;

/// What a sentence asks, with how sure that is.
pub fn understand(library: &Library, text: &str) -> Option<Question> {
    let mut sentence = Sentence::read(library, text);
    let accepted: Vec<_> =
        features::roles_named(library, &sentence).into_iter().map(|mention| mention.start..mention.end).collect();
    accepted.into_iter().for_each(|range| sentence.take_for_name(range));
    let weighed = Weighed::new(library, &sentence);
    let reader = Reader { library, sentence: &sentence, roles: weighed.roles.clone(), weighed };
    // "Career ladder of design": nothing in it asks, and it wants something all the same.
    let ladder = reader.ladder();
    if ladder.is_none() && reader.weighed.asks == 0.0 {
        return None;
    }
    let mut question = ladder.or_else(|| read(&reader))?;
    question.confidence = question.confidence.clamp(0.0, 1.0);
    Some(question)
}

/// A question for a quantity is answered by a quantity; a passage that has none must fit the better.
const NO_QUANTITY: f32 = 0.55;

/// The kinds, from the most telling to the least; the first that fits well is taken.
fn read(reader: &Reader<'_>) -> Option<Question> {
    if let Some(question) = reader.which() {
        return Some(question);
    }
    if let Some(question) = reader.route().or_else(|| reader.comparison()) {
        return Some(question);
    }
    let figure = reader.figure();
    // What a figure was asked for and not found, nothing else can answer.
    if let Some(figure) = figure.as_ref().filter(|figure| figure.hits.is_empty() || figure.confidence >= SURE_ENOUGH) {
        return Some(figure.clone());
    }
    let kinds = [
        Reader::next,
        Reader::reason,
        Reader::entry,
        Reader::who,
        Reader::check,
        Reader::duties,
        Reader::undertakings,
        Reader::role,
        Reader::topic,
    ];
    let mut best = figure;
    for kind in kinds {
        let Some(mut question) = kind(reader) else { continue };
        let other = matches!(question.kind, Kind::Into | Kind::Who);
        if reader.sentence.measure().is_some_and(|measure| measure != "experience") && !other {
            question.confidence *= NO_QUANTITY;
        }
        let good = question.confidence >= SURE_ENOUGH;
        if best.as_ref().is_none_or(|best| question.confidence > best.confidence) {
            best = Some(question);
        }
        if good {
            break;
        }
    }
    best
}
