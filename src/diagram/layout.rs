//! A sheet: every box, line and heading of a picture with its place. No two boxes or texts have a place in common.

use crate::corpus::front_matter::Direction;
use crate::diagram::compaction::squeeze;
use crate::diagram::crossing_reduction::{Node, ordered};
use crate::diagram::edge_routing::{Grid, wire};
use crate::diagram::geometry::{
    Area, GAP, HEADROOM, LARGE, LETTERS, LINE, MARGIN, NARROWEST_BOX, PADDING, PASSAGE, Point, SMALL, WIDEST_LINE,
    corners,
};
use crate::diagram::graph::{Sketch, Step};
use crate::diagram::layering::{Layered, layered, parts};
use crate::diagram::side_nodes::{Beside, beside};
use crate::diagram::text_metrics::{Ruler, Weight};
use crate::diagram::x_placement::{self, across};
use crate::i18n::say;

/// A picture that is this many times as high as wide is set in more columns.
const SLENDER: f32 = 1.9;
/// Columns of boxes: as few as this, as a telephone is narrow; at most so many.
const COLUMNS: std::ops::RangeInclusive<usize> = 3..=8;
/// Between two parts.
const BETWEEN_PARTS: f32 = 48.0;
/// Above a part, where its family is named.
const PART_HEADING: f32 = 44.0;
/// Below the title.
const BELOW_TITLE: f32 = 22.0;
/// How long the sample of a line in the key is, and what is free behind it.
const SAMPLE: (f32, f32) = (56.0, 12.0);

/// A box with a role's title in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The role, by position in the sketch.
    pub role: usize,
    /// Where the box is.
    pub area: Area,
    /// The title's lines.
    pub lines: Vec<String>,
}

/// The line of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    /// Its corners, from start to end.
    pub points: Vec<Point>,
    /// What kind of step it is.
    pub direction: Direction,
    /// It has an arrowhead at its start too.
    pub both_ways: bool,
    /// It lies on the route to follow.
    pub on_route: bool,
}

/// A text outside of boxes.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where it is.
    pub area: Area,
    /// What it says; one line.
    pub text: String,
    /// How large its letters are.
    pub size: f32,
    /// How thick they are.
    pub weight: Weight,
}

/// A picture, laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// How wide it is.
    pub width: f32,
    /// How high it is.
    pub height: f32,
    /// The boxes.
    pub cards: Vec<Card>,
    /// The lines; those of the key as well.
    pub wires: Vec<Wire>,
    /// The texts outside of boxes.
    pub labels: Vec<Label>,
}

/// Lays out a sketch.
pub fn lay_out(sketch: &Sketch) -> Sheet {
    let (regular, bold) = (Ruler::new(LETTERS, Weight::Regular), Ruler::new(LETTERS, Weight::Bold));
    let mut boxes = Boxes { lines: Vec::new(), width: NARROWEST_BOX };
    for role in &sketch.roles {
        let ruler = if role.on_route { &bold } else { &regular };
        let lines = ruler.wrap(&role.title, WIDEST_LINE);
        let widest = lines.iter().map(|line| ruler.width(line)).fold(0.0, f32::max);
        boxes.width = boxes.width.max((widest + 2.0 * PADDING).ceil());
        boxes.lines.push(lines);
    }
    let mut sheet = Sheet::default();
    for columns in COLUMNS {
        sheet = set(sketch, &boxes, columns);
        if sheet.height <= SLENDER * sheet.width {
            break;
        }
    }
    sheet
}

/// What is known of the boxes before they have a place.
struct Boxes {
    lines: Vec<Vec<String>>,
    width: f32,
}

impl Boxes {
    fn height(&self, role: usize) -> f32 {
        self.lines[role].len().max(1) as f32 * LINE + 2.0 * HEADROOM
    }

    fn card(&self, role: usize, x: f32, y: f32) -> Card {
        let area = Area { x: x.round(), y: y.round(), width: self.width, height: self.height(role) };
        Card { role, area, lines: self.lines[role].clone() }
    }

