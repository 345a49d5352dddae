//! The layout of a diagram: coordinates of every box, line and label. Boxes and labels do not overlap.

use crate::diagram::compaction::compact;
use crate::diagram::crossing_reduction::{Vertex, minimize_crossings};
use crate::diagram::edge_routing::{RoutingInput, route_edges};
use crate::diagram::geometry::{
    BOX_SPACING, DUMMY_HALF_WIDTH, FONT_SIZE, LINE_HEIGHT, MARGIN, MAX_LINE_WIDTH, MIN_BOX_WIDTH, PADDING_X, PADDING_Y,
    Point, Rect, SMALL_FONT_SIZE, TITLE_FONT_SIZE, remove_collinear_points,
};
use crate::diagram::graph::{DiagramEdge, DiagramGraph};
use crate::diagram::layering::{assign_layers, connected_components};
use crate::diagram::side_nodes::{SideNodes, place_side_nodes};
use crate::diagram::text_metrics::{FontWeight, TextMeasurer};
use crate::diagram::x_placement::{Extent, assign_x};
use crate::i18n::t;
use crate::model::document::Direction;

/// The largest height divided by width; a higher layout is retried with more columns.
const MAX_ASPECT_RATIO: f32 = 1.9;
/// The numbers of columns to try, from the one that suits a phone.
const COLUMN_RANGE: std::ops::RangeInclusive<usize> = 3..=8;
/// The space between two components.
const COMPONENT_SPACING: f32 = 48.0;
/// The height of a component's heading of one line.
const COMPONENT_HEADING_HEIGHT: f32 = 44.0;
/// The space below the title.
const TITLE_MARGIN_BOTTOM: f32 = 22.0;
/// The length of a sample line in the legend, and the space behind it.
const LEGEND_SAMPLE: (f32, f32) = (56.0, 12.0);

/// A box with the title of a role.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeBox {
    /// The index of the node in the graph.
    pub node: usize,
    /// The area of the box.
    pub rect: Rect,
    /// The lines of the title.
    pub lines: Vec<String>,
}

/// The line of an edge.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgePath {
    /// The corners, from source to target.
    pub points: Vec<Point>,
    /// The kind of step.
    pub(crate) direction: Direction,
    /// Whether there is an arrowhead at the source too.
    pub(crate) bidirectional: bool,
    /// Whether the edge lies on the highlighted route.
    pub on_route: bool,
}

/// A line of text outside the boxes.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// The area of the text.
    pub rect: Rect,
    /// The text.
    pub(crate) text: String,
    /// The font size.
    pub(crate) font_size: f32,
    /// The font weight.
    pub(crate) weight: FontWeight,
}

/// A diagram with coordinates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The width.
    pub width: f32,
    /// The height.
    pub height: f32,
    /// The boxes.
    pub boxes: Vec<NodeBox>,
    /// The lines, including those of the legend.
    pub edge_paths: Vec<EdgePath>,
    /// The texts outside the boxes.
    pub labels: Vec<Label>,
}

/// Lays out a graph.
pub fn lay_out(graph: &DiagramGraph) -> Layout {
    let (regular, bold) =
        (TextMeasurer::new(FONT_SIZE, FontWeight::Regular), TextMeasurer::new(FONT_SIZE, FontWeight::Bold));
    let mut boxes = BoxSizes { lines: Vec::new(), width: MIN_BOX_WIDTH };
    for node in &graph.nodes {
        let measurer = if node.on_route { &bold } else { &regular };
        let lines = measurer.wrap(&node.title, MAX_LINE_WIDTH);
        let max_width = lines.iter().map(|line| measurer.width(line)).fold(0.0, f32::max);
        boxes.width = boxes.width.max((max_width + 2.0 * PADDING_X).ceil());
        boxes.lines.push(lines);
    }
    let mut layout = Layout::default();
    for columns in COLUMN_RANGE {
        layout = lay_out_with_columns(graph, &boxes, columns);
        if layout.height <= MAX_ASPECT_RATIO * layout.width {
            break;
        }
    }
    layout
}

/// The title lines of each box, and the width of all boxes.
struct BoxSizes {
    lines: Vec<Vec<String>>,
    width: f32,
}

impl BoxSizes {
    fn height(&self, node: usize) -> f32 {
        self.lines[node].len().max(1) as f32 * LINE_HEIGHT + 2.0 * PADDING_Y
    }

    fn node_box(&self, node: usize, x: f32, y: f32) -> NodeBox {
        let rect = Rect { x: x.round(), y: y.round(), width: self.width, height: self.height(node) };
        NodeBox { node, rect, lines: self.lines[node].clone() }
    }

