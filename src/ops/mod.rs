//! What an operator needs: settings, diagnosis, a process that runs for long.

pub mod config;
pub mod corpus_watcher;
pub mod doctor;
pub mod reload;
pub mod serve;
pub mod sighup;