    fn columns(&self, columns: usize) -> f32 {
        columns as f32 * (self.width + GAP) - GAP
    }
}

/// Sets the whole picture with so many columns.
fn set(sketch: &Sketch, boxes: &Boxes, columns: usize) -> Sheet {
    let (mut connected, alone) = parts(sketch);
    connected.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let several = connected.len() > 1;
    let mut parts: Vec<Sheet> = connected
        .iter()
        .map(|roles| headed(part(sketch, boxes, roles, columns), families(sketch, roles).filter(|_| several)))
        .collect();
    // The title and the key want some room, however small the ladder is.
    let least = boxes.columns(if several { columns } else { 2 });
    let widest = parts.iter().map(|part| part.width).fold(least, f32::max);
    let indent = if several { 0.0 } else { parts.first().map_or(0.0, |part| ((widest - part.width) / 2.0).floor()) };
    if !alone.is_empty() {
        let heading = if connected.is_empty() { None } else { Some(say!(sketch.language, "picture-idle")) };
        parts.push(headed(grid(boxes, &alone, widest - indent), heading));
    }
    let mut sheet = Sheet::default();
    let mut y = heading(&mut sheet, &sketch.title, widest) + MARGIN;
    // Parts go side by side while there is room.
    let mut rest = parts.into_iter().peekable();
    while let Some(first) = rest.next() {
        let mut row = vec![first];
        let mut taken = row[0].width;
        while let Some(next) = rest.next_if(|next| taken + BETWEEN_PARTS + next.width <= widest) {
            taken += BETWEEN_PARTS + next.width;
            row.push(next);
        }
        let height = row.iter().map(|part| part.height).fold(0.0, f32::max);
        let mut x = MARGIN + indent;
        for part in row {
            let step = part.width + BETWEEN_PARTS;
            sheet.place(part, x, y);
            x += step;
        }
        y += height + BETWEEN_PARTS;
    }
    sheet.width = (widest + 2.0 * MARGIN).ceil();
    sheet.height = (y - BETWEEN_PARTS + MARGIN).ceil();
    key(&mut sheet, sketch);
    sheet
}

/// The families that these belong to, in the order of the roles.
fn families(sketch: &Sketch, roles: &[usize]) -> Option<String> {
    let mut families: Vec<&str> = roles.iter().filter_map(|role| sketch.roles[*role].family.as_deref()).collect();
    families.dedup();
    (!families.is_empty()).then(|| families.join(", "))
}

/// The title on top; gives how high it is.
fn heading(sheet: &mut Sheet, title: &str, widest: f32) -> f32 {
    let ruler = Ruler::new(LARGE, Weight::Bold);
    let mut y = 0.0;
    let whole = title.replace('\n', " ");
    let fits = ruler.width(&whole) <= widest;
    let parts = if fits { whole.as_str() } else { title };
    for text in parts.lines().flat_map(|part| ruler.wrap(part, widest)) {
        let area = Area { x: MARGIN, y: MARGIN + y, width: ruler.width(&text).ceil(), height: (LARGE * 1.3).round() };
        y += area.height;
        sheet.labels.push(Label { area, text, size: LARGE, weight: Weight::Bold });
    }
    y + BELOW_TITLE
}

/// A part below its heading.
fn headed(part: Sheet, heading: Option<String>) -> Sheet {
    let Some(text) = heading else { return part };
    let ruler = Ruler::new(SMALL, Weight::Bold);
    let lines = ruler.wrap(&text, part.width.max(WIDEST_LINE));
    let line = (SMALL * 1.3).round();
    let below = PART_HEADING + line * lines.len().saturating_sub(1) as f32;
    let mut out = Sheet { width: part.width, height: part.height + below, ..Sheet::default() };
    for (at, text) in lines.into_iter().enumerate() {
        let area = Area { x: 0.0, y: line * at as f32, width: ruler.width(&text), height: line };
        out.width = out.width.max(area.width);
        out.labels.push(Label { area, text, size: SMALL, weight: Weight::Bold });
    }
    out.place(part, 0.0, below);
    out
}

