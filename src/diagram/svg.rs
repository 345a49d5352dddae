//! A sheet as SVG: a card with a background of its own, so that it can be read on a light and on a dark page.

use std::fmt::Write as _;

use crate::corpus::front_matter::Direction;
use crate::diagram::geometry::{LETTERS, LINE, Point, corners};
use crate::diagram::graph::Sketch;
use crate::diagram::layout::{Card, Label, Sheet, Wire};
use crate::diagram::text_metrics::{FAMILY, Weight};

const PAPER: &str = "#f6f8fb";
const EDGE: &str = "#c5cedb";
const INK: &str = "#16202e";
const FAINT: &str = "#4a5a70";
const BOX: &str = "#ffffff";
const BOX_EDGE: &str = "#8494aa";
const ROUTE: &str = "#1f6feb";
const ON_ROUTE: &str = "#ffffff";
const UP: &str = "#3d4d63";
const SIDEWAYS: &str = "#0b7a5c";
const ENTRY: &str = "#a0510d";

/// How round the corners of a line are.
const ROUND: f32 = 12.0;
/// How long an arrowhead is, and half its width.
const HEAD: (f32, f32) = (15.0, 8.0);

/// Draws a sheet of this sketch.
pub fn draw(sketch: &Sketch, sheet: &Sheet) -> String {
    let (width, height) = (sheet.width, sheet.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"{FAMILY}, sans-serif\">\n"
    );
    let _ = writeln!(
        out,
        "<rect x=\"1\" y=\"1\" width=\"{}\" height=\"{}\" rx=\"20\" fill=\"{PAPER}\" stroke=\"{EDGE}\" stroke-width=\"2\"/>",
        width - 2.0,
        height - 2.0
    );
    // The route is drawn last, so that no other line covers it.
    let (route, others): (Vec<&Wire>, Vec<&Wire>) = sheet.wires.iter().partition(|wire| wire.on_route);
    others.into_iter().chain(route).for_each(|wire| draw_wire(&mut out, wire));
    sheet.cards.iter().for_each(|card| draw_card(&mut out, card, sketch.roles[card.role].on_route));
    sheet.labels.iter().for_each(|label| draw_label(&mut out, label));
    out.push_str("</svg>\n");
    out
}

fn draw_card(out: &mut String, card: &Card, on_route: bool) {
    let area = card.area;
    let (fill, edge, ink, weight) =
        if on_route { (ROUTE, ROUTE, ON_ROUTE, Weight::Bold) } else { (BOX, BOX_EDGE, INK, Weight::Regular) };
    let _ = writeln!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"12\" fill=\"{fill}\" stroke=\"{edge}\" stroke-width=\"2\"/>",
        area.x, area.y, area.width, area.height
    );
    let first = area.y + (area.height - card.lines.len() as f32 * LINE) / 2.0;
    for (at, line) in card.lines.iter().enumerate() {
        // A third of the letters' height above the middle of the line is where most of them stand.
        let base = first + (at as f32 + 0.5) * LINE + LETTERS * 0.36;
        text(out, (area.x + area.width / 2.0, base), (LETTERS, weight, ink, " text-anchor=\"middle\""), line);
    }
}

fn draw_label(out: &mut String, label: &Label) {
    let ink = if label.weight == Weight::Bold { INK } else { FAINT };
    let base = label.area.y + label.area.height / 2.0 + label.size * 0.36;
    text(out, (label.area.x, base), (label.size, label.weight, ink, ""), &label.text);
}

fn text(out: &mut String, (x, y): (f32, f32), (size, weight, ink, more): (f32, Weight, &str, &str), text: &str) {
    let weight = if weight == Weight::Bold { " font-weight=\"bold\"" } else { "" };
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // What cannot stand in XML at all cannot be seen either.
    let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\"{weight} fill=\"{ink}\"{more}>{text}</text>"
    );
}

fn draw_wire(out: &mut String, wire: &Wire) {
    let mut points = corners(&wire.points);
    if points.len() < 2 {
        return;
    }
    let (colour, dashes) = match wire.direction {
        Direction::Up => (UP, ""),
        Direction::Sideways => (SIDEWAYS, " stroke-dasharray=\"11 7\""),
        Direction::Entry => (ENTRY, " stroke-dasharray=\"1 9\" stroke-linecap=\"round\""),
    };
    let (colour, width) = if wire.on_route { (ROUTE, 6.0) } else { (colour, 3.5) };
    // The line ends inside the arrowhead, not at its point.
    let mut heads = vec![head(&mut points, wire.on_route)];
    if wire.both_ways {
        points.reverse();
        heads.push(head(&mut points, wire.on_route));
        points.reverse();
    }
    let _ = writeln!(
        out,
        "<path d=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"{dashes}/>",
        rounded(&points)
    );
    for corners in heads {
        let corners: Vec<String> = corners.iter().map(|point| format!("{},{}", point.x, point.y)).collect();
        let _ = writeln!(out, "<polygon points=\"{}\" fill=\"{colour}\"/>", corners.join(" "));
    }
}

/// One unit from a point towards another.
fn towards(from: Point, to: Point) -> (f32, f32, f32) {
    let (x, y) = (to.x - from.x, to.y - from.y);
    let length = x.hypot(y).max(f32::EPSILON);
    (x / length, y / length, length)
}

/// The corners of an arrowhead at the end of a line, which is shortened for it.
fn head(points: &mut [Point], bold: bool) -> [Point; 3] {
    let (long, half) = if bold { (HEAD.0 + 3.0, HEAD.1 + 3.0) } else { HEAD };
    let (tip, before) = (points[points.len() - 1], points[points.len() - 2]);
    let (x, y, length) = towards(before, tip);
    let long = long.min(length);
    let foot = Point::new(tip.x - x * long, tip.y - y * long);
    if let Some(last) = points.last_mut() {
        *last = Point::new(tip.x - x * (long - 1.0), tip.y - y * (long - 1.0));
    }
    [tip, Point::new(foot.x - y * half, foot.y + x * half), Point::new(foot.x + y * half, foot.y - x * half)]
}

/// A line with its corners rounded, as the data of a path.
fn rounded(points: &[Point]) -> String {
    let mut out = format!("M{} {}", points[0].x, points[0].y);
    for corner in points.windows(3) {
        let [before, at, after] = [corner[0], corner[1], corner[2]];
        let (back_x, back_y, back) = towards(at, before);
        let (on_x, on_y, on) = towards(at, after);
        let round = ROUND.min(back / 2.0).min(on / 2.0);
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
