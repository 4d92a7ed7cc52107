#![no_main]

#[path = "../targets.rs"]
#[expect(dead_code, reason = "each target asks one of them")]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::mail(bytes));
