//! Who passed which exercise when, of both kinds of drills. What was passed is never taken away.

use std::collections::HashMap;

use domain::drill::{Exercise, Passed};
use domain::ids::PersonId;

use crate::db::{Ask, statements};
use crate::error::{Result, StoreError};

statements! {
    ALL = "SELECT person, 'picture', MAX(passed_at) FROM drills WHERE passed_at IS NOT NULL GROUP BY person UNION ALL \
        SELECT person, 'case', MAX(passed_at) FROM case_drills WHERE passed_at IS NOT NULL GROUP BY person";
    COUNT = "SELECT (SELECT COUNT(*) FROM drills WHERE passed_at IS NOT NULL) \
        + (SELECT COUNT(*) FROM case_drills WHERE passed_at IS NOT NULL)";
    ONE = "SELECT (SELECT MAX(passed_at) FROM drills WHERE person = $1), \
        (SELECT MAX(passed_at) FROM case_drills WHERE person = $1)";
}

/// When everybody who passed one last did.
///
/// # Errors
/// Those of the database.
pub async fn all(on: &mut impl Ask) -> Result<HashMap<PersonId, Passed>> {
    let mut all: HashMap<PersonId, Passed> = HashMap::new();
    for row in on.sql(ALL).all().await? {
        let passed = all.entry(PersonId::new(row.text(0)?)).or_default();
        let at = Some(row.time(2)?);
        match Exercise::parse(&row.text(1)?) {
            Some(Exercise::Picture) => passed.picture = at,
            Some(Exercise::Case) => passed.case = at,
            None => return Err(StoreError::other("an exercise that is none")),
        }
    }
    Ok(all)
}

/// How many were passed; it only grows.
///
/// # Errors
/// Those of the database.
pub async fn count(on: &mut impl Ask) -> Result<u64> {
    on.sql(COUNT).one().await?.count(0)
}

/// When this person last passed each.
///
/// # Errors
/// Those of the database.
pub async fn one(on: &mut impl Ask, person: &PersonId) -> Result<Passed> {
    let row = on.sql(ONE).bind(person.as_str()).one().await?;
    Ok(Passed {
        picture: row.opt_time(0)?,
        case: row.opt_time(1)?,
    })
}
