//! Questions and text commands.
#![no_main]

#[path = "../engine.rs"]
mod engine;
#[path = "../claims.rs"]
#[expect(dead_code, reason = "each target checks one input")]
mod claims;

libfuzzer_sys::fuzz_target!(|data: &[u8]| claims::sentence(&engine::ENGINE, data));
