//! Reads a folder of Markdown files into documents and diagnostics.

pub mod document;
pub mod folder;
pub mod front_matter;
pub mod markdown;
