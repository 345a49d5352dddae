//! The lines between layers: where each leaves a box, on which track it crosses to the side, and where it arrives.

use crate::diagram::crossing_reduction::{Net, Node, Ordered};
use crate::diagram::geometry::{ABOVE_TRACKS, BELOW_TRACKS, BETWEEN_LAYERS, PORT, Point, TRACK};

/// Lines closer than this would look like one.
const APART: f32 = 8.0;
/// Kept free at the corners of a box.
const CORNERS: f32 = 44.0;

/// What the lines have to know of the boxes.
#[derive(Debug)]
pub struct Grid<'a> {
    /// Who stands where.
    pub ordered: &'a Ordered,
    /// The middle of every node.
    pub middles: &'a [f32],
    /// The layer of every item.
    pub layer: &'a [usize],
    /// The height of every item's own box.
    pub heights: &'a [f32],
    /// Whether something stands close by on the right of an item.
    pub accompanied: &'a [bool],
    /// How far each layer reaches up and down from its middle.
    pub reach: &'a [(f32, f32)],
    /// The width of a box.
    pub width: f32,
}

/// The lines of one part.
#[derive(Debug)]
pub struct Wiring {
    /// How far down the middle of every layer is.
    pub middles: Vec<f32>,
    /// How high all of it is.
    pub height: f32,
    /// The line of every step that has one here: its position in the sketch, and its corners from start to end.
    pub lines: Vec<(usize, Vec<Point>)>,
}

/// Something that uses the space above a layer: where it comes from below, and where it goes above.
#[derive(Debug, Default)]
struct Run {
    below: Vec<f32>,
    above: Vec<f32>,
    track: usize,
}

/// One that leaves an item's top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Net(usize),
    /// The start of a step within a layer.
    Start(usize),
    /// Its end.
    End(usize),
}

