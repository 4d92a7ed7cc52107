//! Exhibits' files: ciphertext ([`proof::stream`]) in a folder, each there whole and durable or not at all.
//!
//! Paths are made in one place, so that another object store can take the folder's place:
//! `{first two characters of the id}/{id}`.

mod sealed;

use std::collections::HashSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use domain::ids::{BlobId, CaseId};
use domain::vocabulary::Compartment;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use object_store::local::LocalFileSystem;
use object_store::{GetResultPayload, MultipartUpload, ObjectStore, ObjectStoreExt};

use crate::db::{Ask, Row, Sql, Tx, statements};
use crate::error::{Result, StoreError};

pub use sealed::SealedWriter;

statements! {
    RECORD = "INSERT INTO blobs (id, case_id, compartment, bytes, at) VALUES ($1, $2, $3, $4, $5)";
    FIND = "SELECT id, case_id, compartment, bytes, at FROM blobs WHERE id = $1";
    OF_CASE = "SELECT id, case_id, compartment, bytes, at FROM blobs WHERE case_id = $1 ORDER BY at, id";
    IDS = "SELECT id FROM blobs UNION ALL SELECT blob FROM upload_pieces UNION ALL SELECT blob FROM drill_files";
    APART = "SELECT 'upload ' || upload, blob FROM upload_pieces UNION ALL SELECT 'drill ' || drill, blob FROM drill_files";
}

/// Bytes gathered before they are written, and read at once.
const PIECE: usize = 512 * 1024;

/// What the database knows of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobRow {
    pub id: BlobId,
    pub case: CaseId,
    /// Whose key it is sealed with.
    pub compartment: Compartment,
    /// Length of the plaintext.
    pub bytes: u64,
    pub at: Timestamp,
}

/// Records that a finished file belongs to a case. What is not recorded is removed by [`Blobs::sweep`].
///
/// # Errors
/// [`StoreError::Unique`] if it is recorded already.
pub async fn record(tx: &mut Tx, blob: &BlobRow) -> Result<()> {
    let bytes = i64::try_from(blob.bytes).map_err(StoreError::other)?;
    let query = tx.sql(RECORD).bind(blob.id.as_str()).bind(blob.case.as_str());
    let query = query
        .bind(blob.compartment.name())
        .bind(bytes)
        .bind(blob.at.as_microsecond());
    query.run().await.map(drop)
}

/// What the database knows of this file.
///
/// # Errors
/// Those of the database.
pub async fn find(on: &mut impl Ask, id: &BlobId) -> Result<Option<BlobRow>> {
    on.sql(FIND)
        .bind(id.as_str())
        .maybe()
        .await?
        .map(|row| read_row(&row))
        .transpose()
}

/// Every file that something owns: a case, an upload under way, or a drill. What is not among them is removed by
/// [`Blobs::sweep`].
///
/// # Errors
/// Those of the database.
pub async fn owned(on: &mut impl Ask) -> Result<HashSet<BlobId>> {
    let rows = on.sql(IDS).all().await?;
    rows.iter().map(|row| row.text(0).map(BlobId::new)).collect()
}

/// The files that are kept apart from the cases, under the system's key, each with what it belongs to.
///
/// # Errors
/// Those of the database.
pub async fn apart(on: &mut impl Ask) -> Result<Vec<(String, BlobId)>> {
    let rows = on.sql(APART).all().await?;
    let files = rows
        .iter()
        .map(|row| Ok((row.text(0)?, BlobId::new(row.text(1)?))));
    files.collect()
}

/// A case's files, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn of_case(on: &mut impl Ask, case: &CaseId) -> Result<Vec<BlobRow>> {
    on.sql(OF_CASE)
        .bind(case.as_str())
        .all()
        .await?
        .iter()
        .map(read_row)
        .collect()
}

fn read_row(row: &Row) -> Result<BlobRow> {
    let compartment = row.text(2)?;
    let unknown = || StoreError::other(format!("unknown drawer {compartment}"));
    Ok(BlobRow {
        id: BlobId::new(row.text(0)?),
        case: CaseId::new(row.text(1)?),
        compartment: Compartment::parse(&compartment).ok_or_else(unknown)?,
        bytes: row.count(3)?,
        at: row.time(4)?,
    })
}

/// The files. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<LocalFileSystem>,
    root: PathBuf,
}

/// What [`Blobs::sweep`] did and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files removed: unfinished, or finished but never recorded.
    pub removed: Vec<String>,
    /// Recorded in the database, but not there: lost.
    pub missing: Vec<BlobId>,
}

