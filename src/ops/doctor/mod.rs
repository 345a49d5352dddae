//! `rolecall doctor`: checks of everything that the bot needs, here and at Discord, each with a finding.

pub mod channels;
pub mod checks;
pub mod finding;
pub mod local;
pub mod probe_client;
