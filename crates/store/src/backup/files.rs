//! The files of a target. They never change, so one that is there whole is never copied again.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use domain::ids::BlobId;
use futures_util::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};

use super::durable::{self, Sum, fault};
use super::manifest::{self, Line};
use crate::blobs::Blobs;
use crate::error::{Result, StoreError};

const FILES: &str = "files";
const RECORD: &str = "files.jsonl";
/// Files copied at the same time.
const AT_ONCE: usize = 8;
/// Files after which what was copied is made durable and recorded.
const SETTLE: usize = 2_000;

/// How files come into a target, or out of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// Bytes of their own.
    #[default]
    Copy,
    /// A second name for the same bytes, where both lie on one file system: quick and without space, but what happens to
    /// the bytes happens to both.
    Link,
}

/// Those of a target that are durable, with their sums.
pub(super) struct TargetFiles {
    root: PathBuf,
    known: HashMap<String, Sum>,
}

/// What became of a file.
pub(super) enum Taken {
    Copied(Sum),
    /// Why it could not be had.
    Missing(String),
}

impl TargetFiles {
    pub(super) fn open(target: &Path) -> Result<Self> {
        let path = target.join(RECORD);
        let mut known = HashMap::new();
        match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(fault(&path)(error)),
            Ok(file) => {
                for line in BufReader::new(file).split(b'\n') {
                    // A line that a crash cut off says nothing: its file is copied again.
                    if let Ok(Line::File { file, bytes, sha256 }) =
                        serde_json::from_slice(&line.map_err(fault(&path))?)
                        && let Some(sum) = manifest::read_sum(bytes, &sha256)
                    {
                        known.insert(file, sum);
                    }
                }
            }
        }
        Ok(Self {
            root: target.to_owned(),
            known,
        })
    }

    /// The sum of a file that is here whole; only its length is looked at again.
    pub(super) fn held(&self, id: &BlobId) -> Option<Sum> {
        let sum = self.known.get(id.as_str())?;
        let found = std::fs::metadata(place(&self.root, id).ok()?).ok()?;
        (found.len() == sum.bytes).then_some(*sum)
    }

    /// Copies these files, tells of each, and records them once they are durable.
    pub(super) async fn take(
        &mut self,
        blobs: &Blobs,
        ids: &[BlobId],
        manner: Manner,
        mut told: impl FnMut(&BlobId, &Taken),
    ) -> Result<()> {
        for batch in ids.chunks(SETTLE) {
            // Each copy owns what it needs: a stream of borrowed ones could not be moved between threads.
            let mut copies = futures_util::stream::iter(batch.to_vec())
                .map(|id| copy_in(self.root.clone(), blobs.clone(), id, manner))
                .buffer_unordered(AT_ONCE);
            let mut copied = Vec::new();
            while let Some((id, taken)) = copies.try_next().await? {
                told(&id, &taken);
                if let Taken::Copied(sum) = taken {
                    copied.push((id, sum));
                }
            }
            drop(copies);
            self.settle(copied)?;
        }
        Ok(())
    }

    /// Makes what was copied durable, and only then says so.
    fn settle(&mut self, copied: Vec<(BlobId, Sum)>) -> Result<()> {
        if copied.is_empty() {
            return Ok(());
        }
        durable::sync_file_system(&self.root)?;
        let path = self.root.join(RECORD);
        let mut text = Vec::new();
        // Whatever a crash cut off ends here.
        text.push(b'\n');
        for (id, sum) in copied {
            serde_json::to_writer(&mut text, &Line::file(id.as_str(), sum)).map_err(StoreError::other)?;
            text.push(b'\n');
            self.known.insert(id.as_str().to_owned(), sum);
        }
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)
            .map_err(fault(&path))?;
        file.write_all(&text)
            .and_then(|()| file.sync_all())
            .map_err(fault(&path))
    }

    /// Removes every file that is not in `named`, and gives how many.
    pub(super) fn keep_only(&mut self, named: &HashSet<String>) -> Result<u64> {
        let files = self.root.join(FILES);
        let mut removed = 0;
        // Said before it is done: a record must not speak of what is gone.
        self.known.retain(|id, _| named.contains(id));
        self.rewrite_record()?;
        for folder in std::fs::read_dir(&files).map_err(fault(&files))? {
            let folder = folder.map_err(fault(&files))?.path();
            for file in std::fs::read_dir(&folder).map_err(fault(&folder))? {
                let file = file.map_err(fault(&folder))?;
                if file.file_name().to_str().is_none_or(|name| !named.contains(name)) {
                    std::fs::remove_file(file.path()).map_err(fault(&file.path()))?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    fn rewrite_record(&self) -> Result<()> {
        let mut text = Vec::new();
        for (id, sum) in &self.known {
            serde_json::to_writer(&mut text, &Line::file(id, *sum)).map_err(StoreError::other)?;
            text.push(b'\n');
        }
        durable::replace(&self.root.join(RECORD), &text)
    }
}

/// Where a target has a file.
pub(super) fn place(target: &Path, id: &BlobId) -> Result<PathBuf> {
    Ok(target.join(FILES).join(crate::blobs::path(id)?.as_ref()))
}

async fn copy_in(target: PathBuf, blobs: Blobs, id: BlobId, manner: Manner) -> Result<(BlobId, Taken)> {
    let to = place(&target, &id)?;
    let folder = to.parent().unwrap_or(&target);
    if !folder.is_dir() {
        durable::private_dir(folder)?;
    }
    let copied = match blobs.local(&id)? {
        Some(from) => tokio::task::spawn_blocking(move || match manner {
            Manner::Link => link(&from, &to),
            Manner::Copy => copy_whole(&from, &to),
        })
        .await
        .map_err(StoreError::other)?,
        None => copy_stream(&blobs, &id, to).await,
    };
    found(copied).map(|taken| (id, taken))
}

/// A file that is not there, or can't be read, is one fault; a target that can't be written to is the end.
fn found(copied: Result<Sum>) -> Result<Taken> {
    match copied {
        Ok(sum) => Ok(Taken::Copied(sum)),
        Err(StoreError::Missing { .. }) => Ok(Taken::Missing("it is not there".into())),
        Err(StoreError::Damaged { reason, .. }) => Ok(Taken::Missing(reason)),
        Err(error) => Err(error),
    }
}

/// A second name for a file, or a copy where that can't be; it is read to be summed either way.
pub(super) fn link(from: &Path, to: &Path) -> Result<Sum> {
    match std::fs::remove_file(to) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(fault(to)(error)),
        _ => {}
    }
    match std::fs::hard_link(from, to) {
        Ok(()) => read_source(to, |_| Ok(())),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(StoreError::missing("file")),
        Err(_) => copy_whole(from, to),
    }
}

pub(super) fn copy_whole(from: &Path, to: &Path) -> Result<Sum> {
    if !from.exists() {
        return Err(StoreError::missing("file"));
    }
    let draft = to.with_added_extension("part");
    let mut out = durable::create(&draft)?;
    let sum = read_source(from, |piece| out.write_all(piece).map_err(fault(&draft)))?;
    std::fs::rename(&draft, to).map_err(fault(to))?;
    Ok(sum)
}

/// Reads a file piece by piece; an error in reading is told apart from one in what is done with the pieces.
fn read_source(path: &Path, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<Sum> {
    let mut kept = Ok(());
    let sum = durable::each_piece(path, |piece| {
        kept = take(piece);
        match &kept {
            Ok(()) => Ok(()),
            Err(_) => Err(StoreError::missing("")),
        }
    });
    kept?;
    sum.map_err(|error| StoreError::damaged("", 0, error))
}

async fn copy_stream(blobs: &Blobs, id: &BlobId, to: PathBuf) -> Result<Sum> {
    let mut stream = blobs.read(id).await?;
    let draft = to.with_added_extension("part");
    let mut out = durable::create(&draft)?;
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    while let Some(piece) = stream.try_next().await? {
        bytes += piece.len() as u64;
        let path = draft.clone();
        let write = move || {
            hash.update(&piece);
            out.write_all(&piece).map_err(fault(&path))?;
            Ok::<_, StoreError>((out, hash))
        };
        (out, hash) = tokio::task::spawn_blocking(write)
            .await
            .map_err(StoreError::other)??;
    }
    std::fs::rename(&draft, &to).map_err(fault(&to))?;
    Ok(Sum {
        bytes,
        sha256: hash.finalize().into(),
    })
}
