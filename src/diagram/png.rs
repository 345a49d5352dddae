//! SVG to PNG, rasterized in-process with the embedded fonts.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::diagram::text_metrics::{FONT_DATABASE, FONT_FAMILY};

/// Why a diagram cannot be rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiagramError {
    /// The selection has no role.
    #[error("no role is selected")]
    Empty,
    /// The selection has more roles than the limit.
    #[error("{0} roles are selected; a diagram shows at most {1}")]
    TooManyRoles(usize, usize),
    /// The image exceeds the limit for its size, in bytes or pixels.
    #[error("the image is too large: {0}")]
    TooLarge(String),
    /// The embedded fonts lack a character of this text.
    #[error("the embedded fonts lack a character of “{0}”")]
    MissingGlyph(String),
    /// The renderer failed.
    #[error("rendering failed: {0}")]
    Render(String),
}

/// Rasterizes an SVG; one with more than `max_pixels` is scaled down.
///
/// # Errors
/// If the SVG cannot be parsed, or the image has no valid size.
pub(crate) fn rasterize(svg: &str, max_pixels: f32) -> Result<Vec<u8>, DiagramError> {
    let options =
        Options { fontdb: Arc::clone(&FONT_DATABASE), font_family: FONT_FAMILY.to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| DiagramError::Render(error.to_string()))?;
    let scale = (max_pixels / (tree.size().width() * tree.size().height())).sqrt().min(1.0);
    let full = tree.size().to_int_size();
    let size = full.scale_by(scale).unwrap_or(full);
    let mut pixels = Pixmap::new(size.width(), size.height())
        .ok_or_else(|| DiagramError::TooLarge(format!("{} by {} pixels", size.width(), size.height())))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| DiagramError::Render(error.to_string()))
}
