//! Which roles stand on which layer: whoever is a step up stands higher, and a specialist beside the role that it comes from.

use crate::corpus::front_matter::Direction;
use crate::diagram::graph::Sketch;

/// From so many on, those beside a role stand in two columns.
const TWO_COLUMNS: usize = 4;

/// A role on a layer, with those beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The role.
    pub role: usize,
    /// Roles that are a sideways step from this one and lead nowhere else, each with that step.
    pub beside: Vec<(usize, usize)>,
}

impl Item {
    /// In how many columns those beside it stand.
    pub fn columns(&self) -> usize {
        match self.beside.len() {
            0 => 0,
            few if few < TWO_COLUMNS => 1,
            _ => 2,
        }
    }
}

/// A step between items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The item where it starts.
    pub from: usize,
    /// The item where it leads.
    pub to: usize,
    /// The step in the sketch.
    pub step: usize,
    /// How many layers it should climb at least.
    climbs: usize,
}

/// The items of one connected part, each on its layer.
#[derive(Clone, Debug, Default)]
pub struct Layered {
    /// The items.
    pub items: Vec<Item>,
    /// The steps between them.
    pub links: Vec<Link>,
    /// The layer of every item; 0 is the lowest.
    pub layer: Vec<usize>,
}

/// The roles that steps connect, part by part, and those without a step.
pub fn parts(sketch: &Sketch) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut part: Vec<usize> = (0..sketch.roles.len()).collect();
    for step in &sketch.steps {
        let (one, other) = (part[step.from], part[step.to]);
        part.iter_mut().filter(|part| **part == one.max(other)).for_each(|part| *part = one.min(other));
    }
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut alone: Vec<usize> = Vec::new();
    for first in 0..part.len() {
        let members: Vec<usize> = (first..part.len()).filter(|role| part[*role] == first).collect();
        match members.as_slice() {
            [] => {}
            [one] => alone.push(*one),
            _ => parts.push(members),
        }
    }
    (parts, alone)
}

/// Puts the roles of one part on layers, each at most so many boxes wide.
pub fn layered(sketch: &Sketch, roles: &[usize], widest: usize) -> Layered {
    let (items, links) = items(sketch, roles);
    let mut order =
        Search { links: &links, seen: vec![false; items.len()], open: vec![false; items.len()], ..Search::default() };
    let starts = |item: &usize| links.iter().all(|link| link.to != *item);
    for item in (0..items.len()).filter(starts).chain(0..items.len()) {
        order.visit(item);
    }
    // A circle is cut where it closes; the step that closes it leads down.
    let onward: Vec<Link> =
        links.iter().enumerate().filter(|(at, _)| !order.closing.contains(at)).map(|(_, link)| *link).collect();
    let order: Vec<usize> = order.done.into_iter().rev().collect();
    let (mut layer, mut above) = (vec![0; items.len()], vec![0; items.len()]);
    for item in &order {
        for link in onward.iter().filter(|link| link.from == *item) {
            layer[link.to] = layer[link.to].max(layer[*item] + link.climbs);
        }
    }
    for item in order.iter().rev() {
        for link in onward.iter().filter(|link| link.from == *item) {
            above[*item] = above[*item].max(above[link.to] + link.climbs);
        }
    }
    // Whoever only leads on stands right below.
    for item in 0..items.len() {
        if onward.iter().all(|link| link.to != item) {
            let highest = onward.iter().filter(|link| link.from == item).map(|link| layer[link.to] - link.climbs).min();
            layer[item] = highest.unwrap_or(layer[item]);
        }
    }
    let mut turn: Vec<usize> = order.clone();
    turn.sort_by_key(|item| (layer[*item], std::cmp::Reverse(above[*item])));
    let mut taken: Vec<usize> = Vec::new();
    for item in turn {
        let below = onward.iter().filter(|link| link.to == item).map(|link| layer[link.from] + link.climbs).max();
        let width = 1 + items[item].columns();
        let mut at = below.unwrap_or(0).max(layer[item]);
        loop {
            taken.resize(taken.len().max(at + 1), 0);
            if taken[at] == 0 || taken[at] + width <= widest {
                break;
            }
            at += 1;
        }
        taken[at] += width;
        layer[item] = at;
    }
    let mut used = layer.clone();
    used.sort_unstable();
    used.dedup();
    layer.iter_mut().for_each(|layer| *layer = used.partition_point(|at| at < layer));
    Layered { items, links, layer }
}

/// The roles as items, and the steps between these.
fn items(sketch: &Sketch, roles: &[usize]) -> (Vec<Item>, Vec<Link>) {
    let touching = |role: usize| sketch.steps.iter().filter(move |step| step.from == role || step.to == role).count();
    let mut beside: Vec<usize> = Vec::new();
    let mut items: Vec<Item> = roles.iter().map(|role| Item { role: *role, beside: Vec::new() }).collect();
    for (at, step) in sketch.steps.iter().enumerate() {
        if step.direction == Direction::Sideways
            && touching(step.to) == 1
            && let Some(item) = items.iter_mut().find(|item| item.role == step.from)
        {
            item.beside.push((step.to, at));
            beside.push(step.to);
        }
    }
    items.retain(|item| !beside.contains(&item.role));
    let place = |role: usize| items.iter().position(|item| item.role == role);
    let mut links: Vec<Link> = Vec::new();
    for (at, step) in sketch.steps.iter().enumerate() {
        if let Some((from, to)) = place(step.from).zip(place(step.to)) {
            let climbs = usize::from(step.direction != Direction::Sideways);
            links.push(Link { from, to, step: at, climbs });
        }
    }
    // Promotions are followed first, so that a circle is cut at another step where it has one.
    links.sort_by_key(|link| sketch.steps[link.step].direction != Direction::Up);
    (items, links)
}

/// A search in depth that finds an order, and the steps that close a circle.
#[derive(Default)]
struct Search<'a> {
    links: &'a [Link],
    seen: Vec<bool>,
    open: Vec<bool>,
    closing: Vec<usize>,
    done: Vec<usize>,
}

impl Search<'_> {
    fn visit(&mut self, item: usize) {
        if std::mem::replace(&mut self.seen[item], true) {
            return;
        }
        self.open[item] = true;
        for (at, link) in self.links.iter().enumerate().filter(|(_, link)| link.from == item) {
            if self.open[link.to] {
                self.closing.push(at);
            } else {
                self.visit(link.to);
            }
        }
        self.open[item] = false;
        self.done.push(item);
    }
}
