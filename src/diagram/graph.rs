//! The graph to lay out: the selected roles and the steps between them, without coordinates.

use crate::i18n::{Language, t};
use crate::knowledge::Knowledge;
use crate::knowledge::graph_selection::GraphSelection;
use crate::model::document::Direction;

/// A role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiagramNode {
    /// The title.
    pub title: String,
    /// The family, if the document names one.
    pub family: Option<String>,
    /// Whether the role lies on the highlighted route.
    pub on_route: bool,
}

/// A career step between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiagramEdge {
    /// The index of the source node.
    pub from: usize,
    /// The index of the target node.
    pub to: usize,
    /// Up, sideways, or an entry from another field.
    pub direction: Direction,
    /// Whether the step back exists too.
    pub bidirectional: bool,
    /// Whether the step lies on the highlighted route.
    pub on_route: bool,
}

/// The graph of a diagram.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiagramGraph {
    /// The language of the labels.
    pub language: Language,
    /// The title; broken at a line feed if it does not fit on one line.
    pub title: String,
    /// The roles.
    pub nodes: Vec<DiagramNode>,
    /// The steps, at most one for each pair of nodes.
    pub edges: Vec<DiagramEdge>,
}

impl DiagramGraph {
    /// Builds the graph of a selection, labelled in this language.
    pub fn from_selection(knowledge: &Knowledge, selection: &GraphSelection, language: Language) -> DiagramGraph {
        let subgraph = knowledge.subgraph(selection);
        let title_of = |slug: &str| {
            knowledge.by_slug(slug).map_or(slug, |index| knowledge.document(index).title.as_str()).to_owned()
        };
        let title = match selection {
            GraphSelection::All => t!(language, "ladder"),
            GraphSelection::Family(family) => t!(language, "ladder-of", family = family),
            GraphSelection::ShortestPaths { from, to } => {
                t!(language, "picture-route", from = &title_of(from), to = &title_of(to))
            }
        };
        let node = |index: &usize| DiagramNode {
            title: knowledge.document(*index).title.clone(),
            family: knowledge.document(*index).front_matter.family.clone(),
            on_route: subgraph.path.contains(index),
        };
        let position = |role: usize| subgraph.roles.iter().position(|index| *index == role);
        let mut edges: Vec<DiagramEdge> = Vec::new();
        for step in &subgraph.edges {
            let Some((from, to)) = position(step.from).zip(position(step.to)) else { continue };
            let on_route = subgraph.path.windows(2).any(|pair| pair == [step.from, step.to]);
            let edge = DiagramEdge { from, to, direction: step.direction, bidirectional: false, on_route };
            match edges.iter_mut().find(|other| (other.from, other.to) == (to, from)) {
                Some(reverse) if on_route => *reverse = DiagramEdge { bidirectional: true, ..edge },
                Some(reverse) => reverse.bidirectional = true,
                None => edges.push(edge),
            }
        }
        DiagramGraph { language, title, nodes: subgraph.roles.iter().map(node).collect(), edges }
    }
}
