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

use graph::DiagramGraph;
use png::DiagramError;

use crate::i18n::Language;
use crate::knowledge::Knowledge;
use crate::knowledge::graph_selection::GraphSelection;

/// More roles than this are no picture any more.
const MAX_ROLES: usize = 120;
/// The largest picture, in pixels: the memory for drawing it is four times as many bytes. What is larger is drawn smaller.
const MAX_PIXELS: f32 = 9_000_000.0;
/// The smallest that it is drawn, as a share of its full size.
const MIN_SCALE: f32 = 0.6;
/// The largest picture, in bytes.
const MAX_PNG_BYTES: usize = 2_000_000;
/// The longest text beside a picture, as readers for the blind are given it.
const MAX_ALT_TEXT_LEN: usize = 1024;

/// A picture of a part of the career graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagram {
    /// It, as PNG.
    pub png: Vec<u8>,
    /// What it shows, in words; at most 1024 UTF-16 units.
    pub alt_text: String,
}

/// Draws a chart of this library as PNG, with its words in a language.
///
/// # Errors
/// Where there is nothing to draw, too much of it, or a letter that cannot be drawn.
pub fn render(library: &Knowledge, chart: &GraphSelection, language: Language) -> Result<Diagram, DiagramError> {
    let sketch = DiagramGraph::from_selection(library, chart, language);
    let png = png::rasterize(&render_graph(&sketch)?, MAX_PIXELS)?;
    if png.len() > MAX_PNG_BYTES {
        return Err(DiagramError::TooLarge(format!("{} bytes", png.len())));
    }
    Ok(Diagram { png, alt_text: alt_text::alt_text(&sketch, MAX_ALT_TEXT_LEN) })
}

/// Draws a chart of this library as SVG, in a language.
///
/// # Errors
/// As [`draw`].
pub fn render_svg(library: &Knowledge, chart: &GraphSelection, language: Language) -> Result<String, DiagramError> {
    render_graph(&DiagramGraph::from_selection(library, chart, language))
}

fn render_graph(sketch: &DiagramGraph) -> Result<String, DiagramError> {
    match sketch.nodes.len() {
        0 => return Err(DiagramError::Empty),
        count if count > MAX_ROLES => return Err(DiagramError::TooManyRoles(count, MAX_ROLES)),
        _ => {}
    }
    let families = sketch.nodes.iter().filter_map(|role| role.family.as_ref());
    let texts = sketch.nodes.iter().map(|role| &role.title).chain([&sketch.title]).chain(families);
    for text in texts {
        if text_metrics::missing_glyph(text).is_some() {
            return Err(DiagramError::MissingGlyph(text.clone()));
        }
    }
    let sheet = layout::lay_out(sketch);
    if sheet.width * sheet.height * MIN_SCALE * MIN_SCALE > MAX_PIXELS {
        return Err(DiagramError::TooLarge(format!("{} by {} pixels", sheet.width, sheet.height)));
    }
    Ok(svg::to_svg(sketch, &sheet))
}
