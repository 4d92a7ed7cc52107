//! The journal: every case's append-only chain of sealed entries, and who may extend it just now.

mod readings;
mod write;

use domain::case::{Actor, Entry, Event};
use domain::ids::CaseId;
use domain::vocabulary::Compartment;
use proof::entry::{self, GENESIS};
use proof::{Hash, Header};

use crate::db::{Ask, Row, statements};
use crate::error::{Result, StoreError};
use crate::keys::Keys;

pub use readings::{Reading, readings};
pub use write::{NewCase, append, create_case, lock};

statements! {
    NEXT_NUMBER = "INSERT INTO counters (year, last) VALUES ($1, 1) \
        ON CONFLICT (year) DO UPDATE SET last = counters.last + 1 RETURNING last";
    INSERT_CASE = "INSERT INTO cases (id, number, seq, head, version, state, unit, owner, acute, opened_at, \
        changed_at, next_due) VALUES ($1, $2, 0, $3, $4, 'open', $5, $6, $7, $8, $8, $9)";
    LOCK = "UPDATE cases SET seq = seq WHERE id = $1 RETURNING seq, head";
    ADVANCE = "UPDATE cases SET seq = $2, head = $3 WHERE id = $1";
    INSERT_1 = "INSERT INTO entries (case_id, seq, at, actor, compartment, reading, commitment, hash, sealed) VALUES \
        ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    INSERT_2 = "INSERT INTO entries (case_id, seq, at, actor, compartment, reading, commitment, hash, sealed) VALUES \
        ($1, $2, $3, $4, $5, $6, $7, $8, $9), ($10, $11, $12, $13, $14, $15, $16, $17, $18)";
    INSERT_3 = "INSERT INTO entries (case_id, seq, at, actor, compartment, reading, commitment, hash, sealed) VALUES \
        ($1, $2, $3, $4, $5, $6, $7, $8, $9), ($10, $11, $12, $13, $14, $15, $16, $17, $18), \
        ($19, $20, $21, $22, $23, $24, $25, $26, $27)";
    INSERT_4 = "INSERT INTO entries (case_id, seq, at, actor, compartment, reading, commitment, hash, sealed) VALUES \
        ($1, $2, $3, $4, $5, $6, $7, $8, $9), ($10, $11, $12, $13, $14, $15, $16, $17, $18), \
        ($19, $20, $21, $22, $23, $24, $25, $26, $27), ($28, $29, $30, $31, $32, $33, $34, $35, $36)";
    INSERT_5 = "INSERT INTO entries (case_id, seq, at, actor, compartment, reading, commitment, hash, sealed) VALUES \
        ($1, $2, $3, $4, $5, $6, $7, $8, $9), ($10, $11, $12, $13, $14, $15, $16, $17, $18), \
        ($19, $20, $21, $22, $23, $24, $25, $26, $27), ($28, $29, $30, $31, $32, $33, $34, $35, $36), \
        ($37, $38, $39, $40, $41, $42, $43, $44, $45)";
    INSERT_6 = "INSERT INTO entries (case_id, seq, at, actor, compartment, reading, commitment, hash, sealed) VALUES \
        ($1, $2, $3, $4, $5, $6, $7, $8, $9), ($10, $11, $12, $13, $14, $15, $16, $17, $18), \
        ($19, $20, $21, $22, $23, $24, $25, $26, $27), ($28, $29, $30, $31, $32, $33, $34, $35, $36), \
        ($37, $38, $39, $40, $41, $42, $43, $44, $45), ($46, $47, $48, $49, $50, $51, $52, $53, $54)";
    INSERT_7 = "INSERT INTO entries (case_id, seq, at, actor, compartment, reading, commitment, hash, sealed) VALUES \
        ($1, $2, $3, $4, $5, $6, $7, $8, $9), ($10, $11, $12, $13, $14, $15, $16, $17, $18), \
        ($19, $20, $21, $22, $23, $24, $25, $26, $27), ($28, $29, $30, $31, $32, $33, $34, $35, $36), \
        ($37, $38, $39, $40, $41, $42, $43, $44, $45), ($46, $47, $48, $49, $50, $51, $52, $53, $54), \
        ($55, $56, $57, $58, $59, $60, $61, $62, $63)";
    INSERT_8 = "INSERT INTO entries (case_id, seq, at, actor, compartment, reading, commitment, hash, sealed) VALUES \
        ($1, $2, $3, $4, $5, $6, $7, $8, $9), ($10, $11, $12, $13, $14, $15, $16, $17, $18), \
        ($19, $20, $21, $22, $23, $24, $25, $26, $27), ($28, $29, $30, $31, $32, $33, $34, $35, $36), \
        ($37, $38, $39, $40, $41, $42, $43, $44, $45), ($46, $47, $48, $49, $50, $51, $52, $53, $54), \
        ($55, $56, $57, $58, $59, $60, $61, $62, $63), ($64, $65, $66, $67, $68, $69, $70, $71, $72)";
    LOAD = "SELECT seq, at, actor, compartment, commitment, sealed FROM entries \
        WHERE case_id = $1 ORDER BY seq";
    LOAD_ACTS = "SELECT seq, at, actor, compartment, commitment, sealed FROM entries \
        WHERE case_id = $1 AND reading = 0 ORDER BY seq";
    LOAD_SEALED = "SELECT seq, at, actor, compartment, commitment, sealed, hash FROM entries \
        WHERE case_id = $1 ORDER BY seq";
    HEADERS = "SELECT seq, at, actor, compartment, commitment, hash FROM entries WHERE case_id = $1 ORDER BY seq";
    HEAD = "SELECT seq, head FROM cases WHERE id = $1";
    READINGS = "SELECT e.seq, e.at, e.actor, e.compartment, e.commitment, e.sealed, e.case_id, c.number, k.wrapped \
        FROM entries e JOIN cases c ON c.id = e.case_id \
        LEFT JOIN case_keys k ON k.case_id = e.case_id AND k.compartment = e.compartment \
        WHERE e.reading = 1 AND (e.at, e.case_id, e.seq) < ($1, $2, $3) \
        ORDER BY e.at DESC, e.case_id DESC, e.seq DESC LIMIT $4";
    READINGS_OF = "SELECT e.seq, e.at, e.actor, e.compartment, e.commitment, e.sealed, e.case_id, c.number, k.wrapped \
        FROM entries e JOIN cases c ON c.id = e.case_id \
        LEFT JOIN case_keys k ON k.case_id = e.case_id AND k.compartment = e.compartment \
        WHERE e.reading = 1 AND e.case_id = $1 AND (e.at, e.seq) < ($2, $3) \
        ORDER BY e.at DESC, e.seq DESC LIMIT $4";
}

