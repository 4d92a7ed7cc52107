//! The key that signs web archives. Their format knows ECDSA alone (WACZ Signing and Verification 0.1.0, anonymous signature,
//! checked 2026-11-25), so that the key which signs seals can't; this one is derived from it, and its fingerprint stands in the
//! journal, which that key seals.

use hkdf::Hkdf;
use p384::ecdsa::signature::hazmat::PrehashSigner as _;
use p384::ecdsa::{DerSignature, SigningKey};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Why there is no signature: as good as impossible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key for web archives could be derived")]
pub struct NoKey;

/// What stands before the point of a public key on P-384 (RFC 5480, section 2): a sequence of the algorithm `id-ecPublicKey` with
/// the curve `secp384r1`, and a bit string of 97 bytes.
const P384: [u8; 23] = [
    0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81,
    0x04, 0x00, 0x22, 0x03, 0x62, 0x00,
];

/// An ECDSA key on P-384.
pub struct ArchiveKey(SigningKey);

impl ArchiveKey {
    /// Derives it from the 32 bytes of another: HKDF-SHA-256, as many tries as it takes to hit the curve's order, which is one.
    pub(crate) fn derive(seed: &[u8; 32]) -> Result<Self, NoKey> {
        let stretched = Hkdf::<Sha256>::new(None, seed);
        for count in 0..4 {
            let mut bytes = Zeroizing::new([0; 48]);
            stretched
                .expand(format!("vaern-web-archive-v1 {count}").as_bytes(), &mut *bytes)
                .map_err(|_| NoKey)?;
            if let Ok(key) = SigningKey::from_slice(&*bytes) {
                return Ok(Self(key));
            }
        }
        Err(NoKey)
    }

    /// The signature (DER) of a text's SHA-256; the same for the same text (RFC 6979).
    ///
    /// # Errors
    /// [`NoKey`].
    pub fn sign(&self, text: &str) -> Result<Vec<u8>, NoKey> {
        let signature: DerSignature = self.0.sign_prehash(&Sha256::digest(text)).map_err(|_| NoKey)?;
        Ok(signature.as_bytes().to_vec())
    }

    /// The public half, as `SubjectPublicKeyInfo` (DER).
    #[must_use]
    pub fn public(&self) -> Vec<u8> {
        let point = self.0.verifying_key().to_sec1_point(false);
        [P384.as_slice(), point.as_bytes()].concat()
    }
}
