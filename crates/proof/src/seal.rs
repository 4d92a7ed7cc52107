//! A seal: the heads of all chains under one signed Merkle root.
//!
//! ```text
//! leaf data = "vaern-head-v1\n{case}\n{seq}\n{head hash in hex}\n", sorted by case id (bytes)
//! signed    = "vaern-seal-v1\n{at_us}\n{number of leaves}\n{root in hex}\n", Ed25519 (RFC 8032)
//! ```

use crate::entry::Hash;
use crate::keys::{SigningKey, verify_signature};
use crate::{hexed, merkle};
use serde::{Deserialize, Serialize};

/// Where one case's chain had come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadLeaf {
    /// Case id (a UUID in text).
    pub case: String,
    /// Number of entries.
    pub seq: u64,
    /// Chain hash after the last of them.
    #[serde(rename = "hash", with = "hexed")]
    pub head: Hash,
}

impl HeadLeaf {
    /// The leaf data that goes into the tree.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        format!(
            "vaern-head-v1\n{}\n{}\n{}\n",
            self.case,
            self.seq,
            hex::encode(self.head)
        )
        .into_bytes()
    }
}

/// One signed root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Microseconds since 1970-01-01T00:00:00Z, by the server's own clock.
    pub at_us: i64,
    /// Number of cases under the root.
    pub size: u64,
    pub root: Hash,
    /// 64 hex digits.
    pub public_key_hex: String,
    /// 128 hex digits.
    pub signature_hex: String,
}

impl Seal {
    /// Seals the heads, in whatever order they come; each case must occur once.
    #[must_use]
    pub fn make(key: &SigningKey, at_us: i64, heads: &[HeadLeaf]) -> Self {
        let root = merkle::root(&sorted_leaves(heads));
        let size = heads.len() as u64;
        let signature = key.sign(signed_text(at_us, size, &root).as_bytes());
        Self {
            at_us,
            size,
            root,
            public_key_hex: key.public_hex(),
            signature_hex: hex::encode(signature),
        }
    }

    /// The text that is signed, and that an outside authority stamps.
    #[must_use]
    pub fn signed_text(&self) -> String {
        signed_text(self.at_us, self.size, &self.root)
    }

    /// Whether the signature is the named key's. Whose key that is must be known from elsewhere.
    #[must_use]
    pub fn verify(&self) -> bool {
        let text = self.signed_text();
        verify_signature(&self.public_key_hex, text.as_bytes(), &self.signature_hex)
    }
}

/// Place of a case under the seal of these heads (from 0), with its audit path; `None` if it is not among them.
#[must_use]
pub fn inclusion(heads: &[HeadLeaf], case: &str) -> Option<(u64, Vec<Hash>)> {
    let index = heads.iter().filter(|head| head.case.as_str() < case).count();
    heads.iter().any(|head| head.case == case).then_some(())?;
    Some((index as u64, merkle::inclusion(&sorted_leaves(heads), index)?))
}

fn sorted_leaves(heads: &[HeadLeaf]) -> Vec<Vec<u8>> {
    let mut sorted: Vec<&HeadLeaf> = heads.iter().collect();
    sorted.sort_by(|a, b| a.case.cmp(&b.case));
    sorted.into_iter().map(HeadLeaf::bytes).collect()
}

fn signed_text(at_us: i64, size: u64, root: &Hash) -> String {
    format!("vaern-seal-v1\n{at_us}\n{size}\n{}\n", hex::encode(root))
}
