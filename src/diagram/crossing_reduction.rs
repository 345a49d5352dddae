//! Who stands left of whom on a layer, so that few lines cross. A line that passes a layer has a place there like a role.

use std::collections::BTreeMap;

use crate::corpus::front_matter::Direction;
use crate::diagram::graph::Sketch;
use crate::diagram::layering::Layered;

/// Rounds of sorting, up and down in turn.
const ROUNDS: usize = 16;

/// What has a place on a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// An item, by position.
    Item(usize),
    /// The line of a net on its way up.
    Passage(usize),
}

/// Steps of one kind that leave the top of one item, drawn as one line that forks.
#[derive(Clone, Debug)]
pub struct Net {
    /// The item.
    pub item: usize,
    /// Where it goes.
    pub reaches: Vec<Reach>,
}

/// An end of a net.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// The item above that it goes to.
    pub item: usize,
    /// The step in the sketch.
    pub step: usize,
    /// The step leads down this line, not up.
    pub down: bool,
}

/// Every layer in order, and the lines between.
#[derive(Clone, Debug, Default)]
pub struct Ordered {
    /// All that has a place.
    pub nodes: Vec<Node>,
    /// Positions in `nodes`, from the lowest layer up, each from left to right.
    pub layers: Vec<Vec<usize>>,
    /// What of the next higher layer a node is connected to.
    pub above: Vec<Vec<usize>>,
    /// What of the next lower layer a node is connected to.
    pub below: Vec<Vec<usize>>,
    /// The lines that go up.
    pub nets: Vec<Net>,
    /// Steps between items of one layer: from, to, and the step in the sketch.
    pub level: Vec<(usize, usize, usize)>,
}

/// Orders the layers.
pub fn ordered(sketch: &Sketch, layered: &Layered) -> Ordered {
    let mut ordered = connected(sketch, layered);
    let mut best = (ordered.crossings(), ordered.layers.clone());
    for round in 0..ROUNDS {
        let count = ordered.layers.len();
        let turn: Vec<usize> =
            if round % 2 == 0 { (1..count).collect() } else { (0..count.saturating_sub(1)).rev().collect() };
        for layer in turn {
            ordered.sort(layer, round % 2 == 0);
        }
        ordered.swap_neighbours();
        let crossings = ordered.crossings();
        if crossings < best.0 {
            best = (crossings, ordered.layers.clone());
        }
        if best.0 == 0 {
            break;
        }
    }
    ordered.layers = best.1;
    ordered.join_level(best.0);
    ordered
}

fn connected(sketch: &Sketch, layered: &Layered) -> Ordered {
    let mut nets: BTreeMap<(usize, u8, usize), Net> = BTreeMap::new();
    let mut level = Vec::new();
    for link in &layered.links {
        let (from, to) = (layered.layer[link.from], layered.layer[link.to]);
        if from == to {
            level.push((link.from, link.to, link.step));
            continue;
        }
        let down = from > to;
        let (item, end) = if down { (link.to, link.from) } else { (link.from, link.to) };
        // Only steps of one kind are drawn as one line; one that leads down stands alone.
        let kind = match sketch.steps[link.step].direction {
            Direction::Up => 0,
            Direction::Sideways => 1,
            Direction::Entry => 2,
        };
        let alone = if down || sketch.steps[link.step].both_ways { link.step + 1 } else { 0 };
        let net = nets.entry((item, kind, alone)).or_insert_with(|| Net { item, reaches: Vec::new() });
        net.reaches.push(Reach { item: end, step: link.step, down });
    }
    let nets: Vec<Net> = nets.into_values().collect();
    let mut out = Ordered { nets, level, ..Ordered::default() };
    out.nodes = (0..layered.items.len()).map(Node::Item).collect();
    out.layers = vec![Vec::new(); layered.layer.iter().max().map_or(0, |top| top + 1)];
    // Depth first from the lowest layer, so that what belongs together begins together.
    let mut first: Vec<usize> = (0..layered.items.len()).collect();
    first.sort_by_key(|item| layered.layer[*item]);
    let mut open: Vec<usize> = first.into_iter().rev().collect();
    let mut seen = vec![false; layered.items.len()];
    while let Some(item) = open.pop() {
        if std::mem::replace(&mut seen[item], true) {
            continue;
        }
        out.layers[layered.layer[item]].push(item);
        open.extend(layered.links.iter().rev().filter(|link| link.from == item).map(|link| link.to));
    }
    out.above = vec![Vec::new(); out.nodes.len()];
    out.below = vec![Vec::new(); out.nodes.len()];
    for net in 0..out.nets.len() {
        let Net { item, reaches } = out.nets[net].clone();
        let top = reaches.iter().map(|reach| layered.layer[reach.item]).max().unwrap_or(0);
        let mut last = item;
        for layer in layered.layer[item] + 1..=top {
            for reach in reaches.iter().filter(|reach| layered.layer[reach.item] == layer) {
                out.connect(last, reach.item);
            }
            if layer < top {
                let passage = out.nodes.len();
                out.nodes.push(Node::Passage(net));
                out.above.push(Vec::new());
                out.below.push(Vec::new());
                out.layers[layer].push(passage);
                out.connect(last, passage);
                last = passage;
            }
        }
    }
    out
}

