//! SQLite: one file, one writer at a time, readers that never wait.

use std::path::Path;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqliteConnection, SqlitePool};
use tokio::time::Instant;

use super::{STATEMENT_CACHE, migrate};
use crate::error::{Result, StoreError};

/// How long a write waits for another process's (`vaern export` records that it exported).
pub(super) const BUSY: Duration = Duration::from_secs(10);
const AGAIN: Duration = Duration::from_millis(20);
/// How long to wait for a free connection.
pub(super) const ACQUIRE: Duration = Duration::from_secs(30);
pub(super) const READERS: u32 = 6;

/// A queue for the one writing connection is fairer than SQLite's own busy loop.
#[derive(Clone, Debug)]
pub(super) struct SqlitePools {
    pub(super) read: SqlitePool,
    pub(super) write: SqlitePool,
}

/// Opens the file and brings its tables up to date. Several processes may begin on an empty folder at once: SQLite does not
/// wait where a file is turned into one with a log of its own, so we do.
pub(super) async fn open(file: &Path) -> Result<SqlitePools> {
    let began = Instant::now();
    loop {
        let opened = async {
            let pools = connect(file).await?;
            migrate::sqlite(&pools.write).await?;
            Ok(pools)
        };
        match opened.await {
            Err(StoreError::Busy) if began.elapsed() < BUSY => tokio::time::sleep(AGAIN).await,
            opened => return opened,
        }
    }
}

async fn connect(file: &Path) -> Result<SqlitePools> {
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
    let read = pool(READERS)
        .connect_with(options.pragma("query_only", "on"))
        .await?;
    Ok(SqlitePools { read, write })
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
