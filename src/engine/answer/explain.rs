//! Explains the interpretation of a question: names, cues, query terms, hits, decision.

use std::fmt::Write as _;

use crate::engine::intent::interpret;
use crate::engine::intent::sentence::Sentence;
use crate::engine::question::Thresholds;
use crate::knowledge::Knowledge;

/// Max passages listed.
const MAX_HITS: usize = 5;

/// The interpretation of a question, as text for developers.
pub(crate) fn explain(knowledge: &Knowledge, text: &str, Thresholds { channel, direct }: Thresholds) -> String {
    let mut out = String::new();
    let sentence = Sentence::parse(knowledge, text);
    let words = |from: usize, to: usize| {
        sentence.tokens[from..to].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
    };
    for mention in &sentence.mentions {
        let slugs: Vec<&str> =
            mention.documents.iter().map(|document| knowledge.document(*document).slug.as_str()).collect();
        let _ = writeln!(
            out,
            "name      {:?}, match {:?}: {}",
            words(mention.start, mention.end),
            mention.match_kind,
            slugs.join(", ")
        );
    }
    for cue_match in &sentence.cue_matches {
        let _ = writeln!(out, "cue       {:?}: {:?}", words(cue_match.range.start, cue_match.range.end), cue_match.cue);
    }
    let Some(question) = interpret(knowledge, text) else {
        out.push_str("kind      none: not a question about the corpus\n");
        return out;
    };
    let roles: Vec<&str> = question.roles.iter().map(|document| knowledge.document(*document).slug.as_str()).collect();
    let _ = writeln!(
        out,
        "kind      {:?}, roles: {}",
        question.kind,
        if roles.is_empty() { "none".to_owned() } else { roles.join(", ") }
    );
    for (term, weight, known) in question.query.weighted_terms() {
        let unknown = if known { "" } else { ", not in the corpus" };
        let _ = writeln!(out, "term      {term}, weight {weight:.2}{unknown}");
    }
    for hit in question.hits.iter().take(MAX_HITS) {
        let document = knowledge.document(hit.document);
        let passage = knowledge.passage(hit);
        let excerpt: String = passage.text.chars().take(80).collect();
        let _ = writeln!(
            out,
            "passage   score {:.2} (coverage {:.2}, best statement {:.2}) {}:{} {excerpt}",
            hit.score, hit.coverage, hit.statement_score, document.file, passage.line
        );
    }
    let confidence = question.confidence;
    let decision = match confidence {
        _ if confidence >= channel => "answer",
        _ if confidence >= direct => "tentative answer, only if the bot is addressed",
        _ => "no answer",
    };
    let _ = writeln!(
        out,
        "decision  {decision}: confidence {confidence:.2}, thresholds {channel} (channel), {direct} (direct)"
    );
    out
}
