//! Writing what the journal amounts to.

use std::collections::BTreeSet;

use domain::access::Relation;
use domain::case::Phase;
use domain::ids::{CaseId, PersonId, UnitId};
use domain::vocabulary::Compartment;
use jiff::Timestamp;
use rand::CryptoRng;

use super::*;
use crate::batch::Padded;
use crate::db::{NEVER, Sql, Tx, micros_or_never};
use crate::keys::Keys;

/// Person and relation (`''` for any).
type PersonRow = (String, String);
/// Duty, owner, due, escalate at.
pub(super) type OwedRow = (String, String, i64, i64);

/// What lists are to say of a case from now on.
#[derive(Clone, Debug)]
pub struct CaseProjection {
    pub id: CaseId,
    pub phase: Phase,
    pub unit: UnitId,
    pub owner: PersonId,
    pub acute: bool,
    pub changed_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    /// Small JSON that lists show; sealed under the key of the Matter drawer.
    pub card: Vec<u8>,
    /// Whoever finds the case in their lists, once for each relation.
    pub people: Vec<(PersonId, Relation)>,
    /// What is owed, each duty once.
    pub duties: Vec<DutyRow>,
}

/// Replaces what lists say of a case. The lock on it must be held.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such case.
pub async fn project(
    tx: &mut Tx,
    case: &CaseProjection,
    keys: &Keys,
    rng: &mut (impl CryptoRng + Send),
) -> Result<()> {
    let next_due = project_case(tx, case, keys, rng).await?;
    project_people(tx, case, next_due).await?;
    project_duties(tx, case).await
}

/// The same for a case that this transaction has made: there is nothing to replace, so nothing is asked.
///
/// # Errors
/// As [`project`].
pub async fn project_first(
    tx: &mut Tx,
    case: &CaseProjection,
    keys: &Keys,
    rng: &mut (impl CryptoRng + Send),
) -> Result<()> {
    let next_due = project_case(tx, case, keys, rng).await?;
    insert_people(tx, case, &wanted_people(case), next_due).await?;
    insert_duties(tx, case, &wanted_duties(case)).await
}

async fn project_case(
    tx: &mut Tx,
    case: &CaseProjection,
    keys: &Keys,
    rng: &mut (impl CryptoRng + Send),
) -> Result<i64> {
    let next_due = next_due(case);
    let card = keys::seal_note(
        keys.of(Compartment::Matter),
        card_place(&case.id),
        &case.card,
        rng,
    );
    let changed = tx
        .sql(PROJECT)
        .bind(case.id.as_str())
        .bind(case.phase.name())
        .bind(case.unit.as_str())
        .bind(case.owner.as_str())
        .bind(i64::from(case.acute))
        .bind(case.changed_at.as_microsecond())
        .bind(case.closed_at.map(Timestamp::as_microsecond))
        .bind(next_due)
        .bind(card.as_slice())
        .run()
        .await?;
    if changed == 0 {
        return Err(StoreError::missing(format!("case {}", case.id)));
    }
    Ok(next_due)
}

/// The earliest deadline of what is owed.
pub(super) fn next_due(case: &CaseProjection) -> i64 {
    let due = case.duties.iter().map(|duty| micros_or_never(duty.due));
    due.min().unwrap_or(NEVER)
}

async fn project_people(tx: &mut Tx, case: &CaseProjection, next_due: i64) -> Result<()> {
    let wanted = wanted_people(case);
    let rows = tx.sql(HAS_PEOPLE).bind(case.id.as_str()).all().await?;
    let there = rows
        .iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?)))
        .collect::<Result<BTreeSet<_>>>()?;
    if there == wanted {
        let moved = tx.sql(MOVE_PEOPLE).bind(case.id.as_str()).bind(case.phase.name());
        return moved
            .bind(case.changed_at.as_microsecond())
            .bind(next_due)
            .run()
            .await
            .map(drop);
    }
    if !there.is_empty() {
        tx.sql(DELETE_PEOPLE).bind(case.id.as_str()).run().await?;
    }
    insert_people(tx, case, &wanted, next_due).await
}

pub(super) fn wanted_people(case: &CaseProjection) -> BTreeSet<PersonRow> {
    let mut wanted = BTreeSet::new();
    for (person, relation) in &case.people {
        wanted.insert((person.as_str().into(), relation.name().into()));
        wanted.insert((person.as_str().into(), String::new()));
    }
    wanted
}

async fn insert_people(
    tx: &mut Tx,
    case: &CaseProjection,
    wanted: &BTreeSet<PersonRow>,
    next_due: i64,
) -> Result<()> {
    let wanted: Vec<_> = wanted.iter().collect();
    for (size, rows) in Padded::new(&wanted, 4, 16) {
        let mut query = tx.sql(if size == 4 {
            INSERT_PEOPLE_4
        } else {
            INSERT_PEOPLE_16
        });
        for (person, relation) in rows {
            query = query
                .bind(case.id.as_str())
                .bind(person.as_str())
                .bind(relation.as_str());
            query = query
                .bind(case.phase.name())
                .bind(case.changed_at.as_microsecond())
                .bind(next_due);
        }
        query.run().await?;
    }
    Ok(())
}

async fn project_duties(tx: &mut Tx, case: &CaseProjection) -> Result<()> {
    let wanted = wanted_duties(case);
    let rows = tx.sql(HAS_DUTIES).bind(case.id.as_str()).all().await?;
    let read = |row: &Row| Ok((row.text(0)?, row.text(1)?, row.int(2)?, row.int(3)?));
    let there = rows.iter().map(read).collect::<Result<BTreeSet<_>>>()?;
    if there == wanted {
        return Ok(());
    }
    if !there.is_empty() {
        tx.sql(DELETE_DUTIES).bind(case.id.as_str()).run().await?;
    }
    insert_duties(tx, case, &wanted).await
}

pub(super) fn wanted_duties(case: &CaseProjection) -> BTreeSet<OwedRow> {
    case.duties
        .iter()
        .map(|duty| {
            let (due, escalate_at) = (micros_or_never(duty.due), micros_or_never(duty.escalate_at));
            (
                duty.kind.name().into(),
                duty.owner.as_str().into(),
                due,
                escalate_at,
            )
        })
        .collect()
}

async fn insert_duties(tx: &mut Tx, case: &CaseProjection, wanted: &BTreeSet<OwedRow>) -> Result<()> {
    let wanted: Vec<_> = wanted.iter().collect();
    for (size, rows) in Padded::new(&wanted, 4, 16) {
        let mut query = tx.sql(if size == 4 {
            INSERT_DUTIES_4
        } else {
            INSERT_DUTIES_16
        });
        for (duty, owner, due, escalate_at) in rows {
            query = query
                .bind(case.id.as_str())
                .bind(duty.as_str())
                .bind(owner.as_str());
            query = query.bind(*due).bind(*escalate_at);
        }
        query.run().await?;
    }
    Ok(())
}
