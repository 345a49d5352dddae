//! Orthogonal edge routing: the ports of each line at its boxes, and its horizontal track in each channel between two layers.

use crate::diagram::crossing_reduction::{Hyperedge, LayerOrder, Vertex};
use crate::diagram::geometry::{
    MIN_LAYER_SPACING, PORT_SPACING, Point, SPACE_ABOVE_TRACKS, SPACE_BELOW_TRACKS, TRACK_SPACING,
};

/// The smallest distance at which two parallel lines are distinct.
const MIN_LINE_DISTANCE: f32 = 8.0;
/// The total width kept free of ports at the two corners of a box.
const CORNER_CLEARANCE: f32 = 44.0;

/// The input of [`route_edges`]: the order of the layers and the sizes of the boxes.
#[derive(Debug)]
pub(crate) struct RoutingInput<'a> {
    /// The order of the vertices on each layer.
    pub(crate) layer_order: &'a LayerOrder,
    /// The center x of each vertex.
    pub(crate) centers_x: &'a [f32],
    /// The layer of each group.
    pub(crate) layer_of: &'a [usize],
    /// The height of each group's main box.
    pub(crate) box_heights: &'a [f32],
    /// Whether each group has side nodes on its right.
    pub(crate) has_side_nodes: &'a [bool],
    /// The extents of each layer above and below its center.
    pub(crate) layer_extents: &'a [(f32, f32)],
    /// The width of a box.
    pub(crate) box_width: f32,
}

/// The lines of one component.
#[derive(Debug)]
pub(crate) struct RoutedEdges {
    /// The center y of each layer.
    pub(crate) layer_centers_y: Vec<f32>,
    /// The lines: the index of the edge in the graph, and its corners from source to target.
    pub(crate) paths: Vec<(usize, Vec<Point>)>,
}

/// The part of a line in one channel, the space between two layers: its x coordinates at the bottom and at the top.
#[derive(Debug, Default)]
struct ChannelSegment {
    bottom_xs: Vec<f32>,
    top_xs: Vec<f32>,
    track: usize,
}

/// A line that leaves the top of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Port {
    Hyperedge(usize),
    /// The source of a flat edge.
    FlatEdgeStart(usize),
    /// The target of a flat edge.
    FlatEdgeEnd(usize),
}

