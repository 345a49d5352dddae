//! Layout to SVG, with an opaque background that is legible on light and dark pages.

use std::fmt::Write as _;

use crate::diagram::geometry::{FONT_SIZE, LINE_HEIGHT, Point, remove_collinear_points};
use crate::diagram::graph::DiagramGraph;
use crate::diagram::layout::{EdgePath, Label, Layout, NodeBox};
use crate::diagram::text_metrics::{FONT_FAMILY, FontWeight};
use crate::model::document::Direction;

const BACKGROUND_COLOR: &str = "#f6f8fb";
const BORDER_COLOR: &str = "#c5cedb";
const TEXT_COLOR: &str = "#16202e";
const MUTED_TEXT_COLOR: &str = "#4a5a70";
const BOX_FILL_COLOR: &str = "#ffffff";
const BOX_BORDER_COLOR: &str = "#8494aa";
const ROUTE_COLOR: &str = "#1f6feb";
const ROUTE_TEXT_COLOR: &str = "#ffffff";
const UP_COLOR: &str = "#3d4d63";
const SIDEWAYS_COLOR: &str = "#0b7a5c";
const ENTRY_COLOR: &str = "#a0510d";

/// The radius of rounded corners of a line.
const CORNER_RADIUS: f32 = 12.0;
/// The length and half the width of an arrowhead.
const ARROWHEAD_SIZE: (f32, f32) = (15.0, 8.0);

/// Draws the layout of a graph.
pub(crate) fn to_svg(graph: &DiagramGraph, layout: &Layout) -> String {
    let (width, height) = (layout.width, layout.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"{FONT_FAMILY}, sans-serif\">\n"
    );
    let _ = writeln!(
        out,
        "<rect x=\"1\" y=\"1\" width=\"{}\" height=\"{}\" rx=\"20\" fill=\"{BACKGROUND_COLOR}\" stroke=\"{BORDER_COLOR}\" stroke-width=\"2\"/>",
        width - 2.0,
        height - 2.0
    );
    // The route is drawn last, so that no other line covers it.
    let (route, others): (Vec<&EdgePath>, Vec<&EdgePath>) = layout.edge_paths.iter().partition(|edge| edge.on_route);
    others.into_iter().chain(route).for_each(|edge| draw_edge(&mut out, edge));
    layout.boxes.iter().for_each(|node_box| draw_node_box(&mut out, node_box, graph.nodes[node_box.node].on_route));
    layout.labels.iter().for_each(|label| draw_label(&mut out, label));
    out.push_str("</svg>\n");
    out
}

fn draw_node_box(out: &mut String, node_box: &NodeBox, on_route: bool) {
    let rect = node_box.rect;
    let (fill, border, color, weight) = if on_route {
        (ROUTE_COLOR, ROUTE_COLOR, ROUTE_TEXT_COLOR, FontWeight::Bold)
    } else {
        (BOX_FILL_COLOR, BOX_BORDER_COLOR, TEXT_COLOR, FontWeight::Regular)
    };
    let _ = writeln!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"12\" fill=\"{fill}\" stroke=\"{border}\" stroke-width=\"2\"/>",
        rect.x, rect.y, rect.width, rect.height
    );
    let top = rect.y + (rect.height - node_box.lines.len() as f32 * LINE_HEIGHT) / 2.0;
    for (index, line) in node_box.lines.iter().enumerate() {
        // The baseline lies about a third of the font size below the middle of the line.
        let baseline = top + (index as f32 + 0.5) * LINE_HEIGHT + FONT_SIZE * 0.36;
        draw_text(
            out,
            (rect.x + rect.width / 2.0, baseline),
            (FONT_SIZE, weight, color, " text-anchor=\"middle\""),
            line,
        );
    }
}

fn draw_label(out: &mut String, label: &Label) {
    let color = if label.weight == FontWeight::Bold { TEXT_COLOR } else { MUTED_TEXT_COLOR };
    let baseline = label.rect.y + label.rect.height / 2.0 + label.font_size * 0.36;
    draw_text(out, (label.rect.x, baseline), (label.font_size, label.weight, color, ""), &label.text);
}

