//! What we show: a part of the career graph as a picture, and the same in words. Knows `library` and `speech`.

pub mod alt_text;
mod compaction;
mod crossing_reduction;
mod edge_routing;
pub mod geometry;
pub mod graph;
mod layering;
pub mod layout;
pub mod png;
mod side_nodes;
pub mod svg;
pub mod text_metrics;
mod x_placement;

use graph::Sketch;
use png::PictureError;

use crate::i18n::Language;
use crate::knowledge::Library;
use crate::knowledge::graph_selection::Chart;

/// More roles than this are no picture any more.
const MOST_ROLES: usize = 120;
/// The largest picture, in pixels: the memory for drawing it is four times as many bytes. What is larger is drawn smaller.
const MOST_PIXELS: f32 = 9_000_000.0;
/// The smallest that it is drawn, as a share of its full size.
const SMALLEST: f32 = 0.6;
/// The largest picture, in bytes.
const MOST_BYTES: usize = 2_000_000;
/// The longest text beside a picture, as readers for the blind are given it.
const LONGEST_WORDS: usize = 1024;

/// A picture of a part of the career graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// It, as PNG.
    pub png: Vec<u8>,
    /// What it shows, in words; at most 1024 UTF-16 units.
    pub words: String,
}

/// Draws a chart of this library as PNG, with its words in a language.
///
/// # Errors
/// Where there is nothing to draw, too much of it, or a letter that cannot be drawn.
pub fn draw(library: &Library, chart: &Chart, language: Language) -> Result<Picture, PictureError> {
    let sketch = Sketch::of(library, chart, language);
    let png = png::render(&draw_sketch(&sketch)?, MOST_PIXELS)?;
    if png.len() > MOST_BYTES {
        return Err(PictureError::TooLarge(format!("{} bytes", png.len())));
    }
    Ok(Picture { png, words: alt_text::words(&sketch, LONGEST_WORDS) })
}

/// Draws a chart of this library as SVG, in a language.
///
/// # Errors
/// As [`draw`].
pub fn draw_svg(library: &Library, chart: &Chart, language: Language) -> Result<String, PictureError> {
    draw_sketch(&Sketch::of(library, chart, language))
}

fn draw_sketch(sketch: &Sketch) -> Result<String, PictureError> {
    match sketch.roles.len() {
        0 => return Err(PictureError::Empty),
        count if count > MOST_ROLES => return Err(PictureError::TooMany(count, MOST_ROLES)),
        _ => {}
    }
    let families = sketch.roles.iter().filter_map(|role| role.family.as_ref());
    let texts = sketch.roles.iter().map(|role| &role.title).chain([&sketch.title]).chain(families);
    for text in texts {
        if text_metrics::missing(text).is_some() {
            return Err(PictureError::Letters(text.clone()));
        }
    }
    let sheet = layout::lay_out(sketch);
    if sheet.width * sheet.height * SMALLEST * SMALLEST > MOST_PIXELS {
        return Err(PictureError::TooLarge(format!("{} by {} pixels", sheet.width, sheet.height)));
    }
    Ok(svg::draw(sketch, &sheet))
}