/// Draws the lines, and says how far apart the layers are for it.
pub fn wire(grid: &Grid<'_>) -> Wiring {
    let Grid { ordered, middles, layer, .. } = *grid;
    let straight: Vec<bool> = ordered.level.iter().map(|(from, to, _)| grid.side_by_side(*from, *to)).collect();
    let mut exits: Vec<Vec<(Exit, f32)>> = vec![Vec::new(); layer.len()];
    for (at, net) in ordered.nets.iter().enumerate() {
        exits[net.item].push((Exit::Net(at), grid.heading(at, layer[net.item])));
    }
    for (at, (from, to, _)) in ordered.level.iter().enumerate().filter(|(at, _)| !straight[*at]) {
        exits[*from].push((Exit::Start(at), middles[*to]));
        exits[*to].push((Exit::End(at), middles[*from]));
    }
    let spread = |item: usize, wants: &[(Exit, f32)]| ports(middles[item], grid.width, wants);
    let exits: Vec<Vec<(Exit, f32)>> = exits.iter().enumerate().map(|(item, wants)| spread(item, wants)).collect();
    let exit = |item: usize, which: Exit| {
        exits[item].iter().find(|(exit, _)| *exit == which).map_or(middles[item], |(_, x)| *x)
    };
    // Where a net comes from, seen from the layer above `below`.
    let rising = |net: usize, below: usize| {
        if layer[ordered.nets[net].item] == below {
            exit(ordered.nets[net].item, Exit::Net(net))
        } else {
            grid.passage(net, below).unwrap_or_default()
        }
    };
    let mut entries: Vec<Vec<(Exit, f32)>> = vec![Vec::new(); layer.len()];
    for (at, Net { reaches, .. }) in ordered.nets.iter().enumerate() {
        for reach in reaches {
            entries[reach.item].push((Exit::Net(at), rising(at, layer[reach.item] - 1)));
        }
    }
    let entries: Vec<Vec<(Exit, f32)>> = entries.iter().enumerate().map(|(item, wants)| spread(item, wants)).collect();
    let entry = |item: usize, net: usize| {
        entries[item].iter().find(|(exit, _)| *exit == Exit::Net(net)).map_or(middles[item], |(_, x)| *x)
    };

    let layers = ordered.layers.len();
    let mut heights: Vec<f32> = vec![0.0; layers];
    let mut tracks: Vec<Vec<(Exit, usize)>> = vec![Vec::new(); layers];
    for below in 0..layers {
        let mut runs: Vec<(Exit, Run)> = Vec::new();
        for (at, net) in ordered.nets.iter().enumerate() {
            let mut above: Vec<f32> = grid.passage(at, below + 1).into_iter().collect();
            let arriving = net.reaches.iter().filter(|reach| layer[reach.item] == below + 1);
            above.extend(arriving.map(|reach| entry(reach.item, at)));
            if layer[net.item] <= below && !above.is_empty() {
                runs.push((Exit::Net(at), Run { below: vec![rising(at, below)], above, track: 0 }));
            }
        }
        for (at, (from, to, _)) in ordered.level.iter().enumerate() {
            if layer[*from] == below && !straight[at] {
                let ends = vec![exit(*from, Exit::Start(at)), exit(*to, Exit::End(at))];
                runs.push((Exit::Start(at), Run { below: ends, above: Vec::new(), track: 0 }));
            }
        }
        let count = assign(&mut runs);
        tracks[below] = runs.iter().map(|(exit, run)| (*exit, run.track)).collect();
        let needed = BELOW_TRACKS + ABOVE_TRACKS + count.saturating_sub(1) as f32 * TRACK;
        let top = below + 1 == layers;
        heights[below] = if top && count == 0 { 0.0 } else { needed.max(BETWEEN_LAYERS) };
    }
    let mut down = vec![0.0_f32; layers];
    let mut next = 0.0;
    for at in (0..layers).rev() {
        down[at] = next + heights[at] + grid.reach[at].0;
        next = down[at] + grid.reach[at].1;
    }
    let track = |below: usize, which: Exit| {
        let track = tracks[below].iter().find(|(exit, _)| *exit == which).map_or(0, |(_, track)| *track);
        down[below] - grid.reach[below].0 - BELOW_TRACKS - track as f32 * TRACK
    };
    let mut lines: Vec<(usize, Vec<Point>)> = Vec::new();
    for (at, net) in ordered.nets.iter().enumerate() {
        for reach in &net.reaches {
            let mut x = exit(net.item, Exit::Net(at));
            let mut line = vec![Point::new(x, down[layer[net.item]] - grid.heights[net.item] / 2.0)];
            for below in layer[net.item]..layer[reach.item] {
                let last = below + 1 == layer[reach.item];
                let to = if last { entry(reach.item, at) } else { grid.passage(at, below + 1).unwrap_or(x) };
                let y = track(below, Exit::Net(at));
                line.extend([Point::new(x, y), Point::new(to, y)]);
                x = to;
            }
            line.push(Point::new(x, down[layer[reach.item]] + grid.heights[reach.item] / 2.0));
            if reach.down {
                line.reverse();
            }
            lines.push((reach.step, line));
        }
    }
    for (at, (from, to, step)) in ordered.level.iter().enumerate() {
        let middle = down[layer[*from]];
        let line = if straight[at] {
            let side = if middles[*from] < middles[*to] { grid.width / 2.0 } else { -grid.width / 2.0 };
            vec![Point::new(middles[*from] + side, middle), Point::new(middles[*to] - side, middle)]
        } else {
            let (start, end) = (exit(*from, Exit::Start(at)), exit(*to, Exit::End(at)));
            let y = track(layer[*from], Exit::Start(at));
            let top = |item: usize| middle - grid.heights[item] / 2.0;
            vec![Point::new(start, top(*from)), Point::new(start, y), Point::new(end, y), Point::new(end, top(*to))]
        };
        lines.push((*step, line));
    }
    Wiring { middles: down, height: next, lines }
}

