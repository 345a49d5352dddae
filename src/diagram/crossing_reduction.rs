//! Who stands left of whom on a layer, so that few lines cross. A line that passes a layer has a place there like a role.

use std::collections::BTreeMap;

use crate::diagram::graph::DiagramGraph;
use crate::diagram::layering::Layering;
use crate::model::document::Direction;

/// Rounds of sorting, up and down in turn.
const MAX_ITERATIONS: usize = 16;

/// What has a place on a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vertex {
    /// An item, by position.
    Group(usize),
    /// The line of a net on its way up.
    Dummy(usize),
}

/// Steps of one kind that leave the top of one item, drawn as one line that forks.
#[derive(Clone, Debug)]
pub struct Hyperedge {
    /// The item.
    pub source: usize,
    /// Where it goes.
    pub targets: Vec<HyperedgeTarget>,
}

/// An end of a net.
#[derive(Clone, Copy, Debug)]
pub struct HyperedgeTarget {
    /// The item above that it goes to.
    pub group: usize,
    /// The step in the sketch.
    pub edge: usize,
    /// The step leads down this line, not up.
    pub reversed: bool,
}

/// Every layer in order, and the lines between.
#[derive(Clone, Debug, Default)]
pub struct LayerOrder {
    /// All that has a place.
    pub vertices: Vec<Vertex>,
    /// Positions in `nodes`, from the lowest layer up, each from left to right.
    pub layers: Vec<Vec<usize>>,
    /// What of the next higher layer a node is connected to.
    pub upper_neighbors: Vec<Vec<usize>>,
    /// What of the next lower layer a node is connected to.
    pub lower_neighbors: Vec<Vec<usize>>,
    /// The lines that go up.
    pub hyperedges: Vec<Hyperedge>,
    /// Steps between items of one layer: from, to, and the step in the sketch.
    pub flat_edges: Vec<(usize, usize, usize)>,
}

/// Orders the layers.
pub fn minimize_crossings(sketch: &DiagramGraph, layered: &Layering) -> LayerOrder {
    let mut ordered = initial_order(sketch, layered);
    let mut best = (ordered.count_crossings(), ordered.layers.clone());
    for round in 0..MAX_ITERATIONS {
        let count = ordered.layers.len();
        let turn: Vec<usize> =
            if round % 2 == 0 { (1..count).collect() } else { (0..count.saturating_sub(1)).rev().collect() };
        for layer in turn {
            ordered.sort_by_barycenter(layer, round % 2 == 0);
        }
        ordered.swap_adjacent();
        let crossings = ordered.count_crossings();
        if crossings < best.0 {
            best = (crossings, ordered.layers.clone());
        }
        if best.0 == 0 {
            break;
        }
    }
    ordered.layers = best.1;
    ordered.make_flat_edges_adjacent(best.0);
    ordered
}

fn initial_order(sketch: &DiagramGraph, layered: &Layering) -> LayerOrder {
    let mut nets: BTreeMap<(usize, u8, usize), Hyperedge> = BTreeMap::new();
    let mut level = Vec::new();
    for link in &layered.edges {
        let (from, to) = (layered.layer_of[link.from], layered.layer_of[link.to]);
        if from == to {
            level.push((link.from, link.to, link.edge));
            continue;
        }
        let down = from > to;
        let (item, end) = if down { (link.to, link.from) } else { (link.from, link.to) };
        // Only steps of one kind are drawn as one line; one that leads down stands alone.
        let kind = match sketch.edges[link.edge].direction {
            Direction::Up => 0,
            Direction::Sideways => 1,
            Direction::Entry => 2,
        };
        let alone = if down || sketch.edges[link.edge].bidirectional { link.edge + 1 } else { 0 };
        let net = nets.entry((item, kind, alone)).or_insert_with(|| Hyperedge { source: item, targets: Vec::new() });
        net.targets.push(HyperedgeTarget { group: end, edge: link.edge, reversed: down });
    }
    let nets: Vec<Hyperedge> = nets.into_values().collect();
    let mut out = LayerOrder { hyperedges: nets, flat_edges: level, ..LayerOrder::default() };
    out.vertices = (0..layered.groups.len()).map(Vertex::Group).collect();
    out.layers = vec![Vec::new(); layered.layer_of.iter().max().map_or(0, |top| top + 1)];
    // Depth first from the lowest layer, so that what belongs together begins together.
    let mut first: Vec<usize> = (0..layered.groups.len()).collect();
    first.sort_by_key(|item| layered.layer_of[*item]);
    let mut open: Vec<usize> = first.into_iter().rev().collect();
    let mut seen = vec![false; layered.groups.len()];
    while let Some(item) = open.pop() {
        if std::mem::replace(&mut seen[item], true) {
            continue;
        }
        out.layers[layered.layer_of[item]].push(item);
        open.extend(layered.edges.iter().rev().filter(|link| link.from == item).map(|link| link.to));
    }
    out.upper_neighbors = vec![Vec::new(); out.vertices.len()];
    out.lower_neighbors = vec![Vec::new(); out.vertices.len()];
    for net in 0..out.hyperedges.len() {
        let Hyperedge { source: item, targets: reaches } = out.hyperedges[net].clone();
        let top = reaches.iter().map(|reach| layered.layer_of[reach.group]).max().unwrap_or(0);
        let mut last = item;
        for layer in layered.layer_of[item] + 1..=top {
            for reach in reaches.iter().filter(|reach| layered.layer_of[reach.group] == layer) {
                out.connect(last, reach.group);
            }
            if layer < top {
                let passage = out.vertices.len();
                out.vertices.push(Vertex::Dummy(net));
                out.upper_neighbors.push(Vec::new());
                out.lower_neighbors.push(Vec::new());
                out.layers[layer].push(passage);
                out.connect(last, passage);
                last = passage;
            }
        }
    }
    out
}

