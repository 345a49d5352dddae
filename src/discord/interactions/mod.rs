//! Interactions: commands, components, modals, autocomplete; each gets its response.

pub mod render;
pub mod respond;
