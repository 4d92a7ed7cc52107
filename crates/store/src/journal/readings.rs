//! The access log: who looked at what, over one case or all.

use domain::case::Entry;
use domain::ids::{CaseId, CaseNumber};
use domain::vocabulary::Compartment;
use proof::entry;

use super::{READINGS, READINGS_OF, read_header, to_entry};
use crate::db::{Ask, Row};
use crate::error::{Result, StoreError};
use crate::keys::KeyRing;
use crate::page::{Cursor, Page, one_more};

/// One looking.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub case: CaseId,
    pub number: CaseNumber,
    pub entry: Entry,
}

/// The entries that record somebody's looking, newest first: of one case, or of all.
///
/// # Errors
/// [`StoreError::Damaged`] if one does not open.
pub async fn readings(
    on: &mut impl Ask,
    ring: &KeyRing,
    case: Option<&CaseId>,
    before: Option<&Cursor>,
    limit: u32,
) -> Result<Page<Reading>> {
    let highest = Cursor::highest();
    let before = before.unwrap_or(&highest);
    let seq: i64 = before.part.parse().unwrap_or(i64::MAX);
    let rows = match case {
        Some(case) => on.sql(READINGS_OF).bind(case.as_str()).bind(before.at).bind(seq),
        None => on
            .sql(READINGS)
            .bind(before.at)
            .bind(before.id.as_str())
            .bind(seq),
    };
    let rows = rows.bind(one_more(limit)).all().await?;
    let rows: Result<Vec<_>> = rows
        .into_iter()
        .map(|row| {
            Ok((
                Cursor {
                    at: row.int(1)?,
                    id: row.text(6)?,
                    part: row.int(0)?.to_string(),
                },
                row,
            ))
        })
        .collect();
    Page::of(rows?, limit, |row| read(row, ring))
}

fn read(row: &Row, ring: &KeyRing) -> Result<Reading> {
    let case = CaseId::new(row.text(6)?);
    let number = row.text(7)?;
    let number =
        CaseNumber::parse(&number).ok_or_else(|| StoreError::other(format!("case number {number}")))?;
    let header = read_header(row, case.as_str())?;
    let damaged = |reason: &dyn ToString| StoreError::damaged(case.as_str(), header.seq, reason.to_string());
    let compartment = Compartment::parse(&header.compartment).ok_or_else(|| damaged(&"an unknown drawer"))?;
    let wrapped = row
        .opt_bytes(8)?
        .ok_or_else(|| StoreError::missing(format!("the keys of case {case}")))?;
    let key = ring.unwrap(&case, compartment, &wrapped)?;
    let (_, json) = entry::open_payload(&key, &header, &row.bytes(5)?).map_err(|error| damaged(&error))?;
    let entry = to_entry(&header, &json)?;
    Ok(Reading { case, number, entry })
}
