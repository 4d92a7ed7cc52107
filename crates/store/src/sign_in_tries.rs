//! Tries to sign in, counted by address over all nodes since the last right one. Only a hash of the address is kept.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::db::{Ask, Sql, Tx, statements};
use crate::error::Result;

statements! {
    COUNT = "INSERT INTO sign_in_tries (address, tries, last) VALUES ($1, 1, $2) ON CONFLICT (address) DO UPDATE \
        SET tries = CASE WHEN sign_in_tries.last <= $3 THEN 1 ELSE sign_in_tries.tries + 1 END, last = excluded.last \
        WHERE sign_in_tries.last <= $3 OR sign_in_tries.tries < $4";
    LAST = "SELECT last FROM sign_in_tries WHERE address = $1";
    FORGET = "DELETE FROM sign_in_tries WHERE address = $1";
    PURGE = "DELETE FROM sign_in_tries WHERE last <= $1";
}

fn hash(address: &str) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update("vaern sign-in ");
    hash.update(address);
    hash.finalize().to_vec()
}

/// Counts one more try; or, if there were `most` within `wait` of each other already, gives until when the address must
/// wait.
///
/// # Errors
/// Those of the database.
pub async fn count(
    tx: &mut Tx,
    address: &str,
    now: Timestamp,
    most: u32,
    wait: SignedDuration,
) -> Result<Option<Timestamp>> {
    let address = hash(address);
    let query = tx.sql(COUNT).bind(address.as_slice()).bind(now.as_microsecond());
    let query = query.bind((now - wait).as_microsecond()).bind(i64::from(most));
    if query.run().await? > 0 {
        return Ok(None);
    }
    let last = tx.sql(LAST).bind(address.as_slice()).one().await?.time(0)?;
    Ok(Some(last + wait))
}

/// When there was last a try that has not been forgotten.
///
/// # Errors
/// Those of the database.
pub async fn last(on: &mut impl Ask, address: &str) -> Result<Option<Timestamp>> {
    let row = on.sql(LAST).bind(hash(address)).maybe().await?;
    row.map(|row| row.time(0)).transpose()
}

/// Forgets the tries of an address: it was right.
///
/// # Errors
/// Those of the database.
pub async fn forget(tx: &mut Tx, address: &str) -> Result<()> {
    tx.sql(FORGET).bind(hash(address)).run().await.map(drop)
}

/// Forgets tries from before `before`; gives their number.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.sql(PURGE).bind(before.as_microsecond()).run().await
}
