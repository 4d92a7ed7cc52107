//! The seam: two SQL engines behind one door. Nothing outside this file knows which of them it is.
//!
//! Every statement is a constant declared by [`statements!`], one text for both engines, so that a test can prepare
//! each of them on both and no query can be put together from input.

mod reading;

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Connection as _, PgConnection, PgPool, Postgres, Row as _, Sqlite, SqliteConnection, SqlitePool};

use crate::error::{Result, StoreError};

#[cfg(test)]
mod changes;
mod snapshot;

pub use reading::Schema;
pub use snapshot::{Snapshot, create_scratch, drop_scratch};
pub(crate) use snapshot::{dump_name, is_empty, load};

/// The database file in the data folder.
pub const SQLITE_FILE: &str = "vaern.sqlite";

/// How long a write waits for another process's (`vaern export` records that it exported).
const BUSY: Duration = Duration::from_secs(10);
/// How long to wait for a free connection.
const ACQUIRE: Duration = Duration::from_secs(30);
const SQLITE_READERS: u32 = 6;
const POSTGRES_CONNECTIONS: u32 = 16;
/// More than there are statements, so that each is parsed once a connection.
const STATEMENT_CACHE: usize = 256;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Declares a module's statements as constants, and lists them as `STATEMENTS`.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$doc])* const $name: &str = $text;)+
        pub(crate) const STATEMENTS: &[&str] = &[$($name),+];
    };
}
pub(crate) use statements;

/// The database, whichever engine it is. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db(Pools);

#[derive(Clone, Debug)]
enum Pools {
    /// SQLite takes one writer at a time; a queue for the one writing connection is fairer than its busy loop.
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
    },
    Postgres(PgPool),
}

impl Db {
    /// Connects to `url` (`postgres://…`), or without one to [`SQLITE_FILE`] in `dir`, and brings the tables up to date.
    ///
    /// # Errors
    /// [`StoreError::Other`] if the address is none, nobody answers, or a migration fails.
    pub async fn connect(url: Option<&str>, dir: &Path) -> Result<Self> {
        let pools = match url {
            Some(url) => connect_by_address(url, false).await?,
            None => connect_sqlite(&dir.join(SQLITE_FILE)).await?,
        };
        match &pools {
            Pools::Sqlite { write, .. } => MIGRATIONS.run(write).await,
            Pools::Postgres(pool) => MIGRATIONS.run(pool).await,
        }
        .map_err(StoreError::other)?;
        Ok(Self(pools))
    }

    /// A connection for reading only. It never waits for a writer.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if no connection comes free.
    pub async fn read(&self) -> Result<Read> {
        Ok(Read(match &self.0 {
            Pools::Sqlite { read, .. } => ReadConn::Sqlite(read.acquire().await?),
            Pools::Postgres(pool) => ReadConn::Postgres(pool.acquire().await?),
        }))
    }

    /// Begins a transaction; on SQLite it is the only one that writes until it ends.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if another process holds the database for more than ten seconds.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx(match &self.0 {
            Pools::Sqlite { write, .. } => TxConn::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => TxConn::Postgres(pool.begin().await?),
        }))
    }

    /// Waits for the connections to end. Nothing can be asked afterwards.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// `sqlite` or `postgres`, for people to read.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match self.0 {
            Pools::Sqlite { .. } => "sqlite",
            Pools::Postgres(_) => "postgres",
        }
    }
}

async fn connect_sqlite(file: &Path) -> Result<Pools> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(STATEMENT_CACHE)
        .row_buffer_size(512)
        // Every 16 MB of log: a checkpoint is a pause for whoever writes just then.
        .pragma("wal_autocheckpoint", "4000")
        // Statement journals and sorting stay in memory: otherwise each report opens and removes a file.
        .pragma("temp_store", "memory");
    let pool = |connections| {
        SqlitePoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
    };
    let write = pool(1)
        .after_release(|conn, _| Box::pin(has_ended(conn)))
        .connect_with(options.clone())
        .await?;
    let read = pool(SQLITE_READERS)
        .connect_with(options.pragma("query_only", "on"))
        .await?;
    Ok(Pools::Sqlite { read, write })
}

/// Whether the connection is out of its transaction and may be used again. On a full disk SQLite rolls back by itself;
/// the rollback that follows is then an error, after which sqlx counts one transaction too many and begins no other.
async fn has_ended(conn: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if conn.is_in_transaction() {
        // What is queued, the rollback too, comes before the answer.
        conn.ping().await?;
    }
    Ok(!conn.is_in_transaction())
}

