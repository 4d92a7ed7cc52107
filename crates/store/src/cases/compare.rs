//! Whether lists still say what the journal amounts to.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::project::{OwedRow, next_due, wanted_duties, wanted_people};
use super::*;
use crate::db::{Sql, Tx, micros_or_never};
use crate::keys::Keys;

/// What a case is called and since when, as its journal says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseNames {
    pub number: CaseNumber,
    /// The version of the procedure that it keeps.
    pub procedure: String,
    pub opened_at: Timestamp,
}

/// Whether two times, in microseconds, are less than a second apart. Version 0.1.0 looked at its clock once for the list and once
/// for the journal, and counted deadlines from each; nothing that is shown is finer than this.
fn is_one_time(listed: i64, journal: i64) -> bool {
    listed.abs_diff(journal) < 1_000_000
}

/// What lists say of a case that its journal doesn't: a line for each difference, none if they agree.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such case; those of the database.
pub async fn differences(
    on: &mut impl Ask,
    keys: &Keys,
    names: &CaseNames,
    wanted: &CaseProjection,
) -> Result<Vec<String>> {
    let id = wanted.id.as_str();
    let row = on.sql(BY_ID).bind(id).maybe().await?;
    let row = row.ok_or_else(|| StoreError::missing(format!("case {id}")))?;
    let mut found = Vec::new();
    let due = next_due(wanted);
    let mut differ = |what: &str, listed: &dyn Debug, journal: &dyn Debug| {
        let (listed, journal) = (format!("{listed:?}"), format!("{journal:?}"));
        if listed != journal {
            found.push(format!("{what}: the list says {listed}, the journal {journal}"));
        }
    };
    differ("number", &row.text(1)?, &names.number.as_str());
    differ("state", &row.text(2)?, &wanted.phase.name());
    differ("procedure", &row.text(3)?, &names.procedure);
    differ("unit", &row.text(4)?, &wanted.unit.as_str());
    differ("owner", &row.text(5)?, &wanted.owner.as_str());
    differ("acute", &(row.int(6)? != 0), &wanted.acute);
    let opened_at = row.time(7)?;
    if !is_one_time(opened_at.as_microsecond(), names.opened_at.as_microsecond()) {
        differ("opened at", &opened_at, &names.opened_at);
    }
    differ("changed at", &row.time(8)?, &wanted.changed_at);
    differ("closed at", &row.opt_time(9)?, &wanted.closed_at);
    let listed = row.opt_time(10)?;
    if !is_one_time(micros_or_never(listed), due) {
        differ("next deadline", &listed, &opt(due)?);
    }
    if !same_card(&wanted.id, row.opt_bytes(12)?, &wanted.card, keys) {
        found.push("card: the list shows something else than the journal amounts to".into());
    }
    people_differ(on, wanted, due, &mut found).await?;
    duties_differ(on, wanted, &mut found).await?;
    Ok(found)
}

fn opt(micros: i64) -> Result<Option<Timestamp>> {
    (micros != crate::db::NEVER)
        .then(|| crate::db::timestamp(micros))
        .transpose()
}

/// Compared by what they say: the same JSON can be written in two ways.
fn same_card(id: &CaseId, sealed: Option<Vec<u8>>, wanted: &[u8], keys: &Keys) -> bool {
    let key = keys.of(Compartment::Matter);
    let open = |sealed: Vec<u8>| keys::open_note(key, card_place(id), &sealed).ok();
    let read = |json: &[u8]| serde_json::from_slice::<serde_json::Value>(json).ok();
    let listed = sealed.and_then(open).and_then(|json| read(&json));
    listed.is_some() && listed == read(wanted)
}

async fn people_differ(
    on: &mut impl Ask,
    wanted: &CaseProjection,
    due: i64,
    found: &mut Vec<String>,
) -> Result<()> {
    let mut there = BTreeSet::new();
    for row in on.sql(LISTED_PEOPLE).bind(wanted.id.as_str()).all().await? {
        let listed = (row.text(0)?, row.text(1)?);
        let copied = (row.text(2)?, row.int(3)?);
        let now = (wanted.phase.name().to_owned(), wanted.changed_at.as_microsecond());
        if copied != now || !is_one_time(row.int(4)?, due) {
            found.push(format!(
                "people: {} is listed with another state or time",
                listed.0
            ));
        }
        there.insert(listed);
    }
    let wanted = wanted_people(wanted);
    let named = |(person, relation): &(String, String)| match relation.as_str() {
        "" => person.clone(),
        relation => format!("{person} as {relation}"),
    };
    let too_many = there.difference(&wanted);
    found.extend(too_many.map(|row| format!("people: {} may see it in lists, and must not", named(row))));
    let missing = wanted.difference(&there);
    found.extend(missing.map(|row| format!("people: {} is missing in lists", named(row))));
    Ok(())
}

async fn duties_differ(on: &mut impl Ask, wanted: &CaseProjection, found: &mut Vec<String>) -> Result<()> {
    let rows = on.sql(HAS_DUTIES).bind(wanted.id.as_str()).all().await?;
    let read = |row: &Row| Ok((row.text(0)?, row.text(1)?, row.int(2)?, row.int(3)?));
    let there = rows.iter().map(read).collect::<Result<BTreeSet<_>>>()?;
    let wanted = wanted_duties(wanted);
    let lacks = |rows: &BTreeSet<OwedRow>, one: &OwedRow| {
        let (duty, owner, due, escalate_at) = one;
        let mut same = rows.iter().filter(|row| (&row.0, &row.1) == (duty, owner));
        !same.any(|row| is_one_time(row.2, *due) && is_one_time(row.3, *escalate_at))
    };
    let too_many = there.iter().filter(|one| lacks(&wanted, one));
    found.extend(too_many.map(|(duty, owner, ..)| format!("duties: {duty} of {owner} is listed otherwise")));
    let missing = wanted.iter().filter(|one| lacks(&there, one));
    found.extend(missing.map(|(duty, owner, ..)| format!("duties: {duty} of {owner} is missing in lists")));
    Ok(())
}

/// Makes the case's names again what the journal says. The lock on it must be held.
///
/// # Errors
/// [`StoreError::Unique`] if another case has this number.
pub async fn name_again(tx: &mut Tx, id: &CaseId, names: &CaseNames) -> Result<()> {
    let query = tx.sql(NAME).bind(id.as_str()).bind(names.number.as_str());
    let query = query.bind(names.procedure.as_str());
    let query = query.bind(micros_or_never(Some(names.opened_at)));
    query.run().await.map(drop)
}

/// The numbers that were given out and that no case has: they are given without gaps, so those cases were taken away.
///
/// # Errors
/// Those of the database.
pub async fn missing_numbers(on: &mut impl Ask) -> Result<Vec<CaseNumber>> {
    let mut there = BTreeSet::new();
    for row in on.sql(NUMBERS).all().await? {
        there.insert(row.text(0)?);
    }
    let mut missing = Vec::new();
    for row in on.sql(COUNTERS).all().await? {
        let (year, last) = (row.int(0)?, row.count(1)?);
        let year = i16::try_from(year).map_err(StoreError::other)?;
        let numbers = (1..=last).map(|running| CaseNumber::new(year, running));
        missing.extend(numbers.filter(|number| !there.contains(number.as_str())));
    }
    Ok(missing)
}
