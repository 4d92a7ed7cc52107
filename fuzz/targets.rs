//! What each target asks of any bytes. The tests of `app` ask it of the seeds (`fuzz/seeds/`), so that this compiles and holds
//! in every run.

use std::io::Cursor;

/// Read as an e-mail: without a panic, without an end to the depth, and with everything in it bounded by what came.
pub fn mail(bytes: &[u8]) {
    let mail = outside::mail::read(bytes);
    for part in &mail.parts {
        assert!(
            part.content().len() <= bytes.len().max(1) * 4,
            "more came out than could be in it"
        );
    }
    let _ = outside::mail::split(&mail.words);
    let _ = outside::mail::verdicts(&mail.head.verdicts, "mx.fjordby.example");
    let _ = outside::mail::readable(bytes);
}

/// Read as a `winmail.dat`: as an e-mail, and nothing in it is longer than what came.
pub fn tnef(bytes: &[u8]) {
    let mut message = b"From: a@b.dk\nSubject: x\nContent-Type: application/ms-tnef\n\n".to_vec();
    message.extend(bytes);
    for part in &outside::mail::read(&message).parts {
        assert!(
            part.content().len() <= message.len(),
            "more came out than could be in it"
        );
    }
    let _ = outside::mail::readable(&message);
}

/// Read as a message that Outlook saved: as an e-mail, and no more comes out of it than it can hold.
pub fn msg(bytes: &[u8]) {
    let head = b"From: a@b.dk\nSubject: x\nContent-Type: application/vnd.ms-outlook; name=x.msg\n\n";
    let mail = outside::mail::read(&[head, bytes].concat());
    let out: usize = mail.parts.iter().skip(1).map(|part| part.content().len()).sum();
    // What comes out may itself be packed in the same way, level by level.
    assert!(out <= bytes.len() * 20, "more came out than could be in it");
    let _ = outside::mail::readable_outlook(bytes);
}

/// What a file is does not depend on how it was cut on the way.
pub fn kind(cut: u16, bytes: &[u8]) {
    let of = |chunks: &[&[u8]], name: &str| {
        let mut sniffer = app::kind::Sniffer::default();
        chunks.iter().for_each(|chunk| sniffer.push(chunk));
        sniffer
            .finish(name)
            .map(|kind| kind.media_type)
            .map_err(|fault| fault.code())
    };
    let (head, tail) = bytes.split_at(usize::from(cut).min(bytes.len()));
    for name in ["fil.png", "fil.pdf", "fil.eml", "fil.txt", "fil.mhtml", "fil"] {
        assert_eq!(
            of(&[bytes], name),
            of(&[head, tail], name),
            "{name}, cut at {cut}"
        );
    }
}

/// Checked as a bag: none but a bag holds. Gives whether it does.
pub fn bag(bytes: &[u8]) -> bool {
    let holds = proof::verify::verify_bag(Cursor::new(bytes)).holds();
    assert!(!holds || bytes.starts_with(b"PK"), "what is no archive holds");
    holds
}
