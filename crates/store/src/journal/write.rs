//! Extending a chain: numbering a case, taking its lock, sealing what happened.

use domain::case::{Actor, Event};
use domain::ids::{CaseId, CaseNumber, PersonId, UnitId};
use jiff::Timestamp;
use proof::{Hash, Header, entry};
use rand::CryptoRng;

use super::*;
use crate::db::{NEVER, Sql, Tx};
use crate::error::{Result, StoreError};
use crate::keys::{self, Keys, WrappedKeys};

/// A case that is about to begin.
#[derive(Clone, Debug)]
pub struct NewCase {
    pub id: CaseId,
    /// The year whose next number it takes.
    pub year: i16,
    pub unit: UnitId,
    pub owner: PersonId,
    pub acute: bool,
    pub at: Timestamp,
    /// The version of the procedure that it keeps.
    pub procedure: String,
}

/// Makes the case's row, open and without entries, and gives it the year's next number. Its head is [`Head::EMPTY`],
/// and the lock on it is taken. Numbers have neither gaps nor doubles: whoever else makes a case waits until this
/// transaction ends.
///
/// # Errors
/// [`StoreError::Unique`] if there is a case with this id.
pub async fn create_case(tx: &mut Tx, case: &NewCase, wrapped: &WrappedKeys) -> Result<CaseNumber> {
    let running = tx
        .sql(NEXT_NUMBER)
        .bind(i64::from(case.year))
        .one()
        .await?
        .count(0)?;
    let number = CaseNumber::new(case.year, running);
    tx.sql(INSERT_CASE)
        .bind(case.id.as_str())
        .bind(number.as_str())
        .bind(Head::EMPTY.hash.as_slice())
        .bind(case.procedure.as_str())
        .bind(case.unit.as_str())
        .bind(case.owner.as_str())
        .bind(i64::from(case.acute))
        .bind(case.at.as_microsecond())
        .bind(NEVER)
        .run()
        .await?;
    keys::insert(tx, &case.id, wrapped).await?;
    Ok(number)
}

/// Takes the lock on a case until the transaction ends, and says where its chain has come to; `None` if there is no
/// such case. The first statement of every change.
///
/// # Errors
/// Those of the database.
pub async fn lock(tx: &mut Tx, case: &CaseId) -> Result<Option<Head>> {
    tx.sql(LOCK)
        .bind(case.as_str())
        .maybe()
        .await?
        .map(|row| Head::read(&row))
        .transpose()
}

/// Appends what happened, in order, and moves `head` on. The lock must be held.
///
/// # Errors
/// [`StoreError::Unique`] if `head` was not the chain's head, [`StoreError::Missing`] if there is no such case.
#[expect(
    clippy::too_many_arguments,
    reason = "each is one thing that an entry is made of"
)]
pub async fn append(
    tx: &mut Tx,
    case: &CaseId,
    head: &mut Head,
    keys: &Keys,
    at: Timestamp,
    actor: &Actor,
    events: &[Event],
    rng: &mut (impl CryptoRng + Send),
) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let mut next = head.clone();
    let sealed: Vec<Sealed> = events
        .iter()
        .map(|event| seal(case, &mut next, keys, at, actor, event, rng))
        .collect::<Result<_>>()?;
    for piece in sealed.chunks(8) {
        insert(tx, piece).await?;
    }
    let moved = tx
        .sql(ADVANCE)
        .bind(case.as_str())
        .bind(to_i64(next.seq)?)
        .bind(next.hash.as_slice())
        .run();
    if moved.await? == 0 {
        return Err(StoreError::missing(format!("case {case}")));
    }
    *head = next;
    Ok(())
}

struct Sealed {
    header: Header,
    seq: i64,
    reading: i64,
    hash: Hash,
    payload: Vec<u8>,
}

fn seal(
    case: &CaseId,
    head: &mut Head,
    keys: &Keys,
    at: Timestamp,
    actor: &Actor,
    event: &Event,
    rng: &mut impl CryptoRng,
) -> Result<Sealed> {
    let json = serde_json::to_vec(event).map_err(StoreError::other)?;
    let mut salt = [0; 32];
    rng.fill_bytes(&mut salt);
    let compartment = event.compartment();
    let header = Header {
        case: case.as_str().into(),
        seq: head.seq + 1,
        at_us: at.as_microsecond(),
        actor: actor.as_text().into(),
        compartment: compartment.name().into(),
        commitment: entry::commitment(&salt, &json),
    };
    let payload = entry::seal_payload(keys.of(compartment), &header, &salt, &json, rng);
    *head = Head {
        seq: header.seq,
        hash: entry::link(&head.hash, &header.leaf()),
    };
    let seq = to_i64(header.seq)?;
    Ok(Sealed {
        header,
        seq,
        reading: i64::from(event.is_reading()),
        hash: head.hash,
        payload,
    })
}

async fn insert(tx: &mut Tx, entries: &[Sealed]) -> Result<()> {
    const TEXTS: [&str; 8] = [
        INSERT_1, INSERT_2, INSERT_3, INSERT_4, INSERT_5, INSERT_6, INSERT_7, INSERT_8,
    ];
    let mut query = tx.sql(TEXTS[entries.len() - 1]);
    for entry in entries {
        query = query
            .bind(entry.header.case.as_str())
            .bind(entry.seq)
            .bind(entry.header.at_us)
            .bind(entry.header.actor.as_str())
            .bind(entry.header.compartment.as_str())
            .bind(entry.reading)
            .bind(entry.header.commitment.as_slice())
            .bind(entry.hash.as_slice())
            .bind(entry.payload.as_slice());
    }
    query.run().await.map(drop)
}

fn to_i64(seq: u64) -> Result<i64> {
    i64::try_from(seq).map_err(StoreError::other)
}
