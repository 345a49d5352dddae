//! A sheet: every box, line and heading of a picture with its place. No two boxes or texts have a place in common.

use crate::diagram::compaction::compact;
use crate::diagram::crossing_reduction::{Vertex, minimize_crossings};
use crate::diagram::edge_routing::{RoutingInput, route_edges};
use crate::diagram::geometry::{
    BOX_SPACING, DUMMY_HALF_WIDTH, FONT_SIZE, LINE_HEIGHT, MARGIN, MAX_LINE_WIDTH, MIN_BOX_WIDTH, PADDING_X, PADDING_Y,
    Point, Rect, SMALL_FONT_SIZE, TITLE_FONT_SIZE, remove_collinear_points,
};
use crate::diagram::graph::{DiagramEdge, DiagramGraph};
use crate::diagram::layering::{Layering, assign_layers, connected_components};
use crate::diagram::side_nodes::{SideNodes, place_side_nodes};
use crate::diagram::text_metrics::{FontWeight, TextMeasurer};
use crate::diagram::x_placement::{self, assign_x};
use crate::i18n::t;
use crate::model::document::Direction;

/// A picture that is this many times as high as wide is set in more columns.
const MAX_ASPECT_RATIO: f32 = 1.9;
/// Columns of boxes: as few as this, as a telephone is narrow; at most so many.
const COLUMN_RANGE: std::ops::RangeInclusive<usize> = 3..=8;
/// Between two parts.
const COMPONENT_SPACING: f32 = 48.0;
/// Above a part, where its family is named.
const COMPONENT_HEADING_HEIGHT: f32 = 44.0;
/// Below the title.
const TITLE_MARGIN_BOTTOM: f32 = 22.0;
/// How long the sample of a line in the key is, and what is free behind it.
const LEGEND_SAMPLE: (f32, f32) = (56.0, 12.0);

/// A box with a role's title in it.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeBox {
    /// The role, by position in the sketch.
    pub node: usize,
    /// Where the box is.
    pub rect: Rect,
    /// The title's lines.
    pub lines: Vec<String>,
}

/// The line of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgePath {
    /// Its corners, from start to end.
    pub points: Vec<Point>,
    /// What kind of step it is.
    pub direction: Direction,
    /// It has an arrowhead at its start too.
    pub bidirectional: bool,
    /// It lies on the route to follow.
    pub on_route: bool,
}

/// A text outside of boxes.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where it is.
    pub rect: Rect,
    /// What it says; one line.
    pub text: String,
    /// How large its letters are.
    pub font_size: f32,
    /// How thick they are.
    pub weight: FontWeight,
}

/// A picture, laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// How wide it is.
    pub width: f32,
    /// How high it is.
    pub height: f32,
    /// The boxes.
    pub boxes: Vec<NodeBox>,
    /// The lines; those of the key as well.
    pub edge_paths: Vec<EdgePath>,
    /// The texts outside of boxes.
    pub labels: Vec<Label>,
}

/// Lays out a sketch.
pub fn lay_out(sketch: &DiagramGraph) -> Layout {
    let (regular, bold) =
        (TextMeasurer::new(FONT_SIZE, FontWeight::Regular), TextMeasurer::new(FONT_SIZE, FontWeight::Bold));
    let mut boxes = BoxSizes { lines: Vec::new(), width: MIN_BOX_WIDTH };
    for role in &sketch.nodes {
        let ruler = if role.on_route { &bold } else { &regular };
        let lines = ruler.wrap(&role.title, MAX_LINE_WIDTH);
        let widest = lines.iter().map(|line| ruler.width(line)).fold(0.0, f32::max);
        boxes.width = boxes.width.max((widest + 2.0 * PADDING_X).ceil());
        boxes.lines.push(lines);
    }
    let mut sheet = Layout::default();
    for columns in COLUMN_RANGE {
        sheet = lay_out_with_columns(sketch, &boxes, columns);
        if sheet.height <= MAX_ASPECT_RATIO * sheet.width {
            break;
        }
    }
    sheet
}

/// What is known of the boxes before they have a place.
struct BoxSizes {
    lines: Vec<Vec<String>>,
    width: f32,
}

impl BoxSizes {
    fn height(&self, role: usize) -> f32 {
        self.lines[role].len().max(1) as f32 * LINE_HEIGHT + 2.0 * PADDING_Y
    }

    fn node_box(&self, role: usize, x: f32, y: f32) -> NodeBox {
        let area = Rect { x: x.round(), y: y.round(), width: self.width, height: self.height(role) };
        NodeBox { node: role, rect: area, lines: self.lines[role].clone() }
    }

