//! Selects a subgraph of the career graph to show: roles, edges, and a highlighted path.

use std::collections::HashSet;

use crate::knowledge::career_graph::{CareerGraph, Edge};
use crate::model::document::Document;

/// A selection from the career graph. It refers to documents by slug, so that it stays valid after a reload.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GraphSelection {
    /// Every role.
    All,
    /// The roles of one family and their neighbours.
    Family(String),
    /// The roles on the shortest paths between two roles, and their neighbours.
    ShortestPaths {
        /// The slug of the first role.
        from: String,
        /// The slug of the last role.
        to: String,
    },
}

/// The selected roles and edges, by position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subgraph {
    /// The roles, by family and level.
    pub(crate) roles: Vec<usize>,
    /// The edges between them, in the order of their sources.
    pub(crate) edges: Vec<Edge>,
    /// The path to highlight, with both ends; may be empty.
    pub(crate) path: Vec<usize>,
}

impl GraphSelection {
    /// Applies the selection. `all` holds the positions of all roles in the order to keep.
    pub(crate) fn subgraph(&self, documents: &[Document], career_graph: &CareerGraph, all: &[usize]) -> Subgraph {
        let position = |slug: &str| all.iter().copied().find(|role| documents[*role].slug == slug);
        let (core, path): (Vec<usize>, Vec<usize>) = match self {
            GraphSelection::All => (all.to_vec(), Vec::new()),
            GraphSelection::Family(family) => {
                let is_member = |role: &&usize| documents[**role].front_matter.family.as_deref() == Some(family);
                (all.iter().filter(is_member).copied().collect(), Vec::new())
            }
            GraphSelection::ShortestPaths { from, to } => {
                let ends = position(from).zip(position(to));
                let paths = ends.map(|(from, to)| career_graph.shortest_paths(from, to)).unwrap_or_default();
                (paths.concat(), paths.into_iter().next().unwrap_or_default())
            }
        };
        let (core, roles): (HashSet<usize>, HashSet<usize>) =
            (core.into_iter().collect(), all.iter().copied().collect());
        let is_selected = |edge: &Edge| {
            edge.from != edge.to
                && (core.contains(&edge.from) || core.contains(&edge.to))
                && roles.contains(&edge.from)
                && roles.contains(&edge.to)
        };
        let mut edges: Vec<Edge> =
            all.iter().flat_map(|role| career_graph.outgoing(*role)).filter(is_selected).collect();
        let mut seen = HashSet::new();
        edges.retain(|edge| seen.insert((edge.from, edge.to)));
        let included: HashSet<usize> = edges.iter().flat_map(|edge| [edge.from, edge.to]).chain(core).collect();
        let roles = all.iter().filter(|role| included.contains(role)).copied().collect();
        Subgraph { roles, edges, path }
    }
}