/// Roles without steps, row by row.
fn grid(boxes: &Boxes, roles: &[usize], widest: f32) -> Sheet {
    let columns = (((widest + GAP) / (boxes.width + GAP)).floor() as usize).clamp(1, roles.len());
    let mut sheet = Sheet { width: boxes.columns(columns), ..Sheet::default() };
    let mut y = 0.0;
    for row in roles.chunks(columns) {
        let height = row.iter().map(|role| boxes.height(*role)).fold(0.0, f32::max);
        for (column, role) in row.iter().enumerate() {
            let x = column as f32 * (boxes.width + GAP);
            sheet.cards.push(boxes.card(*role, x, y + (height - boxes.height(*role)) / 2.0));
        }
        sheet.height = y + height;
        y += height + GAP / 1.5;
    }
    sheet
}

/// One connected part, layer above layer.
fn part(sketch: &Sketch, boxes: &Boxes, roles: &[usize], columns: usize) -> Sheet {
    let layered = layered(sketch, roles, columns);
    let ordered = ordered(sketch, &layered);
    let half = boxes.width / 2.0;
    let stacks: Vec<Beside> = stacks(&layered, boxes);
    let reach: Vec<x_placement::Reach> = ordered
        .nodes
        .iter()
        .map(|node| match node {
            Node::Item(item) => x_placement::Reach { left: half + GAP / 2.0, right: stacks[*item].right + GAP / 2.0 },
            Node::Passage(_) => x_placement::Reach { left: PASSAGE, right: PASSAGE },
        })
        .collect();
    let middles = across(&ordered, &reach);
    let heights: Vec<f32> = layered.items.iter().map(|item| boxes.height(item.role)).collect();
    let mut tall = vec![(0.0_f32, 0.0_f32); ordered.layers.len()];
    for (item, layer) in layered.layer.iter().enumerate() {
        let half = heights[item] / 2.0;
        tall[*layer].0 = tall[*layer].0.max(half).max(stacks[item].up);
        tall[*layer].1 = tall[*layer].1.max(half).max(stacks[item].down);
    }
    let accompanied: Vec<bool> = layered.items.iter().map(|item| !item.beside.is_empty()).collect();
    let wiring = wire(&Grid {
        ordered: &ordered,
        middles: &middles,
        layer: &layered.layer,
        heights: &heights,
        accompanied: &accompanied,
        reach: &tall,
        width: boxes.width,
    });
    let mut sheet = Sheet { height: wiring.height, ..Sheet::default() };
    for (at, item) in layered.items.iter().enumerate() {
        let (x, y) = (middles[at], wiring.middles[layered.layer[at]]);
        sheet.cards.push(boxes.card(item.role, x - half, y - heights[at] / 2.0));
        let stack = &stacks[at];
        for ((role, step), (area, line)) in item.beside.iter().zip(stack.areas.iter().zip(&stack.lines)) {
            sheet.cards.push(boxes.card(*role, x + area.x, y + area.y));
            let points = line.iter().map(|point| Point::new(x + point.x, y + point.y)).collect();
            sheet.wires.push(drawn(&sketch.steps[*step], points));
        }
    }
    sheet.wires.extend(wiring.lines.into_iter().map(|(step, points)| drawn(&sketch.steps[step], points)));
    let cuts: Vec<f32> = (1..tall.len()).rev().map(|layer| wiring.middles[layer] + tall[layer].1 + 1.0).collect();
    let mut areas: Vec<Area> = sheet.cards.iter().map(|card| card.area).collect();
    let mut lines: Vec<Vec<Point>> = sheet.wires.iter().map(|wire| wire.points.clone()).collect();
    squeeze(&mut areas, &mut lines, &cuts);
    sheet.cards.iter_mut().zip(areas).for_each(|(card, area)| card.area = area);
    sheet.wires.iter_mut().zip(lines).for_each(|(wire, points)| wire.points = points);
    sheet.height = sheet.cards.iter().map(|card| card.area.y + card.area.height).fold(0.0, f32::max);
    // The space that is kept free at the left edge is not part of it.
    let left = sheet.leftmost();
    let mut out = Sheet { height: sheet.height, ..Sheet::default() };
    out.place(sheet, -left, 0.0);
    out.width = out.rightmost();
    out
}