/// Routes the edges, and computes the y coordinates of the layers from the number of tracks between them.
pub(crate) fn route_edges(input: &RoutingInput<'_>) -> RoutedEdges {
    let RoutingInput { layer_order: order, centers_x, layer_of, .. } = *input;
    let is_straight: Vec<bool> = order.flat_edges.iter().map(|(from, to, _)| input.is_adjacent(*from, *to)).collect();
    let mut exits: Vec<Vec<(Port, f32)>> = vec![Vec::new(); layer_of.len()];
    for (index, hyperedge) in order.hyperedges.iter().enumerate() {
        exits[hyperedge.source]
            .push((Port::Hyperedge(index), input.preferred_exit_x(index, layer_of[hyperedge.source])));
    }
    for (index, (from, to, _)) in order.flat_edges.iter().enumerate().filter(|(index, _)| !is_straight[*index]) {
        exits[*from].push((Port::FlatEdgeStart(index), centers_x[*to]));
        exits[*to].push((Port::FlatEdgeEnd(index), centers_x[*from]));
    }
    let spread = |preferred: Vec<Vec<(Port, f32)>>| -> Vec<Vec<(Port, f32)>> {
        let ports = centers_x.iter().zip(&preferred);
        ports.map(|(center_x, preferred)| assign_ports(*center_x, input.box_width, preferred)).collect()
    };
    let exits = spread(exits);
    let exit = |group: usize, port: Port| port_x(&exits[group], port).unwrap_or(centers_x[group]);
    // The x at which a hyperedge enters the channel above layer `below`.
    let bottom_x = |hyperedge: usize, below: usize| {
        if layer_of[order.hyperedges[hyperedge].source] == below {
            exit(order.hyperedges[hyperedge].source, Port::Hyperedge(hyperedge))
        } else {
            input.dummy_x(hyperedge, below).unwrap_or_default()
        }
    };
    let mut entries: Vec<Vec<(Port, f32)>> = vec![Vec::new(); layer_of.len()];
    for (index, Hyperedge { targets, .. }) in order.hyperedges.iter().enumerate() {
        for target in targets {
            entries[target.group].push((Port::Hyperedge(index), bottom_x(index, layer_of[target.group] - 1)));
        }
    }
    let entries = spread(entries);
    let entry = |group: usize, hyperedge: usize| {
        port_x(&entries[group], Port::Hyperedge(hyperedge)).unwrap_or(centers_x[group])
    };

    let layer_count = order.layers.len();
    let mut channel_heights: Vec<f32> = vec![0.0; layer_count];
    let mut channel_tracks: Vec<Vec<(Port, usize)>> = vec![Vec::new(); layer_count];
    for below in 0..layer_count {
        let mut segments: Vec<(Port, ChannelSegment)> = Vec::new();
        for (index, hyperedge) in order.hyperedges.iter().enumerate() {
            let mut top_xs: Vec<f32> = input.dummy_x(index, below + 1).into_iter().collect();
            let arrivals = hyperedge.targets.iter().filter(|target| layer_of[target.group] == below + 1);
            top_xs.extend(arrivals.map(|target| entry(target.group, index)));
            if layer_of[hyperedge.source] <= below && !top_xs.is_empty() {
                segments.push((
                    Port::Hyperedge(index),
                    ChannelSegment { bottom_xs: vec![bottom_x(index, below)], top_xs, track: 0 },
                ));
            }
        }
        for (index, (from, to, _)) in order.flat_edges.iter().enumerate() {
            if layer_of[*from] == below && !is_straight[index] {
                let bottom_xs = vec![exit(*from, Port::FlatEdgeStart(index)), exit(*to, Port::FlatEdgeEnd(index))];
                segments.push((Port::FlatEdgeStart(index), ChannelSegment { bottom_xs, ..ChannelSegment::default() }));
            }
        }
        let count = assign_tracks(&mut segments);
        channel_tracks[below] = segments.iter().map(|(port, segment)| (*port, segment.track)).collect();
        let required = SPACE_BELOW_TRACKS + SPACE_ABOVE_TRACKS + count.saturating_sub(1) as f32 * TRACK_SPACING;
        let top = below + 1 == layer_count;
        channel_heights[below] = if top && count == 0 { 0.0 } else { required.max(MIN_LAYER_SPACING) };
    }
    let mut centers_y = vec![0.0_f32; layer_count];
    let mut next_y = 0.0;
    for index in (0..layer_count).rev() {
        centers_y[index] = next_y + channel_heights[index] + input.layer_extents[index].0;
        next_y = centers_y[index] + input.layer_extents[index].1;
    }
    let track_y = |below: usize, port: Port| {
        let track = channel_tracks[below].iter().find(|(other, _)| *other == port).map_or(0, |(_, track)| *track);
        centers_y[below] - input.layer_extents[below].0 - SPACE_BELOW_TRACKS - track as f32 * TRACK_SPACING
    };
    let mut paths: Vec<(usize, Vec<Point>)> = Vec::new();
    for (index, hyperedge) in order.hyperedges.iter().enumerate() {
        for target in &hyperedge.targets {
            let mut x = exit(hyperedge.source, Port::Hyperedge(index));
            let mut path =
                vec![Point::new(x, centers_y[layer_of[hyperedge.source]] - input.box_heights[hyperedge.source] / 2.0)];
            for below in layer_of[hyperedge.source]..layer_of[target.group] {
                let is_last = below + 1 == layer_of[target.group];
                let to =
                    if is_last { entry(target.group, index) } else { input.dummy_x(index, below + 1).unwrap_or(x) };
                let y = track_y(below, Port::Hyperedge(index));
                path.extend([Point::new(x, y), Point::new(to, y)]);
                x = to;
            }
            path.push(Point::new(x, centers_y[layer_of[target.group]] + input.box_heights[target.group] / 2.0));
            if target.reversed {
                path.reverse();
            }
            paths.push((target.edge, path));
        }
    }
    for (index, (from, to, edge)) in order.flat_edges.iter().enumerate() {
        let center_y = centers_y[layer_of[*from]];
        let path = if is_straight[index] {
            let side = if centers_x[*from] < centers_x[*to] { input.box_width / 2.0 } else { -input.box_width / 2.0 };
            vec![Point::new(centers_x[*from] + side, center_y), Point::new(centers_x[*to] - side, center_y)]
        } else {
            let (start, end) = (exit(*from, Port::FlatEdgeStart(index)), exit(*to, Port::FlatEdgeEnd(index)));
            let y = track_y(layer_of[*from], Port::FlatEdgeStart(index));
            let top = |group: usize| center_y - input.box_heights[group] / 2.0;
            vec![Point::new(start, top(*from)), Point::new(start, y), Point::new(end, y), Point::new(end, top(*to))]
        };
        paths.push((*edge, path));
    }
    RoutedEdges { layer_centers_y: centers_y, paths }
}

fn port_x(ports: &[(Port, f32)], port: Port) -> Option<f32> {
    ports.iter().find(|(other, _)| *other == port).map(|(_, x)| *x)
}

