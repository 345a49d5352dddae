//! The interactions endpoint: the HTTP route that receives interactions from Discord.

pub(crate) mod router;
pub(crate) mod signature;
