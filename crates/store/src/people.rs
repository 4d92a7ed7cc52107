//! The organisation: what the municipality's file says, and what people set here (deputy, absence, language, password).

mod import;

use std::collections::{BTreeSet, HashMap};

use domain::ids::{PersonId, UnitId};
use domain::organisation::{Away, Organisation, Person, Unit};
use domain::vocabulary::Role;

use crate::db::{Ask, Signal, Sql, Tx, statements};
use crate::error::{Result, StoreError};

pub use import::{Counts, ImportCounts, import};

statements! {
    UNITS = "SELECT id, parent, name, kind FROM units ORDER BY position, id";
    PEOPLE = "SELECT id, name, email, title, unit, active, deputy, away_from, away_until, since \
        FROM people";
    ROLES = "SELECT person, role FROM person_roles";
    VERSION = "SELECT value FROM settings WHERE key = 'organisation-version'";
    NEXT_VERSION = "INSERT INTO settings (key, value) VALUES ('organisation-version', '1') ON CONFLICT (key) \
        DO UPDATE SET value = CAST(CAST(settings.value AS BIGINT) + 1 AS TEXT)";
    UNITS_IN_USE = "SELECT unit FROM people UNION SELECT unit FROM cases";
    PUT_UNIT = "INSERT INTO units (id, parent, name, kind, position) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) \
        DO UPDATE SET parent = excluded.parent, name = excluded.name, kind = excluded.kind, \
        position = excluded.position";
    POSITIONS = "SELECT id, position FROM units";
    DELETE_UNIT = "DELETE FROM units WHERE id = $1";
    SET_ASIDE = "UPDATE people SET active = 0 WHERE id = $1";
    PUT_PERSON = "INSERT INTO people (id, name, email, title, unit, active, since) VALUES ($1, $2, $3, $4, $5, 1, $6) \
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, title = excluded.title, \
        unit = excluded.unit, active = 1, since = excluded.since";
    DELETE_ROLES = "DELETE FROM person_roles WHERE person = $1";
    INSERT_ROLE = "INSERT INTO person_roles (person, role) VALUES ($1, $2)";
    END_SESSIONS = "DELETE FROM sessions WHERE person = $1";
    END_TOKENS = "DELETE FROM tokens WHERE person = $1";
    SET_DEPUTY = "UPDATE people SET deputy = $2 WHERE id = $1";
    SET_AWAY = "UPDATE people SET away_from = $2, away_until = $3 WHERE id = $1";
    SET_LANGUAGE = "UPDATE people SET language = $2 WHERE id = $1";
    LANGUAGE = "SELECT language FROM people WHERE id = $1";
    SET_PASSWORD = "UPDATE people SET password_hash = $2 WHERE id = $1";
    PASSWORD = "SELECT password_hash FROM people WHERE id = $1";
}

/// Everybody and every unit, left ones too. Takes tens of milliseconds with 40,000 people: keep it until [`version`]
/// changes.
///
/// # Errors
/// [`StoreError::Other`] if the database holds a role that this version does not know.
pub async fn organisation(on: &mut impl Ask) -> Result<Organisation> {
    Ok(Organisation::new(units(on).await?, people(on).await?))
}

/// Changes whenever [`organisation`] would.
///
/// # Errors
/// Those of the database.
pub async fn version(on: &mut impl Ask) -> Result<u64> {
    let value = on
        .sql(VERSION)
        .maybe()
        .await?
        .map(|row| row.text(0))
        .transpose()?;
    Ok(value.and_then(|value| value.parse().ok()).unwrap_or(0))
}

async fn units(on: &mut impl Ask) -> Result<Vec<Unit>> {
    let rows = on.sql(UNITS).all().await?;
    rows.iter()
        .map(|row| {
            let parent = row.opt_text(1)?.map(UnitId::new);
            Ok(Unit {
                id: UnitId::new(row.text(0)?),
                parent,
                name: row.text(2)?,
                kind: row.text(3)?,
            })
        })
        .collect()
}

