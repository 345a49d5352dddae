//! Interprets a sentence: gives a question with a confidence, or `None` if it asks nothing about the corpus.
//!
//! `Sentence` marks names, cues and clauses, which decide the kind of question. The remaining words are the content;
//! the more of it a kind of question finds in the corpus, the higher its confidence. A single content word that the
//! corpus lacks can make a question unanswerable.

mod career;
mod content;
pub(crate) mod cues;
mod evidence;
mod features;
mod interpreter;
pub(crate) mod sentence;

use crate::engine::intent::features::Features;
use crate::engine::intent::interpreter::Interpreter;
use crate::engine::intent::sentence::Sentence;
use crate::engine::question::{MIN_CONFIDENCE, Question};
use crate::engine::reply::ReplyKind;
use crate::knowledge::Knowledge;

/// Interprets a sentence.
pub fn interpret(knowledge: &Knowledge, text: &str) -> Option<Question> {
    let mut sentence = Sentence::parse(knowledge, text);
    let role_names: Vec<_> =
        features::role_mentions(knowledge, &sentence).into_iter().map(|mention| mention.start..mention.end).collect();
    for range in role_names {
        sentence.mark_as_role_name(range);
    }
    let features = Features::new(knowledge, &sentence);
    let interpreter = Interpreter { knowledge, sentence: &sentence, roles: features.roles.clone(), features };
    // "Career ladder of design" has no question word, yet asks for the ladder.
    let ladder = interpreter.ladder();
    if ladder.is_none() && interpreter.features.question_score == 0.0 {
        return None;
    }
    let mut question = ladder.or_else(|| classify(&interpreter))?;
    question.confidence = question.confidence.clamp(0.0, 1.0);
    Some(question)
}

/// Factor on the confidence of other kinds if a measure is asked for.
const NO_METRIC_FACTOR: f32 = 0.55;

/// Tries the kinds of questions, the most specific first, until one reaches [`MIN_CONFIDENCE`]; else takes the best.
fn classify(interpreter: &Interpreter<'_>) -> Option<Question> {
    if let Some(question) = interpreter.disambiguate() {
        return Some(question);
    }
    if let Some(question) = interpreter.path().or_else(|| interpreter.compare()) {
        return Some(question);
    }
    let metric = interpreter.metric();
    // No other kind can answer a question for a metric that does not exist.
    if let Some(metric) = metric.as_ref().filter(|metric| metric.hits.is_empty() || metric.confidence >= MIN_CONFIDENCE)
    {
        return Some(metric.clone());
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
    let mut best = metric;
    for kind in kinds {
        let Some(mut question) = kind(interpreter) else { continue };
        let needs_no_metric = matches!(question.kind, ReplyKind::HowToBecome | ReplyKind::FindOwner);
        if interpreter.sentence.measure().is_some_and(|measure| measure != "experience") && !needs_no_metric {
            question.confidence *= NO_METRIC_FACTOR;
        }
        let confident = question.confidence >= MIN_CONFIDENCE;
        if best.as_ref().is_none_or(|best| question.confidence > best.confidence) {
            best = Some(question);
        }
        if confident {
            break;
        }
    }
    best
}
