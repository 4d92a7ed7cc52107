#![no_main]

#[path = "../targets.rs"]
#[expect(dead_code, reason = "each target asks one of them")]
mod targets;

libfuzzer_sys::fuzz_target!(|input: (u16, &[u8])| targets::kind(input.0, input.1));