async fn people(on: &mut impl Ask) -> Result<Vec<Person>> {
    let mut roles: HashMap<String, BTreeSet<Role>> = HashMap::new();
    for row in on.sql(ROLES).all().await? {
        let role = row.text(1)?;
        let role = Role::parse(&role).ok_or_else(|| StoreError::other(format!("unknown role {role}")))?;
        roles.entry(row.text(0)?).or_default().insert(role);
    }
    let rows = on.sql(PEOPLE).all().await?;
    rows.iter()
        .map(|row| {
            let id = row.text(0)?;
            let away = row
                .opt_time(7)?
                .zip(row.opt_time(8)?)
                .map(|(from, until)| Away { from, until });
            Ok(Person {
                roles: roles.remove(&id).unwrap_or_default(),
                id: PersonId::new(id),
                name: row.text(1)?,
                email: row.text(2)?,
                title: row.text(3)?,
                unit: UnitId::new(row.text(4)?),
                active: row.int(5)? != 0,
                deputy: row.opt_text(6)?.map(PersonId::new),
                away,
                since: row.opt_time(9)?,
            })
        })
        .collect()
}

/// Names who stands in for somebody, or nobody.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such person.
pub async fn set_deputy(tx: &mut Tx, person: &PersonId, deputy: Option<&PersonId>) -> Result<()> {
    let query = tx
        .sql(SET_DEPUTY)
        .bind(person.as_str())
        .bind(deputy.map(PersonId::as_str));
    found(query.run().await?, person)?;
    changed(tx).await
}

/// Says when somebody is away, or that they are not.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such person.
pub async fn set_away(tx: &mut Tx, person: &PersonId, away: Option<Away>) -> Result<()> {
    let from = away.map(|away| away.from.as_microsecond());
    let until = away.map(|away| away.until.as_microsecond());
    found(
        tx.sql(SET_AWAY)
            .bind(person.as_str())
            .bind(from)
            .bind(until)
            .run()
            .await?,
        person,
    )?;
    changed(tx).await
}

/// Remembers the language that somebody chose (`da`, `en`).
///
/// # Errors
/// [`StoreError::Missing`] if there is no such person.
pub async fn set_language(tx: &mut Tx, person: &PersonId, language: &str) -> Result<()> {
    found(
        tx.sql(SET_LANGUAGE)
            .bind(person.as_str())
            .bind(language)
            .run()
            .await?,
        person,
    )
}

/// The language that somebody chose.
///
/// # Errors
/// Those of the database.
pub async fn language(on: &mut impl Ask, person: &PersonId) -> Result<Option<String>> {
    let row = on.sql(LANGUAGE).bind(person.as_str()).maybe().await?;
    row.map_or(Ok(None), |row| row.opt_text(0))
}

/// Sets the hash (a PHC string) by which somebody's password is checked, or takes it away.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such person.
pub async fn set_password_hash(tx: &mut Tx, person: &PersonId, hash: Option<&str>) -> Result<()> {
    found(
        tx.sql(SET_PASSWORD)
            .bind(person.as_str())
            .bind(hash)
            .run()
            .await?,
        person,
    )
}

/// The hash by which somebody's password is checked.
///
/// # Errors
/// Those of the database.
pub async fn password_hash(on: &mut impl Ask, person: &PersonId) -> Result<Option<String>> {
    let row = on.sql(PASSWORD).bind(person.as_str()).maybe().await?;
    row.map_or(Ok(None), |row| row.opt_text(0))
}

fn found(changed: u64, person: &PersonId) -> Result<()> {
    if changed == 0 {
        Err(StoreError::missing(format!("person {person}")))
    } else {
        Ok(())
    }
}

async fn changed(tx: &mut Tx) -> Result<()> {
    tx.sql(NEXT_VERSION).run().await?;
    tx.signal(Signal::Organisation).await
}
