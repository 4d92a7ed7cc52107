//! PostgreSQL: limits on everything that can wait, a pool apart for reading, several hosts, and poolers.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _, PgConnection, PgPool, Postgres, Row as _,
    Transaction,
};
use tokio::time::{Instant, timeout};

use super::address::{self, Address, Host};
use super::liveness::Liveness;
use super::{DatabaseOptions, STATEMENT_CACHE};
use crate::error::{Result, StoreError};

/// How long to wait for a free connection.
const ACQUIRE: Duration = Duration::from_secs(10);
/// How long until we ask why none comes free.
const WONDER: Duration = Duration::from_secs(1);
/// How long a host may take to let us in.
const CONNECT: Duration = Duration::from_secs(4);
/// How long a connection that may be dead has to show that it is not.
const PING: Duration = Duration::from_secs(1);
/// The fewest connections: two that read and two that write.
const FEWEST: u32 = 4;
/// Limits of the server on each of our sessions, in milliseconds: on a statement, on waiting for a lock, and on a
/// transaction in which nothing happens.
const LIMITS: [(&str, &str); 3] = [
    ("statement_timeout", "15000"),
    ("lock_timeout", "5000"),
    ("idle_in_transaction_session_timeout", "60000"),
];
/// So that the server finds out within a minute that we are gone, and lets go of our locks. In seconds, but the last.
const KEEPALIVE: [(&str, &str); 4] = [
    ("tcp_keepalives_idle", "30"),
    ("tcp_keepalives_interval", "10"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "60000"),
];
/// The same limits, each transaction anew: behind a pooler nothing may be left in a session.
const BEGIN_POOLED: &str = "BEGIN; SET LOCAL statement_timeout = 15000; SET LOCAL lock_timeout = 5000; \
    SET LOCAL idle_in_transaction_session_timeout = 60000";
const READ_POOLED: &str = "BEGIN READ ONLY; SET LOCAL statement_timeout = 15000; SET LOCAL lock_timeout = 5000; \
    SET LOCAL idle_in_transaction_session_timeout = 60000";
const IS_STANDBY: &str =
    "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on'";

type Checked<'c, T> = Pin<Box<dyn Future<Output = Result<T, sqlx::Error>> + Send + 'c>>;

#[derive(Debug)]
pub(super) struct PostgresPools {
    pub(super) read: PgPool,
    pub(super) write: PgPool,
    pub(super) liveness: Arc<Liveness>,
    pub(super) pooler: bool,
    address: Address,
    /// When a host was last chosen: one choice does for all who wait.
    chosen: tokio::sync::Mutex<Instant>,
}

/// A connection that reads; behind a pooler it is a transaction, which alone keeps it on one session.
#[derive(Debug)]
pub(super) enum Reading {
    Session(PoolConnection<Postgres>),
    Pooled(Transaction<'static, Postgres>),
}

impl Reading {
    pub(super) fn conn(&mut self) -> &mut PgConnection {
        match self {
            Self::Session(conn) => conn,
            Self::Pooled(tx) => tx,
        }
    }
}

/// Finds the host that answers and opens the pools on it.
pub(super) async fn connect(url: &str, options: DatabaseOptions) -> Result<PostgresPools> {
    connect_to(address::parse(url)?, options).await
}

/// The same for reading only, on whichever host answers: a standby is as good.
pub(super) async fn connect_read_only(url: &str) -> Result<PostgresPools> {
    let mut address = address::parse(url)?;
    address.must_write = false;
    address.read_only = true;
    connect_to(address, DatabaseOptions::default()).await
}

async fn connect_to(address: Address, options: DatabaseOptions) -> Result<PostgresPools> {
    let mut pooler = options.pooler;
    let found = match choose(&address, pooler).await {
        // Whoever refuses our settings at the door is a pooler.
        Err(StoreError::Unreachable(why)) if !pooler && why.contains("unsupported startup parameter") => {
            pooler = true;
            tracing::info!("the database is behind a pooler: nothing is left in a session");
            choose(&address, pooler).await?
        }
        found => found?,
    };
    let liveness = Arc::new(Liveness::new(found.clone()));
    let connections = options.connections.max(FEWEST);
    let reading = connections / 4 + 1;
    Ok(PostgresPools {
        read: pool(reading, &liveness, address.must_write).connect_lazy_with(found.clone()),
        write: pool(connections - reading, &liveness, address.must_write).connect_lazy_with(found),
        liveness,
        pooler,
        address,
        chosen: tokio::sync::Mutex::new(Instant::now()),
    })
}

fn pool(connections: u32, liveness: &Arc<Liveness>, must_write: bool) -> PgPoolOptions {
    let (before, after) = (Arc::clone(liveness), Arc::clone(liveness));
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .after_connect(move |conn, _| check_writable(conn, must_write))
        .before_acquire(move |conn, meta| check_alive(conn, before.doubts(meta.idle_for)))
        .after_release(move |conn, _| {
            // A rollback that nobody answers would hold the connection for good.
            check_alive(conn, after.doubts_lately())
        })
}

fn check_writable(conn: &mut PgConnection, must_write: bool) -> Checked<'_, ()> {
    Box::pin(async move {
        if must_write && is_standby(conn).await? {
            let standby = std::io::Error::other("it is a standby, which takes no writes");
            return Err(sqlx::Error::Io(standby));
        }
        Ok(())
    })
}

