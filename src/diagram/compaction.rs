//! Takes out the height that a layer needs only for those beside a role, where nothing else is in their way.

use crate::diagram::geometry::{MIN_LAYER_SPACING, Point, Rect, SPACE_ABOVE_TRACKS};

/// What stays free beside a box or a line, so that nothing seems to belong together that does not.
const HORIZONTAL_CLEARANCE: f32 = 12.0;
/// Lines that come from above and from below keep this distance.
const LINE_CLEARANCE: f32 = 24.0;

/// Moves what is below each cut up as far as it goes, and nothing above the top of it all. The cuts are given from the top down, each between two layers.
pub fn compact(boxes: &mut [Rect], lines: &mut [Vec<Point>], cuts: &[f32]) {
    let points = lines.iter().flatten().map(|point| point.y);
    let top = boxes.iter().map(|area| area.y).chain(points).fold(f32::MAX, f32::min);
    let mut moved = 0.0;
    for cut in cuts {
        let cut = cut - moved;
        let slack = vertical_slack(boxes, lines, cut, top);
        boxes.iter_mut().filter(|area| area.y > cut).for_each(|area| area.y -= slack);
        lines.iter_mut().flatten().filter(|point| point.y > cut).for_each(|point| point.y -= slack);
        moved += slack;
    }
}

/// How far all that is below a cut can move up, to `top` at most. A line that crosses the cut only gets shorter, and is in nobody's way.
fn vertical_slack(boxes: &[Rect], lines: &[Vec<Point>], cut: f32, top: f32) -> f32 {
    let mut parts: Vec<(Rect, bool)> = boxes.iter().map(|area| (*area, true)).collect();
    for pair in lines.iter().flat_map(|line| line.windows(2)) {
        let (x, y) = (pair[0].x.min(pair[1].x), pair[0].y.min(pair[1].y));
        let area = Rect { x, y, width: (pair[0].x - pair[1].x).abs(), height: (pair[0].y - pair[1].y).abs() };
        if area.y > cut || area.y + area.height <= cut {
            parts.push((area, false));
        }
    }
    let (below, above): (Vec<_>, Vec<_>) = parts.into_iter().partition(|(area, _)| area.y > cut);
    let mut slack = f32::MAX;
    for (low, low_is_box) in &below {
        slack = slack.min(low.y - top);
        for (high, high_is_box) in &above {
            let beside = low.x - HORIZONTAL_CLEARANCE >= high.x + high.width
                || high.x - HORIZONTAL_CLEARANCE >= low.x + low.width;
            let apart = match (low_is_box, high_is_box) {
                (true, true) => MIN_LAYER_SPACING,
                (false, false) => LINE_CLEARANCE,
                _ => SPACE_ABOVE_TRACKS,
            };
            if !beside {
                slack = slack.min(low.y - (high.y + high.height) - apart);
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
        let area = |x, y, height| Rect { x, y, width: 100.0, height };
        // What stands below has nobody above it, and would go on and on.
        let mut boxes = [area(0.0, 10.0, 50.0), area(500.0, 300.0, 400.0), area(500.0, 400.0, 50.0)];
        compact(&mut boxes, &mut [], &[200.0]);
        assert_eq!(boxes, [area(0.0, 10.0, 50.0), area(500.0, 10.0, 400.0), area(500.0, 110.0, 50.0)]);
    }
}
