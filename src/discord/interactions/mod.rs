//! Handles interactions: commands, components, modals, autocomplete.

pub(crate) mod render;
pub(crate) mod respond;
