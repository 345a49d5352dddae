//! The career graph: which role leads to which, and the routes between two of them.

use std::collections::{HashMap, VecDeque};

use petgraph::Direction::{Incoming, Outgoing};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::corpus::document::Document;
use crate::corpus::front_matter::{CareerStep, Direction};
use crate::model::diagnostic::Diagnostic;

/// The most routes of one length that are told; more would be a list, not an answer.
const MAX_PATHS: usize = 8;

/// The career graph over the documents, which it names by their position.
#[derive(Debug)]
pub struct CareerGraph {
    /// Every document is a node, with its own position as its number; an edge holds the step's position in its document.
    graph: DiGraph<(), (Direction, usize)>,
}

/// A step between two roles, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The role it starts from.
    pub from: usize,
    /// The role it leads to.
    pub to: usize,
    /// Its position in the `steps` of the role it starts from.
    pub step_index: usize,
    /// Up, sideways, or in from another field.
    pub direction: Direction,
}

impl CareerGraph {
    /// The graph of all steps, and a problem for every circle of promotions.
    pub fn new(documents: &[Document]) -> (CareerGraph, Vec<Diagnostic>) {
        let by_slug: HashMap<&str, usize> =
            documents.iter().enumerate().map(|(at, doc)| (doc.slug.as_str(), at)).collect();
        let mut graph = DiGraph::new();
        let nodes: Vec<NodeIndex> = documents.iter().map(|_| graph.add_node(())).collect();
        for (from, doc) in documents.iter().enumerate() {
            for (at, step) in doc.front_matter.steps.iter().enumerate() {
                if let Some(to) = by_slug.get(step.to.text.as_str()) {
                    graph.add_edge(nodes[from], nodes[*to], (step.direction, at));
                }
            }
        }
        let ups = graph.filter_map(|_, ()| Some(()), |_, edge| (edge.0 == Direction::Up).then_some(()));
        // The other algorithm for this calls itself once a role, and a long enough ladder would end the program.
        let problems = kosaraju_scc(&ups)
            .into_iter()
            .filter(|circle| circle.len() > 1)
            .map(|circle| cycle_diagnostic(documents, &circle))
            .collect();
        (CareerGraph { graph }, problems)
    }

    /// The steps from a role: promotions first, then sideways ones, each in the author's order.
    pub fn outgoing(&self, role: usize) -> Vec<Edge> {
        let mut rungs: Vec<Edge> = self
            .graph
            .edges_directed(NodeIndex::new(role), Outgoing)
            .map(|edge| to_edge(edge.source(), edge.target(), *edge.weight()))
            .collect();
        rungs.sort_by_key(|rung| (rung.direction == Direction::Sideways, rung.step_index));
        rungs
    }

    /// The steps that lead to a role: promotions first.
    pub fn incoming(&self, role: usize) -> Vec<Edge> {
        let mut rungs: Vec<Edge> = self
            .graph
            .edges_directed(NodeIndex::new(role), Incoming)
            .map(|edge| to_edge(edge.source(), edge.target(), *edge.weight()))
            .collect();
        rungs.sort_by_key(|rung| (rung.direction != Direction::Up, rung.from));
        rungs
    }

    /// Every shortest route from one role to another, each a list of roles with both ends; none where no steps lead there.
    pub fn shortest_paths(&self, from: usize, to: usize) -> Vec<Vec<usize>> {
        let distance = self.distances_to(to);
        let mut routes = Vec::new();
        // One route to its end before the next: all at once, their beginnings can be more than the memory holds.
        let mut open = vec![vec![from]];
        while let Some(route) = open.pop() {
            let Some(&last) = route.last() else { continue };
            let Some(&left) = distance.get(&last) else { continue };
            if left == 0 {
                routes.push(route);
                if routes.len() == MAX_PATHS {
                    break;
                }
                continue;
            }
            let mut onward: Vec<usize> = self
                .outgoing(last)
                .iter()
                .map(|rung| rung.to)
                .filter(|next| distance.get(next) == Some(&(left - 1)))
                .collect();
            onward.dedup();
            open.extend(onward.into_iter().rev().map(|next| [route.as_slice(), &[next]].concat()));
        }
        routes
    }

    /// The step that leads from one role straight to another.
    pub fn edge_between(&self, from: usize, to: usize) -> Option<Edge> {
        self.outgoing(from).into_iter().find(|rung| rung.to == to)
    }

    /// The role from which both can be reached in the fewest steps together.
    pub fn nearest_common_source(&self, one: usize, other: usize) -> Option<usize> {
        let (to_one, to_other) = (self.distances_to(one), self.distances_to(other));
        to_one
            .iter()
            .filter_map(|(role, steps)| to_other.get(role).map(|more| (steps + more, *role)))
            .min()
            .map(|(_, role)| role)
    }

    /// Steps to `to` from every role that leads there.
    fn distances_to(&self, to: usize) -> HashMap<usize, usize> {
        let mut distance = HashMap::from([(to, 0)]);
        let mut open = VecDeque::from([to]);
        while let Some(role) = open.pop_front() {
            let next = distance[&role] + 1;
            for before in self.graph.neighbors_directed(NodeIndex::new(role), Incoming) {
                distance.entry(before.index()).or_insert_with(|| {
                    open.push_back(before.index());
                    next
                });
            }
        }
        distance
    }
}

fn to_edge(from: NodeIndex, to: NodeIndex, (direction, step): (Direction, usize)) -> Edge {
    Edge { from: from.index(), to: to.index(), step_index: step, direction }
}

fn cycle_diagnostic(documents: &[Document], circle: &[NodeIndex]) -> Diagnostic {
    let mut members: Vec<&Document> = circle.iter().map(|node| &documents[node.index()]).collect();
    members.sort_by_key(|doc| &doc.file);
    let slugs: Vec<&str> = members.iter().map(|doc| doc.slug.as_str()).collect();
    let inside = |step: &&CareerStep| slugs.contains(&step.to.text.as_str()) && step.direction == Direction::Up;
    let line = members[0].front_matter.steps.iter().find(inside).map_or(1, |step| step.to.line);
    let message = format!("promotions go in a circle through {}; one of these steps is no promotion", slugs.join(", "));
    Diagnostic::at_line(line, message).with_file(&members[0].file)
}
