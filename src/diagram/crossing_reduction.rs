//! Crossing reduction: orders each layer by the barycenter heuristic. A line that crosses a layer has a dummy vertex there.

use std::collections::BTreeMap;

use crate::diagram::graph::DiagramGraph;
use crate::diagram::layering::Layering;
use crate::model::document::Direction;

/// The most rounds of sorting, alternately upwards and downwards.
const MAX_ITERATIONS: usize = 16;

/// A vertex on a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vertex {
    /// A group, by index.
    Group(usize),
    /// The point where a hyperedge crosses the layer.
    Dummy(usize),
}

/// Edges of one kind that leave the top of one group, drawn as one line that forks.
#[derive(Clone, Debug)]
pub(crate) struct Hyperedge {
    /// The group at the lower end.
    pub(crate) source: usize,
    /// The upper ends.
    pub(crate) targets: Vec<HyperedgeTarget>,
}

/// An upper end of a hyperedge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HyperedgeTarget {
    /// The group.
    pub(crate) group: usize,
    /// The index of the edge in the graph.
    pub(crate) edge: usize,
    /// Whether the edge leads down.
    pub(crate) reversed: bool,
}

/// The order of the vertices on each layer, and the edges between them.
#[derive(Clone, Debug, Default)]
pub(crate) struct LayerOrder {
    /// All vertices; the groups come first, by index.
    pub(crate) vertices: Vec<Vertex>,
    /// Indices in `vertices`, from the lowest layer up, each layer from left to right.
    pub(crate) layers: Vec<Vec<usize>>,
    /// The neighbors of each vertex on the next higher layer.
    pub(crate) upper_neighbors: Vec<Vec<usize>>,
    /// The neighbors of each vertex on the next lower layer.
    pub(crate) lower_neighbors: Vec<Vec<usize>>,
    /// The lines between layers.
    pub(crate) hyperedges: Vec<Hyperedge>,
    /// Edges between groups of one layer: source, target, and the index of the edge in the graph.
    pub(crate) flat_edges: Vec<(usize, usize, usize)>,
}

/// Orders the layers so that few lines cross.
pub(crate) fn minimize_crossings(graph: &DiagramGraph, layering: &Layering) -> LayerOrder {
    let mut order = initial_order(graph, layering);
    let mut best = (order.count_crossings(), order.layers.clone());
    for round in 0..MAX_ITERATIONS {
        let count = order.layers.len();
        let upwards = round % 2 == 0;
        let layers: Vec<usize> =
            if upwards { (1..count).collect() } else { (0..count.saturating_sub(1)).rev().collect() };
        for layer in layers {
            order.sort_by_barycenter(layer, upwards);
        }
        order.swap_adjacent();
        let crossings = order.count_crossings();
        if crossings < best.0 {
            best = (crossings, order.layers.clone());
        }
        if best.0 == 0 {
            break;
        }
    }
    order.layers = best.1;
    order.make_flat_edges_adjacent(best.0);
    order
}

fn initial_order(graph: &DiagramGraph, layering: &Layering) -> LayerOrder {
    let mut hyperedges: BTreeMap<(usize, u8, usize), Hyperedge> = BTreeMap::new();
    let mut flat_edges = Vec::new();
    for edge in &layering.edges {
        let (from, to) = (layering.layer_of[edge.from], layering.layer_of[edge.to]);
        if from == to {
            flat_edges.push((edge.from, edge.to, edge.edge));
            continue;
        }
        let reversed = from > to;
        let (group, other_end) = if reversed { (edge.to, edge.from) } else { (edge.from, edge.to) };
        // Only edges of one kind share a line; an edge that leads down, or both ways, has its own.
        let kind = match graph.edges[edge.edge].direction {
            Direction::Up => 0,
            Direction::Sideways => 1,
            Direction::Entry => 2,
        };
        let separate = if reversed || graph.edges[edge.edge].bidirectional { edge.edge + 1 } else { 0 };
        let hyperedge = hyperedges
            .entry((group, kind, separate))
            .or_insert_with(|| Hyperedge { source: group, targets: Vec::new() });
        hyperedge.targets.push(HyperedgeTarget { group: other_end, edge: edge.edge, reversed });
    }
    let hyperedges: Vec<Hyperedge> = hyperedges.into_values().collect();
    let mut out = LayerOrder { hyperedges, flat_edges, ..LayerOrder::default() };
    out.vertices = (0..layering.groups.len()).map(Vertex::Group).collect();
    out.layers = vec![Vec::new(); layering.layer_of.iter().max().map_or(0, |top| top + 1)];
    // Depth-first from the lowest layer, so that connected groups start side by side.
    let mut roots: Vec<usize> = (0..layering.groups.len()).collect();
    roots.sort_by_key(|group| layering.layer_of[*group]);
    let mut stack: Vec<usize> = roots.into_iter().rev().collect();
    let mut visited = vec![false; layering.groups.len()];
    while let Some(group) = stack.pop() {
        if std::mem::replace(&mut visited[group], true) {
            continue;
        }
        out.layers[layering.layer_of[group]].push(group);
        stack.extend(layering.edges.iter().rev().filter(|edge| edge.from == group).map(|edge| edge.to));
    }
    out.upper_neighbors = vec![Vec::new(); out.vertices.len()];
    out.lower_neighbors = vec![Vec::new(); out.vertices.len()];
    for hyperedge in 0..out.hyperedges.len() {
        let Hyperedge { source, targets } = out.hyperedges[hyperedge].clone();
        let top = targets.iter().map(|target| layering.layer_of[target.group]).max().unwrap_or(0);
        let mut last = source;
        for layer in layering.layer_of[source] + 1..=top {
            for target in targets.iter().filter(|target| layering.layer_of[target.group] == layer) {
                out.connect(last, target.group);
            }
            if layer < top {
                let dummy = out.vertices.len();
                out.vertices.push(Vertex::Dummy(hyperedge));
                out.upper_neighbors.push(Vec::new());
                out.lower_neighbors.push(Vec::new());
                out.layers[layer].push(dummy);
                out.connect(last, dummy);
                last = dummy;
            }
        }
    }
    out
}

