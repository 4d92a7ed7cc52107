//! What a generation holds: one JSON object a line, first the head, then a line a file, last the sum of all before it. So
//! one that was cut off is never taken for whole.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::durable::Sum;
use crate::error::{Result, StoreError};

/// The version of this format.
pub(super) const FORMAT: u32 = 1;
/// The manifest's name in its generation.
pub(super) const NAME: &str = "manifest.jsonl";

/// What is said of a backup as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The version of the format.
    pub vaern_backup: u32,
    /// The generation's name.
    pub generation: String,
    /// Of the folder that it was made in.
    pub target: String,
    /// Of the installation that it is of.
    pub installation: String,
    pub at: Timestamp,
    /// The version of the program that made it.
    pub program: String,
    /// The newest migration of the database.
    pub schema: i64,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// Database and manifest are sealed with a key of their own.
    pub sealed: bool,
    /// The exhibits' files are in it.
    pub holds_files: bool,
    /// The keys were written too, to a place of their own.
    pub keys_apart: bool,
    /// The fingerprint of the key that signs seals, to tell the right keys by.
    pub fingerprint: String,
    pub cases: u64,
    pub database: Part,
    /// `procedure.toml`, `vaern.toml`.
    pub settings: Vec<Part>,
}

/// A file of a generation, as it lies there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Part {
    pub(super) fn new(name: impl Into<String>, sum: Sum) -> Self {
        Self {
            name: name.into(),
            bytes: sum.bytes,
            sha256: hex::encode(sum.sha256),
        }
    }

    pub(super) fn is(&self, sum: Sum) -> bool {
        self.bytes == sum.bytes && self.sha256 == hex::encode(sum.sha256)
    }
}

/// A line of a manifest after its head, and of the target's record of files.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase", untagged)]
pub(super) enum Line {
    File {
        file: String,
        bytes: u64,
        sha256: String,
    },
    Missing {
        missing: String,
        why: String,
    },
    End {
        end: String,
    },
}

impl Line {
    pub(super) fn file(id: &str, sum: Sum) -> Self {
        Self::File {
            file: id.to_owned(),
            bytes: sum.bytes,
            sha256: hex::encode(sum.sha256),
        }
    }
}

/// A whole manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub head: Head,
    pub(crate) files: BTreeMap<String, Sum>,
    /// Files that the database names and that could not be had, and why.
    pub missing: BTreeMap<String, String>,
}

impl Manifest {
    /// How many files it names, and their bytes.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        let bytes = self.files.values().map(|sum| sum.bytes).sum();
        (self.files.len() as u64, bytes)
    }

    pub(super) fn write(&self, to: impl Write) -> Result<()> {
        let mut out = Summing {
            to,
            hash: Sha256::new(),
        };
        out.line(&self.head)?;
        for (id, sum) in &self.files {
            out.line(&Line::file(id, *sum))?;
        }
        for (id, why) in &self.missing {
            out.line(&Line::Missing {
                missing: id.clone(),
                why: why.clone(),
            })?;
        }
        let end = hex::encode(out.hash.clone().finalize());
        out.line(&Line::End { end })?;
        Ok(out.to.flush()?)
    }

    pub(super) fn read(from: impl BufRead) -> Result<Self> {
        let broken = |why: &str| StoreError::other(format!("its manifest {why}"));
        let mut lines = from.lines();
        let mut hash = Sha256::new();
        let first = lines.next().ok_or_else(|| broken("is empty"))??;
        let head: Head =
            serde_json::from_str(&first).map_err(|error| broken(&format!("is damaged: {error}")))?;
        if head.vaern_backup != FORMAT {
            return Err(broken(&format!(
                "has format {}, which this program doesn't know",
                head.vaern_backup
            )));
        }
        let mut manifest = Self {
            head,
            files: BTreeMap::new(),
            missing: BTreeMap::new(),
        };
        let mut text = first;
        loop {
            hash.update(text.as_bytes());
            hash.update(b"\n");
            text = lines.next().ok_or_else(|| broken("is cut off"))??;
            match serde_json::from_str(&text).map_err(|error| broken(&format!("is damaged: {error}")))? {
                Line::File { file, bytes, sha256 } => {
                    let sum = read_sum(bytes, &sha256).ok_or_else(|| broken("has a hash that is none"))?;
                    manifest.files.insert(file, sum);
                }
                Line::Missing { missing, why } => {
                    manifest.missing.insert(missing, why);
                }
                Line::End { end } if end == hex::encode(hash.clone().finalize()) => return Ok(manifest),
                Line::End { .. } => return Err(broken("is not what was written")),
            }
        }
    }
}

pub(super) fn read_sum(bytes: u64, sha256: &str) -> Option<Sum> {
    let mut sum = Sum {
        bytes,
        sha256: [0; 32],
    };
    hex::decode_to_slice(sha256, &mut sum.sha256).ok()?;
    Some(sum)
}

struct Summing<W> {
    to: W,
    hash: Sha256,
}

impl<W: Write> Summing<W> {
    fn line(&mut self, line: &impl Serialize) -> Result<()> {
        let mut text = serde_json::to_vec(line).map_err(StoreError::other)?;
        text.push(b'\n');
        self.hash.update(&text);
        Ok(self.to.write_all(&text)?)
    }
}
