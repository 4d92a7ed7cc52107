//! What other nodes should know at once: sent with a transaction's commit, to everybody who listens on this database.
//! Nothing depends on one arriving, for a connection may break: whoever listens also looks for itself now and then.

use std::time::Duration;

use domain::ids::CaseId;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::sync::broadcast;

use super::{Db, Pools};
use crate::error::Result;

/// PostgreSQL's channel.
pub(super) const CHANNEL: &str = "vaern";
/// How long after a lost connection, or where there are no signals, everything may have changed unseen.
const LOOK: Duration = Duration::from_secs(30);
const CONNECT_AGAIN: Duration = Duration::from_secs(2);
/// Signals that a slow listener may be behind.
const BEHIND: usize = 256;

/// What has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The people and units.
    Organisation,
    /// The procedure in force, or its earlier versions.
    Procedure,
    /// The keys of this case are destroyed.
    Keys(CaseId),
    /// Signals may have been missed: anything may have changed.
    Missed,
}

impl Signal {
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Organisation => "organisation".into(),
            Self::Procedure => "procedure".into(),
            Self::Keys(case) => format!("keys {case}"),
            Self::Missed => "missed".into(),
        }
    }

    /// What a newer version says and we don't know may be anything.
    fn of(text: &str) -> Self {
        match text.split_once(' ') {
            Some(("keys", case)) => Self::Keys(CaseId::new(case)),
            _ if text == "organisation" => Self::Organisation,
            _ if text == "procedure" => Self::Procedure,
            _ => Self::Missed,
        }
    }
}

pub(super) fn channel() -> broadcast::Sender<Signal> {
    broadcast::channel(BEHIND).0
}

/// Hears the signals of every node.
#[derive(Debug)]
pub struct Listener {
    db: Db,
    ear: Ear,
}

#[derive(Debug)]
enum Ear {
    /// SQLite has one server, so signals stay within it.
    Here(broadcast::Receiver<Signal>),
    Postgres(PgListener),
    /// Not connected yet, or not any more.
    None,
}

impl Db {
    /// Listens from now on.
    ///
    /// # Errors
    /// [`crate::StoreError::Unreachable`] if there is no database.
    pub async fn listen(&self) -> Result<Listener> {
        let mut listener = Listener {
            db: self.clone(),
            ear: Ear::None,
        };
        listener.ear = listener.connect().await?;
        Ok(listener)
    }
}

impl Listener {
    async fn connect(&self) -> Result<Ear> {
        Ok(match &self.db.pools {
            Pools::Sqlite(_) => Ear::Here(self.db.signals.subscribe()),
            // Behind a pooler nobody is told anything.
            Pools::Postgres(pools) if pools.pooler => Ear::None,
            Pools::Postgres(pools) => {
                let one = PgPoolOptions::new()
                    .max_connections(1)
                    .max_lifetime(None)
                    .idle_timeout(None);
                let pool = one.connect_lazy_with(pools.liveness.options());
                let mut ear = PgListener::connect_with(&pool).await?;
                ear.eager_reconnect(false);
                ear.listen(CHANNEL).await?;
                Ear::Postgres(ear)
            }
        })
    }

    /// The next signal; [`Signal::Missed`] after a break, and now and then where signals can't be heard.
    pub async fn hear(&mut self) -> Signal {
        match &mut self.ear {
            Ear::Here(receiver) => match receiver.recv().await {
                Ok(signal) => signal,
                Err(_) => Signal::Missed,
            },
            Ear::Postgres(listener) => match tokio::time::timeout(LOOK, listener.try_recv()).await {
                Ok(Ok(Some(notification))) => Signal::of(notification.payload()),
                Ok(Ok(None) | Err(_)) => {
                    self.ear = Ear::None;
                    self.connect_again().await
                }
                // A connection that has died without a word is found out by asking for the time being.
                Err(_) => Signal::Missed,
            },
            Ear::None => {
                tokio::time::sleep(LOOK).await;
                self.connect_again().await
            }
        }
    }

    async fn connect_again(&mut self) -> Signal {
        tokio::time::sleep(CONNECT_AGAIN).await;
        if let Ok(ear) = self.connect().await {
            self.ear = ear;
        }
        Signal::Missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_arrives_as_it_was_sent_and_a_strange_one_may_be_anything() {
        for signal in [
            Signal::Organisation,
            Signal::Procedure,
            Signal::Keys(CaseId::new("c1")),
            Signal::Missed,
        ] {
            assert_eq!(Signal::of(&signal.to_text()), signal);
        }
        assert_eq!(Signal::of("something newer"), Signal::Missed);
    }
}
