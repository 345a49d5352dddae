//! Correction of misspelt words against a list of known ones.

/// The candidate nearest to `word` by Damerau-Levenshtein distance, from 1 to `max_distance`; the first in alphabetical order of several.
pub(crate) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
    max_distance: usize,
) -> Option<&'c str> {
    let length = word.chars().count();
    candidates
        .into_iter()
        // The difference in length is a cheap lower bound of the distance.
        .filter(|known| known.chars().count().abs_diff(length) <= max_distance)
        .map(|known| (strsim::damerau_levenshtein(word, known), known))
        .filter(|(distance, _)| (1..=max_distance).contains(distance))
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_word_within_the_distance_is_found() {
        let known = ["baker", "banker", "brewer"];
        assert_eq!(nearest("bakre", known, 1), Some("baker"));
        assert_eq!(nearest("baner", known, 1), Some("baker"), "alphabetical order decides");
        assert_eq!(nearest("baker", known, 1), Some("banker"), "a known word needs no correction");
        assert_eq!(nearest("brwe", known, 1), None);
        assert_eq!(nearest("brwer", known, 2), Some("brewer"));
    }
}
