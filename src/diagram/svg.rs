//! A sheet as SVG: a card with a background of its own, so that it can be read on a light and on a dark page.

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

/// How round the corners of a line are.
const CORNER_RADIUS: f32 = 12.0;
/// How long an arrowhead is, and half its width.
const ARROWHEAD_SIZE: (f32, f32) = (15.0, 8.0);

/// Draws a sheet of this sketch.
pub fn to_svg(sketch: &DiagramGraph, sheet: &Layout) -> String {
    let (width, height) = (sheet.width, sheet.height);
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
    let (route, others): (Vec<&EdgePath>, Vec<&EdgePath>) = sheet.edge_paths.iter().partition(|wire| wire.on_route);
    others.into_iter().chain(route).for_each(|wire| draw_edge(&mut out, wire));
    sheet.boxes.iter().for_each(|card| draw_node_box(&mut out, card, sketch.nodes[card.node].on_route));
    sheet.labels.iter().for_each(|label| draw_label(&mut out, label));
    out.push_str("</svg>\n");
    out
}

fn draw_node_box(out: &mut String, card: &NodeBox, on_route: bool) {
    let area = card.rect;
    let (fill, edge, ink, weight) = if on_route {
        (ROUTE_COLOR, ROUTE_COLOR, ROUTE_TEXT_COLOR, FontWeight::Bold)
    } else {
        (BOX_FILL_COLOR, BOX_BORDER_COLOR, TEXT_COLOR, FontWeight::Regular)
    };
    let _ = writeln!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"12\" fill=\"{fill}\" stroke=\"{edge}\" stroke-width=\"2\"/>",
        area.x, area.y, area.width, area.height
    );
    let first = area.y + (area.height - card.lines.len() as f32 * LINE_HEIGHT) / 2.0;
    for (at, line) in card.lines.iter().enumerate() {
        // A third of the letters' height above the middle of the line is where most of them stand.
        let base = first + (at as f32 + 0.5) * LINE_HEIGHT + FONT_SIZE * 0.36;
        draw_text(out, (area.x + area.width / 2.0, base), (FONT_SIZE, weight, ink, " text-anchor=\"middle\""), line);
    }
}

fn draw_label(out: &mut String, label: &Label) {
    let ink = if label.weight == FontWeight::Bold { TEXT_COLOR } else { MUTED_TEXT_COLOR };
    let base = label.rect.y + label.rect.height / 2.0 + label.font_size * 0.36;
    draw_text(out, (label.rect.x, base), (label.font_size, label.weight, ink, ""), &label.text);
}

fn draw_text(
    out: &mut String,
    (x, y): (f32, f32),
    (size, weight, ink, more): (f32, FontWeight, &str, &str),
    text: &str,
) {
    let weight = if weight == FontWeight::Bold { " font-weight=\"bold\"" } else { "" };
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // What cannot stand in XML at all cannot be seen either.
    let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\"{weight} fill=\"{ink}\"{more}>{text}</text>"
    );
}

fn draw_edge(out: &mut String, wire: &EdgePath) {
    let mut points = remove_collinear_points(&wire.points);
    if points.len() < 2 {
        return;
    }
    let (colour, dashes) = match wire.direction {
        Direction::Up => (UP_COLOR, ""),
        Direction::Sideways => (SIDEWAYS_COLOR, " stroke-dasharray=\"11 7\""),
        Direction::Entry => (ENTRY_COLOR, " stroke-dasharray=\"1 9\" stroke-linecap=\"round\""),
    };
    let (colour, width) = if wire.on_route { (ROUTE_COLOR, 6.0) } else { (colour, 3.5) };
    // The line ends inside the arrowhead, not at its point.
    let mut heads = vec![arrowhead(&mut points, wire.on_route)];
    if wire.bidirectional {
        points.reverse();
        heads.push(arrowhead(&mut points, wire.on_route));
        points.reverse();
    }
    let _ = writeln!(
        out,
        "<path d=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"{dashes}/>",
        rounded_path(&points)
    );
    for corners in heads {
        let corners: Vec<String> = corners.iter().map(|point| format!("{},{}", point.x, point.y)).collect();
        let _ = writeln!(out, "<polygon points=\"{}\" fill=\"{colour}\"/>", corners.join(" "));
    }
}

/// One unit from a point towards another.
fn unit_vector(from: Point, to: Point) -> (f32, f32, f32) {
    let (x, y) = (to.x - from.x, to.y - from.y);
    let length = x.hypot(y).max(f32::EPSILON);
    (x / length, y / length, length)
}

/// The corners of an arrowhead at the end of a line, which is shortened for it.
fn arrowhead(points: &mut [Point], bold: bool) -> [Point; 3] {
    let (long, half) = if bold { (ARROWHEAD_SIZE.0 + 3.0, ARROWHEAD_SIZE.1 + 3.0) } else { ARROWHEAD_SIZE };
    let (tip, before) = (points[points.len() - 1], points[points.len() - 2]);
    let (x, y, length) = unit_vector(before, tip);
    let long = long.min(length);
    let foot = Point::new(tip.x - x * long, tip.y - y * long);
    if let Some(last) = points.last_mut() {
        *last = Point::new(tip.x - x * (long - 1.0), tip.y - y * (long - 1.0));
    }
    [tip, Point::new(foot.x - y * half, foot.y + x * half), Point::new(foot.x + y * half, foot.y - x * half)]
}

/// A line with its corners rounded, as the data of a path.
fn rounded_path(points: &[Point]) -> String {
    let mut out = format!("M{} {}", points[0].x, points[0].y);
    for corner in points.windows(3) {
        let [before, at, after] = [corner[0], corner[1], corner[2]];
        let (back_x, back_y, back) = unit_vector(at, before);
        let (on_x, on_y, on) = unit_vector(at, after);
        let round = CORNER_RADIUS.min(back / 2.0).min(on / 2.0);
        let _ = write!(
            out,
            " L{:.1} {:.1} Q{} {} {:.1} {:.1}",
            at.x + back_x * round,
            at.y + back_y * round,
            at.x,
            at.y,
            at.x + on_x * round,
            at.y + on_y * round
        );
    }
    if let Some(last) = points.last() {
        let _ = write!(out, " L{} {}", last.x, last.y);
    }
    out
}
