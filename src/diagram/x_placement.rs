//! Horizontal placement: chains of vertices are aligned as blocks with one x coordinate, without overlap on any layer.

use crate::diagram::crossing_reduction::{LayerOrder, Vertex};

/// Rounds of moving each block towards its neighbors.
const ITERATIONS: usize = 80;

/// The space that a vertex needs on either side of its center, in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// To the left.
    pub(crate) left: f32,
    /// To the right.
    pub(crate) right: f32,
}

/// Assigns the center x of each vertex; the leftmost edge is at 0.
pub(crate) fn assign_x(order: &LayerOrder, extents: &[Extent]) -> Vec<f32> {
    let blocks = align_blocks(order);
    let count = blocks.iter().max().map_or(0, |last| last + 1);
    let mut separations: Vec<(usize, usize, f32)> = Vec::new();
    for pair in order.layers.iter().flat_map(|layer| layer.windows(2)) {
        separations.push((blocks[pair[0]], blocks[pair[1]], extents[pair[0]].right + extents[pair[1]].left));
    }
    let mut x = vec![0.0_f32; count];
    // Longest paths from the left; the separations form no cycle, so `count` rounds suffice.
    for _ in 0..count {
        for (left, right, distance) in &separations {
            x[*right] = x[*right].max(x[*left] + distance);
        }
    }
    let neighbors = block_neighbors(order, &blocks);
    for round in 0..ITERATIONS {
        let sweep: Vec<usize> = if round % 2 == 0 { (0..count).rev().collect() } else { (0..count).collect() };
        for block in sweep {
            let neighbors_x: Vec<f32> =
                neighbors.iter().filter(|(one, _)| *one == block).map(|(_, other)| x[*other]).collect();
            if neighbors_x.is_empty() {
                continue;
            }
            let desired = neighbors_x.iter().sum::<f32>() / neighbors_x.len() as f32;
            let min = separations.iter().filter(|(_, right, _)| *right == block).map(|(left, _, gap)| x[*left] + gap);
            let max = separations.iter().filter(|(left, _, _)| *left == block).map(|(_, right, gap)| x[*right] - gap);
            let (min, max) = (min.fold(f32::MIN, f32::max), max.fold(f32::MAX, f32::min));
            x[block] = desired.min(max).max(min);
        }
    }
    let mut centers_x: Vec<f32> = blocks.iter().map(|block| x[*block]).collect();
    let leftmost = centers_x.iter().zip(extents).map(|(x, extent)| x - extent.left).fold(f32::MAX, f32::min);
    centers_x.iter_mut().for_each(|x| *x = (*x - leftmost).round());
    centers_x
}

/// The pairs of distinct blocks that an edge connects, in both directions.
fn block_neighbors(order: &LayerOrder, blocks: &[usize]) -> Vec<(usize, usize)> {
    let pairs = order.edges().map(|(lower, upper)| (blocks[lower], blocks[upper]));
    pairs.filter(|(one, other)| one != other).flat_map(|(one, other)| [(one, other), (other, one)]).collect()
}

/// The block of each vertex: a block is a chain of vertices with the same x, at most one on each layer.
fn align_blocks(order: &LayerOrder) -> Vec<usize> {
    let count = order.vertices.len();
    let (mut above, mut below) = (vec![0_usize; count], vec![0_usize; count]);
    for layer in order.layers.iter() {
        for vertex in layer {
            below[*vertex] = order.lower_neighbors[*vertex].iter().map(|other| below[*other] + 1).max().unwrap_or(0);
        }
    }
    for layer in order.layers.iter().rev() {
        for vertex in layer {
            above[*vertex] = order.upper_neighbors[*vertex].iter().map(|other| above[*other] + 1).max().unwrap_or(0);
        }
    }
    let mut edges: Vec<(usize, usize)> = order.edges().collect();
    let dummy_count = |vertex: usize| usize::from(matches!(order.vertices[vertex], Vertex::Dummy(_)));
    // Edges between two dummies first, then those on the longest chain, so that both are straight.
    edges.sort_by_key(|(lower, upper)| {
        let dummies = dummy_count(*lower) + dummy_count(*upper);
        (if dummies == 2 { 0 } else { 1 + dummies }, usize::MAX - below[*lower] - above[*upper])
    });
    let mut block_of: Vec<usize> = (0..count).collect();
    let (mut has_above, mut has_below) = (vec![false; count], vec![false; count]);
    for (lower, upper) in edges {
        if has_above[lower] || has_below[upper] {
            continue;
        }
        let (first, other) = (block_of[lower], block_of[upper]);
        let merged: Vec<usize> = block_of.iter().map(|block| if *block == other { first } else { *block }).collect();
        if is_acyclic(order, &merged) {
            block_of = merged;
            (has_above[lower], has_below[upper]) = (true, true);
        }
    }
    let mut ids = block_of.clone();
    ids.sort_unstable();
    ids.dedup();
    block_of.iter().map(|block| ids.partition_point(|id| id < block)).collect()
}

/// Whether the left-to-right order of the layers is acyclic over these blocks.
fn is_acyclic(order: &LayerOrder, block_of: &[usize]) -> bool {
    let mut right_of: Vec<Vec<usize>> = vec![Vec::new(); block_of.len()];
    let mut in_degree = vec![0_usize; block_of.len()];
    for pair in order.layers.iter().flat_map(|layer| layer.windows(2)) {
        right_of[block_of[pair[0]]].push(block_of[pair[1]]);
        in_degree[block_of[pair[1]]] += 1;
    }
    let mut ready: Vec<usize> = (0..block_of.len()).filter(|block| in_degree[*block] == 0).collect();
    let mut visited = 0;
    while let Some(current) = ready.pop() {
        visited += 1;
        for next in &right_of[current] {
            in_degree[*next] -= 1;
            if in_degree[*next] == 0 {
                ready.push(*next);
            }
        }
    }
    visited == block_of.len()
}
