//! How far to the right everything stands: what leads straight on stands straight above, and nothing stands in another's way.

use crate::diagram::crossing_reduction::{LayerOrder, Vertex};

/// Rounds of moving everything towards what it is connected to.
const ITERATIONS: usize = 80;

/// How far a node reaches to either side of its middle, with what has to stay free there.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// To the left.
    pub left: f32,
    /// To the right.
    pub right: f32,
}

/// The middle of every node; the leftmost edge is at 0.
pub fn assign_x(ordered: &LayerOrder, reach: &[Extent]) -> Vec<f32> {
    let blocks = align_blocks(ordered);
    let count = blocks.iter().max().map_or(0, |last| last + 1);
    let mut apart: Vec<(usize, usize, f32)> = Vec::new();
    for pair in ordered.layers.iter().flat_map(|layer| layer.windows(2)) {
        apart.push((blocks[pair[0]], blocks[pair[1]], reach[pair[0]].right + reach[pair[1]].left));
    }
    let mut x = vec![0.0_f32; count];
    // As far left as they can; there are no circles, so this ends.
    for _ in 0..count {
        for (left, right, distance) in &apart {
            x[*right] = x[*right].max(x[*left] + distance);
        }
    }
    let pulls = block_neighbors(ordered, &blocks);
    for round in 0..ITERATIONS {
        let turn: Vec<usize> = if round % 2 == 0 { (0..count).rev().collect() } else { (0..count).collect() };
        for block in turn {
            let near: Vec<f32> =
                pulls.iter().filter(|(pulled, _)| *pulled == block).map(|(_, other)| x[*other]).collect();
            if near.is_empty() {
                continue;
            }
            let wish = near.iter().sum::<f32>() / near.len() as f32;
            let least = apart.iter().filter(|(_, right, _)| *right == block).map(|(left, _, far)| x[*left] + far);
            let most = apart.iter().filter(|(left, _, _)| *left == block).map(|(_, right, far)| x[*right] - far);
            let (least, most) = (least.fold(f32::MIN, f32::max), most.fold(f32::MAX, f32::min));
            x[block] = wish.min(most).max(least);
        }
    }
    let mut middles: Vec<f32> = blocks.iter().map(|block| x[*block]).collect();
    let leftmost = middles.iter().zip(reach).map(|(x, reach)| x - reach.left).fold(f32::MAX, f32::min);
    middles.iter_mut().for_each(|x| *x = (*x - leftmost).round());
    middles
}

/// Which block pulls which: those that lines connect.
fn block_neighbors(ordered: &LayerOrder, blocks: &[usize]) -> Vec<(usize, usize)> {
    let mut pulls = Vec::new();
    for (below, above) in ordered
        .upper_neighbors
        .iter()
        .enumerate()
        .flat_map(|(node, above)| above.iter().map(move |other| (node, *other)))
    {
        if blocks[below] != blocks[above] {
            pulls.push((blocks[below], blocks[above]));
            pulls.push((blocks[above], blocks[below]));
        }
    }
    pulls
}

/// The block of every node: nodes of one block stand straight above one another.
fn align_blocks(ordered: &LayerOrder) -> Vec<usize> {
    let count = ordered.vertices.len();
    let (mut above, mut below) = (vec![0_usize; count], vec![0_usize; count]);
    for layer in ordered.layers.iter() {
        for node in layer {
            below[*node] = ordered.lower_neighbors[*node].iter().map(|other| below[*other] + 1).max().unwrap_or(0);
        }
    }
    for layer in ordered.layers.iter().rev() {
        for node in layer {
            above[*node] = ordered.upper_neighbors[*node].iter().map(|other| above[*other] + 1).max().unwrap_or(0);
        }
    }
    let mut pairs: Vec<(usize, usize)> = ordered
        .upper_neighbors
        .iter()
        .enumerate()
        .flat_map(|(node, above)| above.iter().map(move |other| (node, *other)))
        .collect();
    let passing = |node: usize| usize::from(matches!(ordered.vertices[node], Vertex::Dummy(_)));
    // Long lines first, then the longest way through the part, so that the main line is straight.
    pairs.sort_by_key(|(low, high)| {
        let long = if passing(*low) + passing(*high) == 2 { 0 } else { 1 + passing(*low) + passing(*high) };
        (long, usize::MAX - below[*low] - above[*high])
    });
    let mut block: Vec<usize> = (0..count).collect();
    let (mut has_above, mut has_below) = (vec![false; count], vec![false; count]);
    for (low, high) in pairs {
        if has_above[low] || has_below[high] {
            continue;
        }
        let (one, other) = (block[low], block[high]);
        let joined: Vec<usize> = block.iter().map(|block| if *block == other { one } else { *block }).collect();
        if is_acyclic(ordered, &joined) {
            block = joined;
            (has_above[low], has_below[high]) = (true, true);
        }
    }
    let mut names = block.clone();
    names.sort_unstable();
    names.dedup();
    block.iter().map(|block| names.partition_point(|name| name < block)).collect()
}

/// Whether no block would have to stand left of itself.
fn is_acyclic(ordered: &LayerOrder, block: &[usize]) -> bool {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); block.len()];
    let mut waits = vec![0_usize; block.len()];
    for pair in ordered.layers.iter().flat_map(|layer| layer.windows(2)) {
        before[block[pair[0]]].push(block[pair[1]]);
        waits[block[pair[1]]] += 1;
    }
    let mut free: Vec<usize> = (0..block.len()).filter(|at| waits[*at] == 0).collect();
    let mut done = 0;
    while let Some(at) = free.pop() {
        done += 1;
        for next in &before[at] {
            waits[*next] -= 1;
            if waits[*next] == 0 {
                free.push(*next);
            }
        }
    }
    done == block.len()
}
