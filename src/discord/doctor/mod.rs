//! What Discord lets the bot do, and what it needs, as findings.

pub mod channels;
pub mod examination;
pub mod inquiry;
pub mod permissions;
