//! Operations: settings, diagnosis (`doctor`), the long-running process and its reloads.

pub mod config;
pub(crate) mod corpus_watcher;
pub mod doctor;
pub(crate) mod reload;
pub mod serve;
pub(crate) mod shutdown;
pub(crate) mod sighup;