async fn connect_by_address(url: &str, read_only: bool) -> Result<Pools> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return connect_postgres(url, read_only).await;
    }
    Err(StoreError::other(
        "the database address must begin with postgres://",
    ))
}

async fn connect_postgres(url: &str, read_only: bool) -> Result<Pools> {
    let mut options: PgConnectOptions = url.parse()?;
    if read_only {
        options = options.options([("default_transaction_read_only", "on")]);
    }
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .connect_with(options.statement_cache_capacity(STATEMENT_CACHE))
        .await?;
    Ok(Pools::Postgres(pool))
}

/// A connection that reads.
#[derive(Debug)]
pub struct Read(ReadConn);

#[derive(Debug)]
enum ReadConn {
    Sqlite(sqlx::pool::PoolConnection<Sqlite>),
    Postgres(sqlx::pool::PoolConnection<Postgres>),
}

/// A transaction that may write. Dropped without [`Tx::commit`], it leaves nothing.
#[derive(Debug)]
pub struct Tx(TxConn);

#[derive(Debug)]
enum TxConn {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Tx {
    /// Makes everything durable, or nothing.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::Busy`]; nothing has then been kept.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            TxConn::Sqlite(tx) => tx.commit().await?,
            TxConn::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

/// Where a question can be put: [`Read`] or [`Tx`] (which sees its own changes).
pub trait Ask: Sql + Send {}
impl Ask for Read {}
impl Ask for Tx {}

/// What this crate alone may do with a connection.
pub trait Sql {
    /// A statement of [`statements!`]; its parameters are `$1`, `$2` …
    fn sql(&mut self, text: &'static str) -> Query<'_>;
}

impl Sql for Read {
    fn sql(&mut self, text: &'static str) -> Query<'_> {
        match &mut self.0 {
            ReadConn::Sqlite(conn) => Query::sqlite(conn, text),
            ReadConn::Postgres(conn) => Query::postgres(conn, text),
        }
    }
}

impl Sql for Tx {
    fn sql(&mut self, text: &'static str) -> Query<'_> {
        match &mut self.0 {
            TxConn::Sqlite(conn) => Query::sqlite(conn, text),
            TxConn::Postgres(conn) => Query::postgres(conn, text),
        }
    }
}

/// A statement and its parameters.
#[must_use = "a query does nothing until it is asked"]
pub struct Query<'c>(Bound<'c>);

enum Bound<'c> {
    Sqlite(
        &'c mut SqliteConnection,
        sqlx::query::Query<'static, Sqlite, sqlx::sqlite::SqliteArguments>,
    ),
    Postgres(
        &'c mut PgConnection,
        sqlx::query::Query<'static, Postgres, sqlx::postgres::PgArguments>,
    ),
}

impl<'c> Query<'c> {
    fn sqlite(conn: &'c mut SqliteConnection, text: &'static str) -> Self {
        debug_assert!(crate::is_statement(text), "not declared by statements!: {text}");
        Self(Bound::Sqlite(conn, sqlx::query(text)))
    }

    fn postgres(conn: &'c mut PgConnection, text: &'static str) -> Self {
        debug_assert!(crate::is_statement(text), "not declared by statements!: {text}");
        Self(Bound::Postgres(conn, sqlx::query(text)))
    }

    /// The next parameter: `&str`, `i64`, `&[u8]`, or an `Option` of these.
    pub(crate) fn bind<'t, T>(self, value: T) -> Self
    where
        T: sqlx::Encode<'t, Sqlite> + sqlx::Type<Sqlite> + sqlx::Encode<'t, Postgres> + sqlx::Type<Postgres>,
    {
        Self(match self.0 {
            Bound::Sqlite(conn, query) => Bound::Sqlite(conn, query.bind(value)),
            Bound::Postgres(conn, query) => Bound::Postgres(conn, query.bind(value)),
        })
    }

    /// The one row that there must be.
    pub(crate) async fn one(self) -> Result<Row> {
        self.maybe().await?.ok_or_else(|| StoreError::missing("row"))
    }

    pub(crate) async fn maybe(self) -> Result<Option<Row>> {
        Ok(match self.0 {
            Bound::Sqlite(conn, query) => query.fetch_optional(conn).await?.map(Row::Sqlite),
            Bound::Postgres(conn, query) => query.fetch_optional(conn).await?.map(Row::Postgres),
        })
    }

