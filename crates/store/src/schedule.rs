//! What is done at set hours, and what one node does at a time: each moved on by whoever comes first.

use jiff::{SignedDuration, Timestamp};

use crate::db::{Ask, Sql, Tx, statements};
use crate::error::Result;

statements! {
    LAST = "SELECT last FROM schedule WHERE name = $1";
    BEGIN = "INSERT INTO schedule (name, last) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    MOVE_ON = "UPDATE schedule SET last = $3 WHERE name = $1 AND last = $2";
    TAKE = "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE \
        SET holder = excluded.holder, until = excluded.until \
        WHERE leases.holder = excluded.holder OR leases.until <= $4 OR leases.until > $5";
    LEAVE = "DELETE FROM leases WHERE holder = $1";
}

/// For which hour it was last begun; `None` if it has never been planned.
///
/// # Errors
/// Those of the database.
pub async fn last(on: &mut impl Ask, name: &str) -> Result<Option<Timestamp>> {
    let row = on.sql(LAST).bind(name).maybe().await?;
    row.map(|row| row.time(0)).transpose()
}

/// Plans something new: it is first done at the hour that follows `last`. Does nothing if it is planned already.
///
/// # Errors
/// Those of the database.
pub async fn begin(tx: &mut Tx, name: &str, last: Timestamp) -> Result<()> {
    let query = tx.sql(BEGIN).bind(name).bind(last.as_microsecond());
    query.run().await.map(drop)
}

/// Moves it on from one hour to another; `false` if another node has done so. Enqueue what is to be done in the same
/// transaction, then it is done once.
///
/// # Errors
/// Those of the database.
pub async fn move_on(tx: &mut Tx, name: &str, from: Timestamp, to: Timestamp) -> Result<bool> {
    let query = tx.sql(MOVE_ON).bind(name).bind(from.as_microsecond());
    Ok(query.bind(to.as_microsecond()).run().await? > 0)
}

/// Takes, or keeps, what only one node does at a time, for so long by the database's clock; `false` if another has it.
///
/// # Errors
/// Those of the database.
pub async fn take(tx: &mut Tx, name: &str, holder: &str, lease: SignedDuration) -> Result<bool> {
    let clock = tx.clock().await?;
    let query = tx.sql(TAKE).bind(name).bind(holder);
    let query = query.bind((clock + lease).as_microsecond());
    // A lease that ends later than any could was given by a clock that was wrong.
    let query = query.bind(clock.as_microsecond());
    Ok(query.bind((clock + lease * 2).as_microsecond()).run().await? > 0)
}

/// Gives back everything that a node that stops has taken.
///
/// # Errors
/// Those of the database.
pub async fn leave(tx: &mut Tx, holder: &str) -> Result<()> {
    tx.sql(LEAVE).bind(holder).run().await.map(drop)
}
