//! One consistent state of the database as a file, taken while others write, and such a file made a database again.
//!
//! SQLite: `VACUUM INTO` on a connection of its own, which reads one state and holds up no writer (docs/adr/0023-backup.md).
//! PostgreSQL: `pg_dump` in a snapshot that this connection exports, so that what the dump names can be asked of the same
//! state (<https://www.postgresql.org/docs/15/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION>, checked 2026-11-30).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, Row as _, SqliteConnection};

use super::postgres::PostgresPools;
use super::{Ask, Db, Pools, Query, Sql};
use crate::error::{Result, StoreError};

mod programs;

/// What a dump is called, by the engine that it came from.
#[must_use]
pub fn dump_name(engine: &str) -> &'static str {
    if engine == "sqlite" {
        super::SQLITE_FILE
    } else {
        "database.dump"
    }
}

/// A connection that sees one state of the database, the one that [`Db::dump`] wrote down. Keep it no longer than needed:
/// PostgreSQL keeps old rows for it.
#[derive(Debug)]
pub struct Snapshot {
    conn: Conn,
    /// The newest migration that it has.
    pub schema: i64,
}

#[derive(Debug)]
enum Conn {
    /// To the dump itself, which nothing can write to.
    Sqlite(SqliteConnection),
    /// In a transaction that began before the dump.
    Postgres(PgConnection, Arc<PostgresPools>),
}

impl Ask for Snapshot {}

impl Sql for Snapshot {
    fn sql(&mut self, text: &'static str) -> Query<'_> {
        match &mut self.conn {
            Conn::Sqlite(conn) => Query::sqlite(conn, text),
            Conn::Postgres(conn, pools) => Query::postgres(conn, pools, text),
        }
    }
}

const NEWEST: &str = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations";

impl Db {
    /// Writes one consistent state of the database to `to`, an empty file or none, and gives a connection that sees the same
    /// state. The file is not yet durable.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`]; [`StoreError::Other`] with what `pg_dump` said, or if there is none that knows the server's
    /// version.
    pub async fn dump(&self, to: &Path) -> Result<Snapshot> {
        match &self.pools {
            Pools::Sqlite(pools) => {
                dump_sqlite(&main_file(&mut *pools.read.acquire().await?).await?, to).await?;
                let options = SqliteConnectOptions::new().filename(to).read_only(true);
                let mut conn = options.immutable(true).connect().await?;
                let schema = sqlx::query_scalar(NEWEST).fetch_one(&mut conn).await?;
                Ok(Snapshot {
                    conn: Conn::Sqlite(conn),
                    schema,
                })
            }
            Pools::Postgres(pools) => {
                let mut conn = dump_postgres(&pools.unlimited_options(), to).await?;
                let schema = sqlx::query_scalar(NEWEST).fetch_one(&mut conn).await?;
                Ok(Snapshot {
                    conn: Conn::Postgres(conn, Arc::clone(pools)),
                    schema,
                })
            }
        }
    }

    /// The address of the database without its password, for people to read: a file, or `host/database`.
    pub async fn place(&self) -> Result<String> {
        Ok(match &self.pools {
            Pools::Sqlite(pools) => main_file(&mut *pools.read.acquire().await?)
                .await?
                .display()
                .to_string(),
            Pools::Postgres(pools) => place(&pools.unlimited_options()),
        })
    }
}

/// Makes the dump at `from` the database at `url`, or without one [`super::SQLITE_FILE`] in `dir`: there whole or not at all.
///
/// # Errors
/// [`StoreError::Other`] if there is a database already, or one with tables, and what `pg_restore` said.
pub async fn load(from: &Path, url: Option<&str>, dir: &Path) -> Result<()> {
    match url {
        Some(url) => {
            let options = super::postgres::plain_options(url)?;
            require_empty(&options).await?;
            programs::restore(&options, from).await
        }
        None => {
            let from = from.to_owned();
            let to = dir.join(super::SQLITE_FILE);
            let copy = move || crate::backup::durable::copy_new(&from, &to).map(drop);
            tokio::task::spawn_blocking(copy)
                .await
                .map_err(StoreError::other)?
        }
    }
}

/// Whether the database at `url` has no tables; without `url`, whether [`super::SQLITE_FILE`] is not in `dir`.
///
/// # Errors
/// Those of connecting.
pub async fn is_empty(url: Option<&str>, dir: &Path) -> Result<bool> {
    match url {
        Some(url) => Ok(tables(&super::postgres::plain_options(url)?).await? == 0),
        None => Ok(!dir.join(super::SQLITE_FILE).exists()),
    }
}

/// A database of its own on the server of `url`, for a rehearsal: its address. [`drop_scratch`] removes it.
///
/// # Errors
/// [`StoreError::Other`] if the server doesn't let us make one.
pub async fn create_scratch(db: &Db, name: &str) -> Result<String> {
    let Pools::Postgres(pools) = &db.pools else {
        return Err(StoreError::other("SQLite needs no database beside its own"));
    };
    plain_name(name)?;
    let options = pools.unlimited_options();
    let mut conn = options.connect().await?;
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "CREATE DATABASE \"{name}\" TEMPLATE template0"
    )))
    .execute(&mut conn)
    .await?;
    conn.close().await?;
    Ok(programs::url(&options.database(name), true))
}

