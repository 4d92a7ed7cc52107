//! 32 bytes as lower-case hex, in JSON and in key files.

use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// Exactly 64 lower-case hex digits; anything else is `None`, so that each value has one spelling.
pub(crate) fn parse32(text: &str) -> Option<[u8; 32]> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut out = [0; 32];
    hex::decode_to_slice(text, &mut out).ok()?;
    Some(out)
}

pub(crate) fn serialize<S: Serializer>(bytes: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&hex::encode(bytes))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
    let text = String::deserialize(from)?;
    parse32(&text).ok_or_else(|| D::Error::custom("expected 64 lower-case hex digits"))
}
