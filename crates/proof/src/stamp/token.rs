//! A time-stamp token: `SignedData` (RFC 5652 §5) around `TSTInfo` (RFC 3161 §2.4.2), with the certificate pointed out by
//! ESSCertID (RFC 2634 §5.4) or ESSCertIDv2 (RFC 5816). Checked 2026-11-25.

use der::Tag;
use der::asn1::ObjectIdentifier;

use super::certificate::Certificate;
use super::signature::{Hasher, SHA256};
use super::walk::{Algorithm, Walk, context, context_plain, small, wrap};
use super::{Flaw, Imprint};

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.47");

/// What the authority says.
#[derive(Clone, Debug)]
pub(super) struct Info {
    pub policy: ObjectIdentifier,
    pub imprint: Imprint,
    /// The number that the authority gave it, as in DER.
    pub serial: Vec<u8>,
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub at_us: i64,
    pub accuracy_us: u64,
    pub nonce: Option<Vec<u8>>,
}

/// A token whose signature holds.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub info: Info,
    pub signer: Certificate,
    pub came_along: Vec<Certificate>,
}

struct SignerInfo<'a> {
    issuer: &'a [u8],
    serial: &'a [u8],
    hasher: Hasher,
    /// Content of the SET.
    attributes: &'a [u8],
    algorithm: Algorithm,
    signature: &'a [u8],
}

impl Token {
    /// Reads a token and checks that it is signed by the certificate that lies in it, and that this one is for stamping.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Flaw> {
        let mut outer = Walk::into_one(bytes, Tag::Sequence)?;
        if outer.oid()? != SIGNED_DATA {
            return Err(Flaw::Unreadable);
        }
        let explicit = outer.take(context(0))?;
        outer.end()?;
        let mut data = Walk::into_one(explicit, Tag::Sequence)?;
        if small(data.take(Tag::Integer)?)? != 3 {
            return Err(Flaw::Unreadable);
        }
        let mut hashers = data.enter(Tag::Set)?;
        let content = content(data.enter(Tag::Sequence)?)?;
        let certificates = data.maybe(context(0))?.unwrap_or_default();
        data.maybe(context(1))?;
        let signers = data.take(Tag::Set)?;
        data.end()?;
        let signer_info = signer_info(Walk::into_one(signers, Tag::Sequence)?)?;
        // Not under the signature: so it must say what the signature says.
        if Hasher::of(hashers.algorithm()?)? != signer_info.hasher || !hashers.is_done() {
            return Err(Flaw::Algorithm);
        }
        let mut came_along = Vec::new();
        let mut walk = Walk::over(certificates)?;
        while !walk.is_done() {
            came_along.push(Certificate::read(walk.whole()?)?);
        }
        let signer = signer_info.check(content, &came_along)?;
        Ok(Self {
            info: info(content)?,
            signer,
            came_along,
        })
    }
}

impl SignerInfo<'_> {
    fn check(&self, content: &[u8], came_along: &[Certificate]) -> Result<Certificate, Flaw> {
        let mut signer = None;
        for one in came_along {
            let (issuer, serial) = one.issuer_and_serial()?;
            if (issuer.as_slice(), serial) == (self.issuer, self.serial) {
                signer = Some(one);
            }
        }
        let signer = signer.ok_or(Flaw::NoCertificate)?;
        let (mut kind, mut digest, mut named) = (false, false, false);
        let mut attributes = Walk::over(self.attributes)?;
        while !attributes.is_done() {
            let mut attribute = attributes.enter(Tag::Sequence)?;
            let name = attribute.oid()?;
            let values = attribute.take(Tag::Set)?;
            attribute.end()?;
            match name {
                CONTENT_TYPE => kind = Walk::over(values)?.oid()? == TST_INFO,
                MESSAGE_DIGEST => {
                    digest = Walk::over(values)?.take(Tag::OctetString)? == self.hasher.digest(content);
                }
                SIGNING_CERTIFICATE | SIGNING_CERTIFICATE_V2 => {
                    named = names(values, name == SIGNING_CERTIFICATE_V2, &signer.der)?;
                    if !named {
                        return Err(Flaw::Certificate);
                    }
                }
                _ => {}
            }
        }
        if !named {
            return Err(Flaw::Certificate);
        }
        if !kind || !digest {
            return Err(Flaw::Signature);
        }
        // RFC 5652 §5.4: signed is the SET, not the [0] that stands in its place.
        let signed = wrap(0x31, self.attributes);
        signer.verify(self.algorithm, self.hasher, &signed, self.signature)?;
        signer.may_stamp()?;
        Ok(signer.clone())
    }
}

