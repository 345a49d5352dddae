//! `custom_id`s and values of message components.
#![no_main]

#[path = "../engine.rs"]
mod engine;
#[path = "../claims.rs"]
#[expect(dead_code, reason = "each target checks one input")]
mod claims;

libfuzzer_sys::fuzz_target!(|data: &[u8]| claims::custom_id(&engine::ENGINE, data));
