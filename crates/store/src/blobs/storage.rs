//! Where the files are: a folder, or a bucket of an object store.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use domain::ids::BlobId;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{GetOptions, GetRange, GetResult, GetResultPayload, ObjectStore, ObjectStoreExt};

use super::{PIECE, S3Location};
use crate::error::{Result, StoreError};

/// Bytes of a bucket's object that are fetched at once: one request, with one time limit.
const FETCHED: u64 = 4 * 1024 * 1024;
/// The folder, or beginning of names, in which what was collected waits.
const BIN: &str = "bin";
/// What is written and removed to see whether files can be.
const PROBE: &str = "probe";

/// The files. Cheap to clone.
#[derive(Clone)]
pub struct Blobs {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) place: Place,
}

#[derive(Clone)]
pub(super) enum Place {
    Folder(PathBuf),
    /// The whole bucket, and what names begin with.
    Bucket(Arc<AmazonS3>, object_store::path::Path),
}

impl std::fmt::Debug for Blobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blobs({})", self.store)
    }
}

impl Blobs {
    /// Opens or creates the folder.
    ///
    /// # Errors
    /// [`StoreError::Other`] if it can be neither opened nor created.
    pub fn open(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir)?;
        Self::open_existing(dir)
    }

    /// Opens the folder as it lies there.
    ///
    /// # Errors
    /// [`StoreError::Other`] if it is not there.
    pub fn open_existing(dir: &Path) -> Result<Self> {
        let store = LocalFileSystem::new_with_prefix(dir)?.with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
            place: Place::Folder(dir.to_owned()),
        })
    }

    /// Files in a bucket. Nothing is asked of it yet.
    ///
    /// # Errors
    /// [`StoreError::Other`] if no client can be made for such an address.
    pub fn open_s3(location: &S3Location) -> Result<Self> {
        let client = location.client()?;
        let prefix = object_store::path::Path::from(location.prefix.as_str());
        Ok(Self {
            store: Arc::new(PrefixStore::new(Arc::clone(&client), prefix.clone())),
            place: Place::Bucket(client, prefix),
        })
    }

    /// The folder on this machine, if it is one.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.place {
            Place::Folder(root) => Some(root),
            Place::Bucket(..) => None,
        }
    }

    /// The path that a file has or would have, where files lie in a folder.
    pub(crate) fn local(&self, id: &BlobId) -> Result<Option<PathBuf>> {
        let path = path(id)?;
        Ok(self.folder().map(|root| root.join(path.as_ref())))
    }

    /// Puts the file at `from`, ciphertext as it lay in a store, under its name. The database that is restored with it records
    /// it; nothing is written over.
    pub(crate) async fn put_file(&self, id: &BlobId, from: &Path) -> Result<()> {
        super::writer::copy_up(self, &path(id)?, std::fs::File::open(from)?).await
    }

    /// The file as it lies there, in pieces.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not there, [`StoreError::Unreachable`] if nobody can say.
    pub async fn read(&self, id: &BlobId) -> Result<BoxStream<'static, Result<Bytes>>> {
        let path = path(id)?;
        if let Place::Bucket(..) = self.place {
            return self.read_ranges(path).await;
        }
        Ok(match self.store.get(&path).await?.payload {
            // In pieces larger than the 8 KiB that the crate's own stream gives: each is a trip to another thread.
            GetResultPayload::File(file, _) => futures_util::stream::try_unfold(file, read_piece).boxed(),
            GetResultPayload::Stream(stream) => stream.err_into().boxed(),
        })
    }

    /// Range after range, so that whoever reads slowly holds no request open.
    async fn read_ranges(&self, path: object_store::path::Path) -> Result<BoxStream<'static, Result<Bytes>>> {
        let store = Arc::clone(&self.store);
        let (first, size) = match get_range(&*store, &path, 0).await {
            Ok(found) => {
                let size = found.meta.size;
                (found.bytes().await?, size)
            }
            // A range of nothing can't be asked for.
            Err(error) => match store.head(&path).await {
                Ok(found) if found.size == 0 => (Bytes::new(), 0),
                _ => return Err(error.into()),
            },
        };
        let at = first.len() as u64;
        let rest = futures_util::stream::try_unfold(at, move |at| {
            let (store, path) = (Arc::clone(&store), path.clone());
            async move {
                if at >= size {
                    return Ok(None);
                }
                let piece = get_range(&*store, &path, at).await?.bytes().await?;
                if piece.is_empty() {
                    return Err(StoreError::other(format!(
                        "file {path} became shorter while it was read"
                    )));
                }
                let next = at + piece.len() as u64;
                Ok(Some((piece, next)))
            }
        });
        Ok(futures_util::stream::once(async { Ok(first) })
            .chain(rest)
            .boxed())
    }

    /// Length of the file in bytes; `None` if it is not there.
    ///
    /// # Errors
    /// Those of the files; [`StoreError::Unreachable`] if nobody can say.
    pub async fn len(&self, id: &BlobId) -> Result<Option<u64>> {
        self.len_at(&path(id)?).await
    }

    async fn len_at(&self, path: &object_store::path::Path) -> Result<Option<u64>> {
        match self.store.head(path).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the file is there.
    ///
    /// # Errors
    /// As [`Self::len`].
    pub async fn exists(&self, id: &BlobId) -> Result<bool> {
        Ok(self.len(id).await?.is_some())
    }

    /// Every finished file that is not in the bin. It takes as long as there are files: only what checks all of them asks.
    ///
    /// # Errors
    /// Those of the files.
    pub async fn list(&self) -> Result<Vec<BlobId>> {
        let files = self
            .store
            .list(None)
            .try_filter_map(|file| std::future::ready(Ok(blob_at(&file.location))));
        let mut ids: Vec<BlobId> = files.try_collect().await?;
        ids.sort();
        Ok(ids)
    }

    /// Writes a small object, makes it durable and removes it again.
    pub(crate) async fn probe(&self) -> Result<()> {
        let path = object_store::path::Path::from(PROBE);
        let line = Bytes::from_static(b"Can this be written?\n");
        self.store.put(&path, line.into()).await?;
        self.delete_at(&path).await
    }

    /// Removes a file; one that is not there is no error.
    pub(crate) async fn delete(&self, id: &BlobId) -> Result<()> {
        self.delete_at(&path(id)?).await
    }

    async fn delete_at(&self, path: &object_store::path::Path) -> Result<()> {
        match self.store.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a crash left a part of a file that was never finished.
    pub(crate) fn has_part(&self, id: &BlobId) -> bool {
        self.part(id).is_some_and(|part| part.exists())
    }

    /// Moves a file, and what there is of an unfinished one, into the bin of this day. What lies there already is no error.
    pub(crate) async fn bin(&self, id: &BlobId, day: &str) -> Result<()> {
        let (from, to) = (path(id)?, binned(id, day)?);
        self.rename(&from, &to).await?;
        if let (Some(part), Some(root)) = (self.part(id).filter(|part| part.exists()), self.folder()) {
            let folder = root.join(BIN).join(day);
            std::fs::create_dir_all(&folder)?;
            std::fs::rename(part, folder.join(format!("{id}.part")))?;
        }
        Ok(())
    }

    /// Takes a file out of the bin again; says whether it is at its place now.
    pub(crate) async fn unbin(&self, id: &BlobId, day: &str) -> Result<bool> {
        self.rename(&binned(id, day)?, &path(id)?).await?;
        self.exists(id).await
    }

    /// Removes a file from the bin for good.
    pub(crate) async fn empty_bin(&self, id: &BlobId, day: &str) -> Result<()> {
        self.delete_at(&binned(id, day)?).await?;
        if let Some(root) = self.folder() {
            let folder = root.join(BIN).join(day);
            match std::fs::remove_file(folder.join(format!("{id}.part"))) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
            // The last one takes the folder along; one that is not empty stays.
            drop(std::fs::remove_dir(folder));
        }
        Ok(())
    }

    /// Gives up what a crash left of an upload in parts.
    pub(crate) async fn abort_upload(&self, id: &BlobId, upload: &str) -> Result<()> {
        let Place::Bucket(bucket, prefix) = &self.place else {
            return Ok(());
        };
        super::writer::abort(bucket, &below(prefix, &path(id)?), upload).await
    }

    async fn rename(&self, from: &object_store::path::Path, to: &object_store::path::Path) -> Result<()> {
        match self.store.rename(from, to).await {
            Ok(()) => Ok(()),
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            // A bucket copies first, and says of what is not there that it can't be copied.
            Err(error) => match self.len_at(from).await? {
                None => Ok(()),
                Some(_) => Err(error.into()),
            },
        }
    }

    /// `LocalFileSystem` writes to `{name}#{number}` and renames; each of our names is written once, so it is the first.
    pub(super) fn part(&self, id: &BlobId) -> Option<PathBuf> {
        let name = id.as_str();
        let folder = self.folder()?.join(name.get(..2)?);
        Some(folder.join(format!("{name}#1")))
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

/// Where it lies in the bin.
fn binned(id: &BlobId, day: &str) -> Result<object_store::path::Path> {
    path(id)?;
    Ok(object_store::path::Path::from_iter([BIN, day, id.as_str()]))
}

/// A path in the whole bucket.
pub(super) fn below(
    prefix: &object_store::path::Path,
    path: &object_store::path::Path,
) -> object_store::path::Path {
    prefix.parts().chain(path.parts()).collect()
}

/// The file that lies at this place; `None` for the marker, and for what is in the bin.
fn blob_at(location: &object_store::path::Path) -> Option<BlobId> {
    let id = BlobId::new(location.filename()?);
    path(&id).is_ok_and(|path| path == *location).then_some(id)
}

async fn get_range(
    store: &dyn ObjectStore,
    path: &object_store::path::Path,
    at: u64,
) -> object_store::Result<GetResult> {
    let range = GetRange::Bounded(at..at + FETCHED);
    store
        .get_opts(path, GetOptions::default().with_range(Some(range)))
        .await
}

pub(super) async fn read_piece(mut file: std::fs::File) -> Result<Option<(Bytes, std::fs::File)>> {
    let read = move || {
        let mut piece = Vec::with_capacity(PIECE);
        let count = file.by_ref().take(PIECE as u64).read_to_end(&mut piece)?;
        Ok::<_, io::Error>((count > 0).then(|| (Bytes::from(piece), file)))
    };
    Ok(tokio::task::spawn_blocking(read)
        .await
        .map_err(StoreError::other)??)
}
