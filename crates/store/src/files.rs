//! Which files are on their way: each is announced in a committed row before its first byte, and whatever records it deletes the
//! row in the same transaction (docs/adr/0018-files.md). So a file is owned or announced, and what was announced a day ago and
//! is owned by nothing can be collected ([`collect`]) without ever listing what lies there.

mod collect;

use std::sync::{Arc, Mutex, PoisonError};

use domain::ids::BlobId;
use jiff::{SignedDuration, Timestamp};
use rand::CryptoRng;

use crate::Store;
use crate::db::{Ask, Db, Sql, Tx, statements};
use crate::error::{Result, StoreError};

pub(crate) use collect::STATEMENTS as COLLECT_STATEMENTS;
pub use collect::{AFTER, Binned, Collected, Collection, CollectionAlarm, KEPT, collection_alarm};

statements! {
    ANNOUNCE = "INSERT INTO blob_intents (id, node, at) VALUES ($3, $1, $2), ($4, $1, $2), ($5, $1, $2), ($6, $1, $2), ($7, $1, $2), \
        ($8, $1, $2), ($9, $1, $2), ($10, $1, $2), ($11, $1, $2), ($12, $1, $2), ($13, $1, $2), ($14, $1, $2), ($15, $1, $2), \
        ($16, $1, $2), ($17, $1, $2), ($18, $1, $2)";
    ANNOUNCE_ONE = "INSERT INTO blob_intents (id, node, at) VALUES ($1, $2, $3)";
    SETTLE = "DELETE FROM blob_intents WHERE id = $1";
    NOTE_UPLOAD = "UPDATE blob_intents SET upload = $2 WHERE id = $1";
    ANNOUNCED = "SELECT id FROM blob_intents";
    WITHDRAW_ALL = "DELETE FROM blob_intents";
}

/// How many names are announced in one transaction, so that a file costs a sixteenth of a commit.
const RESERVE: usize = 16;
/// How long a name of the reserve may be used. What is older than [`AFTER`] is collected, and a file takes its time.
const FRESH: SignedDuration = SignedDuration::from_hours(1);

/// The right to write one file: its name is in a committed row. There is one for each name, and one process has it.
#[derive(Debug)]
pub struct Announced {
    id: BlobId,
    ledger: Arc<Ledger>,
}

impl Announced {
    /// The name that the file will have.
    pub fn id(&self) -> &BlobId {
        &self.id
    }

    /// Keeps what the object store calls the upload in parts that was just begun.
    pub(crate) async fn note_upload(&self, upload: &str) -> Result<()> {
        let mut tx = self.ledger.db.begin().await?;
        tx.sql(NOTE_UPLOAD)
            .bind(self.id.as_str())
            .bind(upload)
            .run()
            .await?;
        tx.commit().await
    }

    /// There is no file: the row goes with the next names that are announced. One more commit is not worth it.
    pub(crate) fn settle_later(self) {
        self.ledger.free().settled.push(self.id);
    }
}

/// A file whose owner has given it up, in a transaction that announced it again.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the file is still there"]
pub struct Disowned(BlobId);

/// Names that this process has announced and not used.
pub(crate) struct Ledger {
    db: Db,
    /// Who announces: this opening of the store.
    node: String,
    /// One at a time announces more.
    announcing: tokio::sync::Mutex<()>,
    free: Mutex<Free>,
}

#[derive(Default)]
struct Free {
    names: Vec<(BlobId, Timestamp)>,
    /// Rows that say nothing any more.
    settled: Vec<BlobId>,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ledger({})", self.node)
    }
}

impl Ledger {
    pub(crate) fn new(db: Db, node: String) -> Self {
        Self {
            db,
            node,
            announcing: tokio::sync::Mutex::new(()),
            free: Mutex::default(),
        }
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, now: Timestamp) -> Option<BlobId> {
        let mut free = self.free();
        while let Some((id, at)) = free.names.pop() {
            // Also where the clock was set back.
            if now.duration_since(at).abs() < FRESH {
                return Some(id);
            }
            free.settled.push(id);
        }
        None
    }

