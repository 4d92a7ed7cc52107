//! Sessions of the browser and tokens of other systems. Only the SHA-256 of each secret is kept: the secrets are long
//! and random, so a plain hash is enough.

use domain::ids::PersonId;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::db::{Ask, Row, Sql, Tx, micros_or_never, statements};
use crate::error::Result;

statements! {
    START = "INSERT INTO sessions (id_hash, person, created, seen, expires) VALUES ($1, $2, $3, $3, $4)";
    FIND = "SELECT s.person, s.created, s.seen, s.expires FROM sessions s JOIN people p ON p.id = s.person \
        WHERE s.id_hash = $1 AND s.expires > $2 AND p.active = 1";
    SEEN = "UPDATE sessions SET seen = $2, expires = $3 WHERE id_hash = $1";
    END = "DELETE FROM sessions WHERE id_hash = $1";
    END_ALL = "DELETE FROM sessions WHERE person = $1";
    PURGE = "DELETE FROM sessions WHERE expires <= $1";
    CREATE_TOKEN = "INSERT INTO tokens (hash, person, label, created, expires) VALUES ($1, $2, $3, $4, $5)";
    FIND_TOKEN = "SELECT t.person, t.label, t.created, t.expires FROM tokens t JOIN people p ON p.id = t.person \
        WHERE t.hash = $1 AND t.expires > $2 AND p.active = 1";
    TOKENS_OF = "SELECT person, label, created, expires FROM tokens WHERE person = $1 ORDER BY created";
    REVOKE_TOKENS = "DELETE FROM tokens WHERE person = $1";
}

/// A session that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub person: PersonId,
    pub created: Timestamp,
    pub seen: Timestamp,
    pub expires: Timestamp,
}

/// A token that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub person: PersonId,
    pub label: String,
    pub created: Timestamp,
    /// `None`: until it is revoked.
    pub expires: Option<Timestamp>,
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

/// Begins a session.
///
/// # Errors
/// [`crate::StoreError::Unique`] if the secret is in use.
pub async fn start(
    tx: &mut Tx,
    secret: &str,
    person: &PersonId,
    now: Timestamp,
    expires: Timestamp,
) -> Result<()> {
    let query = tx.sql(START).bind(hash(secret)).bind(person.as_str());
    query
        .bind(now.as_microsecond())
        .bind(expires.as_microsecond())
        .run()
        .await
        .map(drop)
}

/// The session with this secret, if it holds now and its person still works here.
///
/// # Errors
/// Those of the database.
pub async fn find(on: &mut impl Ask, secret: &str, now: Timestamp) -> Result<Option<Session>> {
    let row = on
        .sql(FIND)
        .bind(hash(secret))
        .bind(now.as_microsecond())
        .maybe()
        .await?;
    row.map(|row| {
        Ok(Session {
            person: PersonId::new(row.text(0)?),
            created: row.time(1)?,
            seen: row.time(2)?,
            expires: row.time(3)?,
        })
    })
    .transpose()
}

/// Records that the session was used, and until when it now holds.
///
/// # Errors
/// Those of the database.
pub async fn seen(tx: &mut Tx, secret: &str, now: Timestamp, expires: Timestamp) -> Result<()> {
    let query = tx.sql(SEEN).bind(hash(secret));
    query
        .bind(now.as_microsecond())
        .bind(expires.as_microsecond())
        .run()
        .await
        .map(drop)
}

/// Ends a session.
///
/// # Errors
/// Those of the database.
pub async fn end(tx: &mut Tx, secret: &str) -> Result<()> {
    tx.sql(END).bind(hash(secret)).run().await.map(drop)
}

/// Ends all sessions of a person.
///
/// # Errors
/// Those of the database.
pub async fn end_all(tx: &mut Tx, person: &PersonId) -> Result<()> {
    tx.sql(END_ALL).bind(person.as_str()).run().await.map(drop)
}

/// Removes the sessions that no longer hold; gives their number.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    tx.sql(PURGE).bind(now.as_microsecond()).run().await
}

/// Makes a token that other systems sign in with.
///
/// # Errors
/// [`crate::StoreError::Unique`] if the secret is in use.
pub async fn create_token(tx: &mut Tx, secret: &str, token: &Token) -> Result<()> {
    let query = tx
        .sql(CREATE_TOKEN)
        .bind(hash(secret))
        .bind(token.person.as_str())
        .bind(token.label.as_str());
    query
        .bind(token.created.as_microsecond())
        .bind(micros_or_never(token.expires))
        .run()
        .await
        .map(drop)
}

/// The token with this secret, if it holds now and its person still works here.
///
/// # Errors
/// Those of the database.
pub async fn find_token(on: &mut impl Ask, secret: &str, now: Timestamp) -> Result<Option<Token>> {
    let row = on
        .sql(FIND_TOKEN)
        .bind(hash(secret))
        .bind(now.as_microsecond())
        .maybe()
        .await?;
    row.map(|row| read_token(&row)).transpose()
}

/// A person's tokens, oldest first, without their secrets.
///
/// # Errors
/// Those of the database.
pub async fn tokens_of(on: &mut impl Ask, person: &PersonId) -> Result<Vec<Token>> {
    on.sql(TOKENS_OF)
        .bind(person.as_str())
        .all()
        .await?
        .iter()
        .map(read_token)
        .collect()
}

/// Removes all tokens of a person; gives their number.
///
/// # Errors
/// Those of the database.
pub async fn revoke_tokens(tx: &mut Tx, person: &PersonId) -> Result<u64> {
    tx.sql(REVOKE_TOKENS).bind(person.as_str()).run().await
}

fn read_token(row: &Row) -> Result<Token> {
    Ok(Token {
        person: PersonId::new(row.text(0)?),
        label: row.text(1)?,
        created: row.time(2)?,
        expires: row.opt_time(3)?,
    })
}
