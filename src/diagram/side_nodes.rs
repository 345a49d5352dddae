//! Where those stand who are beside a role, and the line that leads to them. All measured from the middle of the role's own box.

use crate::diagram::geometry::{BOX_SPACING, Point, Rect};

/// From a box to the one column beside it: room for a fork and an arrowhead.
const FORK_WIDTH: f32 = 56.0;
/// Where in that the line forks.
const FORK_OFFSET: f32 = 20.0;
/// Between two columns, where the line to both of them runs.
const COLUMN_SPACING: f32 = 72.0;
/// Between two boxes of a column.
const ROW_SPACING: f32 = 18.0;

/// Boxes beside a box.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SideNodes {
    /// The boxes, in the order that was given.
    pub rects: Vec<Rect>,
    /// The line to each of them.
    pub paths: Vec<Vec<Point>>,
    /// How far they reach to the right.
    pub right: f32,
    /// How far they reach up.
    pub up: f32,
    /// How far they reach down.
    pub down: f32,
}

/// Places boxes of these heights, all of one width, in so many columns beside a box of the same width.
pub fn place_side_nodes(heights: &[f32], columns: usize, width: f32) -> SideNodes {
    if heights.is_empty() || columns == 0 {
        return SideNodes { right: width / 2.0, ..SideNodes::default() };
    }
    let rows: Vec<f32> = heights.chunks(columns).map(|row| row.iter().copied().fold(0.0, f32::max)).collect();
    let tops: Vec<f32> =
        rows.iter().scan(0.0, |next, height| Some(std::mem::replace(next, *next + height + ROW_SPACING))).collect();
    let last = rows.len() - 1;
    let total = tops[last] + rows[last];
    // The line leaves at the height of the middle row, or between rows where a box would be in its way.
    let half = rows.len() / 2;
    let middle = if columns == 1 && rows.len() % 2 == 1 {
        tops[half] + rows[half] / 2.0
    } else {
        tops[half] - ROW_SPACING / 2.0
    };
    let edge = width / 2.0;
    let (first, trunk) = if columns == 1 {
        (edge + FORK_WIDTH, edge + FORK_OFFSET)
    } else {
        (edge + BOX_SPACING, edge + BOX_SPACING + width + COLUMN_SPACING / 2.0)
    };
    let mut out = SideNodes { up: middle, down: total - middle, ..SideNodes::default() };
    for (at, height) in heights.iter().enumerate() {
        let (row, column) = (at / columns, at % columns);
        let x = first + column as f32 * (width + COLUMN_SPACING);
        let y = tops[row] + (rows[row] - height) / 2.0 - middle;
        let end = Point::new(if columns == 2 && column == 0 { x + width } else { x }, y + height / 2.0);
        out.rects.push(Rect { x, y, width, height: *height });
        out.paths.push(vec![Point::new(edge, 0.0), Point::new(trunk, 0.0), Point::new(trunk, end.y), end]);
        out.right = out.right.max(x + width);
    }
    out
}