fn check_alive(conn: &mut PgConnection, doubted: bool) -> Checked<'_, bool> {
    Box::pin(async move { Ok(!doubted || matches!(timeout(PING, conn.ping()).await, Ok(Ok(())))) })
}

async fn is_standby(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let row = conn.fetch_one(IS_STANDBY).await?;
    row.try_get(0)
}

/// The first host that lets us in, and takes writes where that is wanted.
async fn choose(address: &Address, pooler: bool) -> Result<PgConnectOptions> {
    let mut refused = Vec::new();
    for host in &address.hosts {
        let options = settings(host, pooler, address.read_only);
        match timeout(CONNECT, try_host(&options, address.must_write)).await {
            Ok(Ok(())) => return Ok(options),
            Ok(Err(error)) => refused.push(format!("{}: {error}", host.name)),
            Err(_) => refused.push(format!(
                "{}: no answer within {} seconds",
                host.name,
                CONNECT.as_secs()
            )),
        }
    }
    Err(StoreError::Unreachable(format!(
        "no database answers: {}",
        refused.join("; ")
    )))
}

async fn try_host(options: &PgConnectOptions, must_write: bool) -> Result<(), sqlx::Error> {
    let mut conn = options.connect().await?;
    check_writable(&mut conn, must_write).await?;
    conn.close().await
}

/// How to connect to the first host of an address, without any limits.
pub(super) fn plain_options(url: &str) -> Result<PgConnectOptions> {
    let host = address::parse(url)?.hosts.into_iter().next();
    let host = host.ok_or_else(|| StoreError::other("the database address names no host"))?;
    Ok(host.options)
}

fn settings(host: &Host, pooler: bool, read_only: bool) -> PgConnectOptions {
    let options = host.options.clone();
    if pooler {
        return options.extra_float_digits(None).statement_cache_capacity(0);
    }
    let options = options
        .statement_cache_capacity(STATEMENT_CACHE)
        .options(LIMITS)
        .options(KEEPALIVE);
    if read_only {
        return options.options([("default_transaction_read_only", "on")]);
    }
    options
}

impl PostgresPools {
    /// A connection of one of the two pools.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if all are in use for ten seconds, [`StoreError::Unreachable`] if there is no database.
    pub(super) async fn acquire(&self, pool: &PgPool) -> Result<PoolConnection<Postgres>> {
        if self.address.hosts.len() == 1 {
            self.liveness.fail_fast().await?;
        }
        let mut waiting = Box::pin(pool.acquire());
        match timeout(WONDER, &mut waiting).await {
            Ok(Ok(conn)) => return Ok(conn),
            Ok(Err(error)) if self.address.hosts.len() == 1 => {
                return self.liveness.wait(async { Err(error) }).await;
            }
            Ok(Err(_)) | Err(_) => {}
        }
        if self.address.hosts.len() > 1 {
            Box::pin(self.choose_again()).await?;
            return self.liveness.wait(pool.acquire()).await;
        }
        self.liveness.wait(waiting).await
    }

    /// Looks for the host that takes writes now; once for all who ask at the time.
    async fn choose_again(&self) -> Result<()> {
        let mut chosen = self.chosen.lock().await;
        if chosen.elapsed() < WONDER {
            return Ok(());
        }
        let found = choose(&self.address, self.pooler).await;
        *chosen = Instant::now();
        if let Err(StoreError::Unreachable(why)) = &found {
            self.liveness.note_away(why);
        }
        let found = found?;
        self.liveness.set_options(found.clone());
        self.read.set_connect_options(found.clone());
        self.write.set_connect_options(found);
        Ok(())
    }

    pub(super) async fn for_reading(&self, conn: PoolConnection<Postgres>) -> Result<Reading> {
        if !self.pooler {
            return Ok(Reading::Session(conn));
        }
        let begun = Transaction::begin(conn, Some(sqlx::SqlSafeStr::into_sql_str(READ_POOLED)));
        Ok(Reading::Pooled(self.liveness.wait(begun).await?))
    }

    pub(super) async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        let conn = self.acquire(&self.write).await?;
        let pooled = if self.address.read_only {
            READ_POOLED
        } else {
            BEGIN_POOLED
        };
        let statement = self.pooler.then(|| sqlx::SqlSafeStr::into_sql_str(pooled));
        self.liveness.wait(Transaction::begin(conn, statement)).await
    }

    /// A connection without limits, apart from the pools: a migration takes as long as it takes.
    pub(super) async fn unlimited(&self) -> Result<PgConnection> {
        Ok(self.unlimited_options().connect().await?)
    }

    /// How [`PostgresPools::unlimited`] connects.
    pub(super) fn unlimited_options(&self) -> PgConnectOptions {
        let unlimited = LIMITS.map(|(name, _)| (name, "0"));
        let options = self.liveness.options();
        if self.pooler {
            options
        } else {
            options.options(unlimited)
        }
    }

    pub(super) async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}
