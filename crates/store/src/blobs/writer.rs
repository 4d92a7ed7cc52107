//! Writing a file: there whole and durable under its name, or not there.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use domain::ids::BlobId;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::aws::AmazonS3;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutMode};

use super::storage::{Place, below, path, read_piece};
use super::{Blobs, PART, PIECE};
use crate::error::{Result, StoreError};
use crate::files::Announced;

/// A file being written. Dropped without [`BlobWriter::finish`], it leaves nothing; what a crash leaves, the announcement names.
pub struct BlobWriter {
    announced: Announced,
    sink: Sink,
    buffer: Vec<u8>,
    written: u64,
}

impl std::fmt::Debug for BlobWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BlobWriter({})", self.announced.id())
    }
}

enum Sink {
    /// The last is where what is begun lies.
    Folder(
        Box<dyn MultipartUpload>,
        Arc<dyn ObjectStore>,
        Path,
        Option<PathBuf>,
    ),
    Bucket(Parts),
}

/// What goes into a bucket: one put if it is short, otherwise parts.
struct Parts {
    bucket: Arc<AmazonS3>,
    /// In the whole bucket.
    path: Path,
    upload: Option<String>,
    parts: Vec<PartId>,
}

/// A file that this process has announced, written and made durable, and that nothing owns yet. Whoever records it drops this;
/// while it is not recorded for certain, it can be removed: [`Blobs::discard`].
#[derive(Debug)]
#[must_use = "a file that nothing records is collected"]
pub struct Written {
    announced: Announced,
    bytes: u64,
}

impl Written {
    pub(super) fn with_bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// Its name.
    pub fn id(&self) -> &BlobId {
        self.announced.id()
    }

    /// Length in bytes: of what was written, or of the plaintext if it was sealed on the way.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Blobs {
    /// Begins the file that was announced. It holds at most [`PART`] bytes twice, in a folder [`PIECE`].
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::Unreachable`]; [`StoreError::Other`] if the id is not made of letters, digits and
    /// `-`.
    pub async fn writer(&self, announced: Announced) -> Result<BlobWriter> {
        let path = path(announced.id())?;
        let sink = match &self.place {
            Place::Folder(_) => {
                let upload = self.store.put_multipart(&path).await?;
                let part = self.part(announced.id());
                Sink::Folder(upload, Arc::clone(&self.store), path, part)
            }
            Place::Bucket(bucket, prefix) => Sink::Bucket(Parts {
                bucket: Arc::clone(bucket),
                path: below(prefix, &path),
                upload: None,
                parts: Vec::new(),
            }),
        };
        Ok(BlobWriter {
            announced,
            sink,
            buffer: Vec::new(),
            written: 0,
        })
    }

    /// Removes a file that nothing will own: one that was refused, or whose transaction certainly did not commit.
    ///
    /// # Errors
    /// Those of the files; it is then collected.
    pub async fn discard(&self, written: Written) -> Result<()> {
        self.delete(written.id()).await?;
        written.announced.settle_later();
        Ok(())
    }
}

impl BlobWriter {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::Unreachable`]; the file cannot be finished then.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        for piece in bytes.chunks(PIECE) {
            self.buffer.extend_from_slice(piece);
            self.flush().await?;
        }
        Ok(())
    }

    /// Makes the file durable under its name: contents, then name, then folder.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::Unreachable`]; [`StoreError::Unique`] if there is such a file, which is left as
    /// it is.
    pub async fn finish(mut self) -> Result<Written> {
        let rest = std::mem::take(&mut self.buffer);
        self.written += rest.len() as u64;
        match &mut self.sink {
            Sink::Folder(upload, store, path, part) => {
                if !rest.is_empty() {
                    upload.put_part(rest.into()).await?;
                }
                free(&**store, path).await?;
                if let Err(error) = upload.complete().await {
                    // The upload no longer knows of it.
                    part.take().map(std::fs::remove_file);
                    return Err(error.into());
                }
            }
            Sink::Bucket(parts) => parts.finish(rest.into(), &self.announced).await?,
        }
        Ok(Written {
            announced: self.announced,
            bytes: self.written,
        })
    }

    /// Removes what was written so far.
    ///
    /// # Errors
    /// Those of the files; it is then collected.
    pub async fn abort(mut self) -> Result<()> {
        match &mut self.sink {
            Sink::Folder(upload, ..) => upload.abort().await?,
            Sink::Bucket(parts) => parts.abort().await?,
        }
        self.announced.settle_later();
        Ok(())
    }

    /// Where the next bytes may be put, to be written by the next [`Self::flush`].
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    pub(super) fn id(&self) -> &BlobId {
        self.announced.id()
    }

    /// How much is gathered before it is written.
    pub(super) fn least(&self) -> usize {
        match self.sink {
            Sink::Folder(..) => PIECE,
            Sink::Bucket(_) => PART,
        }
    }

    /// Writes what is gathered, if it is enough.
    pub(super) async fn flush(&mut self) -> Result<()> {
        if self.buffer.len() < self.least() {
            return Ok(());
        }
        let full = std::mem::take(&mut self.buffer);
        self.written += full.len() as u64;
        match &mut self.sink {
            Sink::Folder(upload, ..) => Ok(upload.put_part(full.into()).await?),
            Sink::Bucket(parts) => parts.part(full.into(), &self.announced).await,
        }
    }
}

