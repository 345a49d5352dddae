//! Handles interactions: commands, components, modals, autocomplete.

pub mod render;
pub mod respond;