    fn row_width(&self, columns: usize) -> f32 {
        columns as f32 * (self.width + BOX_SPACING) - BOX_SPACING
    }
}

/// Lays out the diagram with at most this many columns of boxes.
fn lay_out_with_columns(graph: &DiagramGraph, boxes: &BoxSizes, columns: usize) -> Layout {
    let (mut connected, isolated) = connected_components(graph);
    connected.sort_by_key(|component| std::cmp::Reverse(component.len()));
    let multiple = connected.len() > 1;
    let mut components: Vec<Layout> = connected
        .iter()
        .map(|nodes| {
            with_heading(
                lay_out_component(graph, boxes, nodes, columns),
                family_heading(graph, nodes).filter(|_| multiple),
            )
        })
        .collect();
    // A small diagram still has to hold the title and the legend.
    let min_width = boxes.row_width(if multiple { columns } else { 2 });
    let max_width = components.iter().map(|component| component.width).fold(min_width, f32::max);
    let indent = if multiple {
        0.0
    } else {
        components.first().map_or(0.0, |component| ((max_width - component.width) / 2.0).floor())
    };
    if !isolated.is_empty() {
        let heading = if connected.is_empty() { None } else { Some(t!(graph.language, "picture-idle")) };
        components.push(with_heading(lay_out_grid(boxes, &isolated, max_width - indent), heading));
    }
    let mut layout = Layout::default();
    let mut y = add_title(&mut layout, &graph.title, max_width) + MARGIN;
    // As many components side by side as fit.
    let mut remaining = components.into_iter().peekable();
    while let Some(first) = remaining.next() {
        let mut row = vec![first];
        let mut row_width = row[0].width;
        while let Some(next) = remaining.next_if(|next| row_width + COMPONENT_SPACING + next.width <= max_width) {
            row_width += COMPONENT_SPACING + next.width;
            row.push(next);
        }
        let height = row.iter().map(|component| component.height).fold(0.0, f32::max);
        let mut x = MARGIN + indent;
        for component in row {
            let step = component.width + COMPONENT_SPACING;
            layout.append(component, x, y);
            x += step;
        }
        y += height + COMPONENT_SPACING;
    }
    layout.width = (max_width + 2.0 * MARGIN).ceil();
    layout.height = (y - COMPONENT_SPACING + MARGIN).ceil();
    add_legend(&mut layout, graph);
    layout
}

/// The families of these nodes, in their order.
fn family_heading(graph: &DiagramGraph, nodes: &[usize]) -> Option<String> {
    let mut families: Vec<&str> = nodes.iter().filter_map(|node| graph.nodes[*node].family.as_deref()).collect();
    families.dedup();
    (!families.is_empty()).then(|| families.join(", "))
}

/// Adds the title; gives its height.
fn add_title(layout: &mut Layout, title: &str, max_width: f32) -> f32 {
    let measurer = TextMeasurer::new(TITLE_FONT_SIZE, FontWeight::Bold);
    let mut y = 0.0;
    let single_line = title.replace('\n', " ");
    let fits = measurer.width(&single_line) <= max_width;
    let text = if fits { single_line.as_str() } else { title };
    for text in text.lines().flat_map(|line| measurer.wrap(line, max_width)) {
        let rect = Rect {
            x: MARGIN,
            y: MARGIN + y,
            width: measurer.width(&text).ceil(),
            height: (TITLE_FONT_SIZE * 1.3).round(),
        };
        y += rect.height;
        layout.labels.push(Label { rect, text, font_size: TITLE_FONT_SIZE, weight: FontWeight::Bold });
    }
    y + TITLE_MARGIN_BOTTOM
}

/// Puts a heading above a component.
fn with_heading(component: Layout, heading: Option<String>) -> Layout {
    let Some(text) = heading else { return component };
    let measurer = TextMeasurer::new(SMALL_FONT_SIZE, FontWeight::Bold);
    let lines = measurer.wrap(&text, component.width.max(MAX_LINE_WIDTH));
    let line_height = (SMALL_FONT_SIZE * 1.3).round();
    let offset = COMPONENT_HEADING_HEIGHT + line_height * lines.len().saturating_sub(1) as f32;
    let mut out = Layout { width: component.width, height: component.height + offset, ..Layout::default() };
    for (index, text) in lines.into_iter().enumerate() {
        let rect = Rect { x: 0.0, y: line_height * index as f32, width: measurer.width(&text), height: line_height };
        out.width = out.width.max(rect.width);
        out.labels.push(Label { rect, text, font_size: SMALL_FONT_SIZE, weight: FontWeight::Bold });
    }
    out.append(component, 0.0, offset);
    out
}

