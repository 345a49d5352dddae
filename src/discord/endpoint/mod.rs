//! The interactions endpoint: the HTTP route that receives interactions from Discord.

pub mod router;
pub mod signature;
