//! Discord's shapes <-> ours, without any network: what came in becomes a [`Request`](crate::engine::request::Request), a
//! [`Reply`](crate::engine::reply::Reply) becomes a body that Discord accepts.

pub mod custom_id;
pub mod decode;
pub mod encode;
pub mod fields;
pub mod limits;
pub mod menu;
pub mod multipart;
pub mod next_page;
pub mod paginate;
pub mod share;
pub mod text;
pub mod vote;

#[cfg(test)]
mod prop_tests;
