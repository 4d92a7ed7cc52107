//! What people are told on their start page: that something happened in a case of theirs, not what.

use domain::ids::{CaseId, PersonId};
use jiff::Timestamp;

use crate::db::{Ask, Sql, Tx, statements};
use crate::error::Result;
use crate::page::{Cursor, Page, one_more};

statements! {
    ADD = "INSERT INTO notices (id, person, case_id, kind, at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (id) DO NOTHING";
    OF = "SELECT id, case_id, kind, at, read_at FROM notices WHERE person = $1 AND (at, id) < ($2, $3) \
        ORDER BY at DESC, id DESC LIMIT $4";
    UNREAD = "SELECT COUNT(*) FROM notices WHERE person = $1 AND read_at IS NULL";
    READ = "UPDATE notices SET read_at = $3 WHERE person = $1 AND id = $2 AND read_at IS NULL";
    PURGE = "DELETE FROM notices WHERE id IN \
        (SELECT id FROM notices WHERE at < $1 AND (read_at IS NOT NULL OR at < $2) LIMIT $3)";
    READ_CASE = "UPDATE notices SET read_at = $3 WHERE person = $1 AND case_id = $2 AND read_at IS NULL";
}

/// One thing to tell somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Chosen by the caller; the same id twice is one notice.
    pub id: String,
    pub person: PersonId,
    pub case: Option<CaseId>,
    /// A text key.
    pub kind: String,
    pub at: Timestamp,
    pub read_at: Option<Timestamp>,
}

/// Adds a notice; `false` if there is one with this id already.
///
/// # Errors
/// Those of the database.
pub async fn add(tx: &mut Tx, notice: &Notice) -> Result<bool> {
    let query = tx.sql(ADD).bind(notice.id.as_str()).bind(notice.person.as_str());
    let query = query
        .bind(notice.case.as_ref().map(CaseId::as_str))
        .bind(notice.kind.as_str());
    Ok(query.bind(notice.at.as_microsecond()).run().await? > 0)
}

/// A person's notices, newest first.
///
/// # Errors
/// Those of the database.
pub async fn of(
    on: &mut impl Ask,
    person: &PersonId,
    before: Option<&Cursor>,
    limit: u32,
) -> Result<Page<Notice>> {
    let highest = Cursor::highest();
    let before = before.unwrap_or(&highest);
    let query = on
        .sql(OF)
        .bind(person.as_str())
        .bind(before.at)
        .bind(before.id.as_str());
    let rows = query.bind(one_more(limit)).all().await?.into_iter();
    let rows: Result<Vec<_>> = rows
        .map(|row| {
            Ok((
                Cursor {
                    at: row.int(3)?,
                    id: row.text(0)?,
                    part: String::new(),
                },
                row,
            ))
        })
        .collect();
    Page::of(rows?, limit, |row| {
        Ok(Notice {
            id: row.text(0)?,
            person: person.clone(),
            case: row.opt_text(1)?.map(CaseId::new),
            kind: row.text(2)?,
            at: row.time(3)?,
            read_at: row.opt_time(4)?,
        })
    })
}

/// How many of a person's notices are unread.
///
/// # Errors
/// Those of the database.
pub async fn unread(on: &mut impl Ask, person: &PersonId) -> Result<u64> {
    on.sql(UNREAD).bind(person.as_str()).one().await?.count(0)
}

/// Marks a person's notice as read.
///
/// # Errors
/// Those of the database.
pub async fn mark_read(tx: &mut Tx, person: &PersonId, id: &str, at: Timestamp) -> Result<()> {
    tx.sql(READ)
        .bind(person.as_str())
        .bind(id)
        .bind(at.as_microsecond())
        .run()
        .await
        .map(drop)
}

/// Marks a person's notices of a case as read.
///
/// # Errors
/// Those of the database.
pub async fn mark_case_read(tx: &mut Tx, person: &PersonId, case: &CaseId, at: Timestamp) -> Result<()> {
    tx.sql(READ_CASE)
        .bind(person.as_str())
        .bind(case.as_str())
        .bind(at.as_microsecond())
        .run()
        .await
        .map(drop)
}

/// Removes up to `most` notices: those that were read and are from before `read`, and all from before `all`. Gives their
/// number.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, read: Timestamp, all: Timestamp, most: u32) -> Result<u64> {
    let query = tx
        .sql(PURGE)
        .bind(read.as_microsecond())
        .bind(all.as_microsecond());
    query.bind(i64::from(most)).run().await
}
