//! Rolecall answers questions about the roles in an organisation. ARCHITECTURE.md describes each module and its dependencies.

pub mod console;
pub mod corpus;
pub mod diagram;
pub mod discord;
pub mod engine;
pub mod i18n;
pub mod knowledge;
pub mod metrics;
pub mod model;
pub mod ops;
pub mod search;
pub mod secret;
pub mod web;
