//! Placement of side nodes and the lines to them. Coordinates are relative to the center of the group's main box.

use crate::diagram::geometry::{BOX_SPACING, Point, Rect};

/// The space between a box and a single column of side nodes, for a fork and an arrowhead.
const FORK_WIDTH: f32 = 56.0;
/// The distance from the box to the fork in that space.
const FORK_OFFSET: f32 = 20.0;
/// The space between two columns, for the line to both.
const COLUMN_SPACING: f32 = 72.0;
/// The vertical space between two boxes of a column.
const ROW_SPACING: f32 = 18.0;

/// The boxes of side nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SideNodes {
    /// The boxes, in the order of the input.
    pub(crate) rects: Vec<Rect>,
    /// The line to each box.
    pub(crate) paths: Vec<Vec<Point>>,
    /// The extent to the right.
    pub(crate) right: f32,
    /// The extent upwards.
    pub(crate) up: f32,
    /// The extent downwards.
    pub(crate) down: f32,
}

/// Places boxes of these heights in columns to the right of the main box; all boxes have the same width.
pub(crate) fn place_side_nodes(heights: &[f32], columns: usize, width: f32) -> SideNodes {
    if heights.is_empty() || columns == 0 {
        return SideNodes { right: width / 2.0, ..SideNodes::default() };
    }
    let row_heights: Vec<f32> = heights.chunks(columns).map(|row| row.iter().copied().fold(0.0, f32::max)).collect();
    let row_tops: Vec<f32> = row_heights
        .iter()
        .scan(0.0, |next, height| Some(std::mem::replace(next, *next + height + ROW_SPACING)))
        .collect();
    let last = row_heights.len() - 1;
    let total_height = row_tops[last] + row_heights[last];
    // The line leaves at the height of the middle row, or between two rows if a box is in its way.
    let middle_row = row_heights.len() / 2;
    let trunk_y = if columns == 1 && row_heights.len() % 2 == 1 {
        row_tops[middle_row] + row_heights[middle_row] / 2.0
    } else {
        row_tops[middle_row] - ROW_SPACING / 2.0
    };
    let box_edge = width / 2.0;
    let (first_x, trunk_x) = if columns == 1 {
        (box_edge + FORK_WIDTH, box_edge + FORK_OFFSET)
    } else {
        (box_edge + BOX_SPACING, box_edge + BOX_SPACING + width + COLUMN_SPACING / 2.0)
    };
    let mut side_nodes = SideNodes { up: trunk_y, down: total_height - trunk_y, ..SideNodes::default() };
    for (index, height) in heights.iter().enumerate() {
        let (row, column) = (index / columns, index % columns);
        let x = first_x + column as f32 * (width + COLUMN_SPACING);
        let y = row_tops[row] + (row_heights[row] - height) / 2.0 - trunk_y;
        let end = Point::new(if columns == 2 && column == 0 { x + width } else { x }, y + height / 2.0);
        side_nodes.rects.push(Rect { x, y, width, height: *height });
        side_nodes.paths.push(vec![
            Point::new(box_edge, 0.0),
            Point::new(trunk_x, 0.0),
            Point::new(trunk_x, end.y),
            end,
        ]);
        side_nodes.right = side_nodes.right.max(x + width);
    }
    side_nodes
}
