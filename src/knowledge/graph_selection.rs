//! A part of the career graph to look at: which roles, which steps between them, and which of them are a route.

use std::collections::HashSet;

use crate::corpus::document::Document;
use crate::knowledge::career_graph::{CareerGraph, Edge};

/// What part of the career graph somebody wants to see. It names documents by slug, so that it holds for any snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GraphSelection {
    /// Every role.
    All,
    /// The roles of one family, and those a step away from them.
    Family(String),
    /// The shortest routes from one role to another, and what is a step away from them.
    ShortestPaths {
        /// The slug of the role to start from.
        from: String,
        /// The slug of the role to reach.
        to: String,
    },
}

/// What a chart shows, by position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subgraph {
    /// The roles, in the order of families and levels.
    pub roles: Vec<usize>,
    /// The steps between them, by the roles that they start from.
    pub edges: Vec<Edge>,
    /// The route to follow, with both ends; empty where the chart is of none.
    pub path: Vec<usize>,
}

impl GraphSelection {
    /// What it shows of these documents. `all` are the positions of the roles, in the order to keep.
    pub fn subgraph(&self, documents: &[Document], ladder: &CareerGraph, all: &[usize]) -> Subgraph {
        let position = |slug: &str| all.iter().copied().find(|at| documents[*at].slug == slug);
        let (core, route): (Vec<usize>, Vec<usize>) = match self {
            GraphSelection::All => (all.to_vec(), Vec::new()),
            GraphSelection::Family(family) => {
                let inside = |at: &&usize| documents[**at].front_matter.family.as_deref() == Some(family);
                (all.iter().filter(inside).copied().collect(), Vec::new())
            }
            GraphSelection::ShortestPaths { from, to } => {
                let ends = position(from).zip(position(to));
                let routes = ends.map(|(from, to)| ladder.shortest_paths(from, to)).unwrap_or_default();
                (routes.concat(), routes.into_iter().next().unwrap_or_default())
            }
        };
        let (core, roles): (HashSet<usize>, HashSet<usize>) =
            (core.into_iter().collect(), all.iter().copied().collect());
        let shown = |rung: &Edge| {
            rung.from != rung.to
                && (core.contains(&rung.from) || core.contains(&rung.to))
                && roles.contains(&rung.from)
                && roles.contains(&rung.to)
        };
        let mut rungs: Vec<Edge> = all.iter().flat_map(|at| ladder.outgoing(*at)).filter(shown).collect();
        // A step that is written twice is one step.
        let mut taken = HashSet::new();
        rungs.retain(|rung| taken.insert((rung.from, rung.to)));
        let beside: HashSet<usize> = rungs.iter().flat_map(|rung| [rung.from, rung.to]).chain(core).collect();
        let roles = all.iter().filter(|at| beside.contains(at)).copied().collect();
        Subgraph { roles, edges: rungs, path: route }
    }
}