    async fn announce_more(&self, now: Timestamp, rng: &mut impl CryptoRng) -> Result<()> {
        let names: [BlobId; RESERVE] = std::array::from_fn(|_| {
            let mut random = [0; 16];
            rng.fill_bytes(&mut random);
            BlobId::new(hex::encode(random))
        });
        let settled = std::mem::take(&mut self.free().settled);
        let mut tx = self.db.begin().await?;
        for id in settled {
            tx.sql(SETTLE).bind(id.as_str()).run().await?;
        }
        let mut query = tx
            .sql(ANNOUNCE)
            .bind(self.node.as_str())
            .bind(now.as_microsecond());
        for name in &names {
            query = query.bind(name.as_str());
        }
        query.run().await?;
        tx.commit().await?;
        self.free().names.extend(names.map(|name| (name, now)));
        Ok(())
    }
}

impl Store {
    /// Announces a file. Most of the time its name was announced before, together with others.
    ///
    /// No transaction that writes may be held by the same caller: SQLite has one at a time.
    ///
    /// # Errors
    /// Those of the database; no name is then given out.
    pub async fn announce(&self, now: Timestamp, rng: &mut (impl CryptoRng + Send)) -> Result<Announced> {
        let ledger = &self.ledger;
        let id = match ledger.take(now) {
            Some(id) => id,
            None => {
                let _turn = ledger.announcing.lock().await;
                loop {
                    if let Some(id) = ledger.take(now) {
                        break id;
                    }
                    ledger.announce_more(now, rng).await?;
                }
            }
        };
        Ok(Announced {
            id,
            ledger: Arc::clone(ledger),
        })
    }

    /// Announces a file by a name of the caller's, for tests.
    ///
    /// # Errors
    /// [`StoreError::Unique`] if it is announced already.
    #[cfg(feature = "testing")]
    pub async fn announce_as(&self, id: &BlobId, now: Timestamp) -> Result<Announced> {
        let mut tx = self.db.begin().await?;
        announce_one(&mut tx, id, &self.node, now).await?;
        tx.commit().await?;
        Ok(Announced {
            id: id.clone(),
            ledger: Arc::clone(&self.ledger),
        })
    }

    /// In the transaction in which these files' owner gives them up: announces them again, so that they are collected if this
    /// process ends before it has removed them.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn disown(
        &self,
        tx: &mut Tx,
        files: Vec<BlobId>,
        now: Timestamp,
    ) -> Result<Vec<Disowned>> {
        for id in &files {
            announce_one(tx, id, &self.node, now).await?;
        }
        Ok(files.into_iter().map(Disowned).collect())
    }

    /// Removes files whose owner has given them up. Only after that transaction has certainly committed.
    ///
    /// # Errors
    /// Those of the files; what is left is collected.
    pub async fn remove(&self, files: Vec<Disowned>) -> Result<()> {
        for Disowned(id) in files {
            self.blobs.delete(&id).await?;
            self.ledger.free().settled.push(id);
        }
        Ok(())
    }
}

async fn announce_one(tx: &mut Tx, id: &BlobId, node: &str, now: Timestamp) -> Result<()> {
    let query = tx.sql(ANNOUNCE_ONE).bind(id.as_str()).bind(node);
    query.bind(now.as_microsecond()).run().await.map(drop)
}

/// In the transaction that records a file: it is announced no longer. The row is the lock between recording and collecting.
///
/// # Errors
/// [`StoreError::Missing`] if it was not announced, or was collected meanwhile: the file must not be recorded.
pub(crate) async fn settle(tx: &mut Tx, id: &BlobId) -> Result<()> {
    match tx.sql(SETTLE).bind(id.as_str()).run().await? {
        1 => Ok(()),
        _ => Err(StoreError::missing(format!("the announcement of file {id}"))),
    }
}

/// Files that are announced: on their way, or left by a crash. What lies there and is neither among these nor among
/// [`crate::blobs::owned`] is nobody's.
///
/// # Errors
/// Those of the database.
pub async fn announced(on: &mut impl Ask) -> Result<std::collections::HashSet<BlobId>> {
    let rows = on.sql(ANNOUNCED).all().await?;
    rows.iter().map(|row| row.text(0).map(BlobId::new)).collect()
}

/// In a database that was put back: what had been announced when it was copied may since have become somebody's exhibit, in the
/// database that was lost. So none of it is ever collected. Gives how many there were.
///
/// # Errors
/// Those of the database.
pub async fn withdraw_all(tx: &mut Tx) -> Result<u64> {
    tx.sql(WITHDRAW_ALL).run().await
}
