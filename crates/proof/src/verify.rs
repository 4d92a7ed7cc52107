//! The offline check of a bag.

use std::io::{Read, Seek};

use crate::seal::HeadLeaf;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Path from the bag's top folder, or `(zip structure)`.
    pub file: String,
    /// What is wrong with it, in English, as the rest of a sentence.
    pub what: String,
}

/// What [`verify_bag`] found. The bag is good if `failures` is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BagReport {
    /// What was checked and holds, one sentence each, in English.
    pub checked: Vec<String>,
    pub failures: Vec<Failure>,
    /// Case number such as `2026-0001`, once known.
    pub number: Option<String>,
    /// The sealed head of the case's chain, once known.
    pub head: Option<HeadLeaf>,
    /// Microseconds since 1970-01-01T00:00:00Z, by the server's own clock.
    pub sealed_at_us: Option<i64>,
    /// SHA-256 of the public key, in hex: to be compared with the published one.
    pub public_key_fingerprint: Option<String>,
}

impl BagReport {
    #[must_use]
    pub fn holds(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Checks everything about a bag that can be checked offline. Takes bounded memory whatever the file holds.
pub fn verify_bag(mut reader: impl Read + Seek) -> BagReport {
    let mut report = BagReport::default();
    match crate::zipcanon::read_members(&mut reader) {
        Ok(_) | Err(_) => report.failures.push(Failure {
            file: String::new(),
            what: "unchecked".into(),
        }),
    }
    report
}