impl Grid<'_> {
    fn passage(&self, net: usize, layer: usize) -> Option<f32> {
        let nodes = self.ordered.layers.get(layer)?;
        let node = nodes.iter().find(|node| self.ordered.nodes[**node] == Node::Passage(net))?;
        Some(self.middles[*node])
    }

    /// Where a net wants to go from an item's top: straight on where it can, else the middle of its ends.
    fn heading(&self, net: usize, layer: usize) -> f32 {
        let Net { item, reaches } = &self.ordered.nets[net];
        let mut ends: Vec<f32> = self.passage(net, layer + 1).into_iter().collect();
        let next = reaches.iter().filter(|reach| self.layer[reach.item] == layer + 1);
        ends.extend(next.map(|reach| self.middles[reach.item]));
        let own = self.middles[*item];
        if ends.contains(&own) { own } else { ends.iter().sum::<f32>() / ends.len().max(1) as f32 }
    }

    /// Whether a step within a layer needs no detour.
    fn side_by_side(&self, from: usize, to: usize) -> bool {
        let nodes = &self.ordered.layers[self.layer[from]];
        let place = |item: usize| nodes.iter().position(|node| *node == item);
        match place(from).zip(place(to)) {
            Some((from, to)) => from.abs_diff(to) == 1 && !self.accompanied[nodes[from.min(to)]],
            None => false,
        }
    }
}

/// Where on a side of a box each line is, so that none is drawn over another: in the order of where they want to go, and the one that
/// can go straight in the middle.
fn ports(middle: f32, width: f32, wants: &[(Exit, f32)]) -> Vec<(Exit, f32)> {
    let mut sorted: Vec<(Exit, f32)> = wants.to_vec();
    sorted.sort_by(|one, other| one.1.total_cmp(&other.1));
    let most = sorted.len().saturating_sub(1).max(1) as f32;
    let straight = sorted.iter().position(|(_, want)| (want - middle).abs() < 0.5);
    let centre = straight.map_or(sorted.len().saturating_sub(1) as f32 / 2.0, |at| at as f32);
    // Where the straight one is the first or the last, the others are all on one side.
    let furthest = centre.max(most - centre);
    let step = PORT.min((width - CORNERS) / 2.0 / furthest.max(1.0));
    sorted.iter().enumerate().map(|(at, (exit, _))| (*exit, middle + (at as f32 - centre) * step)).collect()
}

/// Gives every run that has to go sideways a track, and tells how many tracks there are.
fn assign(runs: &mut [(Exit, Run)]) -> usize {
    let mut order: Vec<usize> = (0..runs.len()).filter(|at| runs[*at].1.turns()).collect();
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
        let above = order[..at].iter().map(|other| &runs[*other].1).filter(|other| other.meets(run));
        let track = above.map(|other| other.track + 1).max().unwrap_or(0);
        runs[order[at]].1.track = track;
        count = count.max(track + 1);
    }
    count
}

impl Run {
    fn span(&self) -> (f32, f32) {
        let all = self.below.iter().chain(&self.above).copied();
        (all.clone().fold(f32::MAX, f32::min), all.fold(f32::MIN, f32::max))
    }

    fn turns(&self) -> bool {
        let (left, right) = self.span();
        right - left > 0.5
    }

    fn meets(&self, other: &Run) -> bool {
        let ((left, right), (start, end)) = (self.span(), other.span());
        left < end + 2.0 * APART && start < right + 2.0 * APART
    }

    /// What it costs to have this run's track below another's: crossings, and lines drawn over one another.
    fn cost_below(&self, other: &Run) -> usize {
        let crossed = |xs: &[f32], (left, right): (f32, f32)| {
            xs.iter().filter(|x| **x > left - APART && **x < right + APART).count()
        };
        let over = self.above.iter().flat_map(|one| other.below.iter().map(move |two| (one - two).abs() < APART));
        crossed(&self.above, other.span())
            + crossed(&other.below, self.span())
            + 100 * over.filter(|over| *over).count()
    }
}