impl Ordered {
    fn connect(&mut self, below: usize, above: usize) {
        self.above[below].push(above);
        self.below[above].push(below);
    }

    /// Where on its layer each node stands.
    pub fn places(&self) -> Vec<usize> {
        let mut places = vec![0; self.nodes.len()];
        for layer in &self.layers {
            for (place, node) in layer.iter().enumerate() {
                places[*node] = place;
            }
        }
        places
    }

    fn crossings(&self) -> usize {
        let places = self.places();
        self.layers.iter().map(|layer| self.crossings_above(layer, &places)).sum()
    }

    fn crossings_above(&self, layer: &[usize], places: &[usize]) -> usize {
        let mut crossings = 0;
        for (at, left) in layer.iter().enumerate() {
            for right in &layer[at + 1..] {
                let pairs =
                    self.above[*left].iter().flat_map(|one| self.above[*right].iter().map(move |other| (one, other)));
                crossings += pairs.filter(|(one, other)| places[**one] > places[**other]).count();
            }
        }
        crossings
    }

    /// Sorts a layer by the middle of what each node is connected to, below or above.
    fn sort(&mut self, layer: usize, by_below: bool) {
        let places = self.places();
        let middle = |node: &usize| {
            let near = if by_below { &self.below[*node] } else { &self.above[*node] };
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

    fn swap_neighbours(&mut self) {
        for layer in 0..self.layers.len() {
            for place in 1..self.layers[layer].len() {
                let before = self.crossings_around(layer);
                self.layers[layer].swap(place - 1, place);
                if self.crossings_around(layer) >= before {
                    self.layers[layer].swap(place - 1, place);
                }
            }
        }
    }

    fn crossings_around(&self, layer: usize) -> usize {
        let places = self.places();
        let lower = layer.checked_sub(1).map_or(0, |below| self.crossings_above(&self.layers[below], &places));
        lower + self.crossings_above(&self.layers[layer], &places)
    }

    /// Brings the two ends of a step within a layer side by side, where that costs no crossing.
    fn join_level(&mut self, mut crossings: usize) {
        for (from, to, _) in self.level.clone() {
            let Some(layer) = self.layers.iter().position(|layer| layer.contains(&from)) else { continue };
            let before = self.layers[layer].clone();
            self.layers[layer].retain(|node| *node != to);
            let at = self.layers[layer].iter().position(|node| *node == from).map_or(0, |at| at + 1);
            self.layers[layer].insert(at, to);
            let now = self.crossings();
            if now > crossings {
                self.layers[layer] = before;
            } else {
                crossings = now;
            }
        }
    }
}
