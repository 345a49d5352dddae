//! Reads a folder of Markdown files into documents and diagnostics.

pub mod document;
pub mod folder;
pub(crate) mod front_matter;
pub(crate) mod markdown;
