//! Sizes and distances in pixels, points and rectangles.

/// Font size in boxes.
pub(crate) const FONT_SIZE: f32 = 28.0;
/// Distance from one text line of a box to the next.
pub(crate) const LINE_HEIGHT: f32 = 36.0;
/// The widest text line in a box.
pub(crate) const MAX_LINE_WIDTH: f32 = 256.0;
/// The narrowest box.
pub(crate) const MIN_BOX_WIDTH: f32 = 150.0;
/// Padding of a box, left and right.
pub(crate) const PADDING_X: f32 = 16.0;
/// Padding of a box, above and below.
pub(crate) const PADDING_Y: f32 = 15.0;
/// Horizontal space between two boxes.
pub(crate) const BOX_SPACING: f32 = 36.0;
/// Space to either side of a line that crosses a layer.
pub(crate) const DUMMY_HALF_WIDTH: f32 = 14.0;
/// Margin around the diagram.
pub(crate) const MARGIN: f32 = 28.0;
/// Font size of component headings and of the legend.
pub(crate) const SMALL_FONT_SIZE: f32 = 24.0;
/// Font size of the title.
pub(crate) const TITLE_FONT_SIZE: f32 = 36.0;
/// Distance between two tracks.
pub(crate) const TRACK_SPACING: f32 = 20.0;
/// Distance between two ports on the same side of a box.
pub(crate) const PORT_SPACING: f32 = 28.0;
/// Space below the lowest track between two layers.
pub(crate) const SPACE_BELOW_TRACKS: f32 = 26.0;
/// Space above the highest track between two layers, for the arrowheads.
pub(crate) const SPACE_ABOVE_TRACKS: f32 = 36.0;
/// The smallest space between two layers.
pub(crate) const MIN_LAYER_SPACING: f32 = 58.0;

/// A point; y grows downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Distance from the left.
    pub x: f32,
    /// Distance from the top.
    pub y: f32,
}

impl Point {
    /// Creates a point.
    pub(crate) fn new(x: f32, y: f32) -> Point {
        Point { x, y }
    }
}

/// An axis-parallel rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// The left edge.
    pub x: f32,
    /// The upper edge.
    pub y: f32,
    /// The width.
    pub width: f32,
    /// The height.
    pub height: f32,
}

impl Rect {
    /// Whether the interiors intersect; a shared edge is no overlap.
    pub fn overlaps(&self, other: &Rect) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

/// Removes repeated points, and points in the middle of a horizontal or vertical line.
pub(crate) fn remove_collinear_points(points: &[Point]) -> Vec<Point> {
    let mut out: Vec<Point> = Vec::new();
    for point in points {
        if out.last() == Some(point) {
            continue;
        }
        if let [.., second_last, last] = out.as_slice()
            && ((second_last.x == last.x && last.x == point.x) || (second_last.y == last.y && last.y == point.y))
        {
            out.pop();
        }
        out.push(*point);
    }
    out
}