/// Lays out isolated nodes, row by row.
fn lay_out_grid(boxes: &BoxSizes, nodes: &[usize], max_width: f32) -> Layout {
    let columns = (((max_width + BOX_SPACING) / (boxes.width + BOX_SPACING)).floor() as usize).clamp(1, nodes.len());
    let mut layout = Layout { width: boxes.row_width(columns), ..Layout::default() };
    let mut y = 0.0;
    for row in nodes.chunks(columns) {
        let height = row.iter().map(|node| boxes.height(*node)).fold(0.0, f32::max);
        for (column, node) in row.iter().enumerate() {
            let x = column as f32 * (boxes.width + BOX_SPACING);
            layout.boxes.push(boxes.node_box(*node, x, y + (height - boxes.height(*node)) / 2.0));
        }
        layout.height = y + height;
        y += height + BOX_SPACING / 1.5;
    }
    layout
}

/// Lays out one connected component in layers.
fn lay_out_component(graph: &DiagramGraph, boxes: &BoxSizes, nodes: &[usize], columns: usize) -> Layout {
    let layering = assign_layers(graph, nodes, columns);
    let order = minimize_crossings(graph, &layering);
    let half = boxes.width / 2.0;
    let side_nodes_of: Vec<SideNodes> = layering
        .groups
        .iter()
        .map(|group| {
            let heights: Vec<f32> = group.side_nodes.iter().map(|(node, _)| boxes.height(*node)).collect();
            place_side_nodes(&heights, group.side_columns(), boxes.width)
        })
        .collect();
    let extents: Vec<Extent> = order
        .vertices
        .iter()
        .map(|node| match node {
            Vertex::Group(group) => {
                Extent { left: half + BOX_SPACING / 2.0, right: side_nodes_of[*group].right + BOX_SPACING / 2.0 }
            }
            Vertex::Dummy(_) => Extent { left: DUMMY_HALF_WIDTH, right: DUMMY_HALF_WIDTH },
        })
        .collect();
    let centers_x = assign_x(&order, &extents);
    let heights: Vec<f32> = layering.groups.iter().map(|group| boxes.height(group.node)).collect();
    let mut layer_extents = vec![(0.0_f32, 0.0_f32); order.layers.len()];
    for (group, layer) in layering.layer_of.iter().enumerate() {
        let half = heights[group] / 2.0;
        layer_extents[*layer].0 = layer_extents[*layer].0.max(half).max(side_nodes_of[group].up);
        layer_extents[*layer].1 = layer_extents[*layer].1.max(half).max(side_nodes_of[group].down);
    }
    let has_side_nodes: Vec<bool> = layering.groups.iter().map(|group| !group.side_nodes.is_empty()).collect();
    let routed = route_edges(&RoutingInput {
        layer_order: &order,
        centers_x: &centers_x,
        layer_of: &layering.layer_of,
        box_heights: &heights,
        has_side_nodes: &has_side_nodes,
        layer_extents: &layer_extents,
        box_width: boxes.width,
    });
    let mut layout = Layout::default();
    for (index, group) in layering.groups.iter().enumerate() {
        let (x, y) = (centers_x[index], routed.layer_centers_y[layering.layer_of[index]]);
        layout.boxes.push(boxes.node_box(group.node, x - half, y - heights[index] / 2.0));
        let side_nodes = &side_nodes_of[index];
        for ((node, edge), (rect, path)) in group.side_nodes.iter().zip(side_nodes.rects.iter().zip(&side_nodes.paths))
        {
            layout.boxes.push(boxes.node_box(*node, x + rect.x, y + rect.y));
            let points = path.iter().map(|point| Point::new(x + point.x, y + point.y)).collect();
            layout.edge_paths.push(to_edge_path(&graph.edges[*edge], points));
        }
    }
    layout.edge_paths.extend(routed.paths.into_iter().map(|(edge, points)| to_edge_path(&graph.edges[edge], points)));
    let cuts: Vec<f32> = (1..layer_extents.len())
        .rev()
        .map(|layer| routed.layer_centers_y[layer] + layer_extents[layer].1 + 1.0)
        .collect();
    let mut rects: Vec<Rect> = layout.boxes.iter().map(|node_box| node_box.rect).collect();
    let mut paths: Vec<Vec<Point>> = layout.edge_paths.iter().map(|path| path.points.clone()).collect();
    compact(&mut rects, &mut paths, &cuts);
    layout.boxes.iter_mut().zip(rects).for_each(|(node_box, rect)| node_box.rect = rect);
    layout.edge_paths.iter_mut().zip(paths).for_each(|(path, points)| path.points = points);
    let height = layout.boxes.iter().map(|node_box| node_box.rect.y + node_box.rect.height).fold(0.0, f32::max);
    // Drops the free space at the left edge.
    let left = layout.leftmost();
    let mut out = Layout { height, ..Layout::default() };
    out.append(layout, -left, 0.0);
    out.width = out.rightmost();
    out
}

