//! `data/journal.jsonl`: the exported entries of one drawer, one JSON object a line.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::entry::{Hash, Header};
use crate::hexed;

/// One exported entry. `event` keeps the bytes that the entry's commitment covers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalLine {
    /// Place in the case's chain, from 1. Entries of other drawers leave gaps.
    pub seq: u64,
    /// `at_us` as RFC 3339, for reading.
    pub at: String,
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub at_us: i64,
    /// Person id, or `system` or `operator`.
    pub actor: String,
    /// For reading; not covered by the chain.
    pub actor_name: String,
    pub compartment: String,
    #[serde(with = "hexed")]
    pub salt: Hash,
    pub event: Box<RawValue>,
    /// Chain hash before this entry.
    #[serde(with = "hexed")]
    pub prev: Hash,
    /// Chain hash after this entry.
    #[serde(with = "hexed")]
    pub hash: Hash,
}

impl JournalLine {
    /// The line for an entry as it was opened: `json` is exactly what the header commits to.
    ///
    /// # Errors
    /// `InvalidData` if the time is outside jiff's range, or if `json` is not one JSON value on one line without outer white space: its bytes would not
    /// survive the trip through a JSON file.
    pub fn new(
        header: &Header,
        actor_name: &str,
        salt: &[u8; 32],
        json: &[u8],
        prev: &Hash,
    ) -> io::Result<Self> {
        let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
        let event: Box<RawValue> = serde_json::from_slice(json).map_err(|e| invalid(e.to_string()))?;
        if event.get().as_bytes() != json || json.contains(&b'\n') {
            return Err(invalid("an event must be compact JSON on one line".into()));
        }
        Ok(Self {
            seq: header.seq,
            at: at_text(header.at_us).ok_or_else(|| invalid("its time is out of range".into()))?,
            at_us: header.at_us,
            actor: header.actor.clone(),
            actor_name: actor_name.into(),
            compartment: header.compartment.clone(),
            salt: *salt,
            event,
            prev: *prev,
            hash: crate::entry::link(prev, &header.leaf()),
        })
    }
}

/// The only spelling of `at` that fits `at_us`: RFC 3339 in UTC, with as many decimals as it needs.
pub(crate) fn at_text(at_us: i64) -> Option<String> {
    jiff::Timestamp::from_microsecond(at_us)
        .ok()
        .map(|at| at.to_string())
}

/// Writes one line, with its line break.
///
/// # Errors
/// What `out` says.
pub fn write_journal_line(out: &mut impl Write, line: &JournalLine) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}
