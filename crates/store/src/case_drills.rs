//! The managers' drills: each with the entries of its made-up case, sealed by the system's own key.

use domain::case::{Actor, Entry, Event};
use domain::ids::PersonId;
use jiff::Timestamp;
use rand::CryptoRng;

use crate::db::{Ask, Row, Sql, Tx, statements};
use crate::error::{Result, StoreError};
use crate::keys::{self, KeyRing};

statements! {
    ADD = "INSERT INTO case_drills (id, person, started, entries) VALUES ($1, $2, $3, $4)";
    LATEST = "SELECT id, person, started, entries, passed_at FROM case_drills WHERE person = $1 ORDER BY started DESC LIMIT 1";
    ALL = "SELECT id, person, started, entries, passed_at FROM case_drills";
    LOCK = "UPDATE case_drills SET entries = entries WHERE id = $1";
    KEEP = "UPDATE case_drills SET entries = $2, passed_at = $3 WHERE id = $1 AND passed_at IS NULL";
    FORGET_ENTRIES = "UPDATE case_drills SET entries = $2 WHERE id = $1 AND passed_at IS NOT NULL";
    FORGET = "DELETE FROM case_drills WHERE id = $1 AND passed_at IS NULL";
}

/// A manager's drill.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseDrill {
    pub id: String,
    pub person: PersonId,
    pub started: Timestamp,
    /// Of the made-up case, in order; empty once they are forgotten.
    pub entries: Vec<Entry>,
    pub passed_at: Option<Timestamp>,
}

/// An entry as it is kept: microseconds, who, what.
type Line = (i64, String, Event);

/// Begins one.
///
/// # Errors
/// Those of the database.
pub async fn add(
    tx: &mut Tx,
    ring: &KeyRing,
    drill: &CaseDrill,
    rng: &mut (impl CryptoRng + Send),
) -> Result<()> {
    let sealed = seal(ring, drill, rng)?;
    let query = tx.sql(ADD).bind(drill.id.as_str()).bind(drill.person.as_str());
    let query = query.bind(drill.started.as_microsecond());
    query.bind(sealed.as_slice()).run().await.map(drop)
}

/// A person's latest.
///
/// # Errors
/// [`StoreError::Damaged`] if its entries do not open.
pub async fn latest(on: &mut impl Ask, ring: &KeyRing, person: &PersonId) -> Result<Option<CaseDrill>> {
    let row = on.sql(LATEST).bind(person.as_str()).maybe().await?;
    row.map(|row| read(ring, &row)).transpose()
}

/// A person's latest, held until the transaction ends, so that of two tabs the second sees what the first did.
///
/// # Errors
/// As [`latest`].
pub async fn lock(tx: &mut Tx, ring: &KeyRing, person: &PersonId) -> Result<Option<CaseDrill>> {
    let Some(found) = latest(tx, ring, person).await? else {
        return Ok(None);
    };
    tx.sql(LOCK).bind(found.id.as_str()).run().await?;
    latest(tx, ring, person).await
}

/// Keeps its entries as they are now, and when it was passed, if it was; a drill that is passed stays as it is.
///
/// # Errors
/// Those of the database.
pub async fn keep(
    tx: &mut Tx,
    ring: &KeyRing,
    drill: &CaseDrill,
    rng: &mut (impl CryptoRng + Send),
) -> Result<()> {
    let sealed = seal(ring, drill, rng)?;
    let query = tx.sql(KEEP).bind(drill.id.as_str()).bind(sealed.as_slice());
    let query = query.bind(drill.passed_at.map(Timestamp::as_microsecond));
    query.run().await.map(drop)
}

/// A line for each whose entries do not open.
///
/// # Errors
/// Those of the database.
pub async fn damaged(on: &mut impl Ask, ring: &KeyRing) -> Result<Vec<String>> {
    let rows = on.sql(ALL).all().await?;
    let faults = rows.iter().filter_map(|row| read(ring, row).err());
    Ok(faults
        .map(|error| format!("a manager's drill: {error}"))
        .collect())
}

/// Forgets what was written in it, and all of it unless it was passed.
///
/// # Errors
/// Those of the database.
pub async fn forget(tx: &mut Tx, id: &str) -> Result<()> {
    let nothing: &[u8] = &[];
    tx.sql(FORGET_ENTRIES).bind(id).bind(nothing).run().await?;
    tx.sql(FORGET).bind(id).run().await.map(drop)
}

fn context(id: &str) -> [&str; 3] {
    [id, "case-drill", "entries"]
}

fn seal(ring: &KeyRing, drill: &CaseDrill, rng: &mut (impl CryptoRng + Send)) -> Result<Vec<u8>> {
    let lines: Vec<Line> = drill
        .entries
        .iter()
        .map(|entry| {
            let actor = entry.actor.as_text().to_owned();
            (entry.at.as_microsecond(), actor, entry.event.clone())
        })
        .collect();
    let json = serde_json::to_vec(&lines).map_err(StoreError::other)?;
    Ok(keys::seal_note(ring.system(), context(&drill.id), &json, rng))
}

fn read(ring: &KeyRing, row: &Row) -> Result<CaseDrill> {
    let id = row.text(0)?;
    let entries = open(ring, &id, &row.bytes(3)?)?;
    Ok(CaseDrill {
        person: PersonId::new(row.text(1)?),
        started: row.time(2)?,
        passed_at: row.opt_time(4)?,
        entries,
        id,
    })
}

fn open(ring: &KeyRing, id: &str, sealed: &[u8]) -> Result<Vec<Entry>> {
    if sealed.is_empty() {
        return Ok(Vec::new());
    }
    let json = keys::open_note(ring.system(), context(id), sealed)?;
    let lines: Vec<Line> =
        serde_json::from_slice(&json).map_err(|error| StoreError::damaged(id, 0, error))?;
    let entry = |(seq, (at, actor, event)): (u64, Line)| {
        Ok(Entry {
            seq,
            at: Timestamp::from_microsecond(at).map_err(|error| StoreError::damaged(id, seq, error))?,
            actor: Actor::parse(&actor),
            event,
        })
    };
    (1..).zip(lines).map(entry).collect()
}
