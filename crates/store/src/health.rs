//! Whether what is kept can be read and written just now, and the few figures that say how it stands: for load balancers and for whoever
//! watches. Nothing of any case.

use std::path::Path;

use jiff::Timestamp;

use crate::blobs::Blobs;
use crate::db::{Ask, Db, statements};
use crate::error::Result;
use crate::settings;

statements! {
    JOBS = "SELECT lane, state, COUNT(*), MIN(run_at) FROM jobs \
        WHERE state IN ('waiting', 'running', 'failed') GROUP BY lane, state ORDER BY lane, state";
    STAMPS = "SELECT COUNT(*) FROM stamps WHERE state = 'waiting'";
    SEALED = "SELECT MAX(at) FROM seals";
}

/// Under this name the settings keep when a server last tried whether it can write.
const PROBE: &str = "probe";

/// How much room a file system has, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// What a program that is not root may still write.
    pub free: u64,
    pub total: u64,
}

/// How much room there is where this folder lies.
///
/// # Errors
/// Those of the file system.
pub fn space(dir: &Path) -> Result<Space> {
    let found = rustix::fs::statvfs(dir).map_err(std::io::Error::from)?;
    Ok(Space {
        free: found.f_bavail.saturating_mul(found.f_frsize),
        total: found.f_blocks.saturating_mul(found.f_frsize),
    })
}

/// Reads something small, as every request does.
///
/// # Errors
/// Those of the database.
pub async fn read_row(db: &Db) -> Result<()> {
    settings::get(&mut db.read().await?, PROBE).await.map(drop)
}

/// Writes a row and makes it durable, as every report does.
///
/// # Errors
/// Those of the database.
pub async fn write_row(db: &Db, now: Timestamp) -> Result<()> {
    let mut tx = db.begin().await?;
    settings::set(&mut tx, PROBE, &now.as_microsecond().to_string()).await?;
    tx.commit().await
}

/// Writes a small file, makes it durable and removes it. It is nobody's, and is in no list.
///
/// # Errors
/// Those of whatever keeps the files.
pub async fn write_file(blobs: &Blobs) -> Result<()> {
    blobs.probe().await
}

/// Jobs of one lane that stand one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneState {
    /// As the table has it; empty for the prompt lane.
    pub lane: String,
    pub state: String,
    pub jobs: u64,
    /// When the first of them is to run, or ran.
    pub first: Timestamp,
}

/// The jobs that are not done, by lane and state.
///
/// # Errors
/// Those of the database.
pub async fn jobs(on: &mut impl Ask) -> Result<Vec<LaneState>> {
    let rows = on.sql(JOBS).all().await?;
    let read = rows.iter().map(|row| {
        Ok(LaneState {
            lane: row.text(0)?,
            state: row.text(1)?,
            jobs: row.count(2)?,
            first: row.time(3)?,
        })
    });
    read.collect()
}

/// How many seals wait for their time-stamp.
///
/// # Errors
/// Those of the database.
pub async fn stamps_waiting(on: &mut impl Ask) -> Result<u64> {
    on.sql(STAMPS).one().await?.count(0)
}

/// When the last seal was made, by our own clock.
///
/// # Errors
/// Those of the database.
pub async fn last_seal(on: &mut impl Ask) -> Result<Option<Timestamp>> {
    on.sql(SEALED).one().await?.opt_time(0)
}
