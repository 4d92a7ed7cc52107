//! What a file is does not depend on how it was cut on the way.
#![no_main]

use app::kind::Sniffer;

libfuzzer_sys::fuzz_target!(|input: (u16, &[u8])| {
    let (cut, bytes) = input;
    let of = |chunks: &[&[u8]], name: &str| {
        let mut sniffer = Sniffer::default();
        chunks.iter().for_each(|chunk| sniffer.push(chunk));
        sniffer.finish(name).map(|kind| kind.media_type).map_err(|fault| fault.code())
    };
    let (head, tail) = bytes.split_at(usize::from(cut).min(bytes.len()));
    for name in ["fil.png", "fil.pdf", "fil.eml", "fil.txt", "fil.mhtml", "fil"] {
        assert_eq!(of(&[bytes], name), of(&[head, tail], name), "{name}, cut at {cut}");
    }
});
