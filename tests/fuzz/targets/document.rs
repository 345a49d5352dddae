//! Documents of the corpus.
#![no_main]

#[path = "../claims.rs"]
#[expect(dead_code, reason = "each target checks one input")]
mod claims;

libfuzzer_sys::fuzz_target!(|data: &[u8]| claims::document(data));
