//! What a picture shows, in words, for whoever does not see it.

use crate::diagram::graph::DiagramGraph;
use crate::i18n::{Language, t};
use crate::model::document::Direction;

/// Room for "And 1234 more.", in any language.
pub const OVERFLOW_NOTE_LEN: usize = 30;

/// A picture in words, at most `longest` UTF-16 units long; what does not go in is counted.
pub fn alt_text(sketch: &DiagramGraph, longest: usize) -> String {
    let language = sketch.language;
    let title = |role: usize| sketch.nodes[role].title.as_str();
    let mut sentences = vec![format!("{}.", sketch.title.replace('\n', " "))];
    let mut route: Vec<usize> = sketch.edges.iter().filter(|step| step.on_route).map(|step| step.from).collect();
    // A route's steps follow one another; the sketch has them in another order.
    if let Some(first) =
        route.iter().copied().find(|role| sketch.edges.iter().all(|step| !step.on_route || step.to != *role))
    {
        route = vec![first];
        let mut last = first;
        while let Some(step) = sketch.edges.iter().find(|step| step.on_route && step.from == last)
            && route.len() <= sketch.nodes.len()
        {
            route.push(step.to);
            last = step.to;
        }
        let titles: Vec<&str> = route.iter().map(|role| title(*role)).collect();
        let way = titles.join(&format!("{} ", t!(language, "words-then")));
        sentences.push(t!(language, "words-route", way = &way));
    }
    let (mut leading, mut idle): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for role in 0..sketch.nodes.len() {
        let starts = sketch.edges.iter().any(|step| step.from == role || step.bidirectional && step.to == role);
        let ends = sketch.edges.iter().any(|step| step.to == role);
        if starts {
            leading.push(role);
        } else if !ends {
            idle.push(role);
        }
    }
    for role in &leading {
        let mut ways: Vec<String> = Vec::new();
        for direction in [Direction::Up, Direction::Sideways, Direction::Entry] {
            let onward = sketch.edges.iter().filter(|step| step.direction == direction);
            let ends = onward.filter_map(|step| match step {
                step if step.from == *role => Some(title(step.to)),
                step if step.bidirectional && step.to == *role => Some(title(step.from)),
                _ => None,
            });
            let ends: Vec<&str> = ends.collect();
            if !ends.is_empty() {
                let titles = ends.join(", ");
                ways.push(match direction {
                    Direction::Up => t!(language, "words-up", titles = &titles),
                    Direction::Sideways => t!(language, "words-sideways", titles = &titles),
                    Direction::Entry => t!(language, "words-entry", titles = &titles),
                });
            }
        }
        sentences.push(t!(language, "words-leads", title = title(*role), ways = &ways.join("; ")));
    }
    if !idle.is_empty() {
        let titles: Vec<&str> = idle.iter().map(|role| title(*role)).collect();
        sentences.push(t!(language, "words-idle", titles = &titles.join(", ")));
    }
    join_within_limit(&sentences, longest, language)
}

fn join_within_limit(sentences: &[String], longest: usize, language: Language) -> String {
    let length = |text: &str| text.encode_utf16().count();
    let mut out = String::new();
    for (at, sentence) in sentences.iter().enumerate() {
        let last = at + 1 == sentences.len();
        let room = longest.saturating_sub(length(&out) + 1 + if last { 0 } else { OVERFLOW_NOTE_LEN });
        if length(sentence) > room {
            let note = t!(language, "words-more", count = sentences.len() - at);
            let space = if out.is_empty() { "" } else { " " };
            return format!("{out}{space}{note}");
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(sentence);
    }
    out
}
