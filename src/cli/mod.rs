//! Subcommands for setting the bot up.

pub mod doctor;
pub mod register;