fn stacks(layered: &Layered, boxes: &Boxes) -> Vec<Beside> {
    let stack = |item: &crate::diagram::layering::Item| {
        let heights: Vec<f32> = item.beside.iter().map(|(role, _)| boxes.height(*role)).collect();
        beside(&heights, item.columns(), boxes.width)
    };
    layered.items.iter().map(stack).collect()
}

fn drawn(step: &Step, points: Vec<Point>) -> Wire {
    let points: Vec<Point> = points.iter().map(|point| Point::new(point.x.round(), point.y.round())).collect();
    let points = corners(&points);
    Wire { points, direction: step.direction, both_ways: step.both_ways, on_route: step.on_route }
}

/// What the lines mean, where they do not all mean the same.
fn key(sheet: &mut Sheet, sketch: &Sketch) {
    let kinds = [
        (Direction::Up, say!(sketch.language, "legend-up")),
        (Direction::Sideways, say!(sketch.language, "legend-sideways")),
        (Direction::Entry, say!(sketch.language, "legend-entry")),
    ];
    let there = |kind: &(Direction, String)| sketch.steps.iter().any(|step| step.direction == kind.0);
    let kinds: Vec<(Direction, String)> = kinds.into_iter().filter(there).collect();
    if kinds.iter().all(|(kind, _)| *kind == Direction::Up) {
        return;
    }
    let ruler = Ruler::new(SMALL, Weight::Regular);
    let line = (SMALL * 1.6).round();
    let (mut x, mut y) = (MARGIN, sheet.height + 4.0);
    for (direction, text) in kinds {
        let width = ruler.width(&text).ceil();
        if x > MARGIN && x + SAMPLE.0 + SAMPLE.1 + width > sheet.width - MARGIN {
            (x, y) = (MARGIN, y + line);
        }
        let middle = (y + line / 2.0).round();
        let points = vec![Point::new(x, middle), Point::new(x + SAMPLE.0, middle)];
        sheet.wires.push(Wire { points, direction, both_ways: false, on_route: false });
        let area = Area { x: x + SAMPLE.0 + SAMPLE.1, y: y + line / 2.0 - SMALL * 0.65, width, height: SMALL * 1.3 };
        sheet.labels.push(Label { area, text, size: SMALL, weight: Weight::Regular });
        x += SAMPLE.0 + SAMPLE.1 + width + GAP;
        sheet.width = sheet.width.max(x - GAP + MARGIN).ceil();
    }
    sheet.height = (y + line + MARGIN / 1.5).ceil();
}

impl Sheet {
    /// Puts all of another sheet into this one.
    fn place(&mut self, other: Sheet, x: f32, y: f32) {
        let moved = |area: Area| Area { x: area.x + x, y: area.y + y, ..area };
        self.cards.extend(other.cards.into_iter().map(|card| Card { area: moved(card.area), ..card }));
        self.labels.extend(other.labels.into_iter().map(|label| Label { area: moved(label.area), ..label }));
        self.wires.extend(other.wires.into_iter().map(|wire| {
            let points = wire.points.iter().map(|point| Point::new(point.x + x, point.y + y)).collect();
            Wire { points, ..wire }
        }));
    }

    fn xs(&self) -> impl Iterator<Item = (f32, f32)> {
        let cards = self.cards.iter().map(|card| (card.area.x, card.area.x + card.area.width));
        cards.chain(self.wires.iter().flat_map(|wire| wire.points.iter().map(|point| (point.x - 8.0, point.x + 8.0))))
    }

    fn leftmost(&self) -> f32 {
        self.xs().map(|(left, _)| left).fold(f32::MAX, f32::min)
    }

    fn rightmost(&self) -> f32 {
        self.xs().map(|(_, right)| right).fold(0.0, f32::max)
    }
}
