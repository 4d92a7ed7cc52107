//! Where readable copies lie while a program reads them: a folder of this process's own below the data folder, for its user
//! alone, swept when a server starts.
//!
//! Who works there holds a lock on the folder, which ends with the process however it ends; so what nobody holds was left behind.

use crate::{App, AppError};
use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tempfile::TempDir;

/// The folder below the data folder.
const FOLDER: &str = "work";
/// What the folder of a browser is called where it can't lie there.
const ELSEWHERE: &str = "vaern-witness-";

/// The working folder of this process; made when it is first needed.
#[derive(Debug)]
pub(crate) struct Work {
    folder: PathBuf,
    own: Mutex<Option<(TempDir, File)>>,
}

impl Work {
    pub(crate) fn below(data: &Path) -> Self {
        Self {
            folder: data.join(FOLDER),
            own: Mutex::default(),
        }
    }

    /// A new folder for one piece of work, gone when it is dropped.
    fn room(&self) -> io::Result<TempDir> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if own.is_none() {
            *own = Some(self.begin()?);
        }
        match own.as_ref() {
            Some((folder, _)) => private().tempdir_in(folder.path()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// A file without a name, gone when it is closed, also by a crash.
    fn file(&self) -> io::Result<File> {
        make(&self.folder)?;
        tempfile::tempfile_in(&self.folder)
    }

    fn begin(&self) -> io::Result<(TempDir, File)> {
        make(&self.folder)?;
        // Nobody sweeps between the making and the locking.
        let all = File::open(&self.folder)?;
        all.lock()?;
        let own = private().tempdir_in(&self.folder)?;
        let held = File::open(own.path())?;
        held.lock()?;
        Ok((own, held))
    }

    /// Removes what processes left behind that are gone. Gives how many folders and files.
    fn sweep(&self) -> io::Result<usize> {
        if !self.folder.is_dir() {
            return Ok(0);
        }
        let all = File::open(&self.folder)?;
        all.lock()?;
        let mut swept = 0;
        for found in std::fs::read_dir(&self.folder)? {
            swept += usize::from(remove_unheld(&found?.path())?);
        }
        Ok(swept)
    }
}

fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn private() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut builder = tempfile::Builder::new();
    builder.permissions(std::fs::Permissions::from_mode(0o700));
    builder
}

/// Removes a folder that no process holds, or a file; gives whether it did.
fn remove_unheld(path: &Path) -> io::Result<bool> {
    if !std::fs::symlink_metadata(path)?.is_dir() {
        return std::fs::remove_file(path).map(|()| true);
    }
    match File::open(path)?.try_lock() {
        Ok(()) => std::fs::remove_dir_all(path).map(|()| true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// A browser's folder. As root the browser runs as somebody else, who may not pass through ours.
pub(crate) struct BrowserRoom {
    pub(crate) folder: TempDir,
    _held: Option<File>,
}

impl App {
    /// A new folder for one piece of work, gone when it is dropped.
    pub(crate) fn room(&self) -> Result<TempDir, AppError> {
        self.work.room().map_err(|error| AppError::Internal(error.into()))
    }

    /// A file without a name.
    pub(crate) fn nameless_file(&self) -> Result<File, AppError> {
        self.work.file().map_err(|error| AppError::Internal(error.into()))
    }

    pub(crate) fn browser_room(&self) -> Result<BrowserRoom, AppError> {
        if !rustix::process::geteuid().is_root() {
            let folder = self.room()?;
            return Ok(BrowserRoom { folder, _held: None });
        }
        let elsewhere = || -> io::Result<BrowserRoom> {
            let folder = private().prefix(ELSEWHERE).tempdir()?;
            let held = File::open(folder.path())?;
            held.lock()?;
            Ok(BrowserRoom {
                folder,
                _held: Some(held),
            })
        };
        elsewhere().map_err(|error| AppError::Internal(error.into()))
    }

    /// Removes what processes left behind that were killed at work. Gives how many folders and files.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn sweep_work(&self) -> Result<usize, AppError> {
        let elsewhere = || -> io::Result<usize> {
            if !rustix::process::geteuid().is_root() {
                return Ok(0);
            }
            let mut swept = 0;
            for found in std::fs::read_dir(std::env::temp_dir())? {
                let path = found?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if name.starts_with(ELSEWHERE) && path.is_dir() {
                    swept += usize::from(remove_unheld(&path)?);
                }
            }
            Ok(swept)
        };
        let swept = self.work.sweep().and_then(|swept| Ok(swept + elsewhere()?));
        swept.map_err(|error| AppError::Internal(error.into()))
    }
}
