//! Writing what the journal amounts to.

use std::collections::BTreeSet;

use domain::access::Relation;
use domain::case::Phase;
use domain::ids::{CaseId, PersonId, UnitId};
use domain::vocabulary::Compartment;
use jiff::Timestamp;
use rand::CryptoRng;

use super::*;
use crate::batch::pieces;
use crate::db::{NEVER, Sql, Tx, micros_or_never};
use crate::keys::Keys;

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
    let next_due = case
        .duties
        .iter()
        .map(|duty| micros_or_never(duty.due))
        .min()
        .unwrap_or(NEVER);
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
    project_people(tx, case, next_due).await?;
    project_duties(tx, case).await
}

async fn project_people(tx: &mut Tx, case: &CaseProjection, next_due: i64) -> Result<()> {
    let mut wanted: BTreeSet<(String, String)> = BTreeSet::new();
    for (person, relation) in &case.people {
        wanted.insert((person.as_str().into(), relation.name().into()));
        wanted.insert((person.as_str().into(), String::new()));
    }
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
    let wanted: Vec<_> = wanted.into_iter().collect();
    for piece in pieces(&wanted, &[16, 4, 1]) {
        let mut query = tx.sql(match piece.len() {
            16 => INSERT_PEOPLE_16,
            4 => INSERT_PEOPLE_4,
            _ => INSERT_PEOPLE_1,
        });
        for (person, relation) in piece {
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
    let wanted: BTreeSet<(String, String, i64, i64)> = case
        .duties
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
        .collect();
    let rows = tx.sql(HAS_DUTIES).bind(case.id.as_str()).all().await?;
    let read = |row: &Row| Ok((row.text(0)?, row.text(1)?, row.int(2)?, row.int(3)?));
    let there = rows.iter().map(read).collect::<Result<BTreeSet<_>>>()?;
    if there == wanted {
        return Ok(());
    }
    if !there.is_empty() {
        tx.sql(DELETE_DUTIES).bind(case.id.as_str()).run().await?;
    }
    let wanted: Vec<_> = wanted.into_iter().collect();
    for piece in pieces(&wanted, &[16, 4, 1]) {
        let mut query = tx.sql(match piece.len() {
            16 => INSERT_DUTIES_16,
            4 => INSERT_DUTIES_4,
            _ => INSERT_DUTIES_1,
        });
        for (duty, owner, due, escalate_at) in piece {
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
