//! Time-stamps over seals: which are to be asked for, what came of asking, and the tokens.

use domain::ids::CaseId;
use jiff::Timestamp;

use crate::db::{Ask, Row, Sql, Tx, statements};
use crate::error::{Result, StoreError};
use crate::page::{Cursor, Page, one_more};

statements! {
    WANT = "INSERT INTO stamps (seal_id, state, failures) VALUES ($1, 'waiting', 0) ON CONFLICT DO NOTHING";
    OVERTAKE = "UPDATE stamps SET state = 'overtaken', next_at = NULL WHERE state = 'waiting' AND seal_id < $1";
    FAILED = "UPDATE stamps SET failures = failures + 1, tried_at = $2, fault = $3, next_at = $4 \
        WHERE seal_id = $1 AND state = 'waiting'";
    STAMPED = "UPDATE stamps SET state = 'stamped', tried_at = $2, fault = NULL, next_at = NULL, at = $3, before_at = $4, \
        authority = $5, token = $6 WHERE seal_id = $1 AND state = 'waiting'";
    GET = "SELECT seal_id, state, failures, tried_at, fault, next_at, at, before_at, authority FROM stamps WHERE seal_id = $1";
    TOKEN = "SELECT token FROM stamps WHERE seal_id = $1 AND state = 'stamped'";
    TOKENS = "SELECT seal_id FROM stamps WHERE state = 'stamped' ORDER BY seal_id";
    OF_CASE = "SELECT MIN(c.seal_id), c.seq FROM (SELECT s.seal_id AS seal_id, (SELECT MAX(l.seq) FROM seal_leaves l \
        WHERE l.case_id = $1 AND l.seal_id <= s.seal_id) AS seq FROM stamps s WHERE s.state = 'stamped') c \
        WHERE c.seq IS NOT NULL GROUP BY c.seq ORDER BY c.seq";
    LIST = "SELECT s.seal_id, s.state, s.failures, s.tried_at, s.fault, s.next_at, s.at, s.before_at, s.authority, l.at \
        FROM stamps s JOIN seals l ON l.id = s.seal_id WHERE s.seal_id < $1 ORDER BY s.seal_id DESC LIMIT $2";
    TOTALS = "SELECT CAST(COALESCE(SUM(CASE WHEN state = 'stamped' THEN 1 ELSE 0 END), 0) AS BIGINT), \
        CAST(COALESCE(SUM(failures), 0) AS BIGINT) FROM stamps";
}

/// How asking stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampState {
    Waiting,
    Stamped,
    /// A newer seal is asked for instead.
    Overtaken,
}

impl StampState {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Stamped => "stamped",
            Self::Overtaken => "overtaken",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        let all = [Self::Waiting, Self::Stamped, Self::Overtaken];
        let found = all.into_iter().find(|state| state.name() == text);
        found.ok_or_else(|| StoreError::other(format!("a time-stamp is in the unknown state {text}")))
    }
}

/// One seal's time-stamp, there or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub seal: u64,
    pub state: StampState,
    /// Questions that brought none.
    pub failures: u32,
    /// When the authority was last asked.
    pub tried_at: Option<Timestamp>,
    /// The code of why the last question brought none.
    pub fault: Option<String>,
    pub next_at: Option<Timestamp>,
    /// The authority's time.
    pub at: Option<Timestamp>,
    /// Before then the seal existed, with what the authority's clock may be off by.
    pub before: Option<Timestamp>,
    /// Whom its certificate names.
    pub authority: Option<String>,
}

/// What an authority gave.
#[derive(Clone, Debug)]
pub struct Given<'a> {
    pub at: Timestamp,
    pub before: Timestamp,
    pub authority: &'a str,
    pub token: &'a [u8],
}

/// Notes that a seal is to be stamped; older ones that still wait are no longer asked for, since this one proves more.
///
/// # Errors
/// Those of the database.
pub async fn want(tx: &mut Tx, seal: u64) -> Result<()> {
    let id = number(seal)?;
    tx.sql(OVERTAKE).bind(id).run().await?;
    tx.sql(WANT).bind(id).run().await.map(drop)
}