impl Parts {
    async fn part(&mut self, bytes: Bytes, announced: &Announced) -> Result<()> {
        let upload = match &self.upload {
            Some(upload) => upload.clone(),
            None => {
                let upload = self.bucket.create_multipart(&self.path).await?;
                self.upload = Some(upload.clone());
                // Before the first part: what a crash leaves of it can then be given up.
                announced.note_upload(&upload).await?;
                upload
            }
        };
        let place = self.parts.len();
        let part = self
            .bucket
            .put_part(&self.path, &upload, place, bytes.into())
            .await?;
        self.parts.push(part);
        Ok(())
    }

    async fn finish(&mut self, rest: Bytes, announced: &Announced) -> Result<()> {
        if self.upload.is_none() {
            return self.put(rest).await;
        }
        if !rest.is_empty() {
            self.part(rest, announced).await?;
        }
        free(&*self.bucket, &self.path).await?;
        if let Some(upload) = &self.upload {
            let parts = std::mem::take(&mut self.parts);
            self.bucket.complete_multipart(&self.path, upload, parts).await?;
        }
        self.upload = None;
        Ok(())
    }

    async fn put(&self, bytes: Bytes) -> Result<()> {
        let put = self
            .bucket
            .put_opts(&self.path, bytes.clone().into(), PutMode::Create.into())
            .await;
        match put {
            Ok(_) => Ok(()),
            // A request that was sent again after its answer got lost finds itself.
            Err(error @ object_store::Error::AlreadyExists { .. }) => {
                let there = self.bucket.get(&self.path).await?.bytes().await?;
                if there == bytes { Ok(()) } else { Err(error.into()) }
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn abort(&mut self) -> Result<()> {
        match self.upload.take() {
            Some(upload) => abort(&self.bucket, &self.path, &upload).await,
            None => Ok(()),
        }
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        let Some(upload) = self.upload.take() else { return };
        // Without a runtime the program is going down: it is collected.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (bucket, path) = (Arc::clone(&self.bucket), self.path.clone());
            runtime.spawn(async move {
                if let Err(error) = abort(&bucket, &path, &upload).await {
                    tracing::warn!(%error, "an upload that was given up is left to be collected");
                }
            });
        }
    }
}

/// Gives up an upload in parts; one that is not there any more is no error.
pub(super) async fn abort(bucket: &AmazonS3, path: &Path, upload: &str) -> Result<()> {
    match bucket.abort_multipart(path, &upload.to_owned()).await {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Nothing is ever written over: each name is announced once, so whatever has it is not ours.
async fn free(store: &dyn ObjectStore, path: &Path) -> Result<()> {
    match store.head(path).await {
        Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Err(StoreError::Unique {
            what: format!("files, {path}"),
        }),
    }
}

/// Writes a file that a restored database records, so that it needs no announcement.
pub(super) async fn copy_up(blobs: &Blobs, path: &Path, from: std::fs::File) -> Result<()> {
    free(&*blobs.store, path).await?;
    let mut pieces = futures_util::stream::try_unfold(from, read_piece).boxed();
    let mut upload = blobs.store.put_multipart(path).await?;
    let mut part = Vec::new();
    while let Some(piece) = pieces.try_next().await? {
        part.extend_from_slice(&piece);
        if part.len() >= PART {
            upload.put_part(std::mem::take(&mut part).into()).await?;
        }
    }
    if !part.is_empty() {
        upload.put_part(part.into()).await?;
    }
    upload.complete().await?;
    Ok(())
}
