//! Certificates (RFC 5280, checked 2026-11-25), as far as a time-stamp authority needs them: no revocation lists, no names
//! of hosts.

use der::asn1::ObjectIdentifier;
use der::{Decode as _, Encode as _, Tag};
use x509_cert::Certificate as Parsed;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage};

use super::walk::{Algorithm, Walk, unreadable};
use super::{Flaw, signature};

const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
/// Certificates from the authority's own up to one that is trusted.
const MAX_CHAIN: usize = 8;
/// Extensions that are understood here, or say nothing that matters here, also when they are critical: basic constraints,
/// key usage, extended key usage, certificate policies.
const UNDERSTOOD: [ObjectIdentifier; 4] = [
    ObjectIdentifier::new_unwrap("2.5.29.19"),
    ObjectIdentifier::new_unwrap("2.5.29.15"),
    ObjectIdentifier::new_unwrap("2.5.29.37"),
    ObjectIdentifier::new_unwrap("2.5.29.32"),
];

/// One certificate with the bytes that it came as.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    pub der: Vec<u8>,
    signed: Vec<u8>,
    algorithm: Algorithm,
    signature: Vec<u8>,
    key: Vec<u8>,
    parsed: Parsed,
}

impl Certificate {
    pub(super) fn read(der: &[u8]) -> Result<Self, Flaw> {
        let parsed = Parsed::from_der(der).map_err(unreadable)?;
        let mut walk = Walk::into_one(der, Tag::Sequence)?;
        let signed = walk.whole()?.to_vec();
        let algorithm = walk.algorithm()?;
        let [0, signature @ ..] = walk.take(Tag::BitString)? else {
            return Err(Flaw::Unreadable);
        };
        let signature = signature.to_vec();
        walk.end()?;
        let key = parsed.tbs_certificate().subject_public_key_info().to_der();
        Ok(Self {
            der: der.to_vec(),
            signed,
            algorithm,
            signature,
            key: key.map_err(unreadable)?,
            parsed,
        })
    }

    /// Its issuer and number, as a token names them.
    pub(super) fn issuer_and_serial(&self) -> Result<(Vec<u8>, &[u8]), Flaw> {
        let certificate = self.parsed.tbs_certificate();
        let issuer = certificate.issuer().to_der().map_err(unreadable)?;
        Ok((issuer, certificate.serial_number().as_bytes()))
    }

    /// Whom it is about, as text (RFC 4514).
    pub(super) fn subject(&self) -> String {
        self.parsed.tbs_certificate().subject().to_string()
    }

    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        beside: signature::Hasher,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Flaw> {
        signature::verify(&self.key, algorithm, Some(beside), message, signature)
    }

    /// Whether it is for stamping time and nothing else (RFC 3161 §2.3).
    pub(super) fn may_stamp(&self) -> Result<(), Flaw> {
        let certificate = self.parsed.tbs_certificate();
        let purposes = certificate
            .get_extension::<ExtendedKeyUsage>()
            .map_err(unreadable)?;
        let only_stamps =
            purposes.is_some_and(|(critical, purposes)| critical && purposes.0 == [TIME_STAMPING]);
        let usage = certificate.get_extension::<KeyUsage>().map_err(unreadable)?;
        let signs = usage.is_none_or(|(_, usage)| usage.digital_signature() || usage.non_repudiation());
        if only_stamps && signs && self.understood() {
            Ok(())
        } else {
            Err(Flaw::Purpose)
        }
    }

    /// Whether it may sign certificates with `below` others between itself and the authority's.
    fn may_issue(&self, below: usize) -> bool {
        let certificate = self.parsed.tbs_certificate();
        let is_authority = match certificate.get_extension::<BasicConstraints>() {
            Ok(Some((_, constraints))) => {
                constraints.ca
                    && constraints
                        .path_len_constraint
                        .is_none_or(|most| below <= most.into())
            }
            _ => false,
        };
        let usage = certificate.get_extension::<KeyUsage>();
        let signs = usage.is_ok_and(|usage| usage.is_none_or(|(_, usage)| usage.key_cert_sign()));
        is_authority && signs && self.understood()
    }

    fn understood(&self) -> bool {
        let extensions = self.parsed.tbs_certificate().extensions();
        let mut critical = extensions.into_iter().flatten().filter(|one| one.critical);
        critical.all(|one| UNDERSTOOD.contains(&one.extn_id))
    }

    fn is_valid_at(&self, at_us: i64) -> bool {
        let validity = self.parsed.tbs_certificate().validity();
        let seconds = |time: x509_cert::time::Time| time.to_unix_duration().as_secs();
        u64::try_from(at_us).is_ok_and(|at| {
            let at = at / 1_000_000;
            (seconds(validity.not_before)..=seconds(validity.not_after)).contains(&at)
        })
    }

    fn issued(&self, other: &Self) -> bool {
        let (issuer, subject) = (
            other.parsed.tbs_certificate().issuer(),
            self.parsed.tbs_certificate().subject(),
        );
        issuer == subject
            && signature::verify(&self.key, other.algorithm, None, &other.signed, &other.signature).is_ok()
    }
}

/// The certificates that a municipality trusts to stand for a time-stamp authority: its root, an issuer below, or the
/// authority's own certificate.
#[derive(Clone, Debug)]
pub struct Authorities(Vec<Certificate>);

impl Authorities {
    /// From a PEM file with one certificate or more; what lies between them is skipped.
    ///
    /// # Errors
    /// [`Flaw::Unreadable`] if there is none in it, or one that can't be read.
    pub fn from_pem(pem: &[u8]) -> Result<Self, Flaw> {
        let text = std::str::from_utf8(pem).map_err(unreadable)?;
        let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
        let mut all = Vec::new();
        for part in text.split(begin).skip(1) {
            let body = part.split_once(end).ok_or(Flaw::Unreadable)?.0;
            let one = format!("{begin}\n{}\n{end}\n", body.trim());
            let (_, der) = der::pem::decode_vec(one.as_bytes()).map_err(unreadable)?;
            all.push(Certificate::read(&der)?);
        }
        if all.is_empty() {
            Err(Flaw::Unreadable)
        } else {
            Ok(Self(all))
        }
    }

    /// Whether a way leads from the signer, over certificates that came with it, to one of these, each of them valid then.
    pub(super) fn vouch(
        &self,
        signer: &Certificate,
        came_along: &[Certificate],
        at_us: i64,
    ) -> Result<(), Flaw> {
        let mut at = signer;
        for below in 0..MAX_CHAIN {
            if !at.is_valid_at(at_us) {
                return Err(Flaw::Expired);
            }
            if self.0.iter().any(|trusted| trusted.der == at.der) {
                return Ok(());
            }
            if let Some(issuer) = self
                .0
                .iter()
                .find(|issuer| issuer.may_issue(below) && issuer.issued(at))
            {
                return if issuer.is_valid_at(at_us) {
                    Ok(())
                } else {
                    Err(Flaw::Expired)
                };
            }
            let between = came_along
                .iter()
                .find(|issuer| issuer.der != at.der && issuer.may_issue(below) && issuer.issued(at));
            at = between.ok_or(Flaw::Untrusted)?;
        }
        Err(Flaw::Untrusted)
    }
}
