//! How large things are, in pixels, and the simplest shapes.

/// Letters in a box.
pub const FONT_SIZE: f32 = 28.0;
/// From line to line in a box.
pub const LINE_HEIGHT: f32 = 36.0;
/// The widest a line in a box is.
pub const MAX_LINE_WIDTH: f32 = 256.0;
/// The narrowest a box is.
pub const MIN_BOX_WIDTH: f32 = 150.0;
/// Between a box's edge and its text, at the sides.
pub const PADDING_X: f32 = 16.0;
/// Between a box's edge and its text, above and below.
pub const PADDING_Y: f32 = 15.0;
/// Between two boxes side by side.
pub const BOX_SPACING: f32 = 36.0;
/// On either side of a line that passes a layer.
pub const DUMMY_HALF_WIDTH: f32 = 14.0;
/// Around everything.
pub const MARGIN: f32 = 28.0;
/// Letters of headings above a part, and of the key.
pub const SMALL_FONT_SIZE: f32 = 24.0;
/// Letters of the title.
pub const TITLE_FONT_SIZE: f32 = 36.0;
/// Between two lines that run side by side.
pub const TRACK_SPACING: f32 = 20.0;
/// Between two lines that reach the same side of a box.
pub const PORT_SPACING: f32 = 28.0;
/// Below the first line between two layers, and above the last one, where the arrowheads are.
pub const SPACE_BELOW_TRACKS: f32 = 26.0;
/// See [`BELOW_TRACKS`].
pub const SPACE_ABOVE_TRACKS: f32 = 36.0;
/// The least between two layers.
pub const MIN_LAYER_SPACING: f32 = 58.0;

/// A place in the picture; down is positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
}

impl Point {
    /// A point so far to the right and down.
    pub fn new(x: f32, y: f32) -> Point {
        Point { x, y }
    }
}

/// An area in the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Its left edge.
    pub x: f32,
    /// Its upper edge.
    pub y: f32,
    /// How wide it is.
    pub width: f32,
    /// How high it is.
    pub height: f32,
}

impl Rect {
    /// Whether the two have more than an edge in common.
    pub fn overlaps(&self, other: &Rect) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

/// The corners of a line, without points that are passed straight on or twice.
pub fn remove_collinear_points(points: &[Point]) -> Vec<Point> {
    let mut out: Vec<Point> = Vec::new();
    for point in points {
        if out.last() == Some(point) {
            continue;
        }
        if let [.., one, two] = out.as_slice()
            && ((one.x == two.x && two.x == point.x) || (one.y == two.y && two.y == point.y))
        {
            out.pop();
        }
        out.push(*point);
    }
    out
}
