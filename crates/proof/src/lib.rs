//! What can be proved: keys and envelopes, hash chains, Merkle roots, seals, bags, and the offline check.
//!
//! Pure of SQL, web and clock: time and randomness are parameters. Formats are our own unless a source is
//! named, and carry a version in their first line so that a later format cannot be mistaken for this one.
//!
//! # What a bag that passes [`verify::verify_bag`] proves
//!
//! - Nothing in the file changed since it was written: every byte of the archive, its headers included, is
//!   either hashed by a manifest or must be exactly what our writer writes.
//! - Every exported journal line is one that the case's hash chain committed to, in that order, and the chain
//!   has no gap. Entries of other drawers appear as 32 opaque bytes: their number shows, nothing else does.
//! - Every original is byte for byte the file that an entry of that chain recorded, and every exhibit recorded
//!   in the exported lines is there. Recomputing the manifests after swapping a file does not help.
//! - The head of the chain lies under a Merkle root that was signed with the key whose fingerprint is printed.
//!
//! # What it does not prove
//!
//! - **When**, beyond what a time-stamp says. The time of the seal, and the time of each entry, is what the
//!   server's own clock said, and whoever holds the signing key can make a seal that claims an earlier time. Where
//!   the bag carries time-stamps of an outside authority (RFC 3161, [`stamp`]), each proves that the entries up to
//!   a number that it names existed before its time: not that they are true, nor how much older they are.
//! - **Whose key.** The public key travels in the bag. Anybody can make a consistent bag with a key of their
//!   own: compare the printed fingerprint with the one that the municipality publishes elsewhere.
//! - **That a picture is true.** An original is the file that arrived. Whether a screenshot shows what was
//!   really published is a matter of witnesses and corroboration, not of hashes.
//! - **Convenience copies.** `dossier.pdf`, `bag-info.txt` and the display name `actor_name` of a journal line
//!   are only under the manifests, which anybody can recompute, and so is the case's number (its id is under
//!   the seal). The evidence is the journal and the originals.
//! - **That all lines were handed out.** A chain shows that nothing recorded was taken away or changed
//!   afterwards. Which of its opaque leaves were left out of the export, and why, it does not show, nor what
//!   was never recorded.

pub mod archive;
pub mod bag;
pub mod entry;
mod hexed;
pub mod keys;
pub mod merkle;
pub mod outbox;
pub mod seal;
pub mod stamp;
pub mod stream;
#[cfg(feature = "testing")]
pub mod testing;
pub mod verify;
mod zipcanon;

pub use entry::{Hash, Header, OpenError};
pub use keys::{DataKey, KeyError, KeySource, MasterKey, SigningKey};
