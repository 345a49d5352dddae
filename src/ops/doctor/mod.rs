//! `rolecall doctor`: checks everything the bot needs, on this machine and at Discord.

pub mod channels;
pub mod checks;
pub mod finding;
pub mod local;
pub mod probe_client;
