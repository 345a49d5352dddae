//! Subcommands for setting the bot up.

pub(crate) mod doctor;
pub(crate) mod register;
