//! Collecting what was announced and never came to be: into a bin, from which it can be taken back, and after a month for good.

use domain::ids::BlobId;
use jiff::{SignedDuration, Timestamp};

use super::{SETTLE, announce_one};
use crate::Store;
use crate::db::{Ask, Row, Sql, statements};
use crate::error::{Result, StoreError};
use crate::settings;

statements! {
    DUE = "SELECT id, node, at, upload FROM blob_intents WHERE at < $1 ORDER BY at, id";
    OWNED = "SELECT id FROM blobs WHERE id = $1 UNION ALL SELECT blob FROM upload_pieces WHERE blob = $1 \
        UNION ALL SELECT blob FROM drill_files WHERE blob = $1";
    COUNT = "SELECT (SELECT COUNT(*) FROM blobs) + (SELECT COUNT(*) FROM upload_pieces) + (SELECT COUNT(*) FROM drill_files)";
    BIN = "INSERT INTO blob_bin (id, node, announced_at, binned_at, day) VALUES ($1, $2, $3, $4, $5)";
    BINNED = "SELECT id, node, announced_at, binned_at, day FROM blob_bin ORDER BY binned_at, id";
    BINNED_ONE = "SELECT id, node, announced_at, binned_at, day FROM blob_bin WHERE id = $1";
    UNBIN = "DELETE FROM blob_bin WHERE id = $1";
}

/// How long a file may be announced before it is collected.
pub const AFTER: SignedDuration = SignedDuration::from_hours(24);
/// How long it lies in the bin.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A collection that would take more files than this stops.
const MOST: u64 = 100;
/// And one that would take more than one of so many.
const ONE_OF: u64 = 100;
/// Under this name the settings keep the alarm.
const ALARM: &str = "collection-alarm";

/// What one collection did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collection {
    /// Files that went into the bin.
    pub binned: Vec<BlobId>,
    /// Announcements that came to nothing.
    pub withdrawn: u64,
    /// Files that something turned out to own, taken out of the bin again.
    pub restored: Vec<BlobId>,
    /// Files whose time in the bin was over: gone for good.
    pub ended: Vec<BlobId>,
}

/// How a collection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collected {
    Done(Collection),
    /// It would have taken too many, and took none. The alarm stands until one is let go on, or comes to its end.
    Stopped(CollectionAlarm),
}

/// A collection that would have taken too many files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollectionAlarm {
    pub at: Timestamp,
    /// How many it would have taken.
    pub files: u64,
    /// How many files there are that something owns.
    pub owned: u64,
}

impl CollectionAlarm {
    fn text(&self) -> String {
        format!("{} {} {}", self.at.as_microsecond(), self.files, self.owned)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split(' ');
        Some(Self {
            at: Timestamp::from_microsecond(numbers.next()?.parse().ok()?).ok()?,
            files: numbers.next()?.parse().ok()?,
            owned: numbers.next()?.parse().ok()?,
        })
    }
}

/// A file in the bin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binned {
    pub id: BlobId,
    /// The process that announced it.
    pub node: String,
    pub announced_at: Timestamp,
    pub binned_at: Timestamp,
    /// The folder of the bin in which it lies.
    pub day: String,
}

/// Announced too long ago.
struct Due {
    id: BlobId,
    node: String,
    at: Timestamp,
    upload: Option<String>,
    /// A finished file. Only such count for whether a collection would take too many: a part was never acknowledged.
    is_whole: bool,
    /// What a crash left of one.
    has_part: bool,
}

/// The alarm that a collection left standing, if any.
///
/// # Errors
/// Those of the database.
pub async fn collection_alarm(on: &mut impl Ask) -> Result<Option<CollectionAlarm>> {
    let kept = settings::get(on, ALARM).await?;
    Ok(kept.and_then(|kept| CollectionAlarm::parse(&kept)))
}

impl Store {
    /// Collects what was announced more than a day ago and is owned by nothing, and ends what has lain in the bin for a month.
    /// It takes no more than a hundred files and no more than one of a hundred, unless `let_go_on` says that somebody knows.
    ///
    /// # Errors
    /// Those of the database and of the files; what was done until then holds, and the next collection goes on.
    pub async fn collect(&self, now: Timestamp, let_go_on: bool) -> Result<Collected> {
        let mut collection = Collection::default();
        self.look_through_bin(now, &mut collection).await?;
        let due = self.due(now).await?;
        let files = due.iter().filter(|due| due.is_whole).count() as u64;
        let owned = self.db.read().await?.sql(COUNT).one().await?.count(0)?;
        if !let_go_on && files > 0 && (files > MOST || files * ONE_OF > owned + files) {
            let alarm = CollectionAlarm {
                at: now,
                files,
                owned,
            };
            self.keep_alarm(Some(&alarm)).await?;
            return Ok(Collected::Stopped(alarm));
        }
        self.take(due, now, &mut collection).await?;
        self.keep_alarm(None).await?;
        Ok(Collected::Done(collection))
    }

