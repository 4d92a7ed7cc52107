//! Time-stamps: what an authority outside the house says about when something existed (RFC 3161, checked 2026-11-25).
//!
//! Stamped is the text that a seal signs ([`crate::seal::Seal::signed_text`]). A token proves that this text, and so the root
//! in it and every journal entry under that root, existed at the token's time. It proves nothing about what is in the
//! entries: a forged post is as easily stamped as a true one.
//!
//! ```text
//! kept = SEQUENCE { SEQUENCE { INTEGER 0 }, token }      a TimeStampResp that says "granted" and nothing else
//! ```
//!
//! Signatures: RSA (PKCS #1 v1.5, from 2048 bits) and ECDSA (P-256, P-384) with SHA-256, -384 or -512. Not done: revocation
//! lists and OCSP, RSA-PSS, BER that is not DER.

mod certificate;
mod signature;
mod token;
mod walk;

use der::Tag;
use der::asn1::ObjectIdentifier;
use sha2::{Digest as _, Sha256};

pub use certificate::Authorities;
use token::Token;
use walk::{Walk, small, wrap};

/// SHA-256 of what is stamped.
pub(crate) type Imprint = [u8; 32];

/// The most bytes that an answer may have: a token with a chain of certificates has about six thousand.
pub const MAX_ANSWER: usize = 64 * 1024;
/// How far the authority's clock may be from ours when it answers, in microseconds: five minutes.
pub const MAX_DRIFT_US: u64 = 300 * 1_000_000;

/// Why an answer or a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error("it is no time-stamp in DER as RFC 3161 defines it")]
    Unreadable,
    #[error("the authority refused to give one")]
    Refused,
    #[error("it is for other data")]
    Imprint,
    #[error("it answers another query")]
    Nonce,
    #[error("it was given under another policy than the one asked for")]
    Policy,
    #[error("the certificate of its signer is not in it")]
    NoCertificate,
    #[error("it names another certificate than the one in it")]
    Certificate,
    #[error("its hash, signature or key is of a kind that is not accepted")]
    Algorithm,
    #[error("its signature does not hold")]
    Signature,
    #[error("its certificate is not for time-stamps")]
    Purpose,
    #[error("its certificate does not lead to a trusted one")]
    Untrusted,
    #[error("a certificate was not valid at its time")]
    Expired,
    #[error("its time is too far from our own")]
    Time,
}

impl Flaw {
    /// The stable code: kept with a failed try, and the text key of its words.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Refused => "refused",
            Self::Imprint => "wrong-imprint",
            Self::Nonce => "wrong-nonce",
            Self::Policy => "wrong-policy",
            Self::NoCertificate => "no-certificate",
            Self::Certificate => "other-certificate",
            Self::Algorithm => "unknown-algorithm",
            Self::Signature => "bad-signature",
            Self::Purpose => "not-for-stamping",
            Self::Untrusted => "untrusted",
            Self::Expired => "expired",
            Self::Time => "wrong-time",
        }
    }

    /// Every code, for the test that each has words in every language.
    pub const CODES: [&'static str; 13] = [
        "unreadable",
        "refused",
        "wrong-imprint",
        "wrong-nonce",
        "wrong-policy",
        "no-certificate",
        "other-certificate",
        "unknown-algorithm",
        "bad-signature",
        "not-for-stamping",
        "untrusted",
        "expired",
        "wrong-time",
    ];
}

/// The policy that an authority is asked to stamp under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy(ObjectIdentifier);

impl Policy {
    /// From dotted numbers, `1.2.3.4.1`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        ObjectIdentifier::new(text).ok().map(Self)
    }
}

/// A question to an authority.
#[derive(Clone, Debug)]
pub struct Query {
    imprint: Imprint,
    nonce: Vec<u8>,
    policy: Option<Policy>,
}

impl Query {
    /// `nonce` must be new and unforeseeable: that the answer repeats it shows that it was given to this question.
    #[must_use]
    pub fn new(data: &[u8], nonce: u64, policy: Option<Policy>) -> Self {
        let bytes = nonce.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(7);
        let mut nonce = bytes[zeros..].to_vec();
        if nonce[0] >= 0x80 {
            nonce.insert(0, 0);
        }
        Self {
            imprint: Sha256::digest(data).into(),
            nonce,
            policy,
        }
    }

