//! The lines between layers: where each leaves a box, on which track it crosses to the side, and where it arrives.

use crate::diagram::crossing_reduction::{Hyperedge, LayerOrder, Vertex};
use crate::diagram::geometry::{
    MIN_LAYER_SPACING, PORT_SPACING, Point, SPACE_ABOVE_TRACKS, SPACE_BELOW_TRACKS, TRACK_SPACING,
};

/// Lines closer than this would look like one.
const MIN_LINE_DISTANCE: f32 = 8.0;
/// Kept free at the corners of a box.
const CORNER_CLEARANCE: f32 = 44.0;

/// What the lines have to know of the boxes.
#[derive(Debug)]
pub struct RoutingInput<'a> {
    /// Who stands where.
    pub layer_order: &'a LayerOrder,
    /// The middle of every node.
    pub centers_x: &'a [f32],
    /// The layer of every item.
    pub layer_of: &'a [usize],
    /// The height of every item's own box.
    pub box_heights: &'a [f32],
    /// Whether something stands close by on the right of an item.
    pub has_side_nodes: &'a [bool],
    /// How far each layer reaches up and down from its middle.
    pub layer_extents: &'a [(f32, f32)],
    /// The width of a box.
    pub box_width: f32,
}

/// The lines of one part.
#[derive(Debug)]
pub struct RoutedEdges {
    /// How far down the middle of every layer is.
    pub layer_centers_y: Vec<f32>,
    /// How high all of it is.
    pub height: f32,
    /// The line of every step that has one here: its position in the sketch, and its corners from start to end.
    pub paths: Vec<(usize, Vec<Point>)>,
}

/// Something that uses the space above a layer: where it comes from below, and where it goes above.
#[derive(Debug, Default)]
struct ChannelSegment {
    bottom_xs: Vec<f32>,
    top_xs: Vec<f32>,
    track: usize,
}

/// One that leaves an item's top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Port {
    Hyperedge(usize),
    /// The start of a step within a layer.
    FlatEdgeStart(usize),
    /// Its end.
    FlatEdgeEnd(usize),
}

