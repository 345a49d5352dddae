//! One test crate, a module a topic: what a person sees, from the corpus to the process's exit code.

mod authors;
mod contracts;
mod corpus;
mod deploy;
mod discord;
mod hostile;
mod index;
mod ladder;
mod measures;
mod picture;
mod questions;
mod replies;
mod settings;
mod shape;
mod speech;
mod stage;
mod suggestions;
mod trades;
mod verdicts;
mod ward;
