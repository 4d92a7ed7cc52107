//! DER, one value after the other (X.690). What is left over, or in another order, is a flaw.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Reader, SliceReader, Tag, TagNumber};

use super::Flaw;

/// `[number]` with something inside.
pub(super) const fn context(number: u32) -> Tag {
    Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(number),
    }
}

/// `[number]` in place of a tag of its own, with nothing further inside.
pub(super) const fn context_plain(number: u32) -> Tag {
    Tag::ContextSpecific {
        constructed: false,
        number: TagNumber(number),
    }
}

/// Values that follow each other.
pub(super) struct Walk<'a>(SliceReader<'a>);

impl<'a> Walk<'a> {
    pub(super) fn over(bytes: &'a [u8]) -> Result<Self, Flaw> {
        SliceReader::new(bytes).map(Self).map_err(unreadable)
    }

    /// The inside of the one value that these bytes are.
    pub(super) fn into_one(bytes: &'a [u8], tag: Tag) -> Result<Self, Flaw> {
        let mut outer = Self::over(bytes)?;
        let inner = outer.enter(tag)?;
        outer.end()?;
        Ok(inner)
    }

    /// The content of the next value, which must have this tag.
    pub(super) fn take(&mut self, tag: Tag) -> Result<&'a [u8], Flaw> {
        let next: AnyRef<'a> = self.0.decode().map_err(unreadable)?;
        if der::Tagged::tag(&next) == tag {
            Ok(next.value())
        } else {
            Err(Flaw::Unreadable)
        }
    }

    pub(super) fn enter(&mut self, tag: Tag) -> Result<Self, Flaw> {
        Self::over(self.take(tag)?)
    }

    pub(super) fn maybe(&mut self, tag: Tag) -> Result<Option<&'a [u8]>, Flaw> {
        let there = !self.is_done() && Tag::peek(&self.0).is_ok_and(|next| next == tag);
        there.then(|| self.take(tag)).transpose()
    }

    /// The next value whole, with its tag and length.
    pub(super) fn whole(&mut self) -> Result<&'a [u8], Flaw> {
        self.0.tlv_bytes().map_err(unreadable)
    }

    pub(super) fn oid(&mut self) -> Result<ObjectIdentifier, Flaw> {
        ObjectIdentifier::from_bytes(self.take(Tag::ObjectIdentifier)?).map_err(|_| Flaw::Unreadable)
    }

    pub(super) fn algorithm(&mut self) -> Result<Algorithm, Flaw> {
        let mut inner = self.enter(Tag::Sequence)?;
        let oid = inner.oid()?;
        let plain = match inner.is_done() {
            true => true,
            false => inner.whole()? == [5, 0],
        };
        inner.end()?;
        Ok(Algorithm { oid, plain })
    }

    pub(super) fn is_done(&self) -> bool {
        self.0.is_finished()
    }

    pub(super) fn end(self) -> Result<(), Flaw> {
        if self.is_done() {
            Ok(())
        } else {
            Err(Flaw::Unreadable)
        }
    }
}

/// `AlgorithmIdentifier`: which, and whether it has no parameters (none, or `NULL`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Algorithm {
    pub oid: ObjectIdentifier,
    pub plain: bool,
}

pub(super) fn unreadable<E>(_: E) -> Flaw {
    Flaw::Unreadable
}

/// A number of up to 64 bits that is not negative.
pub(super) fn small(content: &[u8]) -> Result<u64, Flaw> {
    let digits = match content {
        [] => return Err(Flaw::Unreadable),
        [first, ..] if *first >= 0x80 => return Err(Flaw::Unreadable),
        [0, rest @ ..] if !rest.is_empty() => rest,
        all => all,
    };
    if digits.len() > 8 {
        return Err(Flaw::Unreadable);
    }
    Ok(digits.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// A value with its tag and length.
pub(super) fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let bytes = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
        out.push(0x80 | bytes.len() as u8);
        out.extend_from_slice(bytes);
    }
    out.extend_from_slice(content);
    out
}
