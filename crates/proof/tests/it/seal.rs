use proof::keys::verify_signature;
use proof::merkle::verify_inclusion;
use proof::seal::{HeadLeaf, Seal, inclusion};

use crate::fixture::signing_key;

fn heads(count: u8) -> Vec<HeadLeaf> {
    (0..count)
        .map(|n| HeadLeaf {
            case: format!("case-{:02}", (n * 7) % count),
            seq: 1,
            head: [n; 32],
        })
        .collect()
}

#[test]
fn a_seal_signs_the_described_text() {
    let key = signing_key();
    let seal = Seal::make(&key, -5, &heads(3));
    let text = format!("vaern-seal-v1\n-5\n3\n{}\n", hex::encode(seal.root));
    assert!(verify_signature(
        &key.public_hex(),
        text.as_bytes(),
        &seal.signature_hex
    ));
    assert_eq!(
        heads(1)[0].bytes(),
        format!("vaern-head-v1\ncase-00\n1\n{}\n", "00".repeat(32)).as_bytes()
    );
}

#[test]
fn the_order_in_which_heads_come_does_not_matter() {
    let (key, forth) = (signing_key(), heads(11));
    let back: Vec<HeadLeaf> = forth.iter().rev().cloned().collect();
    assert_eq!(Seal::make(&key, 1, &forth), Seal::make(&key, 1, &back));
}

#[test]
fn every_head_is_proved_under_its_seal() {
    for count in [1, 2, 5, 11, 13] {
        let heads = heads(count);
        let seal = Seal::make(&signing_key(), 1, &heads);
        for head in &heads {
            let (index, path) = inclusion(&heads, &head.case).unwrap();
            assert!(
                verify_inclusion(&head.bytes(), index, seal.size, &path, &seal.root),
                "{}",
                head.case
            );
        }
        assert!(inclusion(&heads, "case-99").is_none());
    }
    assert!(
        Seal::make(&signing_key(), 1, &[]).verify(),
        "a seal over nothing is a seal"
    );
}

#[test]
fn a_seal_that_says_anything_else_does_not_verify() {
    let seal = Seal::make(&signing_key(), 1, &heads(3));
    assert!(seal.verify());
    let others = [
        Seal {
            at_us: 2,
            ..seal.clone()
        },
        Seal {
            size: 4,
            ..seal.clone()
        },
        Seal {
            root: [0; 32],
            ..seal.clone()
        },
        Seal {
            public_key_hex: "00".repeat(32),
            ..seal.clone()
        },
        Seal {
            signature_hex: "00".repeat(64),
            ..seal.clone()
        },
        Seal {
            signature_hex: String::new(),
            ..seal
        },
    ];
    assert!(others.iter().all(|other| !other.verify()));
}