/// Where a case's chain has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of entries.
    pub seq: u64,
    /// Chain hash after the last, [`GENESIS`] without any.
    pub hash: Hash,
}

impl Head {
    /// The head of a case without entries.
    pub const EMPTY: Self = Self {
        seq: 0,
        hash: GENESIS,
    };

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            seq: row.count(0)?,
            hash: row.hash(1)?,
        })
    }
}

/// An entry with all that proves it, for exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedEntry {
    pub header: Header,
    /// Chain hash after it.
    pub hash: Hash,
    pub salt: [u8; 32],
    /// The event's JSON, byte for byte as it was committed to.
    pub json: Vec<u8>,
}

impl SealedEntry {
    /// The event itself.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the JSON is no event that this version knows.
    pub fn event(&self) -> Result<Event> {
        parse(&self.header, &self.json)
    }
}

/// One link of a chain, readable without keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub header: Header,
    /// Chain hash after it, as stored.
    pub hash: Hash,
}

/// All entries of a case, in order. Each is proved to be what its header commits to.
///
/// # Errors
/// [`StoreError::Damaged`] names the first entry that does not open.
pub async fn load(on: &mut impl Ask, case: &CaseId, keys: &Keys) -> Result<Vec<Entry>> {
    let rows = on.sql(LOAD).bind(case.as_str()).all().await?;
    rows.iter().map(|row| read_entry(row, case, keys)).collect()
}

