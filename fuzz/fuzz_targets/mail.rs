//! Any bytes are read as an e-mail: without a panic, without an end to the depth, and with everything in it bounded by what came.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mail = outside::mail::read(bytes);
    for part in &mail.parts {
        assert!(part.content().len() <= bytes.len().max(1) * 4, "more came out than could be in it");
    }
    let _ = outside::mail::split(&mail.words);
    let _ = outside::mail::verdicts(&mail.head.verdicts, "mx.fjordby.example");
    let _ = outside::mail::readable(bytes);
});
