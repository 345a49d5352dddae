//! Rolecall answers questions about the roles in an organisation. ARCHITECTURE.md describes each module and its dependencies.

// Public is what `main`, the tests and the benchmarks use; the rest is `pub(crate)`, so that the compiler finds dead code.
#![warn(unreachable_pub)]

pub mod console;
pub mod corpus;
pub mod diagram;
pub mod discord;
pub mod engine;
pub mod i18n;
pub mod knowledge;
pub(crate) mod metrics;
pub mod model;
pub mod ops;
pub mod search;
pub mod secret;
pub(crate) mod web;
