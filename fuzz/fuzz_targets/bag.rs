//! Any bytes are checked as a bag, and none but a bag holds.
#![no_main]

use std::io::Cursor;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let report = proof::verify::verify_bag(Cursor::new(bytes));
    assert!(!report.holds() || bytes.starts_with(b"PK"), "what is no archive holds");
});
