//! Answers that are remembered, so that a request sent twice is done once. An answer names files and people, so it is
//! sealed under the system's own key; [`purge`] bounds how long it stays.

use domain::ids::PersonId;
use jiff::Timestamp;
use rand::CryptoRng;
use sha2::{Digest, Sha256};

use crate::db::{Ask, Sql, Tx, statements};
use crate::error::Result;
use crate::keys::{self, KeyRing};

statements! {
    RECALL = "SELECT fingerprint, status, body FROM idempotency WHERE person = $1 AND key = $2";
    REMEMBER = "INSERT INTO idempotency (person, key, fingerprint, status, body, at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    PURGE = "DELETE FROM idempotency WHERE (person, key) IN \
        (SELECT person, key FROM idempotency WHERE at < $1 LIMIT $2)";
}

/// What a sealed answer is, in the place of a drawer.
const KIND: &str = "idempotency";

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recalled {
    /// Nothing: do it.
    New,
    /// The same request was answered so.
    Answered { status: u16, body: Vec<u8> },
    /// The key was used for another request.
    Mismatch,
}

/// One request and its answer.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    pub person: &'a PersonId,
    /// The `Idempotency-Key`.
    pub key: &'a str,
    /// Hash of the request.
    pub fingerprint: &'a [u8; 32],
    /// HTTP status.
    pub status: u16,
    pub body: &'a [u8],
}

/// Looks a request up. Ask in the transaction that will do it, then no other can come between (on PostgreSQL the
/// second of two finds out in [`remember`]).
///
/// # Errors
/// [`crate::StoreError::Damaged`] if the remembered answer does not open.
pub async fn recall(
    on: &mut impl Ask,
    ring: &KeyRing,
    person: &PersonId,
    key: &str,
    fingerprint: &[u8; 32],
) -> Result<Recalled> {
    let Some(row) = on.sql(RECALL).bind(person.as_str()).bind(key).maybe().await? else {
        return Ok(Recalled::New);
    };
    if row.bytes(0)? != fingerprint {
        return Ok(Recalled::Mismatch);
    }
    let place = seal_place(key);
    let body = keys::open_note(ring.system(), [&place, person.as_str(), KIND], &row.bytes(2)?)?;
    let status = u16::try_from(row.int(1)?).map_err(crate::StoreError::other)?;
    Ok(Recalled::Answered { status, body })
}

/// Remembers an answer, in the transaction that did what was asked.
///
/// # Errors
/// [`crate::StoreError::Unique`] if the same request was answered meanwhile: drop the transaction and [`recall`].
pub async fn remember(
    tx: &mut Tx,
    ring: &KeyRing,
    answer: Answer<'_>,
    at: Timestamp,
    rng: &mut (impl CryptoRng + Send),
) -> Result<()> {
    let place = [&seal_place(answer.key), answer.person.as_str(), KIND];
    let body = keys::seal_note(ring.system(), place, answer.body, rng);
    let query = tx.sql(REMEMBER).bind(answer.person.as_str()).bind(answer.key);
    let query = query
        .bind(answer.fingerprint.as_slice())
        .bind(i64::from(answer.status));
    query
        .bind(body.as_slice())
        .bind(at.as_microsecond())
        .run()
        .await
        .map(drop)
}

/// Forgets up to `most` answers from before `before`; gives their number.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp, most: u32) -> Result<u64> {
    let query = tx.sql(PURGE).bind(before.as_microsecond());
    query.bind(i64::from(most)).run().await
}

/// What binds an answer to its request: the key comes from outside, so its hash stands in the header.
fn seal_place(key: &str) -> String {
    keys::to_hex(&Sha256::digest(key))
}
