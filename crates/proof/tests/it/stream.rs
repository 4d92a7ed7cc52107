use proof::stream::{Opener, Sealer, sealed_len};
use proof::{DataKey, OpenError};
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::fixture::rng;

const CHUNK: usize = 64 * 1024;

fn key() -> DataKey {
    DataKey::generate(&mut rng())
}

fn bytes(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    StdRng::seed_from_u64(len as u64).fill_bytes(&mut bytes);
    bytes
}

/// Feeds `data` in pieces of the given lengths, over and over.
fn pieces<'a>(mut data: &'a [u8], lengths: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let mut lengths = lengths.iter().cycle();
    std::iter::from_fn(move || {
        let (now, rest) = data.split_at(data.len().min(*lengths.next()?));
        data = rest;
        (!now.is_empty()).then_some(now)
    })
}

fn seal(data: &[u8], lengths: &[usize]) -> Vec<u8> {
    let (mut sealer, mut out) = Sealer::new(&key(), "blob-1", &mut rng());
    pieces(data, lengths).for_each(|piece| sealer.push(piece, &mut out));
    sealer.finish(&mut out);
    out
}

fn open(data: &[u8], blob: &str, lengths: &[usize]) -> Result<Vec<u8>, OpenError> {
    let mut opener = Opener::new(&key(), blob);
    let mut out = Vec::new();
    for piece in pieces(data, lengths) {
        opener.push(piece, &mut out)?;
    }
    opener.finish(&mut out)?;
    Ok(out)
}

#[test]
fn files_around_every_chunk_border_come_back_and_have_the_foretold_length() {
    for len in [
        0,
        1,
        CHUNK - 1,
        CHUNK,
        CHUNK + 1,
        2 * CHUNK - 1,
        2 * CHUNK,
        2 * CHUNK + 1,
        5 * CHUNK + 77,
    ] {
        let plain = bytes(len);
        let sealed = seal(&plain, &[usize::MAX]);
        assert_eq!(sealed.len() as u64, sealed_len(len as u64), "{len}");
        assert!(
            open(&sealed, "blob-1", &[usize::MAX]).as_ref() == Ok(&plain),
            "{len}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_way_of_cutting_the_input_matters(
        len in 0..3 * CHUNK + 5,
        cut_in in prop::collection::vec(1..CHUNK * 2, 1..5),
        cut_out in prop::collection::vec(1..CHUNK * 2, 1..5),
    ) {
        let plain = bytes(len);
        let sealed = seal(&plain, &cut_in);
        prop_assert!(sealed == seal(&plain, &[usize::MAX]));
        prop_assert!(open(&sealed, "blob-1", &cut_out).as_ref() == Ok(&plain));
    }

    #[test]
    fn a_file_cut_off_or_changed_anywhere_is_refused(len in 0..2 * CHUNK + 5, at: prop::sample::Index, bit in 0..8) {
        let sealed = seal(&bytes(len), &[usize::MAX]);
        let at = at.index(sealed.len());
        prop_assert!(open(&sealed[..at], "blob-1", &[4096]).is_err());
        let mut bad = sealed.clone();
        bad[at] ^= 1u8 << bit;
        prop_assert!(open(&bad, "blob-1", &[4096]).is_err());
        bad = sealed;
        bad.push(0);
        prop_assert!(open(&bad, "blob-1", &[4096]).is_err());
    }
}

#[test]
fn single_bytes_in_and_out_work() {
    let plain = bytes(300);
    assert!(open(&seal(&plain, &[1]), "blob-1", &[1]) == Ok(plain));
}

#[test]
fn a_file_cut_at_a_chunk_border_is_refused() {
    let sealed = seal(&bytes(3 * CHUNK), &[usize::MAX]);
    for chunks in 0..3 {
        assert!(
            open(&sealed[..26 + chunks * (CHUNK + 16)], "blob-1", &[usize::MAX]).is_err(),
            "{chunks}"
        );
    }
}

#[test]
fn swapped_or_dropped_chunks_and_other_files_are_refused() {
    let sealed = seal(&bytes(3 * CHUNK), &[usize::MAX]);
    let (header, body) = sealed.split_at(26);
    let chunks: Vec<&[u8]> = body.chunks(CHUNK + 16).collect();
    let joined = |order: &[usize]| {
        [
            header.to_vec(),
            order.iter().flat_map(|n| chunks[*n].to_vec()).collect(),
        ]
        .concat()
    };
    assert!(open(&joined(&[0, 1, 2]), "blob-1", &[usize::MAX]).is_ok());
    for order in [&[1, 0, 2][..], &[0, 2], &[0, 1], &[0, 0, 1, 2], &[0, 1, 2, 2]] {
        assert_eq!(
            open(&joined(order), "blob-1", &[usize::MAX]),
            Err(OpenError::Refused),
            "{order:?}"
        );
    }
    assert_eq!(open(&sealed, "blob-2", &[usize::MAX]), Err(OpenError::Refused));
    assert_eq!(
        open(b"\x89PNG\r\n\x1a\n", "blob-1", &[3]),
        Err(OpenError::NotSealed)
    );
    assert_eq!(open(&sealed[..20], "blob-1", &[3]), Err(OpenError::Truncated));
}

#[test]
fn after_a_refusal_nothing_unproved_is_given_out_and_nothing_more_opens() {
    let mut sealed = seal(&bytes(3 * CHUNK), &[usize::MAX]);
    sealed[26 + CHUNK + 16 + 5] ^= 1;
    let mut opener = Opener::new(&key(), "blob-1");
    let mut out = Vec::new();
    assert_eq!(opener.push(&sealed, &mut out), Err(OpenError::Refused));
    assert_eq!(out.len(), CHUNK, "the first chunk was proved, the second was not");
    assert_eq!(opener.push(b"more", &mut out), Err(OpenError::Refused));
    assert_eq!(opener.finish(&mut out), Err(OpenError::Refused));
    assert_eq!(out.len(), CHUNK);
}

#[test]
fn given_a_changed_last_chunk_then_none_of_it_is_given_out() {
    let mut sealed = seal(&bytes(CHUNK + 100), &[usize::MAX]);
    *sealed.last_mut().unwrap() ^= 1;
    let mut opener = Opener::new(&key(), "blob-1");
    let mut out = Vec::new();
    opener.push(&sealed, &mut out).unwrap();
    assert_eq!(opener.finish(&mut out), Err(OpenError::Refused));
    assert_eq!(out.len(), CHUNK);
}