/// The entries that say what the case is, without those that record who looked: the usual way to fold.
///
/// # Errors
/// As [`load`].
pub async fn load_without_readings(on: &mut impl Ask, case: &CaseId, keys: &Keys) -> Result<Vec<Entry>> {
    let rows = on.sql(LOAD_ACTS).bind(case.as_str()).all().await?;
    rows.iter().map(|row| read_entry(row, case, keys)).collect()
}

/// All entries with salt, JSON and chain hash.
///
/// # Errors
/// As [`load`].
pub async fn sealed(on: &mut impl Ask, case: &CaseId, keys: &Keys) -> Result<Vec<SealedEntry>> {
    let rows = on.sql(LOAD_SEALED).bind(case.as_str()).all().await?;
    rows.iter()
        .map(|row| {
            let header = read_header(row, case.as_str())?;
            let (salt, json) = open(&header, &row.bytes(5)?, keys)?;
            Ok(SealedEntry {
                header,
                hash: row.hash(6)?,
                salt,
                json,
            })
        })
        .collect()
}

/// The chain as it stands in the open.
///
/// # Errors
/// Those of the database.
pub async fn headers(on: &mut impl Ask, case: &CaseId) -> Result<Vec<Link>> {
    let rows = on.sql(HEADERS).bind(case.as_str()).all().await?;
    rows.iter()
        .map(|row| {
            Ok(Link {
                header: read_header(row, case.as_str())?,
                hash: row.hash(5)?,
            })
        })
        .collect()
}

/// Where a case's chain has come to, without taking the lock; `None` if there is no such case.
///
/// # Errors
/// Those of the database.
pub async fn head(on: &mut impl Ask, case: &CaseId) -> Result<Option<Head>> {
    on.sql(HEAD)
        .bind(case.as_str())
        .maybe()
        .await?
        .map(|row| Head::read(&row))
        .transpose()
}

/// Whether the links follow from each other without gap and end in `head`.
///
/// # Errors
/// [`StoreError::Damaged`] names the first entry that does not follow (the one after the last, if the end is missing).
pub fn verify_chain(case: &CaseId, links: &[Link], head: &Head) -> Result<()> {
    let mut at = Head::EMPTY;
    for link in links {
        let next = at.seq + 1;
        if link.header.seq != next {
            return Err(StoreError::damaged(case.as_str(), next, "the entry is missing"));
        }
        at = Head {
            seq: next,
            hash: entry::link(&at.hash, &link.header.leaf()),
        };
        if at.hash != link.hash {
            return Err(StoreError::damaged(
                case.as_str(),
                next,
                "the header is not what the chain was made of",
            ));
        }
    }
    if at == *head {
        return Ok(());
    }
    Err(StoreError::damaged(
        case.as_str(),
        at.seq + 1,
        format!("the chain ends here, its head is at {}", head.seq),
    ))
}

fn read_header(row: &Row, case: &str) -> Result<Header> {
    Ok(Header {
        case: case.into(),
        seq: row.count(0)?,
        at_us: row.int(1)?,
        actor: row.text(2)?,
        compartment: row.text(3)?,
        commitment: row.hash(4)?,
    })
}

fn read_entry(row: &Row, case: &CaseId, keys: &Keys) -> Result<Entry> {
    let header = read_header(row, case.as_str())?;
    let (_, json) = open(&header, &row.bytes(5)?, keys)?;
    to_entry(&header, &json)
}

fn to_entry(header: &Header, json: &[u8]) -> Result<Entry> {
    Ok(Entry {
        seq: header.seq,
        at: crate::db::timestamp(header.at_us)?,
        actor: Actor::parse(&header.actor),
        event: parse(header, json)?,
    })
}

fn open(header: &Header, sealed: &[u8], keys: &Keys) -> Result<([u8; 32], Vec<u8>)> {
    let damaged = |reason: &dyn ToString| StoreError::damaged(&header.case, header.seq, reason.to_string());
    let compartment = Compartment::parse(&header.compartment).ok_or_else(|| damaged(&"an unknown drawer"))?;
    entry::open_payload(keys.of(compartment), header, sealed).map_err(|error| damaged(&error))
}

fn parse(header: &Header, json: &[u8]) -> Result<Event> {
    serde_json::from_slice(json).map_err(|error| StoreError::damaged(&header.case, header.seq, error))
}