fn to_edge_path(edge: &DiagramEdge, points: Vec<Point>) -> EdgePath {
    let points: Vec<Point> = points.iter().map(|point| Point::new(point.x.round(), point.y.round())).collect();
    let points = remove_collinear_points(&points);
    EdgePath { points, direction: edge.direction, bidirectional: edge.bidirectional, on_route: edge.on_route }
}

/// Adds the legend, unless all edges are steps up.
fn add_legend(layout: &mut Layout, graph: &DiagramGraph) {
    let entries = [
        (Direction::Up, t!(graph.language, "legend-up")),
        (Direction::Sideways, t!(graph.language, "legend-sideways")),
        (Direction::Entry, t!(graph.language, "legend-entry")),
    ];
    let is_used = |entry: &(Direction, String)| graph.edges.iter().any(|edge| edge.direction == entry.0);
    let entries: Vec<(Direction, String)> = entries.into_iter().filter(is_used).collect();
    if entries.iter().all(|(direction, _)| *direction == Direction::Up) {
        return;
    }
    let measurer = TextMeasurer::new(SMALL_FONT_SIZE, FontWeight::Regular);
    let line_height = (SMALL_FONT_SIZE * 1.6).round();
    let (mut x, mut y) = (MARGIN, layout.height + 4.0);
    for (direction, text) in entries {
        let width = measurer.width(&text).ceil();
        if x > MARGIN && x + LEGEND_SAMPLE.0 + LEGEND_SAMPLE.1 + width > layout.width - MARGIN {
            (x, y) = (MARGIN, y + line_height);
        }
        let center_y = (y + line_height / 2.0).round();
        let points = vec![Point::new(x, center_y), Point::new(x + LEGEND_SAMPLE.0, center_y)];
        layout.edge_paths.push(EdgePath { points, direction, bidirectional: false, on_route: false });
        let rect = Rect {
            x: x + LEGEND_SAMPLE.0 + LEGEND_SAMPLE.1,
            y: y + line_height / 2.0 - SMALL_FONT_SIZE * 0.65,
            width,
            height: SMALL_FONT_SIZE * 1.3,
        };
        layout.labels.push(Label { rect, text, font_size: SMALL_FONT_SIZE, weight: FontWeight::Regular });
        x += LEGEND_SAMPLE.0 + LEGEND_SAMPLE.1 + width + BOX_SPACING;
        layout.width = layout.width.max(x - BOX_SPACING + MARGIN).ceil();
    }
    layout.height = (y + line_height + MARGIN / 1.5).ceil();
}

impl Layout {
    /// Adds everything from another layout, shifted by x and y.
    fn append(&mut self, other: Layout, x: f32, y: f32) {
        let shifted = |rect: Rect| Rect { x: rect.x + x, y: rect.y + y, ..rect };
        self.boxes.extend(other.boxes.into_iter().map(|node_box| NodeBox { rect: shifted(node_box.rect), ..node_box }));
        self.labels.extend(other.labels.into_iter().map(|label| Label { rect: shifted(label.rect), ..label }));
        self.edge_paths.extend(other.edge_paths.into_iter().map(|path| {
            let points = path.points.iter().map(|point| Point::new(point.x + x, point.y + y)).collect();
            EdgePath { points, ..path }
        }));
    }

    /// The left and right ends of all boxes and lines.
    fn x_extents(&self) -> impl Iterator<Item = (f32, f32)> {
        let boxes = self.boxes.iter().map(|node_box| (node_box.rect.x, node_box.rect.x + node_box.rect.width));
        boxes.chain(
            self.edge_paths.iter().flat_map(|path| path.points.iter().map(|point| (point.x - 8.0, point.x + 8.0))),
        )
    }

    fn leftmost(&self) -> f32 {
        self.x_extents().map(|(left, _)| left).fold(f32::MAX, f32::min)
    }

    fn rightmost(&self) -> f32 {
        self.x_extents().map(|(_, right)| right).fold(0.0, f32::max)
    }
}