/// Whether the first certificate that is named is this one.
fn names(values: &[u8], second: bool, certificate: &[u8]) -> Result<bool, Flaw> {
    let mut signing = Walk::into_one(values, Tag::Sequence)?;
    let mut first = signing.enter(Tag::Sequence)?.enter(Tag::Sequence)?;
    let mut hasher = if second { Hasher::Sha256 } else { Hasher::Sha1 };
    if second && let Some(algorithm) = first.maybe(Tag::Sequence)? {
        let mut walk = Walk::over(algorithm)?;
        let oid = walk.oid()?;
        let plain = walk.is_done() || walk.whole()? == [5, 0];
        hasher = Hasher::of(Algorithm { oid, plain })?;
    }
    Ok(first.take(Tag::OctetString)? == hasher.digest(certificate))
}

fn content(mut walk: Walk<'_>) -> Result<&[u8], Flaw> {
    if walk.oid()? != TST_INFO {
        return Err(Flaw::Unreadable);
    }
    let mut explicit = walk.enter(context(0))?;
    let content = explicit.take(Tag::OctetString)?;
    explicit.end()?;
    walk.end()?;
    Ok(content)
}

fn signer_info(mut walk: Walk<'_>) -> Result<SignerInfo<'_>, Flaw> {
    if small(walk.take(Tag::Integer)?)? != 1 {
        return Err(Flaw::Unreadable);
    }
    let mut name = walk.enter(Tag::Sequence)?;
    let issuer = name.whole()?;
    let serial = name.take(Tag::Integer)?;
    name.end()?;
    let hasher = Hasher::of(walk.algorithm()?)?;
    let attributes = walk.take(context(0))?;
    let algorithm = walk.algorithm()?;
    let signature = walk.take(Tag::OctetString)?;
    walk.maybe(context(1))?;
    walk.end()?;
    Ok(SignerInfo {
        issuer,
        serial,
        hasher,
        attributes,
        algorithm,
        signature,
    })
}

fn info(content: &[u8]) -> Result<Info, Flaw> {
    let mut walk = Walk::into_one(content, Tag::Sequence)?;
    if small(walk.take(Tag::Integer)?)? != 1 {
        return Err(Flaw::Unreadable);
    }
    let policy = walk.oid()?;
    let mut message = walk.enter(Tag::Sequence)?;
    let algorithm = message.algorithm()?;
    let hash = message.take(Tag::OctetString)?;
    message.end()?;
    let imprint = match <[u8; 32]>::try_from(hash) {
        Ok(hash) if algorithm.oid == SHA256 && algorithm.plain => hash,
        _ => return Err(Flaw::Imprint),
    };
    let serial = walk.take(Tag::Integer)?.to_vec();
    let at_us = time(walk.take(Tag::GeneralizedTime)?)?;
    let accuracy_us = match walk.maybe(Tag::Sequence)? {
        Some(accuracy) => accuracy_of(Walk::over(accuracy)?)?,
        None => 0,
    };
    walk.maybe(Tag::Boolean)?;
    let nonce = walk.maybe(Tag::Integer)?.map(<[u8]>::to_vec);
    // The authority's name is its certificate's; this one is not checked against it, so it is not shown.
    walk.maybe(context(0))?;
    if walk.maybe(context(1))?.is_some() {
        // Nobody has defined any; a critical one would have to be understood.
        return Err(Flaw::Unreadable);
    }
    walk.end()?;
    Ok(Info {
        policy,
        imprint,
        serial,
        at_us,
        accuracy_us,
        nonce,
    })
}

fn accuracy_of(mut walk: Walk<'_>) -> Result<u64, Flaw> {
    let mut part = |tag, unit: u64| match walk.maybe(tag)? {
        Some(content) => Ok::<_, Flaw>(small(content)?.saturating_mul(unit)),
        None => Ok(0),
    };
    let sum = part(Tag::Integer, 1_000_000)?
        .saturating_add(part(context_plain(0), 1_000)?)
        .saturating_add(part(context_plain(1), 1)?);
    walk.end()?;
    Ok(sum)
}

/// `GeneralizedTime` as RFC 3161 §2.4.2 has it: `YYYYMMDDhhmmss[.s…]Z`. Digits beyond the microsecond are dropped.
fn time(content: &[u8]) -> Result<i64, Flaw> {
    let text = std::str::from_utf8(content).map_err(|_| Flaw::Unreadable)?;
    let text = text.strip_suffix('Z').ok_or(Flaw::Unreadable)?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || !digits(whole) || !digits(fraction) {
        return Err(Flaw::Unreadable);
    }
    let rfc = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &whole[..4],
        &whole[4..6],
        &whole[6..8],
        &whole[8..10],
        &whole[10..12],
        &whole[12..]
    );
    let at: jiff::Timestamp = rfc.parse().map_err(|_| Flaw::Unreadable)?;
    let micros = format!("{fraction:0<6}")[..6]
        .parse::<i64>()
        .map_err(|_| Flaw::Unreadable)?;
    Ok(at.as_microsecond() + micros)
}
