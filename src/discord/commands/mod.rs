//! The application commands: their definitions, how Discord's copy differs, and how it is synchronized.

pub mod diff;
pub mod diff_text;
pub mod registration;
pub mod table;