    /// `TimeStampReq` (RFC 3161 §2.4.1): SHA-256, with nonce, and with the wish that the certificate come along.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let algorithm = wrap(
            0x30,
            &[wrap(6, signature::SHA256.as_bytes()), vec![5, 0]].concat(),
        );
        let imprint = wrap(0x30, &[algorithm, wrap(4, &self.imprint)].concat());
        let policy = self
            .policy
            .map_or_else(Vec::new, |policy| wrap(6, policy.0.as_bytes()));
        let parts = [
            vec![2, 1, 1],
            imprint,
            policy,
            wrap(2, &self.nonce),
            vec![1, 1, 0xff],
        ];
        wrap(0x30, &parts.concat())
    }

    /// Checks an authority's answer, and gives the stamp if everything about it holds. `now_us` is our own clock's time.
    ///
    /// # Errors
    /// The first [`Flaw`] found.
    pub fn accept(&self, answer: &[u8], trusted: &Authorities, now_us: i64) -> Result<Stamp, Flaw> {
        if answer.len() > MAX_ANSWER {
            return Err(Flaw::Unreadable);
        }
        let mut walk = Walk::into_one(answer, Tag::Sequence)?;
        let mut status = walk.enter(Tag::Sequence)?;
        // 0 is "granted", 1 "granted with changes"; what was changed shows in the token.
        if small(status.take(Tag::Integer)?)? > 1 {
            return Err(Flaw::Refused);
        }
        let bytes = walk.whole()?;
        walk.end()?;
        let token = Token::read(bytes)?;
        let info = &token.info;
        if info.imprint != self.imprint {
            return Err(Flaw::Imprint);
        }
        if info.nonce.as_deref() != Some(self.nonce.as_slice()) {
            return Err(Flaw::Nonce);
        }
        if self.policy.is_some_and(|policy| policy.0 != info.policy) {
            return Err(Flaw::Policy);
        }
        trusted.vouch(&token.signer, &token.came_along, info.at_us)?;
        if info.at_us.abs_diff(now_us) > MAX_DRIFT_US {
            return Err(Flaw::Time);
        }
        Ok(Stamp::of(token, answer_with(bytes)))
    }
}

/// `PKIStatusInfo` of an answer as it is kept.
const KEPT: [u8; 5] = [0x30, 3, 2, 1, 0];

/// An answer that grants this token and says nothing else.
pub(crate) fn answer_with(token: &[u8]) -> Vec<u8> {
    wrap(0x30, &[&KEPT[..], token].concat())
}

/// A time-stamp whose signature holds. Whether its authority can be trusted is another question: [`Stamp::trusted_by`].
#[derive(Clone, Debug)]
pub struct Stamp {
    token: Token,
    kept: Vec<u8>,
}

impl Stamp {
    /// Reads a stamp as it was kept, and checks it against the data that it is said to be for.
    ///
    /// # Errors
    /// The first [`Flaw`] found.
    pub fn read(kept: &[u8], data: &[u8]) -> Result<Self, Flaw> {
        let content = Walk::into_one(kept, Tag::Sequence)?;
        let mut walk = content;
        if walk.whole()? != KEPT {
            return Err(Flaw::Unreadable);
        }
        let token = Token::read(walk.whole()?)?;
        walk.end()?;
        if token.info.imprint != <Imprint>::from(Sha256::digest(data)) {
            return Err(Flaw::Imprint);
        }
        Ok(Self::of(token, kept.to_vec()))
    }

    fn of(token: Token, kept: Vec<u8>) -> Self {
        Self { token, kept }
    }

    /// Whether the signer's certificate leads to one of these, as of the stamp's time.
    ///
    /// # Errors
    /// [`Flaw::Untrusted`] or [`Flaw::Expired`].
    pub fn trusted_by(&self, authorities: &Authorities) -> Result<(), Flaw> {
        authorities.vouch(&self.token.signer, &self.token.came_along, self.token.info.at_us)
    }

    /// The bytes to keep: a DER `TimeStampResp`, as `openssl ts -verify -in` takes it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.kept
    }

    /// The authority's time, in microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn at_us(&self) -> i64 {
        self.token.info.at_us
    }

    /// The moment before which the data existed at the latest: the authority's time and what it may be off by.
    #[must_use]
    pub fn before_us(&self) -> i64 {
        self.at_us().saturating_add_unsigned(self.token.info.accuracy_us)
    }

    /// Whom the signer's certificate is about, as text (RFC 4514). Worth as much as whoever issued it.
    #[must_use]
    pub fn authority(&self) -> String {
        self.token.signer.subject()
    }

    /// The number that the authority gave the stamp, in hex.
    #[must_use]
    pub fn serial(&self) -> String {
        hex::encode(&self.token.info.serial)
    }

    /// The policy that it was given under, in dotted numbers.
    #[must_use]
    pub fn policy(&self) -> String {
        self.token.info.policy.to_string()
    }
}
