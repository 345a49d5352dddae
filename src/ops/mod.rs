//! Operations: settings, diagnosis (`doctor`), the long-running process and its reloads.

pub mod config;
pub mod corpus_watcher;
pub mod doctor;
pub mod reload;
pub mod serve;
pub mod shutdown;
pub mod sighup;
