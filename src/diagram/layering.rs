//! Which roles stand on which layer: whoever is a step up stands higher, and a specialist beside the role that it comes from.

use crate::diagram::graph::DiagramGraph;
use crate::model::document::Direction;

/// From so many on, those beside a role stand in two columns.
const TWO_COLUMN_THRESHOLD: usize = 4;

/// A role on a layer, with those beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeGroup {
    /// The role.
    pub node: usize,
    /// Roles that are a sideways step from this one and lead nowhere else, each with that step.
    pub side_nodes: Vec<(usize, usize)>,
}

impl NodeGroup {
    /// In how many columns those beside it stand.
    pub fn side_columns(&self) -> usize {
        match self.side_nodes.len() {
            0 => 0,
            few if few < TWO_COLUMN_THRESHOLD => 1,
            _ => 2,
        }
    }
}

/// A step between items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupEdge {
    /// The item where it starts.
    pub from: usize,
    /// The item where it leads.
    pub to: usize,
    /// The step in the sketch.
    pub edge: usize,
    /// How many layers it should climb at least.
    min_span: usize,
}

/// The items of one connected part, each on its layer.
#[derive(Clone, Debug, Default)]
pub struct Layering {
    /// The items.
    pub groups: Vec<NodeGroup>,
    /// The steps between them.
    pub edges: Vec<GroupEdge>,
    /// The layer of every item; 0 is the lowest.
    pub layer_of: Vec<usize>,
}

/// The roles that steps connect, part by part, and those without a step.
pub fn connected_components(sketch: &DiagramGraph) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut part: Vec<usize> = (0..sketch.nodes.len()).collect();
    for step in &sketch.edges {
        let (one, other) = (part[step.from], part[step.to]);
        part.iter_mut().filter(|part| **part == one.max(other)).for_each(|part| *part = one.min(other));
    }
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut alone: Vec<usize> = Vec::new();
    for first in 0..part.len() {
        let members: Vec<usize> = (first..part.len()).filter(|role| part[*role] == first).collect();
        match members.as_slice() {
            [] => {}
            [one] => alone.push(*one),
            _ => parts.push(members),
        }
    }
    (parts, alone)
}

/// Puts the roles of one part on layers, each at most so many boxes wide.
pub fn assign_layers(sketch: &DiagramGraph, roles: &[usize], widest: usize) -> Layering {
    let (items, links) = group_side_nodes(sketch, roles);
    let mut order = DepthFirstSearch {
        edges: &links,
        visited: vec![false; items.len()],
        on_stack: vec![false; items.len()],
        ..DepthFirstSearch::default()
    };
    let starts = |item: &usize| links.iter().all(|link| link.to != *item);
    for item in (0..items.len()).filter(starts).chain(0..items.len()) {
        order.visit(item);
    }
    // A circle is cut where it closes; the step that closes it leads down.
    let onward: Vec<GroupEdge> =
        links.iter().enumerate().filter(|(at, _)| !order.back_edges.contains(at)).map(|(_, link)| *link).collect();
    let order: Vec<usize> = order.postorder.into_iter().rev().collect();
    let (mut layer, mut above) = (vec![0; items.len()], vec![0; items.len()]);
    for item in &order {
        for link in onward.iter().filter(|link| link.from == *item) {
            layer[link.to] = layer[link.to].max(layer[*item] + link.min_span);
        }
    }
    for item in order.iter().rev() {
        for link in onward.iter().filter(|link| link.from == *item) {
            above[*item] = above[*item].max(above[link.to] + link.min_span);
        }
    }
    // Whoever only leads on stands right below.
    for item in 0..items.len() {
        if onward.iter().all(|link| link.to != item) {
            let highest =
                onward.iter().filter(|link| link.from == item).map(|link| layer[link.to] - link.min_span).min();
            layer[item] = highest.unwrap_or(layer[item]);
        }
    }
    let mut turn: Vec<usize> = order.clone();
    turn.sort_by_key(|item| (layer[*item], std::cmp::Reverse(above[*item])));
    let mut taken: Vec<usize> = Vec::new();
    for item in turn {
        let below = onward.iter().filter(|link| link.to == item).map(|link| layer[link.from] + link.min_span).max();
        let width = 1 + items[item].side_columns();
        let mut at = below.unwrap_or(0).max(layer[item]);
        loop {
            taken.resize(taken.len().max(at + 1), 0);
            if taken[at] == 0 || taken[at] + width <= widest {
                break;
            }
            at += 1;
        }
        taken[at] += width;
        layer[item] = at;
    }
    let mut used = layer.clone();
    used.sort_unstable();
    used.dedup();
    layer.iter_mut().for_each(|layer| *layer = used.partition_point(|at| at < layer));
    Layering { groups: items, edges: links, layer_of: layer }
}

/// The roles as items, and the steps between these.
fn group_side_nodes(sketch: &DiagramGraph, roles: &[usize]) -> (Vec<NodeGroup>, Vec<GroupEdge>) {
    let touching = |role: usize| sketch.edges.iter().filter(move |step| step.from == role || step.to == role).count();
    let mut beside: Vec<usize> = Vec::new();
    let mut items: Vec<NodeGroup> =
        roles.iter().map(|role| NodeGroup { node: *role, side_nodes: Vec::new() }).collect();
    for (at, step) in sketch.edges.iter().enumerate() {
        if step.direction == Direction::Sideways
            && touching(step.to) == 1
            && let Some(item) = items.iter_mut().find(|item| item.node == step.from)
        {
            item.side_nodes.push((step.to, at));
            beside.push(step.to);
        }
    }
    items.retain(|item| !beside.contains(&item.node));
    let place = |role: usize| items.iter().position(|item| item.node == role);
    let mut links: Vec<GroupEdge> = Vec::new();
    for (at, step) in sketch.edges.iter().enumerate() {
        if let Some((from, to)) = place(step.from).zip(place(step.to)) {
            let climbs = usize::from(step.direction != Direction::Sideways);
            links.push(GroupEdge { from, to, edge: at, min_span: climbs });
        }
    }
    // Promotions are followed first, so that a circle is cut at another step where it has one.
    links.sort_by_key(|link| sketch.edges[link.edge].direction != Direction::Up);
    (items, links)
}

/// A search in depth that finds an order, and the steps that close a circle.
#[derive(Default)]
struct DepthFirstSearch<'a> {
    edges: &'a [GroupEdge],
    visited: Vec<bool>,
    on_stack: Vec<bool>,
    back_edges: Vec<usize>,
    postorder: Vec<usize>,
}

impl DepthFirstSearch<'_> {
    fn visit(&mut self, item: usize) {
        if std::mem::replace(&mut self.visited[item], true) {
            return;
        }
        self.on_stack[item] = true;
        for (at, link) in self.edges.iter().enumerate().filter(|(_, link)| link.from == item) {
            if self.on_stack[link.to] {
                self.back_edges.push(at);
            } else {
                self.visit(link.to);
            }
        }
        self.on_stack[item] = false;
        self.postorder.push(item);
    }
}
