//! Conversion between Discord's objects and the engine's, without network access: an event becomes a
//! [`Request`](crate::engine::request::Request), a [`Reply`](crate::engine::reply::Reply) becomes a request body for Discord.

pub mod custom_id;
pub mod decode;
pub mod encode;
pub mod fields;
pub mod limits;
pub(crate) mod menu;
pub(crate) mod multipart;
pub mod next_page;
pub mod paginate;
pub mod share;
pub(crate) mod text;
pub mod vote;

#[cfg(test)]
mod prop_tests;
