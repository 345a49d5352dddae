//! What is to be drawn, before anything has a place: the roles of a chart by title, and the steps between them.

use crate::corpus::front_matter::Direction;
use crate::i18n::{Language, say};
use crate::knowledge::Library;
use crate::knowledge::graph_selection::Chart;

/// A role to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its title.
    pub title: String,
    /// Its family, where its author names one.
    pub family: Option<String>,
    /// It lies on the route to follow.
    pub on_route: bool,
}

/// A step to draw, between positions in the list of roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it starts.
    pub from: usize,
    /// Where it leads.
    pub to: usize,
    /// Up, sideways, or in from another field.
    pub direction: Direction,
    /// It can be taken back as well.
    pub both_ways: bool,
    /// It lies on the route to follow.
    pub on_route: bool,
}

/// What is to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch {
    /// The language of its fixed words.
    pub language: Language,
    /// What stands on top; broken at a line feed where it does not fit on one line.
    pub title: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// The steps between them, at most one between any two.
    pub steps: Vec<Step>,
}

impl Sketch {
    /// What a chart of this library shows, in a language.
    pub fn of(library: &Library, chart: &Chart, language: Language) -> Sketch {
        let view = library.view(chart);
        let called =
            |slug: &str| library.by_slug(slug).map_or(slug, |at| library.document(at).title.as_str()).to_owned();
        let title = match chart {
            Chart::Whole => say!(language, "ladder"),
            Chart::Family(family) => say!(language, "ladder-of", family = family),
            Chart::Route { from, to } => say!(language, "picture-route", from = &called(from), to = &called(to)),
        };
        let role = |at: &usize| Role {
            title: library.document(*at).title.clone(),
            family: library.document(*at).front.family.clone(),
            on_route: view.route.contains(at),
        };
        let place = |role: usize| view.roles.iter().position(|at| *at == role);
        let mut steps: Vec<Step> = Vec::new();
        for rung in &view.rungs {
            let Some((from, to)) = place(rung.from).zip(place(rung.to)) else { continue };
            let on_route = view.route.windows(2).any(|pair| pair == [rung.from, rung.to]);
            match steps.iter_mut().find(|step| (step.from, step.to) == (to, from)) {
                Some(back) if on_route => {
                    *back = Step { from, to, direction: rung.direction, both_ways: true, on_route };
                }
                Some(back) => back.both_ways = true,
                None => steps.push(Step { from, to, direction: rung.direction, both_ways: false, on_route }),
            }
        }
        Sketch { language, title, roles: view.roles.iter().map(role).collect(), steps }
    }
}
