//! Layer assignment: the target of a step up lies on a higher layer; a role whose only edge is a sideways step to it becomes a side node.

use crate::diagram::graph::DiagramGraph;
use crate::model::document::Direction;

/// From this number on, side nodes are placed in two columns.
const TWO_COLUMN_THRESHOLD: usize = 4;

/// A node on a layer, with its side nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NodeGroup {
    /// The index of the node.
    pub(crate) node: usize,
    /// The side nodes: (node, edge that leads to it). That edge is their only one.
    pub(crate) side_nodes: Vec<(usize, usize)>,
}

impl NodeGroup {
    /// The number of columns that the side nodes take.
    pub(crate) fn side_columns(&self) -> usize {
        match self.side_nodes.len() {
            0 => 0,
            few if few < TWO_COLUMN_THRESHOLD => 1,
            _ => 2,
        }
    }
}

/// An edge between groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GroupEdge {
    /// The source group.
    pub(crate) from: usize,
    /// The target group.
    pub(crate) to: usize,
    /// The index of the edge in the graph.
    pub(crate) edge: usize,
    /// The smallest number of layers from source to target.
    min_span: usize,
}

/// The layers of one connected component.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layering {
    /// The groups.
    pub(crate) groups: Vec<NodeGroup>,
    /// The edges between groups.
    pub(crate) edges: Vec<GroupEdge>,
    /// The layer of each group; 0 is the lowest.
    pub(crate) layer_of: Vec<usize>,
}

/// The nodes of each connected component, and the isolated nodes.
pub(crate) fn connected_components(graph: &DiagramGraph) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut component: Vec<usize> = (0..graph.nodes.len()).collect();
    for edge in &graph.edges {
        let (first, second) = (component[edge.from], component[edge.to]);
        component.iter_mut().filter(|id| **id == first.max(second)).for_each(|id| *id = first.min(second));
    }
    let mut components: Vec<Vec<usize>> = Vec::new();
    let mut isolated: Vec<usize> = Vec::new();
    for first in 0..component.len() {
        let members: Vec<usize> = (first..component.len()).filter(|node| component[*node] == first).collect();
        match members.as_slice() {
            [] => {}
            [node] => isolated.push(*node),
            _ => components.push(members),
        }
    }
    (components, isolated)
}

/// Assigns the nodes of one component to layers of at most `max_width` boxes; a single wider group has a layer of its own.
pub(crate) fn assign_layers(graph: &DiagramGraph, nodes: &[usize], max_width: usize) -> Layering {
    let (groups, edges) = group_side_nodes(graph, nodes);
    let mut search = DepthFirstSearch {
        edges: &edges,
        visited: vec![false; groups.len()],
        on_stack: vec![false; groups.len()],
        ..DepthFirstSearch::default()
    };
    let is_source = |group: &usize| edges.iter().all(|edge| edge.to != *group);
    for group in (0..groups.len()).filter(is_source).chain(0..groups.len()) {
        search.visit(group);
    }
    // Without its back edges the graph is acyclic; a back edge leads down.
    let forward_edges: Vec<GroupEdge> = edges
        .iter()
        .enumerate()
        .filter(|(index, _)| !search.back_edges.contains(index))
        .map(|(_, edge)| *edge)
        .collect();
    let topological_order: Vec<usize> = search.postorder.into_iter().rev().collect();
    let (mut layer_of, mut height_above) = (vec![0; groups.len()], vec![0; groups.len()]);
    for group in &topological_order {
        for edge in forward_edges.iter().filter(|edge| edge.from == *group) {
            layer_of[edge.to] = layer_of[edge.to].max(layer_of[*group] + edge.min_span);
        }
    }
    for group in topological_order.iter().rev() {
        for edge in forward_edges.iter().filter(|edge| edge.from == *group) {
            height_above[*group] = height_above[*group].max(height_above[edge.to] + edge.min_span);
        }
    }
    // A source goes directly below its lowest target.
    for group in 0..groups.len() {
        if forward_edges.iter().all(|edge| edge.to != group) {
            let highest = forward_edges
                .iter()
                .filter(|edge| edge.from == group)
                .map(|edge| layer_of[edge.to] - edge.min_span)
                .min();
            layer_of[group] = highest.unwrap_or(layer_of[group]);
        }
    }
    let mut placement_order = topological_order;
    placement_order.sort_by_key(|group| (layer_of[*group], std::cmp::Reverse(height_above[*group])));
    let mut layer_widths: Vec<usize> = Vec::new();
    for group in placement_order {
        let lowest =
            forward_edges.iter().filter(|edge| edge.to == group).map(|edge| layer_of[edge.from] + edge.min_span).max();
        let width = 1 + groups[group].side_columns();
        let mut layer = lowest.unwrap_or(0).max(layer_of[group]);
        loop {
            layer_widths.resize(layer_widths.len().max(layer + 1), 0);
            if layer_widths[layer] == 0 || layer_widths[layer] + width <= max_width {
                break;
            }
            layer += 1;
        }
        layer_widths[layer] += width;
        layer_of[group] = layer;
    }
    let mut used_layers = layer_of.clone();
    used_layers.sort_unstable();
    used_layers.dedup();
    layer_of.iter_mut().for_each(|layer| *layer = used_layers.partition_point(|used| used < layer));
    Layering { groups, edges, layer_of }
}

