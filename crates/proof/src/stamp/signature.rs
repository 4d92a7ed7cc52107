//! Hashes and signatures, by the names that certificates and tokens give them.

use der::asn1::ObjectIdentifier;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::signature::hazmat::PrehashVerifier as _;
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::Flaw;
use super::walk::Algorithm;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

const SHA1: ObjectIdentifier = oid("1.3.14.3.2.26");
pub(super) const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");
const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
const RSA_SHA256: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = oid("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = oid("1.2.840.113549.1.1.13");
const ECDSA_SHA256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = oid("1.2.840.10045.4.3.3");
const ECDSA_SHA512: ObjectIdentifier = oid("1.2.840.10045.4.3.4");
/// Shorter keys are not believed; longer than 4096 bits `rsa` refuses to read.
const RSA_BITS: u32 = 2048;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hasher {
    /// Only to point out a certificate (RFC 3161's first ESSCertID), never to sign.
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hasher {
    pub(super) fn of(algorithm: Algorithm) -> Result<Self, Flaw> {
        if !algorithm.plain {
            return Err(Flaw::Algorithm);
        }
        match algorithm.oid {
            SHA256 => Ok(Self::Sha256),
            SHA384 => Ok(Self::Sha384),
            SHA512 => Ok(Self::Sha512),
            SHA1 => Ok(Self::Sha1),
            _ => Err(Flaw::Algorithm),
        }
    }

    pub(super) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

/// Whether `signature` over `message` is that of the key. `beside` is the hash that is named beside the signature, where
/// the signature's own name does not say it.
pub(super) fn verify(
    key_info: &[u8],
    algorithm: Algorithm,
    beside: Option<Hasher>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Flaw> {
    let (elliptic, hasher) = match algorithm.oid {
        RSA => (false, beside.ok_or(Flaw::Algorithm)?),
        RSA_SHA256 => (false, Hasher::Sha256),
        RSA_SHA384 => (false, Hasher::Sha384),
        RSA_SHA512 => (false, Hasher::Sha512),
        ECDSA_SHA256 => (true, Hasher::Sha256),
        ECDSA_SHA384 => (true, Hasher::Sha384),
        ECDSA_SHA512 => (true, Hasher::Sha512),
        _ => return Err(Flaw::Algorithm),
    };
    if !algorithm.plain || hasher == Hasher::Sha1 || beside.is_some_and(|beside| beside != hasher) {
        return Err(Flaw::Algorithm);
    }
    let digest = hasher.digest(message);
    let holds = if elliptic {
        verify_elliptic(key_info, &digest, signature)?
    } else {
        verify_rsa(key_info, hasher, &digest, signature)?
    };
    if holds { Ok(()) } else { Err(Flaw::Signature) }
}

fn verify_rsa(key_info: &[u8], hasher: Hasher, digest: &[u8], signature: &[u8]) -> Result<bool, Flaw> {
    let key = rsa::PublicKey::from_public_key_der(key_info).map_err(|_| Flaw::Algorithm)?;
    if key.n().bit_width_vartime() < RSA_BITS {
        return Err(Flaw::Algorithm);
    }
    let scheme = match hasher {
        Hasher::Sha256 => rsa::Pkcs1v15Sign::new::<Sha256>(),
        Hasher::Sha384 => rsa::Pkcs1v15Sign::new::<Sha384>(),
        Hasher::Sha512 => rsa::Pkcs1v15Sign::new::<Sha512>(),
        Hasher::Sha1 => return Err(Flaw::Algorithm),
    };
    Ok(key.verify(scheme, digest, signature).is_ok())
}

fn verify_elliptic(key_info: &[u8], digest: &[u8], signature: &[u8]) -> Result<bool, Flaw> {
    if let Ok(key) = p256::ecdsa::VerifyingKey::from_public_key_der(key_info) {
        let signature = p256::ecdsa::Signature::from_der(signature).map_err(|_| Flaw::Signature)?;
        return Ok(key.verify_prehash(digest, &signature).is_ok());
    }
    let key = p384::ecdsa::VerifyingKey::from_public_key_der(key_info).map_err(|_| Flaw::Algorithm)?;
    let signature = p384::ecdsa::Signature::from_der(signature).map_err(|_| Flaw::Signature)?;
    // Curve P-384 takes no digest of less than half its own size, and SHA-256 is more than that.
    Ok(key.verify_prehash(digest, &signature).is_ok())
}
