//! How large things are, in pixels, and the simplest shapes.

/// Letters in a box.
pub const LETTERS: f32 = 28.0;
/// From line to line in a box.
pub const LINE: f32 = 36.0;
/// The widest a line in a box is.
pub const WIDEST_LINE: f32 = 256.0;
/// The narrowest a box is.
pub const NARROWEST_BOX: f32 = 150.0;
/// Between a box's edge and its text, at the sides.
pub const PADDING: f32 = 16.0;
/// Between a box's edge and its text, above and below.
pub const HEADROOM: f32 = 15.0;
/// Between two boxes side by side.
pub const GAP: f32 = 36.0;
/// On either side of a line that passes a layer.
pub const PASSAGE: f32 = 14.0;
/// Around everything.
pub const MARGIN: f32 = 28.0;
/// Letters of headings above a part, and of the key.
pub const SMALL: f32 = 24.0;
/// Letters of the title.
pub const LARGE: f32 = 36.0;
/// Between two lines that run side by side.
pub const TRACK: f32 = 20.0;
/// Between two lines that reach the same side of a box.
pub const PORT: f32 = 28.0;
/// Below the first line between two layers, and above the last one, where the arrowheads are.
pub const BELOW_TRACKS: f32 = 26.0;
/// See [`BELOW_TRACKS`].
pub const ABOVE_TRACKS: f32 = 36.0;
/// The least between two layers.
pub const BETWEEN_LAYERS: f32 = 58.0;

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
pub struct Area {
    /// Its left edge.
    pub x: f32,
    /// Its upper edge.
    pub y: f32,
    /// How wide it is.
    pub width: f32,
    /// How high it is.
    pub height: f32,
}

impl Area {
    /// Whether the two have more than an edge in common.
    pub fn meets(&self, other: &Area) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

/// The corners of a line, without points that are passed straight on or twice.
pub fn corners(points: &[Point]) -> Vec<Point> {
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
