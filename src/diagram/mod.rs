//! Diagrams of the career graph: layered layout, SVG and PNG output, and the alternative text.

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
pub(crate) mod svg;
pub(crate) mod text_metrics;
mod x_placement;

use graph::DiagramGraph;
use png::DiagramError;

use crate::i18n::Language;
use crate::knowledge::Knowledge;
use crate::knowledge::graph_selection::GraphSelection;

/// The most roles in one diagram.
const MAX_ROLES: usize = 120;
/// The most pixels of a PNG; rasterizing takes four bytes for each. A larger diagram is scaled down.
const MAX_PIXELS: f32 = 9_000_000.0;
/// The smallest scale factor; a diagram that needs a smaller one is an error.
const MIN_SCALE: f32 = 0.6;
/// The largest PNG, in bytes.
const MAX_PNG_BYTES: usize = 2_000_000;
/// The longest alternative text, in UTF-16 code units: Discord's limit for the description of an attachment.
const MAX_ALT_TEXT_LEN: usize = 1024;

/// A rendered diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagram {
    /// The PNG file.
    pub png: Vec<u8>,
    /// The alternative text; at most 1024 UTF-16 code units.
    pub alt_text: String,
}

/// Renders the selected part of the career graph as PNG, labelled in this language.
///
/// # Errors
/// If the selection is empty or too large, or a title has a character that the font lacks.
pub fn render(knowledge: &Knowledge, selection: &GraphSelection, language: Language) -> Result<Diagram, DiagramError> {
    let graph = DiagramGraph::from_selection(knowledge, selection, language);
    let png = png::rasterize(&render_graph(&graph)?, MAX_PIXELS)?;
    if png.len() > MAX_PNG_BYTES {
        return Err(DiagramError::TooLarge(format!("{} bytes", png.len())));
    }
    Ok(Diagram { png, alt_text: alt_text::alt_text(&graph, MAX_ALT_TEXT_LEN) })
}

/// Renders the selected part of the career graph as SVG, labelled in this language.
///
/// # Errors
/// As [`render`].
pub fn render_svg(
    knowledge: &Knowledge,
    selection: &GraphSelection,
    language: Language,
) -> Result<String, DiagramError> {
    render_graph(&DiagramGraph::from_selection(knowledge, selection, language))
}

fn render_graph(graph: &DiagramGraph) -> Result<String, DiagramError> {
    match graph.nodes.len() {
        0 => return Err(DiagramError::Empty),
        count if count > MAX_ROLES => return Err(DiagramError::TooManyRoles(count, MAX_ROLES)),
        _ => {}
    }
    let families = graph.nodes.iter().filter_map(|node| node.family.as_ref());
    let texts = graph.nodes.iter().map(|node| &node.title).chain([&graph.title]).chain(families);
    for text in texts {
        if text_metrics::missing_glyph(text).is_some() {
            return Err(DiagramError::MissingGlyph(text.clone()));
        }
    }
    let layout = layout::lay_out(graph);
    if layout.width * layout.height * MIN_SCALE * MIN_SCALE > MAX_PIXELS {
        return Err(DiagramError::TooLarge(format!("{} by {} pixels", layout.width, layout.height)));
    }
    Ok(svg::to_svg(graph, &layout))
}
