//! Rolecall knows what people in an organisation's roles do. ARCHITECTURE.md tells what each room is for and which may use which.

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
