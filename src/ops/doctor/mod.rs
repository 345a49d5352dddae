//! `rolecall doctor`: checks everything the bot needs, on this machine and at Discord.

pub(crate) mod channels;
pub mod checks;
pub mod finding;
pub mod local;
pub(crate) mod probe_client;
