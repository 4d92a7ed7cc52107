//! Brings the tables up to date: all missing migrations in one transaction, by one process at a time, quietly.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _, SqliteConnection, SqlitePool};

use super::postgres::PostgresPools;
use crate::error::{Result, StoreError};

/// Locking is our own: sqlx locks a session, which behind a pooler is somebody else's next.
pub(super) static MIGRATIONS: Migrator = {
    let mut migrations = sqlx::migrate!("./migrations");
    migrations.locking = false;
    migrations
};

const APPLIED: &str = "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version";

/// What has been done, as the table says.
type Applied = Vec<(i64, Vec<u8>)>;

fn is_up_to_date(applied: &Applied) -> bool {
    let wanted = MIGRATIONS.iter().map(|one| (one.version, one.checksum.as_ref()));
    applied
        .iter()
        .map(|(version, sum)| (*version, sum.as_slice()))
        .eq(wanted)
}

fn failed(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) => error.into(),
        MigrateError::VersionMissing(latest) => newer(latest),
        other => StoreError::other(other),
    }
}

/// What is said of tables that a newer program has changed.
pub(crate) fn newer(latest: i64) -> StoreError {
    StoreError::other(format!(
        "the database is of a newer version of Værn (change {latest}): use that version"
    ))
}

pub(super) async fn sqlite(pool: &SqlitePool) -> Result<()> {
    let mut conn = pool.acquire().await?;
    if is_up_to_date(&applied_sqlite(&mut conn).await?) {
        return Ok(());
    }
    // Whoever comes second waits here, and finds nothing left to do.
    let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
    MIGRATIONS
        .run_direct(None, &mut *tx, false)
        .await
        .map_err(failed)?;
    Ok(tx.commit().await?)
}

async fn applied_sqlite(conn: &mut SqliteConnection) -> Result<Applied> {
    let known = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'";
    if conn.fetch_optional(known).await?.is_none() {
        return Ok(Vec::new());
    }
    let rows = conn.fetch_all(APPLIED).await?;
    let read = |row: &sqlx::sqlite::SqliteRow| Ok((row.try_get(0)?, row.try_get(1)?));
    rows.iter().map(read).collect()
}

pub(super) async fn postgres(pools: &PostgresPools) -> Result<()> {
    let mut conn = pools.unlimited().await?;
    if is_up_to_date(&applied_postgres(&mut conn).await?) {
        return Ok(conn.close().await?);
    }
    // Whoever comes second waits for this lock, and finds nothing left to do. Statements that sqlx gives names to are
    // taken away again where the session may be another's next.
    let begin = if pools.pooler {
        "BEGIN; SET LOCAL client_min_messages = warning; SELECT pg_advisory_xact_lock(8021203); DEALLOCATE ALL"
    } else {
        "BEGIN; SET LOCAL client_min_messages = warning; SELECT pg_advisory_xact_lock(8021203)"
    };
    let mut tx = conn.begin_with(begin).await?;
    MIGRATIONS
        .run_direct(None, &mut *tx, false)
        .await
        .map_err(failed)?;
    if pools.pooler {
        tx.execute("DEALLOCATE ALL").await?;
    }
    tx.commit().await?;
    Ok(conn.close().await?)
}

async fn applied_postgres(conn: &mut PgConnection) -> Result<Applied> {
    let known = conn
        .fetch_one("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .await?;
    if !known.try_get(0)? {
        return Ok(Vec::new());
    }
    let rows = conn.fetch_all(APPLIED).await?;
    let read = |row: &sqlx::postgres::PgRow| Ok((row.try_get(0)?, row.try_get(1)?));
    rows.iter().map(read).collect()
}
