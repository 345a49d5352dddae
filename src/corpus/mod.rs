//! Reads a folder of Markdown documents: text to documents and diagnostics.

pub mod document;
pub mod folder;
pub mod front_matter;
pub mod markdown;
