//! Vertical compaction: closes the gaps that tall groups of side nodes leave between layers.

use crate::diagram::geometry::{MIN_LAYER_SPACING, Point, Rect, SPACE_ABOVE_TRACKS};

/// The horizontal space kept free beside a box or a line.
const HORIZONTAL_CLEARANCE: f32 = 12.0;
/// The smallest vertical distance between two lines.
const LINE_CLEARANCE: f32 = 24.0;

/// Moves everything below each cut up as far as it fits, never above the current top. A cut is the y coordinate of a gap between two
/// layers; cuts are sorted from the top down.
pub(crate) fn compact(boxes: &mut [Rect], paths: &mut [Vec<Point>], cuts: &[f32]) {
    let points = paths.iter().flatten().map(|point| point.y);
    let top = boxes.iter().map(|rect| rect.y).chain(points).fold(f32::MAX, f32::min);
    let mut shift = 0.0;
    for cut in cuts {
        let cut = cut - shift;
        let slack = vertical_slack(boxes, paths, cut, top);
        boxes.iter_mut().filter(|rect| rect.y > cut).for_each(|rect| rect.y -= slack);
        paths.iter_mut().flatten().filter(|point| point.y > cut).for_each(|point| point.y -= slack);
        shift += slack;
    }
}

/// How far everything below a cut can move up, at most to `top`. A line segment that crosses the cut is ignored: it only gets shorter.
fn vertical_slack(boxes: &[Rect], paths: &[Vec<Point>], cut: f32, top: f32) -> f32 {
    let mut obstacles: Vec<(Rect, bool)> = boxes.iter().map(|rect| (*rect, true)).collect();
    for pair in paths.iter().flat_map(|path| path.windows(2)) {
        let (x, y) = (pair[0].x.min(pair[1].x), pair[0].y.min(pair[1].y));
        let rect = Rect { x, y, width: (pair[0].x - pair[1].x).abs(), height: (pair[0].y - pair[1].y).abs() };
        if rect.y > cut || rect.y + rect.height <= cut {
            obstacles.push((rect, false));
        }
    }
    let (below, above): (Vec<_>, Vec<_>) = obstacles.into_iter().partition(|(rect, _)| rect.y > cut);
    let mut slack = f32::MAX;
    for (lower, lower_is_box) in &below {
        slack = slack.min(lower.y - top);
        for (upper, upper_is_box) in &above {
            let disjoint_x = lower.x - HORIZONTAL_CLEARANCE >= upper.x + upper.width
                || upper.x - HORIZONTAL_CLEARANCE >= lower.x + lower.width;
            let clearance = match (lower_is_box, upper_is_box) {
                (true, true) => MIN_LAYER_SPACING,
                (false, false) => LINE_CLEARANCE,
                _ => SPACE_ABOVE_TRACKS,
            };
            if !disjoint_x {
                slack = slack.min(lower.y - (upper.y + upper.height) - clearance);
            }
        }
    }
    if slack == f32::MAX { 0.0 } else { slack.floor().max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_moves_above_the_top() {
        let rect = |x, y, height| Rect { x, y, width: 100.0, height };
        // The boxes below the cut have nothing above them to stop at.
        let mut boxes = [rect(0.0, 10.0, 50.0), rect(500.0, 300.0, 400.0), rect(500.0, 400.0, 50.0)];
        compact(&mut boxes, &mut [], &[200.0]);
        assert_eq!(boxes, [rect(0.0, 10.0, 50.0), rect(500.0, 10.0, 400.0), rect(500.0, 110.0, 50.0)]);
    }
}
