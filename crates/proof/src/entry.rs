//! Journal entries: the header in clear, the payload as ciphertext, and the chain that links them.
//!
//! ```text
//! commitment = SHA-256("vaern-payload-v1\n" ‖ salt ‖ event JSON)
//! header     = "vaern-entry-v1\n{case}\n{seq}\n{at_us}\n{actor}\n{compartment}\n{commitment in hex}\n"
//! leaf       = SHA-256(header)
//! hash_n     = SHA-256("vaern-chain-v1\n" ‖ hash_{n-1} ‖ leaf_n), with hash_0 = 32 zero bytes
//! payload    = nonce (24) ‖ XChaCha20-Poly1305(salt (32) ‖ event JSON, associated data = header)
//! ```
//!
//! The salt keeps a short event from being guessed from its commitment. Once the key is destroyed the headers
//! still verify; an export of one drawer shows the others as bare leaves.

use std::fmt::Write;

use chacha20poly1305::aead::{AeadInOut, inout::InOutBuf};
use chacha20poly1305::{Tag, XNonce};
use rand::CryptoRng;
use sha2::{Digest, Sha256};

use crate::keys::{DataKey, NONCE, random_nonce};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// What the first entry of a chain links to.
pub const GENESIS: Hash = [0; 32];

const SALT: usize = 32;
const TAG: usize = 16;

/// The part of an entry that stays readable. No field holds a line break: they are ids that the server made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Case id (a UUID in text).
    pub case: String,
    /// Place in the case's chain, from 1.
    pub seq: u64,
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub at_us: i64,
    /// Person id, or `system` or `operator`.
    pub actor: String,
    /// `matter`, `care` or `police`.
    pub compartment: String,
    /// See [`commitment`].
    pub commitment: Hash,
}

impl Header {
    /// The bytes that are hashed and bound to the ciphertext.
    #[must_use]
    pub fn text(&self) -> String {
        debug_assert!(
            ![&self.case, &self.actor, &self.compartment]
                .iter()
                .any(|field| field.contains('\n')),
            "a header field with a line break would be ambiguous"
        );
        let mut text = String::with_capacity(192);
        write!(
            text,
            "vaern-entry-v1\n{}\n{}\n{}\n{}\n{}\n",
            self.case, self.seq, self.at_us, self.actor, self.compartment
        )
        .expect("writing to a string cannot fail");
        let mut digits = [0; 64];
        hex::encode_to_slice(self.commitment, &mut digits).expect("64 digits for 32 bytes");
        text.push_str(std::str::from_utf8(&digits).expect("hex is ASCII"));
        text.push('\n');
        text
    }

    #[must_use]
    pub fn leaf(&self) -> Hash {
        Sha256::digest(self.text()).into()
    }
}

/// Binds a header to its payload without showing it.
#[must_use]
pub fn commitment(salt: &[u8; 32], json: &[u8]) -> Hash {
    Sha256::new()
        .chain_update("vaern-payload-v1\n")
        .chain_update(salt)
        .chain_update(json)
        .finalize()
        .into()
}

/// The chain hash after an entry: `prev` is the hash before it, [`GENESIS`] for the first.
#[must_use]
pub fn link(prev: &Hash, leaf: &Hash) -> Hash {
    Sha256::new()
        .chain_update("vaern-chain-v1\n")
        .chain_update(prev)
        .chain_update(leaf)
        .finalize()
        .into()
}

/// Why ciphertext did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("too short to be sealed by Værn, or cut off")]
    Truncated,
    #[error("not a file sealed by Værn (wrong first bytes)")]
    NotSealed,
    #[error("does not open: wrong key, another place, or changed bytes")]
    Refused,
    #[error("opens, but its content is not what the header commits to")]
    Commitment,
}

/// Encrypts an event for storage: 24 + 32 + `json.len()` + 16 bytes.
#[must_use]
pub fn seal_payload(
    key: &DataKey,
    header: &Header,
    salt: &[u8; 32],
    json: &[u8],
    rng: &mut impl CryptoRng,
) -> Vec<u8> {
    let nonce = random_nonce(rng);
    let mut out = Vec::with_capacity(NONCE + SALT + json.len() + TAG);
    out.extend_from_slice(&nonce);
    out.extend_from_slice(salt);
    out.extend_from_slice(json);
    let tag = key
        .cipher()
        .encrypt_inout_detached(
            &nonce,
            header.text().as_bytes(),
            InOutBuf::from(&mut out[NONCE..]),
        )
        .expect("an event is far below the cipher's limit of 256 GiB");
    out.extend_from_slice(&tag);
    out
}

/// Decrypts what [`seal_payload`] made, and checks it against the header's commitment.
/// Gives the salt and the event JSON, byte for byte as committed.
///
/// # Errors
/// [`OpenError`]; never a part of the content.
pub fn open_payload(key: &DataKey, header: &Header, sealed: &[u8]) -> Result<([u8; 32], Vec<u8>), OpenError> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE>().ok_or(OpenError::Truncated)?;
    let (body, tag) = body.split_last_chunk::<TAG>().ok_or(OpenError::Truncated)?;
    let mut plain = body.to_vec();
    key.cipher()
        .decrypt_inout_detached(
            &XNonce::from(*nonce),
            header.text().as_bytes(),
            InOutBuf::from(&mut plain[..]),
            &Tag::from(*tag),
        )
        .map_err(|_| OpenError::Refused)?;
    let salt = *plain.first_chunk::<SALT>().ok_or(OpenError::Truncated)?;
    if commitment(&salt, &plain[SALT..]) != header.commitment {
        return Err(OpenError::Commitment);
    }
    plain.drain(..SALT);
    Ok((salt, plain))
}