impl LayerOrder {
    fn connect(&mut self, lower_neighbors: usize, upper_neighbors: usize) {
        self.upper_neighbors[lower_neighbors].push(upper_neighbors);
        self.lower_neighbors[upper_neighbors].push(lower_neighbors);
    }

    /// Where on its layer each node stands.
    pub fn positions(&self) -> Vec<usize> {
        let mut places = vec![0; self.vertices.len()];
        for layer in &self.layers {
            for (place, node) in layer.iter().enumerate() {
                places[*node] = place;
            }
        }
        places
    }

    fn count_crossings(&self) -> usize {
        let places = self.positions();
        self.layers.iter().map(|layer| self.count_crossings_above(layer, &places)).sum()
    }

    fn count_crossings_above(&self, layer: &[usize], places: &[usize]) -> usize {
        let mut crossings = 0;
        for (at, left) in layer.iter().enumerate() {
            for right in &layer[at + 1..] {
                let pairs = self.upper_neighbors[*left]
                    .iter()
                    .flat_map(|one| self.upper_neighbors[*right].iter().map(move |other| (one, other)));
                crossings += pairs.filter(|(one, other)| places[**one] > places[**other]).count();
            }
        }
        crossings
    }

    /// Sorts a layer by the middle of what each node is connected to, below or above.
    fn sort_by_barycenter(&mut self, layer: usize, by_below: bool) {
        let places = self.positions();
        let middle = |node: &usize| {
            let near = if by_below { &self.lower_neighbors[*node] } else { &self.upper_neighbors[*node] };
            match near.len() {
                0 => None,
                count => Some(near.iter().map(|other| places[*other]).sum::<usize>() as f32 / count as f32),
            }
        };
        // Whoever has no wish keeps its place.
        let mut wishes: Vec<(f32, usize)> = Vec::new();
        for (place, node) in self.layers[layer].iter().enumerate() {
            wishes.push((middle(node).unwrap_or(place as f32), *node));
        }
        wishes.sort_by(|one, other| one.0.total_cmp(&other.0));
        self.layers[layer] = wishes.into_iter().map(|(_, node)| node).collect();
    }

    fn swap_adjacent(&mut self) {
        for layer in 0..self.layers.len() {
            for place in 1..self.layers[layer].len() {
                let before = self.count_crossings_around(layer);
                self.layers[layer].swap(place - 1, place);
                if self.count_crossings_around(layer) >= before {
                    self.layers[layer].swap(place - 1, place);
                }
            }
        }
    }

    fn count_crossings_around(&self, layer: usize) -> usize {
        let places = self.positions();
        let lower = layer.checked_sub(1).map_or(0, |below| self.count_crossings_above(&self.layers[below], &places));
        lower + self.count_crossings_above(&self.layers[layer], &places)
    }

    /// Brings the two ends of a step within a layer side by side, where that costs no crossing.
    fn make_flat_edges_adjacent(&mut self, mut crossings: usize) {
        for (from, to, _) in self.flat_edges.clone() {
            let Some(layer) = self.layers.iter().position(|layer| layer.contains(&from)) else { continue };
            let before = self.layers[layer].clone();
            self.layers[layer].retain(|node| *node != to);
            let at = self.layers[layer].iter().position(|node| *node == from).map_or(0, |at| at + 1);
            self.layers[layer].insert(at, to);
            let now = self.count_crossings();
            if now > crossings {
                self.layers[layer] = before;
            } else {
                crossings = now;
            }
        }
    }
}