impl RoutingInput<'_> {
    /// The x at which a hyperedge crosses a layer, if it does.
    fn dummy_x(&self, hyperedge: usize, layer: usize) -> Option<f32> {
        let vertices = self.layer_order.layers.get(layer)?;
        let vertex = vertices.iter().find(|vertex| self.layer_order.vertices[**vertex] == Vertex::Dummy(hyperedge))?;
        Some(self.centers_x[*vertex])
    }

    /// The x at which a hyperedge should leave its source: straight up if one target is there, else the mean of the targets.
    fn preferred_exit_x(&self, hyperedge: usize, layer: usize) -> f32 {
        let Hyperedge { source, targets } = &self.layer_order.hyperedges[hyperedge];
        let mut target_xs: Vec<f32> = self.dummy_x(hyperedge, layer + 1).into_iter().collect();
        let next = targets.iter().filter(|target| self.layer_of[target.group] == layer + 1);
        target_xs.extend(next.map(|target| self.centers_x[target.group]));
        let center_x = self.centers_x[*source];
        if target_xs.contains(&center_x) {
            center_x
        } else {
            target_xs.iter().sum::<f32>() / target_xs.len().max(1) as f32
        }
    }

    /// Whether two groups of a layer are next to each other, so that a straight line connects them.
    fn is_adjacent(&self, from: usize, to: usize) -> bool {
        let layer = &self.layer_order.layers[self.layer_of[from]];
        let position = |group: usize| layer.iter().position(|vertex| *vertex == group);
        position(from)
            .zip(position(to))
            .is_some_and(|(from, to)| from.abs_diff(to) == 1 && !self.has_side_nodes[layer[from.min(to)]])
    }
}

/// Spreads the ports of one side of a box, sorted by preferred x; a port that can be straight is at the center.
fn assign_ports(center_x: f32, width: f32, preferred: &[(Port, f32)]) -> Vec<(Port, f32)> {
    let mut ports: Vec<(Port, f32)> = preferred.to_vec();
    ports.sort_by(|first, other| first.1.total_cmp(&other.1));
    let max_index = ports.len().saturating_sub(1).max(1) as f32;
    let straight = ports.iter().position(|(_, preferred_x)| (preferred_x - center_x).abs() < 0.5);
    let center_index = straight.map_or(ports.len().saturating_sub(1) as f32 / 2.0, |index| index as f32);
    // If the straight port is the first or the last, all others are on one side of it.
    let max_steps = center_index.max(max_index - center_index);
    let step = PORT_SPACING.min((width - CORNER_CLEARANCE) / 2.0 / max_steps.max(1.0));
    ports
        .iter()
        .enumerate()
        .map(|(index, (port, _))| (*port, center_x + (index as f32 - center_index) * step))
        .collect()
}

/// Assigns a track to each segment that has a horizontal part; gives the number of tracks.
fn assign_tracks(segments: &mut [(Port, ChannelSegment)]) -> usize {
    let mut order: Vec<usize> = (0..segments.len()).filter(|index| segments[*index].1.needs_track()).collect();
    for _ in 0..order.len() {
        let mut changed = false;
        for index in 1..order.len() {
            let (lower, upper) = (&segments[order[index - 1]].1, &segments[order[index]].1);
            if upper.cost_below(lower) < lower.cost_below(upper) {
                order.swap(index - 1, index);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let mut count = 0;
    for index in 0..order.len() {
        let segment = &segments[order[index]].1;
        let below = order[..index].iter().map(|other| &segments[*other].1).filter(|other| other.overlaps(segment));
        let track = below.map(|other| other.track + 1).max().unwrap_or(0);
        segments[order[index]].1.track = track;
        count = count.max(track + 1);
    }
    count
}

impl ChannelSegment {
    /// The leftmost and the rightmost x.
    fn span(&self) -> (f32, f32) {
        let all = self.bottom_xs.iter().chain(&self.top_xs).copied();
        (all.clone().fold(f32::MAX, f32::min), all.fold(f32::MIN, f32::max))
    }

    fn needs_track(&self) -> bool {
        let (left, right) = self.span();
        right - left > 0.5
    }

    fn overlaps(&self, other: &ChannelSegment) -> bool {
        let ((left, right), (start, end)) = (self.span(), other.span());
        left < end + 2.0 * MIN_LINE_DISTANCE && start < right + 2.0 * MIN_LINE_DISTANCE
    }

    /// The cost of a track below that of another segment: one for each crossing, 100 for each pair of lines that overlap.
    fn cost_below(&self, other: &ChannelSegment) -> usize {
        let count_crossed = |xs: &[f32], (left, right): (f32, f32)| {
            xs.iter().filter(|x| **x > left - MIN_LINE_DISTANCE && **x < right + MIN_LINE_DISTANCE).count()
        };
        let overlapping = self
            .top_xs
            .iter()
            .flat_map(|first| other.bottom_xs.iter().map(move |second| (first - second).abs() < MIN_LINE_DISTANCE));
        count_crossed(&self.top_xs, other.span())
            + count_crossed(&other.bottom_xs, self.span())
            + 100 * overlapping.filter(|overlapping| *overlapping).count()
    }
}