fn draw_text(
    out: &mut String,
    (x, y): (f32, f32),
    (size, weight, color, attributes): (f32, FontWeight, &str, &str),
    text: &str,
) {
    let weight = if weight == FontWeight::Bold { " font-weight=\"bold\"" } else { "" };
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // XML allows no control characters.
    let text: String = text.chars().filter(|character| !character.is_control()).collect();
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\"{weight} fill=\"{color}\"{attributes}>{text}</text>"
    );
}

fn draw_edge(out: &mut String, edge: &EdgePath) {
    let mut points = remove_collinear_points(&edge.points);
    if points.len() < 2 {
        return;
    }
    let (color, dashes) = match edge.direction {
        Direction::Up => (UP_COLOR, ""),
        Direction::Sideways => (SIDEWAYS_COLOR, " stroke-dasharray=\"11 7\""),
        Direction::Entry => (ENTRY_COLOR, " stroke-dasharray=\"1 9\" stroke-linecap=\"round\""),
    };
    let (color, width) = if edge.on_route { (ROUTE_COLOR, 6.0) } else { (color, 3.5) };
    // The line ends inside the arrowhead, not at its tip.
    let mut heads = vec![arrowhead(&mut points, edge.on_route)];
    if edge.bidirectional {
        points.reverse();
        heads.push(arrowhead(&mut points, edge.on_route));
        points.reverse();
    }
    let _ = writeln!(
        out,
        "<path d=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\"{dashes}/>",
        rounded_path(&points)
    );
    for corners in heads {
        let corners: Vec<String> = corners.iter().map(|point| format!("{},{}", point.x, point.y)).collect();
        let _ = writeln!(out, "<polygon points=\"{}\" fill=\"{color}\"/>", corners.join(" "));
    }
}

/// The unit vector from one point towards another, and their distance.
fn unit_vector(from: Point, to: Point) -> (f32, f32, f32) {
    let (x, y) = (to.x - from.x, to.y - from.y);
    let distance = x.hypot(y).max(f32::EPSILON);
    (x / distance, y / distance, distance)
}

/// Computes the corners of the arrowhead at the end of a line, and shortens the line to its base.
fn arrowhead(points: &mut [Point], bold: bool) -> [Point; 3] {
    let (length, half_width) = if bold { (ARROWHEAD_SIZE.0 + 3.0, ARROWHEAD_SIZE.1 + 3.0) } else { ARROWHEAD_SIZE };
    let (tip, from) = (points[points.len() - 1], points[points.len() - 2]);
    let (x, y, distance) = unit_vector(from, tip);
    let length = length.min(distance);
    let base = Point::new(tip.x - x * length, tip.y - y * length);
    if let Some(last) = points.last_mut() {
        *last = Point::new(tip.x - x * (length - 1.0), tip.y - y * (length - 1.0));
    }
    [
        tip,
        Point::new(base.x - y * half_width, base.y + x * half_width),
        Point::new(base.x + y * half_width, base.y - x * half_width),
    ]
}

/// The SVG path data of a line with rounded corners.
fn rounded_path(points: &[Point]) -> String {
    let mut out = format!("M{} {}", points[0].x, points[0].y);
    for window in points.windows(3) {
        let [previous, corner, next] = [window[0], window[1], window[2]];
        let (back_x, back_y, back) = unit_vector(corner, previous);
        let (ahead_x, ahead_y, ahead) = unit_vector(corner, next);
        let radius = CORNER_RADIUS.min(back / 2.0).min(ahead / 2.0);
        let _ = write!(
            out,
            " L{:.1} {:.1} Q{} {} {:.1} {:.1}",
            corner.x + back_x * radius,
            corner.y + back_y * radius,
            corner.x,
            corner.y,
            corner.x + ahead_x * radius,
            corner.y + ahead_y * radius
        );
    }
    if let Some(last) = points.last() {
        let _ = write!(out, " L{} {}", last.x, last.y);
    }
    out
}
