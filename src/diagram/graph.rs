//! What is to be drawn, before anything has a place: the roles of a chart by title, and the steps between them.

use crate::i18n::{Language, t};
use crate::knowledge::Knowledge;
use crate::knowledge::graph_selection::GraphSelection;
use crate::model::document::Direction;

/// A role to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiagramNode {
    /// Its title.
    pub title: String,
    /// Its family, where its author names one.
    pub family: Option<String>,
    /// It lies on the route to follow.
    pub on_route: bool,
}

/// A step to draw, between positions in the list of roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiagramEdge {
    /// Where it starts.
    pub from: usize,
    /// Where it leads.
    pub to: usize,
    /// Up, sideways, or in from another field.
    pub direction: Direction,
    /// It can be taken back as well.
    pub bidirectional: bool,
    /// It lies on the route to follow.
    pub on_route: bool,
}

/// What is to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiagramGraph {
    /// The language of its fixed words.
    pub language: Language,
    /// What stands on top; broken at a line feed where it does not fit on one line.
    pub title: String,
    /// The roles.
    pub nodes: Vec<DiagramNode>,
    /// The steps between them, at most one between any two.
    pub edges: Vec<DiagramEdge>,
}

impl DiagramGraph {
    /// What a chart of this library shows, in a language.
    pub fn from_selection(library: &Knowledge, chart: &GraphSelection, language: Language) -> DiagramGraph {
        let view = library.subgraph(chart);
        let called =
            |slug: &str| library.by_slug(slug).map_or(slug, |at| library.document(at).title.as_str()).to_owned();
        let title = match chart {
            GraphSelection::All => t!(language, "ladder"),
            GraphSelection::Family(family) => t!(language, "ladder-of", family = family),
            GraphSelection::ShortestPaths { from, to } => {
                t!(language, "picture-route", from = &called(from), to = &called(to))
            }
        };
        let role = |at: &usize| DiagramNode {
            title: library.document(*at).title.clone(),
            family: library.document(*at).front_matter.family.clone(),
            on_route: view.path.contains(at),
        };
        let place = |role: usize| view.roles.iter().position(|at| *at == role);
        let mut steps: Vec<DiagramEdge> = Vec::new();
        for rung in &view.edges {
            let Some((from, to)) = place(rung.from).zip(place(rung.to)) else { continue };
            let on_route = view.path.windows(2).any(|pair| pair == [rung.from, rung.to]);
            match steps.iter_mut().find(|step| (step.from, step.to) == (to, from)) {
                Some(back) if on_route => {
                    *back = DiagramEdge { from, to, direction: rung.direction, bidirectional: true, on_route };
                }
                Some(back) => back.bidirectional = true,
                None => steps.push(DiagramEdge { from, to, direction: rung.direction, bidirectional: false, on_route }),
            }
        }
        DiagramGraph { language, title, nodes: view.roles.iter().map(role).collect(), edges: steps }
    }
}