impl Blobs {
    /// Opens or creates the folder.
    ///
    /// # Errors
    /// [`StoreError::Other`] if it can be neither opened nor created.
    pub fn open(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir)?;
        let store = LocalFileSystem::new_with_prefix(dir)?.with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
            root: dir.to_owned(),
        })
    }

    /// Begins a file. It holds at most [`PIECE`] bytes and what is being written.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`]; [`StoreError::Other`] if the id is not made of letters, digits and `-`.
    pub async fn writer(&self, id: &BlobId) -> Result<BlobWriter> {
        let upload = self.store.put_multipart(&path(id)?).await?;
        Ok(BlobWriter {
            upload,
            buffer: Vec::new(),
            written: 0,
        })
    }

    /// The file as it lies there, in pieces.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not there.
    pub async fn read(&self, id: &BlobId) -> Result<BoxStream<'static, Result<Bytes>>> {
        Ok(match self.store.get(&path(id)?).await?.payload {
            // In pieces larger than the 8 KiB that the crate's own stream gives: each is a trip to another thread.
            GetResultPayload::File(file, _) => futures_util::stream::try_unfold(file, read_piece).boxed(),
            GetResultPayload::Stream(stream) => stream.err_into().boxed(),
        })
    }

    /// The path that a file has or would have, where files lie in a folder.
    pub(crate) fn local(&self, id: &BlobId) -> Result<Option<PathBuf>> {
        Ok(Some(self.root.join(path(id)?.as_ref())))
    }

    /// Puts the file at `from`, ciphertext as it lay in a store, under its name.
    pub(crate) async fn put_file(&self, id: &BlobId, from: &Path) -> Result<()> {
        let mut writer = self.writer(id).await?;
        let mut pieces = futures_util::stream::try_unfold(std::fs::File::open(from)?, read_piece).boxed();
        while let Some(piece) = pieces.try_next().await? {
            writer.write(&piece).await?;
        }
        writer.finish().await.map(drop)
    }

    /// Length of the file in bytes; `None` if it is not there.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn len(&self, id: &BlobId) -> Result<Option<u64>> {
        match self.store.head(&path(id)?).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the file is there.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn exists(&self, id: &BlobId) -> Result<bool> {
        Ok(self.len(id).await?.is_some())
    }

    /// Every finished file.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn list(&self) -> Result<Vec<BlobId>> {
        let files = self
            .store
            .list(None)
            .map_ok(|file| BlobId::new(file.location.filename().unwrap_or_default()));
        let mut ids: Vec<BlobId> = files.try_collect().await?;
        ids.sort();
        Ok(ids)
    }

    /// Removes a file; one that is not there is no error.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn delete(&self, id: &BlobId) -> Result<()> {
        match self.store.delete(&path(id)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes what no transaction came to record: files of uploads that were cut off by a crash, and files whose
    /// transaction never happened. Only while nobody writes: a file just finished looks the same.
    ///
    /// # Errors
    /// Those of the database and of the file system.
    pub async fn sweep(&self, on: &mut impl Ask) -> Result<Swept> {
        let root = self.root.clone();
        let mut removed = tokio::task::spawn_blocking(move || remove_unfinished(&root))
            .await
            .map_err(StoreError::other)??;
        let files: HashSet<BlobId> = self.list().await?.into_iter().collect();
        let recorded = owned(on).await?;
        for id in files.difference(&recorded) {
            self.delete(id).await?;
            removed.push(id.as_str().into());
        }
        let mut missing = Vec::new();
        for id in recorded.difference(&files) {
            if !self.exists(id).await? {
                missing.push(id.clone());
            }
        }
        removed.sort();
        missing.sort();
        Ok(Swept { removed, missing })
    }
}

/// Where a file lies.
pub(crate) fn path(id: &BlobId) -> Result<object_store::path::Path> {
    let id = id.as_str();
    let plain = id.len() > 2
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !plain {
        return Err(StoreError::other(format!("{id:?} is no name for a file")));
    }
    Ok(object_store::path::Path::from_iter([&id[..2], id]))
}

/// `LocalFileSystem` writes to `{name}#{number}` and renames; such names are in none of its lists.
fn remove_unfinished(root: &Path) -> io::Result<Vec<String>> {
    let mut removed = Vec::new();
    for folder in std::fs::read_dir(root)? {
        let folder = folder?;
        if !folder.file_type()?.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(folder.path())? {
            let file = file?;
            let name = file.file_name().to_string_lossy().into_owned();
            if name.contains('#') {
                std::fs::remove_file(file.path())?;
                removed.push(name);
            }
        }
    }
    Ok(removed)
}

async fn read_piece(mut file: std::fs::File) -> Result<Option<(Bytes, std::fs::File)>> {
    let read = move || {
        let mut piece = Vec::with_capacity(PIECE);
        let count = file.by_ref().take(PIECE as u64).read_to_end(&mut piece)?;
        Ok::<_, io::Error>((count > 0).then(|| (Bytes::from(piece), file)))
    };
    Ok(tokio::task::spawn_blocking(read)
        .await
        .map_err(StoreError::other)??)
}

/// A file being written. Dropped without [`BlobWriter::finish`], it leaves nothing.
#[derive(Debug)]
pub struct BlobWriter {
    upload: Box<dyn MultipartUpload>,
    buffer: Vec<u8>,
    written: u64,
}

impl BlobWriter {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`]; the file cannot be finished then.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.buffer.extend_from_slice(bytes);
        self.flush(PIECE).await
    }

    /// Makes the file durable under its name: contents, then name, then folder. Gives its length.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`]; nothing is then left of it.
    pub async fn finish(mut self) -> Result<u64> {
        self.flush(1).await?;
        self.upload.complete().await?;
        Ok(self.written)
    }

    /// Removes what was written so far.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn abort(mut self) -> Result<()> {
        Ok(self.upload.abort().await?)
    }

    /// Where the next bytes may be put, to be written by the next [`Self::flush`].
    fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Writes what is gathered, if it is at least `least` bytes.
    async fn flush(&mut self, least: usize) -> Result<()> {
        if self.buffer.len() < least {
            return Ok(());
        }
        let full = std::mem::take(&mut self.buffer);
        self.written += full.len() as u64;
        Ok(self.upload.put_part(full.into()).await?)
    }
}
