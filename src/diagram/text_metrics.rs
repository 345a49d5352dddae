//! Text metrics of the embedded font: width, missing glyphs and line breaks.

use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb::Database;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

/// The name of the embedded font family.
pub(crate) const FONT_FAMILY: &str = "Noto Sans";

/// The weight of a font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FontWeight {
    /// Titles of roles, and the legend.
    Regular,
    /// Headings, and roles on the highlighted route.
    Bold,
}

/// The embedded fonts, as the rasterizer needs them.
pub(crate) static FONT_DATABASE: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(notosans::REGULAR_TTF.to_vec());
    fonts.load_font_data(notosans::BOLD_TTF.to_vec());
    fonts.set_sans_serif_family(FONT_FAMILY);
    Arc::new(fonts)
});

fn font(weight: FontWeight) -> Option<FontRef<'static>> {
    let data = match weight {
        FontWeight::Regular => notosans::REGULAR_TTF,
        FontWeight::Bold => notosans::BOLD_TTF,
    };
    FontRef::new(data).ok()
}

/// The first character of a text that either weight of the font lacks.
pub(crate) fn missing_glyph(text: &str) -> Option<char> {
    [FontWeight::Regular, FontWeight::Bold].into_iter().find_map(|weight| {
        let Some(font) = font(weight) else { return text.chars().next() };
        let charmap = font.charmap();
        text.chars().find(|character| !character.is_whitespace() && charmap.map(*character).is_none())
    })
}

/// Measures text in one font size and weight.
pub(crate) struct TextMeasurer {
    font: Option<FontRef<'static>>,
    metrics: Option<GlyphMetrics<'static>>,
    size: f32,
}

impl std::fmt::Debug for TextMeasurer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextMeasurer").field("size", &self.size).finish_non_exhaustive()
    }
}

impl TextMeasurer {
    /// Creates a measurer for a font size in pixels.
    pub(crate) fn new(size: f32, weight: FontWeight) -> TextMeasurer {
        let font = font(weight);
        let metrics = font.as_ref().map(|font| font.glyph_metrics(Size::new(size), LocationRef::default()));
        TextMeasurer { font, metrics, size }
    }

    /// The width of a text in pixels, without kerning, which makes it slightly narrower.
    pub(crate) fn width(&self, text: &str) -> f32 {
        let (Some(font), Some(metrics)) = (&self.font, &self.metrics) else { return 0.0 };
        let charmap = font.charmap();
        let advance =
            |character| charmap.map(character).and_then(|glyph| metrics.advance_width(glyph)).unwrap_or(self.size);
        text.chars().map(advance).sum()
    }

    /// Breaks a text into lines of about the same width, at most `max_width` pixels. A word is broken only if it alone is wider.
    pub(crate) fn wrap(&self, text: &str, max_width: f32) -> Vec<String> {
        let count = self.wrap_greedy(text, max_width).len();
        // The smallest width with as few lines gives the most even ones; found by bisection.
        let (mut low, mut high) = (0.0, max_width);
        for _ in 0..10 {
            let candidate = (low + high) / 2.0;
            let fits = text.split_whitespace().all(|word| self.width(word) <= candidate);
            if fits && self.wrap_greedy(text, candidate).len() <= count { high = candidate } else { low = candidate }
        }
        self.wrap_greedy(text, high)
    }

    /// Fills each line with as many words as fit.
    fn wrap_greedy(&self, text: &str, max_width: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let parts = self.break_word(word, max_width);
            for (index, part) in parts.into_iter().enumerate() {
                match lines.last_mut() {
                    Some(line) if index == 0 && self.width(line) + self.width(" ") + self.width(&part) <= max_width => {
                        line.push(' ');
                        line.push_str(&part);
                    }
                    _ => lines.push(part),
                }
            }
        }
        lines
    }

    /// Breaks a word that is wider than `max_width` between characters.
    fn break_word(&self, word: &str, max_width: f32) -> Vec<String> {
        if self.width(word) <= max_width {
            return vec![word.to_owned()];
        }
        let mut parts = vec![String::new()];
        for character in word.chars() {
            let grown = parts.last().map(|part| format!("{part}{character}")).unwrap_or_default();
            match parts.last_mut() {
                Some(part) if part.is_empty() || self.width(&grown) <= max_width => *part = grown,
                _ => parts.push(character.to_string()),
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_are_even_and_lose_no_text() {
        let measurer = TextMeasurer::new(28.0, FontWeight::Regular);
        assert_eq!(measurer.wrap("Associate Product Manager", 256.0), ["Associate", "Product Manager"]);
        assert_eq!(measurer.wrap("Chief Product Officer", 256.0), ["Chief Product", "Officer"]);
        assert_eq!(measurer.wrap("Cook", 256.0), ["Cook"]);
        let long_word = "Donaudampfschifffahrtsgesellschaftskapitän";
        let lines = measurer.wrap(long_word, 256.0);
        assert_eq!(lines.concat(), long_word);
        assert!(lines.len() > 1 && lines.iter().all(|line| measurer.width(line) <= 256.0), "{lines:?}");
    }

    #[test]
    fn the_first_missing_glyph_is_found() {
        assert_eq!(missing_glyph("Chef d’œuvre, Ärztin, инженер, μηχανικός"), None);
        assert_eq!(missing_glyph("Head of 製品"), Some('製'));
    }
}
