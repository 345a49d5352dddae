//! What people type.
#![no_main]

#[path = "../bot.rs"]
mod bot;
#[path = "../claims.rs"]
#[expect(dead_code, reason = "each target makes one of the claims")]
mod claims;

libfuzzer_sys::fuzz_target!(|data: &[u8]| claims::sentence(&bot::BOT, data));