    fn row_width(&self, columns: usize) -> f32 {
        columns as f32 * (self.width + BOX_SPACING) - BOX_SPACING
    }
}

/// Sets the whole picture with so many columns.
fn lay_out_with_columns(sketch: &DiagramGraph, boxes: &BoxSizes, columns: usize) -> Layout {
    let (mut connected, alone) = connected_components(sketch);
    connected.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let several = connected.len() > 1;
    let mut parts: Vec<Layout> = connected
        .iter()
        .map(|roles| {
            with_heading(
                lay_out_component(sketch, boxes, roles, columns),
                family_heading(sketch, roles).filter(|_| several),
            )
        })
        .collect();
    // The title and the key want some room, however small the ladder is.
    let least = boxes.row_width(if several { columns } else { 2 });
    let widest = parts.iter().map(|part| part.width).fold(least, f32::max);
    let indent = if several { 0.0 } else { parts.first().map_or(0.0, |part| ((widest - part.width) / 2.0).floor()) };
    if !alone.is_empty() {
        let heading = if connected.is_empty() { None } else { Some(t!(sketch.language, "picture-idle")) };
        parts.push(with_heading(lay_out_grid(boxes, &alone, widest - indent), heading));
    }
    let mut sheet = Layout::default();
    let mut y = add_title(&mut sheet, &sketch.title, widest) + MARGIN;
    // Parts go side by side while there is room.
    let mut rest = parts.into_iter().peekable();
    while let Some(first) = rest.next() {
        let mut row = vec![first];
        let mut taken = row[0].width;
        while let Some(next) = rest.next_if(|next| taken + COMPONENT_SPACING + next.width <= widest) {
            taken += COMPONENT_SPACING + next.width;
            row.push(next);
        }
        let height = row.iter().map(|part| part.height).fold(0.0, f32::max);
        let mut x = MARGIN + indent;
        for part in row {
            let step = part.width + COMPONENT_SPACING;
            sheet.append(part, x, y);
            x += step;
        }
        y += height + COMPONENT_SPACING;
    }
    sheet.width = (widest + 2.0 * MARGIN).ceil();
    sheet.height = (y - COMPONENT_SPACING + MARGIN).ceil();
    add_legend(&mut sheet, sketch);
    sheet
}

/// The families that these belong to, in the order of the roles.
fn family_heading(sketch: &DiagramGraph, roles: &[usize]) -> Option<String> {
    let mut families: Vec<&str> = roles.iter().filter_map(|role| sketch.nodes[*role].family.as_deref()).collect();
    families.dedup();
    (!families.is_empty()).then(|| families.join(", "))
}

/// The title on top; gives how high it is.
fn add_title(sheet: &mut Layout, title: &str, widest: f32) -> f32 {
    let ruler = TextMeasurer::new(TITLE_FONT_SIZE, FontWeight::Bold);
    let mut y = 0.0;
    let whole = title.replace('\n', " ");
    let fits = ruler.width(&whole) <= widest;
    let parts = if fits { whole.as_str() } else { title };
    for text in parts.lines().flat_map(|part| ruler.wrap(part, widest)) {
        let area = Rect {
            x: MARGIN,
            y: MARGIN + y,
            width: ruler.width(&text).ceil(),
            height: (TITLE_FONT_SIZE * 1.3).round(),
        };
        y += area.height;
        sheet.labels.push(Label { rect: area, text, font_size: TITLE_FONT_SIZE, weight: FontWeight::Bold });
    }
    y + TITLE_MARGIN_BOTTOM
}

/// A part below its heading.
fn with_heading(part: Layout, heading: Option<String>) -> Layout {
    let Some(text) = heading else { return part };
    let ruler = TextMeasurer::new(SMALL_FONT_SIZE, FontWeight::Bold);
    let lines = ruler.wrap(&text, part.width.max(MAX_LINE_WIDTH));
    let line = (SMALL_FONT_SIZE * 1.3).round();
    let below = COMPONENT_HEADING_HEIGHT + line * lines.len().saturating_sub(1) as f32;
    let mut out = Layout { width: part.width, height: part.height + below, ..Layout::default() };
    for (at, text) in lines.into_iter().enumerate() {
        let area = Rect { x: 0.0, y: line * at as f32, width: ruler.width(&text), height: line };
        out.width = out.width.max(area.width);
        out.labels.push(Label { rect: area, text, font_size: SMALL_FONT_SIZE, weight: FontWeight::Bold });
    }
    out.append(part, 0.0, below);
    out
}

