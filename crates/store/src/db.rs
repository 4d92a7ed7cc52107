//! The seam: two SQL engines behind one door. Nothing outside this file knows which of them it is.
//!
//! Every statement is a constant declared by [`statements!`], one text for both engines, so that a test can prepare
//! each of them on both and no query can be put together from input.

mod address;
mod liveness;
mod migrate;
mod postgres;
mod reading;
mod row;
mod signals;
mod sqlite;
#[cfg(feature = "testing")]
mod testing;

use std::path::Path;
use std::sync::Arc;

use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection};

use crate::error::{Result, StoreError};
use liveness::Liveness;
use postgres::PostgresPools;
pub use row::Row;
pub(crate) use row::{NEVER, int, micros_or_never, timestamp};
pub use signals::{Listener, Signal};
use sqlite::SqlitePools;
#[cfg(feature = "testing")]
pub(crate) use testing::{plan, prepare, tamper};
use tokio::sync::broadcast;

mod snapshot;
mod upgrade;

pub(crate) use migrate::newer;
pub use reading::Schema;
pub use snapshot::{Snapshot, create_scratch, drop_scratch};
pub(crate) use snapshot::{dump_name, is_empty, load};
pub use upgrade::SchemaChange;

/// The database file in the data folder.
pub const SQLITE_FILE: &str = "vaern.sqlite";

/// More than there are statements, so that each is parsed once a connection.
const STATEMENT_CACHE: usize = 256;
/// Connections to PostgreSQL when nothing else is said.
const CONNECTIONS: u32 = 16;

/// Declares a module's statements as constants, and lists them as `STATEMENTS`.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$doc])* const $name: &str = $text;)+
        pub(crate) const STATEMENTS: &[&str] = &[$($name),+];
    };
}
pub(crate) use statements;

/// How a PostgreSQL database is used. SQLite takes no notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatabaseOptions {
    /// The most connections of this process, at least 4; a quarter of them only read.
    pub connections: u32,
    /// The address is that of a pooler that hands a connection to another after each transaction (pgbouncer with
    /// `pool_mode=transaction`): nothing is then left behind in a session. One that refuses our settings is taken for
    /// such a pooler by itself.
    pub pooler: bool,
}

impl Default for DatabaseOptions {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS,
            pooler: false,
        }
    }
}

/// The database, whichever engine it is. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    /// To those in this process who listen, on SQLite.
    signals: broadcast::Sender<Signal>,
}

#[derive(Clone, Debug)]
enum Pools {
    Sqlite(SqlitePools),
    Postgres(Arc<PostgresPools>),
}

impl Db {
    /// Connects to `url` (`postgres://…`), or without one to [`SQLITE_FILE`] in `dir`, and brings the tables up to date.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] after a few seconds if nobody answers; [`StoreError::Other`] if the address is none or
    /// a migration fails.
    pub async fn connect(url: Option<&str>, dir: &Path) -> Result<Self> {
        Self::connect_with(url, dir, DatabaseOptions::default()).await
    }

    /// The same with options of one's own.
    ///
    /// # Errors
    /// As [`Db::connect`].
    pub async fn connect_with(url: Option<&str>, dir: &Path, options: DatabaseOptions) -> Result<Self> {
        let pools = match url {
            Some(url) => Pools::Postgres(Arc::new(postgres::connect(url, options).await?)),
            None => Pools::Sqlite(sqlite::open(&dir.join(SQLITE_FILE)).await?),
        };
        if let Pools::Postgres(pools) = &pools {
            migrate::postgres(pools).await?;
        }
        Ok(Self::on(pools))
    }

    fn on(pools: Pools) -> Self {
        let signals = signals::channel();
        Self { pools, signals }
    }

    /// A connection for reading only. It never waits for a writer.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if no connection comes free, [`StoreError::Unreachable`] if there is no database.
    pub async fn read(&self) -> Result<Read> {
        Ok(Read(match &self.pools {
            Pools::Sqlite(pools) => ReadConn::Sqlite(pools.read.acquire().await?),
            Pools::Postgres(pools) => {
                let conn = pools.acquire(&pools.read).await?;
                ReadConn::Postgres(pools.for_reading(conn).await?, Arc::clone(pools))
            }
        }))
    }

    /// Begins a transaction; on SQLite it is the only one that writes until it ends.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if another process holds the database for more than ten seconds,
    /// [`StoreError::Unreachable`] if there is no database.
    pub async fn begin(&self) -> Result<Tx> {
        let conn = match &self.pools {
            Pools::Sqlite(pools) => TxConn::Sqlite(pools.write.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pools) => TxConn::Postgres(pools.begin().await?, Arc::clone(pools)),
        };
        Ok(Tx {
            conn,
            unsent: Vec::new(),
            signals: self.signals.clone(),
        })
    }

    /// Waits for the connections to end. Nothing can be asked afterwards.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite(pools) => {
                pools.read.close().await;
                pools.write.close().await;
            }
            Pools::Postgres(pools) => pools.close().await,
        }
    }

    /// `sqlite` or `postgres`, for people to read.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match self.pools {
            Pools::Sqlite(_) => "sqlite",
            Pools::Postgres(_) => "postgres",
        }
    }

    /// The most connections that this process opens, and how many are open and idle just now.
    #[must_use]
    pub fn connections(&self) -> Connections {
        match &self.pools {
            Pools::Sqlite(pools) => Connections::of(&[&pools.read, &pools.write]),
            Pools::Postgres(pools) => Connections::of(&[&pools.read, &pools.write]),
        }
    }
}

