//! What a file is does not depend on how the network cut it.

use app::FileFault;
use app::kind::{HEAD, Kind, Sniffer};
use proptest::collection::vec;
use proptest::prelude::*;

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Beginnings and marks that the sniffer looks for, whole and broken, between anything else.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec()),
        Just(b"PK\x03\x04\x14\0\0\0".to_vec()),
        Just(b"\x89PNG\r\n\x1a\n".to_vec()),
        Just(b"%PDF-1.7\n".to_vec()),
        Just(b"From: a@b.dk\r\nSubject: x\r\n\r\n".to_vec()),
        Just(utf16("__properties_version1.0")),
        Just(b"datapackage.json".to_vec()),
        Just(b"datapackage.js".to_vec()),
        (1..3 * HEAD).prop_map(|count| vec![b'x'; count]),
        vec(any::<u8>(), 0..40),
        "[a-zA-Z: \n]{0,60}".prop_map(String::into_bytes),
    ];
    vec(part, 0..5).prop_map(|parts| parts.concat())
}

fn whole(bytes: &[u8], name: &str) -> Result<Kind, FileFault> {
    let mut sniffer = Sniffer::default();
    sniffer.push(bytes);
    sniffer.finish(name)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_answer_does_not_depend_on_the_chunks(
        bytes in content(),
        cuts in vec(1_usize..40, 1..30),
        name in prop_oneof![Just("a"), Just("a.png"), Just("a.msg"), Just("a.wacz"), Just("a.txt")],
    ) {
        let mut sniffer = Sniffer::default();
        let mut rest = bytes.as_slice();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            // Small steps at first, then larger ones, so that long files end.
            let step = if rest.len() > 4_000 { cut * 97 } else { *cut };
            let (now, later) = rest.split_at(step.min(rest.len()));
            sniffer.push(now);
            rest = later;
        }
        prop_assert_eq!(sniffer.finish(name), whole(&bytes, name));
    }
}

#[test]
fn a_mail_with_more_header_than_is_looked_at_is_still_a_mail() {
    let received = "Received: from a.example by b.example with SMTP; Mon, 12 Oct 2026 19:00:00 +0200\r\n";
    for cut in 0..90 {
        let mail = format!(
            "X: {}\r\nFrom: a@b.dk\r\nTo: c@d.dk\r\n{}\r\nhej",
            "x".repeat(cut),
            received.repeat(200)
        );
        assert_eq!(
            whole(mail.as_bytes(), "a.eml").unwrap().media_type,
            "message/rfc822",
            "cut {cut}"
        );
    }
}