/// Removes what [`create_scratch`] made, with whoever is still connected to it.
///
/// # Errors
/// Those of the database.
pub async fn drop_scratch(db: &Db, name: &str) -> Result<()> {
    let Pools::Postgres(pools) = &db.pools else {
        return Ok(());
    };
    plain_name(name)?;
    let mut conn = pools.unlimited_options().connect().await?;
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"
    )))
    .execute(&mut conn)
    .await?;
    Ok(conn.close().await?)
}

fn plain_name(name: &str) -> Result<()> {
    let plain = name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    plain
        .then_some(())
        .ok_or_else(|| StoreError::other(format!("{name:?} is no name for a database")))
}

async fn main_file(conn: &mut SqliteConnection) -> Result<PathBuf> {
    let row = sqlx::query("SELECT file FROM pragma_database_list WHERE name = 'main'")
        .fetch_one(conn)
        .await?;
    Ok(PathBuf::from(row.try_get_unchecked::<String, _>(0)?))
}

async fn dump_sqlite(file: &Path, to: &Path) -> Result<()> {
    let target = to
        .to_str()
        .ok_or_else(|| StoreError::other(format!("{}: SQLite takes only names in UTF-8", to.display())))?;
    // Its own, so that it neither counts as the one writer nor keeps a reader of the pages busy.
    let mut conn = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(super::sqlite::BUSY)
        .connect()
        .await?;
    sqlx::query("VACUUM INTO $1")
        .bind(target)
        .execute(&mut conn)
        .await?;
    Ok(conn.close().await?)
}

async fn dump_postgres(options: &PgConnectOptions, to: &Path) -> Result<PgConnection> {
    let mut conn = options.connect().await?;
    for setting in [
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        // A dump takes what it takes; nobody waits for it.
        "SET LOCAL idle_in_transaction_session_timeout = 0",
        "SET LOCAL statement_timeout = 0",
    ] {
        sqlx::query(setting).execute(&mut conn).await?;
    }
    let row = sqlx::query("SELECT pg_export_snapshot(), current_setting('server_version_num')")
        .fetch_one(&mut conn)
        .await?;
    let snapshot: String = row.try_get_unchecked(0)?;
    let version: String = row.try_get_unchecked(1)?;
    programs::dump(options, &snapshot, major(&version), to).await?;
    Ok(conn)
}

/// `150020` is version 15.
fn major(version_num: &str) -> u32 {
    version_num.parse::<u32>().unwrap_or(0) / 10_000
}

async fn require_empty(options: &PgConnectOptions) -> Result<()> {
    match tables(options).await? {
        0 => Ok(()),
        count => Err(StoreError::other(format!(
            "the database {} holds {count} tables: only an empty one is filled",
            place(options)
        ))),
    }
}

async fn tables(options: &PgConnectOptions) -> Result<i64> {
    let mut conn = options.connect().await?;
    let row = sqlx::query(
        "SELECT COUNT(*) FROM pg_catalog.pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    .fetch_one(&mut conn)
    .await?;
    conn.close().await?;
    Ok(row.try_get_unchecked(0)?)
}

fn place(options: &PgConnectOptions) -> String {
    let host = options.get_socket().map_or_else(
        || options.get_host().to_owned(),
        |socket| socket.display().to_string(),
    );
    format!("{host}/{}", options.get_database().unwrap_or_default())
}
