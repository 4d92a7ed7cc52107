//! `data/proof/*.json`: the case's chain as bare leaves, the seal over its head, and where each exhibit stands.

use serde::{Deserialize, Serialize};

use crate::entry::{GENESIS, Hash, link};
use crate::hexed;
use crate::seal::{HeadLeaf, Seal, inclusion};

pub(crate) const CHAIN_FORMAT: &str = "vaern-chain-v1";
pub(crate) const SEAL_FORMAT: &str = "vaern-seal-v1";

/// `chain.json`: every entry of the case up to the sealed head, none left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    format: String,
    /// Case id (a UUID in text).
    pub case: String,
    /// Case number such as `2026-0001`.
    pub number: String,
    pub entries: Vec<ChainEntry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainEntry {
    /// From 1, without gaps.
    pub seq: u64,
    #[serde(with = "hexed")]
    pub leaf: Hash,
}

impl Chain {
    /// From the leaves of entries 1, 2, 3 … in order.
    pub fn new(case: &str, number: &str, leaves: impl IntoIterator<Item = Hash>) -> Self {
        let entries = (1..)
            .zip(leaves)
            .map(|(seq, leaf)| ChainEntry { seq, leaf })
            .collect();
        Self {
            format: CHAIN_FORMAT.into(),
            case: case.into(),
            number: number.into(),
            entries,
        }
    }

    /// Chain hash after each entry.
    #[must_use]
    pub fn hashes(&self) -> Vec<Hash> {
        let next = |prev: &mut Hash, entry: &ChainEntry| {
            *prev = link(prev, &entry.leaf);
            Some(*prev)
        };
        self.entries.iter().scan(GENESIS, next).collect()
    }

    pub(crate) fn well_formed(&self) -> Result<(), &'static str> {
        if self.format != CHAIN_FORMAT {
            return Err("is not of format vaern-chain-v1");
        }
        if self.entries.is_empty()
            || (1..)
                .zip(&self.entries)
                .any(|(seq, entry): (u64, _)| entry.seq != seq)
        {
            return Err("does not number its entries 1, 2, 3 …");
        }
        Ok(())
    }
}

/// `seal.json`: a seal, and the way from this case's head to its root. Other cases do not appear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealProof {
    format: String,
    /// Microseconds since 1970-01-01T00:00:00Z, by the server's own clock.
    pub at_us: i64,
    /// Number of cases under the root.
    pub size: u64,
    #[serde(with = "hexed")]
    pub root: Hash,
    /// 64 hex digits.
    pub public_key: String,
    /// 128 hex digits.
    pub signature: String,
    pub head: HeadLeaf,
    /// Place of this case among all, from 0.
    pub index: u64,
    /// Audit path in hex, from the leaf upwards (RFC 6962 §2.1.1).
    pub path: Vec<HexHash>,
}

/// A hash that is hex in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HexHash(#[serde(with = "hexed")] pub Hash);

impl SealProof {
    /// `heads` are those that `seal` was made over; `None` if `case` is not among them.
    #[must_use]
    pub fn new(seal: &Seal, heads: &[HeadLeaf], case: &str) -> Option<Self> {
        let head = heads.iter().find(|head| head.case == case)?.clone();
        let (index, path) = inclusion(heads, case)?;
        Some(Self {
            format: SEAL_FORMAT.into(),
            at_us: seal.at_us,
            size: seal.size,
            root: seal.root,
            public_key: seal.public_key_hex.clone(),
            signature: seal.signature_hex.clone(),
            head,
            index,
            path: path.into_iter().map(HexHash).collect(),
        })
    }

    #[must_use]
    pub fn seal(&self) -> Seal {
        Seal {
            at_us: self.at_us,
            size: self.size,
            root: self.root,
            public_key_hex: self.public_key.clone(),
            signature_hex: self.signature.clone(),
        }
    }

    pub(crate) fn well_formed(&self) -> bool {
        self.format == SEAL_FORMAT
    }
}

/// One object of `stamps.json`: an earlier seal over this case's head as it then was, and the files with its text and with
/// the time-stamp over that text. `openssl ts -verify -data TEXT -in TOKEN -CAfile …` checks the two without us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StampProof {
    pub seal: SealProof,
    /// From the top folder: `data/proof/stamps/000007.txt`.
    pub text: String,
    /// From the top folder: `data/proof/stamps/000007.tsr`, a DER `TimeStampResp` ([`crate::stamp`]).
    pub token: String,
}

impl StampProof {
    /// `id` is the seal's number.
    #[must_use]
    pub fn new(id: u64, seal: SealProof) -> Self {
        let path = |kind| format!("{}{id:06}.{kind}", super::STAMPS_FOLDER);
        Self {
            seal,
            text: path("txt"),
            token: path("tsr"),
        }
    }
}

/// One object of `exhibits.json`: an original, and the entry that recorded it. That entry's event is
/// `{"type":"exhibit-sealed","number":1,"sha256":"…", …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExhibitProof {
    /// Number of the exhibit in the case, from 1.
    pub number: u64,
    /// From the top folder: `data/originals/bilag-001.png`.
    pub path: String,
    #[serde(with = "hexed")]
    pub sha256: Hash,
    pub bytes: u64,
    /// Entry of the journal that recorded it.
    pub seq: u64,
}
