//! Bags: what is handed out of a case, as a BagIt 1.0 bag (RFC 8493, checked 2026-11-23) in one zip file.
//!
//! ```text
//! {top}/data/originals/bilag-001.png …   the exhibits as they came
//! {top}/data/dossier.pdf                 for reading
//! {top}/data/journal.jsonl               [`journal`]
//! {top}/data/proof/chain.json, seal.json, exhibits.json   [`proofs`]
//! {top}/data/proof/stamps.json, stamps/000007.txt, .tsr …   where an outside authority stamped earlier seals
//! {top}/bagit.txt  bag-info.txt  manifest-sha256.txt  tagmanifest-sha256.txt
//! ```
//!
//! Nothing is compressed. Deflate has many spellings of the same content (padding bits, equal matches at other
//! distances), so a changed byte could go unseen; and pictures, recordings and PDF would gain nothing. Times in
//! the archive are 1980-01-01, so that the same content always gives the same bytes.

pub mod journal;
pub mod proofs;
mod writer;

pub use journal::{JournalLine, write_journal_line};
pub use proofs::{Chain, ChainEntry, ExhibitProof, SealProof, StampProof};
pub use writer::{BagError, BagWriter};

/// Paths of the parts, from the top folder.
pub const JOURNAL: &str = "data/journal.jsonl";
pub const CHAIN: &str = "data/proof/chain.json";
pub const SEAL: &str = "data/proof/seal.json";
pub const EXHIBITS: &str = "data/proof/exhibits.json";
pub const STAMPS: &str = "data/proof/stamps.json";
pub const STAMPS_FOLDER: &str = "data/proof/stamps/";
pub(crate) const ORIGINALS: &str = "data/originals/";

pub(crate) const BAGIT: &str = "bagit.txt";
pub(crate) const BAG_INFO: &str = "bag-info.txt";
pub(crate) const MANIFEST: &str = "manifest-sha256.txt";
pub(crate) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// The whole of `bagit.txt` (RFC 8493 §2.1.1).
pub(crate) const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// One line of a manifest (RFC 8493 §2.1.3): line breaks and the percent sign in a path are percent-encoded.
pub(crate) fn manifest_line(hash: &crate::Hash, path: &str) -> String {
    let path = path.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    format!("{}  {path}\n", hex::encode(hash))
}
