//! A small real case, and the bag of its `matter` drawer.

use std::io::Cursor;

use proof::bag::{
    self, BagWriter, Chain, ExhibitProof, JournalLine, SealProof, StampProof, write_journal_line,
};
use proof::entry::{GENESIS, commitment, link};
use proof::seal::{HeadLeaf, Seal};
use proof::stamp::{Authorities, Query};
use proof::testing::Authority;
use proof::{Hash, Header, SigningKey};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

pub const CASE: &str = "6f0c1c3e-58a4-4f5e-9a59-0d6e2b1f7a11";
pub const NUMBER: &str = "2026-0001";
pub const AT: i64 = 1_795_000_000_000_000;

pub fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

pub fn signing_key() -> SigningKey {
    let folder = tempfile::tempdir().unwrap();
    SigningKey::open_or_create(&folder.path().join("signing.key"), &mut rng()).unwrap()
}

pub fn sha(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Everything that goes into a bag, open to being spoiled before it is written.
pub struct Parts {
    pub files: Vec<(String, Vec<u8>)>,
    pub lines: Vec<JournalLine>,
    pub chain: Chain,
    pub seal: SealProof,
    pub exhibits: Vec<ExhibitProof>,
    pub stamps: Vec<StampProof>,
}

impl Parts {
    /// Seven entries; 3 is in another drawer, 2 and 5 seal the two exhibits.
    pub fn good() -> Self {
        let mut rng = rng();
        let mut originals = [vec![0; 700], vec![0; 300]];
        originals.iter_mut().for_each(|bytes| rng.fill_bytes(bytes));
        let sealed = |number: usize| {
            let bytes = &originals[number - 1];
            let hash = hex::encode(sha(bytes));
            format!(
                r#"{{"type":"exhibit-sealed","number":{number},"name":"skærm \"1\".png","bytes":{},"sha256":"{hash}"}}"#,
                bytes.len()
            )
        };
        let events = [
            (
                "matter",
                r#"{"type":"told","text":"Se lige det her 😡\nhan skriver igen"}"#.to_owned(),
            ),
            ("matter", sealed(1)),
            ("care", r#"{"type":"triaged"}"#.to_owned()),
            ("matter", r#"{"type":"received"}"#.to_owned()),
            ("matter", sealed(2)),
            (
                "matter",
                r#"{"type":"number-games","number":"1","sha256":7}"#.to_owned(),
            ),
            ("matter", r#"{"type":"exported","drawer":"matter"}"#.to_owned()),
        ];
        let (mut prev, mut leaves, mut lines) = (GENESIS, Vec::new(), Vec::new());
        for (seq, (compartment, json)) in (1..).zip(&events) {
            let mut salt = [0; 32];
            rng.fill_bytes(&mut salt);
            let header = Header {
                case: CASE.into(),
                seq,
                at_us: AT + seq as i64 * 1_000_001,
                actor: "p09".into(),
                compartment: (*compartment).into(),
                commitment: commitment(&salt, json.as_bytes()),
            };
            if *compartment == "matter" {
                let line = JournalLine::new(&header, "Vibeke Holst", &salt, json.as_bytes(), &prev).unwrap();
                lines.push(line);
            }
            leaves.push(header.leaf());
            prev = link(&prev, &header.leaf());
        }
        let chain = Chain::new(CASE, NUMBER, leaves);
        let exhibit = |number: u64, name: &str, seq| ExhibitProof {
            number,
            path: format!("data/originals/{name}"),
            sha256: sha(&originals[number as usize - 1]),
            bytes: originals[number as usize - 1].len() as u64,
            seq,
        };
        let exhibits = vec![exhibit(1, "bilag-001.png", 2), exhibit(2, "bilag-002.pdf", 5)];
        let [first, second] = originals;
        let files = vec![
            ("originals/bilag-001.png".into(), first),
            ("originals/bilag-002.pdf".into(), second),
            ("dossier.pdf".into(), b"%PDF-1.7 a dossier".to_vec()),
        ];
        let mut parts = Self {
            files,
            lines,
            seal: sealed_proof(&chain),
            chain,
            exhibits,
            stamps: Vec::new(),
        };
        parts.reseal();
        parts
    }

    /// Signs the chain as it now stands, among four other cases.
    pub fn reseal(&mut self) {
        self.seal = sealed_proof(&self.chain);
    }

    /// Puts in a time-stamp over the first so many entries, by this authority.
    pub fn stamp(&mut self, id: u64, entries: usize, authority: &Authority) {
        let leaves = self.chain.entries[..entries].iter().map(|entry| entry.leaf);
        let stamp = StampProof::new(id, sealed_proof(&Chain::new(CASE, NUMBER, leaves)));
        let text = stamp.seal.seal().signed_text();
        let query = Query::new(text.as_bytes(), id, None);
        let answer = authority.answer(&query.to_der());
        let trusted = Authorities::from_pem(&authority.root()).unwrap();
        let taken = query.accept(&answer, &trusted, crate::stamp::now_us()).unwrap();
        let mut add = |path: &str, bytes: &[u8]| {
            let path = path.strip_prefix("data/").unwrap().to_owned();
            self.files.push((path, bytes.to_vec()));
        };
        add(&stamp.text, text.as_bytes());
        add(&stamp.token, taken.bytes());
        self.stamps.push(stamp);
    }

    pub fn journal(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.lines
            .iter()
            .for_each(|line| write_journal_line(&mut out, line).unwrap());
        out
    }

    pub fn write(&self) -> Vec<u8> {
        self.write_with(&self.journal())
    }

    pub fn write_with(&self, journal: &[u8]) -> Vec<u8> {
        let mut bag = BagWriter::new(Cursor::new(Vec::new()), "vaern-2026-0001").unwrap();
        for (path, bytes) in &self.files {
            assert_eq!(bag.add(path, &mut bytes.as_slice()).unwrap(), sha(bytes));
        }
        let mut add = |path: &str, bytes: &[u8]| {
            bag.add(path.strip_prefix("data/").unwrap(), &mut &*bytes)
                .unwrap();
        };
        add(bag::JOURNAL, journal);
        add(bag::CHAIN, &serde_json::to_vec(&self.chain).unwrap());
        add(bag::SEAL, &serde_json::to_vec(&self.seal).unwrap());
        add(bag::EXHIBITS, &serde_json::to_vec(&self.exhibits).unwrap());
        if !self.stamps.is_empty() {
            add(bag::STAMPS, &serde_json::to_vec(&self.stamps).unwrap());
        }
        let info = [("Bagging-Date".to_owned(), "2026-11-23".to_owned())];
        bag.finish(&info).unwrap().into_inner()
    }
}

fn sealed_proof(chain: &Chain) -> SealProof {
    let other = |n: u8| HeadLeaf {
        case: format!("{n:x}0000000-0000-4000-8000-000000000000"),
        seq: 3,
        head: [n; 32],
    };
    let mut heads: Vec<HeadLeaf> = [9, 1, 12, 4].map(other).into();
    let hashes = chain.hashes();
    heads.push(HeadLeaf {
        case: chain.case.clone(),
        seq: hashes.len() as u64,
        head: *hashes.last().unwrap(),
    });
    let seal = Seal::make(&signing_key(), AT + 60_000_000, &heads);
    SealProof::new(&seal, &heads, &chain.case).unwrap()
}