    async fn due(&self, now: Timestamp) -> Result<Vec<Due>> {
        let before = now.checked_sub(AFTER).map_err(StoreError::other)?;
        let rows = {
            let mut read = self.db.read().await?;
            read.sql(DUE).bind(before.as_microsecond()).all().await?
        };
        let mut due = Vec::with_capacity(rows.len());
        for row in rows {
            let id = BlobId::new(row.text(0)?);
            due.push(Due {
                is_whole: self.blobs.exists(&id).await?,
                has_part: self.blobs.has_part(&id),
                node: row.text(1)?,
                at: row.time(2)?,
                upload: row.opt_text(3)?,
                id,
            });
        }
        Ok(due)
    }

    /// First in the database, all at once, then the files: those that a crash leaves between are moved by the next collection.
    async fn take(&self, due: Vec<Due>, now: Timestamp, collection: &mut Collection) -> Result<()> {
        let day = now.strftime("%Y-%m-%d").to_string();
        for due in due.iter().filter(|due| due.upload.is_some()) {
            if let Some(upload) = &due.upload {
                self.blobs.abort_upload(&due.id, upload).await?;
            }
        }
        let mut binned = Vec::new();
        let mut tx = self.db.begin().await?;
        for due in due {
            // Whoever recorded it meanwhile has deleted the row, and holds it until that is committed.
            if tx.sql(SETTLE).bind(due.id.as_str()).run().await? == 0 {
                continue;
            }
            if is_owned(&mut tx, &due.id).await? {
                tracing::error!(file = %due.id, "a file is owned and was announced all the same: it stays");
            } else if due.is_whole || due.has_part {
                let query = tx.sql(BIN).bind(due.id.as_str()).bind(due.node.as_str());
                let query = query.bind(due.at.as_microsecond()).bind(now.as_microsecond());
                query.bind(day.as_str()).run().await?;
                binned.push(due.id);
            } else {
                collection.withdrawn += 1;
            }
        }
        tx.commit().await?;
        for id in &binned {
            self.blobs.bin(id, &day).await?;
        }
        collection.binned = binned;
        Ok(())
    }

    /// Moves what a crash left on its way, gives back what is owned, and ends what has had its time.
    async fn look_through_bin(&self, now: Timestamp, collection: &mut Collection) -> Result<()> {
        for file in self.bin().await? {
            if is_owned(&mut self.db.read().await?, &file.id).await? {
                self.restore_owned(&file).await?;
                collection.restored.push(file.id);
                continue;
            }
            self.blobs.bin(&file.id, &file.day).await?;
            if now.duration_since(file.binned_at) < KEPT {
                continue;
            }
            self.blobs.empty_bin(&file.id, &file.day).await?;
            let mut tx = self.db.begin().await?;
            tx.sql(UNBIN).bind(file.id.as_str()).run().await?;
            tx.commit().await?;
            collection.ended.push(file.id);
        }
        Ok(())
    }

    async fn restore_owned(&self, file: &Binned) -> Result<()> {
        if !self.blobs.unbin(&file.id, &file.day).await? {
            return Err(StoreError::missing(format!("file {} in the bin", file.id)));
        }
        let mut tx = self.db.begin().await?;
        tx.sql(UNBIN).bind(file.id.as_str()).run().await?;
        tx.commit().await
    }

    /// What is in the bin, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn bin(&self) -> Result<Vec<Binned>> {
        let rows = self.db.read().await?.sql(BINNED).all().await?;
        rows.iter().map(read_binned).collect()
    }

    /// Takes a file out of the bin. If nothing owns it, it counts as announced now, and has another day.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not in the bin.
    pub async fn restore(&self, id: &BlobId, now: Timestamp) -> Result<()> {
        let row = {
            let mut read = self.db.read().await?;
            read.sql(BINNED_ONE).bind(id.as_str()).maybe().await?
        };
        let missing = || StoreError::missing(format!("file {id} in the bin"));
        let file = read_binned(&row.ok_or_else(missing)?)?;
        if !self.blobs.unbin(id, &file.day).await? {
            return Err(missing());
        }
        let mut tx = self.db.begin().await?;
        tx.sql(UNBIN).bind(id.as_str()).run().await?;
        if !is_owned(&mut tx, id).await? {
            announce_one(&mut tx, id, &file.node, now).await?;
        }
        tx.commit().await
    }

    async fn keep_alarm(&self, alarm: Option<&CollectionAlarm>) -> Result<()> {
        if alarm.is_none() && collection_alarm(&mut self.db.read().await?).await?.is_none() {
            return Ok(());
        }
        let text = alarm.map(CollectionAlarm::text).unwrap_or_default();
        let mut tx = self.db.begin().await?;
        settings::set(&mut tx, ALARM, &text).await?;
        tx.commit().await
    }
}

async fn is_owned(on: &mut impl Ask, id: &BlobId) -> Result<bool> {
    Ok(on.sql(OWNED).bind(id.as_str()).maybe().await?.is_some())
}

fn read_binned(row: &Row) -> Result<Binned> {
    Ok(Binned {
        id: BlobId::new(row.text(0)?),
        node: row.text(1)?,
        announced_at: row.time(2)?,
        binned_at: row.time(3)?,
        day: row.text(4)?,
    })
}
