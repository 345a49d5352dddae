//! The integration tests: one crate, one module for each topic, from the corpus to the exit code of the process.

mod authors;
mod career_graph;
mod contracts;
mod corpus;
mod deploy;
mod diagram;
mod discord;
mod hostile;
mod i18n;
mod index;
mod measures;
mod questions;
mod replies;
mod settings;
mod shape;
mod stage;
mod suggestions;
mod trades;
mod ward;
mod yes_no;