/// Draws the lines, and says how far apart the layers are for it.
pub fn route_edges(grid: &RoutingInput<'_>) -> RoutedEdges {
    let RoutingInput { layer_order: ordered, centers_x: middles, layer_of: layer, .. } = *grid;
    let straight: Vec<bool> = ordered.flat_edges.iter().map(|(from, to, _)| grid.is_adjacent(*from, *to)).collect();
    let mut exits: Vec<Vec<(Port, f32)>> = vec![Vec::new(); layer.len()];
    for (at, net) in ordered.hyperedges.iter().enumerate() {
        exits[net.source].push((Port::Hyperedge(at), grid.preferred_exit_x(at, layer[net.source])));
    }
    for (at, (from, to, _)) in ordered.flat_edges.iter().enumerate().filter(|(at, _)| !straight[*at]) {
        exits[*from].push((Port::FlatEdgeStart(at), middles[*to]));
        exits[*to].push((Port::FlatEdgeEnd(at), middles[*from]));
    }
    let spread = |item: usize, wants: &[(Port, f32)]| assign_ports(middles[item], grid.box_width, wants);
    let exits: Vec<Vec<(Port, f32)>> = exits.iter().enumerate().map(|(item, wants)| spread(item, wants)).collect();
    let exit = |item: usize, which: Port| {
        exits[item].iter().find(|(exit, _)| *exit == which).map_or(middles[item], |(_, x)| *x)
    };
    // Where a net comes from, seen from the layer above `below`.
    let rising = |net: usize, below: usize| {
        if layer[ordered.hyperedges[net].source] == below {
            exit(ordered.hyperedges[net].source, Port::Hyperedge(net))
        } else {
            grid.dummy_x(net, below).unwrap_or_default()
        }
    };
    let mut entries: Vec<Vec<(Port, f32)>> = vec![Vec::new(); layer.len()];
    for (at, Hyperedge { targets: reaches, .. }) in ordered.hyperedges.iter().enumerate() {
        for reach in reaches {
            entries[reach.group].push((Port::Hyperedge(at), rising(at, layer[reach.group] - 1)));
        }
    }
    let entries: Vec<Vec<(Port, f32)>> = entries.iter().enumerate().map(|(item, wants)| spread(item, wants)).collect();
    let entry = |item: usize, net: usize| {
        entries[item].iter().find(|(exit, _)| *exit == Port::Hyperedge(net)).map_or(middles[item], |(_, x)| *x)
    };

    let layers = ordered.layers.len();
    let mut heights: Vec<f32> = vec![0.0; layers];
    let mut tracks: Vec<Vec<(Port, usize)>> = vec![Vec::new(); layers];
    for below in 0..layers {
        let mut runs: Vec<(Port, ChannelSegment)> = Vec::new();
        for (at, net) in ordered.hyperedges.iter().enumerate() {
            let mut above: Vec<f32> = grid.dummy_x(at, below + 1).into_iter().collect();
            let arriving = net.targets.iter().filter(|reach| layer[reach.group] == below + 1);
            above.extend(arriving.map(|reach| entry(reach.group, at)));
            if layer[net.source] <= below && !above.is_empty() {
                runs.push((
                    Port::Hyperedge(at),
                    ChannelSegment { bottom_xs: vec![rising(at, below)], top_xs: above, track: 0 },
                ));
            }
        }
        for (at, (from, to, _)) in ordered.flat_edges.iter().enumerate() {
            if layer[*from] == below && !straight[at] {
                let ends = vec![exit(*from, Port::FlatEdgeStart(at)), exit(*to, Port::FlatEdgeEnd(at))];
                runs.push((Port::FlatEdgeStart(at), ChannelSegment { bottom_xs: ends, top_xs: Vec::new(), track: 0 }));
            }
        }
        let count = assign_tracks(&mut runs);
        tracks[below] = runs.iter().map(|(exit, run)| (*exit, run.track)).collect();
        let needed = SPACE_BELOW_TRACKS + SPACE_ABOVE_TRACKS + count.saturating_sub(1) as f32 * TRACK_SPACING;
        let top = below + 1 == layers;
        heights[below] = if top && count == 0 { 0.0 } else { needed.max(MIN_LAYER_SPACING) };
    }
    let mut down = vec![0.0_f32; layers];
    let mut next = 0.0;
    for at in (0..layers).rev() {
        down[at] = next + heights[at] + grid.layer_extents[at].0;
        next = down[at] + grid.layer_extents[at].1;
    }
    let track = |below: usize, which: Port| {
        let track = tracks[below].iter().find(|(exit, _)| *exit == which).map_or(0, |(_, track)| *track);
        down[below] - grid.layer_extents[below].0 - SPACE_BELOW_TRACKS - track as f32 * TRACK_SPACING
    };
    let mut lines: Vec<(usize, Vec<Point>)> = Vec::new();
    for (at, net) in ordered.hyperedges.iter().enumerate() {
        for reach in &net.targets {
            let mut x = exit(net.source, Port::Hyperedge(at));
            let mut line = vec![Point::new(x, down[layer[net.source]] - grid.box_heights[net.source] / 2.0)];
            for below in layer[net.source]..layer[reach.group] {
                let last = below + 1 == layer[reach.group];
                let to = if last { entry(reach.group, at) } else { grid.dummy_x(at, below + 1).unwrap_or(x) };
                let y = track(below, Port::Hyperedge(at));
                line.extend([Point::new(x, y), Point::new(to, y)]);
                x = to;
            }
            line.push(Point::new(x, down[layer[reach.group]] + grid.box_heights[reach.group] / 2.0));
            if reach.reversed {
                line.reverse();
            }
            lines.push((reach.edge, line));
        }
    }
    for (at, (from, to, step)) in ordered.flat_edges.iter().enumerate() {
        let middle = down[layer[*from]];
        let line = if straight[at] {
            let side = if middles[*from] < middles[*to] { grid.box_width / 2.0 } else { -grid.box_width / 2.0 };
            vec![Point::new(middles[*from] + side, middle), Point::new(middles[*to] - side, middle)]
        } else {
            let (start, end) = (exit(*from, Port::FlatEdgeStart(at)), exit(*to, Port::FlatEdgeEnd(at)));
            let y = track(layer[*from], Port::FlatEdgeStart(at));
            let top = |item: usize| middle - grid.box_heights[item] / 2.0;
            vec![Point::new(start, top(*from)), Point::new(start, y), Point::new(end, y), Point::new(end, top(*to))]
        };
        lines.push((*step, line));
    }
    RoutedEdges { layer_centers_y: down, height: next, paths: lines }
}

