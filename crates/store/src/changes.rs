//! Which cases have changed, in the order in which the changes came to be, for every node's own search index: each keeps
//! the number of the last one that it has read, and asks for those after it.

use std::collections::BTreeSet;

use domain::ids::CaseId;
use jiff::Timestamp;

use crate::db::{Ask, Sql, Tx, statements};
use crate::error::Result;

statements! {
    NOTE = "INSERT INTO pending_changes (id, case_id, at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
    IS_PENDING = "SELECT id FROM pending_changes WHERE at <= $1 ORDER BY at, id LIMIT 1";
    /// Versions before this one had a queue for it: what they write beside us, in an upgrade, is taken over.
    IS_QUEUED = "SELECT id FROM jobs WHERE lane = 'search' AND state = 'waiting' LIMIT 1";
    TAKE_QUEUED = "DELETE FROM jobs WHERE lane = 'search' AND state IN ('waiting', 'running', 'failed') \
        RETURNING name, payload";
    LOCK = "UPDATE change_numbers SET last = last WHERE id = 1";
    LAST = "SELECT last FROM change_numbers WHERE id = 1";
    TAKE = "DELETE FROM pending_changes WHERE id IN \
        (SELECT id FROM pending_changes WHERE at <= $1 ORDER BY at, id LIMIT $2) RETURNING case_id";
    NUMBER = "INSERT INTO changes (case_id, number) VALUES ($1, $2) \
        ON CONFLICT (case_id) DO UPDATE SET number = excluded.number";
    SET_LAST = "UPDATE change_numbers SET last = $1 WHERE id = 1";
    SINCE = "SELECT case_id, number FROM changes WHERE number > $1 ORDER BY number LIMIT $2";
}

/// Changes that get their numbers in one transaction.
const AT_ONCE: i64 = 500;

/// A change that has its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub case: CaseId,
    pub number: u64,
}

/// Notes, in the transaction that changes a case, that it is to be read again: at once, or from `at` on. The same `id`
/// twice is one change, until it has its number.
///
/// # Errors
/// Those of the database.
pub async fn note(tx: &mut Tx, id: &str, case: &CaseId, at: Option<Timestamp>) -> Result<()> {
    // At once is 0 and not the time: another node's clock may be behind.
    let at = at.map_or(0, Timestamp::as_microsecond);
    let query = tx.sql(NOTE).bind(id).bind(case.as_str()).bind(at);
    query.run().await.map(drop)
}

/// Whether a change waits for its number.
///
/// # Errors
/// Those of the database.
pub async fn is_pending(on: &mut impl Ask, now: Timestamp) -> Result<bool> {
    let row = on.sql(IS_PENDING).bind(now.as_microsecond()).maybe().await?;
    Ok(row.is_some() || on.sql(IS_QUEUED).maybe().await?.is_some())
}

/// Gives numbers to some of the changes that have come to be; gives how many cases they are of. Only committed changes
/// are seen, and only one transaction gives numbers at a time, so a reader who has seen a number has been shown all
/// before it.
///
/// # Errors
/// Those of the database.
pub async fn number(tx: &mut Tx, now: Timestamp) -> Result<usize> {
    tx.sql(LOCK).run().await?;
    let first = last(tx).await?;
    let taken = tx
        .sql(TAKE)
        .bind(now.as_microsecond())
        .bind(AT_ONCE)
        .all()
        .await?;
    let cases: Result<BTreeSet<String>> = taken.iter().map(|row| row.text(0)).collect();
    let mut cases = cases?;
    for queued in tx.sql(TAKE_QUEUED).all().await? {
        if queued.text(0)? == "index" {
            cases.insert(queued.text(1)?);
        }
    }
    let mut number = first;
    for case in &cases {
        number += 1;
        let query = tx.sql(NUMBER).bind(case.as_str());
        query.bind(crate::db::int(number)?).run().await?;
    }
    tx.sql(SET_LAST).bind(crate::db::int(number)?).run().await?;
    Ok(cases.len())
}

/// The last number that was given; 0 if there is none.
///
/// # Errors
/// Those of the database.
pub async fn last(on: &mut impl Ask) -> Result<u64> {
    on.sql(LAST).one().await?.count(0)
}

/// The cases that changed after this number, in order; of each the latest change alone.
///
/// # Errors
/// Those of the database.
pub async fn since(on: &mut impl Ask, number: u64, limit: u32) -> Result<Vec<Change>> {
    let query = on.sql(SINCE).bind(crate::db::int(number)?);
    let rows = query.bind(i64::from(limit)).all().await?;
    let change = |row: &crate::db::Row| {
        Ok(Change {
            case: CaseId::new(row.text(0)?),
            number: row.count(1)?,
        })
    };
    rows.iter().map(change).collect()
}
