//! The verbs that set the bot up, each with what it reads from the settings.

pub mod doctor;
pub mod register;