impl RoutingInput<'_> {
    fn dummy_x(&self, net: usize, layer_of: usize) -> Option<f32> {
        let nodes = self.layer_order.layers.get(layer_of)?;
        let node = nodes.iter().find(|node| self.layer_order.vertices[**node] == Vertex::Dummy(net))?;
        Some(self.centers_x[*node])
    }

    /// Where a net wants to go from an item's top: straight on where it can, else the middle of its ends.
    fn preferred_exit_x(&self, net: usize, layer_of: usize) -> f32 {
        let Hyperedge { source: item, targets: reaches } = &self.layer_order.hyperedges[net];
        let mut ends: Vec<f32> = self.dummy_x(net, layer_of + 1).into_iter().collect();
        let next = reaches.iter().filter(|reach| self.layer_of[reach.group] == layer_of + 1);
        ends.extend(next.map(|reach| self.centers_x[reach.group]));
        let own = self.centers_x[*item];
        if ends.contains(&own) { own } else { ends.iter().sum::<f32>() / ends.len().max(1) as f32 }
    }

    /// Whether a step within a layer needs no detour.
    fn is_adjacent(&self, from: usize, to: usize) -> bool {
        let nodes = &self.layer_order.layers[self.layer_of[from]];
        let place = |item: usize| nodes.iter().position(|node| *node == item);
        match place(from).zip(place(to)) {
            Some((from, to)) => from.abs_diff(to) == 1 && !self.has_side_nodes[nodes[from.min(to)]],
            None => false,
        }
    }
}

/// Where on a side of a box each line is, so that none is drawn over another: in the order of where they want to go, and the one that
/// can go straight in the middle.
fn assign_ports(middle: f32, width: f32, wants: &[(Port, f32)]) -> Vec<(Port, f32)> {
    let mut sorted: Vec<(Port, f32)> = wants.to_vec();
    sorted.sort_by(|one, other| one.1.total_cmp(&other.1));
    let most = sorted.len().saturating_sub(1).max(1) as f32;
    let straight = sorted.iter().position(|(_, want)| (want - middle).abs() < 0.5);
    let centre = straight.map_or(sorted.len().saturating_sub(1) as f32 / 2.0, |at| at as f32);
    // Where the straight one is the first or the last, the others are all on one side.
    let furthest = centre.max(most - centre);
    let step = PORT_SPACING.min((width - CORNER_CLEARANCE) / 2.0 / furthest.max(1.0));
    sorted.iter().enumerate().map(|(at, (exit, _))| (*exit, middle + (at as f32 - centre) * step)).collect()
}

/// Gives every run that has to go sideways a track, and tells how many tracks there are.
fn assign_tracks(runs: &mut [(Port, ChannelSegment)]) -> usize {
    let mut order: Vec<usize> = (0..runs.len()).filter(|at| runs[*at].1.needs_track()).collect();
    for _ in 0..order.len() {
        let mut changed = false;
        for at in 1..order.len() {
            let (lower, upper) = (&runs[order[at - 1]].1, &runs[order[at]].1);
            if upper.cost_below(lower) < lower.cost_below(upper) {
                order.swap(at - 1, at);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let mut count = 0;
    for at in 0..order.len() {
        let run = &runs[order[at]].1;
        let above = order[..at].iter().map(|other| &runs[*other].1).filter(|other| other.overlaps(run));
        let track = above.map(|other| other.track + 1).max().unwrap_or(0);
        runs[order[at]].1.track = track;
        count = count.max(track + 1);
    }
    count
}

impl ChannelSegment {
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

    /// What it costs to have this run's track below another's: crossings, and lines drawn over one another.
    fn cost_below(&self, other: &ChannelSegment) -> usize {
        let crossed = |xs: &[f32], (left, right): (f32, f32)| {
            xs.iter().filter(|x| **x > left - MIN_LINE_DISTANCE && **x < right + MIN_LINE_DISTANCE).count()
        };
        let over = self
            .top_xs
            .iter()
            .flat_map(|one| other.bottom_xs.iter().map(move |two| (one - two).abs() < MIN_LINE_DISTANCE));
        crossed(&self.top_xs, other.span())
            + crossed(&other.bottom_xs, self.span())
            + 100 * over.filter(|over| *over).count()
    }
}
