//! Why an answer is what it is: what was read in a question, what was found, what decided.

use std::fmt::Write as _;

use crate::engine::intent::interpret;
use crate::engine::intent::sentence::Sentence;
use crate::engine::question::Thresholds;
use crate::knowledge::Library;

/// Passages that are told.
const MAX_HITS: usize = 5;

/// The reading of a question, as text for an author or a contributor.
pub fn explain(library: &Library, text: &str, bounds: Thresholds) -> String {
    let mut out = String::new();
    let sentence = Sentence::parse(library, text);
    let words = |from: usize, to: usize| {
        sentence.tokens[from..to].iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    };
    for mention in &sentence.mentions {
        let slugs: Vec<&str> = mention.documents.iter().map(|at| library.document(*at).slug.as_str()).collect();
        let _ = writeln!(
            out,
            "name     {:?} {:?}: {}",
            words(mention.start, mention.end),
            mention.match_kind,
            slugs.join(", ")
        );
    }
    for hint in &sentence.cue_matches {
        let _ = writeln!(out, "hint     {:?}: {:?}", words(hint.range.start, hint.range.end), hint.cue);
    }
    let Some(question) = interpret(library, text) else {
        out.push_str("kind     none: nothing here asks for what the corpus could know\n");
        return out;
    };
    let roles: Vec<&str> = question.roles.iter().map(|at| library.document(*at).slug.as_str()).collect();
    let _ = writeln!(
        out,
        "kind     {:?}, roles {}",
        question.kind,
        if roles.is_empty() { "none".to_owned() } else { roles.join(", ") }
    );
    for (word, weight, known) in question.query.weighted_terms() {
        let _ =
            writeln!(out, "word     {word} weighs {weight:.2}{}", if known { "" } else { ", unknown to the corpus" });
    }
    for hit in question.hits.iter().take(MAX_HITS) {
        let document = library.document(hit.document);
        let passage = library.passage(hit);
        let shown: String = passage.text.chars().take(80).collect();
        let _ = writeln!(
            out,
            "passage  {:.2} (holds {:.2} of the question, fits {:.2}) {}:{} {shown}",
            hit.score, hit.coverage, hit.statement_score, document.file, passage.line
        );
    }
    let (sure, Thresholds { channel, direct }) = (question.confidence, bounds);
    let verdict = match sure {
        _ if sure >= channel => "answered",
        _ if sure >= direct => "told as what comes nearest, to whoever asks the bot itself",
        _ => "not answered",
    };
    let _ = writeln!(out, "decided  confidence {sure:.2}, {verdict}: the bounds are {channel} and {direct}");
    out
}
