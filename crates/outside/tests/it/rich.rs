//! Words that Outlook keeps as packed rich text.

use crate::outlook::{MESSAGE, PROPERTIES, attribute, list, outlook, wrapping};
use outside::mail::{read, readable_outlook};

/// Packed rich text: the example of [MS-OXRTFCP] 4.1.
const HELLO: &[u8] = &[
    0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 3, 0, 0x0a, 0, 0x72, 0x63,
    0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 9, 0, 0x20, 0x62, 0x77, 5,
    0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
];

/// Rich text as it may also lie there, unpacked.
fn unpacked(rtf: &str) -> Vec<u8> {
    [&[0; 8][..], b"MELA", &[0; 4], rtf.as_bytes()].concat()
}

fn said_in_rtf(packed: &[u8]) -> String {
    let lone = wrapping(&[attribute(
        MESSAGE,
        PROPERTIES,
        &list(&[(0x1009_0102, packed.to_vec())]),
    )]);
    read(
        &[
            b"From: a@b.dk\nSubject: x\nContent-Type: application/ms-tnef\n\n",
            &lone[..],
        ]
        .concat(),
    )
    .words
}

#[test]
fn words_that_are_there_as_packed_rich_text_alone_are_read() {
    assert_eq!(said_in_rtf(HELLO), "hello world");
    let mail = readable_outlook(&outlook(cfb::Version::V3, &[("10090102", HELLO)])).expect("a message");
    assert!(mail.contains("\nhello world\n"), "{mail}");
    let rich = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Calibri;}}{\colortbl;\red0;}{\*\generator Riched20;}
\pard Jeg ved, hvor du bor\par {\b Bl\'e5b\'e6r} \u8364?\u-10179?\u-8695? \{5\}\line\uc2 \u230ae\tab slut\bin3 {{{!}";
    let words = said_in_rtf(&unpacked(rich));
    assert_eq!(
        words, "Jeg ved, hvor du bor\nBlåbær €😉 {5}\næ\tslut!",
        "{words:?}"
    );
    let html = r"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Vent du {\*\htmltag84 <b>}bare{\*\htmltag92 </b>}\htmlrtf\par}\htmlrtf0}";
    assert_eq!(said_in_rtf(&unpacked(html)).trim(), "Vent du bare");
}

#[test]
fn lying_rich_text_harms_nobody() {
    for cut in 0..HELLO.len() {
        said_in_rtf(&HELLO[..cut]);
    }
    let length = |words: &str| words.chars().count();
    for at in 0..HELLO.len() {
        let mut twisted = HELLO.to_vec();
        twisted[at] ^= 0xff;
        assert!(length(&said_in_rtf(&twisted)) < 500);
    }
    // Seventeen times and more out of each reference: up to the most that is read of any text, and no further.
    let mut bomb = [&[0; 8][..], b"LZFu", &[0; 4]].concat();
    (0..200_000).for_each(|_| bomb.extend([[0xff].as_slice(), &[0, 0x0f].repeat(8)].concat()));
    assert!(length(&said_in_rtf(&bomb)) <= 1_000_000);
    for broken in [
        "{".repeat(100_000),
        "}".repeat(100_000),
        r"\bin99999999999 x".into(),
        r"\'".into(),
        r"\u".into(),
        "\\".into(),
        r"\bin2147483647 x".into(),
    ] {
        said_in_rtf(&unpacked(&broken));
    }
}