/// How full the pools are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    pub most: u32,
    pub open: u32,
    pub idle: u32,
}

impl Connections {
    fn of<D: sqlx::Database>(pools: &[&sqlx::Pool<D>]) -> Self {
        pools.iter().fold(Self::default(), |sum, pool| Self {
            most: sum.most + pool.options().get_max_connections(),
            open: sum.open + pool.size(),
            idle: sum.idle + u32::try_from(pool.num_idle()).unwrap_or(u32::MAX),
        })
    }
}

/// A connection that reads.
#[derive(Debug)]
pub struct Read(ReadConn);

#[derive(Debug)]
enum ReadConn {
    Sqlite(sqlx::pool::PoolConnection<Sqlite>),
    Postgres(postgres::Reading, Arc<PostgresPools>),
}

/// A transaction that may write. Dropped without [`Tx::commit`], it leaves nothing.
#[derive(Debug)]
pub struct Tx {
    conn: TxConn,
    /// What those in this process are told after the commit, on SQLite.
    unsent: Vec<Signal>,
    signals: broadcast::Sender<Signal>,
}

#[derive(Debug)]
enum TxConn {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>, Arc<PostgresPools>),
}

impl Tx {
    /// Makes everything durable, or nothing.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::Busy`]; nothing has then been kept. After
    /// [`StoreError::Unreachable`] it may have been kept or not: whoever tries again must bring the same key.
    pub async fn commit(self) -> Result<()> {
        match self.conn {
            TxConn::Sqlite(tx) => tx.commit().await?,
            TxConn::Postgres(tx, pools) => pools.liveness.wait(tx.commit()).await?,
        }
        for signal in self.unsent {
            // Nobody may be listening.
            let _ = self.signals.send(signal);
        }
        Ok(())
    }

    /// Tells every node that listens, with the commit.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn signal(&mut self, signal: Signal) -> Result<()> {
        match &mut self.conn {
            TxConn::Sqlite(_) => self.unsent.push(signal),
            TxConn::Postgres(conn, pools) => {
                let query = sqlx::query("SELECT pg_notify($1, $2)").persistent(!pools.pooler);
                let query = query.bind(signals::CHANNEL).bind(signal.to_text());
                pools.liveness.wait(query.execute(&mut **conn)).await?;
            }
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
            ReadConn::Postgres(conn, pools) => Query::postgres(conn.conn(), pools, text),
        }
    }
}

impl Sql for Tx {
    fn sql(&mut self, text: &'static str) -> Query<'_> {
        match &mut self.conn {
            TxConn::Sqlite(conn) => Query::sqlite(conn, text),
            TxConn::Postgres(conn, pools) => Query::postgres(conn, pools, text),
        }
    }
}

/// Microseconds since 1970 by the clock of the machine where the database is.
const CLOCK_SQLITE: &str = "SELECT CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000";
const CLOCK_POSTGRES: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";

impl Tx {
    /// The database's clock, which is the same for every node: for leases, never for what people are told.
    pub(crate) async fn clock(&mut self) -> Result<jiff::Timestamp> {
        let query = match &mut self.conn {
            TxConn::Sqlite(conn) => Query(Bound::Sqlite(conn, sqlx::query(CLOCK_SQLITE))),
            TxConn::Postgres(conn, pools) => {
                let query = sqlx::query(CLOCK_POSTGRES).persistent(!pools.pooler);
                Query(Bound::Postgres(conn, query, &pools.liveness))
            }
        };
        query.one().await?.time(0)
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
        &'c Liveness,
    ),
}

impl<'c> Query<'c> {
    fn sqlite(conn: &'c mut SqliteConnection, text: &'static str) -> Self {
        debug_assert!(crate::is_statement(text), "not declared by statements!: {text}");
        Self(Bound::Sqlite(conn, sqlx::query(text)))
    }

    fn postgres(conn: &'c mut PgConnection, pools: &'c PostgresPools, text: &'static str) -> Self {
        debug_assert!(crate::is_statement(text), "not declared by statements!: {text}");
        // Behind a pooler a statement with a name would stay on a connection that is another's next.
        let query = sqlx::query(text).persistent(!pools.pooler);
        Self(Bound::Postgres(conn, query, &pools.liveness))
    }

    /// The next parameter: `&str`, `i64`, `&[u8]`, or an `Option` of these.
    pub(crate) fn bind<'t, T>(self, value: T) -> Self
    where
        T: sqlx::Encode<'t, Sqlite> + sqlx::Type<Sqlite> + sqlx::Encode<'t, Postgres> + sqlx::Type<Postgres>,
    {
        Self(match self.0 {
            Bound::Sqlite(conn, query) => Bound::Sqlite(conn, query.bind(value)),
            Bound::Postgres(conn, query, liveness) => Bound::Postgres(conn, query.bind(value), liveness),
        })
    }

    /// The one row that there must be.
    pub(crate) async fn one(self) -> Result<Row> {
        self.maybe().await?.ok_or_else(|| StoreError::missing("row"))
    }

    pub(crate) async fn maybe(self) -> Result<Option<Row>> {
        Ok(match self.0 {
            Bound::Sqlite(conn, query) => query.fetch_optional(conn).await?.map(Row::Sqlite),
            Bound::Postgres(conn, query, liveness) => liveness
                .wait(query.fetch_optional(conn))
                .await?
                .map(Row::Postgres),
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
            Bound::Postgres(conn, query, liveness) => liveness
                .wait(query.fetch_all(conn))
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
            Bound::Postgres(conn, query, liveness) => {
                liveness.wait(query.execute(conn)).await?.rows_affected()
            }
        })
    }
}
