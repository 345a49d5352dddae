//! The alternative text of a diagram, for screen readers.

use crate::diagram::graph::DiagramGraph;
use crate::i18n::{Language, t};
use crate::model::document::Direction;

/// The space reserved for "And 1234 more." in any language, in UTF-16 code units.
pub const OVERFLOW_NOTE_LEN: usize = 30;

/// Describes a graph in at most `max_len` UTF-16 code units; the last sentence counts those left out.
pub fn alt_text(graph: &DiagramGraph, max_len: usize) -> String {
    let language = graph.language;
    let title_of = |node: usize| graph.nodes[node].title.as_str();
    let mut sentences = vec![format!("{}.", graph.title.replace('\n', " "))];
    // The graph does not list the edges of the route in route order.
    let on_route = || graph.edges.iter().filter(|edge| edge.on_route);
    if let Some(first) = on_route().find(|first| on_route().all(|edge| edge.to != first.from)) {
        let mut route = vec![first.from];
        let mut last = first.from;
        while let Some(edge) = on_route().find(|edge| edge.from == last)
            && route.len() <= graph.nodes.len()
        {
            route.push(edge.to);
            last = edge.to;
        }
        let titles: Vec<&str> = route.iter().map(|node| title_of(*node)).collect();
        let way = titles.join(&format!("{} ", t!(language, "words-then")));
        sentences.push(t!(language, "words-route", way = &way));
    }
    let (mut sources, mut isolated): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for node in 0..graph.nodes.len() {
        let starts = graph.edges.iter().any(|edge| edge.from == node || edge.bidirectional && edge.to == node);
        let ends = graph.edges.iter().any(|edge| edge.to == node);
        if starts {
            sources.push(node);
        } else if !ends {
            isolated.push(node);
        }
    }
    for node in &sources {
        let mut ways: Vec<String> = Vec::new();
        for direction in [Direction::Up, Direction::Sideways, Direction::Entry] {
            let edges = graph.edges.iter().filter(|edge| edge.direction == direction);
            let targets = edges.filter_map(|edge| match edge {
                edge if edge.from == *node => Some(title_of(edge.to)),
                edge if edge.bidirectional && edge.to == *node => Some(title_of(edge.from)),
                _ => None,
            });
            let targets: Vec<&str> = targets.collect();
            if !targets.is_empty() {
                let titles = targets.join(", ");
                ways.push(match direction {
                    Direction::Up => t!(language, "words-up", titles = &titles),
                    Direction::Sideways => t!(language, "words-sideways", titles = &titles),
                    Direction::Entry => t!(language, "words-entry", titles = &titles),
                });
            }
        }
        sentences.push(t!(language, "words-leads", title = title_of(*node), ways = &ways.join("; ")));
    }
    if !isolated.is_empty() {
        let titles: Vec<&str> = isolated.iter().map(|node| title_of(*node)).collect();
        sentences.push(t!(language, "words-idle", titles = &titles.join(", ")));
    }
    join_within_limit(&sentences, max_len, language)
}

/// Joins sentences with spaces; from the first that does not fit on, all are replaced by a note of how many there are.
fn join_within_limit(sentences: &[String], max_len: usize, language: Language) -> String {
    let utf16_len = |text: &str| text.encode_utf16().count();
    let mut out = String::new();
    for (index, sentence) in sentences.iter().enumerate() {
        let last = index + 1 == sentences.len();
        let room = max_len.saturating_sub(utf16_len(&out) + 1 + if last { 0 } else { OVERFLOW_NOTE_LEN });
        if utf16_len(sentence) > room {
            let note = t!(language, "words-more", count = sentences.len() - index);
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
