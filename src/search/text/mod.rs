//! Text analysis for the language of the documents: tokens, stems, stop words, synonyms.

pub mod english;
pub(crate) mod lexicon;