/// Notes that asking brought no stamp; nothing if none is awaited any more.
///
/// # Errors
/// Those of the database.
pub async fn failed(tx: &mut Tx, seal: u64, now: Timestamp, fault: &str, next: Timestamp) -> Result<()> {
    let query = tx.sql(FAILED).bind(number(seal)?).bind(now.as_microsecond());
    query
        .bind(fault)
        .bind(next.as_microsecond())
        .run()
        .await
        .map(drop)
}

/// Keeps a stamp; nothing if none is awaited any more.
///
/// # Errors
/// Those of the database.
pub async fn stamped(tx: &mut Tx, seal: u64, now: Timestamp, given: &Given<'_>) -> Result<()> {
    let query = tx
        .sql(STAMPED)
        .bind(number(seal)?)
        .bind(now.as_microsecond())
        .bind(given.at.as_microsecond())
        .bind(given.before.as_microsecond());
    query
        .bind(given.authority)
        .bind(given.token)
        .run()
        .await
        .map(drop)
}

/// How it stands with a seal's stamp; `None` if none was asked for.
///
/// # Errors
/// Those of the database.
pub async fn get(on: &mut impl Ask, seal: u64) -> Result<Option<Stamp>> {
    let row = on.sql(GET).bind(number(seal)?).maybe().await?;
    row.map(|row| read(&row)).transpose()
}

/// The token over a seal.
///
/// # Errors
/// Those of the database.
pub async fn token(on: &mut impl Ask, seal: u64) -> Result<Option<Vec<u8>>> {
    let row = on.sql(TOKEN).bind(number(seal)?).maybe().await?;
    row.map(|row| row.bytes(0)).transpose()
}

/// The numbers of all seals that are stamped, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn all(on: &mut impl Ask) -> Result<Vec<u64>> {
    on.sql(TOKENS)
        .all()
        .await?
        .iter()
        .map(|row| row.count(0))
        .collect()
}

/// How far a case's journal is stamped, step by step: the number of the first stamped seal that has so many entries of it.
///
/// # Errors
/// Those of the database.
pub async fn of_case(on: &mut impl Ask, case: &CaseId) -> Result<Vec<(u64, u64)>> {
    let rows = on.sql(OF_CASE).bind(case.as_str()).all().await?;
    rows.iter()
        .map(|row| Ok((row.count(0)?, row.count(1)?)))
        .collect()
}

/// The seals that were to be stamped, newest first, each with its own time.
///
/// # Errors
/// Those of the database.
pub async fn list(on: &mut impl Ask, after: Option<&Cursor>, limit: u32) -> Result<Page<(Stamp, Timestamp)>> {
    let before = after.map_or(i64::MAX, |cursor| cursor.at);
    let rows = on.sql(LIST).bind(before).bind(one_more(limit)).all().await?;
    let placed = rows.into_iter().map(|row| {
        let at = row.int(0)?;
        let (id, part) = (String::new(), String::new());
        Ok((Cursor { at, id, part }, row))
    });
    let placed = placed.collect::<Result<Vec<_>>>()?;
    Page::of(placed, limit, |row| Ok((read(row)?, row.time(9)?)))
}

/// How many seals are stamped, and how many questions brought none.
///
/// # Errors
/// Those of the database.
pub async fn totals(on: &mut impl Ask) -> Result<(u64, u64)> {
    let row = on.sql(TOTALS).one().await?;
    Ok((row.count(0)?, row.count(1)?))
}

fn number(seal: u64) -> Result<i64> {
    i64::try_from(seal).map_err(StoreError::other)
}

fn read(row: &Row) -> Result<Stamp> {
    Ok(Stamp {
        seal: row.count(0)?,
        state: StampState::parse(&row.text(1)?)?,
        failures: u32::try_from(row.int(2)?).map_err(StoreError::other)?,
        tried_at: row.opt_time(3)?,
        fault: row.opt_text(4)?,
        next_at: row.opt_time(5)?,
        at: row.opt_time(6)?,
        before: row.opt_time(7)?,
        authority: row.opt_text(8)?,
    })
}