/// Roles without steps, row by row.
fn lay_out_grid(boxes: &BoxSizes, roles: &[usize], widest: f32) -> Layout {
    let columns = (((widest + BOX_SPACING) / (boxes.width + BOX_SPACING)).floor() as usize).clamp(1, roles.len());
    let mut sheet = Layout { width: boxes.row_width(columns), ..Layout::default() };
    let mut y = 0.0;
    for row in roles.chunks(columns) {
        let height = row.iter().map(|role| boxes.height(*role)).fold(0.0, f32::max);
        for (column, role) in row.iter().enumerate() {
            let x = column as f32 * (boxes.width + BOX_SPACING);
            sheet.boxes.push(boxes.node_box(*role, x, y + (height - boxes.height(*role)) / 2.0));
        }
        sheet.height = y + height;
        y += height + BOX_SPACING / 1.5;
    }
    sheet
}

/// One connected part, layer above layer.
fn lay_out_component(sketch: &DiagramGraph, boxes: &BoxSizes, roles: &[usize], columns: usize) -> Layout {
    let layered = assign_layers(sketch, roles, columns);
    let ordered = minimize_crossings(sketch, &layered);
    let half = boxes.width / 2.0;
    let stacks: Vec<SideNodes> = place_all_side_nodes(&layered, boxes);
    let reach: Vec<x_placement::Extent> = ordered
        .vertices
        .iter()
        .map(|node| match node {
            Vertex::Group(item) => {
                x_placement::Extent { left: half + BOX_SPACING / 2.0, right: stacks[*item].right + BOX_SPACING / 2.0 }
            }
            Vertex::Dummy(_) => x_placement::Extent { left: DUMMY_HALF_WIDTH, right: DUMMY_HALF_WIDTH },
        })
        .collect();
    let middles = assign_x(&ordered, &reach);
    let heights: Vec<f32> = layered.groups.iter().map(|item| boxes.height(item.node)).collect();
    let mut tall = vec![(0.0_f32, 0.0_f32); ordered.layers.len()];
    for (item, layer) in layered.layer_of.iter().enumerate() {
        let half = heights[item] / 2.0;
        tall[*layer].0 = tall[*layer].0.max(half).max(stacks[item].up);
        tall[*layer].1 = tall[*layer].1.max(half).max(stacks[item].down);
    }
    let accompanied: Vec<bool> = layered.groups.iter().map(|item| !item.side_nodes.is_empty()).collect();
    let wiring = route_edges(&RoutingInput {
        layer_order: &ordered,
        centers_x: &middles,
        layer_of: &layered.layer_of,
        box_heights: &heights,
        has_side_nodes: &accompanied,
        layer_extents: &tall,
        box_width: boxes.width,
    });
    let mut sheet = Layout { height: wiring.height, ..Layout::default() };
    for (at, item) in layered.groups.iter().enumerate() {
        let (x, y) = (middles[at], wiring.layer_centers_y[layered.layer_of[at]]);
        sheet.boxes.push(boxes.node_box(item.node, x - half, y - heights[at] / 2.0));
        let stack = &stacks[at];
        for ((role, step), (area, line)) in item.side_nodes.iter().zip(stack.rects.iter().zip(&stack.paths)) {
            sheet.boxes.push(boxes.node_box(*role, x + area.x, y + area.y));
            let points = line.iter().map(|point| Point::new(x + point.x, y + point.y)).collect();
            sheet.edge_paths.push(to_edge_path(&sketch.edges[*step], points));
        }
    }
    sheet.edge_paths.extend(wiring.paths.into_iter().map(|(step, points)| to_edge_path(&sketch.edges[step], points)));
    let cuts: Vec<f32> =
        (1..tall.len()).rev().map(|layer| wiring.layer_centers_y[layer] + tall[layer].1 + 1.0).collect();
    let mut areas: Vec<Rect> = sheet.boxes.iter().map(|card| card.rect).collect();
    let mut lines: Vec<Vec<Point>> = sheet.edge_paths.iter().map(|wire| wire.points.clone()).collect();
    compact(&mut areas, &mut lines, &cuts);
    sheet.boxes.iter_mut().zip(areas).for_each(|(card, area)| card.rect = area);
    sheet.edge_paths.iter_mut().zip(lines).for_each(|(wire, points)| wire.points = points);
    sheet.height = sheet.boxes.iter().map(|card| card.rect.y + card.rect.height).fold(0.0, f32::max);
    // The space that is kept free at the left edge is not part of it.
    let left = sheet.leftmost();
    let mut out = Layout { height: sheet.height, ..Layout::default() };
    out.append(sheet, -left, 0.0);
    out.width = out.rightmost();
    out
}

