//! Any bytes are read as a `winmail.dat`: without a panic, without an end to the depth, and with everything in it bounded by
//! what came.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut message = b"From: a@b.dk\nSubject: x\nContent-Type: application/ms-tnef\n\n".to_vec();
    message.extend(bytes);
    let mail = outside::mail::read(&message);
    for part in &mail.parts {
        assert!(part.content().len() <= message.len(), "more came out than could be in it");
    }
    let _ = outside::mail::readable(&message);
});
