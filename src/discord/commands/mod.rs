//! The application commands: their definitions, how Discord's copy differs, and how it is synchronized.

pub(crate) mod diff;
pub(crate) mod diff_text;
pub mod registration;
pub(crate) mod table;
