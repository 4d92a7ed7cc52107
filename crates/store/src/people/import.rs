//! Taking over the municipality's file.
//!
//! Who is not in the file any more has left: they stay, because cases name them, but are no longer active, and their
//! sessions and tokens end. A unit that is not in the file goes, unless people (left ones too), cases or a unit below
//! it still name it. Deputy, absence, language and password are set here, not in the file, and stay as they are.

use std::collections::{HashMap, HashSet};

use domain::ids::UnitId;
use domain::organisation::{Person, Unit};
use jiff::Timestamp;

use super::*;

/// What became of units or people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// No longer in the file. Counted when they go, not again by later imports.
    pub left: u64,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    pub units: Counts,
    pub people: Counts,
}

/// Makes the organisation what the (checked) file says. Importing the same again changes nothing. Who comes, comes back or
/// changes unit is there since `now`; the first time an organisation is taken over, everybody was there before.
///
/// # Errors
/// [`StoreError::Unique`] if two people of the file have the same e-mail address.
pub async fn import(tx: &mut Tx, units: &[Unit], people: &[Person], now: Timestamp) -> Result<ImportCounts> {
    let counts = ImportCounts {
        people: import_people(tx, people, now).await?,
        units: import_units(tx, units).await?,
    };
    let touched = |counts: &Counts| counts.added + counts.changed + counts.left > 0;
    if touched(&counts.units) || touched(&counts.people) {
        changed(tx).await?;
    }
    Ok(counts)
}

async fn import_people(tx: &mut Tx, file: &[Person], now: Timestamp) -> Result<Counts> {
    let there: HashMap<_, _> = super::people(tx)
        .await?
        .into_iter()
        .map(|person| (person.id.clone(), person))
        .collect();
    let mut counts = Counts::default();
    let named: HashSet<_> = file.iter().map(|person| &person.id).collect();
    for person in there
        .values()
        .filter(|person| person.active && !named.contains(&person.id))
    {
        counts.left += 1;
        for text in [SET_ASIDE, END_SESSIONS, END_TOKENS] {
            tx.sql(text).bind(person.id.as_str()).run().await?;
        }
    }
    let mut write = Vec::new();
    for person in file {
        match there.get(&person.id) {
            Some(before) if same(before, person) => counts.unchanged += 1,
            Some(_) => {
                // Two who swap addresses would else collide half-way.
                tx.sql(SET_ASIDE).bind(person.id.as_str()).run().await?;
                counts.changed += 1;
                write.push(person);
            }
            None => {
                counts.added += 1;
                write.push(person);
            }
        }
    }
    for person in write {
        let before = there.get(&person.id);
        let since = match before {
            Some(before) if before.active && before.unit == person.unit => before.since,
            None if there.is_empty() => None,
            _ => Some(now),
        };
        put(tx, person, before.is_some(), since).await?;
    }
    Ok(counts)
}

fn same(before: &Person, now: &Person) -> bool {
    before.active
        && before.name == now.name
        && before.email == now.email.to_lowercase()
        && before.title == now.title
        && before.unit == now.unit
        && before.roles == now.roles
}

async fn put(tx: &mut Tx, person: &Person, known: bool, since: Option<Timestamp>) -> Result<()> {
    let email = person.email.to_lowercase();
    let query = tx
        .sql(PUT_PERSON)
        .bind(person.id.as_str())
        .bind(person.name.as_str())
        .bind(email.as_str());
    query
        .bind(person.title.as_str())
        .bind(person.unit.as_str())
        .bind(since.map(|since| since.as_microsecond()))
        .run()
        .await?;
    if known {
        tx.sql(DELETE_ROLES).bind(person.id.as_str()).run().await?;
    }
    for role in &person.roles {
        tx.sql(INSERT_ROLE)
            .bind(person.id.as_str())
            .bind(role.name())
            .run()
            .await?;
    }
    Ok(())
}

async fn import_units(tx: &mut Tx, file: &[Unit]) -> Result<Counts> {
    let there: HashMap<_, _> = super::units(tx)
        .await?
        .into_iter()
        .map(|unit| (unit.id.clone(), unit))
        .collect();
    let mut positions = HashMap::new();
    for row in tx.sql(POSITIONS).all().await? {
        positions.insert(row.text(0)?, row.int(1)?);
    }
    let mut counts = Counts::default();
    for (position, unit) in (0_i64..).zip(file) {
        let moved = positions.get(unit.id.as_str()) != Some(&position);
        match there.get(&unit.id) {
            Some(before) if before == unit => counts.unchanged += 1,
            Some(_) => counts.changed += 1,
            None => counts.added += 1,
        }
        if moved || there.get(&unit.id) != Some(unit) {
            let parent = unit.parent.as_ref().map(UnitId::as_str);
            let query = tx
                .sql(PUT_UNIT)
                .bind(unit.id.as_str())
                .bind(parent)
                .bind(unit.name.as_str());
            query.bind(unit.kind.as_str()).bind(position).run().await?;
        }
    }
    counts.left = remove_unused(tx, file, &there).await?;
    Ok(counts)
}

/// Removes the units that nothing names any more; gives their number.
async fn remove_unused(tx: &mut Tx, file: &[Unit], there: &HashMap<UnitId, Unit>) -> Result<u64> {
    let mut needed: HashSet<UnitId> = file.iter().map(|unit| unit.id.clone()).collect();
    for row in tx.sql(UNITS_IN_USE).all().await? {
        let mut next = Some(UnitId::new(row.text(0)?));
        while let Some(unit) = next.filter(|unit| !needed.contains(unit)) {
            next = there.get(&unit).and_then(|unit| unit.parent.clone());
            needed.insert(unit);
        }
    }
    let unused: Vec<_> = there.keys().filter(|unit| !needed.contains(unit)).collect();
    for unit in &unused {
        tx.sql(DELETE_UNIT).bind(unit.as_str()).run().await?;
    }
    Ok(unused.len() as u64)
}