    pub(crate) async fn all(self) -> Result<Vec<Row>> {
        Ok(match self.0 {
            Bound::Sqlite(conn, query) => query
                .fetch_all(conn)
                .await?
                .into_iter()
                .map(Row::Sqlite)
                .collect(),
            Bound::Postgres(conn, query) => query
                .fetch_all(conn)
                .await?
                .into_iter()
                .map(Row::Postgres)
                .collect(),
        })
    }

    /// Gives the number of rows changed.
    pub(crate) async fn run(self) -> Result<u64> {
        Ok(match self.0 {
            Bound::Sqlite(conn, query) => query.execute(conn).await?.rows_affected(),
            Bound::Postgres(conn, query) => query.execute(conn).await?.rows_affected(),
        })
    }
}

/// One row of an answer; columns are counted from 0.
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! getters {
    ($($name:ident -> $type:ty;)+) => {
        impl Row {
            $(pub(crate) fn $name(&self, column: usize) -> Result<$type> {
                // Unchecked: SQLite's idea of a column's type is its value's, and the tests read every column.
                Ok(match self {
                    Self::Sqlite(row) => row.try_get_unchecked(column)?,
                    Self::Postgres(row) => row.try_get_unchecked(column)?,
                })
            })+
        }
    };
}
getters! {
    text -> String;
    opt_text -> Option<String>;
    int -> i64;
    opt_int -> Option<i64>;
    bytes -> Vec<u8>;
    opt_bytes -> Option<Vec<u8>>;
}

impl Row {
    /// 32 bytes: a hash.
    pub(crate) fn hash(&self, column: usize) -> Result<[u8; 32]> {
        let bytes = self.bytes(column)?;
        bytes
            .try_into()
            .map_err(|_| StoreError::other(format!("column {column} is not 32 bytes long")))
    }

    /// A number that is never negative.
    pub(crate) fn count(&self, column: usize) -> Result<u64> {
        let value = self.int(column)?;
        u64::try_from(value).map_err(|_| StoreError::other(format!("column {column} is negative")))
    }

    /// A point in time.
    pub(crate) fn time(&self, column: usize) -> Result<jiff::Timestamp> {
        timestamp(self.int(column)?)
    }

    /// A point in time, or none ([`NEVER`] or NULL).
    pub(crate) fn opt_time(&self, column: usize) -> Result<Option<jiff::Timestamp>> {
        self.opt_int(column)?
            .filter(|at| *at != NEVER)
            .map(timestamp)
            .transpose()
    }
}

/// How "no time" is written in columns that are sorted by: after all others.
pub(crate) const NEVER: i64 = i64::MAX;

pub(crate) fn timestamp(micros: i64) -> Result<jiff::Timestamp> {
    jiff::Timestamp::from_microsecond(micros).map_err(StoreError::other)
}

pub(crate) fn micros_or_never(at: Option<jiff::Timestamp>) -> i64 {
    at.map_or(NEVER, |at| at.as_microsecond())
}

/// Parses the statement without running it.
#[cfg(feature = "testing")]
pub(crate) async fn prepare(db: &Db, text: &'static str) -> Result<()> {
    use sqlx::{Executor, SqlSafeStr};
    match &db.0 {
        Pools::Sqlite { write, .. } => write
            .acquire()
            .await?
            .prepare(text.into_sql_str())
            .await
            .map(drop)?,
        Pools::Postgres(pool) => pool
            .acquire()
            .await?
            .prepare(text.into_sql_str())
            .await
            .map(drop)?,
    }
    Ok(())
}

/// Runs a statement that is not one of ours.
#[cfg(feature = "testing")]
pub(crate) async fn tamper(db: &Db, text: &'static str) -> Result<u64> {
    Ok(match &db.0 {
        Pools::Sqlite { write, .. } => sqlx::query(text).execute(write).await?.rows_affected(),
        Pools::Postgres(pool) => sqlx::query(text).execute(pool).await?.rows_affected(),
    })
}

/// SQLite's plan for a statement, one step a line; empty on PostgreSQL, whose plan depends on statistics.
#[cfg(feature = "testing")]
pub(crate) async fn plan(db: &Db, text: &'static str) -> Result<String> {
    let Pools::Sqlite { write, .. } = &db.0 else {
        return Ok(String::new());
    };
    let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
    let rows = sqlx::query(explain)
        .fetch_all(&mut *write.acquire().await?)
        .await?;
    let steps: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get_unchecked(3)).collect();
    Ok(steps?.join("\n"))
}
