//! Whether PostgreSQL still answers. A server that is frozen or cut off by the network says nothing at all, and its
//! own time limits don't run; so whoever has waited a while asks on a new connection whether it is there.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::{Instant, timeout};

use crate::error::{Result, StoreError};

/// How long an answer may take before we ask whether anybody is there.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a new connection and its first answer may take.
const PROBE: Duration = Duration::from_secs(3);
/// How long what was found out holds.
const KNOWN: Duration = Duration::from_secs(1);
/// The longest that any one statement may take, a little more than the server's own limit.
const LONGEST: Duration = Duration::from_secs(20);

/// In milliseconds.
const LATELY: u64 = 60_000;

#[derive(Debug)]
pub(super) struct Liveness {
    /// Whom new connections go to.
    options: RwLock<PgConnectOptions>,
    probed: tokio::sync::Mutex<Option<(Instant, bool)>>,
    /// The database was away when last heard of; so that it is logged once.
    away: AtomicBool,
    began: Instant,
    /// Connections that have been idle since before this many milliseconds after `began` may be dead.
    doubted: AtomicU64,
}

impl Liveness {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        Self {
            options: RwLock::new(options),
            probed: tokio::sync::Mutex::default(),
            away: AtomicBool::new(false),
            began: Instant::now(),
            doubted: AtomicU64::new(0),
        }
    }

    pub(super) fn options(&self) -> PgConnectOptions {
        self.options
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn set_options(&self, options: PgConnectOptions) {
        *self.options.write().unwrap_or_else(PoisonError::into_inner) = options;
    }

    /// Waits for an answer as long as the database is there, and notes what becomes of it.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] if nobody is there; what was asked may have been done or not.
    pub(super) async fn wait<T>(&self, answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T> {
        let answered = self.answer(answer).await;
        match &answered {
            Err(StoreError::Unreachable(why)) => self.note_away(why),
            _ => self.note_here(),
        }
        answered
    }

    async fn answer<T>(&self, answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T> {
        // On the heap, as is whatever connects: this stands in every statement of every request.
        let mut answer = Box::pin(answer);
        let began = Instant::now();
        loop {
            if let Ok(answered) = timeout(PATIENCE, &mut answer).await {
                return Ok(answered?);
            }
            tokio::select! {
                answered = &mut answer => return Ok(answered?),
                there = self.is_there() => if !there {
                    return Err(gone());
                }
            }
            if began.elapsed() > LONGEST {
                self.doubt();
                return Err(StoreError::Busy);
            }
        }
    }

    /// Whether a new connection is answered; asked once for all who want to know at the time.
    pub(super) async fn is_there(&self) -> bool {
        let mut probed = self.probed.lock().await;
        if let Some((at, there)) = *probed
            && at.elapsed() < KNOWN
        {
            return there;
        }
        let there = timeout(PROBE, Box::pin(answers(&self.options())))
            .await
            .unwrap_or(false);
        *probed = Some((Instant::now(), there));
        there
    }

    /// While the database is known to be away, one asks again now and then, and the others are told at once.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] if it is still away.
    pub(super) async fn fail_fast(&self) -> Result<()> {
        if self.away.load(Ordering::Relaxed) && !self.is_there().await {
            return Err(gone());
        }
        Ok(())
    }

    pub(super) fn note_away(&self, why: &str) {
        self.doubt();
        if !self.away.swap(true, Ordering::Relaxed) {
            tracing::error!(
                error = why,
                "the database can't be reached; requests are answered with 503"
            );
        }
    }

    fn note_here(&self) {
        if self.away.load(Ordering::Relaxed) && self.away.swap(false, Ordering::Relaxed) {
            tracing::warn!("the database answers again");
        }
    }

    /// From now on every connection that lies idle is looked at before it is used again.
    pub(super) fn doubt(&self) {
        self.doubted.store(self.now(), Ordering::Relaxed);
    }

    /// Whether a connection that has been idle for so long was last used before the latest fault.
    pub(super) fn doubts(&self, idle: Duration) -> bool {
        let doubted = self.doubted.load(Ordering::Relaxed);
        doubted > 0 && self.now().saturating_sub(millis(idle)) <= doubted
    }

    /// Whether there was a fault within the last minute.
    pub(super) fn doubts_lately(&self) -> bool {
        let doubted = self.doubted.load(Ordering::Relaxed);
        doubted > 0 && self.now().saturating_sub(doubted) < LATELY
    }

    fn now(&self) -> u64 {
        // Never 0, which is "not doubted yet".
        millis(self.began.elapsed()) + 1
    }
}

fn gone() -> StoreError {
    StoreError::Unreachable("the database does not answer".into())
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A server that refuses (it is full, or starting) is not silent, but no help either.
async fn answers(options: &PgConnectOptions) -> bool {
    match options.connect().await {
        Ok(mut conn) => {
            // A pooler greets by itself; behind it there may be nobody.
            conn.ping().await.is_ok() && PgConnection::close(conn).await.is_ok()
        }
        // Full, but there.
        Err(sqlx::Error::Database(error)) => error.code().as_deref() == Some("53300"),
        Err(_) => false,
    }
}
