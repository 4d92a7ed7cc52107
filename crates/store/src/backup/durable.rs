//! Files that are private, and there whole or not at all.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Result, StoreError};

/// Bytes read and written at once.
const PIECE: usize = 512 * 1024;

/// A file's length in bytes and the SHA-256 of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sum {
    pub bytes: u64,
    pub sha256: [u8; 32],
}

/// An error of the file system, with the path that it is about.
pub(super) fn fault(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |error| match StoreError::from(error) {
        StoreError::DiskFull(why) => StoreError::DiskFull(format!("{}: {why}", path.display())),
        other => StoreError::other(format!("{}: {other}", path.display())),
    }
}

/// A folder that its owner alone can open; one that is there already is no error.
pub(super) fn private_dir(path: &Path) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made.map_err(fault(path)),
    }
}

/// An empty file that its owner alone can read; what was there is cut to nothing.
pub(super) fn create(path: &Path) -> Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .map_err(fault(path))
}

/// Puts `bytes` at `path` in place of what was there.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let draft = path.with_added_extension("part");
    let mut file = create(&draft)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(fault(&draft))?;
    std::fs::rename(&draft, path).map_err(fault(path))?;
    sync_dir(path.parent().unwrap_or(Path::new(".")))
}

/// Copies `from` to `to`, where nothing may be, and makes it durable.
pub(crate) fn copy_new(from: &Path, to: &Path) -> Result<Sum> {
    if to.exists() {
        return Err(StoreError::other(format!("{} is there already", to.display())));
    }
    let draft = to.with_added_extension("part");
    let sum = copy(from, &draft)?;
    File::open(&draft)
        .and_then(|file| file.sync_all())
        .map_err(fault(&draft))?;
    std::fs::rename(&draft, to).map_err(fault(to))?;
    sync_dir(to.parent().unwrap_or(Path::new(".")))?;
    Ok(sum)
}

/// Copies `from` to `to`, whatever was there, and sums it. Not yet durable.
pub(super) fn copy(from: &Path, to: &Path) -> Result<Sum> {
    let mut out = create(to)?;
    each_piece(from, |piece| out.write_all(piece).map_err(fault(to)))
}

/// The sum of a file.
pub(super) fn sum(path: &Path) -> Result<Sum> {
    each_piece(path, |_| Ok(()))
}

/// Reads a file piece by piece, and sums it on the way.
pub(super) fn each_piece(path: &Path, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<Sum> {
    let mut file = File::open(path).map_err(fault(path))?;
    let mut piece = vec![0; PIECE];
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    loop {
        let count = file.read(&mut piece).map_err(fault(path))?;
        if count == 0 {
            return Ok(Sum {
                bytes,
                sha256: hash.finalize().into(),
            });
        }
        hash.update(&piece[..count]);
        bytes += count as u64;
        take(&piece[..count])?;
    }
}

/// Makes the names in a folder durable.
pub(super) fn sync_dir(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(fault(path))
}

/// Makes everything durable that was written to the file system that `path` lies on: for thousands of small files far
/// quicker than each by itself.
pub(super) fn sync_file_system(path: &Path) -> Result<()> {
    let folder = File::open(path).map_err(fault(path))?;
    rustix::fs::syncfs(&folder)
        .map_err(io::Error::from)
        .map_err(fault(path))
}
