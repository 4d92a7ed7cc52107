//! When people were last reminded of what they owe of the guide.

use std::collections::HashMap;

use domain::ids::PersonId;
use jiff::Timestamp;

use crate::db::{Ask, Sql, Tx, statements};
use crate::error::Result;

statements! {
    ALL = "SELECT person, at FROM reminders";
    ONE = "SELECT at, edition FROM reminders WHERE person = $1";
    NOTE = "INSERT INTO reminders (person, at, edition) VALUES ($1, $2, $3) \
        ON CONFLICT (person) DO UPDATE SET at = excluded.at, edition = excluded.edition";
}

/// Everybody who ever was, and when they last were.
///
/// # Errors
/// Those of the database.
pub async fn all(on: &mut impl Ask) -> Result<HashMap<PersonId, Timestamp>> {
    let rows = on.sql(ALL).all().await?;
    rows.iter()
        .map(|row| Ok((PersonId::new(row.text(0)?), row.time(1)?)))
        .collect()
}

/// When this person last was, and of which edition.
///
/// # Errors
/// Those of the database.
pub async fn one(on: &mut impl Ask, person: &PersonId) -> Result<Option<(Timestamp, u64)>> {
    let row = on.sql(ONE).bind(person.as_str()).maybe().await?;
    row.map(|row| Ok((row.time(0)?, row.count(1)?))).transpose()
}

/// Notes that this person is reminded now.
///
/// # Errors
/// Those of the database.
pub async fn note(tx: &mut Tx, person: &PersonId, at: Timestamp, edition: u64) -> Result<()> {
    let query = tx.sql(NOTE).bind(person.as_str()).bind(at.as_microsecond());
    query.bind(edition.cast_signed()).run().await.map(drop)
}
