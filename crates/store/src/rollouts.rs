//! The guide's rollouts and receipts.

use std::collections::HashSet;

use domain::ids::PersonId;
use domain::rollout::{How, Receipt, Rollout};
use jiff::Timestamp;

use crate::db::{Ask, Row, Sql, Tx, statements};
use crate::error::{Result, StoreError};

statements! {
    ALL = "SELECT id, edition, scope, started, due, by, ended FROM rollouts ORDER BY started DESC, id";
    ADD = "INSERT INTO rollouts (id, edition, scope, started, due, by) VALUES ($1, $2, $3, $4, $5, $6)";
    END = "UPDATE rollouts SET ended = $2, ended_by = $3 WHERE id = $1 AND ended IS NULL";
    GIVE = "INSERT INTO receipts (edition, person, at, how, noted_by, held) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (edition, person) DO NOTHING";
    OF_EDITION = "SELECT person FROM receipts WHERE edition = $1";
    OF_PERSON = "SELECT edition, person, at, how, noted_by, held FROM receipts WHERE person = $1 ORDER BY edition DESC";
    COUNT = "SELECT COUNT(*) FROM receipts WHERE edition = $1";
}

/// Every rollout, newest first; a municipality makes a few a year.
///
/// # Errors
/// Those of the database.
pub async fn all(on: &mut impl Ask) -> Result<Vec<Rollout>> {
    on.sql(ALL).all().await?.iter().map(rollout).collect()
}

/// Begins a rollout.
///
/// # Errors
/// [`StoreError::Unique`] if there is one with this id.
pub async fn add(tx: &mut Tx, rollout: &Rollout) -> Result<()> {
    let scope = serde_json::to_string(&rollout.scope).map_err(StoreError::other)?;
    let due = rollout.due.to_string();
    let query = tx
        .sql(ADD)
        .bind(rollout.id.as_str())
        .bind(rollout.edition.cast_signed())
        .bind(scope.as_str())
        .bind(rollout.started.as_microsecond());
    query
        .bind(due.as_str())
        .bind(rollout.by.as_str())
        .run()
        .await
        .map(drop)
}

/// Takes a rollout back; `false` if there is none of this id that runs.
///
/// # Errors
/// Those of the database.
pub async fn end(tx: &mut Tx, id: &str, by: &PersonId, at: Timestamp) -> Result<bool> {
    let query = tx.sql(END).bind(id).bind(at.as_microsecond());
    Ok(query.bind(by.as_str()).run().await? > 0)
}

/// Keeps a receipt; `false` if this person has one for this edition: the first stands.
///
/// # Errors
/// Those of the database.
pub async fn give(tx: &mut Tx, receipt: &Receipt) -> Result<bool> {
    let (noted_by, held) = receipt.noted.as_ref().map_or((None, None), |(by, held)| {
        (Some(by.as_str()), Some(held.to_string()))
    });
    let query = tx
        .sql(GIVE)
        .bind(receipt.edition.cast_signed())
        .bind(receipt.person.as_str())
        .bind(receipt.at.as_microsecond())
        .bind(receipt.how.name());
    Ok(query.bind(noted_by).bind(held.as_deref()).run().await? > 0)
}

/// Everybody who has a receipt for this edition.
///
/// # Errors
/// Those of the database.
pub async fn of_edition(on: &mut impl Ask, edition: u64) -> Result<HashSet<PersonId>> {
    let rows = on.sql(OF_EDITION).bind(edition.cast_signed()).all().await?;
    rows.iter().map(|row| Ok(PersonId::new(row.text(0)?))).collect()
}

/// How many have a receipt for this edition. Receipts are never taken back: the same number are the same receipts.
///
/// # Errors
/// Those of the database.
pub async fn count(on: &mut impl Ask, edition: u64) -> Result<u64> {
    on.sql(COUNT).bind(edition.cast_signed()).one().await?.count(0)
}

/// A person's receipts, newest edition first.
///
/// # Errors
/// Those of the database.
pub async fn of_person(on: &mut impl Ask, person: &PersonId) -> Result<Vec<Receipt>> {
    let rows = on.sql(OF_PERSON).bind(person.as_str()).all().await?;
    rows.iter().map(receipt).collect()
}

fn rollout(row: &Row) -> Result<Rollout> {
    Ok(Rollout {
        id: row.text(0)?,
        edition: row.count(1)?,
        scope: serde_json::from_str(&row.text(2)?).map_err(StoreError::other)?,
        started: row.time(3)?,
        due: row.text(4)?.parse().map_err(StoreError::other)?,
        by: PersonId::new(row.text(5)?),
        ended: row.opt_time(6)?,
    })
}

fn receipt(row: &Row) -> Result<Receipt> {
    let how = row.text(3)?;
    let noted = match (row.opt_text(4)?, row.opt_text(5)?) {
        (Some(by), Some(held)) => Some((PersonId::new(by), held.parse().map_err(StoreError::other)?)),
        _ => None,
    };
    Ok(Receipt {
        edition: row.count(0)?,
        person: PersonId::new(row.text(1)?),
        at: row.time(2)?,
        how: How::parse(&how).ok_or_else(|| StoreError::other(format!("a receipt came by {how}")))?,
        noted,
    })
}
