//! The career graph: career steps between roles, and shortest paths.

use std::collections::{HashMap, VecDeque};

use petgraph::Direction::{Incoming, Outgoing};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::model::diagnostic::Diagnostic;
use crate::model::document::{CareerStep, Direction, Document};

/// Maximum number of shortest paths returned.
const MAX_PATHS: usize = 8;

/// A directed graph with the positions of the documents as node indices.
#[derive(Debug)]
pub struct CareerGraph {
    /// Edge weight: direction, and index in the `steps` of the source.
    graph: DiGraph<(), (Direction, usize)>,
}

/// A career step between two roles, given by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The source.
    pub(crate) from: usize,
    /// The target.
    pub(crate) to: usize,
    /// Index in the `steps` of the source.
    pub(crate) step_index: usize,
    /// Promotion, sideways move, or entry from another field.
    pub(crate) direction: Direction,
}

impl CareerGraph {
    /// The graph of all steps, and one diagnostic for each cycle of promotions.
    pub fn new(documents: &[Document]) -> (CareerGraph, Vec<Diagnostic>) {
        let by_slug: HashMap<&str, usize> =
            documents.iter().enumerate().map(|(position, doc)| (doc.slug.as_str(), position)).collect();
        let mut graph = DiGraph::new();
        let nodes: Vec<NodeIndex> = documents.iter().map(|_| graph.add_node(())).collect();
        for (from, doc) in documents.iter().enumerate() {
            for (step_index, step) in doc.front_matter.steps.iter().enumerate() {
                if let Some(to) = by_slug.get(step.to.text.as_str()) {
                    graph.add_edge(nodes[from], nodes[*to], (step.direction, step_index));
                }
            }
        }
        let promotions = graph.filter_map(|_, ()| Some(()), |_, edge| (edge.0 == Direction::Up).then_some(()));
        // Not `tarjan_scc`: it is recursive, and a long career path would overflow the stack.
        let diagnostics = kosaraju_scc(&promotions)
            .into_iter()
            .filter(|component| component.len() > 1)
            .map(|component| cycle_diagnostic(documents, &component))
            .collect();
        (CareerGraph { graph }, diagnostics)
    }

    /// The steps from a role: sideways moves last, otherwise in the order of the front matter.
    pub fn outgoing(&self, role: usize) -> Vec<Edge> {
        let mut edges = self.edges(role, Outgoing);
        edges.sort_by_key(|edge| (edge.direction == Direction::Sideways, edge.step_index));
        edges
    }

    /// The steps to a role: promotions first.
    pub(crate) fn incoming(&self, role: usize) -> Vec<Edge> {
        let mut edges = self.edges(role, Incoming);
        edges.sort_by_key(|edge| (edge.direction != Direction::Up, edge.from));
        edges
    }

    fn edges(&self, role: usize, side: petgraph::Direction) -> Vec<Edge> {
        let edges = self.graph.edges_directed(NodeIndex::new(role), side);
        edges
            .map(|edge| {
                let (direction, step_index) = *edge.weight();
                Edge { from: edge.source().index(), to: edge.target().index(), step_index, direction }
            })
            .collect()
    }

    /// Up to `MAX_PATHS` shortest paths between two roles, each a list of roles with both ends; empty without a path.
    pub fn shortest_paths(&self, from: usize, to: usize) -> Vec<Vec<usize>> {
        let distances = self.distances_to(to);
        let mut paths = Vec::new();
        // Depth-first: the number of partial paths in a breadth-first search can exceed the memory.
        let mut stack = vec![vec![from]];
        while let Some(path) = stack.pop() {
            let Some(&last) = path.last() else { continue };
            let Some(&remaining) = distances.get(&last) else { continue };
            if remaining == 0 {
                paths.push(path);
                if paths.len() == MAX_PATHS {
                    break;
                }
                continue;
            }
            let mut successors: Vec<usize> = self
                .outgoing(last)
                .iter()
                .map(|edge| edge.to)
                .filter(|next| distances.get(next) == Some(&(remaining - 1)))
                .collect();
            successors.dedup();
            stack.extend(successors.into_iter().rev().map(|next| [path.as_slice(), &[next]].concat()));
        }
        paths
    }

    /// The step from one role directly to another.
    pub(crate) fn edge_between(&self, from: usize, to: usize) -> Option<Edge> {
        self.outgoing(from).into_iter().find(|edge| edge.to == to)
    }

    /// The role with paths to both that has the smallest sum of distances.
    pub(crate) fn nearest_common_source(&self, one: usize, other: usize) -> Option<usize> {
        let (to_one, to_other) = (self.distances_to(one), self.distances_to(other));
        to_one
            .iter()
            .filter_map(|(role, steps)| to_other.get(role).map(|more| (steps + more, *role)))
            .min()
            .map(|(_, role)| role)
    }

    /// Number of steps to `to` from every role with a path there (breadth-first search).
    fn distances_to(&self, to: usize) -> HashMap<usize, usize> {
        let mut distances = HashMap::from([(to, 0)]);
        let mut queue = VecDeque::from([to]);
        while let Some(role) = queue.pop_front() {
            let distance = distances[&role] + 1;
            for previous in self.graph.neighbors_directed(NodeIndex::new(role), Incoming) {
                distances.entry(previous.index()).or_insert_with(|| {
                    queue.push_back(previous.index());
                    distance
                });
            }
        }
        distances
    }
}

fn cycle_diagnostic(documents: &[Document], cycle: &[NodeIndex]) -> Diagnostic {
    let mut members: Vec<&Document> = cycle.iter().map(|node| &documents[node.index()]).collect();
    members.sort_by_key(|doc| &doc.file);
    let slugs: Vec<&str> = members.iter().map(|doc| doc.slug.as_str()).collect();
    let is_in_cycle = |step: &&CareerStep| slugs.contains(&step.to.text.as_str()) && step.direction == Direction::Up;
    let line = members[0].front_matter.steps.iter().find(is_in_cycle).map_or(1, |step| step.to.line);
    let message =
        format!("the promotions between {} form a cycle; change or remove one of these steps", slugs.join(", "));
    Diagnostic::at_line(line, message).with_file(&members[0].file)
}
