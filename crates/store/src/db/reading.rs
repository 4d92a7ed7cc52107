//! Opening a database without making or changing anything in it.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use super::migrate::MIGRATIONS;
use super::sqlite::{ACQUIRE, BUSY, READERS, SqlitePools};
use super::{Db, Pools, SQLITE_FILE, STATEMENT_CACHE, SchemaChange, postgres};
use crate::error::{Result, StoreError};

/// What versions of the tables a database holds, beside those that this program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// No tables of ours.
    None,
    /// Made by an older program: it lacks this many changes.
    Older {
        lacking: usize,
    },
    Current,
    /// Changed by a newer program; its latest change has this number.
    Newer {
        latest: i64,
    },
}

impl Db {
    /// Connects for reading only: no file, no table and no row is made or changed, whatever the database is. `None` if
    /// there is no database file. It works on media that can't be written.
    ///
    /// # Errors
    /// [`StoreError::Other`] if the address is none or nobody answers; if a log (`-wal`) lies beside the SQLite file on media
    /// that can't be written and SQLite's index of it (`-shm`) doesn't.
    pub async fn connect_read_only(url: Option<&str>, dir: &Path) -> Result<Option<Self>> {
        if let Some(url) = url {
            let pools = postgres::connect_read_only(url).await?;
            return Ok(Some(Self::on(Pools::Postgres(pools.into()))));
        }
        let file = dir.join(SQLITE_FILE);
        match std::fs::metadata(&file) {
            Ok(found) if found.is_file() => {}
            Ok(_) => return Err(StoreError::other(format!("{}: not a file", file.display()))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::other(format!("{}: {error}", file.display()))),
        }
        Ok(Some(Self::on(Pools::Sqlite(read_sqlite(&file).await?))))
    }

    /// Which tables it has.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn schema(&self) -> Result<Schema> {
        let applied = self.applied().await?;
        let known: BTreeSet<i64> = MIGRATIONS.iter().map(|change| change.version).collect();
        Ok(match applied.difference(&known).max() {
            _ if applied.is_empty() => Schema::None,
            Some(latest) => Schema::Newer { latest: *latest },
            None if applied.len() == known.len() => Schema::Current,
            None => Schema::Older {
                lacking: known.len() - applied.len(),
            },
        })
    }

    /// What this program would change in its tables, in order.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lacking(&self) -> Result<Vec<SchemaChange>> {
        let applied = self.applied().await?;
        let lacking = MIGRATIONS.iter().filter(|one| !applied.contains(&one.version));
        let read = lacking.map(|one| SchemaChange::read(one.version, &one.description, one.sql.as_str()));
        Ok(read.collect())
    }

    /// The numbers of the changes that it has; none if it has no tables of ours.
    async fn applied(&self) -> Result<BTreeSet<i64>> {
        let applied: Result<Vec<i64>, sqlx::Error> = match &self.pools {
            Pools::Sqlite(pools) => sqlx::query_scalar(APPLIED).fetch_all(&pools.read).await,
            Pools::Postgres(pools) => {
                let query = sqlx::query_scalar(APPLIED).persistent(!pools.pooler);
                query.fetch_all(&pools.read).await
            }
        };
        match applied {
            Ok(applied) => Ok(applied.into_iter().collect()),
            Err(error) if is_missing_table(&error) => Ok(BTreeSet::new()),
            Err(error) => Err(error.into()),
        }
    }
}

const APPLIED: &str = "SELECT version FROM _sqlx_migrations WHERE success";

/// "No such table" is SQLite's general error 1 and PostgreSQL's 42P01.
fn is_missing_table(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else {
        return false;
    };
    error.code().is_some_and(|code| code == "42P01") || error.message().starts_with("no such table")
}

fn is_writable(folder: Option<&Path>) -> bool {
    let access = rustix::fs::Access::WRITE_OK;
    folder.is_some_and(|folder| rustix::fs::access(folder, access).is_ok())
}

/// A file without a log beside it is read as it lies there: SQLite's own way would make a log and an index of it.
async fn read_sqlite(file: &Path) -> Result<SqlitePools> {
    let beside = |end: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        std::path::PathBuf::from(name)
    };
    let log = std::fs::metadata(beside("-wal")).map(|log| log.len()).ok();
    let writable = OpenOptions::new().append(true).open(file).is_ok() && is_writable(file.parent());
    let indexed = beside("-shm").exists();
    if log.is_some_and(|bytes| bytes > 0) && !writable && !indexed {
        return Err(StoreError::other(format!(
            "{}: a log (-wal) lies beside it that can't be read where nothing can be written; copy both to a place that can be",
            file.display()
        )));
    }
    // An empty log may be that of a server which has not written yet.
    let logged = log.is_some() && (writable || indexed);
    let options = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .immutable(!logged)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(STATEMENT_CACHE)
        .row_buffer_size(512)
        .pragma("temp_store", "memory")
        .pragma("query_only", "on");
    let pool = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    Ok(SqlitePools {
        read: pool.clone(),
        write: pool,
    })
}