fn place_all_side_nodes(layered: &Layering, boxes: &BoxSizes) -> Vec<SideNodes> {
    let stack = |item: &crate::diagram::layering::NodeGroup| {
        let heights: Vec<f32> = item.side_nodes.iter().map(|(role, _)| boxes.height(*role)).collect();
        place_side_nodes(&heights, item.side_columns(), boxes.width)
    };
    layered.groups.iter().map(stack).collect()
}

fn to_edge_path(step: &DiagramEdge, points: Vec<Point>) -> EdgePath {
    let points: Vec<Point> = points.iter().map(|point| Point::new(point.x.round(), point.y.round())).collect();
    let points = remove_collinear_points(&points);
    EdgePath { points, direction: step.direction, bidirectional: step.bidirectional, on_route: step.on_route }
}

/// What the lines mean, where they do not all mean the same.
fn add_legend(sheet: &mut Layout, sketch: &DiagramGraph) {
    let kinds = [
        (Direction::Up, t!(sketch.language, "legend-up")),
        (Direction::Sideways, t!(sketch.language, "legend-sideways")),
        (Direction::Entry, t!(sketch.language, "legend-entry")),
    ];
    let there = |kind: &(Direction, String)| sketch.edges.iter().any(|step| step.direction == kind.0);
    let kinds: Vec<(Direction, String)> = kinds.into_iter().filter(there).collect();
    if kinds.iter().all(|(kind, _)| *kind == Direction::Up) {
        return;
    }
    let ruler = TextMeasurer::new(SMALL_FONT_SIZE, FontWeight::Regular);
    let line = (SMALL_FONT_SIZE * 1.6).round();
    let (mut x, mut y) = (MARGIN, sheet.height + 4.0);
    for (direction, text) in kinds {
        let width = ruler.width(&text).ceil();
        if x > MARGIN && x + LEGEND_SAMPLE.0 + LEGEND_SAMPLE.1 + width > sheet.width - MARGIN {
            (x, y) = (MARGIN, y + line);
        }
        let middle = (y + line / 2.0).round();
        let points = vec![Point::new(x, middle), Point::new(x + LEGEND_SAMPLE.0, middle)];
        sheet.edge_paths.push(EdgePath { points, direction, bidirectional: false, on_route: false });
        let area = Rect {
            x: x + LEGEND_SAMPLE.0 + LEGEND_SAMPLE.1,
            y: y + line / 2.0 - SMALL_FONT_SIZE * 0.65,
            width,
            height: SMALL_FONT_SIZE * 1.3,
        };
        sheet.labels.push(Label { rect: area, text, font_size: SMALL_FONT_SIZE, weight: FontWeight::Regular });
        x += LEGEND_SAMPLE.0 + LEGEND_SAMPLE.1 + width + BOX_SPACING;
        sheet.width = sheet.width.max(x - BOX_SPACING + MARGIN).ceil();
    }
    sheet.height = (y + line + MARGIN / 1.5).ceil();
}

impl Layout {
    /// Puts all of another sheet into this one.
    fn append(&mut self, other: Layout, x: f32, y: f32) {
        let moved = |area: Rect| Rect { x: area.x + x, y: area.y + y, ..area };
        self.boxes.extend(other.boxes.into_iter().map(|card| NodeBox { rect: moved(card.rect), ..card }));
        self.labels.extend(other.labels.into_iter().map(|label| Label { rect: moved(label.rect), ..label }));
        self.edge_paths.extend(other.edge_paths.into_iter().map(|wire| {
            let points = wire.points.iter().map(|point| Point::new(point.x + x, point.y + y)).collect();
            EdgePath { points, ..wire }
        }));
    }

    fn x_extents(&self) -> impl Iterator<Item = (f32, f32)> {
        let cards = self.boxes.iter().map(|card| (card.rect.x, card.rect.x + card.rect.width));
        cards.chain(
            self.edge_paths.iter().flat_map(|wire| wire.points.iter().map(|point| (point.x - 8.0, point.x + 8.0))),
        )
    }

    fn leftmost(&self) -> f32 {
        self.x_extents().map(|(left, _)| left).fold(f32::MAX, f32::min)
    }

    fn rightmost(&self) -> f32 {
        self.x_extents().map(|(_, right)| right).fold(0.0, f32::max)
    }
}
