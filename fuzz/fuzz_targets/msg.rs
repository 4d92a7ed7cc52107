//! Any bytes are read as a message that Outlook saved: without a panic, without an end to the depth, and with no more coming
//! out of it than it can hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut message = b"From: a@b.dk\nSubject: x\nContent-Type: application/vnd.ms-outlook; name=x.msg\n\n".to_vec();
    message.extend(bytes);
    let mail = outside::mail::read(&message);
    // What comes out may itself be packed in the same way, level by level.
    let out: usize = mail.parts.iter().skip(1).map(|part| part.content().len()).sum();
    assert!(out <= bytes.len() * 20, "more came out than could be in it");
    let _ = outside::mail::readable_outlook(bytes);
});
