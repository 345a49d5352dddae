//! What is particular to a language of documents: tokens, stems, stop words, synonyms.

pub mod english;
pub mod lexicon;