/// Groups nodes with their side nodes; gives the groups and the edges between them.
fn group_side_nodes(graph: &DiagramGraph, nodes: &[usize]) -> (Vec<NodeGroup>, Vec<GroupEdge>) {
    let degree = |node: usize| graph.edges.iter().filter(|edge| edge.from == node || edge.to == node).count();
    let mut side_nodes: Vec<usize> = Vec::new();
    let mut groups: Vec<NodeGroup> =
        nodes.iter().map(|node| NodeGroup { node: *node, side_nodes: Vec::new() }).collect();
    for (index, edge) in graph.edges.iter().enumerate() {
        if edge.direction == Direction::Sideways
            && degree(edge.to) == 1
            && let Some(group) = groups.iter_mut().find(|group| group.node == edge.from)
        {
            group.side_nodes.push((edge.to, index));
            side_nodes.push(edge.to);
        }
    }
    groups.retain(|group| !side_nodes.contains(&group.node));
    let position = |node: usize| groups.iter().position(|group| group.node == node);
    let mut edges: Vec<GroupEdge> = Vec::new();
    for (index, edge) in graph.edges.iter().enumerate() {
        if let Some((from, to)) = position(edge.from).zip(position(edge.to)) {
            let min_span = usize::from(edge.direction != Direction::Sideways);
            edges.push(GroupEdge { from, to, edge: index, min_span });
        }
    }
    // Steps up come first, so that the back edge of a cycle is a step of another kind if there is one.
    edges.sort_by_key(|edge| graph.edges[edge.edge].direction != Direction::Up);
    (groups, edges)
}

/// A depth-first search that records the postorder and the back edges.
#[derive(Default)]
struct DepthFirstSearch<'a> {
    edges: &'a [GroupEdge],
    visited: Vec<bool>,
    on_stack: Vec<bool>,
    back_edges: Vec<usize>,
    postorder: Vec<usize>,
}

impl DepthFirstSearch<'_> {
    fn visit(&mut self, group: usize) {
        if std::mem::replace(&mut self.visited[group], true) {
            return;
        }
        self.on_stack[group] = true;
        for (index, edge) in self.edges.iter().enumerate().filter(|(_, edge)| edge.from == group) {
            if self.on_stack[edge.to] {
                self.back_edges.push(index);
            } else {
                self.visit(edge.to);
            }
        }
        self.on_stack[group] = false;
        self.postorder.push(group);
    }
}