impl LayerOrder {
    fn connect(&mut self, lower: usize, upper: usize) {
        self.upper_neighbors[lower].push(upper);
        self.lower_neighbors[upper].push(lower);
    }

    /// The edges between adjacent layers, as (lower vertex, upper vertex).
    pub(crate) fn edges(&self) -> impl Iterator<Item = (usize, usize)> {
        let neighbors = self.upper_neighbors.iter().enumerate();
        neighbors.flat_map(|(lower, uppers)| uppers.iter().map(move |upper| (lower, *upper)))
    }

    /// The position of each vertex on its layer.
    fn positions(&self) -> Vec<usize> {
        let mut positions = vec![0; self.vertices.len()];
        for layer in &self.layers {
            for (position, vertex) in layer.iter().enumerate() {
                positions[*vertex] = position;
            }
        }
        positions
    }

    fn count_crossings(&self) -> usize {
        let positions = self.positions();
        self.layers.iter().map(|layer| self.count_crossings_above(layer, &positions)).sum()
    }

    /// Counts the crossings between a layer and the next higher one.
    fn count_crossings_above(&self, layer: &[usize], positions: &[usize]) -> usize {
        let mut crossings = 0;
        for (index, left) in layer.iter().enumerate() {
            for right in &layer[index + 1..] {
                let pairs = self.upper_neighbors[*left]
                    .iter()
                    .flat_map(|first| self.upper_neighbors[*right].iter().map(move |second| (first, second)));
                crossings += pairs.filter(|(first, second)| positions[**first] > positions[**second]).count();
            }
        }
        crossings
    }

    /// Sorts a layer by the mean position of each vertex's neighbors, below or above.
    fn sort_by_barycenter(&mut self, layer: usize, by_below: bool) {
        let positions = self.positions();
        let barycenter = |vertex: &usize| {
            let neighbors = if by_below { &self.lower_neighbors[*vertex] } else { &self.upper_neighbors[*vertex] };
            match neighbors.len() {
                0 => None,
                count => Some(neighbors.iter().map(|other| positions[*other]).sum::<usize>() as f32 / count as f32),
            }
        };
        // A vertex without neighbors keeps its position.
        let mut keyed: Vec<(f32, usize)> = Vec::new();
        for (position, vertex) in self.layers[layer].iter().enumerate() {
            keyed.push((barycenter(vertex).unwrap_or(position as f32), *vertex));
        }
        keyed.sort_by(|first, second| first.0.total_cmp(&second.0));
        self.layers[layer] = keyed.into_iter().map(|(_, vertex)| vertex).collect();
    }

    /// Swaps adjacent vertices if that removes crossings.
    fn swap_adjacent(&mut self) {
        for layer in 0..self.layers.len() {
            for position in 1..self.layers[layer].len() {
                let before = self.count_crossings_around(layer);
                self.layers[layer].swap(position - 1, position);
                if self.count_crossings_around(layer) >= before {
                    self.layers[layer].swap(position - 1, position);
                }
            }
        }
    }

    /// Counts the crossings between a layer and its two neighbors.
    fn count_crossings_around(&self, layer: usize) -> usize {
        let positions = self.positions();
        let lower = layer.checked_sub(1).map_or(0, |below| self.count_crossings_above(&self.layers[below], &positions));
        lower + self.count_crossings_above(&self.layers[layer], &positions)
    }

    /// Puts the two ends of each flat edge side by side if that adds no crossing.
    fn make_flat_edges_adjacent(&mut self, mut crossings: usize) {
        for (from, to, _) in self.flat_edges.clone() {
            let Some(layer) = self.layers.iter().position(|layer| layer.contains(&from)) else { continue };
            let before = self.layers[layer].clone();
            self.layers[layer].retain(|vertex| *vertex != to);
            let index = self.layers[layer].iter().position(|vertex| *vertex == from).map_or(0, |index| index + 1);
            self.layers[layer].insert(index, to);
            let after = self.count_crossings();
            if after > crossings {
                self.layers[layer] = before;
            } else {
                crossings = after;
            }
        }
    }
}
