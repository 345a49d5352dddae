//! The commands as Discord takes them, and how they get there.

pub mod difference;
pub mod registration;
pub mod table;
