use proof::entry::{GENESIS, commitment, link, open_payload, seal_payload};
use proof::{DataKey, Header, OpenError};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::fixture::rng;

const JSON: &[u8] = r#"{"type":"told","text":"æ"}"#.as_bytes();

fn salt() -> [u8; 32] {
    std::array::from_fn(|n| n as u8)
}

fn header(json: &[u8]) -> Header {
    Header {
        case: "0b9f3c62-1111-4222-8333-444455556666".into(),
        seq: 7,
        at_us: 1_732_320_000_000_001,
        actor: "p09".into(),
        compartment: "matter".into(),
        commitment: commitment(&salt(), json),
    }
}

/// The expected values were computed with Python's hashlib from the format's description.
#[test]
fn hashes_are_those_of_the_described_format() {
    let leaf = header(JSON).leaf();
    let first = link(&GENESIS, &leaf);
    let got = [commitment(&salt(), JSON), leaf, first, link(&first, &leaf)].map(hex::encode);
    assert_eq!(
        got,
        [
            "7dbeeded7961bf745b99c2678463cf5a0ec5b41702ab5172fc5c665e9933ca1f",
            "800676c068ca949bce6462cd6ce88712bf2abd1590d7fff7fe0bd57caa1532ae",
            "1fb8bb21cd5c5ac5e2024ad06da13b7fd0bef07059dcbffff365d1e0878b749f",
            "73d8362ebd39046566924d939af75e3c02b2bea6010fbf6913b16dfcd76fdab2",
        ]
    );
}

#[test]
fn a_payload_opens_only_under_its_own_header() {
    let key = DataKey::generate(&mut rng());
    let header = header(JSON);
    let sealed = seal_payload(&key, &header, &salt(), JSON, &mut rng());
    assert_eq!(open_payload(&key, &header, &sealed), Ok((salt(), JSON.to_vec())));
    assert!(!sealed.windows(4).any(|it| it == b"told"));

    let others = [
        Header {
            case: "other".into(),
            ..header.clone()
        },
        Header {
            seq: 8,
            ..header.clone()
        },
        Header {
            at_us: 0,
            ..header.clone()
        },
        Header {
            actor: "p10".into(),
            ..header.clone()
        },
        Header {
            compartment: "care".into(),
            ..header.clone()
        },
        Header {
            commitment: [0; 32],
            ..header.clone()
        },
    ];
    for other in others {
        assert_eq!(
            open_payload(&key, &other, &sealed),
            Err(OpenError::Refused),
            "{other:?}"
        );
    }
    let stranger = DataKey::generate(&mut StdRng::seed_from_u64(99));
    assert_eq!(open_payload(&stranger, &header, &sealed), Err(OpenError::Refused));
}

#[test]
fn a_payload_that_the_header_does_not_commit_to_is_refused() {
    let key = DataKey::generate(&mut rng());
    let header = header(JSON);
    for (salt, json) in [(salt(), b"{}".as_slice()), ([9; 32], JSON)] {
        let sealed = seal_payload(&key, &header, &salt, json, &mut rng());
        assert_eq!(open_payload(&key, &header, &sealed), Err(OpenError::Commitment));
    }
}

#[test]
fn a_payload_cut_off_or_changed_anywhere_is_refused() {
    let key = DataKey::generate(&mut rng());
    let header = header(JSON);
    let sealed = seal_payload(&key, &header, &salt(), JSON, &mut rng());
    for at in 0..sealed.len() {
        let mut bad = sealed.clone();
        bad[at] ^= 0x10;
        assert_eq!(
            open_payload(&key, &header, &bad),
            Err(OpenError::Refused),
            "byte {at}"
        );
        assert!(open_payload(&key, &header, &sealed[..at]).is_err(), "cut at {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_payload_comes_back(salt: [u8; 32], json: Vec<u8>) {
        let key = DataKey::generate(&mut rng());
        let header = Header { commitment: commitment(&salt, &json), ..header(&json) };
        let sealed = seal_payload(&key, &header, &salt, &json, &mut rng());
        prop_assert_eq!(sealed.len(), 24 + 32 + json.len() + 16);
        prop_assert_eq!(open_payload(&key, &header, &sealed), Ok((salt, json)));
    }
}
