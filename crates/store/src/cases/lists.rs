//! Lists of cases and duties, page by page, each page answered from one index.

use domain::access::Relation;
use domain::case::Phase;
use domain::ids::{CaseId, PersonId};
use jiff::Timestamp;

use super::*;
use crate::page::{Cursor, Page, one_more};

/// Which cases a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// `None` for all phases.
    pub phase: Option<Phase>,
    /// `None` for whatever the person has to do with the case.
    pub relation: Option<Relation>,
}

/// In which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Latest change first.
    Changed,
    /// Earliest deadline first; cases without any last.
    Due,
}

/// The cases that somebody has to do with, each once.
///
/// # Errors
/// [`StoreError::Damaged`] if a card does not open.
pub async fn list(
    on: &mut impl Ask,
    ring: &KeyRing,
    person: &PersonId,
    filter: &Filter,
    order: Order,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page<CaseRow>> {
    let (text, start) = match order {
        Order::Changed => (LIST_CHANGED, Cursor::highest()),
        Order::Due => (LIST_DUE, Cursor::lowest()),
    };
    let after = after.unwrap_or(&start);
    let every = [Phase::Open, Phase::Closed, Phase::Joined];
    let phases = filter.phase.as_ref().map_or(&every[..], std::slice::from_ref);
    let mut rows = Vec::new();
    // One question for each phase: a single one over all of them could not be answered in the order of the index.
    for phase in phases {
        let query = on
            .sql(text)
            .bind(person.as_str())
            .bind(filter.relation.map_or("", Relation::name));
        let query = query.bind(phase.name()).bind(after.at).bind(after.id.as_str());
        for row in query.bind(one_more(limit)).all().await? {
            let cursor = Cursor {
                at: row.int(14)?,
                id: row.text(0)?,
                part: String::new(),
            };
            rows.push((cursor, row));
        }
    }
    if phases.len() > 1 {
        rows.sort_by(|(a, _), (b, _)| {
            let ascending = (a.at, &a.id).cmp(&(b.at, &b.id));
            if order == Order::Changed {
                ascending.reverse()
            } else {
                ascending
            }
        });
    }
    Page::of(rows, limit, |row| read_case(row, ring))
}

/// What somebody owes, earliest deadline first; what has no deadline yet, last.
///
/// # Errors
/// [`StoreError::Damaged`] if a card does not open.
pub async fn duties_of(
    on: &mut impl Ask,
    ring: &KeyRing,
    person: &PersonId,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page<OwedDuty>> {
    let start = Cursor::lowest();
    let after = after.unwrap_or(&start);
    let query = on.sql(DUTIES_OF).bind(person.as_str());
    let query = query
        .bind(after.at)
        .bind(after.id.as_str())
        .bind(after.part.as_str());
    let rows = query.bind(one_more(limit)).all().await?.into_iter();
    let rows: Result<Vec<_>> = rows
        .map(|row| {
            Ok((
                Cursor {
                    at: row.int(14)?,
                    id: row.text(0)?,
                    part: row.text(15)?,
                },
                row,
            ))
        })
        .collect();
    Page::of(rows?, limit, |row| {
        Ok(OwedDuty {
            kind: parse_duty(&row.text(15)?)?,
            due: row.opt_time(14)?,
            case: read_case(row, ring)?,
        })
    })
}

/// The duties that the escalation job must look at by `now`, longest waiting first. The job moves their
/// `escalate_at` on by projecting the case again; until then they are given out again.
///
/// # Errors
/// Those of the database.
pub async fn due_before(on: &mut impl Ask, now: Timestamp, limit: u32) -> Result<Vec<(CaseId, DutyRow)>> {
    let rows = on
        .sql(DUE_BEFORE)
        .bind(now.as_microsecond())
        .bind(i64::from(limit))
        .all()
        .await?;
    rows.iter()
        .map(|row| {
            let duty = DutyRow {
                kind: parse_duty(&row.text(1)?)?,
                owner: PersonId::new(row.text(2)?),
                due: row.opt_time(3)?,
                escalate_at: row.opt_time(4)?,
            };
            Ok((CaseId::new(row.text(0)?), duty))
        })
        .collect()
}
