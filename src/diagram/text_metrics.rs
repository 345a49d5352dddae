//! The letters: one font in two weights, how wide a text is in it, and where its lines are broken.

use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb::Database;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

/// The name under which the letters are found.
pub const FONT_FAMILY: &str = "Noto Sans";

/// How thick the letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FontWeight {
    /// For titles of roles and small print.
    Regular,
    /// For headings, and roles on a route.
    Bold,
}

/// The fonts, for whoever draws letters.
pub static FONT_DATABASE: LazyLock<Arc<Database>> = LazyLock::new(|| {
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

/// The first letter of a text that the font does not have in either weight; none where it has them all.
pub fn missing_glyph(text: &str) -> Option<char> {
    [FontWeight::Regular, FontWeight::Bold].into_iter().find_map(|weight| {
        let Some(font) = font(weight) else { return text.chars().next() };
        let letters = font.charmap();
        text.chars().find(|letter| !letter.is_whitespace() && letters.map(*letter).is_none())
    })
}

/// Measures texts in one size and weight.
pub struct TextMeasurer {
    font: Option<FontRef<'static>>,
    metrics: Option<GlyphMetrics<'static>>,
    size: f32,
}

impl std::fmt::Debug for TextMeasurer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ruler").field("size", &self.size).finish_non_exhaustive()
    }
}

impl TextMeasurer {
    /// A ruler for letters of this size, in pixels.
    pub fn new(size: f32, weight: FontWeight) -> TextMeasurer {
        let font = font(weight);
        let metrics = font.as_ref().map(|font| font.glyph_metrics(Size::new(size), LocationRef::default()));
        TextMeasurer { font, metrics, size }
    }

    /// How wide a text is, without the kerning that makes it a little narrower.
    pub fn width(&self, text: &str) -> f32 {
        let (Some(font), Some(metrics)) = (&self.font, &self.metrics) else { return 0.0 };
        let letters = font.charmap();
        let advance = |letter| letters.map(letter).and_then(|glyph| metrics.advance_width(glyph)).unwrap_or(self.size);
        text.chars().map(advance).sum()
    }

    /// The lines of a text that is broken between words, and inside a word only where it alone is wider than `widest`. Lines are
    /// of about the same length; nothing of the text is left out.
    pub fn wrap(&self, text: &str, widest: f32) -> Vec<String> {
        let count = self.wrap_greedy(text, widest).len();
        // The narrowest measure that needs no more lines gives the most even ones.
        let (mut narrow, mut wide) = (0.0, widest);
        for _ in 0..10 {
            let middle = (narrow + wide) / 2.0;
            let fits = text.split_whitespace().all(|word| self.width(word) <= middle.max(0.0)) || middle >= widest;
            if fits && self.wrap_greedy(text, middle).len() <= count { wide = middle } else { narrow = middle }
        }
        self.wrap_greedy(text, wide)
    }

    fn wrap_greedy(&self, text: &str, widest: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let parts = self.break_word(word, widest);
            for (at, lay_out_component) in parts.into_iter().enumerate() {
                match lines.last_mut() {
                    Some(line)
                        if at == 0 && self.width(line) + self.width(" ") + self.width(&lay_out_component) <= widest =>
                    {
                        line.push(' ');
                        line.push_str(&lay_out_component);
                    }
                    _ => lines.push(lay_out_component),
                }
            }
        }
        lines
    }

    fn break_word(&self, word: &str, widest: f32) -> Vec<String> {
        if self.width(word) <= widest {
            return vec![word.to_owned()];
        }
        let mut pieces = vec![String::new()];
        for letter in word.chars() {
            let grown = pieces.last().map(|piece| format!("{piece}{letter}")).unwrap_or_default();
            match pieces.last_mut() {
                Some(piece) if piece.is_empty() || self.width(&grown) <= widest => *piece = grown,
                _ => pieces.push(letter.to_string()),
            }
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_even_and_hold_the_whole_text() {
        let ruler = TextMeasurer::new(28.0, FontWeight::Regular);
        assert_eq!(ruler.wrap("Associate Product Manager", 256.0), ["Associate", "Product Manager"]);
        assert_eq!(ruler.wrap("Chief Product Officer", 256.0), ["Chief Product", "Officer"]);
        assert_eq!(ruler.wrap("Cook", 256.0), ["Cook"]);
        let long = "Donaudampfschifffahrtsgesellschaftskapitän";
        let lines = ruler.wrap(long, 256.0);
        assert_eq!(lines.concat(), long);
        assert!(lines.len() > 1 && lines.iter().all(|line| ruler.width(line) <= 256.0), "{lines:?}");
    }

    #[test]
    fn what_the_font_lacks_is_told() {
        assert_eq!(missing_glyph("Chef d’œuvre, Ärztin, инженер, μηχανικός"), None);
        assert_eq!(missing_glyph("Head of 製品"), Some('製'));
    }
}
