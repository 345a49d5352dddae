//! An SVG as PNG, drawn in this process with the letters that are built in.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::diagram::text_metrics::{FONT_DATABASE, FONT_FAMILY};

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiagramError {
    /// There is nothing to see.
    #[error("there is no role to draw")]
    Empty,
    /// Nobody could read it.
    #[error("{0} roles are too many for a picture; at most {1} go in")]
    TooManyRoles(usize, usize),
    /// It would be too large to send.
    #[error("it would be too large: {0}")]
    TooLarge(String),
    /// It would show a blank where a letter belongs.
    #[error("the letters of “{0}” are not among those that are built in")]
    MissingGlyph(String),
    /// Something that should not happen.
    #[error("it cannot be drawn: {0}")]
    Render(String),
}

/// Draws an SVG, smaller than it is where it has more pixels than `most`.
///
/// # Errors
/// Where it cannot be read, or there is no memory for it.
pub fn rasterize(svg: &str, most: f32) -> Result<Vec<u8>, DiagramError> {
    let options =
        Options { fontdb: Arc::clone(&FONT_DATABASE), font_family: FONT_FAMILY.to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| DiagramError::Render(error.to_string()))?;
    let scale = (most / (tree.size().width() * tree.size().height())).sqrt().min(1.0);
    let full = tree.size().to_int_size();
    let size = full.scale_by(scale).unwrap_or(full);
    let mut pixels = Pixmap::new(size.width(), size.height())
        .ok_or_else(|| DiagramError::TooLarge(format!("{} by {} pixels", size.width(), size.height())))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| DiagramError::Render(error.to_string()))
}
