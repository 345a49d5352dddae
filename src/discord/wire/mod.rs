//! Discord's shapes <-> ours, without any network: what came in becomes a [`Request`](crate::bot::request::Request), a
//! [`Reply`](crate::bot::reply::Reply) becomes a body that Discord accepts.

pub mod decode;
pub mod encode;
pub mod fields;
pub mod form_data;
pub mod ids;
pub mod layout;
pub mod limits;
pub mod menu;
pub mod more;
pub mod share;
pub mod text;
pub mod verdict;

#[cfg(test)]
mod proofs;
