//! When people were last reminded of what they owe of the guide.

use std::collections::HashMap;

use domain::drill::Exercise;
use domain::ids::PersonId;
use jiff::Timestamp;

use crate::db::{Ask, Sql, Tx, statements};
use crate::error::Result;

statements! {
    ALL = "SELECT person, at FROM reminders";
    ONE = "SELECT at, edition, exercises FROM reminders WHERE person = $1";
    NOTE = "INSERT INTO reminders (person, at, edition, exercises) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (person) DO UPDATE SET at = excluded.at, edition = excluded.edition, exercises = excluded.exercises";
}

/// The last time that somebody was reminded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminded {
    pub at: Timestamp,
    /// The edition, if they had not read it.
    pub edition: Option<u64>,
    /// What they had not practised.
    pub exercises: Vec<Exercise>,
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

/// When this person last was, and of what.
///
/// # Errors
/// Those of the database.
pub async fn one(on: &mut impl Ask, person: &PersonId) -> Result<Option<Reminded>> {
    let row = on.sql(ONE).bind(person.as_str()).maybe().await?;
    row.map(|row| {
        let edition = row.count(1)?;
        let exercises = row.text(2)?;
        Ok(Reminded {
            at: row.time(0)?,
            edition: (edition > 0).then_some(edition),
            exercises: exercises.split(',').filter_map(Exercise::parse).collect(),
        })
    })
    .transpose()
}

/// Notes that this person is reminded.
///
/// # Errors
/// Those of the database.
pub async fn note(tx: &mut Tx, person: &PersonId, reminded: &Reminded) -> Result<()> {
    let exercises: Vec<&str> = reminded
        .exercises
        .iter()
        .map(|exercise| exercise.name())
        .collect();
    let query = tx
        .sql(NOTE)
        .bind(person.as_str())
        .bind(reminded.at.as_microsecond());
    let query = query.bind(reminded.edition.unwrap_or(0).cast_signed());
    query.bind(exercises.join(",").as_str()).run().await.map(drop)
}
